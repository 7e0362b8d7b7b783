"""A train and validation split that depends on the seed and the rows alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from ..training.failure import JobFailure

MIN_ROWS = 10


@dataclass(frozen=True)
class Split:
    train: Tensor
    """int64 row numbers, rising."""
    validation: Tensor


def weight_of_classes(how: Literal["equal", "balanced"], labels: Tensor, classes: int) -> Tensor | None:
    """Balanced: float32 [classes], the rarer a class among `labels` the larger, 1 on the mean of the rows."""
    if how == "equal":
        return None
    counts = torch.bincount(labels, minlength=classes).clamp(min=1)
    return len(labels) / (classes * counts.float())


def split_rows(labels: Tensor, task: str, share: float, seed: int) -> Split:
    """Stratified by class for classification: every class of two rows or more has some on both sides.

    Raises:
        JobFailure: `too_few_rows`.
    """
    if len(labels) < MIN_ROWS:
        raise JobFailure("too_few_rows", rows=len(labels), min=MIN_ROWS)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(labels), generator=generator)
    if task == "regression":
        held = order[: max(2, round(share * len(labels)))]
    else:
        parts = []
        for label in torch.unique(labels):
            members = order[labels[order] == label]
            if len(members) > 1:
                parts.append(members[: min(max(1, round(share * len(members))), len(members) - 1)])
        if not parts:
            raise JobFailure("too_few_rows", rows=len(labels), min=2 * len(labels))
        held = torch.cat(parts)
    mask = torch.zeros(len(labels), dtype=torch.bool)
    mask[held] = True
    return Split(train=(~mask).nonzero().squeeze(1), validation=mask.nonzero().squeeze(1))
