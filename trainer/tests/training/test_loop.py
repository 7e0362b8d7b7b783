"""The loop on a small problem: early stopping, rates, points, stop and resume."""

from __future__ import annotations

import dataclasses
import math
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from kargah.protocols.failure import JobFailure
from kargah.protocols.task import Batches, Task
from kargah.recipes.tabular import TabularParams
from kargah.training.checkpoint import Checkpoints, load_checkpoint
from kargah.training.loop import Best, Listener, Progress, Stopped, evaluate, fit
from kargah.training.optimizer import Steps, clip_gradients, make_optimizer
from kargah.training.schedule import learning_rate
from kargah.training.threads import ThreadProbe, thread_choices

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


def scoring(*accuracies: float) -> Callable[..., Mapping[str, float]]:
    """Figures in which the validation split is answered with one of these accuracies after the other."""
    left = iter(accuracies)
    return lambda _out, truth: {"accuracy": next(left) if len(truth) == 16 else 0.0}


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


def test_the_best_epoch_is_told_no_later_than_its_figures(tmp_path: Path) -> None:
    heard = Heard()
    told: list[Progress | None] = []
    listener = heard.listener()

    def metrics(values: Mapping[str, float], step: int) -> None:
        if "val_accuracy" in values:
            told.append(heard.progress[-1])

    task = problem(metrics=scoring(0.5, 0.9, 0.7, 0.9, 0.6, 0.6))
    result = fit(task, DEFAULTS, dataclasses.replace(listener, metrics=metrics), Checkpoints(tmp_path), never)
    best = [progress.best for progress in told if progress is not None]
    assert heard.progress[0].best is None
    assert [one.value for one in best if one is not None] == [0.5, 0.9, 0.9, 0.9, 0.9, 0.9]
    assert best[-1] == Best("val_accuracy", 0.9, result.best_epoch)


def test_a_run_that_goes_on_tells_the_best_epoch_of_the_one_before(tmp_path: Path) -> None:
    three = dataclasses.replace(DEFAULTS, epochs=3)
    fit(problem(metrics=scoring(0.5, 0.9, 0.7)), three, Heard().listener(), Checkpoints(tmp_path), never)
    heard = Heard()
    checkpoint = load_checkpoint(tmp_path)
    fit(
        problem(metrics=scoring(0.6, 0.6, 0.6)),
        DEFAULTS,
        heard.listener(),
        Checkpoints(tmp_path),
        never,
        resume=checkpoint,
    )
    assert {progress.best for progress in heard.progress} == {Best("val_accuracy", 0.9, 2)}


def test_a_long_run_does_not_drown_its_reader_in_points(tmp_path: Path) -> None:
    heard = Heard()
    many = dataclasses.replace(DEFAULTS, epochs=900)
    fit(problem(), many, heard.listener(), Checkpoints(tmp_path), never)
    assert len(heard.steps("train_loss")) <= 4501


def test_early_stopping_ends_a_run_that_gets_no_better_and_keeps_the_best_weights(tmp_path: Path) -> None:
    heard = Heard()
    settings = dataclasses.replace(DEFAULTS, epochs=100, patience=3)
    result = fit(
        problem(metrics=scoring(0.5, 0.9, 0.7, 0.6, 0.6)), settings, heard.listener(), Checkpoints(tmp_path), never
    )
    assert (result.best_epoch, result.epochs, result.early) == (2, 5, True)
    assert result.best_metrics["val_accuracy"] == 0.9
    assert any("stopped early" in line for line in heard.lines)
    saved = load_checkpoint(tmp_path).state["best_state"]
    assert all(torch.equal(saved[k], v) for k, v in result.network.state_dict().items())


@pytest.mark.parametrize(("seconds", "newest"), [(0.0, ["epoch-008.pt", "epoch-009.pt"]), (3600.0, ["epoch-009.pt"])])
def test_the_newest_checkpoints_and_the_best_epochs_stay_however_short_the_epochs_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, newest: list[str]
) -> None:
    monkeypatch.setattr("kargah.training.loop.CHECKPOINT_EVERY_SECONDS", seconds)
    task = problem(metrics=scoring(0.5, 0.6, 0.9, 0.7, 0.8, 0.6, 0.6, 0.6, 0.6))
    nine = dataclasses.replace(DEFAULTS, epochs=9)
    result = fit(task, nine, Heard().listener(), Checkpoints(tmp_path, keep=2), never)
    assert [path.name for path in Checkpoints(tmp_path).all()] == ["epoch-003.pt", *newest]
    best = load_checkpoint(tmp_path / "epoch-003.pt").state
    assert (best["epoch"], best["best_epoch"], best["best_metrics"]["val_accuracy"]) == (3, 3, 0.9)
    assert all(torch.equal(best["network"][k], v) for k, v in result.network.state_dict().items())
    assert {int(moments["step"]) for moments in best["optimizer"]["state"].values()} == {18}


