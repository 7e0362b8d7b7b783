"""What a new Python has, remembered before anything is loaded and put back for each script.

Libraries set up more than themselves when they are imported: handlers of the root logger, filters of warnings, limits.
A script that was forked with them must not find what it did not ask for. What they set up for themselves (their own
loggers, their own entries in tables) stays: it would be there after `import` as well.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import locale
import logging
import os
import resource
import signal
import sys
import threading
import time
import warnings
from typing import Any

# SIGRTMIN and the like have no names, and no library uses them.
_SIGNALS = [number for number in signal.Signals if number not in (signal.SIGKILL, signal.SIGSTOP)]
_LIMITS = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]
_HOOKS = ("excepthook", "displayhook", "unraisablehook", "breakpointhook")


class Pristine:
    """The state of an interpreter that has loaded nothing yet."""

    def __init__(self) -> None:
        self._umask = os.umask(0o077)
        os.umask(self._umask)
        self._filters = list(warnings.filters)
        self._signals = {number: signal.getsignal(number) for number in _SIGNALS}
        self._limits = {limit: resource.getrlimit(limit) for limit in _LIMITS}
        self._hooks = {name: getattr(sys, name) for name in _HOOKS}
        self._recursion = sys.getrecursionlimit()
        self._switch = sys.getswitchinterval()
        self._gc = gc.get_threshold()
        self._builtins = dict(vars(builtins))
        self._locale = locale.setlocale(locale.LC_ALL)

    def restore(self) -> None:
        """Puts it back, in a process of one thread; the environment is the job's already."""
        os.umask(self._umask)
        for number, handler in self._signals.items():
            if signal.getsignal(number) != handler and handler is not None:
                signal.signal(number, handler)
        for limit, values in self._limits.items():
            # A hard limit that was lowered stays so.
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(limit, values)
        self._restore_logging()
        self._restore_warnings()
        for name, hook in self._hooks.items():
            setattr(sys, name, hook)
        threading.excepthook = threading.__excepthook__
        main: Any = threading.main_thread()
        main._set_native_id()
        sys.setrecursionlimit(self._recursion)
        sys.setswitchinterval(self._switch)
        gc.set_threshold(*self._gc)
        for name in set(vars(builtins)) - set(self._builtins) - {"_"}:
            delattr(builtins, name)
        vars(builtins).update(self._builtins)
        with contextlib.suppress(locale.Error):
            locale.setlocale(locale.LC_ALL, self._locale)
        # Read by the C library when it was loaded; the job may have another.
        time.tzset()
        _restore_torch()

    def _restore_logging(self) -> None:
        root = logging.getLogger()
        for handler in list(root.handlers):
            root.removeHandler(handler)
        for one in list(root.filters):
            root.removeFilter(one)
        root.setLevel(logging.WARNING)
        root.disabled = False
        logging.captureWarnings(False)
        logging.disable(logging.NOTSET)
        logging.raiseExceptions = True
        module: Any = logging
        # `%(relativeCreated)d` counts from the beginning of the process.
        module._startTime = time.time_ns() if sys.version_info >= (3, 13) else time.time()

    def _restore_warnings(self) -> None:
        module: Any = warnings
        warnings.filters[:] = self._filters  # type: ignore[index]
        # Modules forget what they have shown once: while loading nobody saw it.
        mutated = getattr(module, "_filters_mutated", None) or module._filters_mutated_lock_held
        mutated()
        module.onceregistry.clear()


def _restore_torch() -> None:
    torch: Any = sys.modules.get("torch")
    if torch is not None:
        torch.set_default_dtype(torch.float32)
        torch.set_default_device(None)
        torch.set_grad_enabled(True)
