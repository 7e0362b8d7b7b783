"""Registered models: their versions, and the aliases that point to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Unpack, cast
from urllib.parse import quote

from kargah.client.card import ModelCard
from kargah.client.dataset import Dataset
from kargah.client.errors import KargahError
from kargah.client.jobs import Job
from kargah.client.projects import PROJECTS
from kargah.client.report import Report
from kargah.client.transport.downloads import download_into, plain_name
from kargah.client.transport.http import API, Http
from kargah.client.transport.pages import pages

if TYPE_CHECKING:
    from kargah.client import wire
    from kargah.evaluation.paired import Metric, Verdict

MODELS = f"{API}/models"
REQUESTS = f"{API}/model-requests"
CHAMPION = "champion"


class ModelVersion:
    """A version of a registered model."""

    def __init__(self, http: Http, data: wire.ModelVersion) -> None:
        self._http = http
        self.data = data

    @property
    def name(self) -> str:
        return self.data["name"]

    @property
    def version(self) -> int:
        return self.data["version"]

    @property
    def aliases(self) -> list[str]:
        return self.data["aliases"]

    @property
    def uri(self) -> str:
        """As MLflow's clients load it: `mlflow.pytorch.load_model(version.uri)`."""
        return self.data["model_uri"]

    def report(
        self, dataset: Dataset | str | None = None, *, dataset_version: int | None = None, split: str | None = None
    ) -> Report:
        """What it was worth on the rows that were held back in training; with a `dataset`, on that, as `evaluate` says.

        Raises:
            KargahError: `report_missing`, `model_not_ready`, `mlflow_unavailable`; as `evaluate`, and what its job
                failed of.
        """
        if dataset is not None:
            return self.evaluate(dataset, dataset_version=dataset_version, split=split).wait().report()
        return Report(self._http.json("GET", f"{_path(self.name)}/versions/{self.version}/report"))

    def evaluate(
        self,
        dataset: Dataset | str,
        *,
        dataset_version: int | None = None,
        split: str | None = None,
        name: str | None = None,
    ) -> Job:
        """Starts a job that judges it on a dataset, and returns at once: `.wait().report()` is what it found.

        The test part of the split is judged, or of the version's own split; all rows, where there is none.

        Args:
            dataset: one of mine, or its id.
            dataset_version: left out, the version that `dataset` is at, or the newest.
            split: a split of that version.

        Raises:
            KargahError: `dataset_not_for_model`, with each column that does not fit in `errors`; `model_not_ready`,
                `model_unsafe`, `version_unknown`, `split_unknown`.
        """
        body: dict[str, object] = {"dataset_id": dataset if isinstance(dataset, str) else dataset.id}
        if dataset_version is None and not isinstance(dataset, str):
            dataset_version = dataset.version
        given = {"dataset_version": dataset_version, "split_id": split, "name": name}
        body |= {key: value for key, value in given.items() if value is not None}
        return Job(
            self._http, self._http.json("POST", f"{_path(self.name)}/versions/{self.version}/reports", json=body)
        )

    def evaluations(self) -> list[Job]:
        """The jobs that judge, or judged, it on other data, newest first."""
        found = pages(self._http, f"{_path(self.name)}/versions/{self.version}/reports", {})
        return [Job(self._http, item) for item in found]

    def download_package(self, path: str | Path | None = None) -> Path:
        """The model with all that it needs elsewhere, as one zip, as `Job.download_package`.

        Raises:
            KargahError: `model_not_ready`, `model_unsafe`.
        """
        source = f"{_path(self.name)}/versions/{self.version}/package"
        return download_into(self._http, source, path, f"{plain_name(self.name)} {self.version}.zip")

    def against(self, other: ModelVersion | int, metric: Metric | None = None) -> Verdict:
        """Whether another version is better than this one on the rows of both reports, or these do not tell.

        Args:
            metric: a figure of reports; accuracy of classes and mae of numbers where it is left out.

        Raises:
            KargahError: `report_rows_missing`; `rows_differ` where they were judged on other rows.
        """
        from kargah.evaluation.paired import Verdict

        number = other if isinstance(other, int) else other.version
        found = self.compared(number, metric)
        names = f"{self.name} {self.version}", f"{self.name} {number}"
        first, second = found["first"], found["second"]
        return Verdict(
            metric=cast("Metric", found["metric"]),
            difference=found["difference"],
            low=found["low"],
            high=found["high"],
            rows=found["rows"],
            rows_of_each=(first["rows"], second["rows"]),
            values=(first["value"], second["value"]),
            names=names,
        )

    def compared(self, other: int, metric: str | None = None) -> wire.PairedFigures:
        """What `against` is made of, as the bridge answers it: the figures, and the sentence in both languages."""
        path = f"{_path(self.name)}/versions/{self.version}/against/{other}"
        found: wire.PairedFigures = self._http.json("GET", path, params={} if metric is None else {"metric": metric})
        return found

    def card(self) -> ModelCard:
        """What is known of it and what people wrote on it: `version.card().missing`, `.markdown("en")`."""
        path = f"{_path(self.name)}/versions/{self.version}/card"
        return ModelCard(self._http, path, self._http.json("GET", path))

    def fill_card(self, **fields: Unpack[wire.CardFields]) -> ModelCard:
        """Writes fields of the card, `intended_use="…", license="mit"`; the others stay.

        Raises:
            KargahError: `card_moved` where somebody wrote on it at the same moment; `validation_failed`.
        """
        return self.card().fill(**fields)

    def promote(self, alias: str = CHAMPION, *, why: str = "") -> PromotionRequest:
        """As `RegisteredModel.promote`."""
        return _promote(self._http, self.name, self.version, alias, why)

    def delete(self) -> None:
        """For good; the files stay with the job.

        Raises:
            KargahError: `version_aliased` while an alias points to it.
        """
        self._http.request("DELETE", f"{_path(self.name)}/versions/{self.version}")

    def __repr__(self) -> str:
        aliases = "".join(f" @{alias}" for alias in self.aliases)
        return f"<ModelVersion {self.name!r} {self.version}{aliases}>"


