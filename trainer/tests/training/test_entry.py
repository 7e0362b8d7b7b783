"""A job as the supervisor runs it: a process of its own in a job folder, where no bridge answers."""

from __future__ import annotations

import errno
import hashlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mlflow.pytorch
import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.datasets import load_iris

from kargah.client.predict import Predictor
from kargah.evaluation import JudgedRows
from kargah.protocols.failure import JobFailure
from kargah.recipes import RECIPES, DatasetRef, parse_params
from kargah.reporting.spool import has_pending
from kargah.training.checkpoint import Checkpoints, load_checkpoint
from kargah.training.model import save_model

from ..conftest import DEADLINE_SECONDS, write_job

RUN = """
import sys
from pathlib import Path
from kargah.training.entry import run_recipe
sys.exit(run_recipe(Path(sys.argv[1])))
"""


@contextmanager
def running(job_dir: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, "-c", RUN, str(job_dir)], stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def iris(tmp_path: Path) -> Path:
    path = tmp_path / "data.parquet"
    load_iris(as_frame=True).frame.to_parquet(path, index=False)
    return path


def test_sigterm_in_training_leaves_a_checkpoint_and_exit_code_143(job_dir: Path, iris: Path) -> None:
    write_job(job_dir, iris, {"target": "target", "epochs": 10_000, "patience": 0}, grace_seconds=2)
    with running(job_dir) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "epoch 3/10000" in line:
                process.send_signal(signal.SIGTERM)
                break
        rest = process.stdout.read()
        assert process.wait(timeout=DEADLINE_SECONDS) == 143
    assert "checkpoint saved" in rest
    assert load_checkpoint(job_dir / "checkpoints").state["epoch"] >= 3
    assert has_pending(job_dir / "spool")
    assert not (job_dir / "failure.json").exists()


def test_a_job_resumes_anothers_checkpoint_unless_its_network_is_another(job_dir: Path, iris: Path) -> None:
    params = {"target": "target", "epochs": 10_000, "patience": 0}
    write_job(job_dir, iris, params, grace_seconds=2)
    with running(job_dir) as process:
        assert process.stdout is not None
        next(line for line in process.stdout if "epoch 2/10000" in line)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=DEADLINE_SECONDS)
    left = job_dir / "checkpoints"
    write_job(job_dir, iris, params | {"hidden": [4]}, resume_from=str(left))
    with running(job_dir) as process:
        process.communicate(timeout=DEADLINE_SECONDS)
    failure = json.loads((job_dir / "failure.json").read_text())
    assert failure == {"code": "checkpoint_mismatch", "params": {"name": "hidden"}}
    newest = Checkpoints(left).all()[-1]
    newest.write_bytes(newest.read_bytes()[:100])
    for older in Checkpoints(left).all()[:-1]:
        older.unlink()
    write_job(job_dir, iris, params, resume_from=str(left))
    with running(job_dir) as process:
        log, _ = process.communicate(timeout=DEADLINE_SECONDS)
    assert f"WARN  checkpoint {newest.name} is damaged" in log
    assert json.loads((job_dir / "failure.json").read_text())["code"] == "job_has_no_checkpoint"


def test_the_rows_of_the_test_part_are_judged_once_at_the_end(job_dir: Path, iris: Path, tmp_path: Path) -> None:
    part = np.array([0, 0, 0, 1, 2] * 30, dtype=np.uint8)
    pd.DataFrame({"part": part}).to_parquet(tmp_path / "split.parquet", index=False)
    given = {"split_path": str(tmp_path / "split.parquet"), "split_sha256": hashlib.sha256(part.tobytes()).hexdigest()}
    write_job(job_dir, iris, {"target": "target", "epochs": 3})
    job = json.loads((job_dir / "job.json").read_text())
    job["dataset"] |= given
    (job_dir / "job.json").write_text(json.dumps(job))
    with running(job_dir) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "the model is kept and sent later" in line:
                break
        process.send_signal(signal.SIGTERM)
    log = "".join(lines)
    assert "train=90 validation=30 test=30" in log
    tested = next(line for line in lines if "tested once" in line)
    assert "report on 30 test rows" in log
    report = json.loads((job_dir / "model" / "report.json").read_text())
    assert (report["part"], report["rows"], report["chosen_on_these"]) == ("test", 30, False)
    assert f"test_accuracy={report['metrics']['accuracy']['value']:.4g}" in tested
    assert {one["row"] for one in report["worst"]} <= set(np.flatnonzero(part == 2).tolist())
    with (job_dir / "model" / "report_rows.npz").open("rb") as file:
        rows = JudgedRows.read(file)
    assert sorted(rows.places.tolist()) == np.flatnonzero(part == 2).tolist()
    assert 1 - rows.losses("accuracy").mean() == pytest.approx(report["metrics"]["accuracy"]["value"])
    assert rows.losses("log_loss").mean() == pytest.approx(report["metrics"]["log_loss"]["value"], rel=1e-4)
    assert sorted(one["column"] for one in report["importance"]) == sorted(pd.read_parquet(iris).columns.drop("target"))
    keys = [key for line in (job_dir / "spool/keys.jsonl").read_text().splitlines() for key in json.loads(line)]
    assert {"test_loss", "test_accuracy"} <= set(keys)


