"""Uploads of the Python client against a real bridge that is killed and started again in the middle."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

import kargah
from kargah.client.transport import uploads
from kargah.client.transport.http import Http
from kargah.client.transport.uploads import upload_file

from ..conftest import LiveBridge

CHUNK = 200_000


@pytest.fixture(scope="module")
def client(live_bridge: LiveBridge) -> kargah.Kargah:
    email = f"mina-{secrets.token_hex(4)}@example.com"
    return live_bridge.register(email, "a sentence nobody guesses", "مینا")


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(uploads, "CHUNK_BYTES", CHUNK)


def table(path: Path, seed: int) -> Path:
    rows = np.random.default_rng(seed).random((20_000, 2))
    path.write_text("a,b\n" + "".join(f"{a},{b}\n" for a, b in rows))
    return path


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Wire:
    """Notes the pieces that are sent, and lets something happen to one of them on its way."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pieces = 0
        self.happens: dict[int, Any] = {}
        whole = httpx.Client.request

        def request(this: httpx.Client, method: str, url: str, **options: Any) -> httpx.Response:
            if method == "PATCH":
                self.pieces += 1
                change = self.happens.get(self.pieces)
                if change is not None:
                    options["content"] = change(options["content"])
            return whole(this, method, url, **options)

        monkeypatch.setattr(httpx.Client, "request", request)


def test_bytes_that_are_there_already_are_not_sent(
    client: kargah.Kargah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = table(tmp_path / "a.csv", 1)
    first = client.datasets.upload(file).ready()
    wire = Wire(monkeypatch)
    with pytest.warns(UserWarning, match=first.id):
        again = client.datasets.upload(file, name="again").ready()
    assert wire.pieces == 0
    assert (again.name, again.data["sha256"]) == ("again", first.data["sha256"]) == ("again", sha256(file))


def test_a_file_that_is_a_dataset_already_is_opened_where_that_is_wished(client: kargah.Kargah, tmp_path: Path) -> None:
    file = table(tmp_path / "twice.csv", 9)
    first = client.datasets.upload(file, known="open").ready()
    client.datasets.upload(table(tmp_path / "later.csv", 10), dataset_id=first.id).ready()
    opened = client.datasets.upload(file, known="open").ready()
    assert (opened.id, opened.version) == (first.id, 1)
    with pytest.warns(UserWarning, match=first.id):
        with_names = client.datasets.upload(file, known="open", reading={"header": True}).ready()
    assert with_names.id != first.id


def test_a_piece_that_arrives_changed_is_sent_again(
    client: kargah.Kargah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = table(tmp_path / "b.csv", 2)
    wire = Wire(monkeypatch)
    wire.happens[2] = lambda piece: piece[:5] + bytes([piece[5] ^ 1]) + piece[6:]
    dataset_id, _ = upload_file(client._http, file, None)
    assert client.datasets.get(dataset_id).ready().data["sha256"] == sha256(file)
    assert wire.pieces == -(-file.stat().st_size // CHUNK) + 1


def test_an_upload_goes_on_over_a_killed_bridge(
    live_bridge: LiveBridge, client: kargah.Kargah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = table(tmp_path / "c.csv", 3)
    wire = Wire(monkeypatch)

    def killed(piece: bytes) -> bytes:
        live_bridge.kill()
        live_bridge.start()
        return piece

    wire.happens[2] = killed
    dataset_id, _ = upload_file(client._http, file, None)
    assert client.datasets.get(dataset_id).ready().data["sha256"] == sha256(file)


def test_a_file_that_changes_while_it_is_sent_is_refused_and_begun_anew(
    client: kargah.Kargah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = table(tmp_path / "d.csv", 4)
    whole = Http.request

    def changing(self: Http, method: str, path: str, **options: Any) -> httpx.Response:
        answer = whole(self, method, path, **options)
        if method == "POST":
            with file.open("r+b") as open_file:
                open_file.write(b"x,y\n")
        return answer

    monkeypatch.setattr(Http, "request", changing)
    monkeypatch.setattr(uploads, "WAITS_SECONDS", (0.0,))
    with pytest.raises(kargah.KargahError) as caught:
        upload_file(client._http, file, None)
    assert caught.value.code == "upload_checksum_mismatch"
    monkeypatch.setattr(Http, "request", whole)
    dataset = client.datasets.get(upload_file(client._http, file, None)[0]).ready()
    assert list(dataset.preview()) == ["x", "y"]
