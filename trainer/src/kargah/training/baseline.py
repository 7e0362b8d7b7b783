"""Plain models beside what was learned: always the most frequent class or the mean, and a linear model.

They learn from the recipe's own prepared columns and answer the rows that the report judges. The linear model is that
of scikit-learn's defaults (`LogisticRegression`, `Ridge`), and the tests hold it against theirs: to import scikit-learn
takes longer than a small job trains.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from kargah.evaluation import Plain
from kargah.protocols.task import PlainRows

MOST_ROWS = 10_000
MOST_NUMBERS = 1 << 24
"""Of the rows that a linear model learns from, times its outputs: a second of one core."""
MOST_WEIGHTS = 1 << 21
FEWEST_ROWS = 200
"""Where fewer of more would fit, there is no linear model."""
STEPS = 100
ROWS_AT_ONCE = 4096
Answers = npt.NDArray[np.float64]


def plain_models(rows: PlainRows, classes: int | None, seed: int) -> list[Plain]:
    """The simplest answer, then the linear model where it fits; `classes`: how many, None for a regression."""
    targets = rows.targets[rows.train]
    simplest = _mean(targets, len(rows.held)) if classes is None else _majority(targets, len(rows.held), classes)
    learned_from = _sample(rows, classes or 1, seed)
    if rows.numbers is None or learned_from is None:
        return [simplest]
    numbers = rows.numbers(learned_from)
    own = rows.targets[learned_from]
    weight, bias = _ridge(numbers, own) if classes is None else _logistic(numbers, own, classes)
    parts = [rows.numbers(part) @ weight + bias for part in torch.split(rows.held, ROWS_AT_ONCE)]
    answers = torch.cat(parts).double()
    told = answers.squeeze(1) if classes is None else torch.softmax(answers, 1)
    return [simplest, Plain("linear", told.numpy(), len(learned_from), rows.columns)]


def _sample(rows: PlainRows, outputs: int, seed: int) -> Tensor | None:
    """Places of the rows that a linear model learns from; None where too few would fit."""
    there = len(rows.train)
    fitting = min(MOST_ROWS, MOST_NUMBERS // max(1, (rows.filled or rows.columns) * outputs))
    if rows.columns == 0 or fitting < min(there, FEWEST_ROWS) or rows.columns * outputs > MOST_WEIGHTS:
        return None
    if there <= fitting:
        return rows.train
    chosen = torch.randperm(there, generator=torch.Generator().manual_seed(seed))[:fitting]
    return rows.train[chosen.sort().values]


def _majority(labels: Tensor, held: int, classes: int) -> Plain:
    """Each class's share of the rows: its answer is the most frequent one."""
    counts = torch.bincount(labels, minlength=classes).double()
    return Plain("majority", (counts / counts.sum()).expand(held, classes).numpy(), len(labels))


def _mean(targets: Tensor, held: int) -> Plain:
    mean: Answers = np.full(held, targets.double().mean().item())
    return Plain("mean", mean, len(targets))


def _ridge(numbers: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """As `Ridge(alpha=1)`: float32 [columns, 1] and [1]."""
    values, targets = numbers.double(), targets.double().unsqueeze(1)
    centre, mean = values.mean(0), targets.mean(0)
    values = values - centre
    penalised = values.t() @ values + torch.eye(values.shape[1], dtype=torch.float64)
    weight = torch.linalg.solve(penalised, values.t() @ (targets - mean))
    return weight.float(), (mean - centre @ weight).float()


def _logistic(numbers: Tensor, labels: Tensor, classes: int) -> tuple[Tensor, Tensor]:
    """As `LogisticRegression(C=1)`: float32 [columns, classes] and [classes]."""
    weight = torch.zeros(numbers.shape[1], classes, requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=STEPS, line_search_fn="strong_wolfe")
    rows = numbers.shape[0]

    def loss() -> Tensor:
        optimizer.zero_grad()
        total = functional.cross_entropy(numbers @ weight + bias, labels) + weight.square().sum() / (2 * rows)
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return weight.detach(), bias.detach()
