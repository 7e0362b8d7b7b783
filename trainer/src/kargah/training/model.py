"""Logs the trained network as an MLflow model: torch.export's `pt2`, no pickle.

Saving is local and done once; uploading may be repeated for as long as the bridge or MLflow is away.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from kargah.protocols.task import Task
from kargah.reporting.gateway import Address, FindRun
from kargah.reporting.run_ref import RunRef

MODEL_NAME = "model"
MODEL_FILE = "data/model.pt2"
REFUSALS = frozenset({400, 403, 404, 405, 413, 422})


class UploadRefused(Exception):
    """MLflow or the gateway said no, and would say so again."""


@dataclass(frozen=True)
class LoggedModel:
    uri: str
    artifact_path: str
    """In the run, as MLflow resolves `runs:/<run>/<artifact_path>`: the file is `<artifact_path>/data/model.pt2`."""
    size_bytes: int
    model_id: str


class MlflowImport:
    """Imports MLflow in a thread while the network trains: it takes seconds, and nobody needs it before the end."""

    def __init__(self) -> None:
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._load, name="kargah-import-mlflow", daemon=True)

    def begin(self) -> None:
        # Short patience inside the client: waiting longer is decided by the caller, who can be stopped.
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "60")
        os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        self._thread.start()

    def wait(self) -> None:
        if self._thread.ident is None:
            self.begin()
        self._thread.join()
        if self._error is not None:
            raise RuntimeError("mlflow cannot be imported") from self._error

    def _load(self) -> None:
        try:
            import mlflow.pytorch  # noqa: F401
        except BaseException as error:
            self._error = error


def save_model(task: Task, network: nn.Module, metadata: Mapping[str, Any], folder: Path) -> None:
    """Exports the whole model, from raw rows to the answer, into `folder` as an MLflow model.

    `kargah.json` beside it says what the columns, categories and classes are.
    """
    import mlflow.pytorch

    model = task.export(network).eval()
    example = task.example.numpy()
    with torch.no_grad():
        answer = model(task.example).numpy()
    about = folder.parent / "kargah.json"
    about.write_text(json.dumps(metadata, ensure_ascii=False, indent=1), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    mlflow.pytorch.save_model(
        model,
        str(folder),
        serialization_format="pt2",
        input_example=example,
        signature=_signature(example, answer, task.free_dimensions),
        pip_requirements=[f"torch=={torch.__version__.split('+')[0]}", f"numpy=={np.__version__}"],
        extra_files=[str(about)],
        metadata={"kargah": {key: metadata[key] for key in ("recipe", "task", "target") if key in metadata}},
    )
    _describe_inside(folder / MODEL_FILE, about)
    about.unlink()


def _describe_inside(model: Path, about: Path) -> None:
    """Puts `kargah.json` into the file too, so that a model downloaded alone still says what its columns are."""
    program = torch.export.load(model)
    torch.export.save(program, model, extra_files={about.name: about.read_text(encoding="utf-8")})


@dataclass
class Upload:
    """One logged model on its way; `attempt` may be called again after it failed, and goes on with the same model."""

    described: Any
    folder: Path
    address: Address
    find_run: FindRun
    best_step: int
    metadata: Mapping[str, Any]
    _logged: Any = None

    def attempt(self) -> LoggedModel | None:
        """None when the bridge or MLflow is away, or the run is not made yet.

        Raises:
            UploadRefused: it will never be taken.
        """
        import requests
        from mlflow.exceptions import MlflowException, RestException

        run = self.find_run()
        if run is None:
            return None
        try:
            return self._send(run)
        except RestException as error:
            if error.get_http_status_code() in REFUSALS:
                raise UploadRefused(str(error)) from error
        except requests.HTTPError as error:
            if error.response is not None and error.response.status_code in REFUSALS:
                raise UploadRefused(str(error)) from error
        except (MlflowException, OSError, ValueError, KeyError):
            # Refused connections, half answers and a `bridge.json` that is being rewritten look like this.
            return None
        return None

    def _send(self, run: RunRef) -> LoggedModel:
        import mlflow
        from mlflow.entities import LoggedModelOutput, LoggedModelStatus
        from mlflow.exceptions import RestException

        os.environ["MLFLOW_TRACKING_TOKEN"] = self.address.token()
        mlflow.set_tracking_uri(f"{self.address.url()}/mlflow")
        client = mlflow.MlflowClient()
        if self._logged is None:
            self._logged = client.create_logged_model(
                experiment_id=run.experiment_id,
                name=MODEL_NAME,
                source_run_id=run.run_id,
                tags={f"kargah.{key}": str(self.metadata[key]) for key in ("recipe", "task") if key in self.metadata},
            )
        logged = self._logged
        self.described.run_id = run.run_id
        self.described.model_id = self.described.model_uuid = logged.model_id
        self.described.artifact_path = logged.artifact_location
        self.described.save(str(self.folder / "MLmodel"))
        client.log_model_artifacts(logged.model_id, str(self.folder))
        try:
            client.log_outputs(run_id=run.run_id, models=[LoggedModelOutput(logged.model_id, step=self.best_step)])
        except RestException:
            # MLflow refuses the same output twice; an earlier attempt whose answer was lost may have logged it.
            outputs = client.get_run(run.run_id).outputs
            if logged.model_id not in {one.model_id for one in outputs.model_outputs}:
                raise
        client.finalize_logged_model(logged.model_id, LoggedModelStatus.READY)
        size = (self.folder / MODEL_FILE).stat().st_size
        return LoggedModel(f"models:/{logged.model_id}", MODEL_NAME, size, logged.model_id)


def _signature(example: Any, answer: Any, free: int) -> Any:
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    def spec(array: Any, free: int) -> Any:
        return Schema([TensorSpec(array.dtype, (*[-1] * free, *array.shape[free:]))])

    return ModelSignature(inputs=spec(example, free), outputs=spec(answer, 1))
