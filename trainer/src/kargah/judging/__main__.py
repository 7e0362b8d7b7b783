"""`python -m kargah.judging MODEL KIND DATASET`: whether the model of a `.pt2` file can be judged on a dataset.

Prints `{"ok": true, "unknown": […]}`, or `{"ok": false, "problems": […]}` with each column that does not fit.
"""

from __future__ import annotations

import json
import sys
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kargah.judging.columns import Fitting, Mismatch, NotOurs, fitting
from kargah.model_files.limits import limit_process

_ABOUT = "/extra/kargah.json"
_MOST_BYTES = 64 << 20


def main(model: Path, kind: str, dataset: Path) -> None:
    limit_process()
    try:
        found = fitting(about_of(model), kind, dataset)
    except NotOurs:
        found = Fitting([Mismatch("", "not_ours")])
    told: dict[str, Any] = {"ok": not found.problems, "unknown": [asdict(one) for one in found.unknown]}
    print(json.dumps(told | {"problems": [asdict(one) for one in found.problems]}))


def about_of(model: Path) -> dict[str, Any]:
    """What the file says of its columns and classes.

    Raises:
        NotOurs: nothing.
    """
    try:
        with zipfile.ZipFile(model) as archive:
            entry = next(one for one in archive.infolist() if one.filename.endswith(_ABOUT))
            if entry.file_size > _MOST_BYTES:
                raise NotOurs
            found: dict[str, Any] = json.loads(archive.read(entry))
    except (StopIteration, ValueError, zipfile.BadZipFile) as error:
        raise NotOurs from error
    if not isinstance(found, dict):
        raise NotOurs
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
