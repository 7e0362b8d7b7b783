"""What a recipe is: data in, a trainable task out. Recipes share this protocol and no base class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from kargah.protocols.failure import JobFailure
from kargah.protocols.params import Json, params_schema

if TYPE_CHECKING:
    # What recipes there are is told without loading torch.
    from torch import Tensor, nn


@dataclass(frozen=True)
class RecipeInfo:
    """How a recipe is shown before anyone runs it; the contract's `recipe` object."""

    recipe: str
    version: str
    title: str
    title_fa: str
    description: str
    description_fa: str
    icon: Literal["table", "image", "code", "text"]
    dataset_kind: Literal["tabular", "images"]
    params: type
    primary_params: tuple[str, ...]
    place: int = 100
    """Where it is offered: lower ones first, then by name."""

    def describe(self) -> Json:
        schema = params_schema(self.params)
        properties = schema["properties"]
        first = {name: properties[name] for name in self.primary_params}
        schema["properties"] = first | properties
        return {
            "recipe": self.recipe,
            "version": self.version,
            "title": self.title,
            "title_fa": self.title_fa,
            "description": self.description,
            "description_fa": self.description_fa,
            "icon": self.icon,
            "dataset_kind": self.dataset_kind,
            "params_schema": schema,
            "primary_params": list(self.primary_params),
        }


class Split(Protocol):
    """A split in memory, whatever its rows are made of: `Batches`, or rows of different lengths."""

    @property
    def targets(self) -> Tensor: ...
    @property
    def row_bytes(self) -> int: ...
    def __len__(self) -> int: ...
    def take(self, chosen: Tensor) -> Split: ...
    def part(self, start: int, stop: int) -> tuple[Tensor, ...]: ...


@dataclass(frozen=True)
class DatasetRef:
    """The dataset of a job: `path` is `data.parquet`, or a folder with one folder of images a class."""

    name: str
    path: Path
    sha256: str | None = None
    suggested_target: str | None = None
    parts: Path | None = None
    """Which part each row belongs to, in the order of the rows: a Parquet file with a column `part`."""
    parts_sha256: str | None = None
    """Of the parts as uint8."""

    def target(self, chosen: str | None) -> str:
        """The column to learn.

        Raises:
            JobFailure: `target_required` when neither a person nor the dataset names one.
        """
        name = chosen or self.suggested_target
        if name is None:
            raise JobFailure("target_required")
        return name


@dataclass(frozen=True)
class Batches:
    """One split in memory: `inputs` are indexed together with `targets` along their first dimension."""

    inputs: tuple[Tensor, ...]
    targets: Tensor

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def row_bytes(self) -> int:
        return sum(part.nbytes for part in self.inputs) // max(1, len(self)) + 8

    def take(self, chosen: Tensor) -> Batches:
        """The rows `chosen` (int64), gathered in that order."""
        return Batches(tuple(part.index_select(0, chosen) for part in self.inputs), self.targets[chosen])

    def part(self, start: int, stop: int) -> tuple[Tensor, ...]:
        """The network's inputs for the rows from `start` up to `stop`: views, not copies."""
        return tuple(part[start:stop] for part in self.inputs)


@dataclass(frozen=True)
class HeldRows:
    """What is known of the rows that a job's report judges: those of `test`, or of `validation` where there is none."""

    places: Tensor
    """int64 [n]: which rows of the dataset they are, counted from 0."""
    truth: Tensor
    """[n]: the class's number (int64), or the target in its own unit (float)."""
    rows: Tensor | None = None
    """float32 [n, columns] as the exported model takes them, where it takes a table."""
    columns: tuple[tuple[str, tuple[str, ...] | None], ...] = ()
    """Of such a table: each column's name, and what its categories stand for; None: it holds numbers."""


@dataclass(frozen=True)
class LeftOut:
    """A column of the dataset from which nothing is learned."""

    column: str
    reason: Literal["not_chosen", "empty", "constant", "free_text", "type"]
    values: int | None = None
    """Of free text: how many different ones there are."""


