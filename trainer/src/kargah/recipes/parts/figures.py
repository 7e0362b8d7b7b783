"""Figures of a whole split."""

from __future__ import annotations

from torch import Tensor


def classification_metrics(logits: Tensor, labels: Tensor) -> dict[str, float]:
    """`logits` float [n, classes], `labels` int64 [n]."""
    return {"accuracy": (logits.argmax(1) == labels).float().mean().item()}


def regression_metrics(answers: Tensor, truth: Tensor, unit: float) -> dict[str, float]:
    """`answers` float [n, 1] and `truth` float [n], both standardised; `unit` turns errors back into the target's unit.

    `r2` is one minus the squared error over that of always answering the mean of this split.
    """
    error = answers.squeeze(1) - truth
    spread = ((truth - truth.mean()) ** 2).sum()
    r2 = 1 - (error**2).sum() / spread.clamp(min=1e-12)
    return {"r2": r2.item(), "mae": error.abs().mean().item() * unit}
