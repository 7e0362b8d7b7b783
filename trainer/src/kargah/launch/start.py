"""The two ways in which a supervisor starts its job: a new Python, or a fork of one that has everything loaded.

Either way in two steps, with `supervisor.json` written between them: a process that waits, and its leave to go on. A
supervisor that is killed before the second leaves a process behind that has run nothing of the job, and ends.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import struct
from collections.abc import Callable
from typing import Any, Literal, Protocol

from kargah.launch import process_tag, processes
from kargah.launch.command import command, environment
from kargah.launch.paths import JobPaths

Kind = Literal["warm", "cold"]
_ERRNO = struct.Struct("i")


class Start(Protocol):
    """How a job's first process comes to be."""

    @property
    def kind(self) -> Kind: ...

    @property
    def note(self) -> dict[str, Any] | None:
        """A coded reason why it is not a warm one."""
        ...

    def prepare(self, job: dict[str, Any], paths: JobPaths, output: int) -> int:
        """The pid of a process that waits for `go`, in a session of its own, `output` its stdout and stderr.

        Raises:
            OSError: it cannot be started.
        """
        ...

    def go(self) -> None:
        """Lets the process have the job.

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
        self._gate = self._failed = -1
        # The person's, as the bridge has it; the supervisor's own files are for nobody else.
        self._umask = os.umask(0o077)
        os.umask(self._umask)

    def prepare(self, job: dict[str, Any], paths: JobPaths, output: int) -> int:
        argv, environ = command(self.python, job, paths), environment(job, paths, self.python)
        # What can be seen to be missing is a launch that failed, not a job that began and ended.
        program = shutil.which(argv[0], path=environ.get("PATH"))
        if program is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), argv[0])
        argv[0] = program
        os.close(os.open(job["cwd"], os.O_RDONLY | os.O_DIRECTORY))
        gate, self._gate = os.pipe()
        self._failed, failed = os.pipe()
        # One thread only, and nothing but system calls: safe between fork and exec.
        pid = os.fork()
        if pid == 0:
            os.close(self._gate)
            if job.get("script"):
                os.umask(self._umask)
            _wait_and_run((gate, failed), argv, environ, job, output)
        os.close(gate)
        os.close(failed)
        return pid

    def go(self) -> None:
        with os.fdopen(self._failed, "rb") as failed:
            os.write(self._gate, b"g")
            os.close(self._gate)
            # Ends without a word when the new program begins.
            why = failed.read()
        if why:
            number = _ERRNO.unpack(why)[0]
            raise OSError(number, os.strerror(number))

    def peak_bytes(self, most_resident: int) -> int:
        return most_resident


def _wait_and_run(
    pipes: tuple[int, int], argv: list[str], environ: dict[str, str], job: dict[str, Any], output: int
) -> None:
    """In the fork; never returns."""
    gate, failed = pipes
    try:
        os.setsid()
        processes.die_with_supervisor()
        process_tag.tag_process(job["job_id"])
        if not os.read(gate, 1):
            os._exit(0)
        os.chdir(job["cwd"])
        nothing = os.open(os.devnull, os.O_RDONLY)
        for mine, wanted in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(mine, wanted)
        # Python ignores these; a program expects them as the system has them.
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        os.execve(argv[0], argv, environ)  # noqa: S606
    except OSError as error:
        os.write(failed, _ERRNO.pack(error.errno or 0))
    finally:
        os._exit(127)
