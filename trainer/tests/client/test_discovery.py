"""Where the client looks for the bridge, and in which order."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kargah.client import BridgeNotFound, KargahError
from kargah.client.transport.discovery import find_bridge


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("KARGAH_URL", "KARGAH_TOKEN", "KARGAH_SESSION_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KARGAH_DATA_DIR", str(tmp_path))


def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token: str = "from-session") -> Path:
    file = tmp_path / "session.json"
    file.write_text(json.dumps({"url": "http://session/user/x/kargah/", "token": token}))
    monkeypatch.setenv("KARGAH_SESSION_FILE", str(file))
    return file


def test_without_any_word_the_data_folder_of_this_machine_tells(tmp_path: Path) -> None:
    (tmp_path / "bridge.json").write_text(json.dumps({"url": "http://127.0.0.1:4000", "pid": 1}))
    found = find_bridge()
    assert (found.url, found.token()) == ("http://127.0.0.1:4000", None)


def test_the_jupyterlab_around_a_kernel_comes_before_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bridge.json").write_text(json.dumps({"url": "http://127.0.0.1:4000"}))
    session(tmp_path, monkeypatch)
    found = find_bridge()
    assert (found.url, found.token()) == ("http://session/user/x/kargah", "from-session")


def test_the_environment_comes_before_jupyterlab_and_arguments_before_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session(tmp_path, monkeypatch)
    monkeypatch.setenv("KARGAH_URL", "http://environment")
    monkeypatch.setenv("KARGAH_TOKEN", "from-environment")
    assert (find_bridge().url, find_bridge().token()) == ("http://environment", "from-environment")
    given = find_bridge("http://given/", "from-argument")
    assert (given.url, given.token()) == ("http://given", "from-argument")


def test_a_token_that_jupyterlab_renewed_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session(tmp_path, monkeypatch)
    found = find_bridge()
    session(tmp_path, monkeypatch, token="renewed")
    assert found.token() == "renewed"


def test_no_bridge_is_said_in_both_languages(tmp_path: Path) -> None:
    with pytest.raises(BridgeNotFound) as caught:
        find_bridge()
    assert "npm start" in caught.value.message
    assert "کارگاه" in caught.value.message_fa


def test_an_answer_that_is_no_problem_document_is_still_an_error() -> None:
    error = KargahError.from_problem(502, None)
    assert (error.code, error.status) == ("unexpected_answer", 502)


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, kargah; sys.exit(any(m in sys.modules for m in ('torch', 'httpx', 'pandas', 'socketio')))"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=240).returncode == 0
