"""The supervisor as the bridge sees it: a command, a folder, and what lies in it afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from kargah.launch import processes

from ..conftest import DEADLINE_SECONDS


class Job:
    """One job folder with a script in it."""

    def __init__(self, root: Path, source: str, **changes: Any) -> None:
        self.id = f"job_{os.urandom(6).hex()}"
        self.folder = root / self.id
        self.folder.mkdir()
        (root / "bridge.json").write_text(json.dumps({"url": "http://127.0.0.1:9"}))
        (self.folder / "token").write_text("kgj_secret")
        (self.folder / "script.py").write_text(source, encoding="utf-8")
        job = {
            "job_id": self.id,
            "recipe": None,
            "script": {"path": str(self.folder / "script.py"), "args": ["--x"]},
            "cwd": str(self.folder),
            "mlflow": {"run_id": "r1", "experiment_id": "7"},
            "bridge_file": str(root / "bridge.json"),
            "grace_seconds": 5,
            "memory_bytes": None,
            "time_limit_seconds": None,
        }
        (self.folder / "job.json").write_text(json.dumps(job | changes))

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "kargah.launch.supervise", str(self.folder)])

    def run(self) -> dict[str, Any]:
        assert self.start().wait(DEADLINE_SECONDS) == 0
        return self.outcome

    @property
    def outcome(self) -> dict[str, Any]:
        outcome: dict[str, Any] = json.loads((self.folder / "outcome.json").read_text())
        return outcome

    @property
    def log(self) -> str:
        path = self.folder / "log.txt"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def until_it_says(self, word: str) -> None:
        until(lambda: word in self.log)

    def processes(self) -> list[int]:
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("KARGAH_JOB_ID") == self.id:
                    found.append(process.pid)
            except psutil.Error:
                continue
        return found


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Callable[..., Job]]:
    made: list[Job] = []

    def make(source: str, **changes: Any) -> Job:
        made.append(Job(tmp_path, source, **changes))
        return made[-1]

    yield make
    for one in made:
        for pid in one.processes():
            os.kill(pid, signal.SIGKILL)


SLEEPER = "import time\nprint('up')\ntime.sleep(600)\n"


def test_a_script_runs_as_it_would_by_hand(job: Callable[..., Job]) -> None:
    one = job("import os, sys\nprint(__name__, sys.argv, sys.path[0] == os.path.dirname(__file__), os.getcwd())\n")
    assert one.run()["exit_code"] == 0
    script = str(one.folder / "script.py")
    assert one.log == f"__main__ {[script, '--x']} True {one.folder}\n"


def test_the_script_finds_mlflow_in_its_environment(job: Callable[..., Job]) -> None:
    names = ["MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_TOKEN", "KARGAH_RUN_ID", "KARGAH_EXPERIMENT_ID", "KARGAH_JOB_DIR"]
    one = job(f"import os\nprint([os.environ[n] for n in {names}], '127.0.0.1' in os.environ['NO_PROXY'])\n")
    one.run()
    assert one.log == f"{['http://127.0.0.1:9/mlflow', 'kgj_secret', 'r1', '7', str(one.folder)]} True\n"


def test_no_variable_ties_a_script_to_an_experiment_that_its_own_tracking_store_has_not(
    job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_RUN_ID", "of whoever started the bridge")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", "7")
    one = job("import os\nprint([name for name in os.environ if name in ('MLFLOW_RUN_ID', 'MLFLOW_EXPERIMENT_ID')])\n")
    one.run()
    assert one.log == "[]\n"


def test_programs_beside_its_python_are_found_by_name(job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    one = job("import os, shutil, sys\nprint(shutil.which('python'), os.environ['PATH'].endswith(':/usr/bin:/bin'))\n")
    one.run()
    assert one.log == f"{Path(sys.executable).parent / 'python'} True\n"


def test_output_and_errors_keep_their_order(job: Callable[..., Job]) -> None:
    one = job("import sys\nfor n in range(500):\n    print(n, file=(sys.stdout, sys.stderr)[n % 2])\n")
    one.run()
    assert one.log.split() == [str(n) for n in range(500)]


def test_what_a_process_measured_is_in_the_outcome(job: Callable[..., Job]) -> None:
    outcome = job("x = bytearray(50 << 20)\nsum(range(10**6))\n").run()
    assert outcome["peak_memory_bytes"] > 50 << 20
    assert outcome["cpu_seconds"] > 0
    assert outcome["started_at"] <= outcome["ended_at"]
    assert outcome["ended_at"].endswith("Z")


def test_a_coded_failure_of_the_training_process_is_passed_on(job: Callable[..., Job]) -> None:
    failure = {"code": "target_missing", "params": {"column": "سن"}}
    outcome = job(f"import os, sys\nopen('failure.json', 'w').write({json.dumps(failure)!r})\nsys.exit(1)\n").run()
    assert outcome["error"] == failure


def test_a_result_is_passed_on(job: Callable[..., Job]) -> None:
    result = {"model": {"uri": "u", "artifact_path": "model", "size_bytes": 3}, "best_metric": {"key": "k", "value": 1}}
    outcome = job(f"open('result.json', 'w').write({json.dumps(result)!r})\n").run()
    assert (outcome["model"], outcome["best_metric"]) == (result["model"], result["best_metric"])


@pytest.mark.parametrize("name", ["result.json", "failure.json"])
def test_what_is_no_file_is_no_result(job: Callable[..., Job], name: str) -> None:
    endless = job(f"import os\nos.symlink('/dev/zero', {name!r})\nos._exit(3)\n").run()
    waiting = job(f"import os\nos.mkfifo({name!r})\nos._exit(3)\n").run()
    assert [outcome["error"]["code"] for outcome in (endless, waiting)] == ["script_silent"] * 2


def test_points_left_in_the_spool_are_told(job: Callable[..., Job]) -> None:
    assert job("import os\nos.mkdir('spool')\nopen('spool/points.bin', 'w').write('{}\\n')\n").run()["spool_pending"]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("import sys\nsys.exit(3)\n", "script_silent"),
        ("def f(:\n", "script_syntax"),
        ("raise ValueError\n", "script_failed"),
        ("import os\nos.abort()\n", "killed_by_signal"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n", "killed_by_signal"),
    ],
)
def test_every_bad_end_has_its_code(job: Callable[..., Job], source: str, code: str) -> None:
    assert job(source).run()["error"]["code"] == code


def test_a_folder_to_work_in_that_is_gone_is_a_failed_launch(job: Callable[..., Job]) -> None:
    outcome = job("", cwd="/nonexistent").run()
    assert outcome["error"]["code"] == "launch_failed"
    assert outcome["exit_code"] is None


SAVES = "open('checkpoint', 'w').write('x')"


@pytest.mark.parametrize(
    "source",
    [
        "from time import sleep\ntry:\n    print('up')\n    sleep(600)\n"
        f"except KeyboardInterrupt:\n    sleep(.3)\n    {SAVES}\n",
        f"import atexit\natexit.register(lambda: {SAVES})\n{SLEEPER}",
        f"import signal, sys\nsignal.signal(2, lambda *_: ({SAVES}, sys.exit(0)))\n{SLEEPER}",
        "import signal, sys, time\nsignal.signal(2, signal.SIG_IGN)\n"
        f"signal.signal(15, lambda *_: (time.sleep(.3), {SAVES}, sys.exit(0)))\n{SLEEPER}",
    ],
    ids=["at KeyboardInterrupt", "at its exit", "at SIGINT", "at SIGTERM, deaf to SIGINT"],
)
def test_a_stop_gives_a_script_time_to_save_its_work(job: Callable[..., Job], source: str) -> None:
    one = job(source, grace_seconds=DEADLINE_SECONDS)
    supervisor = one.start()
    one.until_it_says("up")
    supervisor.terminate()
    assert supervisor.wait(DEADLINE_SECONDS) == 0
    assert one.outcome["stopped"]
    assert (one.folder / "checkpoint").exists()


# One write a line: two processes share the log, and `print` may hand a line over in pieces.
HEARS = (
    "import os, signal, sys, time\n"
    "def hear(number, _):\n    os.write(1, f'heard {number}\\n'.encode())\n    if number == 15: sys.exit()\n"
    "for number in (2, 15): signal.signal(number, hear)\n"
    "os.write(1, b'up\\n')\nwhile True: time.sleep(.05)\n"
)


def supervised(one: Job, changes: str = "") -> subprocess.Popen[bytes]:
    """As `start`, with what a test changes of the supervisor before it begins."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom kargah.launch import start, supervise\n"
        f"{changes}\nsys.exit(supervise.supervise(Path({str(one.folder)!r}), start.Cold(sys.executable)))\n"
    )
    return subprocess.Popen([sys.executable, "-c", program])


