"""Changes to MLflow's permission app, so that it answers as a server without permissions does.

A person holds every right in their own workspace, and MLflow's stores show nobody more than the workspace of the
request. Where the app refuses, the thing is not there: the app says "Permission denied" (403), which clients that get
or create take for the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from flask import Response, make_response, request

#: Names that requests give the ids of things, by the kind of thing.
_RUN = ("run_id", "run_uuid", "runId", "runUuid", "source_run_id", "sourceRunId", "run_ids", "runIds")
_EXPERIMENT = ("experiment_id", "experimentId", "experiment_ids", "experimentIds")
_MODEL = ("model_id", "modelId")
_TRACE = ("trace_id", "traceId", "request_id", "requestId", "trace_ids", "traceIds")
_DATASET = ("dataset_id", "datasetId")
_ISSUE = ("issue_id", "issueId")


def teach() -> None:
    """Changes MLflow's permission app in place; once, before the first request."""
    from mlflow.server import auth

    auth.make_forbidden_response = refusal
    auth._run_requirement = _with_absent_runs(auth._run_requirement)
    auth._get_request_param = _by_its_name(auth._get_request_param)
    auth._RESOURCE_WORKSPACE_CACHE = _only_what_is_there(auth._RESOURCE_WORKSPACE_CACHE)


def refusal() -> Response:
    """The answer to what the permission app does not allow: what is missing, in MLflow's own words, else 403."""
    from mlflow.exceptions import MlflowException

    for look_up in _look_ups():
        try:
            look_up()
        except MlflowException as error:
            if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                return _answer(error.serialize_as_json(), error.get_http_status_code())
            raise
    for name in (*_RUN, *_EXPERIMENT, *_MODEL, *_TRACE, *_DATASET, *_ISSUE):
        for value in _named().get(name, []):
            if not isinstance(value, str):
                message = f"Invalid value {value} for parameter '{name}' supplied."
                return _answer({"error_code": "INVALID_PARAMETER_VALUE", "message": message}, 400)
    return _answer({"error_code": "PERMISSION_DENIED", "message": "Permission denied"}, 403)


def _answer(body: str | dict[str, str], status: int) -> Response:
    response = make_response(body, status)
    response.mimetype = "application/json"
    return response


def _look_ups() -> Iterator[Callable[[], object]]:
    """Everything the request names, to be looked for in the workspace of the request."""
    from mlflow.server.handlers import _get_model_registry_store, _get_tracking_store

    named = _named()
    tracking, registry = _get_tracking_store(), _get_model_registry_store()
    stores: tuple[tuple[tuple[str, ...], Callable[[str], object]], ...] = (
        (_RUN, tracking.get_run),
        (_EXPERIMENT, tracking.get_experiment),
        (_MODEL, tracking.get_logged_model),
        (_TRACE, tracking.get_trace_info),
        (_DATASET, tracking.get_dataset),
        (_ISSUE, tracking.get_issue),
    )
    for names, look_up in stores:
        for identifier in _texts(named, names):
            yield partial(look_up, identifier)
    for name in _texts(named, ("name",)):
        if "/registered-models/" in request.path or "/model-versions/" in request.path:
            yield partial(registry.get_registered_model, name)
            for version in _texts(named, ("version",)):
                yield partial(registry.get_model_version, name, version)
            for alias in _texts(named, ("alias",)):
                yield partial(registry.get_model_version_by_alias, name, alias)


def _named() -> dict[str, list[Any]]:
    """The fields of path, query and body, those of objects in the body's lists included."""
    found: dict[str, list[Any]] = {}
    for source in (request.view_args or {}, request.args.to_dict(flat=False), request.get_json(silent=True)):
        _gather(source, found, depth=4)
    return found


def _gather(value: Any, found: dict[str, list[Any]], depth: int) -> None:
    if depth == 0:
        return
    if isinstance(value, list):
        for item in value:
            _gather(item, found, depth - 1)
    elif isinstance(value, dict):
        for name, field in value.items():
            found.setdefault(name, []).extend(field if isinstance(field, list) else [field])
            _gather(field, found, depth - 1)


def _texts(named: dict[str, list[Any]], names: tuple[str, ...]) -> list[str]:
    values = [value for name in names for value in named.get(name, [])]
    return list(dict.fromkeys(value for value in values if isinstance(value, str) and value))


def _with_absent_runs(
    requirement: Callable[[str, str], tuple[tuple[str, str], list[Any]] | None],
) -> Callable[[str, str], tuple[tuple[str, str], list[Any]] | None]:
    """What is made from a run may name an absent one, as on a server without permissions: the name grants nothing."""
    from mlflow.server.auth.permissions import RESOURCE_TYPE_RUN, RESOURCE_TYPE_WORKSPACE
    from mlflow.server.auth.requirements import ACTION_NOT_DENIED, Requirement

    def run_requirement(run_id: str, action: str) -> tuple[tuple[str, str], list[Any]] | None:
        found = requirement(run_id, action)
        if found is not None or not request.path.endswith(("/mlflow/model-versions/create", "/mlflow/logged-models")):
            return found
        return (RESOURCE_TYPE_WORKSPACE, "*"), [Requirement(RESOURCE_TYPE_RUN, "*", ACTION_NOT_DENIED)]

    return run_requirement


def _by_its_name(param: Callable[[str], str]) -> Callable[[str], str]:
    """Says of a request without a run that `run_id` is missing, not the older name that the app looks for last."""
    from mlflow.exceptions import MlflowException

    def request_param(name: str) -> str:
        try:
            return param(name)
        except MlflowException as error:
            if name == "run_id":
                error.message = error.message.replace("'run_uuid'", "'run_id'")
            raise

    return request_param


def _only_what_is_there(cache: Any) -> Any:
    """MLflow's cache of where things are, without absent ones, which may be made before the entry expires."""

    class OnlyWhatIsThere(type(cache)):  # type: ignore[misc]
        def __setitem__(self, key: str, workspace: str | None) -> None:
            if workspace is not None:
                super().__setitem__(key, workspace)

    return OnlyWhatIsThere(maxsize=cache.maxsize, ttl=cache.ttl)
