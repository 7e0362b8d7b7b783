"""How the bridge is found and started."""

from __future__ import annotations

import sys
from pathlib import Path

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
    assert command[1:] == [str(bridge), "--socket=/run/k/socket"]
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
    assert proxy.server()["command"]("/s")[1].format() == str(odd)


def test_a_bridge_that_is_not_built_ends_with_a_sentence_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KARGAH_BRIDGE", raising=False)
    monkeypatch.setattr(paths, "_REPOSITORY", tmp_path)
    monkeypatch.setattr(paths, "_HERE", tmp_path)
    with pytest.raises(paths.MissingPartError, match="not built"):
        paths.bridge_file()
    monkeypatch.setenv("KARGAH_NODE", sys.executable)
    command = proxy.server()["command"]("/s")
    assert command[0] == sys.executable
    assert "not built" in command[-1]


def test_the_data_folder_is_the_bridges_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KARGAH_DATA_DIR", "/data/k")
    assert paths.data_dir() == Path("/data/k")
    monkeypatch.delenv("KARGAH_DATA_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", "/share")
    assert paths.data_dir() == Path("/share/kargah")
