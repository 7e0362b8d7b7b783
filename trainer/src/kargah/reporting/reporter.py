"""Sends what a job logs to the bridge, in order, none missing, however long the bridge or MLflow is away."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kargah.reporting.gateway import Address, FindRun, Gateway
from kargah.reporting.records import Point
from kargah.reporting.spool import MOST_POINTS, Spool

COALESCE_SECONDS = 0.08
FIRST_WAIT_SECONDS = 0.1
# While the run is being made, and how long that usually takes at most.
EARLY_WAIT_SECONDS = 0.01
EARLY_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 5.0


class Reporter:
    """`log` writes to the spool and returns; a thread, begun by the first point, delivers.

    The first point travels at once, later ones together every 80 ms. One sender delivers a spool at a time: it holds a
    lock on the folder.
    """

    def __init__(
        self, spool_folder: Path, address: Address, find_run: FindRun, say: Callable[[str], None] = print
    ) -> None:
        self.spool = Spool(spool_folder)
        self._append = self.spool.append
        self._gateway = Gateway(address, find_run)
        self._say = say
        self._progress: dict[str, Any] = {}
        self._changed = threading.Condition()
        self._closing = False
        self._abandoned = False
        self._away_since: float | None = None
        self._thread: threading.Thread | None = None
        # True while the thread sleeps and would not notice a new point: only then does `log` wake it.
        self._asleep = True

    def log(self, metrics: Mapping[str, float], step: int) -> None:
        """Keeps the points (durable against `kill -9` when this returns) and lets them be sent."""
        self._append(metrics, step)
        if self._asleep:
            self._wake()

    def progress(self, **values: Any) -> None:
        """What goes with the next batch as `X-Kargah-Progress`; given values replace earlier ones."""
        self._progress = self._progress | values

    def flush(self, timeout: float | None = None, giving_up: Callable[[], bool] = lambda: False) -> bool:
        """Waits until all that was logged is acknowledged; False when time ran out or `giving_up()` became true."""
        deadline = None if timeout is None else time.monotonic() + timeout
        if not self.spool.pending():
            return True
        self._wake()
        with self._changed:
            while self.spool.pending():
                left = None if deadline is None else deadline - time.monotonic()
                if (left is not None and left <= 0) or giving_up() or not self._sending():
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
        if self._thread is not None:
            self._thread.join(timeout=1.0 if self._abandoned else None)
        if not self._sending():
            self._gateway.close()
            self.spool.close()
        return delivered

    def _wake(self) -> None:
        with self._changed:
            self._asleep = False
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(target=self._deliver, name="kargah-reporter", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def _sending(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _deliver(self) -> None:
        lock = os.open(self.spool.folder / "sender.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            while self._wait_for_points():
                batch = self.spool.read()
                if not self._deliver_all(batch.points):
                    return
                with self._changed:
                    self.spool.acknowledge(batch.end)
                    self._changed.notify_all()
                    if not self._closing and len(batch.points) < MOST_POINTS // 2:
                        self._changed.wait_for(lambda: self._closing, COALESCE_SECONDS)
        finally:
            os.close(lock)

    def _wait_for_points(self) -> bool:
        with self._changed:
            while True:
                # Set before the spool is read: a point in between is either read here or wakes this thread.
                self._asleep = True
                if self._abandoned:
                    return False
                if self.spool.pending():
                    self._asleep = False
                    return True
                if self._closing:
                    return False
                self._changed.wait()

    def _deliver_all(self, points: Sequence[Point]) -> bool:
        return all(self._deliver_points(points[i : i + MOST_POINTS]) for i in range(0, len(points), MOST_POINTS))

    def _deliver_points(self, points: Sequence[Point]) -> bool:
        """Tries until it is taken; False only when the reporter is closed meanwhile."""
        wait = FIRST_WAIT_SECONDS
        began = time.monotonic()
        while True:
            answer = self._gateway.post(points, self._progress)
            if answer == "ok":
                self._back()
                return True
            if answer == "refused":
                return self._deliver_in_halves(points)
            early = answer == "early" and time.monotonic() - began < EARLY_SECONDS
            if not early:
                self._gone()
            with self._changed:
                pause = EARLY_WAIT_SECONDS if early else wait
                if self._abandoned or self._changed.wait_for(lambda: self._abandoned, pause):
                    return False
            wait = wait if early else min(2 * wait, LONGEST_WAIT_SECONDS)

    def _deliver_in_halves(self, points: Sequence[Point]) -> bool:
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
