"""Lets the process keep memory that a step frees, for the next step needs as much again."""

from __future__ import annotations

import ctypes

M_TRIM_THRESHOLD = -1
M_TOP_PAD = -2
M_MMAP_THRESHOLD = -3
LARGEST_BLOCK = 1 << 30
KEPT = 512 << 20
TOP_PAD = 64 << 20


def keep_freed_memory() -> None:
    """By itself glibc gives large blocks back at once, and the kernel clears each page anew: half of a CNN's step.

    Up to half a gigabyte is kept. With another C library nothing changes.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    # Older ones refuse blocks that large; 32 MiB is what they all take.
    if not mallopt(M_MMAP_THRESHOLD, LARGEST_BLOCK):
        mallopt(M_MMAP_THRESHOLD, 32 << 20)
    mallopt(M_TRIM_THRESHOLD, KEPT)
    mallopt(M_TOP_PAD, TOP_PAD)
