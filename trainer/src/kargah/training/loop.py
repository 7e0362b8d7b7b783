"""The training loop: data in memory, batches by index, early stopping, checkpoints, and an end at any step."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from kargah.protocols.failure import JobFailure
from kargah.protocols.task import Split, Task
from kargah.training.batches import epoch_batches, epoch_order
from kargah.training.checkpoint import Checkpoint, Checkpoints, check_resumable
from kargah.training.device import CPU, seed_device
from kargah.training.optimizer import Steps, autocast, clip_gradients, copied_state, make_optimizer
from kargah.training.schedule import learning_rate
from kargah.training.settings import Settings
from kargah.training.threads import ThreadProbe

TRAIN_POINTS_PER_EPOCH = 8
MOST_TRAIN_POINTS = 4000
CHECKPOINT_EVERY_SECONDS = 2.0
CHECKPOINT_WITHIN_EPOCH_SECONDS = 30.0


@dataclass(frozen=True)
class Best:
    """The epoch whose weights are kept, and the figure for which they are."""

    key: str
    value: float
    epoch: int


@dataclass(frozen=True)
class Progress:
    fraction: float
    epoch: int
    epochs: int
    step: int
    steps: int
    eta_seconds: float | None
    best: Best | None
    """Of the epochs so far; None before the first one ended."""


@dataclass(frozen=True)
class Listener:
    """Receives what the loop reports."""

    metrics: Callable[[Mapping[str, float], int], None]
    progress: Callable[[Progress], None]
    log: Callable[[str], None]
    first_step: Callable[[], None]


@dataclass(frozen=True)
class Fit:
    """How a run ended: `network` carries the best epoch's weights, on the CPU."""

    network: nn.Module
    best_epoch: int
    best_step: int
    best_metrics: Mapping[str, float]
    """Every validation figure of the best epoch, with its prefix."""
    epochs: int
    early: bool


class Stopped(BaseException):
    """A stop was requested. A BaseException, so that no `except Exception` of a library swallows it."""


def fit(
    task: Task,
    settings: Settings,
    listener: Listener,
    checkpoints: Checkpoints,
    stopping: Callable[[], bool],
    *,
    device: torch.device = CPU,
    threads: Sequence[int] = (),
    identity: Mapping[str, Any] | None = None,
    resume: Checkpoint | None = None,
) -> Fit:
    """Trains until the last epoch, or until `patience` epochs brought nothing better.

    On a CPU a run that was stopped at any step and resumed gives the same losses and weights as one that was not, bit
    for bit. Equal seeds give equal weights where `threads` leaves no choice. `threads` are the counts to try, none
    means torch's present one; `identity` says what a checkpoint belongs to (recipe, dataset, `params`). It computes on
    `device`, and goes on from a checkpoint of any.

    Raises:
        JobFailure: `loss_diverged` when a loss is not finite, `checkpoint_mismatch` when `resume` is of another run.
        Stopped: `stopping()` became true; asked before every step. A checkpoint is kept.
    """
    run = _Run(task, settings, listener, checkpoints, stopping, device=device, threads=threads, identity=identity or {})
    if resume is not None:
        run.restore(resume)
    return run.go()


@torch.inference_mode()
def evaluate(
    network: nn.Module, split: Split, rows: int = 4096, stopping: Callable[[], bool] = lambda: False
) -> Tensor:
    """Outputs for a whole split, `rows` at a time, without gradients and without dropout, where the network lies.

    Raises:
        Stopped: `stopping()` became true.
    """
    network.eval()
    device = next(network.parameters()).device
    answers = []
    for start in range(0, len(split), rows):
        if stopping():
            raise Stopped
        inputs = split.part(start, min(len(split), start + rows))
        answers.append(network(*(part.to(device) for part in inputs)).float())
    return torch.cat(answers)


@dataclass
class _Epoch:
    """How far the epoch under way is: what a checkpoint within it needs besides the weights."""

    batch: int = 0
    outputs: list[Tensor] = dataclasses.field(default_factory=list)
    losses: list[Tensor] = dataclasses.field(default_factory=list)
    reported: int = 0
    seconds: float = 0.0

    def state(self) -> dict[str, Any]:
        return {
            "batch": self.batch,
            "outputs": torch.cat(self.outputs),
            "losses": torch.stack(self.losses),
            "reported": self.reported,
            "seconds": self.seconds,
            "random": torch.get_rng_state(),
        }

    @classmethod
    def of(cls, state: Mapping[str, Any], device: torch.device) -> _Epoch:
        losses = list(state["losses"].to(device).unbind())
        return cls(state["batch"], [state["outputs"].to(device)], losses, state["reported"], state["seconds"])


