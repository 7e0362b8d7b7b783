"""Sends what a job logs to the bridge, in order, none missing, however long the bridge or MLflow is away."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .gateway import Address, Gateway, Point
from .spool import Lines, Spool

COALESCE_SECONDS = 0.08
MOST_POINTS = 900
MOST_BYTES = 64 * 1024
FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 5.0


class Reporter:
    """`log` writes to the spool and returns; a thread delivers.

    The first point travels at once, later ones together every 80 ms. One sender delivers a spool at a time: it holds a
    lock on the folder.
    """

    def __init__(self, spool_folder: Path, address: Address, run_id: str, say: Callable[[str], None] = print) -> None:
        self.spool = Spool(spool_folder)
        self._gateway = Gateway(address, run_id)
        self._say = say
        self._progress: dict[str, Any] = {}
        self._changed = threading.Condition()
        self._closing = False
        self._abandoned = False
        self._away_since: float | None = None
        self._thread = threading.Thread(target=self._deliver, name="kargah-reporter", daemon=True)
        self._thread.start()

    def log(self, metrics: Mapping[str, float], step: int) -> None:
        """Keeps the points (durable against `kill -9` when this returns) and lets them be sent."""
        self.spool.append(metrics, step, time.time_ns() // 1_000_000)
        with self._changed:
            self._changed.notify()

    def progress(self, **values: Any) -> None:
        """What goes with the next batch as `X-Kargah-Progress`; given values replace earlier ones."""
        self._progress = self._progress | values

    def flush(self, timeout: float | None = None, giving_up: Callable[[], bool] = lambda: False) -> bool:
        """Waits until all that was logged is acknowledged; False when time ran out or `giving_up()` became true."""
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            self._changed.notify()
            while self.spool.pending():
                left = None if deadline is None else deadline - time.monotonic()
                if (left is not None and left <= 0) or giving_up() or not self._thread.is_alive():
                    return False
                self._changed.wait(0.2 if left is None else min(0.2, left))
        return True

    def close(self, timeout: float | None = None, giving_up: Callable[[], bool] = lambda: False) -> bool:
        """Delivers what is left, then ends the thread. What could not be delivered stays in the spool."""
        delivered = self.flush(timeout, giving_up)
        with self._changed:
            self._closing = True
            self._abandoned = not delivered
            self._changed.notify_all()
        self._thread.join(timeout=1.0 if self._abandoned else None)
        if not self._thread.is_alive():
            self._gateway.close()
            self.spool.close()
        return delivered

    def _deliver(self) -> None:
        lock = os.open(self.spool.folder / "sender.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            while self._wait_for_points():
                lines = self.spool.read(MOST_BYTES)
                if not self._deliver_lines(lines):
                    return
                with self._changed:
                    self.spool.acknowledge(lines.end)
                    self._changed.notify_all()
                    if not self._closing:
                        self._changed.wait_for(lambda: self._closing, COALESCE_SECONDS)
        finally:
            os.close(lock)

    def _wait_for_points(self) -> bool:
        with self._changed:
            while not self.spool.pending():
                if self._closing:
                    return False
                self._changed.wait()
            return not self._abandoned

    def _deliver_lines(self, lines: Lines) -> bool:
        points = [
            Point(key, float(value), record["s"], record["t"])
            for record in lines.records
            for key, value in record["m"].items()
        ]
        return all(self._deliver_points(points[i : i + MOST_POINTS]) for i in range(0, len(points), MOST_POINTS))

    def _deliver_points(self, points: list[Point]) -> bool:
        """Tries until it is taken; False only when the reporter is closed meanwhile."""
        wait = FIRST_WAIT_SECONDS
        while True:
            progress = self._progress
            answer = self._gateway.post(points, progress)
            if answer == "ok":
                self._back()
                return True
            if answer == "refused":
                return self._deliver_in_halves(points)
            self._gone()
            with self._changed:
                if self._abandoned or self._changed.wait_for(lambda: self._abandoned, wait):
                    return False
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)

    def _deliver_in_halves(self, points: list[Point]) -> bool:
        if len(points) == 1:
            self._say(f"WARN the point {points[0].key}={points[0].value} was refused and is left out")
            return True
        middle = len(points) // 2
        return self._deliver_points(points[:middle]) and self._deliver_points(points[middle:])

    def _gone(self) -> None:
        if self._away_since is None:
            self._away_since = time.monotonic()
            self._say("WARN the bridge or MLflow does not answer; points are kept and sent later")

    def _back(self) -> None:
        if self._away_since is not None:
            self._say(f"the bridge answers again after {time.monotonic() - self._away_since:.0f} s")
            self._away_since = None