@dataclass(frozen=True)
class LearnedFrom:
    """What of a table a model was made of; told in the job's report."""

    columns: int
    left_out: tuple[LeftOut, ...] = ()
    rows_left_out: int = 0
    """Rows without a target."""


@dataclass(frozen=True)
class PlainRows:
    """The rows as a linear model takes them, by which a job's report tells what a plain model is worth."""

    train: Tensor
    """int64: places of the rows that are learned from."""
    held: Tensor
    """int64: those of the rows that the report judges, in the order of `HeldRows`."""
    targets: Tensor
    """Of all rows: the class's number (int64), or the target in its own unit (float)."""
    numbers: Callable[[Tensor], Tensor] | None
    """Rows by their places (int64 [n]) → float32 [n, columns], dense or sparse, each column on a scale of about 1;
    None: too wide for a linear model at the end of a job."""
    columns: int = 0
    filled: int = 0
    """How many numbers of a row are not 0, at most or about; 0: as many as there are columns."""


@dataclass(frozen=True)
class Task:
    """Everything the training loop needs, and everything the exported model needs afterwards."""

    network: nn.Module
    """Takes `*train.part(…)` (a batch) and answers what `loss` compares with the targets."""
    train: Split
    validation: Split
    loss: Callable[[Tensor, Tensor], Tensor]
    """Mean loss of a batch: a scalar."""
    metrics: Callable[[Tensor, Tensor], Mapping[str, float]]
    """Figures of a whole split from its outputs and targets, without a prefix: `accuracy`, `r2`, `mae`."""
    best_metric: tuple[str, Literal["max", "min"]]
    """Which figure of the validation split tells the epoch whose weights are kept, and whether more is better."""
    export: Callable[[nn.Module], nn.Module]
    """The trained network between its preparation and the answer in the target's own words; one tensor in, one out."""
    example: Tensor
    """Rows as the exported model takes them: at least two along each free dimension."""
    metadata: Mapping[str, Any]
    """Goes into `kargah.json` beside the model: columns, categories, classes, task."""
    free_dimensions: int = 1
    """How many of the first dimensions of the exported model's input may have any length."""
    gradients: Callable[[tuple[Tensor, ...], Tensor], tuple[Tensor, Tensor]] | None = None
    """Forward and backward of a batch in float32, where autograd is not the fastest: sets each parameter's `grad` and
    answers the network's answers and their mean loss, without a graph."""
    judged: Callable[[Tensor], Tensor] | None = None
    """The network's answers in training → what `metrics` judge; None: the answers themselves."""
    augment: Callable[[tuple[Tensor, ...]], tuple[Tensor, ...]] | None = None
    threads: int = 1
    """How many threads one step can make use of."""
    bf16: bool = False
    """Where the processor computes bfloat16 itself, it makes this network faster at equal accuracy."""
    evaluation_rows: int = 4096
    """Rows judged at once, so that what lies between the layers stays small."""
    notes: tuple[str, ...] = field(default=())
    """Lines for the log."""
    last_counts: bool = False
    """The validation split is too small to choose an epoch by: the last one's weights are kept."""
    test: Split | None = None
    """Judged once, at the end; nothing is learned or chosen from it."""
    held: HeldRows | None = None
    """In the order of `test`, or of `validation`; None: the job ends without a report."""
    learned_from: LearnedFrom | None = None
    """None: the recipe does not say."""
    plain: Callable[[], PlainRows] | None = None
    """Asked for once, at the end; None: the report has no plain model beside this one."""


class Recipe(Protocol):
    """A module is a recipe when it has these two names."""

    @property
    def INFO(self) -> RecipeInfo: ...

    def prepare(self, params: Any, dataset: DatasetRef) -> Task:
        """Reads the dataset and makes the task.

        Raises:
            kargah.protocols.failure.JobFailure: with the code of what is wrong with the data.
        """
        ...