def test_a_stop_leaves_the_best_epochs_checkpoint_too(tmp_path: Path) -> None:
    heard, task = Heard(), problem(metrics=scoring(0.5, 0.9, 0.7))
    with pytest.raises(Stopped):
        fit(task, DEFAULTS, heard.listener(), Checkpoints(tmp_path), lambda: 20 in heard.steps("train_loss"))
    assert [path.name for path in Checkpoints(tmp_path).all()] == ["epoch-002.pt", "epoch-003-step-20.pt"]


def test_the_rate_falls_from_the_given_one_to_a_hundredth() -> None:
    for schedule, middle in (("cosine", 0.00505), ("linear", 0.00505), ("constant", 0.01)):
        settings = dataclasses.replace(DEFAULTS, schedule=schedule, warmup=0.0)  # type: ignore[arg-type]
        assert learning_rate(settings, 0, 100) == pytest.approx(0.01)
        assert learning_rate(settings, 50, 100) == pytest.approx(middle)
        assert learning_rate(settings, 100, 100) == pytest.approx(0.01 if schedule == "constant" else 0.0001)


def test_the_rate_rises_first_when_asked_to_and_one_cycle_brings_its_own_rise() -> None:
    warm = dataclasses.replace(DEFAULTS, warmup=0.1)
    rates = [learning_rate(warm, step, 100) for step in range(100)]
    assert rates[:10] == sorted(rates[:10])
    assert max(rates) == rates[10] == pytest.approx(0.01)
    assert rates[0] < 0.001
    cycle = [learning_rate(dataclasses.replace(DEFAULTS, schedule="one_cycle"), step, 100) for step in range(101)]
    assert cycle.index(max(cycle)) == 30
    assert (cycle[0], cycle[30], cycle[100]) == pytest.approx((0.0004, 0.01, 0.000001))


def test_a_stop_writes_a_checkpoint_and_leaves_at_the_next_step(tmp_path: Path) -> None:
    heard = Heard()
    with pytest.raises(Stopped):
        fit(problem(), DEFAULTS, heard.listener(), Checkpoints(tmp_path), lambda: len(heard.points) >= 4)
    assert max(heard.steps("train_loss")) == 4
    assert load_checkpoint(tmp_path).path.name == "epoch-000-step-4.pt"


def test_clipping_gives_the_gradients_that_torch_gives() -> None:
    first, second = problem().network.eval(), problem().network.eval()
    for network in (first, second):
        (network(torch.ones(3, 4)).sum() * 100).backward()
    clip_gradients(list(first.parameters()), 0.5)
    nn.utils.clip_grad_norm_(second.parameters(), 0.5)
    for ours, theirs in zip(first.parameters(), second.parameters(), strict=True):
        assert ours.grad is not None
        assert theirs.grad is not None
        assert torch.allclose(ours.grad, theirs.grad, rtol=1e-5)


@pytest.mark.parametrize("kind", ["adamw", "adam", "sgd"])
def test_a_step_without_bookkeeping_is_the_step_of_the_optimizer(kind: Any) -> None:
    settings = dataclasses.replace(DEFAULTS, optimizer=kind)
    first, second = problem().network.eval(), problem().network.eval()
    ours, theirs = Steps(make_optimizer(settings, first)), make_optimizer(settings, second)
    for i in range(5):
        for network in (first, second):
            network.zero_grad()
            network(torch.full((3, 4), float(i))).square().sum().backward()
        ours.take(0.01 / (i + 1))
        theirs.param_groups[0]["lr"] = 0.01 / (i + 1)
        theirs.step()
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    states = [o.state_dict()["state"] for o in (ours.optimizer, theirs)]
    assert all(torch.equal(states[0][i][key], states[1][i][key]) for i in states[0] for key in states[0][i])


@pytest.mark.parametrize("kind", ["adamw", "adam", "sgd"])
def test_every_optimizer_learns(tmp_path: Path, kind: Any) -> None:
    settings = dataclasses.replace(DEFAULTS, optimizer=kind, epochs=20, lr=0.05)
    assert isinstance(make_optimizer(settings, problem().network), torch.optim.Optimizer)
    result = fit(problem(), settings, Heard().listener(), Checkpoints(tmp_path), never)
    assert result.best_metrics["val_accuracy"] >= 0.8


