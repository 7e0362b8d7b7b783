"""A supervisor's sign of life: a number that rises, and the time since boot. No clock that anyone can set is in it."""

from __future__ import annotations

import contextlib
import math
import os
import time
from pathlib import Path

SECONDS = 0.5
_WIDTH = 47


class Heartbeat:
    """Always the same bytes of the same file, so that a disk without room does not silence it."""

    def __init__(self, path: Path) -> None:
        self._file = -1
        with contextlib.suppress(OSError):
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        self._count = 0
        self._next = -math.inf

    def beat(self, now: float) -> float:
        """Gives a sign where one is due at `now` (`time.monotonic`); answers when the next one is."""
        if now >= self._next and self._file >= 0:
            self._count += 1
            self._next = now + SECONDS
            since_boot = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
            with contextlib.suppress(OSError):
                os.pwrite(self._file, f"{self._count} {since_boot}".ljust(_WIDTH).encode() + b"\n", 0)
        return self._next if self._file >= 0 else math.inf
