"""Learn one column of a table from the others: MLPs in one network, for classification and regression.

Numbers are standardised, and encoded piecewise-linearly too, by how far they have come in each of their column's
intervals; a missing one becomes the mean and raises a flag of its own; text columns of few values are embedded, with
one place kept for values never seen; dates count as days. All of it is part of the exported model, which takes the raw
numbers (missing = NaN) and the categories' positions as `kargah.json` lists them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import torch
from torch import Tensor, nn

from kargah.protocols.failure import JobFailure
from kargah.protocols.params import param
from kargah.protocols.task import Batches, DatasetRef, LearnedFrom, LeftOut, PlainRows, RecipeInfo, Task
from kargah.recipes.parts.figures import classification_metrics, regression_metrics
from kargah.recipes.parts.mlp import CrossEntropy, Mlp, MlpGradients, Shape, SquaredError, mean_answer
from kargah.recipes.parts.numbers import edges_of
from kargah.recipes.parts.plain import PlainTable
from kargah.recipes.parts.repeated import repeated
from kargah.recipes.parts.shared_params import TrainingParams, class_weights, learned_columns, target_column
from kargah.recipes.parts.split import Labels, split_for, weight_of_classes
from kargah.recipes.parts.table import MISSING, Feature, Target, read_table

BLOCK = 16_384
LEAST_STEPS = 50
"""Of an epoch, however small the table is."""


@dataclass(frozen=True, kw_only=True)
class TabularParams(TrainingParams):
    target: str | None = target_column()
    columns: tuple[str, ...] | None = learned_columns()
    task: Literal["auto", "classification", "regression"] = param(
        "auto",
        "Task",
        "نوع مسئله",
        "Auto: judged from the target's values",
        "خودکار: از روی مقدارهای ستون هدف",
        extra={
            # What tells the best epoch depends on it.
            "x-same": True,
            "x-enum-titles": ["Automatic", "Classification", "Regression"],
            "x-enum-titles-fa": ["خودکار", "دسته‌بندی", "رگرسیون"],
        },
    )
    hidden: tuple[int, ...] = param(
        (128, 64),
        "Hidden layers",
        "لایه‌های پنهان",
        "Width of each hidden layer; none gives a linear model",
        "پهنای هر لایهٔ پنهان؛ خالی یعنی مدل خطی",
        minimum=1,
        maximum=4096,
        max_items=8,
    )
    members: int = param(
        8,
        "Networks in one",
        "شمار شبکه‌های هم‌راه",
        "Networks that share their layers and answer together; 1 is a single one",
        "شبکه‌هایی که لایه‌هایشان یکی است و با هم پاسخ می‌دهند؛ ۱ یعنی یک شبکه",
        minimum=1,
        maximum=64,
    )
    intervals: int = param(
        24,
        "Intervals of a number",
        "شمار بازه‌های هر عدد",
        "Each number is also told by how far it has come in this many intervals; 0 turns it off",
        "هر عدد را با جایش در این شمار بازه هم می‌شناسد؛ صفر یعنی خاموش",
        minimum=0,
        maximum=256,
    )
    max_categories: int = param(
        100,
        "Most categories of a column",
        "حداکثر رده‌های یک ستون",
        "Rarer values of a text column are learned together as “other”",
        "مقدارهای کم‌شمارتر یک ستون متنی با هم «دیگر» شمرده می‌شوند",
        minimum=2,
        maximum=10_000,
    )
    class_weights: Literal["equal", "balanced"] = class_weights()


INFO = RecipeInfo(
    recipe="tabular",
    version="1.0.0",
    title="Table, MLP",
    title_fa="جدول، شبکهٔ MLP",
    description="Classify or regress on CSV and Parquet",
    description_fa="دسته‌بندی یا رگرسیون روی CSV و Parquet",
    icon="table",
    dataset_kind="tabular",
    params=TabularParams,
    primary_params=("target", "epochs", "batch_size", "lr"),
    place=10,
)


class Preparation(nn.Module):
    """Raw rows to what the network takes.

    `forward`: float32 [rows, columns] (NaN = missing; a category is its position, anything else is "other")
    → float32 [rows, numbers + flags], int64 [rows, categorical columns].
    """

    def __init__(self, features: list[Feature], rows: Tensor) -> None:
        super().__init__()
        # A column of one value stays an input, so that people can pass whole rows, and is not looked at.
        # A missing value differs from every number, and from itself.
        varying = (rows != rows[0]).any(0).tolist()
        self.constant = [feature.name for feature, varies in zip(features, varying, strict=True) if not varies]
        numeric = [i for i, f in enumerate(features) if f.categories is None and varying[i]]
        categorical = [i for i, f in enumerate(features) if f.categories is not None and varying[i]]
        if not numeric and not categorical:
            raise JobFailure("no_features")
        values = rows[:, numeric]
        mean, std, known = _moments(values)
        flagged = [i for i, count in enumerate(known.tolist()) if count < len(rows)]
        self.sizes = [len(features[i].categories or ()) for i in categorical]
        self.numbers, self.width = len(numeric), len(numeric) + len(flagged)
        for name, index in (("numeric", numeric), ("flagged", flagged), ("categorical", categorical)):
            self.register_buffer(name, torch.tensor(index, dtype=torch.long))
        self.register_buffer("mean", mean.float())
        self.register_buffer("std", std.float())
        self.register_buffer("limits", torch.tensor(self.sizes, dtype=torch.float32))

    def forward(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        values = rows.index_select(1, self.get_buffer("numeric"))
        missing = values.isnan()
        # Clipped at ten standard deviations, so that one extreme cell does not dominate its row.
        scaled = ((values - self.get_buffer("mean")) / self.get_buffer("std")).nan_to_num(0.0, 10.0, -10.0)
        flags = missing.index_select(1, self.get_buffer("flagged")).to(scaled.dtype)
        places = rows.index_select(1, self.get_buffer("categorical"))
        known = (places >= 0) & (places < self.get_buffer("limits"))
        codes = torch.where(known, places + 1, torch.zeros_like(places)).long()
        return torch.cat([scaled.clamp(-10.0, 10.0), flags], 1), codes


def _moments(values: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Of each column, without its missing values: mean and standard deviation (1 for 0) in float64, and their count."""
    blocks = torch.split(values, BLOCK)
    known = sum((~block.isnan()).sum(0) for block in blocks)
    assert isinstance(known, Tensor)
    count = known.clamp(min=1)
    zero = torch.zeros(values.shape[1], dtype=torch.float64)
    mean = sum((block.double().nan_to_num_(0.0).sum(0) for block in blocks), zero) / count
    variance = sum(((block.double() - mean).nan_to_num_(0.0).square_().sum(0) for block in blocks), zero) / count
    return mean, torch.where(variance > 0, variance.sqrt(), torch.ones_like(variance)), known


