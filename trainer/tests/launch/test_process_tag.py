"""The number that a job's processes hand down."""

from __future__ import annotations

import subprocess
import sys

LOOK = "import subprocess; subprocess.run(['grep', 'Max file locks', '/proc/self/limits'], env={})"


def ran(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_a_child_without_environment_has_the_number_of_its_job_and_no_other_jobs() -> None:
    told = [ran(f"from kargah.launch.process_tag import tag_process as tag; tag('job_{job}'); {LOOK}") for job in "aab"]
    assert told[0] == told[1] != told[2]
    # As `launchers/mark.ts` has it.
    assert told[0].split()[3:] == ["3186052007582974141", "unlimited", "locks"]


def test_a_job_runs_where_no_such_number_may_be_had() -> None:
    tagged = "from kargah.launch.process_tag import tag_process as tag; tag('job_a')"
    refused = f"import resource; resource.setrlimit(10, (5, 5)); {tagged}"
    assert ran(f"{refused}; {LOOK}").split()[3:] == ["5", "5", "locks"]
