"""A warm script finds the interpreter that a cold one finds: all that it can see of it, compared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ..conftest import DEADLINE_SECONDS
from .test_daemon import INHERITED, RunningDaemon, daemon, log, outcome, until

__all__ = ["daemon"]

PROBE = (Path(__file__).with_name("probe.py")).read_text(encoding="utf-8")
# What differs, and why it may.
DIFFERENT = {
    "sys.modules": "what is loaded already is what makes a start warm; `import` finds it there",
    "sys.meta_path": "six and importlib_metadata put a finder of their own there; it finds what is theirs",
    "threads": "OpenBLAS was loaded with one thread, and has those of the job before `import numpy`",
    "random is unseeded": "drawn anew for each process, warm or cold",
}


def cold(folder: Path, umask: int = 0o022) -> None:
    """Under a supervisor that has nothing loaded, from the same environment."""
    argv = [sys.executable, "-m", "kargah.launch.supervise", str(folder)]
    subprocess.run(argv, env=INHERITED, umask=umask, check=True, timeout=DEADLINE_SECONDS)


def both(daemon: RunningDaemon, source: str, **changes: Any) -> tuple[Path, Path]:
    """The same source once warm and once cold, each in a folder of its own."""
    warm, anew = daemon.run(source, **changes), daemon.folder(source, **changes)
    cold(anew)
    return warm, anew


def seen(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(log(folder).replace(folder.name, "JOB"))
    return found


@pytest.mark.parametrize("args", [["--x"], ["torch"]], ids=["at its beginning", "with torch"])
def test_a_warm_script_finds_the_interpreter_that_a_cold_one_finds(daemon: RunningDaemon, args: list[str]) -> None:
    changes = {"cpus": 1} if args == ["torch"] else {}
    folders = [daemon.folder(PROBE, **changes) for _ in range(2)]
    for folder in folders:
        job = json.loads((folder / "job.json").read_text())
        job["script"]["args"] = args
        (folder / "job.json").write_text(json.dumps(job))
    assert daemon.submit(folders[0]) == {"begun": True}
    until((folders[0] / "outcome.json").exists)
    cold(folders[1])
    warm, anew = map(seen, folders)
    differ = {key for key in warm.keys() | anew.keys() if warm.get(key) != anew.get(key)}
    assert {key: (warm.get(key), anew.get(key)) for key in differ - DIFFERENT.keys()} == {}
    assert set(anew["sys.modules"]) <= set(warm["sys.modules"])


def modes(folder: Path) -> dict[str, str]:
    return {file.name: oct(file.stat().st_mode & 0o777) for file in folder.iterdir() if file.is_file()}


def test_what_a_script_makes_has_the_persons_umask_and_what_kargah_makes_is_private(tmp_path: Path) -> None:
    source = "import os\nopen('made.txt', 'w').close()\nos.mkdir('made')\n"
    before = os.umask(0o027)
    try:
        daemon = RunningDaemon(tmp_path)
    finally:
        os.umask(before)
    warm, anew = daemon.run(source), daemon.folder(source)
    daemon.end()
    cold(anew, umask=0o027)
    for folder in (warm, anew):
        found = modes(folder)
        assert found["made.txt"] == "0o640"
        assert oct((folder / "made").stat().st_mode & 0o777) == "0o750"
        ours = {"log.txt", "outcome.json", "supervisor.json", "supervisor.lock", "heartbeat"}
        assert {found[name] for name in ours} == {"0o600"}


@pytest.mark.parametrize(
    "source",
    [
        "import atexit, os\natexit.register(print, 'bye')\nos.kill(os.getpid(), 2)\nimport time; time.sleep(60)\n",
        "import atexit, sys\natexit.register(print, 'bye')\nsys.exit(300)\n",
        "import threading\nclass A:\n    def __del__(self): print('gone')\na = A()\nraise KeyError(1)\n",
        "import logging as log, torch, mlflow\nlog.basicConfig(level='INFO', format='%(message)s')\nlog.info('told')\n",
        "import warnings, torch\nwarnings.warn('old', DeprecationWarning)\nwarnings.warn('odd', UserWarning)\n",
        "import sys\nsys.stdout.write('no end')\nimport os\nos._exit(5)\n",
        "print(input('name? '))\n",
        "from __future__ import annotations\ndef f(x: Nowhere) -> int: ...\nprint(f.__annotations__)\n",
        "from . import neighbour\n",
        "import inspect\ndef g(): return 3\nprint(inspect.getsource(g))\n",
        "import multiprocessing as mp\nclass A:\n    x = 2\ndef f(a): return a.x\n"
        "if __name__ == '__main__':\n"
        "    with mp.get_context('spawn').Pool(2) as pool: print(pool.map(f, [A(), A()]))\n",
        "import os\nos.mkdir('outputs')\nos.chdir('outputs')\nprint(os.getcwd(), __file__)\n",
        "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--lr')\nparser.parse_args()\n",
        "import sys\nfor n in range(2000): print('x' * 1000)\nsys.stdout.write('no end')\n",
        "from tqdm import tqdm\nfor n in tqdm(range(3), bar_format='{n}/{total}', mininterval=0): pass\n",
    ],
    ids=[
        *("interrupted", "exits with 300", "fails", "logs", "warns", "leaves at once", "asks", "future annotations"),
        *("relative import", "own source", "spawned children", "another folder", "argparse", "much output", "a bar"),
    ],
)
def test_a_warm_script_prints_and_ends_as_a_cold_one(daemon: RunningDaemon, source: str) -> None:
    warm, anew = both(daemon, source)
    assert log(warm).replace(warm.name, "JOB") == log(anew).replace(anew.name, "JOB")
    assert [outcome(warm)[key] for key in ("exit_code", "signal")] == [
        outcome(anew)[key] for key in ("exit_code", "signal")
    ]