class PromotionRequest:
    """That an alias point to a version: `state` says what became of it, `data["checks"]` what was looked at."""

    def __init__(self, http: Http, data: wire.ModelRequest) -> None:
        self._http = http
        self.data = data

    @property
    def id(self) -> str:
        return self.data["request_id"]

    @property
    def state(self) -> wire.ModelRequestState:
        """`waiting` for another person, `done`, `failed` (see `failures`), `refused`, `withdrawn`, `overtaken`."""
        return self.data["state"]

    @property
    def failures(self) -> list[str]:
        """Why it failed, in English; `data["checks"]` has it in Persian, too."""
        return [check["why"]["detail"] for check in self.data["checks"] if check["why"] is not None]

    def approve(self, reason: str | None = None) -> PromotionRequest:
        """
        Raises:
            KargahError: `own_request`, `gates_failed`, `alias_moved`, `request_not_open`, `requester_may_not`.
        """
        return self._decide("approve", {} if reason is None else {"reason": reason})

    def refuse(self, reason: str) -> PromotionRequest:
        """
        Raises:
            KargahError: `own_request`, `request_not_open`.
        """
        return self._decide("refuse", {"reason": reason})

    def withdraw(self) -> PromotionRequest:
        """
        Raises:
            KargahError: `request_not_open`; `forbidden` where it is somebody else's.
        """
        self.data = self._http.json("POST", f"{REQUESTS}/{self.id}/withdraw")
        return self

    def _decide(self, act: str, body: Mapping[str, str]) -> PromotionRequest:
        self.data = self._http.json("POST", f"{REQUESTS}/{self.id}/{act}", json=dict(body))
        return self

    def __repr__(self) -> str:
        data = self.data
        why = "".join(f"\n  {failure}" for failure in self.failures)
        return f"<PromotionRequest {data['name']!r} {data['version']} as {data['alias']}: {self.state}>{why}"


