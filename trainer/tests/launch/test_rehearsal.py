"""What a process that waits does before it has a job."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kargah.launch.warm import preload
from kargah.training import rehearsal

# In a process of its own, as a fork of the daemon is: pytest's has threads.
ALONE = """
import json, os
from kargah.launch.warm import preload
preload.load()
import torch
from kargah.training import rehearsal
def state():
    opened = os.listdir("/proc/self/fd")
    return {"threads": preload.threads(), "torch threads": torch.get_num_threads(), "open": len(opened)}
torch.set_num_threads(1)
before = state()
came = rehearsal.rehearse()
print(json.dumps({"came": came, "before": before, "after": state(), "files": os.listdir(".")}))
"""


def test_the_rehearsal_comes_to_the_first_step_and_leaves_no_thread_no_file_and_nothing_open(tmp_path: Path) -> None:
    ran = subprocess.run([sys.executable, "-c", ALONE], cwd=tmp_path, capture_output=True, check=True, timeout=300)
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["came"] is True
    assert told["after"] == told["before"]
    assert told["before"]["threads"] == 1
    assert told["files"] == []


def test_a_process_still_takes_its_job_where_the_rehearsal_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[str] = []

    def fails() -> bool:
        gone.append("this way")
        raise OSError("this system has no files in memory")

    monkeypatch.setattr(rehearsal, "rehearse", fails)
    import kargah.training.entry  # noqa: F401

    preload.rehearse_step()
    assert gone == ["this way"]
