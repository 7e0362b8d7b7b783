"""What several test files share: a job folder, and a real bridge for those that need the whole product."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import kargah

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / "node_modules" / "node" / "bin" / "node"
BRIDGE = ROOT / "bridge-server" / "dist" / "main.js"
# After this a test that waits gives up, to say what it waited for: it bounds a hang and promises nothing.
DEADLINE_SECONDS = 240.0


class LiveBridge:
    """A bridge with its MLflow on a data folder of its own; its address stays the same across starts.

    `workspace` is the folder that JupyterLab would show, `settings` are added to the bridge's environment.
    """

    def __init__(self, data_dir: Path, workspace: Path, settings: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir
        self.workspace = workspace
        self._settings = dict(settings or {})
        self.url = ""
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Returns once it listens."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("KARGAH_", "MLFLOW_"))}
        settings = {
            "KARGAH_DATA_DIR": str(self.data_dir),
            "KARGAH_WORKSPACE_DIR": str(self.workspace),
            "KARGAH_PYTHON": sys.executable,
            "KARGAH_SIGNUP": "open",
        }
        self._process = subprocess.Popen(
            [str(NODE), str(BRIDGE)],
            env=inherited | settings | self._settings,
            stdout=subprocess.PIPE,
            stderr=(self.data_dir / "bridge.log").open("a"),
            text=True,
            start_new_session=True,
        )
        self.url = _listening(self._process)

    def register(self, email: str, password: str, name: str) -> kargah.Kargah:
        """A new person; the first one with the code of this start."""
        code = self.data_dir / "signup-code"
        given = code.read_text().strip() if code.exists() else None
        return kargah.register(email, password, name, url=self.url, code=given)

    def kill(self) -> None:
        """As `kill -9` would; what it started is left to itself."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """Ends it with everything it started."""
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(timeout=DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        _end_jobs(self.data_dir)


@pytest.fixture(scope="session")
def live_bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveBridge]:
    """One bridge for the whole run; a test that kills it starts it again."""
    if not BRIDGE.is_file():
        pytest.fail("the bridge is not built; run `npm run setup`")
    bridge = LiveBridge(tmp_path_factory.mktemp("kargah"), tmp_path_factory.mktemp("workspace"))
    try:
        bridge.start()
        yield bridge
    finally:
        bridge.end()


def _listening(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    ended = threading.Timer(DEADLINE_SECONDS, process.kill)
    ended.start()
    try:
        for line in process.stdout:
            if "listening on " in line:
                # Someone must keep reading, or a chatty bridge would fill the pipe and wait.
                threading.Thread(target=process.stdout.read, daemon=True).start()
                return line.rsplit("listening on ", 1)[1].split()[0].strip('",')
    finally:
        ended.cancel()
    raise AssertionError(f"the bridge ended with code {process.wait()} before it listened")


def _end_jobs(data_dir: Path) -> None:
    """Jobs outlive the bridge by design; those of a test must not outlive the test."""
    for file in data_dir.glob("jobs/*/supervisor.json"):
        if (file.parent / "outcome.json").exists():
            continue
        try:
            os.kill(int(json.loads(file.read_text())["pid"]), signal.SIGTERM)
        except (ProcessLookupError, ValueError, KeyError):
            continue


@pytest.fixture
def job_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "job"
    folder.mkdir()
    (folder / "token").write_text("kgj_test")
    return folder


def write_job(folder: Path, dataset: Path, params: dict[str, Any], **changes: Any) -> None:
    """`job.json` as the bridge writes it; nothing answers at its bridge unless `bridge.json` is written too."""
    job = {
        "job_id": "job_0123456789abcdef",
        "name": "test",
        "recipe": "tabular",
        "script": None,
        "params": params,
        "cwd": str(folder),
        "dataset": {
            "dataset_id": "ds_0123456789abcdef",
            "name": "test",
            "kind": "tabular",
            "path": str(dataset),
            "sha256": "0" * 64,
            "suggested_target": None,
        },
        "mlflow": {"run_id": "r" * 32, "experiment_id": "1", "workspace": "w"},
        "bridge_file": str(folder / "bridge.json"),
        "grace_seconds": 10,
        "memory_bytes": None,
        "time_limit_seconds": None,
        "resume_from": None,
    }
    (folder / "job.json").write_text(json.dumps(job | changes))
