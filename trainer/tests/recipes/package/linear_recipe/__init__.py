"""A recipe of a package of its own: one linear layer on the columns of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow.parquet as pq
import torch
from torch import Tensor, nn

from kargah.recipes import Batches, DatasetRef, JobFailure, RecipeInfo, Task, TrainingParams, param


@dataclass(frozen=True, kw_only=True)
class LinearParams(TrainingParams):
    target: str | None = param(None, "Target column", "ستون هدف", extra={"x-column": True})
    bias: bool = param(True, "Intercept", "عرض از مبدأ", "Learn a constant, too", "یک عدد ثابت هم یاد بگیرد")


INFO = RecipeInfo(
    recipe="linear",
    version="2.1.0",
    title="Linear regression",
    title_fa="رگرسیون خطی",
    description="One linear layer",
    description_fa="یک لایهٔ خطی",
    icon="table",
    dataset_kind="tabular",
    params=LinearParams,
    primary_params=("target", "lr", "bias"),
)


def prepare(params: LinearParams, dataset: DatasetRef) -> Task:
    target = dataset.target(params.target)
    frame = pq.read_table(dataset.path).to_pandas().select_dtypes("number").astype(np.float32)
    if target not in frame:
        raise JobFailure("target_not_numeric", column=target)
    labels = torch.from_numpy(frame.pop(target).to_numpy(copy=True))
    rows = torch.from_numpy(frame.to_numpy(copy=True))
    held = torch.arange(len(rows)) % 5 == 0
    return Task(
        network=nn.Linear(rows.shape[1], 1, bias=params.bias),
        train=Batches((rows[~held],), labels[~held]),
        validation=Batches((rows[held],), labels[held]),
        loss=_loss,
        metrics=partial(_metrics, variance=float(labels.var())),
        best_metric=("val_loss", "min"),
        export=_identity,
        example=rows[:2].clone(),
        metadata={
            "recipe": "linear",
            "task": "regression",
            "target": target,
            "input": {"dtype": "float32", "columns": [{"name": name, "kind": "number"} for name in frame]},
            "classes": None,
        },
    )


def _loss(answers: Tensor, truth: Tensor) -> Tensor:
    return nn.functional.mse_loss(answers.squeeze(1), truth)


def _metrics(answers: Tensor, truth: Tensor, variance: float) -> dict[str, float]:
    return {"r2": 1 - _loss(answers, truth).item() / variance}


def _identity(network: nn.Module) -> nn.Module:
    return network
