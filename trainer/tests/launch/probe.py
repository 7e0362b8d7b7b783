# ruff: noqa: E402, E501, PTH109, PTH110, PTH123, PTH208, S301, SIM115
"""Prints, as JSON, what a script can see of its interpreter before it has done anything.

Run by `test_same_state.py` as a warm job and as a cold one. Modules of the standard library are imported as late as
they are needed, and the list of modules first of all.
"""

import sys

found = {"main": sorted(vars(sys.modules["__main__"])), "sys.modules": sorted(sys.modules)}

import builtins
import faulthandler
import gc
import json
import locale
import logging
import os
import resource
import signal
import stat
import threading
import time
import warnings

main = sys.modules["__main__"]
found |= {
    "__name__": __name__,
    "__file__": __file__,
    "__spec__": repr(__spec__),
    "__package__": repr(__package__),
    "__doc__": __doc__,
    "__builtins__": type(__builtins__).__name__,
    "__annotations__": repr(vars(main).get("__annotations__")),
    "__cached__": repr(vars(main).get("__cached__")),
    "__loader__": type(__loader__).__name__,
    "builtins": sorted(vars(builtins)),
    "cwd": os.getcwd(),
    "environ": {k: v for k, v in os.environ.items() if k not in ("KARGAH_JOB_ID", "KARGAH_JOB_DIR")},
    "sys.argv": sys.argv,
    "sys.orig_argv": sys.orig_argv,
    "sys.path": sys.path,
    "sys.flags": repr(sys.flags),
    "sys.executable": sys.executable,
    "sys.prefix": sys.prefix,
    "sys.warnoptions": sys.warnoptions,
    "sys._xoptions": sys._xoptions,
    "sys.dont_write_bytecode": sys.dont_write_bytecode,
    "sys.pycache_prefix": sys.pycache_prefix,
    "sys.meta_path": [getattr(one, "__name__", type(one).__name__) for one in sys.meta_path],
    "sys.path_hooks": [getattr(one, "__name__", type(one).__name__) for one in sys.path_hooks],
    "sys names": sorted(vars(sys)),
    "recursion": sys.getrecursionlimit(),
    "switch interval": sys.getswitchinterval(),
    "dlopen flags": sys.getdlopenflags(),
    "trace": [repr(sys.gettrace()), repr(sys.getprofile())],
    "hooks": [
        sys.excepthook is sys.__excepthook__,
        sys.displayhook is sys.__displayhook__,
        sys.unraisablehook is sys.__unraisablehook__,
        sys.breakpointhook is sys.__breakpointhook__,
        threading.excepthook is threading.__excepthook__,
    ],
    "streams": [
        [s.encoding, s.errors, s.line_buffering, s.write_through, s.name, s.mode, s.isatty(), type(s.buffer).__name__]
        for s in (sys.stdin, sys.stdout, sys.stderr)
    ],
    "streams are the first": [sys.stdin is sys.__stdin__, sys.stdout is sys.__stdout__, sys.stderr is sys.__stderr__],
    "stdin": sys.stdin.read(),
    "fds": sorted(
        [fd, stat.S_IFMT(os.fstat(fd).st_mode), os.get_inheritable(fd)]
        for fd in map(int, os.listdir("/proc/self/fd"))
        if os.path.exists(f"/proc/self/fd/{fd}")
    ),
    "signals": {n.name: str(signal.getsignal(n)) for n in signal.Signals if n not in (signal.SIGKILL, signal.SIGSTOP)},
    "signal handlers are Python's": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
    "signal mask": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "wakeup": signal.set_wakeup_fd(-1),
    "umask": os.umask(0),
    "nice": os.nice(0),
    "affinity": sorted(os.sched_getaffinity(0)),
    "limits": {n: resource.getrlimit(getattr(resource, n)) for n in dir(resource) if n.startswith("RLIMIT_")},
    "oom_score_adj": open("/proc/self/oom_score_adj").read(),
    "session is its own": [os.getsid(0) == os.getpid(), os.getpgid(0) == os.getpid()],
    "threads": len(os.listdir("/proc/self/task")),
    "main thread": [
        threading.current_thread() is threading.main_thread(),
        threading.main_thread().name,
        threading.main_thread().native_id == os.getpid(),
        threading.active_count(),
        threading.stack_size(),
    ],
    "faulthandler": faulthandler.is_enabled(),
    "gc": [gc.isenabled(), gc.get_threshold(), gc.get_debug(), len(gc.callbacks)],
    "locale": [locale.setlocale(locale.LC_ALL), locale.getpreferredencoding(), sys.getfilesystemencoding()],
    "time zone": [time.tzname, time.timezone],
    "root logger": [logging.root.level, repr(logging.root.handlers), logging.root.filters, logging.root.disabled],
    "logging": [
        logging.root.manager.disable,
        logging.raiseExceptions,
        logging.getLoggerClass().__name__,
        logging.getLogRecordFactory().__name__,
        type(logging.lastResort).__name__,
        sorted(logging.getLevelNamesMapping()) if sys.version_info >= (3, 11) else None,
    ],
    "warnings": [[a, getattr(m, "pattern", m), c.__name__, getattr(o, "pattern", o), n] for a, m, c, o, n in warnings.filters],
    "warnings are shown": [warnings.showwarning.__module__, warnings.formatwarning.__module__],
}  # fmt: skip
os.umask(found["umask"])

import asyncio
import codecs
import decimal
import multiprocessing
import pickle
import random
import socket


class Picklable:
    """Of `__main__`."""


found |= {
    "pickle of a class": pickle.loads(pickle.dumps(Picklable)) is Picklable and Picklable.__module__,
    "multiprocessing": [
        multiprocessing.get_start_method(allow_none=True),
        multiprocessing.current_process().name,
        multiprocessing.parent_process() is None,
        multiprocessing.active_children(),
        len(multiprocessing.current_process().authkey),
    ],
    "socket timeout": socket.getdefaulttimeout(),
    "decimal": repr(decimal.getcontext()),
    "asyncio": type(asyncio.get_event_loop_policy()).__name__,
    "codecs": codecs.lookup_error("strict").__name__,
    "random is unseeded": random.getstate()[2],
}
if "torch" not in sys.argv:
    print(json.dumps(found, default=str))
    sys.exit()

import numpy
import torch

found |= {
    "numpy": [numpy.geterr(), numpy.get_printoptions(), numpy.random.get_state()[0]],
    "torch": [
        str(torch.get_default_dtype()),
        str(torch.get_default_device()),
        torch.get_num_threads(),
        torch.get_num_interop_threads(),
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        torch.are_deterministic_algorithms_enabled(),
        torch.is_anomaly_enabled(),
        torch.get_float32_matmul_precision(),
        torch.is_autocast_enabled("cpu"),
        torch.backends.mkldnn.enabled,
        torch.backends.cudnn.benchmark,
        torch.multiprocessing.get_sharing_strategy(),
        torch.cuda.is_initialized(),
    ],
    "threads with torch": len(os.listdir("/proc/self/task")),
    "root logger with torch": [logging.root.level, repr(logging.root.handlers)],
}
print(json.dumps(found, default=str))