@pytest.mark.parametrize(("target", "task"), [("target", "classification"), ("petal width (cm)", "regression")])
def test_without_a_test_part_the_report_says_that_the_best_epoch_was_chosen_on_its_rows(
    job_dir: Path, iris: Path, target: str, task: str
) -> None:
    write_job(job_dir, iris, {"target": target, "epochs": 2})
    with running(job_dir) as process:
        assert process.stdout is not None
        next(line for line in process.stdout if "the model is kept and sent later" in line)
        process.send_signal(signal.SIGTERM)
    report = json.loads((job_dir / "model" / "report.json").read_text())
    assert (report["task"], report["part"], report["rows"], report["chosen_on_these"]) == (task, "validation", 30, True)


@pytest.mark.parametrize(
    ("target", "best"),
    [
        ("target", {"key": "val_accuracy", "mode": "max"}),
        ("petal width (cm)", {"key": "val_loss", "mode": "min"}),
    ],
    ids=["classes", "a quantity"],
)
def test_a_job_says_by_what_it_will_keep_its_weights_before_it_logs_a_point(
    job_dir: Path, iris: Path, target: str, best: dict[str, str]
) -> None:
    write_job(job_dir, iris, {"target": target, "epochs": 2})
    with running(job_dir) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "first optimizer step" in line:
                said = json.loads((job_dir / "best_metric.json").read_text())
            if "best epoch" in line:
                break
    assert said == best
    assert f": {best['key']}=" in lines[-1]


@pytest.mark.parametrize(
    ("params", "code"), [({"target": "nothing"}, "target_missing"), ({"epochs": 0}, "recipe_failed")]
)
def test_a_job_that_cannot_run_says_why_in_its_folder_and_its_log(
    job_dir: Path, iris: Path, params: dict[str, Any], code: str
) -> None:
    write_job(job_dir, iris, params)
    with running(job_dir) as process:
        log, _ = process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == 1
    assert json.loads((job_dir / "failure.json").read_text())["code"] == code
    assert "ERROR" in log


def test_a_job_whose_gpu_cannot_be_used_gives_it_back_at_once(
    job_dir: Path, iris: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    write_job(job_dir, iris, {"target": "target"}, gpus=["0"])
    with running(job_dir) as process:
        process.communicate(timeout=DEADLINE_SECONDS)
    assert json.loads((job_dir / "failure.json").read_text()) == {"code": "gpu_unusable", "params": {}}


def test_a_saved_model_is_loaded_back_by_mlflow_and_by_torch_alone(tmp_path: Path, iris: Path) -> None:
    recipe = RECIPES["tabular"]
    task = recipe.prepare(parse_params(recipe.INFO.params, {"target": "target"}), DatasetRef("iris", iris))
    folder = tmp_path / "saved" / "model"
    folder.parent.mkdir()
    save_model(task, task.network, task.metadata, folder)
    rows = torch.tensor(pd.read_parquet(iris).drop(columns="target").to_numpy(), dtype=torch.float32)
    expected = task.export(task.network).eval()(rows)
    for model in (mlflow.pytorch.load_model(str(folder)), torch.export.load(folder / "data" / "model.pt2").module()):
        assert torch.allclose(model(rows), expected, atol=1e-6)
    assert mlflow.pyfunc.load_model(str(folder)).predict(rows.numpy()).shape == (150, 3)
    about = json.loads((folder / "extra_files" / "kargah.json").read_text())
    assert [c["name"] for c in about["input"]["columns"]] == list(pd.read_parquet(iris).columns[:-1])
    assert about["classes"] == ["0", "1", "2"]
    predictor = Predictor.load(folder / "data" / "model.pt2")
    assert set(predictor.predict(pd.read_parquet(iris))) <= {0, 1, 2}
    assert not [p for p in folder.rglob("*") if p.suffix in {".pkl", ".pth"}]


def test_memory_and_disk_that_run_out_have_their_own_codes() -> None:
    from kargah.training.entry import failure_of

    assert failure_of(MemoryError()).code == "out_of_memory"
    too_much = RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes")
    assert failure_of(too_much).code == "out_of_memory"
    assert failure_of(OSError(errno.ENOSPC, "No space left on device")).code == "storage_full"
    assert failure_of(np.linalg.LinAlgError("x")).code == "recipe_failed"
    assert failure_of(JobFailure("no_features")).code == "no_features"
