"""The WSGI application that gunicorn runs: MLflow behind its own permission app."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event

if TYPE_CHECKING:
    from flask import Flask


@event.listens_for(Engine, "connect")
def _tune_sqlite(connection: Any, _record: Any) -> None:
    """Readers do not wait for a writer, and an acknowledged point outlives the process."""
    if not type(connection).__module__.startswith("sqlite3"):
        return
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=20000")
    cursor.close()


def create_app() -> Flask:
    """Opens MLflow's stores (making them the first time) and returns the application with permissions on."""
    from mlflow.server import handlers
    from mlflow.server.auth import create_app as with_permissions

    from kargah_mlflow.permissions import teach

    store = os.environ["_MLFLOW_SERVER_FILE_STORE"]
    handlers.initialize_backend_stores(store, store, os.environ["_MLFLOW_SERVER_ARTIFACT_ROOT"])
    handlers.initialize_workspace_store(os.environ["MLFLOW_WORKSPACE_STORE_URI"])
    app: Flask = with_permissions()
    teach()
    return app
