"""The processes of a job: finding them, measuring them, ending them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

import psutil

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def _prctl(option: int, argument: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, argument, 0, 0, 0)


def become_subreaper() -> None:
    """From now on every orphan among our descendants becomes our child, whatever session or group it moved to."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_supervisor() -> None:
    """Called in the child before exec: it ends with its supervisor, and goes first when the kernel needs memory."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800", encoding="ascii")


def start_time(pid: int) -> str:
    """When a process began, in clock ticks since boot: with the pid and the boot id this names it once and for all."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    return stat.rpartition(")")[2].split()[19]


def boot_id() -> str:
    """The kernel's name for this boot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def living(job_id: str) -> list[psutil.Process]:
    """Every living process of the job: our descendants, and whatever else carries the job's id in its environment."""
    found = {process.pid: process for process in _descendants()}
    for process in psutil.process_iter():
        if process.pid == os.getpid() or process.pid in found:
            continue
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get("KARGAH_JOB_ID") == job_id:
                found[process.pid] = process
    return [process for process in found.values() if _alive(process)]


def send(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    """Sends a signal to each; those that ended meanwhile are passed over."""
    for process in processes:
        with contextlib.suppress(psutil.Error, OSError):
            process.send_signal(number)


def memory_bytes() -> int:
    """Memory of all our descendants: what each has for itself, plus the largest shared part once."""
    own, shared = 0, 0
    for process in _descendants():
        with contextlib.suppress(psutil.Error, OSError):
            info = process.memory_info()
            part = int(getattr(info, "shared", 0))
            own += int(info.rss) - part
            shared = max(shared, part)
    return own + shared


def kernel_oom_kills() -> int:
    """How many processes the kernel has ended for memory since boot; 0 where it does not tell."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/vmstat").read_text(encoding="ascii").splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return 0


def _descendants() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _alive(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error, OSError):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False
