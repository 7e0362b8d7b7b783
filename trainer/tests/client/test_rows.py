"""Rows mean the same to the reader of datasets, to training and to a model in use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import torch
from torch import nn

from kargah.client.errors import KargahError
from kargah.client.predict import Predictor
from kargah.datasets.model import ReadingOptions
from kargah.datasets.verbs.read import read_dataset
from kargah.recipes import RECIPES, DatasetRef, parse_params


@dataclass(frozen=True)
class Learned:
    """A dataset of a text file and the predictor of a model on it, whose network need not be any good."""

    predictor: Predictor
    typed: pd.DataFrame
    own: pd.DataFrame


def learned(
    folder: Path,
    text: str,
    target: str,
    reading: ReadingOptions | None = None,
    *,
    filename: str = "table.csv",
    **csv: Any,
) -> Learned:
    (folder / "original").write_text(text, encoding="utf-8")
    read_dataset(folder, filename, memory_bytes=1 << 30, max_image_bytes=1 << 20, reading=reading)
    recipe = RECIPES["tabular"]
    params = parse_params(recipe.INFO.params, {"target": target})
    task = recipe.prepare(params, DatasetRef("test", folder / "data.parquet"))
    about = json.loads(json.dumps(dict(task.metadata)))
    predictor = Predictor(task.export(task.network).eval(), about)
    own = pd.read_json(folder / "original", lines=True) if filename.endswith("jsonl") else read_own(folder, csv)
    return Learned(predictor, pq.read_table(folder / "data.parquet").to_pandas(), own)


def read_own(folder: Path, csv: Mapping[str, Any]) -> pd.DataFrame:
    return pd.read_csv(folder / "original", **csv)


def lines(header: str, *rows: str, times: int = 15) -> str:
    return "\n".join([header, *rows * times]) + "\n"


FILES: dict[str, tuple[str, str, ReadingOptions | None, dict[str, Any]]] = {
    "Persian digits and marks": (lines("سن,وزن,y", "۵۱٫۳,۹۲۷٬۹۱۲,a", "۴۸٫۷,۱۱۱۶,b", "۱۲,۳٬۰۰۱,a"), "y", None, {}),
    "Jalali dates": (lines("تاریخ,y", "1399/06/01,a", "1400/04/02,b", "۱۳۹۸/۰۳/۰۳,a"), "y", None, {}),
    "a day before the month": (lines("at,y", "01/02/2011,a", "25/12/2012,b", "03/03/2013,a"), "y", None, {}),
    "Arabic letters that reading unifies": (
        lines("کالا,y", "يخچال,a", "یخچال,a", "كالا,b", "کالا,b"),
        "y",
        {"normalise_persian": True},
        {},
    ),
    "values that look alike, unified": (
        lines("رنگ,y", "Red,a", "red ,a", "Red,a", "آبی,b", "ابی,b", "آبی,b", " می رود,a", "می‌رود,a", "می‌رود,a"),
        "y",
        {"unify": True},
        {},
    ),
    "spaces behind commas": (lines("age, work, y", "51, Self, <=50K", "42, ?, >50K", "30, Gov, <=50K"), "y", None, {}),
    "truth values": (lines("flag,y", "false,b", "True,a", "TRUE,a"), "y", None, {}),
    "truth values as texts": (lines("flag,y", "false,b", "true,a"), "y", None, {"dtype": str}),
    "words for yes and no": (
        lines("پارکینگ,y", "دارد,b", "ندارد,a"),
        "y",
        {"types": {"پارکینگ": {"type": "boolean", "invalid": "missing"}}},
        {},
    ),
    "codes with leading zeros": (lines("zip,y", "00501,a", "02134,b", "10001,a"), "y", None, {}),
    "whole numbers among missing ones": (lines("n,k,y", "1,2,a", ",5,b", "3,1,a"), "y", None, {}),
    "decimal commas": (lines("h;p;y", "1,60;1.100,00;a", "1,75;980,50;b", "1,8;2.000,1;a"), "y", None, {"sep": ";"}),
    "currency and percent": (lines("p,r,y", '"$1,200.50",0%,a', "$30,12.5%,b", "$7.25,3%,a"), "y", None, {}),
    "words for missing": (lines("x,c,y", "1.5,red,a", "-,?,b", *["2,blue,a"] * 20, "#DIV/0!,red,b"), "y", None, {}),
    "own words for missing": (
        lines("x,c,y", "1.5,red,a", "-9,none,b", "2,blue,a"),
        "y",
        {"missing": ["-9", "none"]},
        {},
    ),
    "JSON lines": (
        "\n".join(json.dumps({"n": n, "c": "x" if n % 2 else "NA", "y": "ab"[n % 2]}) for n in range(40)),
        "y",
        None,
        {},
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_rows_as_the_file_writes_them_mean_what_the_typed_rows_mean(case: str, tmp_path: Path) -> None:
    text, target, reading, csv = FILES[case]
    filename = "table.jsonl" if case == "JSON lines" else "table.csv"
    model = learned(tmp_path, text, target, reading, filename=filename, **csv)
    typed, own = model.predictor.encode(model.typed), model.predictor.encode(model.own)
    assert torch.equal(typed.nan_to_num(-99.0), own.nan_to_num(-99.0))
    # They say something: not everything is missing or unknown.
    assert (typed[:, 0].nan_to_num(-1.0) >= 0).float().mean() > 0.5
    assert model.predictor.score(model.typed) == model.predictor.score(model.own)
    assert list(model.predictor.predict(model.typed)) == list(model.predictor.predict(model.own))


def test_another_spelling_that_reading_never_saw_is_taken_for_the_value_it_looks_like(tmp_path: Path) -> None:
    # Nothing in this file looks alike: that it is to be unified holds for further rows all the same.
    text = lines("کشور,سطح,y", "ایران,High,a", "یونان,low,b", "ایران,low,a")
    rows = pd.DataFrame({"کشور": ["ايران", " يونان"], "سطح": ["high", "LOW"]})
    plain = pd.DataFrame({"کشور": ["ایران", "یونان"], "سطح": ["High", "low"]})
    unified = learned(tmp_path, text, "y", {"unify": True}).predictor
    assert unified.encode(rows).tolist() == unified.encode(plain).tolist()
    assert unified.encode(pd.DataFrame({"کشور": ["عراق"], "سطح": ["mid"]})).tolist() == [[-1.0, -1.0]]
    apart = learned(tmp_path, text, "y").predictor
    assert apart.encode(rows).tolist() == [[-1.0, -1.0], [-1.0, -1.0]]


def test_the_values_are_those_that_training_learned_from(tmp_path: Path) -> None:
    text, target, reading, csv = FILES["Persian digits and marks"]
    model = learned(tmp_path, text, target, reading, **csv)
    assert model.predictor.encode(model.own.head(2)).tolist() == [
        [pytest.approx(51.3), 927_912.0],
        [pytest.approx(48.7), 1116.0],
    ]


def test_a_column_that_the_rows_lack_is_named_and_not_taken_for_missing(tmp_path: Path) -> None:
    model = learned(tmp_path, lines("age,income,y", "51,3,a", "42,4,b"), "y")
    with pytest.raises(KargahError, match="'income'") as caught:
        model.predictor.predict(pd.DataFrame({" age ": [3.0], "Income": [2.0]}))
    assert caught.value.code == "column_missing"
    assert "'income'" in caught.value.message_fa
    # Said to be missing it is.
    rows = pd.DataFrame({" age ": [3.0], "income": [None]})
    assert np.isnan(model.predictor.encode(rows)[0, 1].item())


def test_a_column_of_which_most_cannot_be_read_is_named_and_of_few_a_warning_tells(tmp_path: Path) -> None:
    model = learned(tmp_path, lines("age,at,ok,y", "51,2020-01-01,true,a", "42,2021-02-03,false,b"), "y")
    good = {"age": ["51", "42", "40"], "at": ["2020-01-01"] * 3, "ok": ["true"] * 3}
    for column, bad in (("age", "oops"), ("at", "some day"), ("ok", "perhaps"), ("at", 7), ("ok", 7)):
        with pytest.raises(KargahError, match=f"'{column}'.*{bad}") as caught:
            model.predictor.encode(pd.DataFrame({**good, column: [bad, bad, good[column][0]]}))
        assert caught.value.code == "column_unreadable"
        with pytest.warns(UserWarning, match=f"'{column}'.*{bad}"):
            found = model.predictor.encode(pd.DataFrame({**good, column: [bad, *good[column][:2]]}))
        assert found.isnan().sum() == 1


@pytest.mark.parametrize(
    ("cells", "kind", "wanted"),
    [
        (["1", "2", ""], "int", [1, 2]),
        (["yes", "no", "no"], "str", ["no", "yes"]),
        (["true", "false", "True"], "bool", [False, True]),
        (["0.5", "1.5", "0.5"], "float", [0.5, 1.5]),
    ],
)
def test_classes_come_back_as_values_of_their_column(
    cells: list[str], kind: str, wanted: list[Any], tmp_path: Path
) -> None:
    text = lines("x,y", *(f"{at},{cell}" for at, cell in enumerate(cells)))
    recipe_task = "classification"
    (tmp_path / "original").write_text(text)
    read_dataset(tmp_path, "t.csv", memory_bytes=1 << 30, max_image_bytes=1 << 20)
    recipe = RECIPES["tabular"]
    params = parse_params(recipe.INFO.params, {"target": "y", "task": recipe_task})
    task = recipe.prepare(params, DatasetRef("test", tmp_path / "data.parquet"))

    class ByFirst(nn.Module):
        def forward(self, rows: torch.Tensor) -> torch.Tensor:
            """Answers the class of the rows that the cells repeat."""
            places = torch.tensor([wanted.index(_value(cell, kind)) if cell else 0 for cell in cells])
            return torch.nn.functional.one_hot(places[rows[:, 0].long() % len(cells)], len(wanted)).float()

    model = Predictor(ByFirst(), json.loads(json.dumps(dict(task.metadata))))
    rows = pd.read_csv(tmp_path / "original")
    found = model.predict(rows)
    assert sorted(set(found)) == wanted
    assert {type(value).__name__ for value in found.tolist()} == {kind}
    known = rows["y"].notna()
    assert (found[known] == rows["y"][known]).all()
    assert model.score(rows) == 1.0
    typed = pq.read_table(tmp_path / "data.parquet").to_pandas()
    assert model.score(typed) == 1.0


def _value(cell: str, kind: str) -> Any:
    return {"int": int, "str": str, "float": float, "bool": lambda text: text.lower() == "true"}[kind](cell)


def test_a_quantity_is_scored_by_the_share_of_its_variance_that_is_explained(tmp_path: Path) -> None:
    text = lines("x,y", *(f"{n},{n * 1.5}" for n in range(40)), times=1)
    model = learned(tmp_path, text, "y").predictor
    about = model.about

    class Line(nn.Module):
        def forward(self, rows: torch.Tensor) -> torch.Tensor:
            return rows[:, 0] * 1.5

    rows = pd.read_csv(tmp_path / "original")
    assert Predictor(Line(), about).score(rows) == pytest.approx(1.0)
    with pytest.raises(KargahError) as caught:
        Predictor(Line(), about).score(rows.assign(y=None))
    assert caught.value.code == "no_known_target"
    with pytest.raises(KargahError) as caught:
        Predictor(Line(), about).score(rows[["x"]])
    assert caught.value.code == "column_missing"


def test_a_model_of_the_first_releases_reads_what_its_rows_show(tmp_path: Path) -> None:
    columns = [
        {"name": "n", "kind": "number"},
        {"name": "c", "kind": "category", "categories": ["red", "blue"]},
        {"name": "at", "kind": "date"},
        {"name": "ok", "kind": "boolean"},
    ]
    about = {"input": {"columns": columns}, "classes": ["0", "1"], "target": "y"}
    model = Predictor(nn.Identity(), about)
    frame = pd.DataFrame(
        {"n": ["۱۲٫۵", "3"], "c": [" blue", "green"], "at": ["1378/10/12", "2000-01-03"], "ok": ["بله", "0"]}
    )
    assert model.encode(frame).tolist() == [[12.5, 1.0, 1.0, 1.0], [3.0, -1.0, 2.0, 0.0]]
    answers = pd.DataFrame({"n": [1], "c": ["red"], "at": ["2000-01-01"], "ok": [True]})
    assert list(Predictor(_Always(), about).predict(answers)) == ["1"]


class _Always(nn.Module):
    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return torch.tensor([[0.0, 1.0]]).repeat(len(rows), 1)


@pytest.mark.parametrize(
    "reading",
    [
        {"kind": "number", "number": {"decimal": "x", "whole": False, "currency": None, "percent": False}},
        {"kind": "number", "number": {"decimal": ".", "whole": False, "currency": 5, "percent": False}},
        {"kind": "date", "date": {"order": "ymd", "calendar": "mayan"}},
        {"kind": "date", "date": {"order": "ymd", "calendar": None, "else": 1}},
        {"kind": "import os"},
        "number",
    ],
)
def test_rules_that_are_none_make_no_model_of_kargah(reading: Any) -> None:
    about = {
        "input": {"columns": [{"name": "n", "kind": "number", "reading": reading}]},
        "classes": None,
        "target": "y",
    }
    with pytest.raises(KargahError) as caught:
        Predictor(nn.Identity(), about)
    assert caught.value.code == "not_a_kargah_model"