class RegisteredModel:
    """A registered model, as it was when it was last asked for."""

    def __init__(self, http: Http, data: wire.RegisteredModel) -> None:
        self._http = http
        self.data = data

    @property
    def name(self) -> str:
        return self.data["name"]

    @property
    def aliases(self) -> dict[str, int]:
        """Where each points."""
        return {one["alias"]: one["version"] for one in self.data["aliases"]}

    def refresh(self) -> RegisteredModel:
        self.data = self._http.json("GET", _path(self.name))
        return self

    def versions(self) -> list[ModelVersion]:
        """Newest first."""
        return [ModelVersion(self._http, item) for item in pages(self._http, f"{_path(self.name)}/versions", {})]

    def version(self, version: int | str) -> ModelVersion:
        """By its number, or by an alias.

        Raises:
            KargahError: `not_found`.
        """
        if isinstance(version, int):
            return ModelVersion(self._http, self._http.json("GET", f"{_path(self.name)}/versions/{version}"))
        for found in pages(self._http, f"{_path(self.name)}/versions", {"alias": version}):
            return ModelVersion(self._http, found)
        raise KargahError(
            "not_found", f"Nothing of “{self.name}” is {version}.", f"هیچ نسخه‌ای از «{self.name}» {version} نیست."
        )

    def promote(self, version: int, alias: str = CHAMPION, *, why: str = "") -> PromotionRequest:
        """Asks that a protected alias point to a version; it does at once where all is well and nobody has to approve.

        Raises:
            KargahError: `alias_not_protected`, `already_there`, `request_open`, `mlflow_unavailable`.
        """
        return _promote(self._http, self.name, version, alias, why)

    def requests(self, state: wire.ModelRequestState | None = None) -> list[PromotionRequest]:
        """Newest first."""
        query = {"name": self.name} | ({"state": state} if state else {})
        return [PromotionRequest(self._http, item) for item in pages(self._http, REQUESTS, query)]

    def approve(self, version: int | None = None, reason: str | None = None) -> PromotionRequest:
        """Approves what waits for it: the only request, or the one for this version.

        Raises:
            KargahError: `not_found`, `conflict` where several wait; as `PromotionRequest.approve`.
        """
        return self._waiting(version).approve(reason)

    def refuse(self, reason: str, version: int | None = None) -> PromotionRequest:
        """Refuses what waits for approval, as `approve` finds it."""
        return self._waiting(version).refuse(reason)

    def rollback(self, alias: str = CHAMPION, *, why: str = "", from_version: int | None = None) -> wire.ModelMove:
        """Lets a protected alias point again to what it pointed to before.

        Args:
            from_version: where it points as you see it; where that is no longer so, nothing moves.

        Raises:
            KargahError: `nothing_before`, `alias_moved`, `alias_not_protected`.
        """
        body = {"why": why} | ({} if from_version is None else {"from_version": from_version})
        moved: wire.ModelMove = self._http.json(
            "POST", f"{_path(self.name)}/aliases/{quote(alias, safe='')}/rollback", json=body
        )
        return moved

    def history(self, alias: str | None = None, at: datetime | str | None = None) -> list[wire.ModelMove]:
        """Where protected aliases pointed when, newest first; with `at`, the move of each that held then."""
        query: dict[str, str] = {} if alias is None else {"alias": alias}
        if at is not None:
            moment = datetime.fromisoformat(at) if isinstance(at, str) else at
            query["at"] = moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return list(pages(self._http, f"{_path(self.name)}/history", query))

    def delete(self) -> None:
        """With all its versions, for good; their files stay with their jobs.

        Raises:
            KargahError: `model_aliased` while an alias points to one of them.
        """
        self._http.request("DELETE", _path(self.name))

    def _waiting(self, version: int | None) -> PromotionRequest:
        found = [one for one in self.requests("waiting") if version is None or one.data["version"] == version]
        if len(found) == 1:
            return found[0]
        if not found:
            raise KargahError("not_found", "No request waits for approval.", "هیچ درخواستی در انتظار تأیید نیست.")
        versions = ", ".join(str(one.data["version"]) for one in found)
        raise KargahError(
            "conflict",
            f"Several versions wait for approval: {versions}; name one.",
            f"چند نسخه در انتظار تأیید است: {versions}؛ یکی را نام ببرید.",
        )

    def __repr__(self) -> str:
        aliases = "".join(f" @{alias}={version}" for alias, version in self.aliases.items())
        return f"<RegisteredModel {self.name!r}, {self.data['versions']} versions{aliases}>"


