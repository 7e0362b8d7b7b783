"""`python -m kargah.evaluation METRIC FIRST SECOND NAME NAME`: two models against each other on the same rows.

FIRST and SECOND are `report_rows.npz` files, which anybody may have written; the names are their models'. Prints
one JSON object: `{"ok": true, …}` with the difference and its interval, or `{"ok": false, "reason", "reason_fa"}`.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from kargah.evaluation.paired import OF_CLASSES, OF_NUMBERS, Metric, NotComparable, verdict
from kargah.evaluation.rows import JudgedRows

MEMORY_BYTES = 4 << 30
CPU_SECONDS = 120
UNREADABLE = NotComparable(
    "The rows kept of a report cannot be read.", "ردیف‌هایی که از گزارش نگه داشته شده خوانده نمی‌شود."
)


def main(named: str, files: tuple[Path, Path], names: tuple[str, str]) -> None:
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    try:
        print(json.dumps(judged(named, files, names)))
    except NotComparable as refusal:
        print(json.dumps({"ok": False, "reason": str(refusal), "reason_fa": refusal.persian}))


def judged(named: str, files: tuple[Path, Path], names: tuple[str, str]) -> dict[str, object]:
    """
    Raises:
        NotComparable: as `verdict`, or one of the files is no such file.
    """
    metric: Metric | None = next((one for one in (*OF_CLASSES, *OF_NUMBERS) if one == named), None)
    if metric is None and named != "":
        raise NotComparable(
            f"“{named}” cannot be compared row by row; these can: {', '.join((*OF_CLASSES, *OF_NUMBERS))}.",
            f"«{named}» ردیف‌به‌ردیف سنجیدنی نیست؛ این‌ها هست: {', '.join((*OF_CLASSES, *OF_NUMBERS))}.",
        )
    try:
        found = verdict(_read(files[0]), _read(files[1]), metric, names=names)
    except (IndexError, TypeError, MemoryError, OverflowError) as error:
        # The arrays are of other kinds or sizes than a job writes.
        raise UNREADABLE from error
    return {
        "ok": True,
        "metric": found.metric,
        "first": {"value": found.values[0], "rows": found.rows_of_each[0]},
        "second": {"value": found.values[1], "rows": found.rows_of_each[1]},
        "difference": found.difference,
        "low": found.low,
        "high": found.high,
        "rows": found.rows,
        "sentence": found.sentence,
        "sentence_fa": found.persian,
    }


def _read(path: Path) -> JudgedRows:
    try:
        with path.open("rb") as file:
            return JudgedRows.read(file)
    except (ValueError, MemoryError) as error:
        raise UNREADABLE from error


if __name__ == "__main__":
    main(sys.argv[1], (Path(sys.argv[2]), Path(sys.argv[3])), (sys.argv[4], sys.argv[5]))
