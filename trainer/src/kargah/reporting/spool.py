"""Points that are not yet acknowledged: a file that is appended to through memory, and how far of it was delivered.

A record is written into pages that belong to the kernel, so a process that is killed right after `append` loses
nothing. (It is no protection against power loss; a job does not outlive that either.)
"""

from __future__ import annotations

import json
import mmap
import os
import threading
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import time_ns
from typing import Any

from kargah.reporting.records import Point, Shape, records

POINTS = "points.bin"
KEYS = "keys.jsonl"
ACKNOWLEDGED = "acknowledged"
MOST_POINTS = 1000
"""MLflow's own limit for one `log-batch`."""
_FIRST_WINDOW = 16 * mmap.PAGESIZE
_WINDOW = 128 * mmap.PAGESIZE
_READ_BYTES = 64 * 1024


@dataclass(frozen=True)
class Batch:
    """Points from where delivery stands, and the byte up to which they reach."""

    points: list[Point]
    end: int


class Spool:
    """One process appends, from any of its threads; one sender reads, which may be another process.

    Raises:
        OSError: `append` found no room on the disk.
    """

    def __init__(self, folder: Path) -> None:
        # Parents are not created: where the job's folder was deleted, it must not come back.
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self._file = os.open(folder / POINTS, os.O_RDWR | os.O_CREAT, 0o600)
        self._keys = os.open(folder / KEYS, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        self._mark = os.open(folder / ACKNOWLEDGED, os.O_RDWR | os.O_CREAT, 0o600)
        self._lock = threading.Lock()
        self._shapes: dict[tuple[str, ...], Shape] = {}
        self._numbered = _read_shapes(self._keys)
        # Later equal shapes win, which is as good: both are known by their number.
        self._shapes.update({shape.keys: shape for shape in self._numbered})
        self.delivered = _number(os.pread(self._mark, 32, 0))
        self._end = self._find_end()
        # The part of the file that is in memory: `_window` begins at byte `_base` and has room up to `_room`.
        self._window: Any = None
        self._base = self._room = 0
        self._foreign = False

    def append(self, metrics: Mapping[str, float], step: int) -> None:
        """Keeps the values (NaN and infinities too) with the time of now."""
        with self._lock:
            shape = self._shapes.get(tuple(metrics)) or self._learn(tuple(metrics))
            start = self._end
            end = start + shape.size
            if end > self._room:
                self._make_room(shape.size)
            try:
                shape.pack_into(
                    self._window, start - self._base, shape.head, time_ns(), step, *metrics.values(), shape.seal
                )
            except BaseException:
                # Half a record must not be taken for the rest of a shorter one that follows.
                self._window[start - self._base : end - self._base] = bytes(shape.size)
                raise
            self._end = end

    def pending(self) -> bool:
        return self._end > self.delivered

    def read(self) -> Batch:
        """The next points, as many as MLflow takes at once; a call with more keys than that comes alone."""
        begin, end = self.delivered, self._end
        shapes = self._numbered
        most = _READ_BYTES + max((shape.size for shape in shapes), default=0)
        data = os.pread(self._file, min(most, end - begin), begin)
        points: list[Point] = []
        reached = 0
        for record in records(data, shapes):
            if points and len(points) + len(record.shape.keys) > MOST_POINTS:
                return Batch(points, begin + reached)
            points += record.shape.points(data, record.start)
            reached = record.end
        # The whole piece holds no valid record: damaged bytes are skipped, or they would be read for ever.
        whole = begin + len(data) == end or not points
        return Batch(points, begin + (len(data) if whole else reached))

    def acknowledge(self, end: int) -> None:
        """Everything up to byte `end` is delivered."""
        self.delivered = end
        os.pwrite(self._mark, f"{end:<31}\n".encode(), 0)

    def close(self) -> None:
        """May be called again."""
        with self._lock:
            if self._file < 0:
                return
            if self._window is not None and not self._foreign:
                self._window.close()
                self._window = None
                self._room = 0
                os.ftruncate(self._file, self._end)
            for file in (self._file, self._keys, self._mark):
                os.close(file)
            self._file = -1

    def _learn(self, keys: tuple[str, ...]) -> Shape:
        self._must_be_writer()
        named = [str(key) for key in keys]
        shape = Shape(len(self._numbered) + 1, named)
        os.write(self._keys, json.dumps(named, separators=(",", ":")).encode() + b"\n")
        self._numbered = [*self._numbered, shape]
        self._shapes[keys] = shape
        return shape

    def _make_room(self, size: int) -> None:
        """Maps the file's next part. The blocks are allocated before: a full disk is an error here, not a SIGBUS."""
        self._must_be_writer()
        base = self._end - self._end % mmap.PAGESIZE
        length = _FIRST_WINDOW if self._window is None else _WINDOW
        while base + length < self._end + size:
            length *= 2
        os.posix_fallocate(self._file, base, length)
        window = mmap.mmap(self._file, length, offset=base)
        if self._window is None:
            _tell_forks(self)
        else:
            self._window.close()
        self._window, self._base, self._room = window, base, base + length

    def _must_be_writer(self) -> None:
        if self._foreign:
            raise RuntimeError("a forked process cannot log to the spool of its parent")
        if self._file < 0:
            raise RuntimeError("the spool is closed")

    def _become_foreign(self) -> None:
        # Another thread may have held the lock when the process was forked.
        self._lock = threading.Lock()
        self._foreign = True
        self._shapes = {}

    def _find_end(self) -> int:
        """Behind the last byte that was written. What a kill cut stays: readers step over it."""
        size = os.fstat(self._file).st_size
        self.delivered = min(self.delivered, size)
        end = size
        while end > self.delivered:
            begin = max(self.delivered, end - _READ_BYTES)
            written = len(os.pread(self._file, end - begin, begin).rstrip(b"\0"))
            if written:
                return begin + written
            end = begin
        return end


def has_pending(folder: Path) -> bool:
    """Whether points of an ended job still wait; parses none of them."""
    try:
        with (folder / POINTS).open("rb") as file:
            mark = folder / ACKNOWLEDGED
            file.seek(_number(mark.read_bytes()) if mark.is_file() else 0)
            return any(piece.strip(b"\0") for piece in iter(lambda: file.read(_READ_BYTES), b""))
    except FileNotFoundError:
        return False


def _number(text: bytes) -> int:
    return int(text) if text.strip().isdigit() else 0


def _read_shapes(file: int) -> list[Shape]:
    """The shapes by the number of their line; a line that a full disk cut keeps its number."""
    text = os.pread(file, os.fstat(file).st_size, 0)
    if text and not text.endswith(b"\n"):
        os.write(file, b"\n")
    return [Shape(number, _keys(line)) for number, line in enumerate(text.splitlines(), 1)]


def _keys(line: bytes) -> list[str]:
    try:
        keys: Any = json.loads(line)
    except ValueError:
        return []
    return [str(key) for key in keys] if isinstance(keys, list) else []


def _tell_forks(spool: Spool) -> None:
    found = weakref.ref(spool)

    def after_in_child() -> None:
        if (mine := found()) is not None:
            mine._become_foreign()

    os.register_at_fork(after_in_child=after_in_child)
