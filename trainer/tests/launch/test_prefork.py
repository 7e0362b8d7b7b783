"""Processes that wait for jobs: as many as begin at once, and none for longer than there is a daemon to give it one."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import psutil

from .test_daemon import RunningDaemon, until

# A supervisor and its job's process, for each core up to four.
WAITING = 2 * min(4, len(os.sched_getaffinity(0)))


def below(daemon: RunningDaemon) -> set[int]:
    return {process.pid for process in psutil.Process(daemon.process.pid).children(recursive=True)}


def lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_as_many_processes_wait_as_jobs_begin_at_once_and_only_jobs_outlive_the_daemon(tmp_path: Path) -> None:
    daemon = RunningDaemon(tmp_path)
    until(lambda: len(below(daemon)) == WAITING)
    waiting = below(daemon)
    folder = daemon.folder("import time\ntime.sleep(600)")
    assert daemon.submit(folder) == {"begun": True}
    begun = json.loads((folder / "supervisor.json").read_text())
    job = {begun["pid"], begun["child_pid"]}
    assert job <= waiting
    until(lambda: len(below(daemon)) == WAITING + len(job))
    others = below(daemon) - job
    daemon.process.kill()
    daemon.process.wait()
    until(lambda: not any(map(lives, others)))
    assert all(map(lives, job))
    os.kill(begun["pid"], signal.SIGTERM)
    until((folder / "outcome.json").exists)
