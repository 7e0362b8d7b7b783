"""The loop on a small problem: early stopping, rates, points, stop and resume."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from kargah.recipes.protocol import Batches, Task
from kargah.recipes.tabular import TabularParams
from kargah.training.checkpoint import Checkpoints, load_checkpoint
from kargah.training.failure import JobFailure
from kargah.training.loop import Listener, Progress, Stopped, evaluate, fit, learning_rate

DEFAULTS = TabularParams(epochs=6, batch_size=8, lr=0.01, patience=0)


class Heard:
    """Keeps what the loop told."""

    def __init__(self) -> None:
        self.points: list[tuple[dict[str, float], int]] = []
        self.progress: list[Progress] = []
        self.lines: list[str] = []
        self.first_steps = 0

    def listener(self) -> Listener:
        def metrics(values: Mapping[str, float], step: int) -> None:
            self.points.append((dict(values), step))

        def first_step() -> None:
            self.first_steps += 1

        return Listener(metrics, self.progress.append, self.lines.append, first_step)

    def steps(self, key: str) -> list[int]:
        return [step for values, step in self.points if key in values]


def problem(seed: int = 0, metrics: Callable[..., Mapping[str, float]] | None = None) -> Task:
    torch.manual_seed(seed)
    x = torch.randn(64, 4)
    y = (x.sum(1) > 0).long()
    network = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 2))
    return Task(
        network=network,
        train=Batches((x[:48],), y[:48]),
        validation=Batches((x[48:],), y[48:]),
        loss=nn.CrossEntropyLoss(),
        metrics=metrics or (lambda out, truth: {"accuracy": (out.argmax(1) == truth).float().mean().item()}),
        best_metric=("val_accuracy", "max"),
        export=lambda trained: trained,
        example=x[:2],
        metadata={},
    )


def never() -> bool:
    return False


def test_train_points_come_several_times_an_epoch_and_validation_once_at_its_end(tmp_path: Path) -> None:
    heard = Heard()
    fit(problem(), DEFAULTS, heard.listener(), Checkpoints(tmp_path), never)
    assert heard.steps("train_loss") == list(range(1, 37))
    assert (
        heard.steps("val_loss")
        == heard.steps("val_accuracy")
        == heard.steps("samples_per_second")
        == [6, 12, 18, 24, 30, 36]
    )
    assert heard.first_steps == 1
    assert heard.progress[-1].fraction == 1.0
    assert [p.epoch for p in heard.progress][-1] == 6
    assert sum(line.startswith("epoch ") for line in heard.lines) == 6


def test_a_long_run_does_not_drown_its_reader_in_points(tmp_path: Path) -> None:
    heard = Heard()
    many = dataclasses.replace(DEFAULTS, epochs=900)
    fit(problem(), many, heard.listener(), Checkpoints(tmp_path), never)
    assert len(heard.steps("train_loss")) <= 4501


def test_early_stopping_ends_a_run_that_gets_no_better_and_keeps_the_best_weights(tmp_path: Path) -> None:
    scores = iter([0.5, 0.9, 0.7, 0.6, 0.6, 0.6, 0.6, 0.6] * 2)

    def falling(_out: torch.Tensor, truth: torch.Tensor) -> dict[str, float]:
        return {"accuracy": next(scores) if len(truth) == 16 else 0.0}

    heard = Heard()
    settings = dataclasses.replace(DEFAULTS, epochs=100, patience=3)
    result = fit(problem(metrics=falling), settings, heard.listener(), Checkpoints(tmp_path), never)
    assert (result.best_epoch, result.epochs, result.early) == (2, 5, True)
    assert result.best_metrics["val_accuracy"] == 0.9
    assert any("stopped early" in line for line in heard.lines)
    saved = load_checkpoint(tmp_path)["best_state"]
    assert all(torch.equal(saved[k], v) for k, v in result.network.state_dict().items())


def test_the_rate_falls_from_the_given_one_to_a_hundredth(tmp_path: Path) -> None:
    for schedule, middle in (("cosine", 0.00505), ("linear", 0.00505), ("constant", 0.01)):
        settings = dataclasses.replace(DEFAULTS, schedule=schedule)  # type: ignore[arg-type]
        assert learning_rate(settings, 0, 100) == pytest.approx(0.01)
        assert learning_rate(settings, 50, 100) == pytest.approx(middle)
        assert learning_rate(settings, 100, 100) == pytest.approx(0.01 if schedule == "constant" else 0.0001)


def test_a_stop_writes_a_checkpoint_and_leaves_at_the_next_step(tmp_path: Path) -> None:
    heard = Heard()
    with pytest.raises(Stopped):
        fit(problem(), DEFAULTS, heard.listener(), Checkpoints(tmp_path), lambda: len(heard.points) >= 4)
    assert max(heard.steps("train_loss")) == 4
    assert load_checkpoint(tmp_path)["epoch"] == 0


def test_a_run_resumed_after_an_epoch_ends_with_the_weights_of_an_unbroken_one(tmp_path: Path) -> None:
    def finish(resume: dict[str, Any] | None, stop_after: int | None, folder: Path) -> dict[str, torch.Tensor]:
        heard = Heard()
        task = problem()
        with contextlib.suppress(Stopped):
            fit(
                task,
                DEFAULTS,
                heard.listener(),
                Checkpoints(folder),
                lambda: stop_after is not None and len(heard.steps("val_loss")) == stop_after,
                resume=resume,
            )
        return load_checkpoint(folder)["network"]  # type: ignore[no-any-return]

    whole = finish(None, None, tmp_path / "whole")
    finish(None, 3, tmp_path / "cut")
    resumed = finish(load_checkpoint(tmp_path / "cut"), None, tmp_path / "cut")
    assert all(torch.equal(whole[k], resumed[k]) for k in whole)


def test_a_loss_that_is_no_number_is_reported_and_ends_the_run(tmp_path: Path) -> None:
    task = dataclasses.replace(problem(), loss=lambda out, _truth: out.sum() * math.nan)
    heard = Heard()
    with pytest.raises(JobFailure) as caught:
        fit(task, DEFAULTS, heard.listener(), Checkpoints(tmp_path), never)
    assert caught.value.code == "loss_diverged"
    assert math.isnan(heard.points[0][0]["train_loss"])


def test_evaluation_leaves_no_gradient_and_no_dropout(tmp_path: Path) -> None:
    task = problem()
    first, second = (evaluate(task.network, task.validation) for _ in range(2))
    assert torch.equal(first, second)
    assert not first.requires_grad