class Classifier(nn.Module):
    """Raw rows → the probability of each class, float32 [rows, classes]."""

    def __init__(self, preparation: Preparation, network: nn.Module) -> None:
        super().__init__()
        self.preparation, self.network = preparation, network

    def forward(self, rows: Tensor) -> Tensor:
        return torch.softmax(self.network(*self.preparation(rows)), 1)


class Regressor(nn.Module):
    """Raw rows → the target in its own unit, float32 [rows]."""

    def __init__(self, preparation: Preparation, network: nn.Module, mean: float, std: float) -> None:
        super().__init__()
        self.preparation, self.network, self.mean, self.std = preparation, network, mean, std

    def forward(self, rows: Tensor) -> Tensor:
        answer: Tensor = self.network(*self.preparation(rows)).squeeze(1) * self.std + self.mean
        return answer


def prepare(params: TabularParams, dataset: DatasetRef) -> Task:
    name = dataset.target(params.target)
    table = read_table(dataset.path, name, params.task, params.max_categories, params.columns)
    target = table.target
    labelled = Labels(target.values, target.task, table.places)
    kept = split_for(dataset, labelled, params.validation, params.seed)
    training = table.rows.index_select(0, kept.train)
    preparation = Preparation(table.features, training)
    metadata: dict[str, Any] = {
        "recipe": INFO.recipe,
        "task": target.task,
        "target": name,
        "input": {
            "dtype": "float32",
            "missing": MISSING,
            "columns": [f.describe() for f in table.features],
            "reading": table.reading,
        },
        "classes": target.classes,
        "answer": target.describe(),
    }
    outputs = len(target.classes) if target.classes is not None else 1
    labels, learn = _learning(params, target, kept.train)
    prepared = _prepared(preparation, training)
    shape = Shape(
        width=preparation.width,
        sizes=preparation.sizes,
        hidden=params.hidden,
        outputs=outputs,
        dropout=params.dropout,
        members=params.members,
        edges=edges_of(prepared[0][:, : preparation.numbers], params.intervals),
    )
    network = Mlp(shape)

    def batches(chosen: Tensor) -> Batches:
        return Batches(_prepared(preparation, table.rows.index_select(0, chosen)), labels[chosen])

    def plain() -> PlainRows:
        plainly = PlainTable(preparation.width, preparation.sizes)
        return labelled.plain(
            kept, lambda chosen: plainly(*preparation(table.rows.index_select(0, chosen))), plainly.columns
        )

    return Task(
        network=network,
        gradients=MlpGradients(network, learn["loss"]),
        judged=mean_answer,
        train=repeated(Batches(prepared, labels[kept.train]), LEAST_STEPS * params.batch_size),
        validation=batches(kept.validation),
        test=batches(kept.test) if len(kept.test) else None,
        example=training[:2].clone(),
        metadata=metadata,
        last_counts=target.classes is not None and kept.is_too_small_to_choose,
        notes=(
            f"kargah.recipes.tabular | rows={len(labels)} features={len(table.features)} "
            + (
                f"classes={outputs}"
                if target.classes is not None
                else f"target mean={target.mean:.4g} std={target.std:.4g}"
            ),
            f"task={target.task} target={name} {kept.counts()}",
            *table.notes,
        ),
        export=partial(_exported, preparation, target),
        held=labelled.held(
            kept, table.rows.index_select(0, kept.judged), tuple((f.name, f.categories) for f in table.features)
        ),
        learned_from=LearnedFrom(
            len(table.features) - len(preparation.constant),
            (*table.left_out, *(LeftOut(column, "constant") for column in preparation.constant)),
            table.rows_left_out,
        ),
        plain=plain,
        **learn,
    )


