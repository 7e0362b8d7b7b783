"""The guess of the target, on tables whose target somebody else named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kargah.datasets.profiling.target import suggested_target

# Names, types and numbers of different values of columns as Kargah reads them (of the first 3,000 rows, in the third
# group 500), and which is learned: of pydataset what the examples of R's documentation put on the left of a model's
# formula, of statsmodels its `endog_idx`, of the others what their documentation or book predicts. Half of those
# were looked at while the rules were written; the other half showed that amounts at a table's beginning are no targets;
# the tables of the third group were read only after that.
TABLES: list[dict[str, Any]] = [
    json.loads(line) for line in Path(__file__).with_name("targets.jsonl").read_text("utf-8").splitlines()
]


def column(name: str, kind: str = "number", distinct: int = 50) -> Any:
    return {"name": name, "type": kind, "distinct": distinct, "missing": 0, "top": []}


def guess(table: dict[str, Any]) -> str | None:
    return suggested_target([column(*one) for one in table["columns"]])


@pytest.mark.parametrize("groups", [["looked at"], ["judged first", "judged"]])
def test_a_column_is_named_only_where_it_is_likely_the_one(groups: list[str]) -> None:
    tables = [table for table in TABLES if table["group"] in groups]
    named = [table for table in tables if guess(table) is not None]
    wrong = {table["table"]: guess(table) for table in named if guess(table) not in table["targets"]}
    assert len(tables) >= 20
    # Not by never naming one.
    assert len(named) >= len(tables) / 5
    assert len(wrong) <= len(named) / 10, wrong


@pytest.mark.parametrize(
    ("names", "target"),
    [
        (["PassengerId", "Survived", "Pclass", "Name", "Sex", "Age", "Fare", "Embarked"], "Survived"),
        (["Id", "LotArea", "YrSold", "SalePrice"], "SalePrice"),
        (["سن", "درآمد", "ریزش", "شهر"], "ریزش"),
        (["متراژ", "اتاق", "قيمت"], "قیمت"),
        (["قیمت", "متراژ", "محله"], None),
        (["customer_id", "tenure", "is_churn"], "is_churn"),
        (["x1", "x2", "class_label"], "class_label"),
        (["class", "sex", "age", "survived"], "survived"),
        (["income", "education", "prestige"], None),
        (["lang", "IQ", "class", "GS"], None),
        (["date", "open", "close"], None),
    ],
)
def test_names_say_it_in_both_languages_and_amounts_only_at_the_end(names: list[str], target: str | None) -> None:
    found = suggested_target([column(name) for name in names])
    assert found == (None if target is None else next(name for name in names if name in {target, "قيمت"}))


def test_the_only_names_behind_numbers_alone_are_the_target_and_others_are_not() -> None:
    numbers = [column(f"x{at}") for at in range(3)]
    assert suggested_target([*numbers, column("kind", "category", 3)]) == "kind"
    assert suggested_target([*numbers, column("won", "boolean", 2)]) == "won"
    assert suggested_target([*numbers[:2], column("kind", "category", 3)]) is None
    assert suggested_target([*numbers, column("city", "category", 9), column("kind", "category", 3)]) is None
    assert suggested_target([*numbers, column("name", "text", 100)]) is None
    assert suggested_target([*numbers, column("label", "category", 1)]) is None