@pytest.mark.parametrize(
    ("precision", "gains", "able", "expected"),
    [
        ("bf16", False, False, torch.bfloat16),
        ("off", True, True, torch.float32),
        ("auto", True, True, torch.bfloat16),
        ("auto", True, False, torch.float32),
        ("auto", False, True, torch.float32),
    ],
)
def test_a_step_computes_in_bfloat16_where_asked_to_or_where_processor_and_network_gain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, precision: Any, gains: bool, able: bool, expected: torch.dtype
) -> None:
    monkeypatch.setattr("kargah.training.optimizer.computes_bf16", lambda _device: able)
    task, seen, by_hand = problem(), set[torch.dtype](), list[bool]()
    first = task.network[0]  # type: ignore[index]
    first.register_forward_hook(lambda _m, _i, out: seen.add(out.dtype) if torch.is_grad_enabled() else None)

    def gradients(inputs: tuple[torch.Tensor, ...], targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        by_hand.append(True)
        answer = task.network(*inputs)
        loss = task.loss(answer, targets)
        task.network.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        return answer.detach(), loss.detach()

    settings = dataclasses.replace(DEFAULTS, precision=precision, epochs=1)
    written_out = dataclasses.replace(task, bf16=gains, gradients=gradients)
    fit(written_out, settings, Heard().listener(), Checkpoints(tmp_path), never)
    assert seen == {expected}
    # Gradients that are written out know float32 only.
    assert bool(by_hand) == (expected == torch.float32)


def test_the_rate_of_every_step_is_that_of_the_schedule(tmp_path: Path) -> None:
    heard = Heard()
    settings = dataclasses.replace(DEFAULTS, schedule="one_cycle")
    fit(problem(), settings, heard.listener(), Checkpoints(tmp_path), never)
    rates = [(values["lr"], step) for values, step in heard.points if "lr" in values]
    assert [rate for rate, _ in rates] == [learning_rate(settings, step - 1, 36) for _, step in rates]
    assert len({rate for rate, _ in rates}) > 10


@pytest.mark.parametrize(("most", "reach"), [(0.5, 0.05), (0.0, 1.0)])
def test_a_steep_loss_moves_the_weights_no_further_than_clipping_lets_it(
    tmp_path: Path, most: float, reach: float
) -> None:
    task = problem()
    steep = dataclasses.replace(task, loss=lambda out, truth: 1000 * nn.functional.cross_entropy(out, truth))
    before = torch.cat([p.detach().flatten() for p in task.network.parameters()])
    settings = dataclasses.replace(
        DEFAULTS, optimizer="sgd", lr=0.1, weight_decay=0.0, schedule="constant", warmup=0.0, grad_clip=most
    )
    steps = 0

    def after_one() -> bool:
        nonlocal steps
        steps += 1
        return steps > 1

    with pytest.raises(Stopped):
        fit(steep, settings, Heard().listener(), Checkpoints(tmp_path), after_one)
    moved = (torch.cat([p.detach().flatten() for p in task.network.parameters()]) - before).norm().item()
    assert (moved <= reach * 1.001) == (most > 0)
    assert moved > 0.9 * reach


def test_bfloat16_trains_to_float32_weights(tmp_path: Path) -> None:
    settings = dataclasses.replace(DEFAULTS, precision="bf16", epochs=20, lr=0.05)
    result = fit(problem(), settings, Heard().listener(), Checkpoints(tmp_path), never)
    assert result.best_metrics["val_accuracy"] >= 0.8
    assert {p.dtype for p in result.network.parameters()} == {torch.float32}


@pytest.mark.parametrize(
    ("given", "variable", "load", "choices"),
    [
        (None, "", 0.4, [1, 2, 4]),
        (None, "", 2.9, [1, 2]),
        (None, "", 50.0, [1]),
        (3, "", 50.0, [1, 2]),
        (None, "2", 50.0, [1, 2]),
        (None, "none", 0.0, [1, 2, 4]),
    ],
)
def test_no_more_threads_are_tried_than_were_given_or_are_free(
    monkeypatch: pytest.MonkeyPatch, given: int | None, variable: str, load: float, choices: list[int]
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", variable)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1, 2, 3})
    monkeypatch.setattr(os, "getloadavg", lambda: (load, load, load))
    monkeypatch.setattr(Path, "read_text", lambda *_args, **_kw: "0 0 0 99/300 1")
    assert thread_choices(8, given) == choices
    assert thread_choices(1, given) == [1]


def test_the_faster_thread_count_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    now, asked = [0.0], list[int]()
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(torch, "set_num_threads", asked.append)
    probe = ThreadProbe([1, 2, 4])
    for _ in range(12):
        assert probe.chosen is None
        probe.before_step()
        now[0] += {1: 0.010, 2: 0.006, 4: 0.0058}[asked[-1]]
        probe.after_step()
    # Four threads are no tenth faster than two.
    assert probe.chosen == asked[-1] == 2


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
