"""What a person is told of a table before training on it, and when they are not."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kargah.datasets.model import Warning

from .conftest import Read

Told = Callable[..., list[Warning]]
RANDOM = np.random.default_rng(0)
ROWS = 2_000


@pytest.fixture
def told(read: Read) -> Told:
    """Return the warnings `code` of a table whose last column is the target."""

    def run(code: str, /, **columns: object) -> list[Warning]:
        out = io.BytesIO()
        pq.write_table(pa.table(columns), out)
        return [warning for warning in read(out.getvalue(), "a.parquet")["warnings"] if warning["code"] == code]

    return run


def columns_of(warnings: list[Warning]) -> list[str]:
    return [warning["column"] for warning in warnings]


def labels(rows: int = ROWS) -> list[str]:
    return ["yes" if at % 3 == 0 else "no" for at in range(rows)]


def measures(rows: int = ROWS) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return RANDOM.normal(20, 5, rows)


# Copies of rows


def test_copies_of_rows_are_counted(told: Told) -> None:
    found = told("duplicate_rows", a=[1, 1, 2, 1, None, None], label=["x", "x", "y", "x", "z", "z"])
    assert [warning["detail"] for warning in found] == ["3 rows are copies of others."]
    assert found[0]["detail_fa"] == "3 ردیف تکراری است."


def test_rows_that_differ_in_one_cell_are_no_copies(told: Told) -> None:
    assert told("duplicate_rows", a=[1, 1, 2, None], label=["x", "y", "y", "y"]) == []


# Ids


@pytest.mark.parametrize(
    "ids",
    [list(range(100, 160)), list(range(60))[::-1], [f"C-{at * 7919}" for at in range(60)]],
    ids=["numbers in a row", "numbers counted down", "codes"],
)
def test_a_column_that_only_names_rows_is_told(told: Told, ids: list[object]) -> None:
    assert columns_of(told("id_column", n=ids, label=labels(60))) == ["n"]


@pytest.mark.parametrize(
    "values",
    [
        [at * at for at in range(60)],
        [at + 0.5 for at in range(60)],
        [*range(59), 58],
        [*range(59), None],
        [f"{at} " + "words " * 20 for at in range(60)],
        [f"C-{at // 2}" for at in range(60)],
    ],
    ids=["with gaps", "measures", "one twice", "one missing", "long texts", "names that repeat"],
)
def test_values_that_may_mean_something_are_no_ids(told: Told, values: list[object]) -> None:
    assert told("id_column", n=values, label=labels(60)) == []


def test_neither_the_target_nor_a_column_of_a_small_table_is_an_id(told: Told) -> None:
    assert told("id_column", x=labels(60), target=list(range(60))) == []
    assert told("id_column", n=list(range(50)), label=labels(50)) == []


# One value


def test_a_column_of_one_value_is_told_also_where_some_are_missing(told: Told) -> None:
    assert columns_of(told("constant_column", a=[7, 7, 7], b=["x", None, "x"], label=["p", "q", "p"])) == ["a", "b"]


def test_a_column_of_two_values_or_of_none_is_not_of_one(told: Told) -> None:
    nothing = pa.array([None, None], pa.int64())
    assert told("constant_column", a=[7, 8], b=["x", "y"], c=nothing, label=["p", "q"]) == []
    assert columns_of(told("all_missing", a=[7, 8], c=nothing, label=["p", "q"])) == ["c"]


# A lopsided target


def test_a_target_that_is_nearly_always_the_same_is_told(told: Told) -> None:
    found = told("imbalance", x=list(range(100)), label=["no"] * 90 + ["yes"] * 10)
    assert found[0]["detail"] == "90% of label is the value no; accuracy alone will mislead."


def test_a_target_of_several_frequent_values_and_a_lopsided_feature_are_not(told: Told) -> None:
    assert told("imbalance", x=list(range(100)), label=["no"] * 89 + ["yes"] * 11) == []
    assert told("imbalance", x=["no"] * 99 + ["yes"], label=["p", "q"] * 50) == []
    assert told("imbalance", x=list(range(100)), target=[0.0] * 75 + [at + 0.5 for at in range(25)]) == []


# A column that tells a class


def test_a_column_whose_every_value_goes_with_one_class_gives_it_away(told: Told) -> None:
    y = labels()
    found = told("leaking_column", x=RANDOM.integers(0, 9, ROWS), code=[{"yes": 7, "no": 3}[one] for one in y], label=y)
    assert columns_of(found) == ["code"]
    assert found[0]["detail"].startswith("code alone tells label in 100% of the rows")
    assert "label" in found[0]["detail_fa"]


def test_several_values_may_go_with_a_class_and_one_row_of_a_thousand_with_another(told: Told) -> None:
    y = labels()
    code = [f"{one}-{at % 5}" for at, one in enumerate(y)]
    code[0], code[1] = code[1], code[0]
    assert columns_of(told("leaking_column", code=code, label=y)) == ["code"]


@pytest.mark.parametrize("wrong", [0.01, 0.5])
def test_a_good_feature_is_no_leak(told: Told, wrong: float) -> None:
    y = labels()
    hint = [one if RANDOM.random() > wrong else "unknown" for one in y]
    assert told("leaking_column", hint=hint, label=y) == []


def test_what_is_different_in_every_row_and_what_any_column_tells_is_no_leak(told: Told) -> None:
    assert told("leaking_column", id=[f"n{at}" for at in range(ROWS)], label=labels()) == []
    assert told("leaking_column", x=RANDOM.integers(0, 9, ROWS), label=["no"] * (ROWS - 1) + ["yes"]) == []


# A number that tells a number


@pytest.mark.parametrize(
    "copy",
    [
        lambda y: y,
        lambda y: 1.8 * y + 32,
        lambda y: -y,
        lambda y: np.round(y * 100).astype(np.int64),
        lambda y: y + RANDOM.normal(0, 0.05, len(y)),
        lambda y: np.where(np.arange(len(y)) % 2, y, np.nan),
        lambda y: np.where(np.arange(len(y)) % 9, y, np.inf),
        lambda y: y * 1e140,
    ],
    ids=["the same", "another unit", "reversed", "rounded", "nearly", "half missing", "with infinities", "huge"],
)
def test_a_number_on_a_line_with_the_target_gives_it_away(
    told: Told, copy: Callable[[np.ndarray[tuple[int], np.dtype[np.float64]]], object]
) -> None:
    y = measures()
    found = told("leaking_number", x=measures(), other=copy(y), target=y)
    assert columns_of(found) == ["other"]
    assert found[0]["detail"].startswith("other and target lie on a straight line (correlation ")


def test_a_number_may_give_a_number_of_few_values_away(told: Told) -> None:
    y = RANDOM.integers(1, 6, ROWS)
    near = y + RANDOM.normal(0, 0.01, ROWS)
    assert columns_of(told("leaking_number", near=near, target=y)) == ["near"]
    # What tells each value is told of once.
    assert columns_of(told("leaking_column", twice=y * 2, target=y)) == ["twice"]
    assert told("leaking_number", twice=y * 2, target=y) == []


def test_a_number_that_goes_with_the_target_but_not_on_a_line_is_no_leak(told: Told) -> None:
    y = measures()
    close = y + RANDOM.normal(0, 0.5, ROWS)
    assert 0.99 < np.corrcoef(close, y)[0, 1] < 0.999
    few = np.where(np.arange(ROWS) < 40, y, np.nan)
    assert (
        told("leaking_number", close=close, few=few, same=np.ones(ROWS), text=[f"{one}x" for one in y], target=y) == []
    )
    assert told("leaking_number", other=y[:40], target=y[:40]) == []
    assert told("leaking_number", a=y, b=y, label=labels()) == []
