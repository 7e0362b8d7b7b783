"""A supervisor and its job's process, forked before there is a job: both wait for one.

A fork of half a gigabyte takes fifteen milliseconds, and a job takes two. The job's process has also gone a
recipe's way to its first optimizer step, on one thread, so that the pages which that copies are its own already.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kargah.launch import process_tag, processes
from kargah.launch.command import environment
from kargah.launch.paths import JobPaths
from kargah.launch.start import Kind
from kargah.launch.supervise import supervise
from kargah.launch.warm.preload import rehearse_step

_LENGTH = struct.Struct("Q")


class JobProcess(BaseException):
    """Raised in the job's process to leave every frame of the daemon; `main` is what it is to do."""

    def __init__(self, main: Callable[[], None]) -> None:
        super().__init__()
        self.main = main


class PreforkedJob:
    """The daemon's end of a pair that waits."""

    def __init__(self, leave: Callable[[], None], work: Callable[[dict[str, Any], JobPaths, dict[str, str]], None]):
        """Forks. `leave` lets go, in the fork, of what is the daemon's; `work` is the job's work.

        Raises:
            OSError: there is no room for another process.
        """
        self._channel, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid:
            theirs.close()
            return
        self._channel.close()
        leave()
        _supervisor(theirs, work)

    def give(self, folder: Path, environ: dict[str, str], connection: socket.socket) -> None:
        """Lets it have a job; it answers on `connection` when the job's process has begun.

        Raises:
            OSError: it is gone.
        """
        with self._channel:
            _send(self._channel, {"folder": str(folder), "env": environ}, [connection.fileno()])

    def let_go(self) -> None:
        """In another fork, which is not to keep it alive."""
        self._channel.close()


class Warm:
    """Lets the process that waits have the job."""

    kind: Kind = "warm"
    note: dict[str, Any] | None = None

    def __init__(self, pid: int, channel: socket.socket) -> None:
        self._pid = pid
        self._channel = channel
        self._message: dict[str, Any] = {}
        self._given: list[int] = []
        self._inherited = processes.resident_bytes()
        self.memory_bytes: Callable[[], int] = processes.private_memory_bytes

    def prepare(self, job: dict[str, Any], paths: JobPaths, output: int) -> int:
        folder = os.open(job["cwd"], os.O_RDONLY | os.O_DIRECTORY)
        self._message = {"job": job, "folder": str(paths.folder), "env": environment(job, paths, sys.executable)}
        self._given = [output, folder]
        return self._pid

    def go(self) -> None:
        with self._channel:
            _send(self._channel, self._message, self._given)
        os.close(self._given[1])

    def peak_bytes(self, most_resident: int) -> int:
        return max(0, most_resident - self._inherited)


def _supervisor(channel: socket.socket, work: Callable[[dict[str, Any], JobPaths, dict[str, str]], None]) -> None:
    """Never returns: leaves by `_exit`, or, in the job's process, by JobProcess."""
    code = 70
    try:
        gc.disable()
        _default_signals()
        processes.be_named("kargah-superv")
        os.setsid()
        os.umask(0o077)
        ours, theirs = socket.socketpair()
        supervisor = os.getpid()
        pid = os.fork()
        if pid == 0:
            channel.close()
            ours.close()
            _job(theirs, supervisor, work)
        theirs.close()
        given = _receive(channel, 1)
        if given is None:
            os._exit(0)
        asked, (answer,) = given
        channel.close()
        folder = Path(asked["folder"])
        _write_to(folder / "supervisor.log")
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(asked["env"])
        code = supervise(folder, Warm(pid, ours), lambda: _begun(answer))
        if code:
            os.kill(pid, signal.SIGKILL)
    except JobProcess:
        raise
    except BaseException:
        sys.excepthook(*sys.exc_info())
    os._exit(code)


def _job(
    channel: socket.socket, supervisor: int, work: Callable[[dict[str, Any], JobPaths, dict[str, str]], None]
) -> None:
    os.setsid()
    processes.die_with_supervisor()
    if os.getppid() != supervisor:
        os._exit(0)
    # A job that has arrived already would have to wait for the rehearsal.
    if not select.select([channel], [], [], 0)[0]:
        rehearse_step()
    given = _receive(channel, 2)
    if given is None:
        os._exit(0)
    asked, (output, folder) = given
    process_tag.tag_process(asked["job"]["job_id"])
    os.fchdir(folder)
    os.dup2(output, 1)
    os.dup2(output, 2)
    channel.close()
    raise JobProcess(lambda: work(asked["job"], JobPaths(Path(asked["folder"])), asked["env"]))


def _begun(answer: int) -> None:
    # The bridge that asked may be gone; the job goes on, and its folder says so.
    with contextlib.suppress(OSError):
        os.write(answer, b'{"begun": true}\n')
    os.close(answer)


def _default_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def _write_to(log: Path) -> None:
    fd = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(fd, 1)
    os.dup2(fd, 2)
    os.close(fd)


def _send(channel: socket.socket, message: object, fds: list[int]) -> None:
    body = json.dumps(message).encode()
    socket.send_fds(channel, [_LENGTH.pack(len(body))], fds)
    channel.sendall(body)


def _receive(channel: socket.socket, count: int) -> tuple[dict[str, Any], list[int]] | None:
    """None when the other side is gone."""
    header, fds, _, _ = socket.recv_fds(channel, _LENGTH.size, count)
    if len(header) < _LENGTH.size:
        return None
    left = _LENGTH.unpack(header)[0]
    body = bytearray()
    while len(body) < left:
        piece = channel.recv(left - len(body))
        if not piece:
            return None
        body += piece
    return json.loads(body), fds
