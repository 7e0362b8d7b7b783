"""All datasets: upload, import, find, delete."""

from __future__ import annotations

import tempfile
import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kargah.client.dataset import DATASETS, Dataset
from kargah.client.transport.http import API, Http
from kargah.client.transport.pages import pages
from kargah.client.transport.uploads import sha256_of, upload_file

if TYPE_CHECKING:
    import pandas

    from kargah.client import wire


class Datasets:
    """`client.datasets`."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def upload(
        self,
        path: str | Path | pandas.DataFrame,
        name: str | None = None,
        *,
        dataset_id: str | None = None,
        reading: wire.Reading | None = None,
        known: Literal["again", "open"] = "again",
    ) -> Dataset:
        """Uploads a file, a folder of image folders, or a DataFrame.

        A file may be CSV, TSV, Parquet, Arrow, JSON Lines, Excel, npz, plain text, or a zip or tar of class folders.
        Returns as soon as the bytes are there; `ready()` waits until they are read.

        Args:
            name: what a new dataset is called; without it, like the file.
            dataset_id: the dataset whose next version it is; without it, a new one is made.
            reading: how it is to be read where that should not be found out: `encoding` (utf-8, utf-16, windows-1256,
                windows-1252, windows-1254, windows-1251, gb18030, cp864, iran-system, and utf-8-as-windows-1252 or
                -1256 for UTF-8 that was taken for these), which lines are no rows (`skip_rows`,
                `comment`, `header_rows`, `units`), `delimiter`, `header`, `normalise_persian`, `unify` (values that
                look alike are one), `sheet`, `missing` (the words for missing values instead of the usual ones), and
                `types`, for each column that needs one its `type` (integer, number, boolean, text, category, date,
                datetime), if what does not fit is to become missing `"invalid": "missing"`, and where it is not found
                how it is written: `decimal` (`.`, `,` or `/`), `order` (`ymd`, `dmy` or `mdy`), `calendar`
                (`gregorian` or `jalali`).
            known: what becomes of a file that is a dataset already. `"again"`: another dataset of it, with a warning
                that names the first; `"open"`: the version that it is, so that a notebook that runs twice makes one.
                With `dataset_id` or `reading` it is sent in any case.

        Raises:
            KargahError: `unsupported_format`, `empty_file`, `file_too_large`, `quota_exceeded`, `storage_full`,
                `upload_protocol` (a `reading` that cannot be), `not_found` or `forbidden` (no dataset of mine).
            BridgeNotFound: no answer, also after several tries.
        """
        if not isinstance(path, str | Path):
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / f"{_file_name(name or 'data')}.parquet"
                path.to_parquet(file, index=False)
                return self._sent(file, name, dataset_id, reading, known)
        source = Path(path).expanduser()
        if source.is_dir():
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / f"{source.resolve().name}.zip"
                with zipfile.ZipFile(file, "w", strict_timestamps=False) as archive:
                    for picture in sorted(p for p in source.rglob("*") if p.is_file()):
                        archive.write(picture, picture.relative_to(source))
                return self._sent(file, name or source.resolve().name, dataset_id, reading, known)
        return self._sent(source, name, dataset_id, reading, known)

    def import_source(self, source_id: str) -> Dataset:
        """A dataset from the catalogue.

        `digits`, `iris`, `wine`, `breast_cancer`, `diabetes`; made, in Persian: `persian_homes`, `persian_reviews`.
        """
        return Dataset(self._http, self._http.json("POST", f"{API}/sources/{source_id}/import")).ready()

    def get(self, dataset_id: str, version: int | None = None) -> Dataset:
        """One dataset; `version` fixes what its methods read."""
        return Dataset(self._http, self._http.json("GET", f"{DATASETS}/{dataset_id}"), version)

    def from_url(
        self, url: str, name: str | None = None, *, dataset_id: str | None = None, reading: wire.Reading | None = None
    ) -> Dataset:
        """Has the server fetch a file by https; the rest as `upload`.

        Raises:
            KargahError: `url_invalid`, `url_private` (an address that is not of the open Internet), `url_failed`; what
                goes wrong once it comes is raised by `ready()`.
        """
        return self._made("url", {"url": url}, name, dataset_id, reading)

    def from_file(
        self, path: str, name: str | None = None, *, dataset_id: str | None = None, reading: wire.Reading | None = None
    ) -> Dataset:
        """Registers a file of the Jupyter server where it lies, `path` below JupyterLab's root; the rest as `upload`.

        Raises:
            KargahError: `files_off` (a server of several people), `file_outside`, `file_missing`, `unsupported_format`,
                `empty_file`.
        """
        return self._made("file", {"path": path}, name, dataset_id, reading)

    def from_sql(
        self,
        connection_id: str,
        query: str,
        name: str | None = None,
        *,
        dataset_id: str | None = None,
        reading: wire.Reading | None = None,
    ) -> Dataset:
        """Keeps the rows of one SELECT of one of `connections()`; the rest as `upload`.

        Raises:
            KargahError: `not_found` (no such connection), `query_not_select`; what the database refuses is raised by
                `ready()`.
        """
        return self._made("sql", {"connection_id": connection_id, "query": query}, name, dataset_id, reading)

    def connections(self) -> tuple[wire.Connection, ...]:
        """Databases of mine that the panel keeps, newest first; passwords are never shown."""
        return tuple(pages(self._http, f"{API}/connections", {}))

    def _made(
        self, way: str, body: dict[str, str], name: str | None, dataset_id: str | None, reading: wire.Reading | None
    ) -> Dataset:
        into = {"name": name, "dataset_id": dataset_id, "reading": reading}
        told = body | {key: value for key, value in into.items() if value is not None}
        return self._arriving(self._http.json("POST", f"{DATASETS}/import/{way}", json=told))

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

    def _sent(
        self,
        file: Path,
        name: str | None,
        dataset_id: str | None,
        reading: wire.Reading | None,
        known: Literal["again", "open"],
    ) -> Dataset:
        if known == "open" and dataset_id is None and reading is None:
            found = self._of_file(file)
            if found is not None:
                return found
        sent, same = upload_file(self._http, file, name, dataset_id=dataset_id, reading=reading)
        if same is not None and dataset_id is None:
            other = self.get(same)
            warnings.warn(
                f"{file.name} is the same file as the dataset {other.name!r} ({same}); "
                'upload(…, known="open") answers that one.',
                stacklevel=3,
            )
        return self._arriving(self._http.json("GET", f"{DATASETS}/{sent}"))

    def _of_file(self, file: Path) -> Dataset | None:
        """Return the oldest dataset, and its version, that was made from a file of the same bytes."""
        if not file.is_file():
            return None
        digest = sha256_of(file)
        for data in reversed(list(pages(self._http, DATASETS, {"sha256": digest}))):
            for version in Dataset(self._http, data).versions():
                is_there = version["state"] == "ready" and not version["deleted"] and not version["freed"]
                if is_there and version["sha256"] == digest:
                    return self.get(data["dataset_id"], version["version"])
        return None

    def _arriving(self, data: wire.Dataset) -> Dataset:
        pending = data["pending"]
        return Dataset(self._http, data, coming=pending["version"] if pending else data["version"])


def _file_name(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in name) or "data"