class _Run:
    def __init__(
        self,
        task: Task,
        settings: Settings,
        listener: Listener,
        checkpoints: Checkpoints,
        stopping: Callable[[], bool],
        *,
        device: torch.device,
        threads: Sequence[int],
        identity: Mapping[str, Any],
    ) -> None:
        self.task, self.settings, self.listener = task, settings, listener
        self.checkpoints, self.stopping, self.identity = checkpoints, stopping, identity
        self.device = device
        self.network = task.network.to(device)
        if isinstance(task.loss, nn.Module):
            task.loss.to(device)
        self.parameters = list(self.network.parameters())
        self.optimizer = make_optimizer(settings, self.network)
        self.take_step = Steps(self.optimizer)
        self.autocast = autocast(settings, task.bf16, device)
        by_hand = task.gradients if self.autocast is nullcontext and device == CPU else None
        self.gradients = by_hand or self._autograd
        self.probe = ThreadProbe(threads or [torch.get_num_threads()])
        self.steps_per_epoch = math.ceil(len(task.train) / settings.batch_size)
        self.steps = self.steps_per_epoch * settings.epochs
        self.interval = max(
            1, round(self.steps_per_epoch / TRAIN_POINTS_PER_EPOCH), math.ceil(self.steps / MOST_TRAIN_POINTS)
        )
        self.epoch = self.step = self.best_epoch = 0
        self.underway = _Epoch()
        self.best_state: dict[str, Tensor] = {}
        # The best epoch's checkpoint as long as it is only in memory: a disk takes longer than a small network's epoch.
        self.unsaved_best: dict[str, Any] | None = None
        self.best_metrics: dict[str, float] = {}
        self.started = self.saved_at = time.monotonic()
        self.started_step = 0
        self.random: Tensor | None = None

    def restore(self, checkpoint: Checkpoint) -> None:
        state = checkpoint.state
        check_resumable(state, self.identity)
        groups = self.optimizer.state_dict()["param_groups"]
        try:
            self.network.load_state_dict(state["network"])
            # The rates are those of the parameters as they are now.
            self.optimizer.load_state_dict({"state": state["optimizer"]["state"], "param_groups": groups})
            self.take_step = Steps(self.optimizer)
        except (RuntimeError, ValueError) as error:
            raise JobFailure("checkpoint_mismatch", name="network") from error
        self.epoch, self.best_epoch = state["epoch"], state["best_epoch"]
        self.best_state, self.best_metrics = dict(state["best_state"]), dict(state["best_metrics"])
        if state["underway"] is not None:
            self.underway = _Epoch.of(state["underway"], self.device)
            self.random = state["underway"]["random"]
        self.step = self.started_step = self.epoch * self.steps_per_epoch + self.underway.batch
        if state["threads"] is not None:
            self.probe.settle(state["threads"])
        within = f" and {self.underway.batch} steps" if self.underway.batch else ""
        self.listener.log(f"resumed from {checkpoint.path.name}: after epoch {self.epoch}{within}")

    def go(self) -> Fit:
        while self.epoch < self.settings.epochs and not self._out_of_patience():
            try:
                self._train_one_epoch()
                better = self._judge()
            except Stopped:
                self._save()
                raise
            if self._out_of_patience() or self.epoch == self.settings.epochs or self._due(CHECKPOINT_EVERY_SECONDS):
                self._save()
            elif better:
                kept = {"network": self.best_state, "optimizer": copied_state(self.optimizer)}
                self.unsaved_best = self._state() | kept
        early = self._out_of_patience() and self.epoch < self.settings.epochs
        if early:
            self.listener.log(f"stopped early: no improvement since epoch {self.best_epoch}")
        self.network.load_state_dict(self.best_state)
        self.network.to(CPU).eval()
        if isinstance(self.task.loss, nn.Module):
            self.task.loss.to(CPU)
        return Fit(
            self.network, self.best_epoch, self.best_epoch * self.steps_per_epoch, self.best_metrics, self.epoch, early
        )

    def _train_one_epoch(self) -> None:
        task, size, now = self.task, self.settings.batch_size, self.underway
        # A seed for each epoch: a resumed run draws what the unbroken one would have drawn.
        seed = self.settings.seed * 1_000_003 + self.epoch
        if self.random is None:
            torch.default_generator.manual_seed(seed)
            seed_device(self.device, seed)
        else:
            torch.set_rng_state(self.random)
            self.random = None
        self.network.train()
        began = time.monotonic() - now.seconds
        for inputs, targets in epoch_batches(task.train, size, seed=seed, done=now.batch):
            now.seconds = time.monotonic() - began
            if self.stopping():
                raise Stopped
            if now.batch and self._due(CHECKPOINT_WITHIN_EPOCH_SECONDS):
                self._save()
            self._one_step(inputs, targets)
        now.seconds = time.monotonic() - began

    def _one_step(self, inputs: tuple[Tensor, ...], targets: Tensor) -> None:
        trying = self.probe.chosen is None
        if trying:
            self.probe.before_step()
        if self.device != CPU:
            inputs, targets = tuple(part.to(self.device) for part in inputs), targets.to(self.device)
        if self.task.augment is not None:
            inputs = self.task.augment(inputs)
        answer, loss = self.gradients(inputs, targets)
        if self.settings.grad_clip > 0:
            clip_gradients(self.parameters, self.settings.grad_clip)
        self.take_step.take(learning_rate(self.settings, self.step, self.steps))
        now = self.underway
        now.outputs.append(answer if self.task.judged is None else self.task.judged(answer))
        now.losses.append(loss)
        now.batch += 1
        self.step += 1
        if trying and self.probe.after_step():
            self.listener.log(f"threads={self.probe.chosen} ({self.probe.describe()})")
        if self.step == 1:
            self.listener.first_step()
        if self.step == 1 or self.step % self.interval == 0 or now.batch == self.steps_per_epoch:
            self._report_train()

    def _autograd(self, inputs: tuple[Tensor, ...], targets: Tensor) -> tuple[Tensor, Tensor]:
        with self.autocast():
            answer = self.network(*inputs)
        answer = answer.float()
        loss = self.task.loss(answer, targets)
        for parameter in self.parameters:
            parameter.grad = None
        loss.backward()  # type: ignore[no-untyped-call]
        return answer.detach(), loss.detach()

    def _report_train(self) -> None:
        now = self.underway
        recent, now.reported = now.losses[now.reported :], len(now.losses)
        loss = torch.stack(recent).mean().item()
        self._tell_progress()
        self.listener.metrics({"train_loss": loss, "lr": self.optimizer.param_groups[0]["lr"]}, self.step)
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
                best=self._best(),
            )
        )

    def _best(self) -> Best | None:
        key, _ = self.task.best_metric
        return Best(key, self.best_metrics[key], self.best_epoch) if self.best_metrics else None

    def _judge(self) -> bool:
        """Ends the epoch: its figures on the training split, as it was while learning, and on the other one.

        True when it is the best one so far. Which one is, is told with these figures, not after them: a run that is
        stopped next has told it.
        """
        task, now = self.task, self.underway
        answers = evaluate(self.network, task.validation, task.evaluation_rows, self.stopping)
        truth = task.validation.targets.to(self.device)
        figures = {"loss": task.loss(answers, truth).item(), **task.metrics(answers, truth)}
        validation = {f"val_{key}": value for key, value in figures.items()}
        seed = self.settings.seed * 1_000_003 + self.epoch
        learned_from = task.train.targets[epoch_order(task.train, seed)].to(self.device)
        learned = task.metrics(torch.cat(now.outputs), learned_from)
        train = {f"train_{key}": value for key, value in learned.items()}
        train["samples_per_second"] = len(task.train) / max(1e-9, now.seconds)
        finite = math.isfinite(figures["loss"])
        self.epoch += 1
        self.underway = _Epoch()
        better = finite and self._keep_best(validation)
        self._tell_progress()
        self.listener.metrics(validation | train, self.step)
        if not finite:
            raise JobFailure("loss_diverged")
        loss = torch.stack(now.losses).mean().item()
        shown = "  ".join(f"{_short(key)}={value:.4g}" for key, value in validation.items())
        rate = self.optimizer.param_groups[0]["lr"]
        self.listener.log(f"epoch {self.epoch}/{self.settings.epochs}  loss={loss:.4g}  {shown}  lr={rate:.3g}")
        return better

    def _keep_best(self, figures: dict[str, float]) -> bool:
        """True when this epoch is the best one so far, or counts as such for being the last."""
        key, mode = self.task.best_metric
        sign = 1.0 if mode == "max" else -1.0
        # The loss decides between equal figures, so that a model that grows surer still counts as better.
        rank = (sign * figures[key], -figures["val_loss"])
        best = self.best_metrics
        if best and not self.task.last_counts and rank <= (sign * best[key], -best["val_loss"]):
            return False
        self.best_epoch, self.best_metrics = self.epoch, figures
        self.best_state = {name: value.clone() for name, value in self.network.state_dict().items()}
        self.unsaved_best = None
        return True

    def _out_of_patience(self) -> bool:
        return 0 < self.settings.patience <= self.epoch - self.best_epoch

    def _due(self, seconds: float) -> bool:
        return time.monotonic() - self.saved_at >= seconds

    def _save(self) -> None:
        if self.unsaved_best is not None:
            self._write(self.unsaved_best)
            self.unsaved_best = None
        self._write(self._state())
        self.saved_at = time.monotonic()

    def _state(self) -> dict[str, Any]:
        return {
            "identity": self.identity,
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "epoch": self.epoch,
            "underway": self.underway.state() if self.underway.batch else None,
            "threads": self.probe.chosen,
            "best_epoch": self.best_epoch,
            "best_state": self.best_state or self.network.state_dict(),
            "best_metrics": self.best_metrics,
        }

    def _write(self, state: Mapping[str, Any]) -> None:
        path = self.checkpoints.save(state, state["epoch"], self.step if state["underway"] else None)
        size = path.stat().st_size
        self.listener.log(f"checkpoint saved: checkpoints/{path.name} ({size / 1024:.0f} KB)")


def _short(key: str) -> str:
    return key.replace("accuracy", "acc")
