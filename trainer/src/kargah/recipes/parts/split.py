"""Which rows train, validate and test: as the dataset says, or as the seed and the rows alone decide."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow.parquet as pq
import torch
from torch import Tensor

from kargah.protocols.failure import JobFailure
from kargah.protocols.task import HeldRows, PlainRows

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from kargah.protocols.task import DatasetRef

MIN_ROWS = 10
FEWEST_JUDGED = 5
"""Of a table of fifteen rows or more; a third of fewer."""
FEWEST_TRAINING_ROWS = 2
FEWEST_GIVEN = 2
"""For validation, where a person made the split."""
HeldColumns = tuple[tuple[str, tuple[str, ...] | None], ...]
FEW_TO_CHOOSE_BY = 30
"""With fewer rows one more right answer is chance, and no reason to prefer an epoch."""


@dataclass(frozen=True)
class Split:
    train: Tensor
    """int64 row numbers, rising."""
    validation: Tensor
    test: Tensor = field(default_factory=lambda: torch.empty(0, dtype=torch.int64))

    @property
    def judged(self) -> Tensor:
        """The rows that a job's report is about."""
        return self.test if len(self.test) else self.validation

    @property
    def is_too_small_to_choose(self) -> bool:
        """Whether the share of right answers on the validation rows says too little to choose an epoch by."""
        return len(self.validation) < FEW_TO_CHOOSE_BY

    def counts(self) -> str:
        test = f" test={len(self.test)}" if len(self.test) else ""
        return f"train={len(self.train)} validation={len(self.validation)}{test}"


def weight_of_classes(how: Literal["equal", "balanced"], labels: Tensor, classes: int) -> Tensor | None:
    """Balanced: float32 [classes], the rarer a class among `labels` the larger, 1 on the mean of the rows."""
    if how == "equal":
        return None
    counts = torch.bincount(labels, minlength=classes).clamp(min=1)
    return len(labels) / (classes * counts.float())


@dataclass(frozen=True)
class Labels:
    values: Tensor
    """[rows], as the task learns them."""
    task: str
    places: NDArray[np.int64] | None = None
    """Which rows of the file they are about; None: all of them, in order."""

    def held(self, kept: Split, rows: Tensor | None = None, columns: HeldColumns = ()) -> HeldRows:
        """What a job's report needs of the rows that it judges; `rows`: of a table, as the model takes them."""
        places = kept.judged if self.places is None else torch.from_numpy(self.places)[kept.judged]
        return HeldRows(places, self.values[kept.judged], rows, columns)

    def plain(
        self, kept: Split, numbers: Callable[[Tensor], Tensor] | None, columns: int = 0, filled: int = 0
    ) -> PlainRows:
        """What a plain model is made of that a job's report tells beside what was learned."""
        return PlainRows(kept.train, kept.judged, self.values, numbers, columns, filled)


def split_for(dataset: DatasetRef, labels: Labels, share: float, seed: int) -> Split:
    """The dataset's own split; where it has none, or none for validation, that of `split_rows`.

    Raises:
        JobFailure: `too_few_rows`, `too_few_validation_rows`; `damaged_file` where the parts are not those that were
            dealt out.
    """
    if dataset.parts is None:
        return split_rows(labels.values, labels.task, share, seed)
    part, places = parts_of(dataset), labels.places
    if places is not None and len(part) > int(places.max(initial=-1)):
        part = part[places]
    if len(part) != len(labels.values):
        raise JobFailure("damaged_file")
    train, validation, test = (torch.from_numpy(np.flatnonzero(part == code)) for code in range(3))
    if len(train) < FEWEST_TRAINING_ROWS:
        raise JobFailure("too_few_rows", rows=len(train), min=MIN_ROWS)
    if len(validation) == 0:
        # The best epoch has to be chosen by something, and never by the rows that test it.
        own = split_rows(labels.values[train], labels.task, share, seed)
        train, validation = train[own.train], train[own.validation]
    _require(len(validation), FEWEST_GIVEN)
    return Split(train, validation, test)


def _least(rows: int) -> int:
    """How many of so many rows have to judge the model at least: of one or two any answer is chance."""
    return min(FEWEST_JUDGED, max(2, rows // 3))


def _require(validation: int, least: int) -> None:
    if validation < least:
        raise JobFailure("too_few_validation_rows", rows=validation, min=least)


def parts_of(dataset: DatasetRef) -> NDArray[np.uint8]:
    """Which part each row of the dataset belongs to: 0 train, 1 validation, 2 test.

    Raises:
        JobFailure: `dataset_deleted`, `damaged_file`.
    """
    try:
        column = pq.read_table(dataset.parts, columns=["part"], use_threads=False).column("part")
        part: NDArray[np.uint8] = column.to_numpy().astype(np.uint8)
    except FileNotFoundError as error:
        raise JobFailure("dataset_deleted") from error
    except (OSError, ValueError, KeyError) as error:
        raise JobFailure("damaged_file") from error
    if dataset.parts_sha256 is not None and hashlib.sha256(part.tobytes()).hexdigest() != dataset.parts_sha256:
        raise JobFailure("damaged_file")
    return part


def split_rows(labels: Tensor, task: str, share: float, seed: int) -> Split:
    """Stratified by class for classification: every class of two rows or more has some on both sides.

    However small the share is, there are some rows to judge by (`_least`), as far as classes have rows to spare.

    Raises:
        JobFailure: `too_few_rows`, `too_few_validation_rows`.
    """
    if len(labels) < MIN_ROWS:
        raise JobFailure("too_few_rows", rows=len(labels), min=MIN_ROWS)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(labels), generator=generator)
    if task == "regression":
        held = order[: max(_least(len(labels)), round(share * len(labels)))]
    else:
        parts, spare = [], []
        for label in torch.unique(labels):
            members = order[labels[order] == label]
            some = min(max(1, round(share * len(members))), len(members) - 1)
            parts.append(members[:some])
            spare.append(members[some:-1])
        held, others = torch.cat(parts), torch.cat(spare)
        # By their place in the drawn order, so that no class gives all of them.
        others = others[torch.argsort(torch.argsort(order)[others])]
        held = torch.cat([held, others[: max(0, _least(len(labels)) - len(held))]])
    _require(len(held), _least(len(labels)))
    mask = torch.zeros(len(labels), dtype=torch.bool)
    mask[held] = True
    return Split(train=(~mask).nonzero().squeeze(1), validation=mask.nonzero().squeeze(1))
