"""What every process of a job carries: a number that the kernel hands down to each child, and shows to whoever looks.

An environment can be cleared, a name, a session and a parent changed, by accident as well; this number is none of
them. It is the soft limit of file locks, which means nothing to Linux since 2.4.25; `launchers/local/mark.ts` reads it.
"""

from __future__ import annotations

import contextlib
import hashlib
import resource

# No limit that the `resource` module has a name for.
_RLIMIT_LOCKS = 10
_UNUSED_BITS = 2


def tag_of(job_id: str) -> int:
    """62 bits of the id's SHA-256: below infinity, and a limit that nobody sets on purpose."""
    return int.from_bytes(hashlib.sha256(job_id.encode()).digest()[:8], "big") >> _UNUSED_BITS


def tag_process(job_id: str) -> None:
    """From now on this process and all that it starts carry the job's number."""
    # Where a limit may not be set, the environment alone tells.
    with contextlib.suppress(OSError, ValueError):
        _, hard = resource.getrlimit(_RLIMIT_LOCKS)
        resource.setrlimit(_RLIMIT_LOCKS, (tag_of(job_id), hard))
