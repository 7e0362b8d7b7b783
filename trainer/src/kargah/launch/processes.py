"""The processes of a job: finding them, measuring them, ending them.

Read from `/proc` and with the standard library alone: a supervisor may run in an environment that has nothing else.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_PR_SET_CHILD_SUBREAPER = 36
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
_ROUNDS = 100
_VMSTAT = Path("/proc/vmstat")
_OWN_GROUPS = Path("/proc/self/cgroup")
_GROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Process:
    """A process by pid and start: a pid alone may be given to another one later."""

    pid: int
    start_time: str
    group: int = field(compare=False)


@dataclass(frozen=True)
class _Stat:
    state: str
    parent: int
    group: int
    start_time: str
    ticks: int
    """Of processor time, with those of its children that it waited for."""


def _prctl(option: int, argument: int | bytes) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, argument, 0, 0, 0)


def become_subreaper() -> None:
    """From now on every orphan among our descendants becomes our child, whatever session or group it moved to."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def be_named(name: str) -> None:
    """What `top` shows; the kernel keeps fifteen bytes."""
    _prctl(_PR_SET_NAME, name.encode()[:15])


def die_with_supervisor() -> None:
    """Called in the child: it ends with its supervisor, and goes first when the kernel needs memory."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800", encoding="ascii")


def start_time(pid: int) -> str:
    """When a process began, in clock ticks since boot: with the pid and the boot id this names it once and for all."""
    stat = _stat(pid)
    if stat is None:
        raise ProcessLookupError(pid)
    return stat.start_time


def boot_id() -> str:
    """The kernel's name for this boot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def living(job_id: str) -> list[Process]:
    """Every living process of the job: our descendants, and whatever else carries the job's id in its environment."""
    stats = _all()
    ours = _descendants(stats)
    mark = f"\0KARGAH_JOB_ID={job_id}\0".encode()
    return [
        Process(pid, stat.start_time, stat.group)
        for pid, stat in stats.items()
        if stat.state not in "ZX" and pid != os.getpid() and (pid in ours or _carries(pid, mark))
    ]


def send(processes: Iterable[Process], number: signal.Signals) -> None:
    """Sends a signal to each; those that ended meanwhile are passed over."""
    for process in processes:
        stat = _stat(process.pid)
        if stat is not None and stat.start_time == process.start_time:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process.pid, number)


def ignores(pid: int, number: signal.Signals) -> bool:
    """Whether the process ignores this signal; False where it is gone."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("SigIgn:"):
                return bool(int(line.split()[1], 16) >> (number - 1) & 1)
    return False


def kill_all(job_id: str) -> None:
    """SIGKILL to every process of the job, and to those that they started meanwhile."""
    told: set[Process] = set()
    for _ in range(_ROUNDS):
        left = [process for process in living(job_id) if process not in told]
        if not left:
            return
        send(left, signal.SIGKILL)
        told.update(left)


def memory_bytes() -> int:
    """Memory of all our descendants: what each has for itself, plus the largest shared part once."""
    own, shared = 0, 0
    for pid in _descendants(_all()):
        with contextlib.suppress(OSError, ValueError):
            _, resident, part, *_ = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
            own += (int(resident) - int(part)) * _PAGE
            shared = max(shared, int(part) * _PAGE)
    return own + shared


def private_memory_bytes() -> int:
    """Memory that our descendants have for themselves: without the pages that a fork shares with where it came from."""
    return sum(_private(pid) for pid in _descendants(_all()))


def cpu_seconds() -> float:
    """Processor time of all our descendants, with those that ended and were waited for."""
    stats = _all()
    ended = os.times()
    return sum(stats[pid].ticks for pid in _descendants(stats)) / _TICKS + ended.children_user + ended.children_system


def resident_bytes() -> int:
    """Our own resident memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE


def oom_kills() -> int:
    """How many processes of our control group the kernel has ended for memory, or of the whole machine where the group
    is not counted; 0 where it does not tell. Which ones they were it never says.
    """
    for counts in (_own_group() / "memory.events", _VMSTAT):
        with contextlib.suppress(OSError):
            for line in counts.read_text(encoding="ascii").splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
    return 0


def _own_group() -> Path:
    """In the one hierarchy of version 2; with version 1 there is nothing to be read there."""
    with contextlib.suppress(OSError):
        for line in _OWN_GROUPS.read_text(encoding="utf-8").splitlines():
            number, _, path = line.partition("::")
            if number == "0":
                return _GROUPS / path.lstrip("/")
    return _GROUPS


def _private(pid: int) -> int:
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))
    return 0


def _all() -> dict[int, _Stat]:
    with os.scandir("/proc") as entries:
        found = {int(entry.name): _stat(int(entry.name)) for entry in entries if entry.name.isdigit()}
    return {pid: stat for pid, stat in found.items() if stat is not None}


def _stat(pid: int) -> _Stat | None:
    try:
        with Path(f"/proc/{pid}/stat").open("rb") as file:
            # The command's name, in parentheses, may hold anything; fields are counted after it.
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    ticks = sum(map(int, fields[11:15]))
    return _Stat(fields[0].decode(), int(fields[1]), int(fields[2]), fields[19].decode(), ticks)


def _descendants(stats: dict[int, _Stat]) -> set[int]:
    children: dict[int, list[int]] = {}
    for pid, stat in stats.items():
        children.setdefault(stat.parent, []).append(pid)
    found: set[int] = set()
    left = [os.getpid()]
    while left:
        for pid in children.get(left.pop(), ()):
            if pid not in found:
                found.add(pid)
                left.append(pid)
    return found


def _carries(pid: int, mark: bytes) -> bool:
    try:
        with Path(f"/proc/{pid}/environ").open("rb") as file:
            return mark in b"\0" + file.read() + b"\0"
    except OSError:
        # It ended between two looks, or is another user's.
        return False
