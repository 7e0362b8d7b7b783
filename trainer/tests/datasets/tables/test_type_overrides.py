"""Types that a person sets: what fits is kept, what does not is named or becomes missing."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ..conftest import Read, reason, types_of


class Case(NamedTuple):
    """Cells that are text as they stand, the type that is asked for, what becomes of them, and which does not fit."""

    cells: list[str]
    wanted: str
    values: list[Any]
    bad: str


CASES = [
    Case(["1", "۲", "three", ""], "integer", [1, 2, None, None], "three"),
    Case(["1.5", "2", "١٬٠٠٠٫٥", "1e999"], "number", [1.5, 2.0, 1000.5, None], "1e999"),
    Case(["true", "FALSE", "maybe", ""], "boolean", [True, False, None, None], "maybe"),
    Case(["2024-01-02", "1403/01/02", "soon"], "date", [date(2024, 1, 2), date(2024, 3, 21), None], "soon"),
    Case(["2024-01-02T10:00", "2024-02-30 10:00"], "datetime", [datetime(2024, 1, 2, 10), None], "2024-02-30 10:00"),
]


def csv(cells: list[str]) -> str:
    return "a,b\n" + "".join(f"{cell},x\n" for cell in cells)


def cells_of(folder: Path) -> list[Any]:
    return pq.read_table(folder / "data.parquet")["a"].to_pylist()


@pytest.mark.parametrize("case", CASES, ids=[case.wanted for case in CASES])
def test_a_value_that_does_not_fit_becomes_missing_where_a_person_lets_it(
    read: Read, tmp_path: Path, case: Case
) -> None:
    cells, wanted, values, _ = case
    assert types_of(read(csv(cells)))["a"] == "text"
    result = read(csv(cells), types={"a": {"type": wanted, "invalid": "missing"}})
    column = result["profile"]["columns"][0]
    assert (column["type"], column["missing"]) == (wanted, values.count(None))
    assert cells_of(tmp_path) == values
    assert result["reading"]["types"] == {"a": {"type": wanted, "invalid": "missing"}}


@pytest.mark.parametrize("case", CASES, ids=[case.wanted for case in CASES])
def test_a_value_that_does_not_fit_is_named_with_its_row_where_none_may(read: Read, tmp_path: Path, case: Case) -> None:
    cells, wanted, _, bad = case
    told = {"column": "a", "row": cells.index(bad) + 1, "value": bad, "type": wanted}
    assert reason(read, csv(cells), types={"a": {"type": wanted, "invalid": "fail"}}) == ("value_not_of_type", told)
    assert reason(read, csv(cells), types={"a": {"type": wanted}}) == ("value_not_of_type", told)
    assert not (tmp_path / "data.parquet").exists()


@pytest.mark.parametrize("wanted", ["text", "category"])
def test_numbers_may_be_codes(read: Read, tmp_path: Path, wanted: str) -> None:
    result = read("a,b\n" + "10,x\n20,y\n" * 3, types={"a": {"type": wanted, "invalid": "fail"}})
    assert types_of(result)["a"] == "category"
    assert cells_of(tmp_path) == ["10", "20"] * 3


def test_whole_numbers_may_be_measures(read: Read, tmp_path: Path) -> None:
    assert types_of(read("a,b\n1,x\n2,y\n", types={"a": {"type": "number", "invalid": "fail"}}))["a"] == "number"
    assert pq.read_table(tmp_path / "data.parquet").schema.field("a").type == pa.float64()


def test_a_value_that_does_not_fit_is_named_in_parquet_too(read: Read, tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": ["1", "x"]}), tmp_path / "given.parquet")
    given = (tmp_path / "given.parquet").read_bytes()
    told = {"column": "a", "row": 2, "value": "x", "type": "integer"}
    assert reason(read, given, "a.parquet", types={"a": {"type": "integer"}}) == ("value_not_of_type", told)
    read(given, "a.parquet", types={"a": {"type": "integer", "invalid": "missing"}})
    assert cells_of(tmp_path) == [1, None]


def test_a_type_of_a_column_that_is_not_there_is_refused(read: Read) -> None:
    assert reason(read, "a,b\n1,x\n", types={"c": {"type": "text"}}) == ("column_unknown", {"column": "c"})
