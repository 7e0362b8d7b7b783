"""`python -m kargah.datasets.worker`: a Python with the engine loaded, each question about a dataset a fork of it.

Requests come as lines of JSON on standard input, `{"id", "verb", "request"}`, or `{"cancel": id}`. Answers go as lines
to standard output: any number of `{"id", "event"}`, then `{"id", "ok": true, "result"}`, or with `"ok": false` either
`"error": {code, params}` or `"died": "time" | "cpu" | "signal"`.

A fork puts its limits on itself, answers one question and ends; what kills it ends nothing else. The worker itself
opens nothing of anybody's, starts no second thread, and ends with its standard input.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import selectors
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kargah.datasets.limits import Limits, apply, die_with_parent, spill_of
from kargah.datasets.process import failure_of

Event = Callable[[Mapping[str, object]], None]
Verb = Callable[[dict[str, Any], Event], Mapping[str, object]]

_VERBS: dict[str, str] = {
    "read": "kargah.datasets.verbs.read",
    "sniff": "kargah.datasets.verbs.reading_preview",
    "preview": "kargah.datasets.verbs.preview",
    "query": "kargah.datasets.verbs.query",
    "split": "kargah.datasets.verbs.split",
    "diff": "kargah.datasets.verbs.diff",
    "export": "kargah.datasets.verbs.export",
}
_PRELOADED = ("duckdb", "pyarrow.parquet", "numpy", "kargah.datasets.verbs.preview", "kargah.datasets.verbs.query")
_CHUNK = 1 << 16


@dataclass
class _Child:
    request_id: int
    pid: int
    folder: str | None
    deadline: float
    received: bytearray = field(default_factory=bytearray)
    answered: bool = False
    timed_out: bool = False


class Worker:
    """One loop: requests, forks' answers, their time limits."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._children: dict[int, _Child] = {}
        self._input = bytearray()

    def serve(self) -> None:
        """Until standard input ends; what still runs then is killed."""
        os.set_blocking(0, False)
        self._selector.register(0, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select(self._timeout()):
                if key.fd != 0:
                    self._hear_child(key.fd)
                elif not self._hear_bridge():
                    for child in self._children.values():
                        _kill(child.pid)
                    return
            now = time.monotonic()
            for child in self._children.values():
                if now >= child.deadline and not child.timed_out:
                    child.timed_out = True
                    _kill(child.pid)

    def _timeout(self) -> float | None:
        deadlines = [child.deadline for child in self._children.values() if not child.timed_out]
        return max(0.0, min(deadlines) - time.monotonic()) if deadlines else None

    def _hear_bridge(self) -> bool:
        try:
            received = os.read(0, _CHUNK)
        except BlockingIOError:
            return True
        if not received:
            return False
        self._input += received
        while (end := self._input.find(b"\n")) >= 0:
            line = json.loads(self._input[:end])
            del self._input[: end + 1]
            if "cancel" in line:
                for child in self._children.values():
                    if child.request_id == line["cancel"]:
                        _kill(child.pid)
            else:
                self._begin(line["id"], line["verb"], line["request"])
        return True

    def _begin(self, request_id: int, verb: str, request: dict[str, Any]) -> None:
        answers, theirs = os.pipe()
        seconds = float(request.pop("seconds"))
        pid = os.fork()
        if pid == 0:
            os.close(answers)
            _answer(theirs, verb, request)
        os.close(theirs)
        os.set_blocking(answers, False)
        folder = request.get("folder")
        self._children[answers] = _Child(request_id, pid, folder, time.monotonic() + seconds)
        self._selector.register(answers, selectors.EVENT_READ)

    def _hear_child(self, fd: int) -> None:
        child = self._children[fd]
        try:
            received = os.read(fd, _CHUNK)
        except BlockingIOError:
            return
        child.received += received
        while (end := child.received.find(b"\n")) >= 0:
            line = bytes(child.received[:end])
            del child.received[: end + 1]
            child.answered = child.answered or b'"ok":' in line[:32]
            _say(b'{"id":%d,%s\n' % (child.request_id, line[1:]))
        if received:
            return
        self._selector.unregister(fd)
        os.close(fd)
        del self._children[fd]
        status = os.waitpid(child.pid, 0)[1]
        if child.folder is not None:
            shutil.rmtree(spill_of(Path(child.folder), child.pid), ignore_errors=True)
        if not child.answered:
            by_cpu = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU
            died = "time" if child.timed_out else "cpu" if by_cpu else "signal"
            _say(b'{"id":%d,"ok":false,"died":"%s"}\n' % (child.request_id, died.encode()))


def _answer(out: int, verb: str, request: dict[str, Any]) -> None:
    """In the fork; never returns."""
    code = 70
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        # Libraries print; standard output is the worker's, and its standard input is not ours to read.
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        apply(Limits(**request.pop("limits")))

        def tell(message: Mapping[str, object]) -> None:
            line = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"
            left = memoryview(line.encode())
            while left:
                left = left[os.write(out, left) :]

        body: dict[str, object]
        try:
            work: Verb = importlib.import_module(_VERBS[verb]).answer_request
            body = {"ok": True, "result": work(request, lambda event: tell({"event": event}))}
        except Exception as error:
            body = {"ok": False, "error": failure_of(error)}
        tell(body)
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    os._exit(code)


def _say(line: bytes) -> None:
    left = memoryview(line)
    while left:
        left = left[os.write(1, left) :]


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def main() -> int:
    """Load, say `{"ready": true}`, and serve."""
    die_with_parent()
    for module in _PRELOADED:
        importlib.import_module(module)
    threads = len(list(Path("/proc/self/task").iterdir())) if sys.platform == "linux" else 1
    if threads != 1:
        # A fork of a process with more threads can hang for good.
        sys.stderr.write(f"the worker has {threads} threads and may not fork\n")
        return 1
    _say(b'{"ready":true}\n')
    Worker().serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
