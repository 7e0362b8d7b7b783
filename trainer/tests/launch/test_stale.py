"""A daemon whose environment is no longer the one that it loaded: it forks nothing more and leaves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import kargah
from kargah.launch.daemon import STALE
from kargah.launch.warm.detach_fork import PLACEHOLDER

from ..conftest import DEADLINE_SECONDS
from .test_daemon import INHERITED, STREAMS, RunningDaemon, log


class Place:
    """A Python of its own with packages, an environment made from it that sees them, and Kargah to be lent."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.base = self._base()
        self.base_packages = self._packages(self.base)
        environment = root / "environment"
        subprocess.run(
            [self.base, "-m", "venv", "--without-pip", "--system-site-packages", environment], check=True, cwd=root
        )
        self.python = environment / "bin" / "python"
        self.packages = self._packages(self.python)
        self.kargah = root / "kargah"
        shutil.copytree(Path(kargah.__file__).parent, self.kargah, ignore=shutil.ignore_patterns("__pycache__"))
        self.work, self.named, self.debian = (root / name for name in ("work", "named", "dist-packages"))
        for folder in (self.work, self.named, self.debian):
            folder.mkdir()
        (self.packages / "old-1.dist-info").mkdir()
        (self.named / "plugin.py").touch()
        (self.packages / "some.pth").write_text(f"{self.named}\n{self.debian}\nimport plugin\n")

    def _base(self) -> Path:
        program = self.root / "base" / "bin" / "python3"
        program.parent.mkdir(parents=True)
        shutil.copy(os.path.realpath(sys.executable), program)
        library = Path(sysconfig.get_path("stdlib"))
        own = self.root / "base" / sys.platlibdir / library.name
        own.mkdir(parents=True)
        for part in library.iterdir():
            if part.name not in ("site-packages", "dist-packages"):
                (own / part.name).symlink_to(part)
        return program

    def _packages(self, python: Path) -> Path:
        code = "import site; print(site.getsitepackages()[0])"
        told = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout
        folder = Path(told.strip())
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def argv(self) -> tuple[str | Path, ...]:
        return (self.python, self.kargah / "launch" / "run_with_package.py", "kargah.launch.daemon")


class Daemon(RunningDaemon):
    """That of the place's own Python."""

    def __init__(self, place: Place) -> None:
        self._place = place
        super().__init__(place.root)

    def spawn(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*self._place.argv, self.socket],
            cwd=self.root,
            env=INHERITED | STREAMS | {"KARGAH_JOB_ID": PLACEHOLDER, "PYTHONPATH": str(self._place.work)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("stale"))


def later(path: Path) -> None:
    """As if written again."""
    at = time.time_ns() + 10**9
    os.utime(path, ns=(at, at))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda place: (place.packages / "new-1.dist-info").mkdir(), id="a package is installed"),
        pytest.param(lambda place: later(place.packages / "old-1.dist-info"), id="one is installed again"),
        pytest.param(lambda place: (place.base_packages / "new-1.dist-info").mkdir(), id="one below the environment"),
        pytest.param(lambda place: (place.debian / "new-1.egg-info").touch(), id="one in Debian's folder"),
        pytest.param(lambda place: later(place.packages / "some.pth"), id="other folders are named"),
        pytest.param(lambda place: later(place.named / "plugin.py"), id="a loaded module in a named folder"),
        pytest.param(lambda place: (place.work / "json.py").touch(), id="PYTHONPATH hides a loaded module"),
        pytest.param(lambda place: later(place.base), id="the interpreter"),
        pytest.param(lambda place: later(place.packages.parents[2] / "pyvenv.cfg"), id="what the environment sees"),
        pytest.param(lambda place: later(place.kargah / "launch" / "run.py"), id="Kargah"),
    ],
)
def test_a_daemon_leaves_once_what_it_loaded_would_be_loaded_otherwise(
    place: Place, change: Callable[[Place], object]
) -> None:
    daemon = Daemon(place)
    folder = daemon.folder("")
    try:
        change(place)
        assert daemon.submit(folder) == {"refused": {"code": "warm_launcher_starting", "params": {}}}
        assert daemon.process.wait(DEADLINE_SECONDS) == STALE
    finally:
        # It would hide the module from the daemons of the other tests.
        (place.work / "json.py").unlink(missing_ok=True)
    assert not (folder / "supervisor.json").exists()


def test_a_daemon_leaves_by_itself_when_nobody_asks(place: Place) -> None:
    daemon = Daemon(place)
    later(place.kargah / "launch" / "run.py")
    assert daemon.process.wait(DEADLINE_SECONDS) == STALE


def test_what_jobs_write_to_a_folder_on_the_path_is_no_reason_to_leave(place: Place) -> None:
    (place.work / "mine.py").write_text("n = 1\n")
    daemon = Daemon(place)
    (place.work / "mine.py").write_text("n = 22\n")
    (place.work / "model.pt").touch()
    (place.work / "plots").mkdir()
    assert log(daemon.run("import mine\nprint(mine.n)\n")) == "22\n"
    assert log(daemon.run("import mine\nprint(mine.n)\n")) == "22\n"
    daemon.process.terminate()
    assert daemon.process.wait(DEADLINE_SECONDS) == 0


def test_an_environment_that_changes_while_it_is_loaded_is_not_served(place: Place) -> None:
    package = place.packages / "late-1.dist-info"
    (place.named / "requests.py").write_text(f"import os\nos.mkdir({str(package)!r})\n")
    ended = subprocess.run(
        [*place.argv, place.root / "unused.sock"],
        env=os.environ | {"KARGAH_JOB_ID": PLACEHOLDER},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    (place.named / "requests.py").unlink()
    assert (ended.returncode, ended.stdout) == (STALE, b"")
    assert package.exists()