# So little of a grace that ends nothing before the test gives up.
SOON = "supervise._INTERRUPT_SHARE = 0.001"


def test_a_script_hears_sigint_and_where_it_goes_on_sigterm(job: Callable[..., Job]) -> None:
    one = job(HEARS, grace_seconds=DEADLINE_SECONDS)
    supervisor = supervised(one, SOON)
    one.until_it_says("up")
    supervisor.terminate()
    assert supervisor.wait(DEADLINE_SECONDS) == 0
    assert one.log == "up\nheard 2\nheard 15\n"


def test_a_child_that_left_the_group_hears_sigterm_alone(job: Callable[..., Job]) -> None:
    code = HEARS.replace("f'heard", "f'child heard").replace("b'up", "b'child")
    popen = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {code!r}], start_new_session=True)\n"
    one = job(popen + HEARS, grace_seconds=DEADLINE_SECONDS)
    supervisor = supervised(one, SOON)
    one.until_it_says("up")
    one.until_it_says("child")
    supervisor.terminate()
    assert supervisor.wait(DEADLINE_SECONDS) == 0
    assert sorted(line for line in one.log.splitlines() if "heard" in line) == ["child heard 15", "heard 15", "heard 2"]


def test_a_recipe_hears_sigterm_at_once_and_nothing_before(tmp_path: Path) -> None:
    one = Job(tmp_path, "", script=None, recipe="tabular", grace_seconds=DEADLINE_SECONDS)
    supervisor = supervised(one, f"start.command = lambda *_: [sys.executable, '-c', {HEARS!r}]")
    one.until_it_says("up")
    supervisor.terminate()
    assert supervisor.wait(DEADLINE_SECONDS) == 0
    assert one.log == "up\nheard 15\n"


