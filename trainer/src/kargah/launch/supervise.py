"""`python -m kargah.launch.supervise <job folder> [python [note]]`: a job's parent; it outlives the bridge and proves
the end. `python` runs the job (this interpreter where it is left out), `note` says as JSON why it is a cold start.

One loop: the log's pipe, signals (through a wake-up pipe) and a clock; what it measures for people to see comes from a
thread beside it. It stays light: there is one a job.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import math
import os
import selectors
import signal
import sys
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from kargah.launch import processes
from kargah.launch.paths import JobPaths, flush, put_json, read_json
from kargah.launch.start import Cold, Start
from kargah.launch.supervision import reserve
from kargah.launch.supervision.bounded_log import HEAD_BYTES, BoundedLog
from kargah.launch.supervision.heartbeat import Heartbeat
from kargah.launch.supervision.lifeline import LOOK_SECONDS, Lifeline
from kargah.launch.supervision.outcome import Ending, outcome_of
from kargah.launch.supervision.system import SystemWatch

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
_STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT}
# The rest of the grace is for SIGTERM.
_INTERRUPT_SHARE = 0.5
_SAMPLE_SECONDS = 1.0
_SAMPLE_SECONDS_NEAR_LIMIT = 0.1
_ENDING_SECONDS = 0.05
_CHUNK = 1 << 16
_ALREADY_SUPERVISED = 75
_FOLDER_LOST = 74


class Supervisor:
    """The one training process of a job, from its start to the moment when nothing of it is left."""

    def __init__(self, paths: JobPaths, job: dict[str, Any], start: Start, begun: Callable[[], None]) -> None:
        self._paths = paths
        self._job = job
        self._start = start
        self._begun = begun
        self._pid = 0
        self._grace = float(job.get("grace_seconds") or 0)
        self._memory_limit: int | None = job.get("memory_bytes")
        self._started_at = datetime.now(timezone.utc)
        limit = job.get("time_limit_seconds")
        self._time_is_up = math.inf if limit is None else time.monotonic() + float(limit)
        self._status: int | None = None
        self._stop_asked = False
        self._stopped = self._oom = self._timed_out = False
        self._terminate_at: float | None = None
        self._kill_at: float | None = None
        self._leftovers_told = False
        self._warned: set[processes.Process] = set()
        self._killed_by_us = False
        self._abandoned = False
        self._lifeline = Lifeline(paths.folder, Path(job["bridge_file"]), job.get("orphan_seconds"))
        self._next_look = 0.0
        self._next_sample = 0.0
        self._peak_memory = 0
        self._cpu_seconds = 0.0
        self._oom_kills_before = processes.oom_kills()
        self._selector = selectors.DefaultSelector()
        self._log = BoundedLog(paths.log, head_bytes=job.get("log_bytes") or HEAD_BYTES)
        self._heartbeat = Heartbeat(paths.heartbeat)
        self._next_beat = self._heartbeat.beat(time.monotonic())

    def run(self) -> None:
        """Starts the training process, waits until nothing of it is left, and writes the outcome."""
        reserve.hold(self._paths)
        wake = self._listen()
        pipe, child_end = os.pipe()
        os.set_blocking(pipe, False)
        try:
            self._pid = self._start.prepare(self._job, self._paths, child_end)
            # Killed up to here, we leave no job behind; from here on, one that is known to have begun.
            self._tell()
            self._start.go()
        except OSError as error:
            os.close(child_end)
            processes.kill_all(self._job["job_id"])
            self._finish(launch_error=error.strerror or str(error))
            return
        os.close(child_end)
        self._begun()
        # No job waits until the disk has this: others see it whoever is killed, and a power cut ends the job too.
        for path in (self._paths.supervisor, self._paths.folder):
            with contextlib.suppress(OSError):
                flush(path)
        system = SystemWatch(self._job, self._paths, self._start.memory_bytes)
        self._selector.register(pipe, selectors.EVENT_READ)
        while not self._over():
            for key, _ in self._selector.select(self._timeout()):
                if key.fd == wake:
                    self._hear(wake)
                else:
                    self._pump(pipe)
            self._reap()
            self._watch_limits()
        while self._pump(pipe):
            pass
        system.close()
        self._finish(launch_error=None)

    def _listen(self) -> int:
        wake, wake_end = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(wake_end, False)
        signal.set_wakeup_fd(wake_end, warn_on_full_buffer=False)
        for number in _SIGNALS:
            signal.signal(number, lambda *_: None)
        self._selector.register(wake, selectors.EVENT_READ)
        return wake

    def _tell(self) -> None:
        put_json(
            self._paths.supervisor,
            {
                "pid": os.getpid(),
                "start_time": processes.start_time(os.getpid()),
                "boot_id": processes.boot_id(),
                "fence": self._job.get("fence"),
                "child_pid": self._pid,
                "child_pgid": self._pid,
                "launch": self._start.kind,
                "launch_note": self._start.note,
            },
        )

    def _hear(self, wake: int) -> None:
        with contextlib.suppress(BlockingIOError):
            if any(number in _STOP_SIGNALS for number in os.read(wake, 4096)):
                self._stop_asked = True

    def _pump(self, pipe: int) -> bool:
        """Moves one chunk of the log; False when there is none now."""
        try:
            chunk = os.read(pipe, _CHUNK)
        except BlockingIOError:
            return False
        if not chunk:
            with contextlib.suppress(KeyError):
                self._selector.unregister(pipe)
            return False
        self._log.append(chunk)
        return True

    def _reap(self) -> None:
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._cpu_seconds += usage.ru_utime + usage.ru_stime
            if pid == self._pid:
                self._status = status
                self._peak_memory = max(self._peak_memory, self._start.peak_bytes(usage.ru_maxrss * 1024))

    def _watch_limits(self) -> None:
        now = time.monotonic()
        self._next_beat = self._heartbeat.beat(now)
        if now >= self._next_look:
            self._look_for_purpose(now)
        if self._status is None and self._stop_asked and not self._ending:
            self._stopped = True
            stop = read_json(self._paths.stop) or {}
            self._begin_end(now, float(stop.get("grace_seconds", self._grace)))
        if self._status is None and now >= self._next_sample:
            self._sample_memory(now)
        if self._status is None and not self._ending and now >= self._time_is_up:
            self._timed_out = True
            self._begin_end(now, self._grace)
        if self._status is None and self._terminate_at is not None and now >= self._terminate_at:
            self._terminate()
        if self._kill_at is not None and now >= self._kill_at:
            self._killed_by_us = True
            processes.kill_all(self._job["job_id"])

    def _look_for_purpose(self, now: float) -> None:
        self._next_look = now + LOOK_SECONDS
        if not self._lifeline.has_folder():
            # The job's folder is gone: no outcome can be written, and nothing of the job can be kept.
            while processes.living(self._job["job_id"]):
                processes.kill_all(self._job["job_id"])
                self._reap()
                time.sleep(_ENDING_SECONDS)
            os._exit(_FOLDER_LOST)
        if self._status is None and not self._ending and self._lifeline.is_abandoned():
            self._abandoned = True
            self._begin_end(now, self._grace)

    def _sample_memory(self, now: float) -> None:
        used = self._start.memory_bytes()
        self._peak_memory = max(self._peak_memory, used)
        near = self._memory_limit is not None and used > self._memory_limit / 2
        self._next_sample = now + (_SAMPLE_SECONDS_NEAR_LIMIT if near else _SAMPLE_SECONDS)
        if self._memory_limit is not None and used > self._memory_limit and not self._oom:
            self._oom = True
            self._kill_at = now

    @property
    def _ending(self) -> bool:
        return self._stopped or self._timed_out or self._oom or self._abandoned

    def _begin_end(self, now: float, grace: float) -> None:
        self._kill_at = now + grace
        if not self._job.get("script") or processes.ignores(self._pid, signal.SIGINT):
            self._terminate()
            return
        self._terminate_at = now + grace * _INTERRUPT_SHARE
        # SIGINT is for the group, as Ctrl+C in a terminal; who left it hears SIGTERM.
        self._warn(one for one in processes.living(self._job["job_id"]) if one.group != self._pid)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGINT)

    def _terminate(self) -> None:
        self._terminate_at = None
        # The processes are listed first: those that a process starts to save its work must not get this signal.
        living = processes.living(self._job["job_id"])
        # The group in one step, then each process that has moved out of it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGTERM)
        self._warned.update(one for one in living if one.group == self._pid)
        self._warn(living)

    def _warn(self, some: Iterable[processes.Process]) -> None:
        """SIGTERM, once to each."""
        new = [one for one in some if one not in self._warned]
        self._warned.update(new)
        processes.send(new, signal.SIGTERM)

    def _over(self) -> bool:
        if self._status is None:
            return False
        left = processes.living(self._job["job_id"])
        if left and not self._leftovers_told:
            self._leftovers_told = True
            self._warn(left)
            grace_ends = time.monotonic() + self._grace
            self._kill_at = grace_ends if self._kill_at is None else min(self._kill_at, grace_ends)
        return not left

    def _timeout(self) -> float:
        now = time.monotonic()
        if self._status is not None:
            return _ENDING_SECONDS
        times = [self._next_sample, self._next_beat, self._next_look]
        if self._kill_at is not None:
            times.append(max(self._kill_at, now + _ENDING_SECONDS))
            if self._terminate_at is not None:
                times.append(self._terminate_at)
        else:
            times.append(self._time_is_up)
        return max(0.0, min(times) - now)

    def _finish(self, launch_error: str | None) -> None:
        self._log.close()
        code = None if self._status is None else os.waitstatus_to_exitcode(self._status)
        killed = -code if code is not None and code < 0 else None
        by_others = killed == signal.SIGKILL and not self._killed_by_us
        ending = Ending(
            exit_code=code if killed is None else None,
            signal_number=killed,
            stopped=self._stopped and not self._oom,
            oom=self._oom,
            maybe_oom=by_others and processes.oom_kills() > self._oom_kills_before,
            timed_out=self._timed_out,
            abandoned=self._abandoned,
            disk_full=self._log.found_no_room or any(map(reserve.is_full, (self._paths.folder, self._job["cwd"]))),
            launch_error=launch_error,
            started_at=self._started_at,
            peak_memory_bytes=self._peak_memory or None,
            cpu_seconds=round(self._cpu_seconds, 3) if self._status is not None else None,
        )
        reserve.write_outcome(self._paths, outcome_of(self._job, self._paths, ending))
        self._paths.environment.unlink(missing_ok=True)


def supervise(folder: Path, start: Start, begun: Callable[[], None] = lambda: None) -> int:
    """Supervises the job of one folder; a second supervisor of the same folder leaves at once.

    `begun` is called when the process runs and `supervisor.json` says so.
    """
    paths = JobPaths(folder)
    lock = os.open(paths.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _ALREADY_SUPERVISED
    if paths.outcome.exists():
        return 0
    job = read_json(paths.job)
    if job is None:
        sys.stderr.write(f"{paths.job} holds no job\n")
        return 2
    # A session of its own: a signal for the bridge's group, or the end of its terminal, is not for us.
    with contextlib.suppress(PermissionError):
        os.setsid()
    os.umask(0o077)
    processes.become_subreaper()
    Supervisor(paths, job, start, begun).run()
    return 0


def main(argv: list[str]) -> int:
    """Supervises a job that is started cold."""
    python, note = (*argv[2:], None, None)[:2]
    start = Cold(python or sys.executable, None if note is None else json.loads(note))
    return supervise(Path(argv[1]).absolute(), start)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
