"""Limits that a reading process puts on itself before it opens anything of a user's."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

MAX_COLUMNS = 2_000
MAX_IMAGES = 200_000
MAX_IMAGE_PIXELS = 50_000_000
MAX_LINE_BYTES = 64 << 20
_PR_SET_PDEATHSIG = 1
# The bridge has six processes read at once.
_FREE_SHARE = 1 / 8


@dataclass(frozen=True)
class Limits:
    """Bytes of address space, seconds of processor time and bytes of one written file."""

    memory_bytes: int
    cpu_seconds: int
    file_bytes: int


def apply(limits: Limits) -> None:
    """Set the limits of this process and tie its life to the bridge's, so that none outlives it."""
    for kind, wanted in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        if kind == resource.RLIMIT_AS and sys.platform != "linux":
            continue  # Elsewhere shared libraries alone exceed any sensible limit.
        hard = resource.getrlimit(kind)[1]
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (soft, hard))
    die_with_parent()
    # Arrow's own allocators reserve address space far beyond what they use, which RLIMIT_AS counts.
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.umask(0o077)


def spill_bytes(folder: Path) -> int:
    """Return what this process may put into `folder` for want of memory: as much as one file, and not all that is free.

    The limit of a file's size alone holds for each of many files.
    """
    free = int(shutil.disk_usage(folder).free * _FREE_SHARE)
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    return free if most == resource.RLIM_INFINITY else min(free, most)


def die_with_parent() -> None:
    """Tie the life of this process to that of the one that started it."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)


def spill_of(folder: Path, pid: int) -> Path:
    """Where a fork may put what does not fit into memory; removed when it has ended."""
    return folder / f".spill-{pid}"
