"""Datasets: upload, import from the catalogue, look at, rename, delete, download."""

from __future__ import annotations

import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import KargahError
from .http import API, Http
from .live import live_feed
from .uploads import upload_file

if TYPE_CHECKING:
    import pandas

    from . import wire

DATASETS = f"{API}/datasets"
READING = ("uploading", "profiling")
LOOK_AGAIN_SECONDS = 10.0


class Dataset:
    """A dataset of mine, as it was when it was last asked for."""

    def __init__(self, http: Http, data: wire.Dataset) -> None:
        self._http = http
        self.data = data

    @property
    def id(self) -> str:
        return self.data["dataset_id"]

    @property
    def name(self) -> str:
        return self.data["name"]

    @property
    def state(self) -> str:
        """`uploading`, `profiling`, `ready` or `failed`."""
        return self.data["state"]

    @property
    def kind(self) -> str | None:
        """`tabular`, `images`, or None until it is read."""
        return self.data["kind"]

    @property
    def rows(self) -> int | None:
        return self.data["rows"]

    @property
    def columns(self) -> int | None:
        return self.data["columns"]

    def refresh(self) -> Dataset:
        self.data = self._http.json("GET", f"{DATASETS}/{self.id}")
        return self

    def ready(self) -> Dataset:
        """Waits until it is read.

        Raises:
            KargahError: it could not be read; `code` says why.
        """
        if self.state in READING:
            with live_feed(self._http) as feed:
                self.refresh()
                looked = time.monotonic()
                while self.state in READING:
                    event = feed.next(LOOK_AGAIN_SECONDS)
                    if event is not None and event.kind == "dataset" and event.data["dataset"]["dataset_id"] == self.id:
                        self.data = event.data["dataset"]
                    elif time.monotonic() - looked > LOOK_AGAIN_SECONDS:
                        # An event can be lost while the bridge restarts.
                        self.refresh()
                        looked = time.monotonic()
        if self.state == "failed":
            error = self.data["error"]
            if error is None:
                raise KargahError("dataset_failed", "The dataset could not be read.", "مجموعه‌داده خوانده نشد.")
            raise KargahError(error["code"], error["detail"], error["detail_fa"])
        return self

    def preview(self, offset: int = 0, limit: int = 50) -> pandas.DataFrame:
        """Rows as a DataFrame; cells are raw."""
        import pandas

        found = self._http.json("GET", f"{DATASETS}/{self.id}/preview", params={"offset": offset, "limit": limit})
        frame: pandas.DataFrame = pandas.DataFrame(found["rows"], columns=[c["name"] for c in found["columns"]])
        return frame

    def profile(self) -> wire.DatasetProfile:
        found: wire.DatasetProfile = self._http.json("GET", f"{DATASETS}/{self.id}/profile")
        return found

    def rename(self, name: str) -> Dataset:
        self.data = self._http.json("PATCH", f"{DATASETS}/{self.id}", json={"name": name})
        return self

    def delete(self) -> None:
        self._http.request("DELETE", f"{DATASETS}/{self.id}")

    def download(self, path: str | Path | None = None) -> Path:
        """The original file; into `path`, or under its own name into the current folder."""
        return download(self._http, f"{DATASETS}/{self.id}/content", Path(path or Path(self.data["filename"]).name))

    def __repr__(self) -> str:
        size = f"{self.rows} rows, {self.columns} columns" if self.rows is not None else self.state
        return f"<Dataset {self.name!r} {self.id}: {size}>"


class Datasets:
    """`client.datasets`."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def upload(self, path: str | Path | pandas.DataFrame, name: str | None = None) -> Dataset:
        """Uploads a file (CSV, Parquet, JSON Lines, zip of image folders), a folder of image folders, or a DataFrame.

        Returns as soon as the bytes are there; `ready()` waits until they are read.
        """
        if not isinstance(path, str | Path):
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / f"{_file_name(name or 'data')}.parquet"
                path.to_parquet(file, index=False)
                return self._sent(file, name)
        source = Path(path).expanduser()
        if source.is_dir():
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / f"{source.resolve().name}.zip"
                with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                    for picture in sorted(p for p in source.rglob("*") if p.is_file()):
                        archive.write(picture, picture.relative_to(source))
                return self._sent(file, name or source.resolve().name)
        return self._sent(source, name)

    def import_source(self, source_id: str) -> Dataset:
        """A dataset from the catalogue: `digits`, `iris`, `wine`, `breast_cancer`, `diabetes`."""
        return Dataset(self._http, self._http.json("POST", f"{API}/sources/{source_id}/import")).ready()

    def get(self, dataset_id: str) -> Dataset:
        return Dataset(self._http, self._http.json("GET", f"{DATASETS}/{dataset_id}"))

    def list(self, search: str | None = None) -> list[Dataset]:
        """Newest first."""
        query = {"search": search} if search else {}
        return [Dataset(self._http, item) for item in pages(self._http, DATASETS, query)]

    def preview(self, dataset_id: str, offset: int = 0, limit: int = 50) -> pandas.DataFrame:
        return self.get(dataset_id).preview(offset, limit)

    def rename(self, dataset_id: str, name: str) -> Dataset:
        return self.get(dataset_id).rename(name)

    def delete(self, dataset_id: str) -> None:
        self._http.request("DELETE", f"{DATASETS}/{dataset_id}")

    def download(self, dataset_id: str, path: str | Path | None = None) -> Path:
        return self.get(dataset_id).download(path)

    def _sent(self, file: Path, name: str | None) -> Dataset:
        return self.get(upload_file(self._http, file, name))


def pages(http: Http, path: str, query: dict[str, Any]) -> Iterator[Any]:
    """Every item of a list, page by page."""
    cursor: str | None = None
    while True:
        page = http.json("GET", path, params=query | {"limit": 200} | ({"cursor": cursor} if cursor else {}))
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def download(http: Http, path: str, into: Path) -> Path:
    """Streams an answer into a file that appears only when it is whole."""
    if into.is_dir():
        into = into / path.rsplit("/", 1)[-1]
    into.parent.mkdir(parents=True, exist_ok=True)
    temporary = into.with_name(f".{into.name}.part")
    try:
        with http.stream(path) as answer, temporary.open("wb") as file:
            for chunk in answer.iter_bytes(1 << 20):
                file.write(chunk)
        temporary.replace(into)
    finally:
        temporary.unlink(missing_ok=True)
    return into.resolve()


def _file_name(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in name) or "data"
