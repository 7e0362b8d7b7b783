"""Runs a user's file as `python file.py arguments` would, in a process that is already a Python."""

from __future__ import annotations

import atexit
import builtins
import contextlib
import ctypes
import gc
import os
import signal
import sys
import threading
import types
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from pathlib import Path

# As Python does after KeyboardInterrupt, the process ends itself by the signal and not by an exit code.
_INTERRUPTED = -signal.SIGINT


def run_script(path: str, arguments: list[str]) -> None:
    """Runs the file and ends the process as a Python ends, with the exit code that it would have."""
    loaded = set(sys.modules)
    code = _exit_code(lambda: _run(path, arguments))
    _end(code, {name for name in sys.modules if name not in loaded} | {"__main__"})


def _run(path: str, arguments: list[str]) -> None:
    sys.argv = [path, *arguments]
    sys.orig_argv = [sys.executable, *sys.argv]
    sys.path.insert(0, str(Path(path).resolve().parent))
    module = types.ModuleType("__main__")
    module.__file__ = path
    module.__dict__.update(
        __builtins__=builtins, __loader__=SourceFileLoader("__main__", path), __cached__=None, __annotations__={}
    )
    sys.modules["__main__"] = module
    try:
        source = Path(path).read_bytes()
    except OSError as error:
        sys.stderr.write(f"{sys.executable}: can't open file {path!r}: [Errno {error.errno}] {error.strerror}\n")
        sys.exit(2)
    exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)  # noqa: S102


def _exit_code(work: Callable[[], None]) -> int:
    try:
        work()
    except SystemExit as exit_:
        return _told(exit_.code)
    except BaseException as error:
        _print(error)
        return _INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _told(code: object) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    sys.stderr.write(f"{code}\n")
    return 1


def _print(error: BaseException) -> None:
    """Without our own frames, as the person who wrote the script knows it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    try:
        sys.excepthook(type(error), error.with_traceback(trace), trace)
    except Exception:
        sys.__excepthook__(type(error), error, trace)


def _end(code: int, own: set[str]) -> None:
    """Waits for threads, runs what was asked for at exit, lets go of what the script made, and leaves.

    The modules that were there before are not taken down: hundreds of them would only copy the pages they lie in.
    """
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for name in own:
        module = sys.modules.pop(name, None)
        if module is not None:
            # As the interpreter does it: files that were left open are written when their last name goes.
            for key in [key for key in vars(module) if key != "__builtins__"]:
                vars(module)[key] = None
    gc.collect()
    _end_streams()
    ctypes.CDLL(None).fflush(None)
    if code == _INTERRUPTED:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    os._exit(code)


def _end_streams() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
