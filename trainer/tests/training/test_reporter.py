"""The reporter against a real HTTP server that fails, vanishes and comes back."""

from __future__ import annotations

import json
import math
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from kargah.reporting.drain import drain
from kargah.reporting.gateway import Address
from kargah.reporting.reporter import Reporter
from kargah.reporting.run_ref import RunRef, run_of
from kargah.reporting.spool import POINTS, Spool, has_pending

from ..conftest import DEADLINE_SECONDS


class Gateway:
    """Takes batches as the bridge does; `statuses` are answered first, then 200."""

    def __init__(self, port: int = 0) -> None:
        self.batches: list[list[dict[str, Any]]] = []
        self.headers: list[dict[str, str]] = []
        self.statuses: list[int] = []
        self.arrived = threading.Condition()
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status = gateway.take(self.path, body, dict(self.headers))
                self.send_response(status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    def take(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> int:
        assert path == "/mlflow/api/2.0/mlflow/runs/log-batch"
        assert body["run_id"] == "run"
        with self.arrived:
            status = self.statuses.pop(0) if self.statuses else 200
            if any(point["key"] == "bad" for point in body["metrics"]):
                status = 400
            if status == 200:
                self.batches.append(body["metrics"])
                self.headers.append(headers)
            self.arrived.notify_all()
        return status

    def points(self, key: str = "loss") -> list[dict[str, Any]]:
        return [p for batch in self.batches for p in batch if p["key"] == key]

    def wait_for(self, count: int) -> None:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.points()) >= count, DEADLINE_SECONDS)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    server = Gateway()
    yield server
    server.close()


def announce(folder: Path, port: int) -> Address:
    (folder / "bridge.json").write_text(json.dumps({"url": f"http://127.0.0.1:{port}"}))
    (folder / "token").write_text("kgj_secret\n")
    return Address(folder / "bridge.json", folder / "token")


def reporter_of(folder: Path, port: int, lines: list[str] | None = None) -> Reporter:
    return Reporter(
        folder / "spool",
        announce(folder, port),
        lambda: RunRef("run", "1"),
        say=(lines if lines is not None else []).append,
    )


def test_points_arrive_in_order_with_the_token_and_the_progress(gateway: Gateway, tmp_path: Path) -> None:
    reporter = reporter_of(tmp_path, gateway.port)
    reporter.progress(fraction=0.5, epoch=1)
    for step in range(2000):
        reporter.log({"loss": step / 2, "lr": 0.1}, step)
    assert reporter.close(timeout=DEADLINE_SECONDS)
    assert [p["step"] for p in gateway.points()] == list(range(2000))
    assert gateway.points("lr")[7]["value"] == 0.1
    assert gateway.headers[0]["Authorization"] == "Bearer kgj_secret"
    assert json.loads(gateway.headers[0]["X-Kargah-Progress"]) == {"fraction": 0.5, "epoch": 1}
    assert max(len(batch) for batch in gateway.batches) <= 1000
    assert not has_pending(tmp_path / "spool")


def test_the_first_point_does_not_wait_for_others(gateway: Gateway, tmp_path: Path) -> None:
    reporter = reporter_of(tmp_path, gateway.port)
    reporter.log({"loss": 1.0}, 1)
    gateway.wait_for(1)
    reporter.close(timeout=DEADLINE_SECONDS)


def test_what_is_no_number_survives_the_way(gateway: Gateway, tmp_path: Path) -> None:
    reporter = reporter_of(tmp_path, gateway.port)
    for value in (math.nan, math.inf, -math.inf):
        reporter.log({"loss": value}, 1)
    reporter.close(timeout=DEADLINE_SECONDS)
    assert [p["value"] for p in gateway.points()] == ["NaN", "Infinity", "-Infinity"]


def test_refusals_that_pass_lose_and_reorder_nothing(gateway: Gateway, tmp_path: Path) -> None:
    gateway.statuses = [503, 500, 429, 401, 502]
    lines: list[str] = []
    reporter = reporter_of(tmp_path, gateway.port, lines)
    for step in range(50):
        reporter.log({"loss": 1.0}, step)
    assert reporter.close(timeout=DEADLINE_SECONDS)
    assert [p["step"] for p in gateway.points()] == list(range(50))
    assert any(line.startswith("WARN the bridge") for line in lines)
    assert any("answers again" in line for line in lines)