class Models:
    """The registered models of the project: `client.models["price"]`."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def __getitem__(self, name: str) -> RegisteredModel:
        """
        Raises:
            KargahError: `not_found`.
        """
        return RegisteredModel(self._http, self._http.json("GET", _path(name)))

    def __iter__(self) -> Iterator[RegisteredModel]:
        return iter(self.list())

    def register(
        self, name: str, job: Job | str, *, description: str = "", tags: Mapping[str, str] | None = None
    ) -> ModelVersion:
        """Registers a job's model as the next version of a name, once; the name is registered where it is new.

        Raises:
            KargahError: `model_not_ready`, `model_name_refused`, `mlflow_unavailable`.
        """
        job_id = job if isinstance(job, str) else job.id
        body = {"job_id": job_id, "description": description, "tags": dict(tags or {})}
        return ModelVersion(self._http, self._http.json("POST", f"{_path(name)}/versions", json=body))

    def rules(self) -> wire.ModelRules:
        """Which aliases are protected, and what is asked before one moves; `["yaml"]` says it as one file."""
        found: wire.ModelRules = self._http.json("GET", self._rules_path())
        return found

    def set_rules(self, yaml: str, *, revision: int | None = None) -> wire.ModelRules:
        """Sets them, as an owner, from such a file.

        Args:
            revision: of the rules that you read; those that hold now where it is left out.

        Raises:
            KargahError: `rules_unreadable` with the line; `rules_moved`, `alias_refused`, `forbidden`.
        """
        seen = self.rules()["revision"] if revision is None else revision
        body = {"yaml": yaml, "revision": seen}
        found: wire.ModelRules = self._http.json("PUT", self._rules_path(), json=body)
        return found

    def _rules_path(self) -> str:
        project = self._http.project or next(
            one["project_id"] for one in pages(self._http, PROJECTS, {}) if one["is_default"]
        )
        return f"{PROJECTS}/{project}/model-rules"

    def waiting(self) -> list[PromotionRequest]:
        """Requests that I may approve."""
        return [PromotionRequest(self._http, item) for item in pages(self._http, REQUESTS, {"waiting_for_me": "true"})]

    def list(
        self, search: str | None = None, *, tag: str | None = None, alias: str | None = None
    ) -> list[RegisteredModel]:
        """Those that changed last first.

        Args:
            tag: `key`, or `key=value`.
            alias: those of which something has this alias.
        """
        query = {name: text for name, text in {"search": search, "tag": tag, "alias": alias}.items() if text}
        return [RegisteredModel(self._http, item) for item in pages(self._http, MODELS, query)]


def _path(name: str) -> str:
    return f"{MODELS}/{quote(name, safe='')}"


def _promote(http: Http, name: str, version: int, alias: str, why: str) -> PromotionRequest:
    body = {"version": version, "alias": alias, "why": why}
    return PromotionRequest(http, http.json("POST", f"{_path(name)}/requests", json=body))
