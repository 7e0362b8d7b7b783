"""Datasets of the Python client against a real bridge: ways in, next versions, and what comes out of them."""

from __future__ import annotations

import io
import json
import secrets
import sqlite3
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader

import kargah
from kargah.client.transport.cache import cache_folder
from kargah.client.transport.http import Http
from kargah.recipes.parts.pictures import read_pictures

from ..conftest import LiveBridge

pytestmark = pytest.mark.e2e
CLASSES = {"گربه": 40, "سگ": 120, "روباه": 200}


@pytest.fixture(scope="module")
def client(live_bridge: LiveBridge) -> kargah.Kargah:
    email = f"nima-{secrets.token_hex(4)}@example.com"
    return live_bridge.register(email, "a sentence nobody guesses", "نیما")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def drawn(bright: int, seed: int) -> bytes:
    """A grey picture of about one brightness."""
    values = np.random.default_rng(seed).integers(bright - 30, bright + 30, (10, 12), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(values).save(out, "PNG")
    return out.getvalue()


def entries() -> dict[str, bytes]:
    """Pictures in folders that the reader looks through, litter, and one that is damaged."""
    found = {"set/__MACOSX/train/سگ/._1.png": b"x", "set/train/سگ/damaged.png": drawn(120, 0)[:60]}
    for name, bright in CLASSES.items():
        for at in range(16):
            found[f"set/{'test' if at % 4 == 0 else 'train'}/{name}/{16 - at}.png"] = drawn(bright, at)
    return found


def zipped(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries().items():
            archive.writestr(name, content)
    return path


def tarred(path: Path) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, content in entries().items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that the bridge was asked for."""
    asked: list[str] = []
    whole = Http.stream

    def stream(self: Http, path: str, *args: Any, **options: Any) -> Any:
        asked.append(path)
        return whole(self, path, *args, **options)

    monkeypatch.setattr(Http, "stream", stream)
    return asked


@pytest.mark.parametrize(("name", "packed"), [("a.zip", zipped), ("a.tar", tarred)])
def test_torch_reads_the_pictures_that_training_reads_and_the_model_knows_their_classes(
    live_bridge: LiveBridge, client: kargah.Kargah, tmp_path: Path, name: str, packed: Callable[[Path], Path]
) -> None:
    before = set(live_bridge.data_dir.glob("datasets/*"))
    dataset = client.datasets.upload(packed(tmp_path / name)).ready()
    [folder] = set(live_bridge.data_dir.glob("datasets/*")) - before
    pictures = dataset.torch(size=10)
    read = read_pictures(folder / "images", 10, "rgb")
    assert pictures.targets == read.labels.tolist()
    loader = DataLoader(pictures, batch_size=7, num_workers=2)
    batches = list(loader)
    assert torch.equal(torch.cat([pixels for pixels, _ in batches]), read.pixels)
    assert torch.cat([labels for _, labels in batches]).tolist() == pictures.targets
    assert dataset.torch()[0][0].shape == (3, 10, 12)

    job = client.train(dataset, epochs=12, image_size=10, batch_size=8).watch()
    about = {"kargah.json": ""}
    model = torch.export.load(job.download(tmp_path), extra_files=about).module()
    assert json.loads(about["kargah.json"])["classes"] == pictures.classes == sorted(CLASSES)
    pixels = torch.stack([pixels[:1] for pixels, _ in pictures]).float() / 255
    assert (model(pixels).argmax(1) == torch.tensor(pictures.targets)).float().mean() >= 0.9


def test_a_version_is_fetched_once_whatever_dataset_it_is_asked_for_by(
    client: kargah.Kargah, tmp_path: Path, fetched: list[str]
) -> None:
    file = zipped(tmp_path / "once.zip")
    first, second = client.datasets.upload(file).ready(), client.datasets.upload(file, "again").ready()
    assert len(first.torch()) == len(second.torch()) == len(client.datasets.get(first.id).torch()) == 48
    table = client.datasets.upload(pd.DataFrame({"x": range(5), "y": range(5)}), "once").ready()
    assert len(table.pandas()) == len(table.arrow()) == len(table.torch("y")) == 5
    assert [path.rpartition("?")[2] for path in fetched] == ["format=zip&version=1", "format=parquet&version=1"]
    [parquet] = cache_folder().rglob("*.parquet")
    assert parquet.stem == table.versions()[0]["data_sha256"]


def test_a_file_that_arrives_changed_is_not_kept(
    client: kargah.Kargah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = client.datasets.upload(zipped(tmp_path / "changed.zip")).ready()
    table = client.datasets.upload(pd.DataFrame({"x": range(50)}), "changed").ready()
    whole = httpx.Response.iter_bytes

    def changed(self: httpx.Response, size: int | None = None) -> Any:
        # Answers that are read whole name no size.
        for chunk in whole(self, size):
            yield chunk if size is None else chunk[:-1] + bytes([chunk[-1] ^ 1])

    with monkeypatch.context() as patched:
        patched.setattr(httpx.Response, "iter_bytes", changed)
        for load in (dataset.torch, table.arrow, lambda: dataset.download(tmp_path / "got.zip")):
            with pytest.raises(kargah.KargahError) as caught:
                load()
            assert caught.value.code == "download_damaged"
    assert list((cache_folder() / "datasets").iterdir()) == []
    assert not (tmp_path / "got.zip").exists()
    assert (len(dataset.torch()), len(table.arrow())) == (48, 50)


def test_a_version_is_read_as_what_it_is_also_where_a_later_one_is_of_another_kind(
    client: kargah.Kargah, tmp_path: Path
) -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0], "y": ["a", "b", "a"]})
    first = client.datasets.upload(frame, "kinds").ready()
    both = client.datasets.upload(zipped(tmp_path / "kinds.zip"), dataset_id=first.id).ready()
    assert (both.id, both.version, both.kind) == (first.id, 2, "images")
    assert both.torch().classes == sorted(CLASSES)
    rows = both.at(1).torch("y")
    assert ([features.tolist() for features, _ in rows], rows.classes) == ([[1.0], [2.0], [3.0]], ["a", "b"])
    for load, code in ((both.pandas, "dataset_wrong_kind"), (both.at(1).at(3).torch, "not_found")):
        with pytest.raises(kargah.KargahError) as caught:
            load()
        assert caught.value.code == code


def test_a_version_without_the_column_suggested_for_a_later_one_has_no_target(client: kargah.Kargah) -> None:
    first = client.datasets.upload(pd.DataFrame({"x": [1, 2, 3], "z": [4, 5, 6]}), "early").ready()
    frame = pd.DataFrame({"x": [1, 2, 3, 4], "label": ["a", "b", "a", "b"]})
    newest = client.datasets.upload(frame, dataset_id=first.id).ready()
    assert newest.data["suggested_target"] == "label"
    assert newest.torch().classes == ["a", "b"]
    earlier = newest.at(1).torch()
    assert (earlier.columns, earlier.classes, len(earlier[0])) == (["x", "z"], None, 1)
    with pytest.raises(kargah.KargahError) as caught:
        newest.at(1).torch("label")
    assert caught.value.code == "column_unknown"


def test_a_table_comes_as_arrow_with_its_types_and_as_a_frame_that_may_be_changed(
    client: kargah.Kargah, tmp_path: Path
) -> None:
    file = tmp_path / "types.csv"
    file.write_text("n,f,t,d,b\n1,0.5,متن,2024-01-02,true\n2,,b,2024-01-03,false\n", encoding="utf-8")
    dataset = client.datasets.upload(file).ready()
    table = dataset.arrow()
    assert table.schema.types == [pa.int64(), pa.float64(), pa.string(), pa.date32(), pa.bool_()]
    assert table.column("t").to_pylist() == ["متن", "b"]
    frame = dataset.pandas()
    assert [str(kind) for kind in frame.dtypes] == ["int64", "float64", "str", "object", "bool"]
    frame.iloc[0, 0] = 7
    frame.loc[1, "f"] = 1.5
    assert (frame["n"].tolist(), frame["f"].tolist()) == ([7, 2], [0.5, 1.5])


def test_without_polars_its_package_is_named_and_what_does_without_it(
    client: kargah.Kargah, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = client.datasets.upload(pd.DataFrame({"x": range(5)}), "polars").ready()
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(kargah.KargahError) as caught:
        dataset.polars()
    assert caught.value.code == "package_missing"
    for text in (caught.value.message, caught.value.message_fa):
        assert all(word in text for word in ("pip install polars", "pandas()", "arrow()"))


def test_a_file_is_read_as_it_is_told_to_be(client: kargah.Kargah, tmp_path: Path) -> None:
    file = tmp_path / "old.csv"
    file.write_bytes("كد;نام\n001;علي\n002;مريم\n".encode("windows-1256"))
    told: Any = {
        "encoding": "windows-1256",
        "delimiter": ";",
        "normalise_persian": True,
        "types": {"کد": {"type": "text"}},
    }
    dataset = client.datasets.upload(file, reading=told).ready()
    assert dataset.pandas().to_dict("list") == {"کد": ["001", "002"], "نام": ["علی", "مریم"]}
    used = dataset.versions()[0]["reading"]
    assert (used.get("encoding"), used.get("delimiter")) == ("windows-1256", ";")
    with pytest.raises(kargah.KargahError) as caught:
        client.datasets.upload(file, reading={"encoding": "latin-1"})  # type: ignore[typeddict-item]
    assert caught.value.code == "upload_protocol"


def test_a_next_version_is_waited_for_and_one_that_cannot_be_read_leaves_the_last(
    client: kargah.Kargah, tmp_path: Path
) -> None:
    first = client.datasets.upload(pd.DataFrame({"x": range(5)}), "grows").ready()
    file = tmp_path / "more.csv"
    file.write_text("x\n" + "".join(f"{i}\n" for i in range(7)))
    second = client.datasets.upload(file, dataset_id=first.id).ready()
    assert (second.id, second.name, second.version, second.rows) == (first.id, "grows", 2, 7)
    again = client.datasets.upload(pd.DataFrame({"x": range(9)}), dataset_id=first.id)
    assert (again.ready().version, len(again.pandas()), len(first.pandas())) == (3, 9, 5)

    file.write_text("x,y\n1,2\n1,2,3\n")
    failed = client.datasets.upload(file, dataset_id=first.id)
    with pytest.raises(kargah.KargahError) as caught:
        failed.ready()
    assert (caught.value.code, failed.state) == ("ragged_rows", "failed")
    assert client.datasets.get(first.id).ready().version == 3
    # Whoever waits for it still hears why, also when a newer one is there.
    assert client.datasets.upload(pd.DataFrame({"x": range(4)}), dataset_id=first.id).ready().version == 5
    assert (failed.refresh().version, failed.state) == (5, "failed")
    with pytest.raises(kargah.KargahError) as caught:
        client.datasets.upload(file, dataset_id="ds_nobodys0")
    assert caught.value.code == "not_found"


def test_a_folder_of_class_folders_becomes_the_next_version(client: kargah.Kargah, tmp_path: Path) -> None:
    dataset = client.datasets.upload(zipped(tmp_path / "folder.zip")).ready()
    for name in ("a", "b"):
        (tmp_path / "made" / name).mkdir(parents=True)
        (tmp_path / "made" / name / "1.png").write_bytes(drawn(100, 1))
    grown = client.datasets.upload(tmp_path / "made", dataset_id=dataset.id).ready()
    assert (grown.version, grown.torch().classes) == (2, ["a", "b"])


def test_a_file_of_the_jupyter_server_is_registered_and_its_next_version_read_as_told(
    live_bridge: LiveBridge, client: kargah.Kargah
) -> None:
    (live_bridge.workspace / "kept.csv").write_text("a|b\n1|2\n3|4\n")
    first = client.datasets.from_file("kept.csv", "registered").ready()
    assert (first.name, first.columns, first.versions()[0]["origin"]["kind"]) == ("registered", 2, "file")
    second = client.datasets.from_file(
        "kept.csv", dataset_id=first.id, reading={"header": False, "delimiter": "|"}
    ).ready()
    assert (second.id, second.version, second.rows) == (first.id, 2, 3)
    for path, code in (("../kept.csv", "file_outside"), ("none.csv", "file_missing")):
        with pytest.raises(kargah.KargahError) as caught:
            client.datasets.from_file(path)
        assert caught.value.code == code


def test_the_rows_of_a_query_become_a_dataset_and_its_next_version(
    live_bridge: LiveBridge, client: kargah.Kargah
) -> None:
    with sqlite3.connect(live_bridge.workspace / "shop.db") as database:
        database.execute("create table sales (n integer, who text)")
        database.executemany("insert into sales values (?, ?)", [(1, "علی"), (2, "مینا"), (3, "رضا")])
    kept = client._http.json("POST", "/api/v1/connections", json={"name": "shop", "url": "sqlite:shop.db"})
    [connection] = client.datasets.connections()
    assert (connection["connection_id"], connection["name"]) == (kept["connection_id"], "shop")
    first = client.datasets.from_sql(connection["connection_id"], "select n, who from sales", "sales").ready()
    assert (first.name, first.pandas()["who"].tolist()) == ("sales", ["علی", "مینا", "رضا"])
    second = client.datasets.from_sql(
        connection["connection_id"],
        "select n from sales where n > 1",
        dataset_id=first.id,
        reading={"types": {"n": {"type": "text"}}},
    ).ready()
    assert (second.id, second.version, second.pandas()["n"].tolist()) == (first.id, 2, ["2", "3"])
    with pytest.raises(kargah.KargahError) as caught:
        client.datasets.from_sql(connection["connection_id"], "select * from nothing").ready()
    assert caught.value.code == "query_failed"
    with pytest.raises(kargah.KargahError) as caught:
        client.datasets.from_sql(connection["connection_id"], "drop table sales")
    assert caught.value.code == "query_not_select"


def test_an_address_that_is_not_of_the_open_internet_is_refused_and_all_that_is_told_arrives(
    client: kargah.Kargah,
) -> None:
    for url, code in (("https://127.0.0.1/a.csv", "url_private"), ("http://example.org/a.csv", "url_invalid")):
        with pytest.raises(kargah.KargahError) as caught:
            client.datasets.from_url(url, "name", reading={"header": False})
        assert caught.value.code == code
    with pytest.raises(kargah.KargahError) as caught:
        client.datasets.from_url(
            "https://127.0.0.1/a.csv",
            "n" * 1000,
            dataset_id="nobody's",
            reading={"encoding": "latin-1"},  # type: ignore[typeddict-item]
        )
    named = {str(error["path"]).rpartition("/")[2].rpartition(".")[2] for error in caught.value.errors}
    assert named == {"name", "dataset_id", "encoding"}


def test_a_download_into_a_folder_has_the_name_that_its_version_came_with(
    client: kargah.Kargah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "فروش.csv"
    file.write_text("x\n1\n2\n")
    first = client.datasets.upload(file).ready()
    client.datasets.upload(pd.DataFrame({"x": range(3)}), "other", dataset_id=first.id).ready()
    (tmp_path / "into").mkdir()
    assert first.at(1).download(tmp_path / "into") == tmp_path / "into" / "فروش.csv"
    monkeypatch.chdir(tmp_path / "into")
    assert first.refresh().download().name == "other.parquet"
    assert (tmp_path / "into" / "فروش.csv").read_bytes() == file.read_bytes()
    assert {path.name for path in (tmp_path / "into").iterdir()} == {"فروش.csv", "other.parquet"}


def test_the_cells_of_the_panel_run_as_they_are(
    live_bridge: LiveBridge, client: kargah.Kargah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KARGAH_URL", live_bridge.url)
    monkeypatch.setenv("KARGAH_TOKEN", str(client._http.token))
    found = 'import kargah\n\nk = kargah.connect()\ndataset = k.datasets.get("{}", version=1)\n'
    table = client.datasets.upload(pd.DataFrame({"x": range(5)}), "cell").ready()
    named: dict[str, Any] = {}
    exec(found.format(table.id) + "df = dataset.pandas()", named)  # noqa: S102
    assert len(named["df"]) == 5
    pictures = client.datasets.upload(zipped(tmp_path / "cell.zip")).ready()
    exec(found.format(pictures.id) + "images = dataset.torch()", named)  # noqa: S102
    assert (len(named["images"]), named["images"].classes) == (48, sorted(CLASSES))