def test_stopped_is_said_only_when_nothing_is_left(job: Callable[..., Job]) -> None:
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print('child', flush=True); time.sleep(600)"
    one = job(
        "import os, subprocess, sys\n"
        # Without our mark and in a session of its own: found because the supervisor inherits it.
        f"subprocess.Popen([sys.executable, '-c', {stubborn!r}], start_new_session=True, env={{}})\n" + SLEEPER,
        grace_seconds=0.3,
    )
    supervisor = one.start()
    one.until_it_says("up")
    one.until_it_says("child")
    children = psutil.Process(supervisor.pid).children(recursive=True)
    assert len(children) == 2
    supervisor.terminate()
    until((one.folder / "outcome.json").exists)
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)
    supervisor.wait(DEADLINE_SECONDS)


def test_children_that_a_job_leaves_behind_are_ended(job: Callable[..., Job]) -> None:
    one = job(
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
    )
    assert one.run()["exit_code"] == 0
    assert one.processes() == []


def test_a_job_that_outgrows_its_memory_is_ended(job: Callable[..., Job]) -> None:
    grows = "import time\nx = []\nwhile len(x) < 64:\n    x.append(bytearray(16 << 20))\n    time.sleep(.05)\n"
    source = grows + "time.sleep(600)\n"
    outcome = job(source, memory_bytes=128 << 20).run()
    assert outcome["oom"]
    assert outcome["error"] == {"code": "out_of_memory"}


KILLED_FROM_OUTSIDE = """
import sys
from pathlib import Path
from kargah.launch import processes, supervise
from kargah.launch.start import Cold

kills = iter({kills})
processes.oom_kills = lambda: next(kills)
sys.exit(supervise.supervise(Path({folder!r}), Cold(sys.executable)))
"""


@pytest.mark.parametrize(("kills", "code"), [([3, 3], "killed_by_signal"), ([3, 4], "killed_maybe_memory")])
def test_a_kill_from_outside_is_never_called_a_lack_of_memory_only_perhaps_one_while_the_kernel_ends_processes(
    job: Callable[..., Job], kills: list[int], code: str
) -> None:
    one = job("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
    program = KILLED_FROM_OUTSIDE.format(kills=kills, folder=str(one.folder))
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=DEADLINE_SECONDS).returncode == 0
    assert one.outcome["error"] == {"code": code, "params": {"signal": "SIGKILL"}}
    assert not one.outcome["oom"]


