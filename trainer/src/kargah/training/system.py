"""What the training process and its machine use, logged every few seconds under `system/…`."""

from __future__ import annotations

import importlib
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import psutil

FIRST_SECONDS = 1.0
EVERY_SECONDS = 5.0


class SystemWatch:
    """Samples from a thread until closed; the step counts the samples.

    `system/cpu_percent` (of one core) and `system/memory_mb` are the process's own; the others are the machine's and
    have the names that MLflow gives them.
    """

    def __init__(self, log: Callable[[Mapping[str, float], int], None]) -> None:
        self._log = log
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="kargah-system", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Nothing is logged once this returns. May be called again."""
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        process = psutil.Process()
        process.cpu_percent()
        psutil.cpu_percent()
        gpus: list[Any] | None = None
        step = 0
        while not self._ended.wait(EVERY_SECONDS if step else FIRST_SECONDS):
            # Not before the first wait: the first steps of the training need the cores more.
            gpus = _gpus() if gpus is None else gpus
            own = {"system/cpu_percent": process.cpu_percent(), "system/memory_mb": process.memory_info().rss / 1e6}
            self._log(own | machine() | gpu_figures(gpus), step)
            step += 1


def machine() -> dict[str, float]:
    """Processor and memory of the machine, and the disk that the job writes to."""
    memory, disk = psutil.virtual_memory(), psutil.disk_usage(os.curdir)
    return {
        "system/cpu_utilization_percentage": psutil.cpu_percent(),
        "system/system_memory_usage_megabytes": memory.used / 1e6,
        "system/system_memory_usage_percentage": memory.percent,
        "system/disk_usage_percentage": disk.percent,
        "system/disk_available_megabytes": disk.free / 1e6,
    }


def gpu_figures(gpus: list[Any]) -> dict[str, float]:
    """What each of the GPUs says of itself; one that does not answer is left out."""
    figures: dict[str, float] = {}
    for index, gpu in enumerate(gpus):
        with suppress(Exception):
            nvml = importlib.import_module("pynvml")
            memory = nvml.nvmlDeviceGetMemoryInfo(gpu)
            figures |= {
                f"system/gpu_{index}_utilization_percentage": float(nvml.nvmlDeviceGetUtilizationRates(gpu).gpu),
                f"system/gpu_{index}_memory_usage_megabytes": memory.used / 1e6,
                f"system/gpu_{index}_memory_usage_percentage": 100 * memory.used / memory.total,
                f"system/gpu_{index}_power_usage_watts": nvml.nvmlDeviceGetPowerUsage(gpu) / 1000,
            }
    return figures


def _gpus() -> list[Any]:
    """Handles of NVIDIA's library; none where its driver is not."""
    try:
        nvml = importlib.import_module("pynvml")
        nvml.nvmlInit()
        return [nvml.nvmlDeviceGetHandleByIndex(index) for index in range(nvml.nvmlDeviceGetCount())]
    except Exception:
        return []
