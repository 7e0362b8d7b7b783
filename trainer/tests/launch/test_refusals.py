"""What makes a daemon that has loaded everything say no, before each fork anew."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import kargah
from kargah.launch.warm.detach_fork import PLACEHOLDER

from ..conftest import DEADLINE_SECONDS
from .test_daemon import INHERITED, STREAMS, RunningDaemon

THREAD = "import threading, time; threading.Thread(target=time.sleep, args=(600,), daemon=True).start()"
# Without a GPU torch cannot be made to touch one; what it would remember of it is what counts.
GPU = "import torch.cuda; torch.cuda.init() if torch.cuda.is_available() else setattr(torch.cuda, '_initialized', True)"


class Spoilt(RunningDaemon):
    """One in which something happens when the first job comes."""

    def __init__(self, root: Path, spoil: str, *options: str) -> None:
        self._spoil = spoil
        self._options = options
        super().__init__(root)

    def spawn(self) -> subprocess.Popen[bytes]:
        code = f"""
from kargah.launch import daemon
accept = daemon.Daemon._accept

def spoilt(self):
    {self._spoil}
    accept(self)

daemon.Daemon._accept = spoilt
daemon.run(["daemon", {str(self.socket)!r}])
"""
        source = str(Path(kargah.__file__).parents[1])
        return subprocess.Popen(
            [sys.executable, *self._options, "-c", code],
            cwd=self.root,
            env=INHERITED | STREAMS | {"KARGAH_JOB_ID": PLACEHOLDER, "PYTHONPATH": source},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )


def refused(daemon: RunningDaemon) -> dict[str, object]:
    folder = daemon.folder("")
    answer = daemon.submit(folder)
    assert not (folder / "supervisor.json").exists()
    daemon.process.terminate()
    daemon.process.wait(DEADLINE_SECONDS)
    return dict(answer["refused"])


def test_a_daemon_that_has_a_second_thread_says_no(tmp_path: Path) -> None:
    # Without packages: there is nothing to load.
    answer = refused(Spoilt(tmp_path, THREAD, "-S"))
    assert answer == {"code": "warm_launcher_unsafe", "params": {"reason": "the daemon has 2 threads"}}


def test_a_daemon_that_touched_a_gpu_says_no(tmp_path: Path) -> None:
    answer = refused(Spoilt(tmp_path, GPU))
    assert answer == {"code": "warm_launcher_unsafe", "params": {"reason": "the daemon has touched a GPU"}}
