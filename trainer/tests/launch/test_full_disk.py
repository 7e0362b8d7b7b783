"""A disk, or a share of one, that a job has filled."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from ..conftest import DEADLINE_SECONDS
from .test_supervise import Job, until

ALWAYS_FULL = "/dev/full"
FILL = """
import os, time
def fill():
    with open('big', 'wb', buffering=0) as big:
        try:
            while True:
                big.write(b'x' * 4096)
        except OSError:
            # Whoever else wants room is there by then.
            time.sleep(.3)
            raise
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Two mebibytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here; the device that is always full stands in for it below")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)  # noqa: S607


@contextmanager
def someone_else(disk: Path) -> Iterator[None]:
    """Once the disk is full, takes whatever becomes free before anyone else does."""
    over = threading.Event()

    def take() -> None:
        taken = os.open(disk / "taken", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        while not over.is_set() and os.statvfs(disk).f_bavail > 0:
            pass
        while not over.is_set():
            with suppress(OSError):
                os.write(taken, b"x" * 4096)
        os.close(taken)

    taker = threading.Thread(target=take)
    taker.start()
    try:
        yield
    finally:
        over.set()
        taker.join()


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        ("fill()", {"exit_code": 1, "error": {"code": "storage_full"}}),
        ("try: fill()\nexcept OSError: os._exit(3)", {"exit_code": 3, "error": {"code": "storage_full"}}),
        ("try: fill()\nexcept OSError: pass", {"exit_code": 0, "error": None}),
        (
            "try: fill()\nexcept OSError: os.kill(os.getpid(), 11)",
            {"signal": "SIGSEGV", "error": {"code": "killed_by_signal", "params": {"signal": "SIGSEGV"}}},
        ),
        (
            "import mmap\nhole = open('hole', 'wb+')\nhole.truncate(4096)\nroom = mmap.mmap(hole.fileno(), 0)\n"
            "try: fill()\nexcept OSError: room[0] = 1",
            {"signal": "SIGBUS", "error": {"code": "storage_full"}},
        ),
    ],
    ids=["an error", "an exit code", "success all the same", "a signal", "a mapped file"],
)
def test_a_job_that_fills_its_disk_ends_as_it_did_though_others_take_every_block(
    small_disk: Path, ending: str, told: dict[str, object]
) -> None:
    job = Job(small_disk, FILL + ending)
    with someone_else(small_disk):
        outcome = job.run()
    assert outcome == outcome | told
    assert not (job.folder / ".outcome.reserve").exists()


def test_a_job_on_a_full_disk_is_stopped_as_any_other(small_disk: Path) -> None:
    job = Job(small_disk, FILL + "try: fill()\nexcept OSError: time.sleep(600)")
    with someone_else(small_disk):
        supervisor = job.start()
        until(lambda: os.statvfs(small_disk).f_bavail == 0)
        supervisor.terminate()
        assert supervisor.wait(DEADLINE_SECONDS) == 0
    assert job.outcome["stopped"]


def test_an_outcome_needs_no_new_file(tmp_path: Path) -> None:
    # Under the name that a new one would have nothing can be written, as on a full disk.
    source = f"import os\nos.symlink({ALWAYS_FULL!r}, f'.outcome.json.{{os.getppid()}}')\nos._exit(3)\n"
    outcome = Job(tmp_path, source).run()
    assert (outcome["exit_code"], outcome["error"]["code"]) == (3, "script_silent")


@pytest.mark.parametrize("instead", ["pass", "os.symlink('elsewhere', '.outcome.reserve')"])
def test_a_job_that_takes_the_room_away_has_an_outcome_where_the_disk_has_some(tmp_path: Path, instead: str) -> None:
    job = Job(tmp_path, f"import os\nos.unlink('.outcome.reserve')\n{instead}\nos._exit(3)\n")
    assert job.run()["exit_code"] == 3
    assert not (job.folder / "elsewhere").exists()


@pytest.mark.parametrize(("code", "error"), [(3, {"code": "storage_full"}), (0, None)])
def test_a_job_whose_log_found_no_room_is_told_so_where_it_failed(
    tmp_path: Path, code: int, error: dict[str, str] | None
) -> None:
    job = Job(tmp_path, f"print('lost')\nraise SystemExit({code})\n")
    (job.folder / "log.txt").symlink_to(ALWAYS_FULL)
    outcome = job.run()
    assert (outcome["exit_code"], outcome["error"]) == (code, error)


def test_a_limit_on_the_size_of_files_is_no_room_either(tmp_path: Path) -> None:
    job = Job(tmp_path, "print('x' * 100_000)\nraise SystemExit(3)\n")
    code = (
        "import resource, sys\nresource.setrlimit(resource.RLIMIT_FSIZE, (1 << 15, 1 << 15))\n"
        "from kargah.launch.supervise import main\nsys.exit(main(sys.argv))"
    )
    subprocess.run([sys.executable, "-c", code, job.folder], check=True)
    assert job.outcome["error"] == {"code": "storage_full"}
