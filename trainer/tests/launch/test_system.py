"""What a supervisor says of its job and the machine, as whoever takes the points sees it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from kargah.launch.command import environment
from kargah.launch.paths import JobPaths
from kargah.launch.supervision.system import Cores, Machine, gpu_figures, job_gpus
from kargah.reporting.drain import drain
from kargah.reporting.spool import has_pending

from ..conftest import DEADLINE_SECONDS

OWN = {"system/cpu_percent", "system/memory_mb"}
MACHINE = {
    "system/cpu_utilization_percentage",
    "system/system_memory_usage_megabytes",
    "system/system_memory_usage_percentage",
    "system/disk_usage_percentage",
    "system/disk_usage_megabytes",
    "system/disk_available_megabytes",
}
# A child and its own child: what they use is the job's.
BUSY = """
import os, pathlib
for _ in range(2):
    if os.fork() == 0:
        block = bytearray(100 << 20)
print(os.getpid(), flush=True)
while not pathlib.Path("go").exists():
    sum(range(1000))
"""


class Taker:
    """Takes batches of points as the bridge does."""

    def __init__(self) -> None:
        self.points: list[dict[str, Any]] = []
        self.asked: set[tuple[str, str, str]] = set()
        self.arrived = threading.Condition()
        taker = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with taker.arrived:
                    taker.asked.add((self.path, self.headers["Authorization"], body["run_id"]))
                    taker.points += body["metrics"]
                    taker.arrived.notify_all()
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def wait_for_points(self, memory_mb: float = 0) -> dict[str, float]:
        """The first figures of a job that has come to use so much."""

        def found() -> int | None:
            told = (p for p in self.points if p["key"] == "system/memory_mb" and p["value"] > memory_mb)
            return next((p["step"] for p in told), None)

        with self.arrived:
            assert self.arrived.wait_for(lambda: found() is not None, DEADLINE_SECONDS)
            return {point["key"]: point["value"] for point in self.points if point["step"] == found()}


@pytest.fixture
def taker() -> Iterator[Taker]:
    taker = Taker()
    yield taker
    taker.server.shutdown()
    taker.server.server_close()


def job_folder(root: Path, source: str, url: str) -> Path:
    folder = root / "job"
    folder.mkdir()
    announce(root, url)
    (folder / "token").write_text("kgj_secret")
    (folder / "script.py").write_text(source)
    job = {
        "job_id": f"job_{root.name}",
        "recipe": None,
        "script": {"path": str(folder / "script.py"), "args": []},
        "cwd": str(folder),
        "mlflow": {"run_id": "r1", "experiment_id": "7"},
        "bridge_file": str(root / "bridge.json"),
        "grace_seconds": 5,
        "gpus": [],
    }
    (folder / "job.json").write_text(json.dumps(job))
    return folder


def announce(root: Path, url: str) -> None:
    (root / "bridge.json").write_text(json.dumps({"url": url}))


def supervise(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "kargah.launch.supervise", str(folder)])


def test_a_script_that_never_heard_of_mlflow_is_measured_with_all_its_processes(tmp_path: Path, taker: Taker) -> None:
    folder = job_folder(tmp_path, BUSY, taker.url)
    supervisor = supervise(folder)
    # Three processes of 100 MB each, which all compute as far as the machine lets them.
    figures = taker.wait_for_points(memory_mb=300)
    (folder / "go").touch()
    assert supervisor.wait(DEADLINE_SECONDS) == 0
    assert figures.keys() == OWN | MACHINE
    assert taker.asked == {("/mlflow/api/2.0/mlflow/runs/log-batch", "Bearer kgj_secret", "r1")}
    assert figures["system/memory_mb"] < 1000
    assert figures["system/cpu_percent"] > 0
    assert 0 < figures["system/cpu_utilization_percentage"] <= 100
    # The training process's own spool is not touched.
    assert not (folder / "spool").exists()


def test_figures_that_could_not_be_delivered_do_not_hold_up_the_end_and_are_drained_later(
    tmp_path: Path, taker: Taker
) -> None:
    # The file is there before its first figures are.
    source = (
        "import pathlib, time\nspool = pathlib.Path('spool-system/points.bin')\n"
        "while not (spool.exists() and spool.read_bytes().strip(b'\\0')): time.sleep(.02)\n"
    )
    folder = job_folder(tmp_path, source, "http://127.0.0.1:9")
    assert supervise(folder).wait(DEADLINE_SECONDS) == 0
    outcome = json.loads((folder / "outcome.json").read_text())
    assert (outcome["exit_code"], outcome["spool_pending"]) == (0, True)
    announce(tmp_path, taker.url)
    assert drain(folder, DEADLINE_SECONDS)
    assert not has_pending(folder / "spool-system")
    assert taker.wait_for_points().keys() == OWN | MACHINE


def test_a_share_is_of_what_passed_since_the_last_look() -> None:
    used, passed = iter([1.0, 2.0, 1.5, 9.0]), iter([10.0, 12.0, 14.0, 14.0])
    cores = Cores(lambda: next(used), lambda: next(passed))
    assert [cores.share(), cores.share(), cores.share()] == [0.5, 0.0, 0.0]


def test_the_machine_is_described_by_mlflows_names(tmp_path: Path) -> None:
    figures = Machine().figures(str(tmp_path))
    assert figures.keys() == MACHINE
    assert all(0 <= value <= 100 for key, value in figures.items() if key.endswith("_percentage"))
    assert figures["system/system_memory_usage_megabytes"] > 10


class Nvml(ModuleType):
    """NVIDIA's library on a machine with four GPUs; the last tells only its memory."""

    def __init__(self) -> None:
        super().__init__("pynvml")
        self.started = 0

    def nvmlInit(self) -> None:
        self.started += 1

    def nvmlDeviceGetCount(self) -> int:
        return 4

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        if index > 3:
            raise RuntimeError("Invalid Argument")
        return index

    def nvmlDeviceGetHandleByUUID(self, name: str) -> int:
        return {"GPU-abc": 1}[name]

    def nvmlDeviceGetMemoryInfo(self, gpu: int) -> SimpleNamespace:
        return SimpleNamespace(used=(gpu + 1) * 1_000_000_000, total=8_000_000_000)

    def nvmlDeviceGetUtilizationRates(self, gpu: int) -> SimpleNamespace:
        if gpu == 3:
            raise RuntimeError("Not Supported")
        return SimpleNamespace(gpu=10 * gpu, memory=0)

    def nvmlDeviceGetPowerUsage(self, gpu: int) -> int:
        if gpu == 3:
            raise RuntimeError("Not Supported")
        return 1000 * gpu


