"""The folder of the MLflow server and what its process is told."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
from pathlib import Path

from kargah_mlflow.serve import gunicorn_arguments
from kargah_mlflow.settings import (
    MODEL_SOURCES,
    ServerFiles,
    environment,
    hosts,
    write_auth_config,
)


def test_secrets_are_random_private_and_stay_the_same(tmp_path: Path) -> None:
    files = ServerFiles(tmp_path)
    first = files.secret("admin-password")
    assert files.secret("admin-password") == first
    assert files.secret("session-key") != first
    assert len(first) >= 32
    assert (tmp_path / "admin-password").stat().st_mode & 0o777 == 0o600


def test_an_empty_secret_file_left_by_a_crash_is_filled(tmp_path: Path) -> None:
    (tmp_path / "session-key").touch(0o600)
    assert len(ServerFiles(tmp_path).secret("session-key")) >= 32


def test_nothing_is_allowed_that_no_role_allows(tmp_path: Path) -> None:
    files = ServerFiles(tmp_path)
    write_auth_config(files, "postgresql+psycopg2://u:p%40ss@h/db")
    config = configparser.ConfigParser()
    config.read(files.auth_config)
    section = config["mlflow"]
    assert section["default_permission"] == "NO_PERMISSIONS"
    assert not section.getboolean("grant_default_workspace_access")
    assert section["authorization_function"] == "kargah_mlflow.auth:authenticate"
    assert section["database_uri"] == "postgresql+psycopg2://u:p%40ss@h/db"


def test_the_server_has_no_jobs_no_gateway_and_no_telemetry(tmp_path: Path) -> None:
    variables = environment(ServerFiles(tmp_path), tmp_path / "key.pem", "sqlite:///x", "/artifacts", hosts("unix:/x"))
    assert variables["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] == "false"
    assert variables["MLFLOW_ENABLE_AI_GATEWAY"] == "false"
    assert variables["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert variables["MLFLOW_ENABLE_WORKSPACES"] == "true"
    assert variables["MLFLOW_SERVER_ALLOWED_HOSTS"] == "mlflow"


def test_a_model_lies_with_mlflow_and_nowhere_else(tmp_path: Path) -> None:
    variables = environment(ServerFiles(tmp_path), tmp_path / "key.pem", "sqlite:///x", "/artifacts", hosts("unix:/x"))
    assert variables["MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX"] == MODEL_SOURCES
    for source in ("runs:/r/model", "models:/m-1", "mlflow-artifacts:/w/1/r/artifacts/model", "dummy-source"):
        assert re.search(MODEL_SOURCES, source), source
    for source in ("s3://b/runs:/x", "file:///etc", "/etc", "dummy-source\n", "dummy-source/x", "dbfs:/x", " runs:/x"):
        assert not re.search(MODEL_SOURCES, source), source


def test_the_arguments_are_ones_that_gunicorn_knows() -> None:
    from gunicorn.config import Config  # type: ignore[import-untyped]

    parsed = Config().parser().parse_args(gunicorn_arguments("unix:/x", 8))
    assert parsed.worker_class == "gthread"
    assert parsed.args == ["kargah_mlflow.app:create_app()"]


def test_a_server_whose_parent_is_gone_does_not_start(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kargah_mlflow.serve", "--root", str(tmp_path), "--bind", "unix:/x"]
    answer = subprocess.run(
        [*command, "--public-key", "key.pem", "--parent", str(os.getppid())],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert answer.returncode != 0
    assert "is gone" in answer.stderr
