"""Training jobs: watch live, wait, stop, read, download, run again."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from kargah.client.errors import JobFailed, KargahError
from kargah.client.predict import Predictor, load_model
from kargah.client.report import Report
from kargah.client.transfers import taken_to
from kargah.client.transport.downloads import download_into, plain_name
from kargah.client.transport.http import API, Http
from kargah.client.transport.live import live_feed
from kargah.client.transport.pages import pages

if TYPE_CHECKING:
    from torch import nn

    from kargah.client import wire
    from kargah.client.projects import Project
    from kargah.evaluation import JudgedRows
    from kargah.evaluation.paired import Metric, Verdict

JOBS = f"{API}/train/jobs"
ENDED = frozenset({"succeeded", "failed", "stopped", "lost"})
LOOK_AGAIN_SECONDS = 10.0
MOST_AT_ONCE = 500
MOST_SHOWN = 6
SHOWN = ("val_accuracy", "val_r2", "val_mae", "val_loss", "train_loss")


@dataclass(frozen=True)
class Point:
    key: str
    value: float
    step: int
    timestamp: int
    """ms since the epoch."""

    @classmethod
    def from_json(cls, data: wire.MetricPoint) -> Point:
        # `float` also reads the strings "NaN", "Infinity" and "-Infinity".
        return cls(data["key"], float(data["value"]), int(data["step"]), int(data["timestamp"]))


@dataclass(frozen=True)
class Update:
    """One live message of a job."""

    state: wire.JobState
    progress: wire.Progress
    points: list[Point]
    message: str | None = None


class Job:
    """A training job, in the state that the bridge last reported."""

    def __init__(self, http: Http, data: wire.Job) -> None:
        self._http = http
        self.data = data

    @property
    def id(self) -> str:
        return self.data["job_id"]

    @property
    def name(self) -> str:
        return self.data["name"]

    @property
    def state(self) -> wire.JobState:
        return self.data["state"]

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def can_resume(self) -> bool:
        """Whether it ended early and left a checkpoint to go on from."""
        return self.data["can_resume"]

    @property
    def waiting(self) -> wire.Failure | None:
        """Why a queued job has not begun."""
        return self.data["waiting"]

    @property
    def error(self) -> wire.Failure | None:
        """`{code, detail, detail_fa}` of a failed job."""
        return self.data["error"]

    @property
    def last_metrics(self) -> dict[str, float]:
        """Last value of the first 64 metrics of its own and 64 of the machine, also NaN; `metrics()` has all."""
        return {key: float(value) for key, value in self.data["metrics"].items()}

    def refresh(self) -> Job:
        self.data = self._http.json("GET", f"{JOBS}/{self.id}")
        return self

    def stream(self) -> Iterator[Update]:
        """Yield every change until the job has ended, beginning with what was logged so far; no point is missed."""
        seen: set[tuple[str, int, int]] = set()

        def fresh(points: list[Point]) -> list[Point]:
            found = [p for p in points if (p.key, p.step, p.timestamp) not in seen]
            seen.update((p.key, p.step, p.timestamp) for p in found)
            return found

        with live_feed(self._http) as feed:
            seq, points = self._history()
            self.refresh()
            yield self._update(fresh(points))
            feed.follow_job(self.id, seq or 0)
            behind = seq is None
            while not self.ended:
                event = feed.next(LOOK_AGAIN_SECONDS)
                if event is None or event.kind == "reload":
                    # The bridge no longer has what was missed, or was silent for long: the history has everything.
                    if behind or event is not None:
                        seq, points = self._history()
                        behind = seq is None
                        feed.reached(seq)
                    else:
                        points = []
                    self.refresh()
                    yield self._update(fresh(points))
                elif event.kind == "update":
                    update = _read_update(event.data)
                    self.data["state"], self.data["progress"] = update.state, update.progress
                    yield replace(update, points=fresh(update.points))
                elif event.kind == "job" and event.data["job"]["job_id"] == self.id:
                    self.data = event.data["job"]
        # What a killed job left behind is delivered after it ended.
        self.refresh()
        yield self._update(fresh(self._history()[1]))

    def watch(self) -> Job:
        """Shows a progress bar with metrics until the job has ended, and returns it.

        Raises:
            JobFailed: it failed, was stopped or got lost.
        """
        newest: dict[str, float] = {}
        with tqdm(
            total=100, desc=self.name, unit="%", file=sys.stdout, bar_format=BAR_WITHOUT_SHARE, ncols=_columns()
        ) as bar:
            for update in self.stream():
                newest |= {point.key: point.value for point in update.points if not point.key.startswith("system/")}
                # A script has a share done only where it reports one.
                bar.bar_format = BAR if update.progress["fraction"] is not None else BAR_WITHOUT_SHARE
                bar.n = round(100 * (update.progress["fraction"] or 0.0), 1)
                bar.set_postfix(_shown(update.state, update.progress, newest), refresh=True)
            if self.state == "succeeded":
                bar.n = 100
            bar.set_postfix(_shown(self.state, self.data["progress"], newest), refresh=True)
        if self.state != "succeeded":
            raise JobFailed(self)
        return self

    def wait(self) -> Job:
        """Wait until the job has ended, without output and without raising: look at `state` afterwards."""
        for _ in self.stream():
            pass
        return self

    def stop(self) -> Job:
        """Asks for a stop; the job is `stopping` now and `stopped` once nothing of it is left (`wait()`)."""
        self.data = self._http.json("POST", f"{JOBS}/{self.id}/stop")
        return self

    @property
    def note(self) -> str:
        """What people wrote about it."""
        return self.data["note"]

    @property
    def tags(self) -> list[str]:
        return list(self.data["tags"])

    def rename(self, name: str) -> Job:
        return self._change({"name": name})

    def write_note(self, note: str) -> Job:
        """Replaces its note; MLflow's page shows it as the run's description."""
        return self._change({"note": note})

    def tag(self, *tags: str) -> Job:
        """Sets its tags; search finds it by them."""
        return self._change({"tags": list(tags)})

    def _change(self, changes: dict[str, object]) -> Job:
        self.data = self._http.json("PATCH", f"{JOBS}/{self.id}", json=changes)
        return self

    def logs(self, offset: int = 0) -> str:
        """The log from byte `offset` on."""
        parts = []
        while True:
            answer = self._http.request("GET", f"{JOBS}/{self.id}/logs", params={"offset": offset})
            parts.append(answer.content)
            offset += len(answer.content)
            if not answer.content or offset >= int(answer.headers.get("Kargah-Log-Size", offset)):
                return b"".join(parts).decode("utf-8", errors="replace")

    def metrics(self, key: str | None = None) -> list[Point]:
        """Every point logged so far, or those of one metric."""
        query = {"key": key} if key else {}
        return [Point.from_json(p) for p in self._http.json("GET", f"{JOBS}/{self.id}/metrics", params=query)["items"]]

    def download(self, path: str | Path | None = None, *, unchecked: bool = False) -> Path:
        """The trained model as a torch.export `.pt2` file; into `path`, or `<job name>.pt2` in the current folder.

        A script may have logged anything: a file that may run code when it is loaded comes only `unchecked`.

        Raises:
            KargahError: `model_not_ready`, `model_unsafe`.
        """
        source = f"{JOBS}/{self.id}/model" + ("?unchecked=true" if unchecked else "")
        return download_into(self._http, source, path, f"{_file_name(self)}.pt2")

    def download_package(self, path: str | Path | None = None) -> Path:
        """The model with all that it needs elsewhere, as one zip, into `path` or the current folder.

        It holds the `.pt2` and the safetensors file, the schema, pinned requirements, the report, sha256 sums, and a
        script that predicts from a CSV with PyTorch alone.

        Raises:
            KargahError: `model_not_ready`; `model_unsafe`: a script may have logged anything; `weights_unwritable`:
                a weight is of a kind that safetensors has not.
        """
        return download_into(self._http, f"{JOBS}/{self.id}/model?format=package", path, f"{_file_name(self)}.zip")

    def model(self) -> nn.Module:
        """The trained model, ready to be called: raw rows in, probabilities or values out.

        Raises:
            KargahError: `model_not_ready`, or `model_unsafe` as `load_model`: a script may have logged anything.
        """
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            return load_model(self.download(Path(folder) / "model.pt2"))

    def predictor(self) -> Predictor:
        """The trained table model with the words for its columns: `job.predictor().predict(frame)`."""
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            return Predictor.load(self.download(Path(folder) / "model.pt2"))

    def report(self) -> Report:
        """What the trained model is worth on the rows that were held back: figures with intervals, and where it is bad.

        Raises:
            KargahError: `model_not_ready`, `report_missing`.
        """
        return Report(self._http.json("GET", f"{JOBS}/{self.id}/report"))

    def report_rows(self) -> JudgedRows:
        """What the model answered on each row of its report.

        Raises:
            KargahError: `model_not_ready`, `report_rows_missing`.
            ValueError: the file beside the model is something else.
        """
        from kargah.evaluation import JudgedRows

        return JudgedRows.read(io.BytesIO(self._http.request("GET", f"{JOBS}/{self.id}/report/rows").content))

    def against(self, other: Job, metric: Metric | None = None) -> Verdict:
        """Whether `other` is better than this one on the rows that both reports are about, or these do not tell.

        The paired bootstrap of the difference; `print` says it in English, `.persian` in Persian.

        Args:
            metric: accuracy or log_loss of classes, mae or rmse of numbers; the first of each where it is left out.

        Raises:
            KargahError: `model_not_ready`, `report_rows_missing`; `rows_differ` where they were judged on other data.
        """
        from kargah.evaluation.paired import NotComparable, verdict

        try:
            if self.data["dataset_sha256"] != other.data["dataset_sha256"]:
                raise NotComparable(
                    f"{self.name} and {other.name} were judged on rows of different data.",
                    f"«{self.name}» و «{other.name}» روی ردیف‌های داده‌های متفاوت سنجیده شده‌اند.",
                )
            return verdict(self.report_rows(), other.report_rows(), metric, names=(self.name, other.name))
        except NotComparable as error:
            raise KargahError("rows_differ", str(error), error.persian) from error

    def clone(self, name: str | None = None, *, secrets: Mapping[str, str] | None = None, **params: Any) -> Job:
        """The same again, with changed parameters; a script's secrets are not kept and must be given again.

        Raises:
            KargahError: `secrets_needed`, `dataset_deleted`.
        """
        body = _changes(name, secrets, params)
        return Job(self._http, self._http.json("POST", f"{JOBS}/{self.id}/clone", json=body))

    def resume(self, name: str | None = None, *, secrets: Mapping[str, str] | None = None, **params: Any) -> Job:
        """Goes on from the last checkpoint of this ended job, as a new job; parameters may change, say `epochs=50`.

        Raises:
            KargahError: `job_active`, `job_has_no_checkpoint` (see `can_resume`), `dataset_deleted`, `secrets_needed`.
        """
        body = _changes(name, secrets, params)
        return Job(self._http, self._http.json("POST", f"{JOBS}/{self.id}/resume", json=body))

    def move_to(self, project: str | Project) -> Job:
        """Takes this ended job to another project, with its MLflow runs, log and model, and waits until it is there.

        It keeps its id. Its runs are made again there, and are gone here once every file was compared.

        Args:
            project: one where I may write, as here; or its id.

        Raises:
            KargahError: `not_found`, `forbidden`, `already_in_project`, `job_active`, `job_registered`,
                `job_of_sweep`, `job_resumed_now`, `transfer_running`, `project_quota_exceeded`, `mlflow_unavailable`,
                `run_changed`, `copy_differs`.
        """
        taken_to(self._http, f"{JOBS}/{self.id}/move", project)
        return self.refresh()

    def copy_to(self, project: str | Project) -> Job:
        """Copies this ended job into a project and answers the copy, of which `data["copied_from"]` says this one's id.

        Raises:
            KargahError: as `move_to`; a job of a sweep or with a registered model may be copied.
        """
        copied = taken_to(self._http, f"{JOBS}/{self.id}/copy", project)
        return Job(self._http, self._http.json("GET", f"{JOBS}/{copied}"))

    def delete(self, *, for_good: bool = False) -> None:
        """Deletes it; for a while `restore()` brings it back. `for_good`: at once, with its folder and its run.

        Raises:
            KargahError: `job_active`.
        """
        if for_good:
            self._http.request("DELETE", f"{JOBS}/{self.id}")
        else:
            delete_jobs(self._http, [self])

    def restore(self) -> Job:
        """Takes its deletion back.

        Raises:
            KargahError: `not_found`: it was not deleted, or has gone for good.
        """
        self.data = restore_jobs(self._http, [self])[0].data
        return self

    def __repr__(self) -> str:
        return f"<Job {self.name!r} {self.id}: {self.state}>"

    def _history(self) -> tuple[int | None, list[Point]]:
        """Return every point so far and the live sequence number reached; None and no points while MLflow is away."""
        try:
            found = self._http.json("GET", f"{JOBS}/{self.id}/metrics")
        except KargahError as error:
            if error.code != "mlflow_unavailable":
                raise
            return None, []
        return int(found["seq"]), [Point.from_json(p) for p in found["items"]]

    def _update(self, points: list[Point]) -> Update:
        return Update(self.state, self.data["progress"], points, self.data["message"])


BAR_WITHOUT_SHARE = "{desc}: {elapsed}{postfix}"
BAR = "{desc}: {percentage:3.0f}%|{bar:20}| {elapsed}{postfix}"


def _changes(name: str | None, secrets: Mapping[str, str] | None, params: dict[str, Any]) -> dict[str, Any]:
    given = {"name": name, "secrets": None if secrets is None else dict(secrets), "params": params}
    return {key: value for key, value in given.items() if value}


def _file_name(job: Job) -> str:
    return plain_name(job.name) or job.id


def list_jobs(http: Http, query: Mapping[str, Any]) -> list[Job]:
    return [Job(http, item) for item in pages(http, JOBS, {key: value for key, value in query.items() if value})]


def deleted_jobs(http: Http) -> list[Job]:
    return [Job(http, item) for item in pages(http, JOBS, {"deleted": "true"})]


def delete_jobs(http: Http, jobs: Iterable[Job | str]) -> list[wire.RefusedJob]:
    refused: list[wire.RefusedJob] = []
    for some in _pieces(jobs):
        answer: wire.DeletedJobs = http.json("POST", f"{JOBS}/delete", json={"job_ids": some})
        refused += answer["refused"]
    return refused


def restore_jobs(http: Http, jobs: Iterable[Job | str]) -> list[Job]:
    restored: list[Job] = []
    for some in _pieces(jobs):
        answer: wire.RestoredJobs = http.json("POST", f"{JOBS}/restore", json={"job_ids": some})
        restored += [Job(http, one) for one in answer["restored"]]
    return restored


def _pieces(jobs: Iterable[Job | str]) -> list[list[str]]:
    ids = [job if isinstance(job, str) else job.id for job in jobs]
    return [ids[at : at + MOST_AT_ONCE] for at in range(0, len(ids), MOST_AT_ONCE)]


def _read_update(data: wire.JobUpdate) -> Update:
    return Update(
        state=data["state"],
        progress=data["progress"],
        points=[Point.from_json(p) for p in data["metrics"]],
        message=data.get("message"),
    )


def _shown(state: str, progress: wire.Progress, newest: dict[str, float]) -> dict[str, str]:
    """Return the figures behind the progress bar, most important first: the line is cut at the terminal's width."""
    epoch, epochs = progress["epoch"], progress["epochs"]
    shown = {} if state == "running" and epoch else {"state": state}
    if epoch and epochs:
        shown["epoch"] = f"{epoch}/{epochs}"
    own = [key for key in SHOWN if key in newest]
    # A script's own metric names come after the names that recipes use.
    others = [key for key in newest if key not in SHOWN and not key.startswith(("train_", "val_", "test_"))]
    return shown | {key: f"{newest[key]:.4g}" for key in [*own, *others][:MOST_SHOWN]}


def _columns() -> int:
    """Return the width of the terminal; where it is unknown (container, notebook), one that shows the bar."""
    return shutil.get_terminal_size((120, 24)).columns
