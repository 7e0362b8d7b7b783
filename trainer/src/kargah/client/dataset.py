"""One dataset: look at it, read it, change it, download it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from kargah.client.errors import KargahError
from kargah.client.transfers import id_of
from kargah.client.transport.downloads import download, kept
from kargah.client.transport.http import API, Http
from kargah.client.transport.live import live_feed
from kargah.client.transport.pages import pages

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas
    import pyarrow

    from kargah.client import wire
    from kargah.client.projects import Project

DATASETS = f"{API}/datasets"
READING = ("uploading", "profiling")
LOOK_AGAIN_SECONDS = 10.0


class Dataset:
    """A dataset of mine, as it was when it was last asked for."""

    def __init__(
        self, http: Http, data: wire.Dataset, version: int | None = None, *, coming: int | None = None
    ) -> None:
        self._http = http
        self.data = data
        self._version = version
        self._coming = coming

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
        """`uploading`, `profiling`, `ready` or `failed`: of the version just sent, else of the newest that is ready."""
        return self._standing()[0]

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
        """Waits until it is read: the version that was just sent, else the first one.

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
        state, error = self._standing()
        if state == "failed":
            if error is None:
                raise KargahError("dataset_failed", "The dataset could not be read.", "مجموعه‌داده خوانده نشد.")
            raise KargahError(error["code"], error["detail"], error["detail_fa"])
        self._coming = None
        return self

    def _standing(self) -> tuple[str, wire.Failure | wire.Failure | None]:
        """State and error of the version that `ready` waits for."""
        pending = self.data["pending"]
        if self._coming is None or self._coming == self.data["version"]:
            return self.data["state"], self.data["error"]
        if pending is not None and pending["version"] == self._coming:
            return pending["state"], pending["error"]
        # A newer one stands in its place.
        found = self._facts(self._coming)
        return found["state"], found["error"]

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
        """The whole table as a DataFrame that may be changed.

        Whole numbers are int64, others float64, truth values bool, texts str, times datetime64 and dates
        `datetime.date`. A missing value is NaN (whole numbers become float64), NaT or None. Each column is copied out
        of Arrow and freed there before the next one.

        Raises:
            KargahError: as `arrow`.
        """
        table = self.arrow()
        # A column in one piece stays where it is, which is Arrow's and may not be written to.
        lent = any(column.num_chunks == 1 for column in table.columns)
        frame: pandas.DataFrame = table.to_pandas(self_destruct=True, split_blocks=True)
        return frame.copy() if lent else frame

    def polars(self) -> Any:
        """The whole table as a polars DataFrame, which takes Arrow's columns over as they are.

        Raises:
            KargahError: `package_missing`: polars is no part of Kargah; besides, as `arrow`.
        """
        try:
            import polars  # type: ignore[import-not-found]
        except ImportError as error:
            raise KargahError(
                "package_missing",
                "This needs the package polars: `pip install polars`, or use pandas() or arrow().",
                "این دستور به بستهٔ polars نیاز دارد: «pip install polars»؛ یا pandas() یا arrow() را به کار ببرید.",
            ) from error
        return polars.from_arrow(self.arrow())

    def arrow(self) -> pyarrow.Table:
        """The whole table as an Arrow table.

        It comes as a Parquet file into the cache folder, once for the same content, and is mapped from there; what it
        holds is decoded into memory, each value once.

        Raises:
            KargahError: `dataset_not_ready`, `dataset_failed`, `dataset_freed`, `dataset_wrong_kind` (pictures),
                `not_found`, `download_damaged`.
            BridgeNotFound: no answer.
        """
        import pyarrow.parquet

        return pyarrow.parquet.read_table(self._kept(self._facts(self.version), "parquet"), memory_map=True)

    def torch(self, target: str | None = None, *, size: int | None = None) -> Any:
        """A torch Dataset: of `(features, target)` for a table, of `(picture, class)` for pictures.

        Table: the features of a row are its numeric columns but the target, float32 of shape (columns,), missing ones
        NaN. The target is a scalar: float32 for numbers with a fraction, int64 for whole ones, else int64 in `classes`,
        which are sorted; rows without one are left out, as training leaves them out. `columns` names the features.
        The Parquet file is mapped and decoded piece by piece into one tensor, which is the only copy; rows are views of
        it, and a DataLoader's workers share it.

        Pictures: those that training reads, in its order and with its classes (`classes`, `targets`): uint8 of shape
        (3, height, width) and the position of the class. They stay in a zip in the cache folder, and each is decoded
        when it is asked for, by any process of a DataLoader.

        Args:
            target: the column to learn; without it, the one suggested for the newest version where this one has it, or
                none.
            size: pixels on each side; pictures are resized as by a recipe with this `image_size`.

        Raises:
            KargahError: `column_unknown`, `no_features`; besides, as `arrow`.
        """
        from kargah.client.torch_data import of_images, of_table

        facts = self._facts(self.version)
        if facts["kind"] == "images":
            return of_images(self._kept(facts, "zip"), size)
        return of_table(self._kept(facts, "parquet"), target, self.data["suggested_target"])

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
        """Deals the rows out; jobs of this version use it from now on.

        `method`: ratio, stratified, group, time, or given (as the file's own folders or arrays have it).
        """
        spec = {"method": method, "train": train, "validation": validation, "test": test, "seed": seed}
        path = f"{DATASETS}/{self.id}/versions/{self.version}/splits"
        found: wire.Split = self._http.json("POST", path, json=spec | ({"column": column} if column else {}))
        return found

    def tag(self, *tags: str) -> Dataset:
        """Sets its tags."""
        self.data = self._http.json("PATCH", f"{DATASETS}/{self.id}", json={"tags": list(tags)})
        return self

    def share(self, *emails: str, everyone: bool = False, projects: Sequence[str | Project] = ()) -> None:
        """Lets people, the members of projects, or everyone on this server, and nobody else, read it and train on it.

        Args:
            projects: ones that I am in; or their ids.

        Raises:
            KargahError: `not_found`, `forbidden`, `unknown_person`.
        """
        body = {"emails": list(emails), "everyone": everyone, "project_ids": [id_of(project) for project in projects]}
        self._http.json("PUT", f"{DATASETS}/{self.id}/sharing", json=body)

    def _facts(self, version: int) -> wire.DatasetVersion:
        found: wire.DatasetVersion = self._http.json("GET", f"{DATASETS}/{self.id}/versions/{version}")
        return found

    def _kept(self, facts: wire.DatasetVersion, format: Literal["parquet", "zip"]) -> Path:
        path = f"{DATASETS}/{self.id}/export?format={format}&version={facts['version']}"
        data = facts["data_sha256"]
        if data is None:
            return kept(self._http, path, f"{facts['version_id']}.{format}")
        if format == "parquet":
            return kept(self._http, path, f"{data}.parquet", data)
        # Of pictures it says nothing about their names, which are their order; the original's does.
        return kept(self._http, path, f"{data}-{facts['sha256']}.zip")

    def rename(self, name: str) -> Dataset:
        self.data = self._http.json("PATCH", f"{DATASETS}/{self.id}", json={"name": name})
        return self

    def delete(self) -> None:
        self._http.request("DELETE", f"{DATASETS}/{self.id}")

    def move_to(self, project: str | Project) -> Dataset:
        """Takes it to another project, with its versions and splits; jobs that learned from it stay where they are.

        Args:
            project: one where I may write, as here; or its id.

        Raises:
            KargahError: `not_found`, `forbidden`, `already_in_project`, `dataset_not_ready`.
        """
        self.data = self._http.json("POST", f"{DATASETS}/{self.id}/move", json={"project_id": id_of(project)})
        return self

    def copy_to(self, project: str | Project, name: str | None = None) -> Dataset:
        """Copies it into a project, with the versions that are ready and their splits; answers the copy.

        Raises:
            KargahError: `not_found`, `forbidden`, `dataset_not_ready`, `quota_exceeded`.
        """
        body = {"project_id": id_of(project), **({} if name is None else {"name": name})}
        return Dataset(self._http, self._http.json("POST", f"{DATASETS}/{self.id}/copy", json=body))

    def download(self, path: str | Path | None = None) -> Path:
        """The original file; into `path`, or under its own name into the folder `path`, or the current one.

        Raises:
            KargahError: `not_found`, `dataset_not_ready`, `dataset_freed`, `file_changed`, `download_damaged`.
            BridgeNotFound: no answer.
        """
        into = Path(path or ".")
        if into.is_dir():
            into /= Path(self._facts(self.version)["filename"]).name
        return download(self._http, f"{DATASETS}/{self.id}/content?version={self.version}", into)

    def __repr__(self) -> str:
        size = f"{self.rows} rows, {self.columns} columns" if self.rows is not None else self.state
        return f"<Dataset {self.name!r} {self.id}: {size}>"
