"""Makes a fork of the daemon a process of its own: what a new Python would have, and nothing of the daemon's."""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import random
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kargah.launch import processes
from kargah.launch.paths import JobPaths
from kargah.launch.script import run_script
from kargah.launch.warm.pristine import Pristine

MARK = "KARGAH_JOB_ID="
PLACEHOLDER = "x" * 96
_LOWEST_FREE_FD = 3


class Image:
    """The memory in which the kernel shows a process's arguments and environment.

    A fork shows its parent's. Bridge and supervisor find a job's processes by the job's id in there, so it is written
    over the placeholder that the daemon was started with; the page is copied, the daemon keeps its own.
    """

    def __init__(self) -> None:
        fields = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        self._arguments, self._arguments_end, environ, environ_end = (int(field) for field in fields[45:49])
        whole = f"{MARK}{PLACEHOLDER}".encode()
        place = ctypes.string_at(environ, environ_end - environ).find(whole)
        if place < 0:
            raise RuntimeError(f"the daemon was started without {MARK}{PLACEHOLDER}")
        self._mark = environ + place
        self._room = len(whole)

    def show(self, job_id: str, title: str) -> None:
        """From now on this process carries the job's id and title for whoever looks at it."""
        mark = f"{MARK}{job_id}\0_=".encode()
        if len(mark) > self._room:
            raise ValueError(f"the job's id is too long: {job_id}")
        ctypes.memmove(self._mark, mark.ljust(self._room, b"x"), self._room)
        room = self._arguments_end - self._arguments
        shown = title.encode()[: room - 1]
        ctypes.memmove(self._arguments, shown.ljust(room, b"\0"), room)
        processes.be_named("kargah-job")


@dataclass(frozen=True)
class Loaded:
    """What a fork needs of the daemon to be a process of its own."""

    image: Image
    pristine: Pristine
    openblas: Callable[[int], None] | None
    """Gives numpy its threads; None where it has none to be given."""


def detach_fork(job: dict[str, Any], paths: JobPaths, environ: dict[str, str], loaded: Loaded) -> None:
    """Called in the fork, with input, output and folder already its own; does the job's work."""
    os.closerange(_LOWEST_FREE_FD, _highest_fd() + 1)
    os.environ.clear()
    os.environ.update(environ)
    _tell_lightning()
    script = job.get("script")
    loaded.image.show(job["job_id"], f"kargah-job {job['job_id']} {script['path'] if script else job.get('recipe')}")
    _new_randomness()
    if job.get("cpus") and "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(int(job["cpus"]))
    gc.enable()
    if script:
        if loaded.openblas is not None:
            loaded.openblas(int(job.get("cpus") or len(os.sched_getaffinity(0))))
        if _has_no_package():
            # Its own Kargah, if that Python has one, is what the script is to find.
            for name in [name for name in sys.modules if name.partition(".")[0] == "kargah"]:
                del sys.modules[name]
        loaded.pristine.restore()
        run_script(str(script["path"]), [str(argument) for argument in script.get("args", [])])
    else:
        _run_recipe(paths)


def _run_recipe(paths: JobPaths) -> None:
    from kargah.launch.run import main

    code = main([sys.argv[0], str(paths.folder)])
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    # Taking down hundreds of modules one by one would only copy the pages they lie in.
    os._exit(code)


def _has_no_package() -> bool:
    return not any(Path(entry, "kargah") == Path(__file__).parents[2] for entry in map(Path, sys.path))


def _tell_lightning() -> None:
    """Its logger reads MLflow's address when it is imported, for a default: here that was before there was a job."""
    for package in ("pytorch_lightning", "lightning.pytorch"):
        logger: Any = getattr(sys.modules.get(f"{package}.loggers.mlflow"), "MLFlowLogger", None)
        if logger is not None:
            init = logger.__init__
            names = init.__code__.co_varnames[: init.__code__.co_argcount]
            given = zip(reversed(names), reversed(init.__defaults__), strict=False)
            address = os.environ["MLFLOW_TRACKING_URI"]
            defaults = [address if name == "tracking_uri" else default for name, default in given]
            init.__defaults__ = tuple(reversed(defaults))


def _new_randomness() -> None:
    """Seeds of its own, as a new Python draws them from the system."""
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if "torch" in sys.modules:
        sys.modules["torch"].default_generator.seed()
    if "multiprocessing.process" in sys.modules:
        module: Any = sys.modules["multiprocessing.process"]
        module.current_process().authkey = os.urandom(32)
        module.ORIGINAL_DIR = str(Path.cwd())


def _highest_fd() -> int:
    return max(int(entry.name) for entry in Path("/proc/self/fd").iterdir())
