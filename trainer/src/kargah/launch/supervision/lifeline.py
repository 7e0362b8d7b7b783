"""What a job needs to go on: its folder, and a bridge that takes its points and its model."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from kargah.launch import processes
from kargah.launch.paths import read_json

LOOK_SECONDS = 1.0


class Lifeline:
    """Checks whether a job is still needed. Its clock only rises, and stands while the machine sleeps."""

    def __init__(
        self,
        folder: Path,
        bridge_file: Path,
        seconds_without_bridge: float | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`seconds_without_bridge`: how long the job goes on while no bridge runs; None is for ever."""
        self._folder = folder
        self._bridge_file = bridge_file
        self._limit = seconds_without_bridge
        self._clock = clock
        self._identity = _identity(folder)
        self._bridge_seen_at = clock()

    def has_folder(self) -> bool:
        """Whether the folder at the job's path is the one that it began in: it may be deleted, moved or replaced."""
        return _identity(self._folder) == self._identity

    def is_abandoned(self) -> bool:
        """Whether no bridge has run on the data folder for too long. Counts from call to call: to be called often."""
        now = self._clock()
        if self._limit is None or _runs(self._bridge_file):
            self._bridge_seen_at = now
            return False
        return now - self._bridge_seen_at >= self._limit


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino


def _runs(bridge_file: Path) -> bool:
    """Whether the process that `bridge.json` names is there; a number that another process has by now is not it."""
    try:
        told = read_json(bridge_file)
    except OSError:
        # A disk that does not answer just now says nothing of the bridge.
        return True
    if told is None or not isinstance(told.get("pid"), int):
        return False
    try:
        return processes.start_time(told["pid"]) == told.get("start_time")
    except OSError:
        return False
