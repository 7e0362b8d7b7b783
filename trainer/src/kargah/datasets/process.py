"""One request in, one JSON answer out: the shape of every reading process."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kargah.datasets.failures import ReadFailure
from kargah.datasets.limits import Limits, apply


def answer(work: Callable[[dict[str, Any]], Mapping[str, object]]) -> int:
    """Limit this process, do `work` for the request given by a file or on standard input, and print.

    The answer is `{"ok": true, "result": …}` or `{"ok": false, "error": {code, params}}`; both exit with 0. Anything
    else that goes wrong is a bug or a killed process, and leaves no answer.
    """
    text = Path(sys.argv[1]).read_text("utf-8") if len(sys.argv) > 1 else sys.stdin.read()
    request = json.loads(text)
    apply(Limits(**request.pop("limits")))
    # Libraries print; the answer must be alone on its stream.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        body: Mapping[str, object] = {"ok": True, "result": work(request)}
    except Exception as error:
        body = {"ok": False, "error": failure_of(error)}
    json.dump(body, out, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    out.close()
    return 0


def failure_of(error: Exception) -> dict[str, object]:
    """Return the code and parameters of what went wrong; raise what is a bug of ours."""
    if isinstance(error, ReadFailure):
        return {"code": error.code, "params": error.params}
    limit = limit_of(error)
    if limit is not None:
        return limit
    if type(error).__module__.startswith(("_duckdb", "duckdb", "pyarrow")):
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return {"code": "damaged_file", "params": {}}
    raise error


def limit_of(error: Exception) -> dict[str, object] | None:
    """Return the code and parameters of what went wrong for want of memory or disk; None for anything else."""
    kind, text = type(error).__name__, str(error)
    # The engine has one exception for memory and for what it puts on the disk for want of it.
    if kind == "OutOfMemoryException" and "max_temp_directory_size" in text:
        return {"code": "reader_limit", "params": {"resource": "disk"}}
    if isinstance(error, MemoryError) or kind in {"ArrowMemoryError", "OutOfMemoryException"}:
        return {"code": "reader_limit", "params": {"resource": "RAM"}}
    number = getattr(error, "errno", None)
    if number in {errno.ENOSPC, errno.EDQUOT} or "No space left" in text:
        return {"code": "storage_full", "params": {}}
    if number == errno.EFBIG or "File too large" in text:
        return {"code": "reader_limit", "params": {"resource": "disk"}}
    return None
