"""`kargah.connect()`: one object for everything a person can do from Python."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from kargah.client.comparison import Comparison
from kargah.client.comparison import compare as compare_jobs
from kargah.client.dataset import Dataset
from kargah.client.datasets import Datasets
from kargah.client.errors import KargahError
from kargah.client.jobs import JOBS, Job, delete_jobs, deleted_jobs, list_jobs, restore_jobs
from kargah.client.models import Models
from kargah.client.projects import Projects
from kargah.client.scripts import script_request
from kargah.client.server import Server
from kargah.client.sweeps import SWEEPS, Sweep, dimension
from kargah.client.transport.discovery import find_bridge, first_account_code
from kargah.client.transport.http import API, Http
from kargah.client.transport.pages import pages

if TYPE_CHECKING:
    import pandas

    from kargah.client import wire
    from kargah.client.sweeps import Dimension

    Trainable = Dataset | str | Path | pandas.DataFrame


class Kargah:
    """A connection to a bridge."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self.datasets = Datasets(http)
        self.projects = Projects(http)
        self.server = Server(http)
        self.models = Models(http)

    @property
    def http(self) -> Http:
        """Calls by path, with the token: for what has no method here."""
        return self._http

    @property
    def url(self) -> str:
        return self._http.url

    def register(
        self,
        email: str,
        password: str,
        name: str | None = None,
        code: str | None = None,
        *,
        invitation: str | None = None,
    ) -> Kargah:
        """Makes an account and signs in with it.

        Args:
            code: what the bridge printed at its start, for the very first account; a bridge of one's own on this
                machine is asked for it by itself.
            invitation: the token of an invitation (`project.invite()`), by which one is a member of its project too.

        Raises:
            KargahError: `signup_closed`, `signup_by_invitation`, `signup_code_required`, `signup_code_wrong`,
                `invitation_unknown` and its like, `only_through_jupyter`, `email_taken`, `weak_password`,
                `common_password`.
        """
        self._http.register(email, password, name, code or first_account_code(self.url), invitation)
        return self

    def login(self, email: str, password: str) -> Kargah:
        """
        Raises:
            KargahError: `bad_credentials`, `only_through_jupyter`.
        """
        self._http.sign_in(email, password)
        return self

    def use_project(self, name_or_id: str) -> Kargah:
        """From now on lists are of this project, and what is made goes there.

        Raises:
            KargahError: `not_found`; `conflict` where several of mine have this name.
        """
        self._http.project = self.projects.get(name_or_id).id
        return self

    def me(self) -> wire.User:
        found: wire.User = self._http.json("GET", f"{API}/auth/me")
        return found

    def make_token(
        self,
        name: str,
        *,
        scopes: Sequence[wire.TokenScope] | None = None,
        project_id: str | None = None,
        days: int = 90,
    ) -> wire.NewApiToken:
        """A personal token; its `token` is shown this once.

        Args:
            scopes: what it is limited to, of `read`, `train`, `models`, `call`, `admin`; left out, to nothing.
            project_id: the only project that it is to reach.

        Raises:
            KargahError: `session_required` unless signed in with a password, `not_found` for another's project.
        """
        body: dict[str, Any] = {"name": name, "expires_in_days": days}
        if scopes is not None:
            body["scopes"] = list(scopes)
        if project_id is not None:
            body["project_id"] = project_id
        made: wire.NewApiToken = self._http.json("POST", f"{API}/auth/tokens", json=body)
        return made

    def limits(self) -> wire.MyLimits:
        """How much I, and the project, may use at once, and use now."""
        found: wire.MyLimits = self._http.json("GET", f"{API}/limits")
        return found

    def leaving(self) -> wire.Leaving:
        """What is to be settled before I give up my account: which projects somebody else gets, what is in the way.

        Raises:
            KargahError: `session_required` unless signed in with a password.
        """
        found: wire.Leaving = self._http.json("GET", f"{API}/auth/leaving")
        return found

    def leave(self, password: str, hand_to: str | None = None) -> wire.Left:
        """Gives up my account for good; what I made stays in its projects, and jobs go on.

        Args:
            hand_to: e-mail of whoever gets the projects that nobody else owns.

        Raises:
            KargahError: `wrong_password`, `projects_to_hand_over`, `heir_unknown`, `sweeps_to_stop`, `last_admin`;
                `session_required` unless signed in with a password.
        """
        body = {"current_password": password, **({} if hand_to is None else {"hand_to": hand_to})}
        found: wire.Left = self._http.json("POST", f"{API}/auth/leave", json=body)
        return found

    def people(self) -> Iterator[wire.PersonEntry]:
        """Everybody who has an account on this server; for its administrators."""
        return pages(self._http, f"{API}/people", {})

    def ledger(self, **filters: str) -> Iterator[wire.LedgerRow]:
        """What was done with what matters, newest first: all of it for administrators, else that of one's project.

        Args:
            filters: `actor`, `action`, `object` (`<kind>/<id>`), `project_id`, `since`, `until`.
        """
        return pages(self._http, f"{API}/ledger", dict(filters))

    def sources(self) -> list[wire.Source]:
        """The catalogue of ready datasets."""
        found: list[wire.Source] = self._http.json("GET", f"{API}/sources")["items"]
        return found

    def recipes(self) -> list[wire.Recipe]:
        """Training recipes and the JSON Schema of their parameters."""
        found: list[wire.Recipe] = self._http.json("GET", f"{API}/recipes")["items"]
        return found

    def train(
        self,
        dataset: Trainable | None = None,
        recipe: str | None = None,
        *,
        script: str | Path | None = None,
        args: Sequence[object] | None = None,
        cwd: str | Path | None = None,
        env: Mapping[str, object] | None = None,
        secrets: Mapping[str, str] | None = None,
        version: int | None = None,
        split: str | None = None,
        target: str | None = None,
        name: str | None = None,
        resources: wire.Resources | None = None,
        priority: wire.Priority | None = None,
        **params: Any,
    ) -> Job:
        """Starts a job and returns at once.

        `dataset` is one of mine, its id, a file or folder to upload, or a DataFrame. The recipe follows from its kind
        unless given. `version` and `split` name a version of the dataset and one of its splits; left out, the version
        that `dataset` is at, or the newest, and the version's own split. `resources` asks for `cpus`, `memory_mb`,
        `gpus`, `time_limit_seconds` or a `python` of `pythons()`; `priority` (low, normal, high) orders my own waiting
        jobs.

        `script`, a file of the Jupyter workspace by its path from here or from the workspace, runs instead of a recipe:
        with `args`, in the folder `cwd` (its own where left out), with the variables `env` and `secrets`; the latter
        are shown nowhere and forgotten at the end. It takes no other parameters.

        Raises:
            KargahError: refused; `code` says why.
        """
        body = self._request(
            dataset,
            recipe,
            script=script,
            args=args,
            cwd=cwd,
            env=env,
            secrets=secrets,
            version=version,
            split=split,
            target=target,
            name=name,
            resources=resources,
            priority=priority,
            **params,
        )
        return Job(self._http, self._ask(f"{API}/train", body, script))

    def plan(self, dataset: Trainable | None = None, recipe: str | None = None, **options: Any) -> wire.LaunchPlan:
        """What `train` would run with these arguments, and what it would wait for; runs nothing (a file is uploaded).

        Raises:
            KargahError: it would be refused; `code` says why.
        """
        body = self._request(dataset, recipe, **options)
        found: wire.LaunchPlan = self._ask(f"{API}/train/plan", body, options.get("script"))
        return found

    def _ask(self, path: str, body: dict[str, Any], script: str | Path | None) -> Any:
        """A script's name may be meant from here or from the workspace, which only the bridge knows."""
        try:
            return self._http.json("POST", path, json=body)
        except KargahError as error:
            named = script is not None and str(script) != body["script"]["path"]
            if not named or error.code not in ("script_outside", "script_not_found"):
                raise
            again = body | {"script": body["script"] | {"path": str(script)}}
            return self._http.json("POST", path, json=again)

    def pythons(self) -> list[wire.Python]:
        """The Python environments that may run a job: the default, and those of Jupyter's kernels."""
        found: list[wire.Python] = self._http.json("GET", f"{API}/pythons")["items"]
        return found

    def _request(
        self,
        dataset: Trainable | None,
        recipe: str | None,
        *,
        script: str | Path | None = None,
        args: Sequence[object] | None = None,
        cwd: str | Path | None = None,
        env: Mapping[str, object] | None = None,
        secrets: Mapping[str, str] | None = None,
        version: int | None = None,
        split: str | None = None,
        target: str | None = None,
        name: str | None = None,
        resources: wire.Resources | None = None,
        priority: wire.Priority | None = None,
        **params: Any,
    ) -> dict[str, Any]:
        found = self._dataset(dataset) if dataset is not None else None
        body: dict[str, Any] = {"params": params | ({"target": target} if target else {})}
        if script is not None:
            body["script"] = script_request(script, args, cwd, env, secrets)
        elif args or cwd or env or secrets:
            raise KargahError(
                "validation_failed",
                "args, cwd, env and secrets are a script's; name one with script=….",
                "args و cwd و env و secrets از آنِ اسکریپت است؛ آن را با script=… نام ببرید.",
            )
        else:
            if found is None:
                raise KargahError("validation_failed", "Name a dataset or a script.", "یک مجموعه‌داده یا اسکریپت بدهید.")
            body["recipe"] = recipe or ("image" if found.kind == "images" else "tabular")
        if found is not None:
            body["dataset_id"] = found.id
            version = version or found.asked_version
        asked = {
            "dataset_version": version,
            "split_id": split,
            "name": name,
            "resources": resources,
            "priority": priority,
        }
        return body | {key: value for key, value in asked.items() if value is not None}

    def sweep(
        self,
        dataset: Trainable,
        recipe: str | None = None,
        *,
        space: Mapping[str, Dimension],
        method: wire.SweepMethod = "tpe",
        pruner: wire.SweepPruner = "median",
        trials: int = 20,
        parallel: int = 2,
        seed: int = 0,
        version: int | None = None,
        split: str | None = None,
        target: str | None = None,
        name: str | None = None,
        resources: wire.Resources | None = None,
        **params: Any,
    ) -> Sweep:
        """Tries several settings of a recipe, each as a job, and returns at once.

        `space` says what to vary: `{"lr": (1e-4, 1e-1, "log"), "optimizer": ["adamw", "sgd"], "epochs": (5, 50)}`;
        `params` stay the same. `method` is grid, random or tpe; `pruner` (none, median, successive_halving) gives up
        jobs that do worse than those before them.

        Raises:
            KargahError: refused; `code` says why.
        """
        body = self._request(
            dataset, recipe, version=version, split=split, target=target, name=name, resources=resources, **params
        )
        body |= {"method": method, "pruner": pruner, "trials": trials, "parallel": parallel, "seed": seed}
        body["space"] = {key: dimension(given) for key, given in space.items()}
        return Sweep(self._http, self._http.json("POST", SWEEPS, json=body))

    def sweeps(self) -> list[Sweep]:
        """Newest first."""
        return [Sweep(self._http, item) for item in pages(self._http, SWEEPS, {})]

    def jobs(
        self,
        search: str | None = None,
        *,
        tags: Sequence[str] = (),
        sort: Literal["newest", "oldest", "name", "state"] = "newest",
    ) -> list[Job]:
        """Those that `search` finds in names, notes and tags, and that have all of `tags`."""
        return list_jobs(self._http, {"search": search, "tag": list(tags), "sort": sort})

    def deleted_jobs(self) -> list[Job]:
        """Those that can still be restored."""
        return deleted_jobs(self._http)

    def delete(self, jobs: Iterable[Job | str]) -> list[wire.RefusedJob]:
        """Deletes ended jobs, or those with these ids; for a while `restore` brings them back.

        Returns:
            Those that were not deleted, and why, where others were.

        Raises:
            KargahError: `job_active`, `not_found`, where not one was deleted.
        """
        return delete_jobs(self._http, jobs)

    def restore(self, jobs: Iterable[Job | str]) -> list[Job]:
        """Takes the deletion of jobs back; answers those that are there again.

        Raises:
            KargahError: `not_found`: not one could be restored.
        """
        return restore_jobs(self._http, jobs)

    def job(self, job_id: str) -> Job:
        return Job(self._http, self._http.json("GET", f"{JOBS}/{job_id}"))

    def compare(self, jobs: Iterable[Job | str], metrics: Sequence[str] | None = None) -> Comparison:
        """Up to a thousand jobs, or their ids, beside each other; in a notebook it shows itself as a card.

        Args:
            metrics: whose figures and curves are wanted, at most 32; left out, the four that most of the jobs have.

        Raises:
            KargahError: `validation_failed` for no job, more than a thousand, or what is no id of one.
        """
        return compare_jobs(self._http, jobs, metrics)

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Kargah:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Kargah {self.url}>"

    def _dataset(self, given: Trainable) -> Dataset:
        if isinstance(given, Dataset):
            return given.ready()
        if isinstance(given, str) and given.startswith("ds_") and not Path(given).exists():
            return self.datasets.get(given).ready()
        return self.datasets.upload(given).ready()


