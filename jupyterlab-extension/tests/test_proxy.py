"""How the bridge is found and started."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from kargah_lab import paths, proxy


@pytest.fixture
def bridge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "main.js"
    file.write_text("")
    monkeypatch.setenv("KARGAH_BRIDGE", str(file))
    return file


def test_the_bridge_is_started_on_a_unix_socket_with_what_it_needs_to_know(
    bridge: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KARGAH_WORKSPACE_DIR", "/home/sara/work")
    entry = proxy.server()
    assert entry["unix_socket"] is True
    command = entry["command"]("/run/k/socket")
    assert command[1:] == ["--disable-warning=ExperimentalWarning", str(bridge), "--socket=/run/k/socket"]
    assert entry["environment"]("/user/sara/") == {
        "KARGAH_BASE_URL": "/user/sara/",
        "KARGAH_WORKSPACE_DIR": "/home/sara/work",
        "KARGAH_PYTHON": sys.executable,
        "KARGAH_PARENT_WATCH": "1",
    }


def test_node_is_at_least_24() -> None:
    assert paths.node_binary().is_file()


def test_node_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = tmp_path / "node"
    node.write_text("")
    monkeypatch.setenv("KARGAH_NODE", str(node))
    assert paths.node_binary() == node


def test_a_path_with_braces_survives_the_proxys_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = tmp_path / "{odd}" / "main.js"
    odd.parent.mkdir()
    odd.write_text("")
    monkeypatch.setenv("KARGAH_BRIDGE", str(odd))
    assert proxy.server()["command"]("/s")[2].format() == str(odd)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As if installed where neither Node nor a bridge is."""
    for name in ("KARGAH_BRIDGE", "KARGAH_NODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(paths, "_REPOSITORY", tmp_path)
    monkeypatch.setattr(paths, "_HERE", tmp_path)
    monkeypatch.setattr(paths, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_a_bridge_that_is_not_built_is_said_so_in_both_languages(elsewhere: Path) -> None:
    with pytest.raises(paths.MissingPartError, match="not built") as caught:
        paths.bridge_file()
    assert caught.value.code == "bridge_not_built"
    assert "npm start" in caught.value.message_fa


@pytest.mark.parametrize(
    ("script", "code"), [(None, "node_missing"), ("echo v18.2.0", "node_too_old"), ("exit 1", "node_missing")]
)
def test_a_node_that_is_missing_or_too_old_is_said_so(elsewhere: Path, script: str | None, code: str) -> None:
    if script is not None:
        (elsewhere / "node").write_text(f"#!/bin/sh\n{script}\n")
        (elsewhere / "node").chmod(0o755)
    with pytest.raises(paths.MissingPartError) as caught:
        paths.node_binary()
    assert caught.value.code == code


def test_while_a_part_is_missing_someone_else_answers_on_the_socket(elsewhere: Path) -> None:
    command = proxy.server()["command"]("/s")
    assert command == [sys.executable, "-m", "kargah_lab.stand_in", "/s"]


BRIDGE = """
import { createServer } from 'node:http';
const socket = process.argv[2].slice('--socket='.length);
createServer((_, answer) => answer.end('bridge')).listen(socket);
"""


def test_the_panel_gets_the_reason_and_the_bridge_takes_over_once_it_is_built(tmp_path: Path) -> None:
    socket = tmp_path / "s"
    stand_in = subprocess.Popen(
        [sys.executable, "-c", STAND_IN, str(tmp_path), str(socket)],
        env=os.environ | {"KARGAH_NODE": str(paths.node_binary())},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert stand_in.stderr is not None
        assert "[kargah] Kargah's bridge is not built" in stand_in.stderr.readline()
        answer = asked(socket)
        assert answer.status_code == 503
        body = answer.json()
        assert body["code"] == "bridge_not_built"
        assert "npm start" in body["detail"]
        assert "کارگاه" in body["detail_fa"]

        (tmp_path / "bridge").mkdir()
        (tmp_path / "bridge" / "main.js").write_text(BRIDGE)
        (tmp_path / "bridge" / "package.json").write_text('{"type": "module"}')
        with pytest.raises(httpx.RemoteProtocolError):
            asked(socket)
        assert asked(socket).text == "bridge"
    finally:
        stand_in.kill()
        stand_in.communicate()


STAND_IN = """
import sys
from pathlib import Path
from kargah_lab import paths, stand_in
paths._REPOSITORY = paths._HERE = Path(sys.argv[1])
stand_in.main(sys.argv[2])
"""


def asked(socket: Path) -> httpx.Response:
    """The answer to `GET /`, as soon as someone listens."""
    deadline = time.monotonic() + 240
    while True:
        try:
            with httpx.Client(transport=httpx.HTTPTransport(uds=str(socket))) as client:
                return client.get("http://bridge/")
        except httpx.ConnectError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_the_data_folder_is_the_bridges_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KARGAH_DATA_DIR", "/data/k")
    assert paths.data_dir() == Path("/data/k")
    monkeypatch.delenv("KARGAH_DATA_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", "/share")
    assert paths.data_dir() == Path("/share/kargah")
