"""What the job process does for a recipe: read the job, train, log the model, say how it ended."""

from __future__ import annotations

import errno
import json
import os
import signal
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from types import FrameType
from typing import Any

import torch

from kargah.protocols.failure import JobFailure, write_failure
from kargah.recipes import BrokenRecipe, DatasetRef, InvalidParams, Recipe, Task, find, parse_params
from kargah.reporting.gateway import Address
from kargah.reporting.reporter import Reporter
from kargah.reporting.run_ref import run_of
from kargah.training.checkpoint import Checkpoints, load_checkpoint
from kargah.training.device import CPU, describe_device, device_for
from kargah.training.loop import Fit, Listener, Progress, Stopped, evaluate, fit
from kargah.training.memory import keep_freed_memory
from kargah.training.model import MlflowImport, UploadRefused, save_model
from kargah.training.pending_model import PendingModel
from kargah.training.report import Reported, report_on
from kargah.training.threads import thread_choices

EXIT_STOPPED = 128 + signal.SIGTERM
FAILED_FLUSH_SECONDS = 10.0


def run_recipe(job_dir: Path) -> int:
    """Runs the recipe that `job.json` names, as `run_job` says; a checkpoint is kept where it is stopped."""
    return run_job(job_dir, _run)


def run_job(job_dir: Path, work: Callable[[Context], None]) -> int:
    """Exit code 0, 1 with `failure.json`, 143 after SIGTERM.

    Must be called in the main thread of a process of its own: it takes SIGTERM over.
    """
    began = time.monotonic()
    job = json.loads((job_dir / "job.json").read_text(encoding="utf-8"))
    stop = StopSignal()
    stop.install()
    address = Address(Path(job["bridge_file"]), job_dir / "token")
    reporter = Reporter(job_dir / "spool", address, lambda: run_of(job_dir, job), say=say)
    try:
        work(Context(job, job_dir, address, reporter, stop, began))
    except Stopped:
        say("stopped")
        reporter.close(timeout=max(0.5, 0.4 * float(job.get("grace_seconds") or 10)))
        return EXIT_STOPPED
    except BaseException as error:
        stop.deferred = True
        failure = failure_of(error)
        if failure.code == "recipe_failed":
            traceback.print_exc()
        say(f"ERROR {failure}")
        write_failure(job_dir, failure)
        reporter.close(timeout=FAILED_FLUSH_SECONDS, giving_up=lambda: stop.requested)
        return 1
    return 0


class StopSignal:
    """SIGTERM: while `deferred` (in the loop) a flag, looked at before each step; elsewhere it ends what runs."""

    def __init__(self) -> None:
        self.requested = False
        self.deferred = False

    def install(self) -> None:
        signal.signal(signal.SIGTERM, self._handle)

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if self.requested:
            return
        self.requested = True
        say("SIGTERM: stopping")
        if not self.deferred:
            raise Stopped


def say(line: str) -> None:
    """One line of the job's log: time, level, text."""
    level, text = "INFO", line
    for word in ("WARN", "ERROR"):
        if line.startswith(word + " "):
            level, text = word, line[len(word) + 1 :]
    text = text.removeprefix("INFO ")
    print(f"{datetime.now():%H:%M:%S.%f}"[:-3] + f" {level:<5} {text}", flush=True)


def failure_of(error: BaseException) -> JobFailure:
    """The coded form of anything that may end a recipe."""
    if isinstance(error, JobFailure):
        return error
    text = str(error)
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in text:
        return JobFailure("out_of_memory")
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return JobFailure("storage_full")
    if isinstance(error, InvalidParams | UploadRefused):
        return JobFailure("recipe_failed", reason=text[:500])
    return JobFailure("recipe_failed", reason=f"{type(error).__name__}: {text}"[:500])


@dataclass(frozen=True)
class Context:
    """The job, and by what it tells of itself."""

    job: dict[str, Any]
    folder: Path
    address: Address
    reporter: Reporter
    stop: StopSignal
    began: float


