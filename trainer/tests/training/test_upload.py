"""A model on its way to MLflow, whose answers may be lost."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mlflow
import pytest
from mlflow.exceptions import RestException

from kargah.reporting.gateway import Address
from kargah.reporting.run_ref import RunRef
from kargah.training.model import MODEL_FILE, LoggedModel, Upload, UploadRefused

TWICE = {"error_code": "BAD_REQUEST", "message": "UNIQUE constraint failed: inputs.source_type"}


class Server:
    """MLflow's client, where the answer to the first `log_outputs` is lost, and which refuses to be told twice."""

    def __init__(self, keeps: bool) -> None:
        self.keeps, self.told, self.finalized = keeps, 0, False

    def create_logged_model(self, **_: Any) -> SimpleNamespace:
        return SimpleNamespace(model_id="m-1", artifact_location="mlflow-artifacts:/m-1")

    def log_model_artifacts(self, *_: Any) -> None:
        pass

    def log_outputs(self, **_: Any) -> None:
        self.told += 1
        if self.told == 1:
            raise ConnectionResetError
        refusal = RestException(TWICE)
        refusal.get_http_status_code = lambda: 400
        raise refusal

    def get_run(self, _: str) -> SimpleNamespace:
        kept = [SimpleNamespace(model_id="m-1")] if self.keeps else []
        return SimpleNamespace(outputs=SimpleNamespace(model_outputs=kept))

    def finalize_logged_model(self, *_: Any) -> None:
        self.finalized = True


@pytest.fixture
def upload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Upload:
    monkeypatch.setattr(mlflow, "set_tracking_uri", lambda _: None)
    (tmp_path / "token").write_text("kgj_1")
    (tmp_path / "bridge.json").write_text('{"url": "http://127.0.0.1:1"}')
    (tmp_path / MODEL_FILE).parent.mkdir(parents=True)
    (tmp_path / MODEL_FILE).write_bytes(b"program")
    return Upload(
        described=SimpleNamespace(save=lambda _: None),
        folder=tmp_path,
        address=Address(tmp_path / "bridge.json", tmp_path / "token"),
        find_run=lambda: RunRef("exp", "run"),
        best_step=3,
        metadata={},
    )


def test_a_model_whose_answer_was_lost_is_logged_by_the_next_attempt(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server(keeps=True)
    monkeypatch.setattr(mlflow, "MlflowClient", lambda: server)
    assert upload.attempt() is None
    assert upload.attempt() == LoggedModel("models:/m-1", "model", len(b"program"), "m-1")
    assert server.finalized


def test_a_model_that_mlflow_refuses_and_does_not_have_is_refused(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server(keeps=False)
    monkeypatch.setattr(mlflow, "MlflowClient", lambda: server)
    assert upload.attempt() is None
    with pytest.raises(UploadRefused, match="UNIQUE constraint"):
        upload.attempt()
    assert not server.finalized