@pytest.fixture
def nvml(monkeypatch: pytest.MonkeyPatch) -> Nvml:
    library = Nvml()
    monkeypatch.setitem(sys.modules, "pynvml", library)
    return library


def test_only_the_jobs_own_gpus_are_told_of_numbered_as_it_counts_them(nvml: Nvml) -> None:
    assert gpu_figures(job_gpus(["2", "GPU-abc"])) == {
        "system/gpu_0_utilization_percentage": 20.0,
        "system/gpu_0_memory_usage_megabytes": 3000.0,
        "system/gpu_0_memory_usage_percentage": 37.5,
        "system/gpu_0_power_usage_watts": 2.0,
        "system/gpu_1_utilization_percentage": 10.0,
        "system/gpu_1_memory_usage_megabytes": 2000.0,
        "system/gpu_1_memory_usage_percentage": 25.0,
        "system/gpu_1_power_usage_watts": 1.0,
    }
    assert nvml.started == 1


def test_what_a_gpu_does_not_tell_and_a_gpu_that_is_not_there_are_left_out(nvml: Nvml) -> None:
    assert gpu_figures(job_gpus(["9", "3"])) == {
        "system/gpu_1_memory_usage_megabytes": 4000.0,
        "system/gpu_1_memory_usage_percentage": 50.0,
    }


def test_cuda_counts_gpus_as_nvidias_library_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_DEVICE_ORDER", raising=False)
    folder = job_folder(tmp_path, "pass", "http://127.0.0.1:9")
    job = json.loads((folder / "job.json").read_text()) | {"gpus": ["2", "0"]}
    environ = environment(job, JobPaths(folder), sys.executable)
    assert (environ["CUDA_DEVICE_ORDER"], environ["CUDA_VISIBLE_DEVICES"]) == ("PCI_BUS_ID", "2,0")


def test_a_job_without_gpus_asks_nothing_of_nvidias_library(nvml: Nvml) -> None:
    assert gpu_figures(job_gpus([])) == {}
    assert nvml.started == 0


def test_a_python_without_nvidias_library_tells_of_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert gpu_figures(job_gpus(["0"])) == {}
