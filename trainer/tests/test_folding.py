"""The vectors that every place that folds Persian answers alike; the bridge and the panels are tested by them, too."""

from __future__ import annotations

import json
from collections.abc import Callable

import duckdb
import pytest

from kargah.datasets.persian import plain_sql
from kargah.folding import search_sql
from kargah.recipes.parts.text_features import normalise

from .conftest import ROOT

VECTORS = json.loads((ROOT / "bridge-server/src/contract/folding.json").read_text(encoding="utf-8"))


def by_sql(fold: Callable[[str], str]) -> Callable[[str], object]:
    def folded(text: str) -> object:
        (found,) = duckdb.execute(f"SELECT {fold('CAST(? AS VARCHAR)')}", [text]).fetchone() or (None,)
        return found

    return folded


def of_features(text: str) -> object:
    return normalise([text], 1_000).tolist()


FOLDS = pytest.mark.parametrize(
    "fold",
    [by_sql(search_sql), by_sql(plain_sql), of_features],
    ids=["filters of rows", "copies in a dataset", "features of texts"],
)


@FOLDS
@pytest.mark.parametrize("forms", VECTORS["alike"])
def test_other_ways_to_write_a_text_are_one(fold: Callable[[str], object], forms: list[str]) -> None:
    assert [fold(form) for form in forms] == [fold(forms[0])] * len(forms)


@FOLDS
@pytest.mark.parametrize("texts", VECTORS["different"])
def test_other_texts_stay_others(fold: Callable[[str], object], texts: list[str]) -> None:
    assert fold(texts[0]) != fold(texts[1])


@pytest.mark.parametrize(("text", "form"), VECTORS["search"])
def test_a_filter_of_rows_compares_what_every_search_does(text: str, form: str) -> None:
    assert by_sql(search_sql)(text) == form
