"""The two ways in which a supervisor starts its job: a new Python, or a fork of one that has everything loaded."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any, Literal, Protocol

from . import processes
from .command import command, environment
from .paths import JobPaths

Kind = Literal["warm", "cold"]


class Start(Protocol):
    """How a job's first process comes to be."""

    @property
    def kind(self) -> Kind: ...

    @property
    def note(self) -> dict[str, Any] | None:
        """A coded reason why it is not a warm one."""
        ...

    def __call__(self, job: dict[str, Any], paths: JobPaths, output: int) -> int:
        """The pid of the process, in a session of its own, `output` its stdout and stderr.

        Raises:
            OSError: it cannot be started.
        """
        ...

    def memory_bytes(self) -> int:
        """What all processes of the job hold now."""
        ...

    def peak_bytes(self, most_resident: int) -> int:
        """What the job's own process held at most, of the peak that the kernel tells."""
        ...


class Cold:
    """A new interpreter for every job."""

    kind: Kind = "cold"

    def __init__(self, python: str, note: dict[str, Any] | None = None) -> None:
        self.python = python
        self.note = note
        self.memory_bytes: Callable[[], int] = processes.memory_bytes

    def __call__(self, job: dict[str, Any], paths: JobPaths, output: int) -> int:
        child = subprocess.Popen(
            command(self.python, job, paths),
            cwd=job["cwd"],
            env=environment(job, paths),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            # One thread only, and nothing but system calls: safe between fork and exec.
            preexec_fn=processes.die_with_supervisor,  # noqa: PLW1509
        )
        # The supervisor reaps all children itself; without this Popen would ask for one that is gone.
        child.returncode = 0
        return child.pid

    def peak_bytes(self, most_resident: int) -> int:
        return most_resident
