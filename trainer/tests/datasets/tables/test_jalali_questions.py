"""Jalali dates and Persian order in questions to a table, and in what is taken out of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kargah.datasets.failures import ReadFailure
from kargah.datasets.verbs import export, query

from ..conftest import Read

DAYS = ["1403/12/30", "1404/01/01", "1404/06/31", "1405/09/07"]
FRUITS = ["سیب", "هلو", "وانیل", "پرتقال", "چای", "ژله", "کاهو", "گیلاس", "یخ"]


@pytest.fixture
def dates(read: Read, tmp_path: Path) -> Path:
    read("روز,سن\n" + "".join(f"{day},{at}\n" for at, day in enumerate(DAYS)))
    return tmp_path


def found(folder: Path, *conditions: dict[str, Any], sort: str | None = None, order: str = "asc") -> list[Any]:
    body = {"offset": 0, "limit": 20, "rows": 4, "sort": sort, "order": order, "memory_bytes": 1 << 30}
    rows: Any = query.arranged_rows(folder, {**body, "conditions": list(conditions)})["rows"]
    return [row[-1] for row in rows]


def ask(folder: Path, sql: str) -> list[list[Any]]:
    request = {"folder": str(folder), "sql": sql, "memory_bytes": 256 << 20}
    rows: Any = query.answer_request(request, lambda _: None)["rows"]
    return list(rows)


@pytest.mark.parametrize("value", ["1404/01/01", "۱۴۰۴/۰۱/۰۱", "١٤٠٤-١-١", "1404.1.1", "2025-03-21", "۲۰۲۵/۳/۲۱"])
def test_a_jalali_day_means_itself_in_a_condition(dates: Path, value: str) -> None:
    assert found(dates, {"column": "روز", "op": ">=", "value": value}) == [1, 2, 3]
    assert found(dates, {"column": "روز", "op": "in", "value": [value]}) == [1]


@pytest.mark.parametrize("value", ["1404/12/30", "1404/13/01", "1404/07/31", "دیروز"])
def test_a_day_that_there_is_not_is_refused(dates: Path, value: str) -> None:
    with pytest.raises(ReadFailure, match="filter_invalid"):
        found(dates, {"column": "روز", "op": "=", "value": value})


@pytest.mark.parametrize("value", ["2", "۲", "٢"])
def test_numbers_are_asked_for_in_any_digits(dates: Path, value: str) -> None:
    assert found(dates, {"column": "سن", "op": "=", "value": value}) == [2]


def test_sql_knows_the_jalali_calendar_both_ways(dates: Path) -> None:
    assert ask(dates, 'SELECT jalali("روز") FROM data ORDER BY 1') == [[day] for day in DAYS]
    assert ask(dates, "SELECT jalali(TIMESTAMP '2026-11-28 16:20:00'), jalali(NULL)") == [["1405/09/07 16:20:00", None]]
    assert ask(dates, "SELECT CAST(from_jalali('۱۴۰۵/۹/۷') AS VARCHAR)") == [["2026-11-28"]]
    assert ask(dates, "SELECT fa_fold('كتاب‌ها') = fa_fold('کتابها')") == [[True]]


def test_persian_texts_are_sorted_as_in_a_dictionary(read: Read, tmp_path: Path) -> None:
    read("n,میوه\n" + "".join(f"{at},{fruit}\n" for at, fruit in enumerate(FRUITS)))
    in_order = ["پرتقال", "چای", "ژله", "سیب", "کاهو", "گیلاس", "وانیل", "هلو", "یخ"]
    assert found(tmp_path, sort="میوه") == in_order
    assert found(tmp_path, sort="میوه", order="desc") == in_order[::-1]
    assert ask(tmp_path, 'SELECT "میوه" FROM data ORDER BY 1 COLLATE fa') == [[fruit] for fruit in in_order]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_jalali_columns_are_taken_out_as_they_came_in_and_read_again(
    dates: Path, read: Read, tmp_path: Path, kind: str
) -> None:
    into = tmp_path / f"out.{kind}"
    export.write_export(dates / "data.parquet", into, kind, 1 << 30)
    text = into.read_text("utf-8-sig")
    assert all(day in text.replace("\\/", "/") for day in DAYS)
    again = read(text, f"out.{kind}")["profile"]["columns"][0]
    assert (again["type"], again["calendar"], again["min"]) == ("date", "jalali", "2025-03-20")
