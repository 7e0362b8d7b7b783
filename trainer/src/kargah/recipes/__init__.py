"""Training recipes. Each is one file that reads top-down; this file is only their list."""

from __future__ import annotations

from typing import cast

from kargah.protocols.params import InvalidParams, Json, parse_params
from kargah.protocols.task import Batches, DatasetRef, Recipe, RecipeInfo, Task
from kargah.recipes import image, tabular, text

RECIPES: dict[str, Recipe] = {module.INFO.recipe: cast(Recipe, module) for module in (tabular, image, text)}


def describe() -> list[Json]:
    """The contract's `recipe` objects, in the order they are offered."""
    return [recipe.INFO.describe() for recipe in RECIPES.values()]


__all__ = [
    "RECIPES",
    "Batches",
    "DatasetRef",
    "InvalidParams",
    "Recipe",
    "RecipeInfo",
    "Task",
    "describe",
    "parse_params",
]