@pytest.mark.parametrize(
    ("group", "counted", "kills"),
    [
        ("0::/user/lab\n", "low 0\noom 9\noom_kill 2\noom_group_kill 0\n", 2),
        ("4:memory:/lab\n0::/user/lab\n", None, 7),
        (None, None, 7),
    ],
    ids=["of our group", "of the machine, where groups are not counted", "of the machine, where there are none"],
)
def test_ends_for_memory_are_counted_where_it_is_closest_to_the_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: str | None, counted: str | None, kills: int
) -> None:
    for name, text in (("cgroup", group), ("vmstat", "pgfault 1\noom_kill 7\n"), ("user/lab/memory.events", counted)):
        if text is not None:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
    monkeypatch.setattr(processes, "_OWN_GROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(processes, "_GROUPS", tmp_path)
    monkeypatch.setattr(processes, "_VMSTAT", tmp_path / "vmstat")
    assert processes.oom_kills() == kills


def test_a_job_that_outruns_its_time_is_ended(job: Callable[..., Job]) -> None:
    outcome = job(SLEEPER, time_limit_seconds=0.5).run()
    assert outcome["timed_out"]
    assert outcome["error"] == {"code": "time_limit_reached", "params": {"seconds": 0.5}}


def test_a_second_supervisor_leaves_the_first_alone(job: Callable[..., Job]) -> None:
    one = job(SLEEPER)
    first = one.start()
    one.until_it_says("up")
    assert one.start().wait(DEADLINE_SECONDS) == 75
    assert first.poll() is None
    first.terminate()
    first.wait(DEADLINE_SECONDS)
    assert one.start().wait(DEADLINE_SECONDS) == 0
    assert one.log.count("up\n") == 1


def test_a_supervisor_that_is_killed_takes_its_training_process_along(job: Callable[..., Job]) -> None:
    one = job(SLEEPER)
    supervisor = one.start()
    one.until_it_says("up")
    supervisor.kill()
    supervisor.wait(DEADLINE_SECONDS)
    until(lambda: one.processes() == [])
    assert not (one.folder / "outcome.json").exists()


def test_a_supervisor_that_is_killed_before_it_says_what_it_began_has_begun_nothing(job: Callable[..., Job]) -> None:
    killed = job("open('ran', 'w').close()")
    told = f"""
import os, signal, sys, time
from pathlib import Path
from kargah.launch import supervise
from kargah.launch.start import Cold

def killed(self):
    (self._paths.folder / "prepared").write_text(str(self._pid))
    # Longer than a job that did not wait would take to run.
    time.sleep(1)
    os.kill(os.getpid(), signal.SIGKILL)

supervise.Supervisor._tell = killed
supervise.supervise(Path({str(killed.folder)!r}), Cold(sys.executable))
"""
    assert (
        subprocess.run([sys.executable, "-c", told], check=False, timeout=DEADLINE_SECONDS).returncode
        == -signal.SIGKILL
    )
    until(lambda: not psutil.pid_exists(int((killed.folder / "prepared").read_text())))
    assert not (killed.folder / "ran").exists()
    assert not (killed.folder / "supervisor.json").exists()


def test_the_supervisor_is_in_a_session_of_its_own(job: Callable[..., Job]) -> None:
    one = job(SLEEPER)
    supervisor = one.start()
    one.until_it_says("up")
    child = json.loads((one.folder / "supervisor.json").read_text())["child_pid"]
    assert len({os.getsid(0), os.getsid(supervisor.pid), os.getsid(child)}) == 3
    supervisor.terminate()
    supervisor.wait(DEADLINE_SECONDS)


def test_supervising_loads_nothing_heavy() -> None:
    code = "import sys, kargah.launch.supervise; print([m for m in ('torch', 'numpy', 'mlflow') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_room_for_the_outcome_is_held_back_while_the_job_runs(job: Callable[..., Job]) -> None:
    one = job("import os\nprint(os.path.getsize('.outcome.reserve'))\n")
    one.run()
    assert int(one.log) >= 4096
    assert not (one.folder / ".outcome.reserve").exists()


def test_a_job_that_prints_without_end_leaves_the_beginning_and_the_end_in_bounded_memory(tmp_path: Path) -> None:
    block = "print('x' * 1023 + '\\n', end='')"
    source = f"print('first')\nfor _ in range(200_000): {block}\nprint('last')"
    job = Job(tmp_path, source, log_bytes=1 << 20)
    assert job.run()["exit_code"] == 0
    assert (job.folder / "log.txt").stat().st_size < 3 << 20
    assert job.log.startswith("first\n")
    assert "bytes are left out here." in job.log
    assert job.log.endswith("last\n")


def test_a_scripts_variables_go_over_the_usual_ones_and_are_gone_from_the_folder_at_the_end(tmp_path: Path) -> None:
    names = ["MODE", "HF_TOKEN", "PYTHONUNBUFFERED", "MLFLOW_RUN_ID", "MLFLOW_TRACKING_TOKEN", "KARGAH_JOB_ID"]
    job = Job(tmp_path, f"import os\nprint([os.environ.get(name) for name in {names}])\n")
    given = {"env": {"MODE": "fast", "PYTHONUNBUFFERED": "0", "MLFLOW_TRACKING_URI": "x"}, "secrets": {"HF_TOKEN": "h"}}
    (job.folder / "environment.json").write_text(json.dumps(given))
    job.run()
    assert job.log == f"{['fast', 'h', '0', None, None, job.id]}\n"
    assert not (job.folder / "environment.json").exists()
