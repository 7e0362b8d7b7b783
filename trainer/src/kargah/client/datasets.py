"""Datasets: upload, import from the catalogue, look at, rename, delete, download."""

from __future__ import annotations

import os
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
    import pyarrow

    from . import wire

DATASETS = f"{API}/datasets"
READING = ("uploading", "profiling")
LOOK_AGAIN_SECONDS = 10.0


class Dataset:
    """A dataset of mine, as it was when it was last asked for."""

    def __init__(self, http: Http, data: wire.Dataset, version: int | None = None) -> None:
        self._http = http
        self.data = data
        self._version = version

    @property
    def asked_version(self) -> int | None:
        """The version that was asked for; None where the newest was."""
        return self._version

    @property
    def version(self) -> int:
        """The version that is read: the one asked for, else the newest that is ready."""
        return self._version or self.data["version"]

    @property
    def tags(self) -> list[str]:
        return list(self.data["tags"])

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

        params = {"offset": offset, "limit": limit, "version": self.version}
        found = self._http.json("GET", f"{DATASETS}/{self.id}/preview", params=params)
        frame: pandas.DataFrame = pandas.DataFrame(found["rows"], columns=[c["name"] for c in found["columns"]])
        return frame

    def profile(self) -> wire.DatasetProfile:
        found: wire.DatasetProfile = self._http.json(
            "GET", f"{DATASETS}/{self.id}/profile", params={"version": self.version}
        )
        return found

    def query(self, sql: str) -> pandas.DataFrame:
        """The rows of one SELECT over the table `data`, at most 1,000; cells are raw.

        Raises:
            KargahError: `query_failed`, `query_not_select`, `query_timeout`.
        """
        import pandas

        path = f"{DATASETS}/{self.id}/query"
        found = self._http.json("POST", path, params={"version": self.version}, json={"sql": sql})
        frame: pandas.DataFrame = pandas.DataFrame(found["rows"], columns=[c["name"] for c in found["columns"]])
        return frame

    def pandas(self) -> pandas.DataFrame:
        """The whole table, typed; numbers without a missing value are those of the file, not copied."""
        frame: pandas.DataFrame = self.arrow().to_pandas(self_destruct=True, split_blocks=True)
        return frame

    def polars(self) -> Any:
        """The whole table as a polars DataFrame; needs the package `polars`."""
        import polars  # type: ignore[import-not-found]

        return polars.from_arrow(self.arrow())

    def arrow(self) -> pyarrow.Table:
        """The whole table as an Arrow table, mapped from a file that is kept for as long as the content is the same."""
        import pyarrow.parquet

        return pyarrow.parquet.read_table(self._table(), memory_map=True)

    def torch(self, target: str | None = None) -> Any:
        """A torch Dataset: of `(features, target)` for a table, of `(image, class)` for images.

        Features are the table's numeric columns but the target, float32 of shape (columns,), missing ones NaN; the
        target is a scalar, or the index of its class among the sorted ones. Images are uint8 of shape
        (3, height, width).
        """
        from .torch_data import of_images, of_table

        if self.kind == "images":
            return of_images(self.download(self._cache() / self.data["filename"]))
        return of_table(self.arrow(), target or self.data["suggested_target"])

    def versions(self) -> list[wire.DatasetVersion]:
        """Every version, newest first."""
        return list(pages(self._http, f"{DATASETS}/{self.id}/versions", {}))

    def at(self, version: int) -> Dataset:
        """The same dataset as it was in a version."""
        return Dataset(self._http, self.data, version)

    def diff(self, older: int, newer: int) -> wire.VersionDiff:
        """What changed from one version to another."""
        query = {"from": older, "to": newer}
        found: wire.VersionDiff = self._http.json("GET", f"{DATASETS}/{self.id}/diff", params=query)
        return found

    def split(
        self,
        method: str = "ratio",
        *,
        train: float = 0.8,
        validation: float = 0.1,
        test: float = 0.1,
        column: str | None = None,
        seed: int = 0,
    ) -> wire.Split:
        """Deals the rows out; jobs of this version use it from now on. `method`: ratio, stratified, group or time."""
        spec = {"method": method, "train": train, "validation": validation, "test": test, "seed": seed}
        path = f"{DATASETS}/{self.id}/versions/{self.version}/splits"
        found: wire.Split = self._http.json("POST", path, json=spec | ({"column": column} if column else {}))
        return found

    def tag(self, *tags: str) -> Dataset:
        """Sets its tags."""
        self.data = self._http.json("PATCH", f"{DATASETS}/{self.id}", json={"tags": list(tags)})
        return self

    def share(self, *emails: str, everyone: bool = False) -> None:
        """Lets people, or everyone on this server, read it and train on it."""
        self._http.json("PUT", f"{DATASETS}/{self.id}/sharing", json={"emails": list(emails), "everyone": everyone})

    def _cache(self) -> Path:
        base = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
        folder = base / "kargah" / self.id / str(self.version)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def _table(self) -> Path:
        table = self._cache() / "data.parquet"
        if not table.exists():
            path = f"{DATASETS}/{self.id}/export?format=parquet&version={self.version}"
            download(self._http, path, table)
        return table

    def rename(self, name: str) -> Dataset:
        self.data = self._http.json("PATCH", f"{DATASETS}/{self.id}", json={"name": name})
        return self

    def delete(self) -> None:
        self._http.request("DELETE", f"{DATASETS}/{self.id}")

    def download(self, path: str | Path | None = None) -> Path:
        """The original file; into `path`, or under its own name into the current folder."""
        into = Path(path or Path(self.data["filename"]).name)
        return download(self._http, f"{DATASETS}/{self.id}/content?version={self.version}", into)

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

    def get(self, dataset_id: str, version: int | None = None) -> Dataset:
        """One dataset; `version` fixes what its methods read."""
        return Dataset(self._http, self._http.json("GET", f"{DATASETS}/{dataset_id}"), version)

    def from_url(self, url: str, name: str | None = None) -> Dataset:
        """Has the server fetch a file by https."""
        return self._made("url", {"url": url}, name)

    def from_file(self, path: str, name: str | None = None) -> Dataset:
        """Registers a file of the Jupyter server where it lies; `path` is below JupyterLab's root."""
        return self._made("file", {"path": path}, name)

    def from_sql(self, connection_id: str, query: str, name: str | None = None) -> Dataset:
        """Keeps the rows of one SELECT of a kept connection."""
        return self._made("sql", {"connection_id": connection_id, "query": query}, name)

    def _made(self, way: str, body: dict[str, str], name: str | None) -> Dataset:
        named = {"name": name} if name else {}
        return Dataset(self._http, self._http.json("POST", f"{DATASETS}/import/{way}", json=body | named))

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
