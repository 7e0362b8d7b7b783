"""The job that judges a registered model on other data: its report becomes artifacts of the job's run."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from kargah.evaluation import ROWS_FILE, HeldOut, Judged, JudgedRows, report_of
from kargah.judging.columns import Fitting, NotOurs, fitting
from kargah.judging.rows import Known, known_rows
from kargah.model_files import UnsafeModelFile, load_program
from kargah.protocols.failure import JobFailure
from kargah.reporting.run_ref import run_of
from kargah.training.entry import Context, dataset_of, run_job, say
from kargah.training.model import REFUSALS, MlflowImport, UploadRefused
from kargah.training.report import REPORT_FILE

MODEL_FILE = "judged.pt2"
"""In the job's folder; the bridge puts it there."""
FOLDER = "report"
"""Among the artifacts of the job's run."""
SEED = 0
FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 5.0


def judge(job_dir: Path) -> int:
    """As `run_job`. The bridge shows the reports of jobs that ended well alone: what ends before has left none."""
    return run_job(job_dir, _judge)


def _judge(context: Context) -> None:
    job = context.job
    importing = MlflowImport()
    importing.begin()
    dataset = dataset_of(job)
    try:
        loaded = load_program(context.folder / MODEL_FILE)
        about = json.loads(loaded.extra.get("kargah.json") or "{}")
        fits = fitting(about, job["dataset"]["kind"], dataset.path)
    except (UnsafeModelFile, NotOurs) as error:
        raise JobFailure("recipe_failed", reason=f"the model cannot be judged: {error}"[:500]) from error
    except FileNotFoundError as error:
        raise JobFailure("dataset_deleted") from error
    for one in fits.unknown:
        say(f"WARN {one.rows} rows have a {one.column or 'class'} that the model does not know: {', '.join(one.first)}")
    known = known_rows(about, loaded.program.module(), dataset)
    say(f"judging {len(known.places)} rows ({known.part}); {known.left_out} left out")
    began = time.monotonic()
    report, rows = _report(job, about, known, fits)
    say(f"report on {report['rows']} {known.part} rows in {1000 * (time.monotonic() - began):.0f} ms")
    context.reporter.progress(fraction=1.0)
    context.reporter.log({name: one["value"] for name, one in report["metrics"].items() if one["value"] is not None}, 0)
    folder = context.folder / FOLDER
    folder.mkdir(exist_ok=True)
    rows.write(folder / ROWS_FILE)
    (folder / REPORT_FILE).write_text(json.dumps(report, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    importing.wait()
    _send(context, folder)
    context.reporter.close()


def _report(
    job: Mapping[str, Any], about: Mapping[str, Any], known: Known, fits: Fitting
) -> tuple[dict[str, Any], JudgedRows]:
    answers = known.answer(np.arange(len(known.places)))
    held = HeldOut(part=known.part, places=known.places, rows=known.table, columns=known.columns)
    classes = about["classes"]
    report = report_of(held, Judged(answers, known.truth, classes, known.answer_rows), SEED)
    assert report is not None
    told = job["dataset"]
    report["chosen_on_these"] = _learned_on(about.get("dataset") or {}, told, known)
    report["judged_on"] = {
        "dataset_id": told["dataset_id"],
        "dataset_name": told["name"],
        "dataset_version": told.get("version"),
        "dataset_sha256": told.get("sha256"),
        "split_id": told.get("split_id") if known.part == "test" else None,
        "rows_left_out": known.left_out,
        "unknown": [asdict(one) | {"first": list(one.first)} for one in fits.unknown],
    }
    return report, JudgedRows.of(known.places, answers, known.truth, classes)


def _learned_on(learned: Mapping[str, Any], told: Mapping[str, Any], known: Known) -> bool:
    """Whether it may have learned from these very rows, or its best epoch have been chosen on them."""
    same = told.get("sha256") is not None and learned.get("sha256") == told["sha256"]
    tested = known.part == "test" and learned.get("split_id") == told.get("split_id")
    return same and not tested


def _send(context: Context, folder: Path) -> None:
    """As long as it takes, as a recipe's model is sent.

    Raises:
        UploadRefused: MLflow will never take it.
    """
    pause, told = FIRST_WAIT_SECONDS, False
    while not _sent(context, folder):
        if not told:
            told = True
            say("WARN the bridge or MLflow does not answer; the report is sent later")
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_WAIT_SECONDS)


def _sent(context: Context, folder: Path) -> bool:
    import requests
    from mlflow import MlflowClient, set_tracking_uri
    from mlflow.exceptions import MlflowException, RestException

    run = run_of(context.folder, context.job)
    if run is None:
        return False
    try:
        os.environ["MLFLOW_TRACKING_TOKEN"] = context.address.token()
        set_tracking_uri(f"{context.address.url()}/mlflow")
        client = MlflowClient()
        # The report last: who finds it finds its rows.
        for name in (ROWS_FILE, REPORT_FILE):
            client.log_artifact(run.run_id, str(folder / name), FOLDER)
    except RestException as error:
        if error.get_http_status_code() in REFUSALS:
            raise UploadRefused(str(error)) from error
        return False
    except requests.HTTPError as error:
        if error.response is not None and error.response.status_code in REFUSALS:
            raise UploadRefused(str(error)) from error
        return False
    except (MlflowException, OSError, ValueError, KeyError):
        return False
    return True