def test_a_bridge_that_comes_back_on_another_port_gets_everything(tmp_path: Path) -> None:
    first = Gateway()
    reporter = reporter_of(tmp_path, first.port)
    reporter.log({"loss": 1.0}, 0)
    first.wait_for(1)
    first.close()
    for step in range(1, 100):
        reporter.log({"loss": 1.0}, step)
    second = Gateway()
    announce(tmp_path, second.port)
    assert reporter.close(timeout=DEADLINE_SECONDS)
    steps = [p["step"] for p in first.points() + second.points()]
    second.close()
    assert sorted(set(steps)) == list(range(100))
    assert steps == sorted(steps)


def test_one_point_that_is_never_taken_does_not_hold_up_the_others(gateway: Gateway, tmp_path: Path) -> None:
    lines: list[str] = []
    reporter = reporter_of(tmp_path, gateway.port, lines)
    reporter.log({"loss": 1.0, "bad": 2.0}, 0)
    reporter.log({"loss": 3.0}, 1)
    assert reporter.close(timeout=DEADLINE_SECONDS)
    assert [p["value"] for p in gateway.points()] == [1.0, 3.0]
    assert lines == ["WARN the point bad=2.0 was refused and is left out"]


def test_closing_while_nobody_answers_keeps_the_points_for_the_drain(tmp_path: Path) -> None:
    reporter = reporter_of(tmp_path, 1)
    for step in range(30):
        reporter.log({"loss": 1.0}, step)
    assert not reporter.close(timeout=0.3)
    assert has_pending(tmp_path / "spool")

    server = Gateway()
    announce(tmp_path, server.port)
    job = {"bridge_file": str(tmp_path / "bridge.json"), "mlflow": {"run_id": "run"}}
    (tmp_path / "job.json").write_text(json.dumps(job))
    assert drain(tmp_path, timeout=DEADLINE_SECONDS)
    server.close()
    assert [p["step"] for p in server.points()] == list(range(30))
    assert not has_pending(tmp_path / "spool")


def test_points_wait_without_a_word_while_their_run_is_being_made(tmp_path: Path) -> None:
    server = Gateway()
    lines: list[str] = []
    address = announce(tmp_path, server.port)
    reporter = Reporter(tmp_path / "spool", address, lambda: run_of(tmp_path, {"mlflow": None}), say=lines.append)
    for step in range(30):
        reporter.log({"loss": 1.0}, step)
    assert not reporter.flush(timeout=0.1)
    assert server.points() == []
    (tmp_path / "run.json").write_text(json.dumps({"run_id": "run", "experiment_id": "7"}))
    assert reporter.close(timeout=DEADLINE_SECONDS)
    server.close()
    assert [p["step"] for p in server.points()] == list(range(30))
    assert lines == []
    assert run_of(tmp_path, {"mlflow": None}) == RunRef("run", "7")


