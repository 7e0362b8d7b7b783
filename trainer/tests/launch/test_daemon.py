"""The daemon as the bridge sees it: a line on its socket, and a job's folder afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from kargah.launch.warm.detach_fork import PLACEHOLDER

from ..conftest import DEADLINE_SECONDS

INHERITED = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "PYTHONPATH") if key in os.environ}
STREAMS = {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8", "PYTHONFAULTHANDLER": "1"}


class RunningDaemon:
    def __init__(self, root: Path, environ: dict[str, str] = INHERITED) -> None:
        self.root = root
        self.environ = environ
        self.socket = root / "warm.sock"
        self.process = self.spawn()
        assert self.process.stdout is not None
        said = json.loads(self.process.stdout.readline())
        assert said["ready"], said
        (root / "bridge.json").write_text(json.dumps({"url": "http://127.0.0.1:9"}))

    def spawn(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "kargah.launch.daemon", str(self.socket)],
            cwd=self.root,
            env=self.environ | STREAMS | {"KARGAH_JOB_ID": PLACEHOLDER},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def end(self) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait(DEADLINE_SECONDS)

    def ask(self, line: bytes) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(DEADLINE_SECONDS)
            connection.connect(str(self.socket))
            connection.sendall(line)
            answer = connection.makefile("rb").readline()
        return dict(json.loads(answer))

    def folder(self, source: str, **changes: Any) -> Path:
        folder = self.root / f"job_{os.urandom(6).hex()}"
        folder.mkdir()
        (folder / "token").write_text("kgj_secret")
        (folder / "script.py").write_text(source, encoding="utf-8")
        job = {
            "job_id": folder.name,
            "recipe": None,
            "script": {"path": str(folder / "script.py"), "args": ["یک", "--x"]},
            "cwd": str(folder),
            "mlflow": {"run_id": "r1", "experiment_id": "7"},
            "bridge_file": str(self.root / "bridge.json"),
            "grace_seconds": 5,
            "memory_bytes": None,
            "time_limit_seconds": None,
        }
        (folder / "job.json").write_text(json.dumps(job | changes))
        return folder

    def submit(self, folder: Path) -> dict[str, Any]:
        return self.ask(json.dumps({"folder": str(folder), "env": INHERITED}).encode() + b"\n")

    def run(self, source: str, **changes: Any) -> Path:
        folder = self.folder(source, **changes)
        assert self.submit(folder) == {"begun": True}
        until((folder / "outcome.json").exists)
        return folder


def until(condition: Any) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def outcome(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "outcome.json").read_text()))


def log(folder: Path) -> str:
    return (folder / "log.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDaemon]:
    running = RunningDaemon(tmp_path_factory.mktemp("warm"))
    yield running
    running.end()


def test_a_forked_script_is_what_a_new_python_would_run(daemon: RunningDaemon) -> None:
    source = (
        "import os, sys, signal\n"
        "here = os.path.dirname(__file__)\n"
        "print(__name__, sys.argv[1:], sys.path[0] == here == os.getcwd(), __file__ == sys.argv[0])\n"
        "print(signal.getsignal(signal.SIGTERM) == signal.SIG_DFL, signal.getsignal(signal.SIGINT).__name__)\n"
        "print(os.environ['KARGAH_RUN_ID'], os.environ.get('OPENBLAS_NUM_THREADS'), os.getpid() == os.getsid(0))\n"
        "print(sys.stdin.read() == '', sorted(int(fd) for fd in os.listdir('/proc/self/fd'))[:3])\n"
    )
    assert log(daemon.run(source)) == (
        "__main__ ['یک', '--x'] True True\nTrue default_int_handler\nr1 None True\nTrue [0, 1, 2]\n"
    )


def test_a_fork_carries_its_jobs_id_and_no_other_process_does(daemon: RunningDaemon) -> None:
    folder = daemon.run(
        "print([e for e in open('/proc/self/environ').read().split('\\0') if e.startswith('KARGAH_JOB_ID')])\n"
        "print(open('/proc/self/cmdline').read().split()[1], open('/proc/self/comm').read().strip())\n"
        "print('xxx' in open(f'/proc/{__import__(\"os\").getppid()}/environ').read())\n"
    )
    assert log(folder) == f"['KARGAH_JOB_ID={folder.name}']\n{folder.name} kargah-job\nTrue\n"


@pytest.mark.parametrize(
    ("source", "code", "told"),
    [
        ("raise SystemExit(3)\n", 3, ""),
        ("import sys\nsys.exit('no')\n", 1, "no\n"),
        ("import sys\nsys.exit(None)\n", 0, ""),
        ("import os\nos._exit(7)\n", 7, ""),
        (
            "import atexit\natexit.register(lambda: print('bye'))\n1/0\n",
            1,
            "ZeroDivisionError: division by zero\nbye\n",
        ),
        ("def f(:\n", 1, "SyntaxError: invalid syntax\n"),
        (
            "import threading, time\nt = threading.Thread(target=lambda: (time.sleep(.3), print('late')))\nt.start()\n",
            0,
            "late\n",
        ),
    ],
)
def test_a_fork_ends_as_a_new_python_would(daemon: RunningDaemon, source: str, code: int, told: str) -> None:
    folder = daemon.run(source)
    assert outcome(folder)["exit_code"] == code
    assert log(folder).endswith(told)
    assert "kargah" not in log(folder).replace(str(folder), "")


def test_a_file_that_was_left_open_is_written_at_the_end(daemon: RunningDaemon) -> None:
    folder = daemon.run("f = open('kept.txt', 'w')\nf.write('all of it')\n")
    assert (folder / "kept.txt").read_text() == "all of it"


def test_a_fork_may_use_every_thread_and_start_workers_either_way(daemon: RunningDaemon) -> None:
    source = (
        "import multiprocessing as mp, numpy as np, torch, warnings\n"
        # On one processor: that two workers are more than it has.
        "warnings.filterwarnings('ignore', 'This DataLoader will create')\n"
        "from torch.utils.data import DataLoader\n"
        "def double(x):\n    return 2 * x\n"
        "if __name__ == '__main__':\n"
        "    x = torch.randn(400, 400, requires_grad=True)\n"
        "    (x @ x).sum().backward()\n"
        "    np.random.rand(500, 500) @ np.random.rand(500, 500)\n"
        "    for how in ('fork', 'spawn'):\n"
        "        with mp.get_context(how).Pool(2) as pool:\n"
        "            print(pool.map(double, [1, 2, 3]))\n"
        "    print(sum(int(b.sum()) for b in DataLoader(list(range(10)), batch_size=5, num_workers=2)))\n"
    )
    folder = daemon.run(source)
    assert log(folder) == "[2, 4, 6]\n[2, 4, 6]\n45\n"
    assert outcome(folder)["exit_code"] == 0


def test_forks_draw_different_numbers(daemon: RunningDaemon) -> None:
    source = "import random, numpy, torch\nprint(random.random())\nprint(numpy.random.rand())\nprint(torch.rand(1))\n"
    first, second = (log(daemon.run(source)).splitlines() for _ in range(2))
    assert not set(first) & set(second)


def test_memory_of_a_fork_is_what_it_has_for_itself(daemon: RunningDaemon) -> None:
    ended = outcome(daemon.run("x = bytearray(64 << 20)\nsum(range(10**6))\n", memory_bytes=200 << 20))
    assert ended["error"] is None
    assert 64 << 20 < ended["peak_memory_bytes"] < 200 << 20


def test_a_fork_that_outgrows_its_memory_is_ended(daemon: RunningDaemon) -> None:
    grows = "import time\nx = []\nwhile len(x) < 64:\n    x.append(bytearray(16 << 20))\n    time.sleep(.05)\n"
    source = grows + "time.sleep(600)\n"
    assert outcome(daemon.run(source, memory_bytes=128 << 20))["oom"]


def test_a_module_beside_the_script_is_not_hidden_by_a_loaded_one(daemon: RunningDaemon) -> None:
    folder = daemon.folder("import requests\nprint(requests.mine)\n")
    (folder / "requests.py").write_text("mine = True\n")
    refused = daemon.submit(folder)["refused"]
    assert refused["code"] == "warm_launcher_unsafe"
    assert "requests.py" in refused["params"]["reason"]
    assert not (folder / "supervisor.json").exists()


def test_a_folder_to_work_in_that_is_gone_is_a_failed_launch(daemon: RunningDaemon) -> None:
    folder = daemon.folder("", cwd="/nonexistent")
    with pytest.raises(ValueError, match="Expecting value"):
        daemon.submit(folder)
    assert outcome(folder)["error"]["code"] == "launch_failed"


def test_lightning_loaded_before_there_was_a_job_logs_to_the_jobs_mlflow(tmp_path: Path) -> None:
    # Where MLflow finds Lightning it imports it, and so does the daemon.
    packages = Path(sys.prefix) / "scripts-of-tests"
    daemon = RunningDaemon(tmp_path, INHERITED | {"PYTHONPATH": str(packages)})
    folder = daemon.run(
        "import sys\n"
        "print('pytorch_lightning.loggers.mlflow' in sys.modules)\n"
        "from pytorch_lightning.loggers import MLFlowLogger\n"
        "print(MLFlowLogger()._tracking_uri, MLFlowLogger()._experiment_name, MLFlowLogger().save_dir)\n"
    )
    assert log(folder) == "True\nhttp://127.0.0.1:9/mlflow lightning_logs None\n"
    daemon.end()


@pytest.mark.parametrize(
    "line", [b"\n", b"[]\n", b"{}\n", b'{"folder": "x", "env": {}}\n', b'{"folder": "/x", "env": {"A": 1}}\n']
)
def test_a_malformed_request_is_refused(daemon: RunningDaemon, line: bytes) -> None:
    assert daemon.ask(line) == {"error": "malformed"}


def test_a_client_that_says_nothing_keeps_nobody_waiting(daemon: RunningDaemon) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.connect(str(daemon.socket))
        assert outcome(daemon.run("pass"))["exit_code"] == 0


def test_jobs_submitted_at_once_all_begin(daemon: RunningDaemon) -> None:
    folders = [daemon.folder("print('here')\n") for _ in range(4)]
    threads = [threading.Thread(target=daemon.submit, args=(folder,)) for folder in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for folder in folders:
        until((folder / "outcome.json").exists)
        assert log(folder) == "here\n"


def test_whoever_asked_is_let_go_with_the_answer_though_no_process_waited_for_the_job(daemon: RunningDaemon) -> None:
    source = "import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(.02)\n"
    folders = [daemon.folder(source) for _ in range(2)]
    for folder in folders:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(DEADLINE_SECONDS)
            connection.connect(str(daemon.socket))
            connection.sendall(json.dumps({"folder": str(folder), "env": INHERITED}).encode() + b"\n")
            # To the end: while any process of the job held on to the connection there would be none.
            assert connection.makefile("rb").read() == b'{"begun": true}\n'
    for folder in folders:
        (folder / "go").touch()
        until((folder / "outcome.json").exists)


def test_the_daemon_leaves_no_zombie_and_keeps_one_thread(daemon: RunningDaemon) -> None:
    daemon.run("pass")
    assert len(list(Path(f"/proc/{daemon.process.pid}/task").iterdir())) == 1

    def zombies() -> list[str]:
        states = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                if int(fields[1]) == daemon.process.pid and fields[0] == "Z":
                    states.append(stat.parent.name)
        return states

    until(lambda: zombies() == [])


def test_a_job_outlives_the_daemon_which_ends_with_the_bridge(tmp_path: Path) -> None:
    daemon = RunningDaemon(tmp_path)
    folder = daemon.folder("import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(.02)\n")
    assert daemon.submit(folder) == {"begun": True}
    second = daemon.spawn()
    assert daemon.process.stdin is not None
    daemon.process.stdin.close()
    assert daemon.process.wait(DEADLINE_SECONDS) == 0
    # The one that waited for the socket has it now.
    assert second.stdout is not None
    assert second.stdin is not None
    assert json.loads(second.stdout.readline())["ready"]
    second.send_signal(signal.SIGTERM)
    assert second.wait(DEADLINE_SECONDS) == 0
    assert not (folder / "outcome.json").exists()
    (folder / "go").touch()
    until((folder / "outcome.json").exists)
    assert outcome(folder)["exit_code"] == 0


def test_a_supervisor_that_is_killed_before_it_says_what_it_began_has_begun_nothing(
    daemon: RunningDaemon, tmp_path: Path
) -> None:
    folder = daemon.folder("open('ran', 'w').close()")
    pids = tmp_path / "pids"
    told = f"""
import os, signal, socket, time
from pathlib import Path
from kargah.launch import supervise
from kargah.launch.warm import prefork

def killed(self):
    Path({str(pids)!r}).write_text(f"{{os.getpid()}} {{self._pid}}")
    # Longer than a job that did not wait would take to run.
    time.sleep(1)
    os.kill(os.getpid(), signal.SIGKILL)

supervise.Supervisor._tell = killed
try:
    waiting = prefork.PreforkedJob(lambda: None, lambda job, paths, environ: open("ran", "w").close())
    ours, theirs = socket.socketpair()
    waiting.give(Path({str(folder)!r}), dict(os.environ), theirs)
    theirs.close()
    assert ours.recv(100) == b"", "it was said to have begun"
except prefork.JobProcess as job:
    job.main()
"""
    subprocess.run([sys.executable, "-c", told], check=True, timeout=DEADLINE_SECONDS)
    for pid in map(int, pids.read_text().split()):
        until(lambda pid=pid: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    assert not (folder / "ran").exists()
    assert not (folder / "supervisor.json").exists()
