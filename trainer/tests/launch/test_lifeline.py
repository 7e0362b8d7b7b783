"""What ends a job that has lost its folder or its bridge, and what is left of it then."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kargah.launch import processes
from kargah.launch.supervision.lifeline import Lifeline

from ..conftest import DEADLINE_SECONDS
from .test_supervise import Job, until

WAITS = "import time\nprint('begun', flush=True)\nwhile True: time.sleep(1)\n"
STARTS_ANOTHER = f"""
import subprocess, sys
subprocess.Popen([sys.executable, "-c", {WAITS!r}], start_new_session=True)
{WAITS}
"""


def deleted(folder: Path) -> None:
    shutil.rmtree(folder)


def moved(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


def replaced(folder: Path) -> None:
    moved(folder)
    folder.mkdir()


def data_folder_moved(folder: Path) -> None:
    folder.parent.rename(folder.parent.with_name("elsewhere"))


@pytest.mark.parametrize("happens", [deleted, moved, replaced, data_folder_moved])
@pytest.mark.parametrize("source", [WAITS, STARTS_ANOTHER], ids=["alone", "with a child of its own session"])
def test_a_job_ends_at_once_when_its_folder_is(source: str, happens: Callable[[Path], None], tmp_path: Path) -> None:
    root = tmp_path / "data"
    root.mkdir()
    job = Job(root, source, cwd=str(tmp_path))
    supervisor = job.start()
    job.until_it_says("begun")
    assert job.processes()
    happens(job.folder)
    assert supervisor.wait(DEADLINE_SECONDS) == 74
    assert job.processes() == []
    if happens is not replaced:
        # Nothing brought it back.
        assert not job.folder.exists()


def bridge_runs(folder: Path) -> Path:
    """A bridge is written down that runs for as long as this process does."""
    told = {"pid": os.getpid(), "start_time": processes.start_time(os.getpid()), "url": "http://127.0.0.1:9"}
    path = folder / "bridge.json"
    path.write_text(json.dumps(told))
    return path


def outcome_without_bridge(job: Job, begun: Callable[[], bool]) -> dict[str, Any]:
    """What becomes of a job whose bridge goes as soon as the job has begun, however long that takes."""
    bridge = bridge_runs(job.folder.parent)
    supervisor = job.start()
    until(begun)
    bridge.unlink()
    assert supervisor.wait(DEADLINE_SECONDS) == 0
    return job.outcome


def test_a_job_without_a_bridge_for_as_long_as_it_may_be_is_stopped_with_what_it_has(tmp_path: Path) -> None:
    source = """
import time
try:
    print("begun", flush=True)
    while True: time.sleep(1)
except KeyboardInterrupt:
    open("saved", "w").close()
"""
    job = Job(tmp_path, source, orphan_seconds=1, grace_seconds=DEADLINE_SECONDS)
    outcome = outcome_without_bridge(job, lambda: "begun" in job.log)
    assert (job.folder / "saved").exists()
    assert (outcome["stopped"], outcome["error"]) == (False, {"code": "no_bridge", "params": {"seconds": 1}})
    assert job.processes() == []


def test_a_job_goes_on_while_the_bridge_that_is_written_down_runs(tmp_path: Path) -> None:
    job = Job(tmp_path, "import time\ntime.sleep(5)\n", orphan_seconds=1)
    bridge_runs(tmp_path)
    assert job.run()["error"] is None


def test_time_without_a_bridge_is_counted_from_when_one_was_last_there(tmp_path: Path) -> None:
    now = [100.0]
    bridge_file = tmp_path / "bridge.json"
    lifeline = Lifeline(tmp_path, bridge_file, 60.0, lambda: now[0])
    now[0] += 59
    assert not lifeline.is_abandoned()
    bridge_file.write_text(json.dumps({"pid": os.getpid(), "start_time": processes.start_time(os.getpid())}))
    now[0] += 59
    assert not lifeline.is_abandoned()
    # The same number, used again by another process.
    bridge_file.write_text(json.dumps({"pid": os.getpid(), "start_time": "1"}))
    now[0] += 59
    assert not lifeline.is_abandoned()
    now[0] += 1
    assert lifeline.is_abandoned()


def test_without_a_limit_a_job_waits_for_ever(tmp_path: Path) -> None:
    now = [0.0]
    lifeline = Lifeline(tmp_path, tmp_path / "bridge.json", None, lambda: now[0])
    now[0] = 1e12
    assert not lifeline.is_abandoned()


def test_a_job_that_only_waited_for_a_bridge_to_take_its_model_has_done_what_it_was_to_do(tmp_path: Path) -> None:
    source = (
        "import os, time\nopen(os.environ['KARGAH_JOB_DIR'] + '/pending_model.json', 'w').close()\ntime.sleep(600)\n"
    )
    job = Job(tmp_path, source, orphan_seconds=1)
    outcome = outcome_without_bridge(job, (job.folder / "pending_model.json").exists)
    assert (outcome["error"], outcome["model"]) == (None, None)
