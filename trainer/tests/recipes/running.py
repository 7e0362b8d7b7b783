"""Prepares and trains a recipe on a frame, as a job does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import torch

from kargah.protocols.task import Task
from kargah.recipes import RECIPES, DatasetRef, parse_params
from kargah.training.checkpoint import Checkpoints
from kargah.training.loop import Fit, Listener, fit

SILENT = Listener(metrics=lambda *_: None, progress=lambda *_: None, log=lambda *_: None, first_step=lambda: None)


class OnTables:
    """A recipe that learns from tables."""

    def __init__(self, recipe: str) -> None:
        self.recipe = RECIPES[recipe]

    def prepared(self, folder: Path, frame: pd.DataFrame, **params: Any) -> Task:
        path = folder / "data.parquet"
        frame.to_parquet(path, index=False)
        checked: Any = parse_params(self.recipe.INFO.params, params)
        torch.manual_seed(checked.seed)
        return self.recipe.prepare(checked, DatasetRef("test", path))

    def trained(self, folder: Path, frame: pd.DataFrame, **params: Any) -> tuple[Task, Fit]:
        task = self.prepared(folder, frame, **params)
        checked: Any = parse_params(self.recipe.INFO.params, params)
        return task, fit(task, checked, SILENT, Checkpoints(folder / "checkpoints"), lambda: False)
