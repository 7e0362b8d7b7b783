"""The handler that signs kernels in, on a real Jupyter server."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

TOKEN = "jupyter-only-here"


@dataclass(frozen=True)
class Jupyter:
    url: str
    session_file: Path
    bridge_file: Path

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"Authorization": f"token {TOKEN}"})


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    home = tmp_path_factory.mktemp("jupyter")
    for name in ("runtime", "data", "work", "config"):
        (home / name).mkdir()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "jupyter_server",
            "--no-browser",
            "--allow-root",
            "--ServerApp.port=0",
            "--ServerApp.base_url=/user/sara/",
            "--ServerApp.jpserver_extensions={'kargah_lab': True}",
            f"--ServerApp.root_dir={home / 'work'}",
        ],
        env={
            **os.environ,
            "HOME": str(home),
            "JUPYTER_TOKEN": TOKEN,
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_PREFER_ENV_PATH": "0",
            "KARGAH_DATA_DIR": str(home / "data"),
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    url = None
    lines = []
    for line in process.stderr:
        lines.append(line)
        if "http://" in line and "/user/sara/" in line:
            url = line[line.index("http://") :].split("/user/sara/")[0] + "/user/sara/"
            break
    assert url is not None, "".join(lines)
    yield Jupyter(url, home / "runtime" / f"kargah-session-{process.pid}.json", home / "data" / "bridge.json")
    process.terminate()
    process.communicate(timeout=240)


@pytest.fixture
def bridge(jupyter: Jupyter) -> Iterator[str]:
    url = "http://127.0.0.1:4123"
    jupyter.bridge_file.write_text(json.dumps({"url": url}))
    yield url
    jupyter.bridge_file.unlink()


def test_a_token_is_kept_in_a_file_that_only_its_owner_reads(jupyter: Jupyter, bridge: str) -> None:
    with jupyter.client() as client:
        answer = client.put("kargah-lab/session", json={"token": "kgp_secret", "token_id": "k1"})
        assert answer.status_code == 204
        assert json.loads(jupyter.session_file.read_text()) == {"url": bridge, "token": "kgp_secret", "token_id": "k1"}
        assert stat.S_IMODE(jupyter.session_file.stat().st_mode) == 0o600
        assert client.get("kargah-lab/session").json() == {"token_id": "k1"}


def test_the_address_is_the_bridges_own_whatever_the_browser_says(jupyter: Jupyter, bridge: str) -> None:
    with jupyter.client() as client:
        body = {"token": "kgp_secret", "token_id": "k1", "url": "http://elsewhere.example"}
        assert client.put("kargah-lab/session", json=body).status_code == 204
    assert json.loads(jupyter.session_file.read_text())["url"] == bridge


def test_signing_out_forgets_the_token_and_may_be_said_twice(jupyter: Jupyter, bridge: str) -> None:
    with jupyter.client() as client:
        client.put("kargah-lab/session", json={"token": "kgp_secret", "token_id": "k1"})
        assert client.delete("kargah-lab/session").status_code == 204
        assert not jupyter.session_file.exists()
        assert client.delete("kargah-lab/session").status_code == 204
        assert client.get("kargah-lab/session").json() == {"token_id": None}


def test_400_for_a_body_without_a_token(jupyter: Jupyter, bridge: str) -> None:
    with jupyter.client() as client:
        assert client.put("kargah-lab/session", json={"token_id": "k1"}).status_code == 400
        assert client.put("kargah-lab/session", json={"token": "", "token_id": "k1"}).status_code == 400


def test_503_while_no_bridge_runs(jupyter: Jupyter) -> None:
    with jupyter.client() as client:
        body = {"token": "kgp_secret", "token_id": "k1"}
        assert client.put("kargah-lab/session", json=body).status_code == 503


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_403_for_someone_jupyter_does_not_know(jupyter: Jupyter, bridge: str, method: str) -> None:
    answer = httpx.request(method, f"{jupyter.url}kargah-lab/session", follow_redirects=False)
    assert answer.status_code == 403


def test_403_for_a_cookie_without_the_xsrf_header(jupyter: Jupyter, bridge: str) -> None:
    with httpx.Client(base_url=jupyter.url) as browser:
        assert browser.get(f"tree?token={TOKEN}").status_code < 500
        body = {"token": "kgp_secret", "token_id": "k1"}
        assert browser.put("kargah-lab/session", json=body).status_code == 403