def connect(
    url: str | None = None,
    token: str | None = None,
    email: str | None = None,
    password: str | None = None,
    project: str | None = None,
) -> Kargah:
    """Finds the bridge: the arguments, KARGAH_URL and KARGAH_TOKEN, the JupyterLab around us, this machine's folder.

    With `email` and `password` it signs in and keeps the session fresh by itself. `project` names the project to work
    in, by its name or id; left out, KARGAH_PROJECT does, else it is one's own.

    Raises:
        BridgeNotFound: none is found, or it does not answer.
        KargahError: `bad_credentials`; `not_found` or `conflict` for the name of a project.
    """
    found = find_bridge(url, token)
    client = Kargah(Http(found.url, found.token))
    if email is not None and password is not None:
        client.login(email, password)
    named = project or os.environ.get("KARGAH_PROJECT")
    return client if named is None else client.use_project(named)


def register(
    email: str,
    password: str,
    name: str | None = None,
    url: str | None = None,
    code: str | None = None,
    *,
    invitation: str | None = None,
) -> Kargah:
    """Makes an account on the bridge that `connect` would find, and signs in."""
    return connect(url).register(email, password, name, code, invitation=invitation)


def train(dataset: Trainable | None = None, recipe: str | None = None, **options: Any) -> Job:
    """`connect().train(…)` in one word: uploads the file if it is one, and starts."""
    return connect().train(dataset, recipe, **options)


def sweep(dataset: Trainable, recipe: str | None = None, **options: Any) -> Sweep:
    """`connect().sweep(…)` in one word."""
    return connect().sweep(dataset, recipe, **options)


def compare(jobs: Iterable[Job | str], metrics: Sequence[str] | None = None) -> Comparison:
    """`connect().compare(…)` in one word."""
    return connect().compare(jobs, metrics)
