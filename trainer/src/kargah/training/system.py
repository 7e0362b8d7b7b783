"""What the training process uses, logged every few seconds under `system/…`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

import psutil

EVERY_SECONDS = 5.0


def watch_system(log: Callable[[Mapping[str, float], int], None], ended: threading.Event) -> threading.Thread:
    """Logs CPU (% of one core) and resident memory (MB) until `ended`; the step counts the samples."""

    def sample() -> None:
        process = psutil.Process()
        process.cpu_percent()
        step = 0
        while not ended.wait(EVERY_SECONDS):
            memory = process.memory_info().rss / 1e6
            log({"system/cpu_percent": process.cpu_percent(), "system/memory_mb": memory}, step)
            step += 1

    thread = threading.Thread(target=sample, name="kargah-system", daemon=True)
    thread.start()
    return thread
