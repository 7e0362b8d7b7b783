"""Limits that a reading process puts on itself before it opens anything of a user's."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from dataclasses import dataclass

MAX_COLUMNS = 2_000
MAX_IMAGES = 200_000
MAX_IMAGE_PIXELS = 50_000_000
MAX_LINE_BYTES = 64 << 20
_PR_SET_PDEATHSIG = 1


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


def die_with_parent() -> None:
    """Tie the life of this process to that of the one that started it."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
