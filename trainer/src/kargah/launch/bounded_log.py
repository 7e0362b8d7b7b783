"""A job's log: what it prints, in order, as far as a limit; of what lies beyond it, the end."""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path

MEBIBYTE = 1 << 20
HEAD_BYTES = 256 * MEBIBYTE
TAIL_BYTES = MEBIBYTE


class BoundedLog:
    """Appends to a file up to `head_bytes`, then keeps the last `tail_bytes` in memory for `close`.

    The file only ever grows, so that an offset into it stays good. A full disk drops text and never raises: a job must
    not block, nor die, because its log cannot be written.
    """

    def __init__(self, path: Path, head_bytes: int = HEAD_BYTES, tail_bytes: int = TAIL_BYTES) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._room = max(0, head_bytes - os.fstat(self._fd).st_size)
        self._tail_bytes = tail_bytes
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self._left_out = 0
        self._full = False

    def append(self, chunk: bytes) -> None:
        """Takes what the job printed."""
        if not self._full:
            head, chunk = chunk[: self._room], chunk[self._room :]
            self._write(head)
            self._room -= len(head)
            if not chunk:
                return
            self._full = True
            self._write(b"\n[kargah] The log has reached its limit; only its end will follow when the job ends.\n")
        self._tail.append(chunk)
        self._tail_size += len(chunk)
        while self._tail_size - len(self._tail[0]) >= self._tail_bytes:
            dropped = self._tail.popleft()
            self._tail_size -= len(dropped)
            self._left_out += len(dropped)

    def close(self) -> None:
        """Writes the kept end and closes the file."""
        if self._full:
            self._write(f"\n[kargah] {self._left_out} bytes are left out here.\n".encode())
            for chunk in self._tail:
                self._write(chunk)
        os.close(self._fd)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._fd, view) :]
            except OSError:
                return
