"""A job that notes beside itself what it did, so that what others say of it can be judged.

`job.py NOTES WAY ENDING POINTS PAUSE_MS`. Notes are single appends: they survive whatever kills the process.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

NOTES, WAY, ENDING = sys.argv[1:4]
POINTS, PAUSE = int(sys.argv[4]), int(sys.argv[5]) / 1000
PATIENCE_SECONDS = 90
notes = os.open(NOTES, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def note(*words: object) -> None:
    os.write(notes, (" ".join(map(str, words)) + "\n").encode())


def identity(pid: int) -> str:
    stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    return f"{pid} {stat.rpartition(')')[2].split()[19]}"


class PlainHttp:
    """Tries the same points again until they are acknowledged, as any careful client would."""

    def __init__(self) -> None:
        self.address = urlsplit(os.environ["MLFLOW_TRACKING_URI"])
        self.connection: http.client.HTTPConnection | None = None

    def log(self, step: int) -> None:
        point = {"key": "loss", "value": step + 0.5, "timestamp": time.time_ns() // 1_000_000, "step": step}
        body = json.dumps({"run_id": os.environ["KARGAH_RUN_ID"], "metrics": [point]})
        note("try", step)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            status = self.post(body)
            if status == 200:
                note("ack", step)
                return
            if status in (400, 401, 403, 404):
                note("refused", step, status)
                return
            time.sleep(0.05)
        note("gave-up", step)

    def post(self, body: str) -> int:
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.address.netloc, timeout=30)
            headers = {
                "Authorization": f"Bearer {os.environ['MLFLOW_TRACKING_TOKEN']}",
                "Content-Type": "application/json",
            }
            self.connection.request("POST", f"{self.address.path}/api/2.0/mlflow/runs/log-batch", body, headers)
            answer = self.connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            if self.connection is not None:
                self.connection.close()
            self.connection = None
            return 0

    def close(self) -> None:
        pass


class Spooled:
    """What the reporter took is on its way for good, even if this process is killed in the next moment."""

    def __init__(self) -> None:
        from kargah.reporting.gateway import Address
        from kargah.reporting.reporter import Reporter
        from kargah.reporting.run_ref import RunRef

        run = RunRef(os.environ["KARGAH_RUN_ID"], os.environ["KARGAH_EXPERIMENT_ID"])
        folder = Path(os.environ["KARGAH_JOB_DIR"])
        address = Address(Path(os.environ["KARGAH_BRIDGE_FILE"]), folder / "token")
        self.reporter = Reporter(folder / "spool", address, lambda: run, say=lambda _: None)

    def log(self, step: int) -> None:
        note("try", step)
        self.reporter.log({"loss": step + 0.5}, step)
        note("ack", step)

    def close(self) -> None:
        self.reporter.close(0.2)


note("begin", identity(os.getpid()))
asked_to_stop = threading.Event()


def stop(*_: object) -> None:
    asked_to_stop.set()
    note("asked to stop")


if ENDING == "stubborn":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
elif ENDING == "polite":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
if ENDING in ("stubborn", "leaves"):
    # Not waited for: it is the launcher's to end, though nothing in its environment or name tells whose it is.
    hidden = "import ctypes, time; ctypes.CDLL(None).prctl(15, b'innocent', 0, 0, 0); time.sleep(300)"
    argv = [sys.executable, "-S", "-c", hidden]
    note("child", identity(subprocess.Popen(argv, start_new_session=True, env={}).pid))
way = PlainHttp() if WAY == "http" else Spooled()
for step in range(POINTS):
    way.log(step)
    time.sleep(PAUSE)
while ENDING in ("polite", "stubborn") and not asked_to_stop.is_set():
    time.sleep(0.02)
if asked_to_stop.is_set():
    way.log(POINTS)
way.close()
if ENDING == "exit3":
    note("exits 3")
    sys.exit(3)
if ENDING == "segv":
    note("dies 11")
    os.kill(os.getpid(), signal.SIGSEGV)
note("finished")
