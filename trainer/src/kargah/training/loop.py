"""The training loop: data in memory, batches by index, early stopping, checkpoints, and an end at any step."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import torch
from torch import Tensor, nn

from ..recipes.protocol import Batches, Task
from .checkpoint import Checkpoints
from .failure import JobFailure

TRAIN_POINTS_PER_EPOCH = 8
MOST_TRAIN_POINTS = 4000
CHECKPOINT_EVERY_SECONDS = 2.0
EVALUATION_BATCH = 4096


class Settings(Protocol):
    """What the loop reads of a recipe's parameters."""

    @property
    def epochs(self) -> int: ...
    @property
    def batch_size(self) -> int: ...
    @property
    def lr(self) -> float: ...
    @property
    def optimizer(self) -> Literal["adamw", "adam", "sgd"]: ...
    @property
    def schedule(self) -> Literal["cosine", "linear", "constant"]: ...
    @property
    def weight_decay(self) -> float: ...
    @property
    def grad_clip(self) -> float: ...
    @property
    def patience(self) -> int: ...
    @property
    def seed(self) -> int: ...


@dataclass(frozen=True)
class Progress:
    fraction: float
    epoch: int
    epochs: int
    step: int
    steps: int
    eta_seconds: float | None


@dataclass(frozen=True)
class Listener:
    """Where the loop tells what happens."""

    metrics: Callable[[Mapping[str, float], int], None]
    progress: Callable[[Progress], None]
    log: Callable[[str], None]
    first_step: Callable[[], None]


@dataclass(frozen=True)
class Fit:
    """How a run ended: `network` carries the best epoch's weights."""

    network: nn.Module
    best_epoch: int
    best_step: int
    best_metrics: Mapping[str, float]
    """Every validation figure of the best epoch, with its prefix."""
    epochs: int
    early: bool


class Stopped(BaseException):
    """Someone asked to stop. No `except Exception` of a library may swallow it."""


def fit(
    task: Task,
    settings: Settings,
    listener: Listener,
    checkpoints: Checkpoints,
    stopping: Callable[[], bool],
    *,
    resume: Mapping[str, Any] | None = None,
) -> Fit:
    """Trains until the last epoch, or until `patience` epochs brought nothing better.

    Equal seeds give equal weights on a CPU, also across a stop and a resume at an epoch's end.

    Raises:
        JobFailure: `loss_diverged` when a loss is not finite.
        Stopped: `stopping()` became true; asked before every step.
    """
    run = _Run(task, settings, listener, checkpoints, stopping)
    if resume is not None:
        run.restore(resume)
    return run.go()


def learning_rate(settings: Settings, step: int, steps: int) -> float:
    """The rate of optimizer step `step` (from 0) of `steps`."""
    share = step / max(1, steps)
    if settings.schedule == "cosine":
        return settings.lr * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))
    if settings.schedule == "linear":
        return settings.lr * (1 - 0.99 * share)
    return settings.lr


@torch.no_grad()
def evaluate(network: nn.Module, split: Batches) -> Tensor:
    """Outputs for a whole split, without gradients and without dropout."""
    network.eval()
    return torch.cat([network(*inputs) for inputs in _chunks(split)])


