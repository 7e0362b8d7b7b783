"""Every file and variable of the MLflow server, in one place."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from kargah_mlflow.auth import PUBLIC_KEY_VARIABLE, SERVICE_USER

#: Where the files of a registered model may lie, or what MLflow's own clients write for a prompt, which has none.
MODEL_SOURCES = r"^(?:(?:runs|models|mlflow-artifacts):/|(?:dummy-source|prompt-template)\Z)"


@dataclass(frozen=True)
class ServerFiles:
    """The files below the MLflow folder of a data folder."""

    root: Path

    @property
    def store_uri(self) -> str:
        """Tracking and registry database."""
        return f"sqlite:///{self.root / 'mlflow.db'}"

    @property
    def permissions_uri(self) -> str:
        """Database of MLflow's users and roles."""
        return f"sqlite:///{self.root / 'permissions.db'}"

    @property
    def artifacts(self) -> Path:
        """Models and other files of runs."""
        return self.root / "artifacts"

    @property
    def auth_config(self) -> Path:
        """Settings of MLflow's permission app."""
        return self.root / "auth.ini"

    def secret(self, name: str) -> str:
        """A random secret that stays the same for this folder (mode 0600)."""
        path = self.root / name
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            if text := path.read_text().strip():
                return text
            descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC)
        text = secrets.token_urlsafe(32)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        return text


def write_auth_config(files: ServerFiles, permissions_uri: str) -> None:
    """Writes the permission app's settings: nothing is allowed that no role allows."""
    files.auth_config.write_text(
        "[mlflow]\n"
        "default_permission = NO_PERMISSIONS\n"
        f"database_uri = {permissions_uri.replace('%', '%%')}\n"
        f"admin_username = {SERVICE_USER}\n"
        "authorization_function = kargah_mlflow.auth:authenticate\n"
        "grant_default_workspace_access = false\n"
    )
    files.auth_config.chmod(0o600)


def hosts(bind: str) -> str:
    """The Host headers that are answered: the gateway's, and what a client of a TCP address sends."""
    return "mlflow" if bind.startswith("unix:") else f"mlflow,mlflow:*,localhost:*,127.0.0.1:*,{bind}"


def environment(
    files: ServerFiles, public_key: Path, store_uri: str, artifacts_uri: str, allowed_hosts: str
) -> dict[str, str]:
    """What MLflow 3.17.2 reads from its environment.

    The `_MLFLOW_SERVER_*` names are private to its command line: the version is pinned and tests start the real server.
    """
    return {
        "_MLFLOW_SERVER_FILE_STORE": store_uri,
        "_MLFLOW_SERVER_REGISTRY_STORE": store_uri,
        "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
        "_MLFLOW_SERVER_ARTIFACT_DESTINATION": artifacts_uri,
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
        "_MLFLOW_SGI_NAME": "gunicorn",
        "_MLFLOW_IN_JOB_EXECUTOR": "false",
        "MLFLOW_TRACKING_URI": store_uri,
        "MLFLOW_ENABLE_WORKSPACES": "true",
        "MLFLOW_WORKSPACE_STORE_URI": store_uri,
        "MLFLOW_AUTH_CONFIG_PATH": str(files.auth_config),
        "MLFLOW_AUTH_ADMIN_PASSWORD": files.secret("admin-password"),
        "MLFLOW_FLASK_SERVER_SECRET_KEY": files.secret("session-key"),
        "MLFLOW_BASIC_AUTH_FAIL_CLOSED": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_ENABLE_AI_GATEWAY": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "MLFLOW_SERVER_ALLOWED_HOSTS": allowed_hosts,
        # Nothing that the server would have to fetch elsewhere, with whatever rights it has. Prompts name no files.
        "MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX": MODEL_SOURCES,
        PUBLIC_KEY_VARIABLE: str(public_key),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONUNBUFFERED": "1",
    }
