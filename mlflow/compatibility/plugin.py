"""A pytest plugin: MLflow's own tests against a plain server, or against a gateway of ours.

MLflow's tests start a server of their own for each test. With `KARGAH_COMPAT_URL` they are given the gateway at that
address instead, each test as a person of its own; without it their own server is left alone. Tests of the fluent API,
which MLflow runs against a database, talk to the server in both cases.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Generator, Iterator
from typing import Any

import pytest

GATEWAY = os.environ.get("KARGAH_COMPAT_URL")


class _Gateway:
    """Stands in for the thread that runs MLflow's server: a context manager that says where it listens."""

    def __init__(self, *_server: object, **_options: object) -> None:
        self.url = address()

    def __enter__(self) -> str:
        # MLflow's tests set their process and their server on one database; here both talk to one person's gateway.
        import mlflow

        mlflow.set_tracking_uri(self.url)
        return self.url

    def __exit__(self, *_error: object) -> None:
        return None


def address() -> str:
    """The gateway, as a person whom nobody knows yet."""
    return f"{GATEWAY}/as/{uuid.uuid4().hex[:16]}"


@contextlib.contextmanager
def _init_server(*_server: object, **_options: object) -> Iterator[str]:
    yield address()


def pytest_configure(config: pytest.Config) -> None:
    """Puts the gateway in the place of the server before any test module takes that by name."""
    os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "2"
    if GATEWAY is None:
        return
    from tests.tracking import integration_test_utils  # type: ignore[import-not-found]

    integration_test_utils.ServerThread = _Gateway
    integration_test_utils._init_server = _init_server


@pytest.hookimpl(hookwrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: pytest.FixtureRequest) -> Generator[None, Any, None]:
    """Points the fluent tests, which MLflow gives a database, to a server."""
    outcome = yield
    if fixturedef.argname != "tracking_uri_mock" or "/fluent/" not in request.node.nodeid:
        return
    database = outcome.get_result()
    if database is None:
        return
    import mlflow

    if GATEWAY is not None:
        mlflow.set_tracking_uri(address())
        return
    from mlflow.server import handlers
    from mlflow.server.fastapi_app import app
    from tests.helper_functions import get_safe_port  # type: ignore[import-not-found]
    from tests.tracking.integration_test_utils import ServerThread

    handlers._tracking_store = None
    handlers._model_registry_store = None
    folder = request.getfixturevalue("tmp_path")
    handlers.initialize_backend_stores(database, default_artifact_root=folder.as_uri())
    server = ServerThread(app, get_safe_port())
    mlflow.set_tracking_uri(server.__enter__())
    fixturedef.addfinalizer(lambda: server.__exit__(None, None, None))
