"""`python -m kargah.launch.daemon <socket>`: a Python with everything loaded, of which each job is a fork.

One thread, one loop. It never runs a parallel operation and never touches a GPU, looks at itself before every fork, and
says no when it is not what it should be. A fork supervises one job, in a session of its own, and outlives the daemon;
the daemon ends when its standard input does: that is the bridge that started it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import selectors
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kargah.launch import processes
from kargah.launch.paths import JobPaths, read_json
from kargah.launch.warm import preload, safety
from kargah.launch.warm.detach_fork import Image, Loaded, detach_fork
from kargah.launch.warm.prefork import JobProcess, PreforkedJob
from kargah.launch.warm.pristine import Pristine
from kargah.launch.warm.sources import Sources

STALE = 76
ALREADY_SERVED = 75
_LOOK_SECONDS = 5.0
_CLIENT_SECONDS = 5.0
# After a job began: its first steps need the cores more.
_FORK_AGAIN_SECONDS = 0.5
# As many jobs as begin at once on the cores that there are, each for forty megabytes of its own.
_MOST_PREFORKED = 4
_MOST_BYTES = 1 << 20
_LOCK_SECONDS = 10.0


@dataclass
class _Client:
    connection: socket.socket
    since: float = field(default_factory=time.monotonic)
    received: bytearray = field(default_factory=bytearray)


class Daemon:
    """Answers one line of JSON with one line of JSON: `{"folder", "env"}` → `{"begun": true}` or `{"refused": …}`."""

    def __init__(self, listener: socket.socket, lock: int, sources: Sources, loaded: Loaded) -> None:
        self._listener = listener
        self._lock = lock
        self._sources = sources
        self._loaded = loaded
        self._clients: dict[int, _Client] = {}
        self._selector = selectors.DefaultSelector()
        self._next_look = time.monotonic() + _LOOK_SECONDS
        self._preforked: list[PreforkedJob] = []
        self._most_preforked = min(_MOST_PREFORKED, len(os.sched_getaffinity(0)))
        self._fork_at = 0.0
        self._wake = self._listen_to_signals()

    def serve(self) -> int:
        """Until the bridge is gone, or the environment is not the one that was loaded; answers the exit code."""
        os.set_blocking(0, False)
        for fd in (0, self._wake, self._listener.fileno()):
            self._selector.register(fd, selectors.EVENT_READ)
        while True:
            self._keep_preforked()
            for key, _ in self._selector.select(self._timeout()):
                if key.fd == 0:
                    if self._bridge_is_gone():
                        return 0
                elif key.fd == self._wake:
                    if any(number != signal.SIGCHLD for number in os.read(self._wake, 4096)):
                        return 0
                    _reap()
                elif key.fd == self._listener.fileno():
                    self._accept()
                elif key.fd in self._clients:
                    self._hear(self._clients[key.fd])
            self._drop_slow_clients()
            if time.monotonic() >= self._next_look:
                self._next_look = time.monotonic() + _LOOK_SECONDS
                if self._sources.changed():
                    return STALE

    def _timeout(self) -> float:
        enough = len(self._preforked) >= self._most_preforked
        due = self._next_look if enough else min(self._next_look, self._fork_at)
        return max(0.0, due - time.monotonic())

    def _listen_to_signals(self) -> int:
        wake, wake_end = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(wake_end, False)
        signal.set_wakeup_fd(wake_end, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)
        # SIGINT of a terminal reaches the whole process group; the bridge decides when the daemon ends.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return wake

    def _bridge_is_gone(self) -> bool:
        try:
            return os.read(0, 4096) == b""
        except BlockingIOError:
            return False

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            connection, _ = self._listener.accept()
            peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
            if struct.unpack("3i", peer)[1] != os.getuid():
                connection.close()
                return
            connection.setblocking(False)
            self._clients[connection.fileno()] = _Client(connection)
            self._selector.register(connection, selectors.EVENT_READ)

    def _hear(self, client: _Client) -> None:
        try:
            received = client.connection.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        client.received += received
        line, end, _ = client.received.partition(b"\n")
        if end:
            # Known as a client until then, so that a fork lets go of it.
            with client.connection:
                self._answer(client.connection, bytes(line))
                self._forget(client)
        elif not received or len(client.received) > _MOST_BYTES:
            self._drop(client)

    def _answer(self, connection: socket.socket, line: bytes) -> None:
        asked = _request(line)
        if asked is None:
            _tell(connection, {"error": "malformed"})
            return
        folder, environ = asked
        no = self._refusal(folder)
        if no is not None:
            _tell(connection, {"refused": no})
            return
        try:
            self._give(connection, folder, environ)
        except OSError as error:
            _tell(connection, {"refused": safety.unsafe(error.strerror or str(error))})

    def _give(self, connection: socket.socket, folder: Path, environ: dict[str, str]) -> None:
        self._fork_at = time.monotonic() + _FORK_AGAIN_SECONDS
        while self._preforked:
            # The oldest one, which has finished its rehearsal by now. One that is gone was killed.
            with contextlib.suppress(BrokenPipeError):
                self._preforked.pop(0).give(folder, environ, connection)
                return
        self._fork_ahead().give(folder, environ, connection)

    def _fork_ahead(self) -> PreforkedJob:
        def work(job: dict[str, Any], paths: JobPaths, environ: dict[str, str]) -> None:
            detach_fork(job, paths, environ, self._loaded)

        return PreforkedJob(self._leave, work)

    def _leave(self) -> None:
        """In a fork: nothing of ours stays open there."""
        # Not unregistered: the kernel's list of what to listen to is shared with the daemon.
        self._selector.close()
        self._listener.close()
        os.close(self._lock)
        for client in self._clients.values():
            client.connection.close()
        self._clients.clear()
        # What waits ends when nobody holds the other end.
        for preforked in self._preforked:
            preforked.let_go()
        self._preforked.clear()
        nothing = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1):
            os.dup2(nothing, fd)
        os.close(nothing)

    def _keep_preforked(self) -> None:
        """One at a time, so that whoever asks meanwhile is heard."""
        if len(self._preforked) >= self._most_preforked or time.monotonic() < self._fork_at:
            return
        if safety.refusal(threads=preload.threads()) is None:
            with contextlib.suppress(OSError):
                self._preforked.append(self._fork_ahead())
                return
        self._fork_at = time.monotonic() + _LOOK_SECONDS

    def _refusal(self, folder: Path) -> safety.Refusal | None:
        if self._sources.changed():
            self._next_look = 0
            return {"code": "warm_launcher_starting", "params": {}}
        job = read_json(JobPaths(folder).job) or {}
        script = job.get("script")
        return safety.refusal(threads=preload.threads()) or (
            safety.hidden_module(Path(script["path"])) if script else safety.unknown_recipe(str(job.get("recipe")))
        )

    def _drop_slow_clients(self) -> None:
        now = time.monotonic()
        for client in [client for client in self._clients.values() if now - client.since > _CLIENT_SECONDS]:
            self._drop(client)

    def _drop(self, client: _Client) -> None:
        self._forget(client)
        client.connection.close()

    def _forget(self, client: _Client) -> None:
        self._selector.unregister(client.connection)
        del self._clients[client.connection.fileno()]


def _request(line: bytes) -> tuple[Path, dict[str, str]] | None:
    try:
        asked = json.loads(line)
        folder, environ = Path(asked["folder"]), asked["env"]
        sound = folder.is_absolute() and all(type(part) is str for pair in environ.items() for part in pair)
        return (folder, environ) if sound else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _tell(connection: socket.socket, answer: dict[str, Any]) -> None:
    # The bridge that asked may be gone; the job goes on, and its folder says so.
    with contextlib.suppress(OSError):
        connection.sendall(json.dumps(answer).encode() + b"\n")


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _openblas() -> Callable[[int], None] | None:
    """Gives numpy back the threads that the daemon took from it."""
    try:
        from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]
    except ImportError:
        return None
    found = [one for one in ThreadpoolController().lib_controllers if one.internal_api == "openblas"]

    def give(threads: int) -> None:
        for library in found:
            library.set_num_threads(threads)

    return give


def listen(path: Path) -> tuple[socket.socket, int] | None:
    """The socket at `path` and the lock that makes it ours alone; None when another daemon keeps serving there."""
    lock = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            # Held for as long as this process lives; one that a killed bridge left behind is about to end.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > deadline:
                return None
            time.sleep(0.05)
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    os.umask(0o077)
    listener.bind(str(path))
    listener.listen(64)
    listener.setblocking(False)
    return listener, lock


def main(argv: list[str]) -> int:
    """Loads, says `ready` on standard output, and serves."""
    processes.be_named("kargah-warm")
    # Where a module lies must not depend on where the daemon was started.
    sys.path[:] = [entry for entry in sys.path if entry not in ("", str(Path.cwd()))]
    pristine = Pristine()
    sources = Sources()
    image = Image()
    missing = preload.load()
    if not sources.loaded():
        return STALE
    no = safety.refusal(threads=preload.threads())
    if no is not None:
        sys.stdout.write(json.dumps({"refused": no}) + "\n")
        return 1
    place = listen(Path(argv[1]).absolute())
    if place is None:
        sys.stdout.write(json.dumps({"refused": safety.unsafe("another daemon serves this folder")}) + "\n")
        return ALREADY_SERVED
    run_with_package = Path(__file__).with_name("run_with_package.py")
    daemon = Daemon(*place, sources, Loaded(image, pristine, _openblas()))
    # From here on a signal ends it as it should.
    sys.stdout.write(json.dumps({"ready": True, "missing": missing, "borrow": str(run_with_package)}) + "\n")
    return daemon.serve()


def run(argv: list[str]) -> None:
    """As `main`; in the fork that is a job, does the job's work with no frame of the daemon left below it."""
    try:
        code = main(argv)
    except JobProcess as job:
        work = job.main
    else:
        # Nothing to be taken down: what matters is already written.
        os._exit(code)
    work()


if __name__ == "__main__":
    run(sys.argv)
