"""Room for a job's outcome, held back while the job runs, so that its end is told on a disk that it has filled."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

from kargah.launch.paths import JobPaths, move, write_json

_BYTES = 1 << 14
# With less free space than that a disk counts as full.
_FULL_BYTES = 1 << 20


def hold(paths: JobPaths) -> None:
    """On a disk that is full before the job begins there is nothing to hold."""
    with contextlib.suppress(OSError):
        paths.reserve.write_bytes(b" " * _BYTES)


def write_outcome(paths: JobPaths, outcome: object) -> None:
    """Writes over what was held back and moves it into place: that takes no block which others could take before."""
    try:
        _write_over(paths.reserve, json.dumps(outcome, ensure_ascii=False).encode())
        move(paths.reserve, paths.outcome)
    except OSError:
        # The job took it away, or the disk never writes in place.
        paths.reserve.unlink(missing_ok=True)
        write_json(paths.outcome, outcome)


def is_full(folder: Path) -> bool:
    """Whether the disk that the folder is on has no room; False where it is gone."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < _FULL_BYTES


def _write_over(path: Path, content: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
    try:
        with os.fdopen(file, "wb", closefd=False) as writer:
            writer.write(content)
        os.truncate(file, len(content))
        os.fsync(file)
    finally:
        os.close(file)
