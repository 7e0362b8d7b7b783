"""Which MLflow run a job's points and model belong to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class RunRef:
    """A run as MLflow names it."""

    run_id: str
    experiment_id: str


def run_of(job_dir: Path, job: dict[str, Any]) -> RunRef | None:
    """The job's run; None while the bridge, which makes it as the job begins, has not written `run.json` yet."""
    told = job.get("mlflow")
    if told is None:
        try:
            told = json.loads((job_dir / "run.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
    return RunRef(str(told["run_id"]), str(told.get("experiment_id", "")))