def _run(context: Context) -> None:
    job, reporter, stop = context.job, context.reporter, context.stop
    recipe = _recipe(str(job["recipe"]))
    dataset = dataset_of(job)
    params: Any = parse_params(recipe.INFO.params, job["params"])
    device = device_for(job.get("gpus") or [])
    keep_freed_memory()
    # Not `torch.manual_seed`: it takes a picture of the stack for each kind of device that is not there.
    torch.default_generator.manual_seed(params.seed)
    task = recipe.prepare(params, dataset)
    # Beside a GPU the processor only gathers batches.
    threads = thread_choices(task.threads if device == CPU else 1, job.get("cpus"))
    for note in task.notes:
        say(note)
    tried = f"threads={threads[0]}" if len(threads) == 1 else f"threads: trying {', '.join(map(str, threads))}"
    say(f"device={describe_device(device)} {tried} seed={params.seed}")
    _say_best_metric(context.folder, *task.best_metric)
    importing = MlflowImport()

    def first_step() -> None:
        reporter.progress(
            first_step_at=datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        )
        say(f"first optimizer step after {1000 * (time.monotonic() - context.began):.0f} ms")

    begun: list[None] = []

    def on_progress(progress: Progress) -> None:
        reporter.progress(**asdict(progress))
        # Only after the first point is sent: importing holds the interpreter's lock now and then.
        if not begun and progress.step > 1:
            begun.append(None)
            importing.begin()

    listener = Listener(metrics=reporter.log, progress=on_progress, log=say, first_step=first_step)
    checkpoints = Checkpoints(context.folder / "checkpoints", keep=params.keep_checkpoints)
    resume = None
    if job.get("resume_from"):
        resume = load_checkpoint(Path(job["resume_from"]), say)
        checkpoints.adopt(resume.path)
    stop.deferred = True
    trained = fit(
        task,
        params,
        listener,
        checkpoints,
        lambda: stop.requested,
        device=device,
        threads=threads,
        identity={"recipe": job["recipe"], "dataset": dataset.sha256, "params": asdict(params)},
        resume=resume,
    )
    stop.deferred = False
    if stop.requested:
        raise Stopped
    key, _ = task.best_metric
    say(f"best epoch {trained.best_epoch}: {key}={trained.best_metrics[key]:.4g}; saving the model")
    tested = _tested(task, trained, lambda: stop.requested)
    if tested:
        reporter.log(tested, trained.best_step)
        say("tested once: " + "  ".join(f"{name}={value:.4g}" for name, value in tested.items()))
    result = {
        "best_metric": {"key": key, "value": trained.best_metrics[key], "epoch": trained.best_epoch},
        "metrics": dict(trained.best_metrics) | tested,
    }
    report = _report(task, trained, params.seed, lambda: stop.requested)
    _log_model(context, task, trained, importing, _Along(result, report))
    reporter.progress(fraction=1.0, eta_seconds=0.0)
    reporter.close()


def dataset_of(job: dict[str, Any]) -> DatasetRef:
    """
    Raises:
        JobFailure: `dataset_deleted`.
    """
    told = job["dataset"]
    if told is None:
        raise JobFailure("dataset_deleted")
    return DatasetRef(
        name=told["name"],
        path=Path(told["path"]),
        sha256=told.get("sha256"),
        suggested_target=told.get("suggested_target"),
        parts=Path(told["split_path"]) if told.get("split_path") else None,
        parts_sha256=told.get("split_sha256"),
    )


def _recipe(name: str) -> Recipe:
    """
    Raises:
        JobFailure: this Python does not have it, or it cannot be used.
    """
    source = find(name)
    if source is None:
        raise JobFailure("unknown_recipe", recipe=name)
    try:
        return source.load()
    except BrokenRecipe as error:
        if error.__cause__ is not None:
            traceback.print_exception(error.__cause__)
        raise JobFailure("recipe_broken", recipe=name, package=source.package, reason=str(error)) from error


def _say_best_metric(folder: Path, key: str, mode: str) -> None:
    """For a sweep, which compares its jobs by it. Not flushed to the disk, since the first step waits for it."""
    temporary = folder / f".best_metric.json.{os.getpid()}"
    temporary.write_text(json.dumps({"key": key, "mode": mode}), encoding="utf-8")
    temporary.replace(folder / "best_metric.json")


def _tested(task: Task, trained: Fit, stopping: Callable[[], bool]) -> dict[str, float]:
    """Figures of the best epoch's network on rows that nothing was learned or chosen from."""
    if task.test is None:
        return {}
    answers = evaluate(trained.network, task.test, task.evaluation_rows, stopping)
    truth = task.test.targets
    figures = {"loss": task.loss(answers, truth).item(), **task.metrics(answers, truth)}
    return {f"test_{name}": value for name, value in figures.items()}


def _report(task: Task, trained: Fit, seed: int, stopping: Callable[[], bool]) -> Reported | None:
    """A job whose report cannot be made has its model all the same."""
    began = time.monotonic()
    try:
        reported = report_on(task, trained.network, seed, stopping, say)
    except Exception:
        traceback.print_exc()
        say("WARN the report could not be made; the model is kept without it")
        return None
    if reported is not None:
        report = reported.report
        say(f"report on {report['rows']} {report['part']} rows in {1000 * (time.monotonic() - began):.0f} ms")
    return reported


@dataclass(frozen=True)
class _Along:
    """What goes with the model."""

    result: Mapping[str, Any]
    reported: Reported | None


def _log_model(context: Context, task: Task, trained: Fit, importing: MlflowImport, along: _Along) -> None:
    job = context.job
    metadata = dict(task.metadata) | {
        "job_id": job["job_id"],
        "dataset": {key: job["dataset"].get(key) for key in ("dataset_id", "name", "version", "sha256", "split_id")},
        "metrics": dict(trained.best_metrics),
    }
    importing.wait()
    pending = PendingModel(context.folder)
    save_model(task, trained.network, metadata, pending.folder)
    if along.reported is not None:
        along.reported.write(pending.folder)
    # From here on the saved model survives this process, and the next bridge can send it to MLflow.
    pending.keep(trained.best_step, metadata, along.result)
    told: list[None] = []

    def wait(seconds: float) -> bool:
        if not told:
            told.append(None)
            say("WARN the bridge or MLflow does not answer; the model is kept and sent later")
        time.sleep(seconds)
        return True

    pending.send(wait)
    model = json.loads((context.folder / "result.json").read_text(encoding="utf-8"))["model"]
    say(f"model logged: {model['uri']} ({model['size_bytes'] / 1024:.0f} KB)")