class _Run:
    def __init__(
        self,
        task: Task,
        settings: Settings,
        listener: Listener,
        checkpoints: Checkpoints,
        stopping: Callable[[], bool],
    ) -> None:
        self.task, self.settings, self.listener = task, settings, listener
        self.checkpoints, self.stopping = checkpoints, stopping
        self.network = task.network
        self.optimizer = _optimizer(settings, self.network)
        self.steps_per_epoch = math.ceil(len(task.train) / settings.batch_size)
        self.steps = self.steps_per_epoch * settings.epochs
        self.interval = max(
            1, round(self.steps_per_epoch / TRAIN_POINTS_PER_EPOCH), math.ceil(self.steps / MOST_TRAIN_POINTS)
        )
        self.epoch = self.step = self.best_epoch = 0
        self.best_state: dict[str, Tensor] = {}
        self.best_metrics: dict[str, float] = {}
        self.started = self.saved_at = time.monotonic()
        self.started_step = 0

    def restore(self, state: Mapping[str, Any]) -> None:
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.epoch, self.best_epoch = state["epoch"], state["best_epoch"]
        self.step = self.started_step = self.epoch * self.steps_per_epoch
        self.best_state, self.best_metrics = dict(state["best_state"]), dict(state["best_metrics"])
        self.listener.log(f"resumed after epoch {self.epoch}")

    def go(self) -> Fit:
        early = False
        while self.epoch < self.settings.epochs and not early:
            train, loss = self._train_one_epoch()
            figures = self._judge(train, loss)
            improved = self._keep_best(figures)
            patience = self.settings.patience
            early = patience > 0 and self.epoch - self.best_epoch >= patience
            last = early or self.epoch == self.settings.epochs
            if last or (improved and time.monotonic() - self.saved_at >= CHECKPOINT_EVERY_SECONDS):
                self._save()
        if early:
            self.listener.log(f"stopped early: no improvement since epoch {self.best_epoch}")
        self.network.load_state_dict(self.best_state)
        self.network.eval()
        return Fit(
            self.network, self.best_epoch, self.best_epoch * self.steps_per_epoch, self.best_metrics, self.epoch, early
        )

    def _train_one_epoch(self) -> tuple[dict[str, float], float]:
        """Returns the figures and the mean loss of the epoch on the training split, as it was while learning."""
        task, size = self.task, self.settings.batch_size
        began, seen = time.monotonic(), 0
        # A seed for each epoch: a resumed run draws what the unbroken one would have drawn.
        torch.manual_seed(self.settings.seed * 1_000_003 + self.epoch)
        order = torch.randperm(len(task.train))
        self.network.train()
        outputs: list[Tensor] = []
        losses: list[Tensor] = []
        reported = 0
        for start in range(0, len(order), size):
            if self.stopping():
                self._save()
                raise Stopped
            chosen = order[start : start + size]
            losses.append(self._one_step(chosen, outputs))
            seen += len(chosen)
            if self.step == 1:
                self.listener.first_step()
            if self.step == 1 or self.step % self.interval == 0:
                self._report_train(losses[reported:])
                reported = len(losses)
        if reported < len(losses):
            self._report_train(losses[reported:])
        self.epoch += 1
        figures = self.task.metrics(torch.cat(outputs), task.train.targets[order])
        shown = {f"train_{key}": value for key, value in figures.items()}
        shown["samples_per_second"] = seen / max(1e-9, time.monotonic() - began)
        return shown, torch.stack(losses).mean().item()

    def _one_step(self, chosen: Tensor, outputs: list[Tensor]) -> Tensor:
        inputs = tuple(part[chosen] for part in self.task.train.inputs)
        if self.task.augment is not None:
            inputs = self.task.augment(inputs)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.settings, self.step, self.steps)
        answer = self.network(*inputs)
        loss = self.task.loss(answer, self.task.train.targets[chosen])
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        if self.settings.grad_clip > 0:
            nn.utils.clip_grad_norm_(self.network.parameters(), self.settings.grad_clip)
        self.optimizer.step()
        outputs.append(answer.detach())
        self.step += 1
        return loss.detach()

    def _report_train(self, recent: list[Tensor]) -> None:
        loss = torch.stack(recent).mean().item()
        rate = self.optimizer.param_groups[0]["lr"]
        self._tell_progress()
        self.listener.metrics({"train_loss": loss, "lr": rate}, self.step)
        if not math.isfinite(loss):
            raise JobFailure("loss_diverged")

    def _tell_progress(self) -> None:
        elapsed = time.monotonic() - self.started
        done = self.step - self.started_step
        left = (self.steps - self.step) * elapsed / done if done > 1 else None
        self.listener.progress(
            Progress(
                fraction=self.step / self.steps,
                epoch=min(self.settings.epochs, (self.step - 1) // self.steps_per_epoch + 1),
                epochs=self.settings.epochs,
                step=self.step,
                steps=self.steps,
                eta_seconds=left,
            )
        )

    def _judge(self, train: dict[str, float], loss: float) -> dict[str, float]:
        split = self.task.validation
        answers = evaluate(self.network, split)
        figures = {"loss": self.task.loss(answers, split.targets).item(), **self.task.metrics(answers, split.targets)}
        validation = {f"val_{key}": value for key, value in figures.items()}
        self.listener.metrics(validation | train, self.step)
        if not math.isfinite(figures["loss"]):
            raise JobFailure("loss_diverged")
        shown = "  ".join(f"{_short(key)}={value:.4g}" for key, value in validation.items())
        rate = self.optimizer.param_groups[0]["lr"]
        self.listener.log(f"epoch {self.epoch}/{self.settings.epochs}  loss={loss:.4g}  {shown}  lr={rate:.3g}")
        return validation

    def _keep_best(self, figures: dict[str, float]) -> bool:
        key, mode = self.task.best_metric
        sign = 1.0 if mode == "max" else -1.0
        # The loss decides between equal figures, so that a model that grows surer still counts as better.
        rank = (sign * figures[key], -figures["val_loss"])
        best = self.best_metrics
        if best and rank <= (sign * best[key], -best["val_loss"]):
            return False
        self.best_epoch, self.best_metrics = self.epoch, figures
        self.best_state = {name: value.clone() for name, value in self.network.state_dict().items()}
        return True

    def _save(self) -> None:
        path = self.checkpoints.save(
            {
                "network": self.network.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "epoch": self.epoch,
                "best_epoch": self.best_epoch,
                "best_state": self.best_state or self.network.state_dict(),
                "best_metrics": self.best_metrics,
            },
            self.epoch,
        )
        self.saved_at = time.monotonic()
        size = path.stat().st_size
        self.listener.log(f"checkpoint saved: checkpoints/{path.name} ({size / 1024:.0f} KB)")


def _optimizer(settings: Settings, network: nn.Module) -> torch.optim.Optimizer:
    parameters = list(network.parameters())
    if settings.optimizer == "sgd":
        return torch.optim.SGD(parameters, lr=settings.lr, momentum=0.9, weight_decay=settings.weight_decay)
    kind = torch.optim.AdamW if settings.optimizer == "adamw" else torch.optim.Adam
    return kind(parameters, lr=settings.lr, weight_decay=settings.weight_decay)


def _chunks(split: Batches) -> Iterator[tuple[Tensor, ...]]:
    for start in range(0, len(split), EVALUATION_BATCH):
        yield tuple(part[start : start + EVALUATION_BATCH] for part in split.inputs)


def _short(key: str) -> str:
    return key.replace("accuracy", "acc")
