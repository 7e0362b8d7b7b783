"""Points that are not yet acknowledged: an append-only file, and how far of it was delivered.

A line is written with one `write` before `append` returns, so a process that is killed then loses nothing: the
page cache belongs to the kernel. (It is no protection against power loss; a job does not outlive that either.)
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

POINTS = "points.jsonl"
ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True)
class Lines:
    """Whole lines of the spool from where delivery stands, and where they end."""

    records: list[dict[str, Any]]
    end: int


class Spool:
    """One writer appends, one sender reads; both may be the same process or not."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._file = os.open(folder / POINTS, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        self._mark = os.open(folder / ACKNOWLEDGED, os.O_RDWR | os.O_CREAT, 0o600)
        stored = os.pread(self._mark, 32, 0)
        self.delivered = int(stored) if stored.strip() else 0
        self._end_torn_line()

    def append(self, metrics: Mapping[str, float], step: int, timestamp: int) -> None:
        """`timestamp` in ms since the epoch. NaN and infinities are kept."""
        line = json.dumps({"t": timestamp, "s": step, "m": metrics}, separators=(",", ":"))
        os.write(self._file, line.encode() + b"\n")

    def pending(self) -> bool:
        return os.fstat(self._file).st_size > self.delivered

    def read(self, most_bytes: int) -> Lines:
        """Lines not delivered yet; a line that is still being written is left for the next time."""
        data = os.pread(self._file, most_bytes, self.delivered)
        whole = data[: data.rfind(b"\n") + 1]
        records, end = [], self.delivered
        for line in whole.splitlines(keepends=True):
            end += len(line)
            try:
                records.append(json.loads(line))
            except ValueError:
                # What a full disk cut in the middle; the points around it still count.
                continue
        return Lines(records, end)

    def acknowledge(self, end: int) -> None:
        """Everything up to byte `end` is delivered."""
        self.delivered = end
        os.pwrite(self._mark, f"{end:<31}\n".encode(), 0)

    def close(self) -> None:
        os.close(self._file)
        os.close(self._mark)

    def _end_torn_line(self) -> None:
        size = os.fstat(self._file).st_size
        if size and os.pread(self._file, 1, size - 1) != b"\n":
            os.write(self._file, b"\n")


def has_pending(folder: Path) -> bool:
    """Whether points of an ended job still wait; reads two file sizes and nothing else."""
    points, mark = folder / POINTS, folder / ACKNOWLEDGED
    if not points.is_file():
        return False
    text = mark.read_text().strip() if mark.is_file() else ""
    return points.stat().st_size > int(text or 0)
