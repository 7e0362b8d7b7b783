"""What is run for a job, and in which environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from kargah.launch.paths import JobPaths, read_json

_LOOPBACK = "127.0.0.1,localhost,::1"


_RUN_WITH_PACKAGE = Path(__file__).resolve().with_name("run_with_package.py")


def command(python: str, job: dict[str, Any], paths: JobPaths) -> list[str]:
    """A script runs exactly as `python file.py args` would; a recipe through our own entry."""
    script = job.get("script")
    if script:
        return [python, str(script["path"]), *map(str, script.get("args", []))]
    if python != sys.executable:
        return [python, str(_RUN_WITH_PACKAGE), "kargah.launch.run", str(paths.folder)]
    return [python, "-m", "kargah.launch.run", str(paths.folder)]


def variables(paths: JobPaths, *, secret: bool = False) -> dict[str, str]:
    """What the script was given besides what every job has; the secret ones alone, or all."""
    given = read_json(paths.environment) or {}
    secrets: dict[str, str] = given.get("secrets") or {}
    return secrets if secret else {**(given.get("env") or {}), **secrets}


def environment(job: dict[str, Any], paths: JobPaths, python: str) -> dict[str, str]:
    """Our own environment plus where to log: enough for an unmodified script that calls `mlflow.log_metric`.

    Programs that were installed beside the job's Python (`torchrun`, `mlflow`, `python` itself) are found by name, as
    in an environment that is activated.

    Raises:
        OSError: the token or the bridge's file cannot be read.
    """
    bridge_file = Path(job["bridge_file"])
    bridge = read_json(bridge_file) or {}
    mlflow = job.get("mlflow") or {}
    no_proxy = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    environ = {
        **os.environ,
        "KARGAH_JOB_ID": job["job_id"],
        "KARGAH_JOB_DIR": str(paths.folder),
        "KARGAH_CHECKPOINT_DIR": str(paths.folder / "checkpoints"),
        "KARGAH_BRIDGE_FILE": str(bridge_file),
        "MLFLOW_TRACKING_URI": f"{bridge.get('url', '')}/mlflow",
        "MLFLOW_TRACKING_TOKEN": paths.token.read_text(encoding="ascii").strip(),
        "KARGAH_RUN_ID": str(mlflow.get("run_id", "")),
        "KARGAH_EXPERIMENT_ID": str(mlflow.get("experiment_id", "")),
        "PYTHONUNBUFFERED": "1",
        "PYTHONFAULTHANDLER": "1",
        "PYTHONIOENCODING": "utf-8",
        "GIT_PYTHON_REFRESH": "quiet",
    }
    beside, found = str(Path(python).parent), os.environ.get("PATH", os.defpath)
    if Path(python).is_absolute() and beside not in found.split(os.pathsep):
        environ["PATH"] = os.pathsep.join((beside, found))
    # Every process of a script inherits them. All would log to one run, which the gateway gives to whoever asks first;
    # and a store that the script names itself has no experiment of that id. To the gateway, no experiment is the job's.
    for name in ("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID"):
        environ.pop(name, None)
    # The bridge is on this machine: a proxy for the outside world must not stand between.
    environ["no_proxy"] = environ["NO_PROXY"] = f"{no_proxy},{_LOOPBACK}" if no_proxy else _LOOPBACK
    dataset = job.get("dataset")
    if dataset:
        environ["KARGAH_DATASET_ID"] = str(dataset["dataset_id"])
        environ["KARGAH_DATASET_PATH"] = str(dataset["path"])
    if job.get("cpus"):
        environ["OMP_NUM_THREADS"] = environ["MKL_NUM_THREADS"] = str(job["cpus"])
    if job.get("gpus") is not None:
        # Else CUDA counts from the fastest, and nobody else does.
        environ.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
        environ["CUDA_VISIBLE_DEVICES"] = ",".join(map(str, job["gpus"]))
    if job.get("resume_from"):
        environ["KARGAH_RESUME_FROM"] = str(job["resume_from"])
    given = variables(paths)
    if "MLFLOW_TRACKING_URI" in given:
        # It logs elsewhere: what names our MLflow's run means nothing there.
        for name in ("KARGAH_RUN_ID", "KARGAH_EXPERIMENT_ID", "MLFLOW_TRACKING_TOKEN"):
            environ.pop(name, None)
    return environ | given