def _prepared(preparation: Preparation, rows: Tensor) -> tuple[Tensor, Tensor]:
    """Some rows at a time: what lies in between stays in the processor's cache."""
    parts = [preparation(block) for block in torch.split(rows, BLOCK)]
    return torch.cat([numbers for numbers, _ in parts]), torch.cat([codes for _, codes in parts])


def _learning(params: TabularParams, target: Target, train: Tensor) -> tuple[Tensor, dict[str, Any]]:
    if target.classes is None:
        mean = target.values[train].mean().item()
        std = target.values[train].std(correction=0).item() or 1.0
        target.mean, target.std = mean, std
        labels = ((target.values - mean) / std).float()
        figures = partial(regression_metrics, unit=std)
        return labels, {"loss": SquaredError(), "metrics": figures, "best_metric": ("val_loss", "min")}
    labels = target.values.long()
    weight = weight_of_classes(params.class_weights, labels[train], len(target.classes))
    return labels, {
        "loss": CrossEntropy(weight),
        "metrics": classification_metrics,
        "best_metric": ("val_accuracy", "max"),
    }


def _exported(preparation: Preparation, target: Target, network: nn.Module) -> nn.Module:
    if target.classes is not None:
        return Classifier(preparation, network)
    return Regressor(preparation, network, target.mean, target.std)