LOGS_AND_DIES = """
import os, signal, sys
from pathlib import Path
from kargah.reporting.gateway import Address
from kargah.reporting.reporter import Reporter
from kargah.reporting.run_ref import RunRef
folder = Path(sys.argv[1])
reporter = Reporter(folder / "spool", Address(folder / "bridge.json", folder / "token"), lambda: RunRef("run", "1"))
for step in range(500):
    reporter.log({"loss": float(step)}, step)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_no_logged_point_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    server = Gateway()
    announce(tmp_path, server.port)
    ended = subprocess.run([sys.executable, "-c", LOGS_AND_DIES, str(tmp_path)], check=False, timeout=DEADLINE_SECONDS)
    assert ended.returncode == -signal.SIGKILL
    job = {"bridge_file": str(tmp_path / "bridge.json"), "mlflow": {"run_id": "run"}}
    (tmp_path / "job.json").write_text(json.dumps(job))
    assert drain(tmp_path, timeout=DEADLINE_SECONDS)
    server.close()
    # A batch may be sent twice when its acknowledgement was lost; MLflow keeps such a point once.
    assert sorted({p["step"] for p in server.points()}) == list(range(500))


def steps_of(folder: Path) -> list[int]:
    """What a sender that is started later finds."""
    spool = Spool(folder)
    found = []
    while spool.pending():
        batch = spool.read()
        found += [point.step for point in batch.points]
        spool.acknowledge(batch.end)
    spool.close()
    return found


def spoil(folder: Path, begin: int, data: bytes) -> None:
    with (folder / POINTS).open("r+b") as file:
        file.seek(begin)
        file.write(data)


RECORD = 4 + 8 + 8 + 8 + 4


@pytest.mark.parametrize("garbage", [b"\0" * 5, b"\xa5" * RECORD, b"\xff" * 3 * RECORD, b"\0" * 4 * RECORD])
def test_records_that_the_disk_spoilt_take_no_others_with_them(tmp_path: Path, garbage: bytes) -> None:
    spool = Spool(tmp_path)
    for step in range(20):
        spool.append({"loss": 1.0}, step)
    spool.close()
    spoil(tmp_path, 8 * RECORD, garbage)
    lost = range(8, 8 + -(-len(garbage) // RECORD))
    assert has_pending(tmp_path)
    assert steps_of(tmp_path) == [step for step in range(20) if step not in lost]
    assert not has_pending(tmp_path)


@pytest.mark.parametrize("written", range(1, RECORD))
def test_a_record_cut_by_a_kill_at_any_byte_is_none_and_does_not_wait_for_ever(tmp_path: Path, written: int) -> None:
    spool = Spool(tmp_path)
    for step in range(3):
        spool.append({"loss": 1.0}, step)
    spool.close()
    spoil(tmp_path, 2 * RECORD + written, b"\0" * (RECORD - written))
    assert steps_of(tmp_path) == [0, 1]
    assert not has_pending(tmp_path)
    again = Spool(tmp_path)
    again.append({"loss": 1.0}, 3)
    again.close()
    assert steps_of(tmp_path) == [3]


def test_a_value_that_is_no_number_is_refused_and_leaves_no_trace(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    with pytest.raises(struct.error):
        spool.append({"loss": 1.0, "note": "high"}, 0)  # type: ignore[dict-item]
    spool.append({"loss": 2.0}, 1)
    spool.close()
    assert steps_of(tmp_path) == [1]


def test_ten_threads_log_each_in_its_order_and_none_over_another(tmp_path: Path) -> None:
    spool = Spool(tmp_path)

    def log(name: str) -> None:
        for step in range(2000):
            spool.append({name: 1.0, "shared": float(step)}, step)

    threads = [threading.Thread(target=log, args=(f"m{i}",)) for i in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found: dict[str, list[int]] = {}
    while spool.pending():
        batch = spool.read()
        assert len(batch.points) <= 1000
        for point in batch.points:
            found.setdefault(point.key, []).append(point.step)
        spool.acknowledge(batch.end)
    spool.close()
    assert len(found.pop("shared")) == 20_000
    assert found == {f"m{i}": list(range(2000)) for i in range(10)}


FILLS_THE_DISK = """
import errno, resource, sys
from pathlib import Path
from kargah.reporting.spool import Spool
spool = Spool(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
step = 0
try:
    while True:
        spool.append({"loss": 1.0}, step)
        step += 1
except OSError as error:
    print(step, errno.errorcode[error.errno])
"""


def test_a_full_disk_is_an_error_of_log_and_all_before_it_is_kept(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", FILLS_THE_DISK, str(tmp_path)],
        check=True,
        timeout=DEADLINE_SECONDS,
        capture_output=True,
        text=True,
    )
    count, reason = ended.stdout.split()
    assert reason == "EFBIG"
    assert steps_of(tmp_path) == list(range(int(count)))
    assert int(count) > 1000


FORKS = """
import os, sys
from pathlib import Path
from kargah.reporting.spool import Spool
spool = Spool(Path(sys.argv[1]))
spool.append({"loss": 1.0}, 0)
child = os.fork()
if child == 0:
    try:
        spool.append({"loss": 1.0}, 7)
    except RuntimeError:
        os._exit(3)
    os._exit(0)
spool.append({"loss": 1.0}, 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_forked_child_is_told_that_the_spool_is_its_parents(tmp_path: Path) -> None:
    assert (
        subprocess.run([sys.executable, "-c", FORKS, str(tmp_path)], check=False, timeout=DEADLINE_SECONDS).returncode
        == 3
    )
    assert steps_of(tmp_path) == [0, 1]


def test_a_reporter_that_logs_nothing_starts_no_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    reporter = reporter_of(tmp_path, 1)
    assert threading.active_count() == before
    assert reporter.close(timeout=DEADLINE_SECONDS)


def test_a_drain_of_what_only_a_cut_record_is_left_of_needs_no_bridge(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.append({"loss": 1.0}, 0)
    spool.close()
    spoil(tmp_path / "spool", 10, b"\0" * (RECORD - 10))
    (tmp_path / "job.json").write_text(json.dumps({"bridge_file": "nowhere", "mlflow": {"run_id": "run"}}))
    assert drain(tmp_path, timeout=DEADLINE_SECONDS)
    assert not has_pending(tmp_path / "spool")
