"""Memory that a step frees is there for the next one."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

# Forty megabytes a step: above 32 glibc never learns by itself to keep them, and the kernel clears 10,000 pages anew.
COUNT = """
import resource, sys
import torch
from kargah.training.memory import keep_freed_memory
if sys.argv[1] == "kept":
    keep_freed_memory()
def step():
    torch.ones(10_000_000)
# The first ones are dealt out of whatever the process left over until then.
for _ in range(10):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(3):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has its own ways")
def test_pages_that_a_step_freed_are_not_asked_of_the_kernel_again() -> None:
    faults = {
        how: int(subprocess.run([sys.executable, "-c", COUNT, how], capture_output=True, check=True).stdout)
        for how in ("kept", "given back")
    }
    assert faults["kept"] < 200 < faults["given back"]
