"""What the training process uses, logged every few seconds under `system/…`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

import psutil

FIRST_SECONDS = 1.0
EVERY_SECONDS = 5.0


class SystemWatch:
    """Logs CPU (% of one core) and resident memory (MB) from a thread until closed; the step counts the samples."""

    def __init__(self, log: Callable[[Mapping[str, float], int], None]) -> None:
        self._log = log
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, name="kargah-system", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Nothing is logged once this returns. May be called again."""
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        process = psutil.Process()
        process.cpu_percent()
        step = 0
        while not self._ended.wait(EVERY_SECONDS if step else FIRST_SECONDS):
            memory = process.memory_info().rss / 1e6
            self._log({"system/cpu_percent": process.cpu_percent(), "system/memory_mb": memory}, step)
            step += 1
