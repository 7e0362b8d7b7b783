"""What a job and its machine use, logged every few seconds under `system/…`.

The supervisor measures it from outside: the same for recipes and for scripts that never heard of MLflow, and at no cost
to either. Read from `/proc` and with the standard library alone, as in `processes`.
"""

from __future__ import annotations

import contextlib
import importlib
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from kargah.launch import processes
from kargah.launch.paths import JobPaths

FIRST_SECONDS = 1.0
EVERY_SECONDS = 5.0
_PROC = Path("/proc")


class SystemWatch:
    """Samples from a thread until closed; the step counts the samples.

    `system/cpu_percent` (of one core) and `system/memory_mb` are of all the job's processes together; the others are
    the machine's, with the names that MLflow gives them, and those of the GPUs that the job was given.
    """

    def __init__(self, job: dict[str, Any], paths: JobPaths, memory_bytes: Callable[[], int]) -> None:
        self._job = job
        self._paths = paths
        self._memory_bytes = memory_bytes
        self._closed = threading.Event()
        # Apart from the supervisor's loop: a GPU's driver may take its time to answer, or for ever.
        threading.Thread(target=self._watch, name="kargah-system", daemon=True).start()

    def close(self) -> None:
        """Begins no further sample. What is not delivered stays in the spool."""
        self._closed.set()

    def _watch(self) -> None:
        own, machine = Cores(processes.cpu_seconds, time.monotonic), Machine()
        if self._closed.wait(FIRST_SECONDS):
            return
        log, gpus, step = _log_to(self._job, self._paths), job_gpus(self._job.get("gpus") or []), 0
        while not self._closed.is_set():
            figures = {"system/cpu_percent": 100 * own.share(), "system/memory_mb": self._memory_bytes() / 1e6}
            # A full disk or a missing folder costs the figures, never the job.
            with contextlib.suppress(OSError):
                log(figures | machine.figures(self._job["cwd"]) | gpu_figures(gpus), step)
            step += 1
            self._closed.wait(EVERY_SECONDS)


def _log_to(job: dict[str, Any], paths: JobPaths) -> Callable[[Mapping[str, float], int], None]:
    # Not before the first figures: most of what this loads the supervisor of a short job never needs.
    from kargah.reporting.gateway import Address
    from kargah.reporting.reporter import Reporter
    from kargah.reporting.run_ref import run_of

    address = Address(Path(job["bridge_file"]), paths.token)
    return Reporter(paths.system_spool, address, lambda: run_of(paths.folder, job), say=lambda _line: None).log


class Cores:
    """How much of something that only grows was used between two looks, by another measure."""

    def __init__(self, used: Callable[[], float], passed: Callable[[], float]) -> None:
        self._used, self._passed = used, passed
        self._before = used(), passed()

    def share(self) -> float:
        """Since the last look, or since this was made; 0 where nothing passed."""
        (used, passed), before = (self._used(), self._passed()), self._before
        self._before = used, passed
        # A child that nobody waited for takes what it used along.
        return max(0.0, used - before[0]) / (passed - before[1]) if passed > before[1] else 0.0


class _Ticks(NamedTuple):
    busy: float
    all: float


class Machine:
    """Processor and memory of the machine, and the disk that a job writes to."""

    def __init__(self) -> None:
        self._cores = Cores(lambda: _ticks().busy, lambda: _ticks().all)

    def figures(self, folder: str) -> dict[str, float]:
        """
        Raises:
            OSError: the folder is gone.
        """
        total, available = _memory()
        disk = shutil.disk_usage(folder)
        return {
            "system/cpu_utilization_percentage": 100 * min(1.0, self._cores.share()),
            "system/system_memory_usage_megabytes": (total - available) / 1e6,
            "system/system_memory_usage_percentage": 100 * (total - available) / total,
            "system/disk_usage_percentage": 100 * disk.used / (disk.used + disk.free),
            "system/disk_usage_megabytes": disk.used / 1e6,
            "system/disk_available_megabytes": disk.free / 1e6,
        }


def _ticks() -> _Ticks:
    """Of all cores since boot: user, nice, system, idle, iowait, irq, softirq, steal. Guests are in user already."""
    fields = (_PROC / "stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]
    ticks = [int(field) for field in fields]
    return _Ticks(busy=sum(ticks) - ticks[3] - ticks[4], all=sum(ticks))


def _memory() -> tuple[int, int]:
    """Bytes there are, and bytes that a new program could have."""
    lines = (_PROC / "meminfo").read_text(encoding="ascii").splitlines()
    sizes = {name: int(rest.split()[0]) * 1024 for name, _, rest in (line.partition(":") for line in lines)}
    return sizes["MemTotal"], sizes["MemAvailable"]


def job_gpus(names: Sequence[str]) -> list[Any]:
    """NVIDIA's handles of the devices that a job was given, in its own order.

    None where this Python lacks NVIDIA's library (`nvidia-ml-py`), or the machine its driver; a device that is not
    found is None.
    """
    if not names:
        return []
    try:
        nvml = importlib.import_module("pynvml")
        nvml.nvmlInit()
    except Exception:
        return []
    return [_handle(nvml, name) for name in names]


def _handle(nvml: Any, name: str) -> Any:
    with contextlib.suppress(Exception):
        return nvml.nvmlDeviceGetHandleByIndex(int(name)) if name.isdigit() else nvml.nvmlDeviceGetHandleByUUID(name)
    return None


def gpu_figures(gpus: Sequence[Any]) -> dict[str, float]:
    """What each GPU says of itself, numbered as the job counts them; what one does not tell is left out."""
    figures: dict[str, float] = {}
    for index, gpu in enumerate(gpus):
        if gpu is None:
            continue
        nvml: Any = importlib.import_module("pynvml")
        name = f"system/gpu_{index}"
        # Parts of a GPU (MIG) have memory of their own, and no other figure.
        with contextlib.suppress(Exception):
            memory = nvml.nvmlDeviceGetMemoryInfo(gpu)
            figures[f"{name}_memory_usage_megabytes"] = memory.used / 1e6
            figures[f"{name}_memory_usage_percentage"] = 100 * memory.used / memory.total
        with contextlib.suppress(Exception):
            figures[f"{name}_utilization_percentage"] = float(nvml.nvmlDeviceGetUtilizationRates(gpu).gpu)
        with contextlib.suppress(Exception):
            figures[f"{name}_power_usage_watts"] = nvml.nvmlDeviceGetPowerUsage(gpu) / 1000
    return figures
