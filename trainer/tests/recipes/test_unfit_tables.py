"""Tables that no recipe can learn from, and what every recipe on tables refuses alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from kargah.protocols.failure import JobFailure
from kargah.recipes import RECIPES, DatasetRef, parse_params

from .running import OnTables

NAMES = [f"text number {i}" for i in range(20)]
FIT = {"x": NAMES, "n": range(20), "y": ["a", "b"] * 10}
ALIKE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("target_required", FIT, {}),
    ("target_missing", FIT, {"target": "z"}),
    ("target_constant", FIT | {"y": ["a"] * 20}, {"target": "y"}),
    ("target_all_missing", FIT | {"y": pd.Series([None] * 20, dtype="str")}, {"target": "y"}),
    ("target_all_missing", FIT | {"y": pd.Series([None] * 20, dtype="float64")}, {"target": "y"}),
    ("target_all_different", FIT | {"y": [f"c{i}" for i in range(20)]}, {"target": "y"}),
    ("too_few_rows", {"x": NAMES[:4], "n": range(4), "y": ["a", "b"] * 2}, {"target": "y"}),
    ("too_few_validation_rows", FIT | {"y": [f"c{i // 2 if i < 6 else i}" for i in range(20)]}, {"target": "y"}),
    (
        "too_many_classes",
        {"x": [f"text {i}" for i in range(2002)], "n": range(2002), "y": [f"c{i // 2}" for i in range(2002)]},
        {"target": "y"},
    ),
]
NUMBERS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("target_constant", {"x": range(20), "y": [1.5] * 20}, {"target": "y", "task": "regression"}),
    ("target_not_numeric", {"x": range(20), "y": ["a", "b"] * 10}, {"target": "y", "task": "regression"}),
    ("target_not_numeric", {"x": range(20), "y": [[1, 2]] * 20}, {"target": "y"}),
    ("target_constant", {"x": [1], "y": ["a"]}, {"target": "y"}),
    ("numbers_too_large", {"x": [1e300, 1.0] * 10, "y": ["a", "b"] * 10}, {"target": "y"}),
    ("numbers_too_large", {"x": [2e38, None] * 10, "y": ["a", "b"] * 10}, {"target": "y"}),
    ("numbers_too_large", {"x": range(20), "y": [1e300 + i * 1e290 for i in range(20)]}, {"target": "y"}),
    ("no_features", {"y": ["a", "b"] * 10}, {"target": "y"}),
    ("no_features", {"x": [f"text {i}" * 3 for i in range(300)], "y": ["a", "b"] * 150}, {"target": "y"}),
    ("no_features", {"x": [1.0] * 20, "y": ["a", "b"] * 10}, {"target": "y"}),
    ("no_features", {"x": [float("inf")] * 20, "y": ["a", "b"] * 10}, {"target": "y"}),
]
TEXTS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("no_text_column", {"n": range(20), "y": ["a", "b"] * 10}, {"target": "y"}),
    ("text_column_missing", FIT, {"target": "y", "text": "u"}),
    ("text_column_missing", FIT, {"target": "y", "text": "n"}),
]


@pytest.mark.parametrize(
    ("recipe", "code", "columns", "params"),
    [(recipe, *row) for recipe in ("tabular", "text") for row in ALIKE]
    + [("tabular", *row) for row in NUMBERS]
    + [("text", *row) for row in TEXTS],
)
def test_a_table_that_cannot_be_learned_from_is_refused_with_a_code(
    tmp_path: Path, recipe: str, code: str, columns: dict[str, Any], params: dict[str, Any]
) -> None:
    with pytest.raises(JobFailure) as caught:
        OnTables(recipe).prepared(tmp_path, pd.DataFrame(columns), **params)
    assert caught.value.code == code


@pytest.mark.parametrize("name", ["tabular", "text"])
def test_a_dataset_deleted_meanwhile_is_said_so(tmp_path: Path, name: str) -> None:
    recipe = RECIPES[name]
    with pytest.raises(JobFailure) as caught:
        recipe.prepare(parse_params(recipe.INFO.params, {"target": "y"}), DatasetRef("gone", tmp_path / "data.parquet"))
    assert caught.value.code == "dataset_deleted"


@pytest.mark.parametrize("recipe", ["tabular", "text"])
def test_balanced_weights_make_a_rare_class_count(tmp_path: Path, recipe: str) -> None:
    import torch

    frame = pd.DataFrame({"x": [f"text {i}" for i in range(100)], "n": range(100), "y": ["a"] * 90 + ["b"] * 10})
    logits, labels = torch.tensor([[2.0, 0.0], [2.0, 0.0]]), torch.tensor([0, 1])
    equal = OnTables(recipe).prepared(tmp_path, frame, target="y").loss(logits, labels)
    balanced = OnTables(recipe).prepared(tmp_path, frame, target="y", class_weights="balanced").loss(logits, labels)
    assert balanced > equal
