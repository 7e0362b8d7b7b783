"""A job's log: what it prints, in order, as far as a limit; of what lies beyond it, the end."""

from __future__ import annotations

import errno
import os
from pathlib import Path

MEBIBYTE = 1 << 20
HEAD_BYTES = 256 * MEBIBYTE
TAIL_BYTES = MEBIBYTE

_FULL = (
    "\n[kargah] لاگ به اندازهٔ مجاز رسید؛ دنباله‌اش پس از پایان کار می‌آید.\n"
    "[kargah] The log has reached its limit; its end follows once the job has ended.\n"
)
_LEFT_OUT = "\n[kargah] {n} بایت از این‌جا کنار گذاشته شد.\n[kargah] {n} bytes are left out here.\n"


class BoundedLog:
    """Appends to a file up to `head_bytes`, then keeps the last `tail_bytes` in memory for `close`.

    The file only ever grows, so that an offset into it stays good. A letter is cut neither where the beginning ends nor
    where the end begins. A full disk drops text and never raises: a job must not block, nor die, because its log cannot
    be written. However small the pieces are, twice `tail_bytes` are the most that is held.
    """

    def __init__(self, path: Path, head_bytes: int = HEAD_BYTES, tail_bytes: int = TAIL_BYTES) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._room = max(0, head_bytes - os.fstat(self._fd).st_size)
        self._tail_bytes = tail_bytes
        self._tail = bytearray()
        self._left_out = 0
        self._full = False
        self.found_no_room = False
        """Whether text was dropped because the disk, or the job's share of it, was full."""

    def append(self, chunk: bytes) -> None:
        """Takes what the job printed."""
        if not self._full:
            if len(chunk) <= self._room:
                self._write(chunk)
                self._room -= len(chunk)
                return
            end = self._room - _letters_begun(chunk, self._room)
            self._write(chunk[:end])
            self._write(_FULL.encode())
            self._full = True
            chunk = chunk[end:]
        self._tail += chunk
        if len(self._tail) > 2 * self._tail_bytes:
            self._forget_all_but_tail()

    def close(self) -> None:
        """Writes the kept end and closes the file."""
        if self._full:
            self._forget_all_but_tail()
            begin = _letter_rest(self._tail) if self._left_out else 0
            self._write(_LEFT_OUT.format(n=self._left_out + begin).encode())
            self._write(self._tail[begin:])
        os.close(self._fd)

    def _forget_all_but_tail(self) -> None:
        gone = max(0, len(self._tail) - self._tail_bytes)
        del self._tail[:gone]
        self._left_out += gone

    def _write(self, data: bytes | bytearray) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._fd, view) :]
            except OSError as error:
                self.found_no_room = self.found_no_room or error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
                return


def _is_inside_letter(byte: int) -> bool:
    return byte & 0xC0 == 0x80


def _letters_begun(data: bytes, end: int) -> int:
    """How many bytes before `end` belong to a letter of UTF-8 that goes on after it; 0 where the text is none."""
    if end >= len(data) or not _is_inside_letter(data[end]):
        return 0
    for back in range(1, min(4, end + 1)):
        if not _is_inside_letter(data[end - back]):
            return back
    return 0


def _letter_rest(data: bytes | bytearray) -> int:
    """How many bytes at the beginning belong to a letter that was cut off."""
    for n in range(min(4, len(data))):
        if not _is_inside_letter(data[n]):
            return n
    return 0
