"""Sorted and filtered pages, and SQL of a person's own that reaches nothing but the table."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from kargah.datasets.failures import ReadFailure
from kargah.datasets.verbs import query

from .conftest import Asked, Read

CSV = "نام,سن,شهر,روز\nعلي,31,تهران,2024-01-02\nمینا,22,شیراز,2024-03-01\nرضا,,تهران,2023-05-05\nسارا,31,,\n"


@pytest.fixture
def table(read: Read, tmp_path: Path) -> Path:
    read(CSV)
    return tmp_path


def page(folder: Path, *conditions: dict[str, Any], **request: Any) -> Any:
    body = {
        "offset": 0,
        "limit": 10,
        "rows": 4,
        "sort": None,
        "order": "asc",
        "memory_bytes": 1 << 30,
        "conditions": list(conditions),
        **request,
    }
    found = query.arranged_rows(folder, body)
    return [row[0] for row in found["rows"]], found["total_rows"]  # type: ignore[attr-defined]


def ask(folder: Path, sql: str) -> dict[str, Any]:
    return query.answer_request({"folder": str(folder), "sql": sql, "memory_bytes": 256 << 20}, lambda _: None)


def test_rows_are_sorted_and_equal_ones_keep_their_order(table: Path) -> None:
    assert page(table, sort="سن") == (["مینا", "علي", "سارا", "رضا"], 4)
    assert page(table, sort="سن", order="desc") == (["علي", "سارا", "مینا", "رضا"], 4)
    assert page(table, sort="سن", offset=1, limit=2) == (["علي", "سارا"], 4)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"column": "سن", "op": "=", "value": 31}, ["علي", "سارا"]),
        ({"column": "سن", "op": "!=", "value": 31}, ["مینا"]),
        ({"column": "سن", "op": "<", "value": 31}, ["مینا"]),
        ({"column": "سن", "op": ">=", "value": 22}, ["علي", "مینا", "سارا"]),
        ({"column": "سن", "op": "in", "value": [22, 5]}, ["مینا"]),
        ({"column": "سن", "op": "is_missing"}, ["رضا"]),
        ({"column": "شهر", "op": "is_present"}, ["علي", "مینا", "رضا"]),
        ({"column": "نام", "op": "contains", "value": "ی"}, ["علي", "مینا"]),
        ({"column": "نام", "op": "starts_with", "value": "عل"}, ["علي"]),
        ({"column": "روز", "op": ">", "value": "2024-01-01"}, ["علي", "مینا"]),
    ],
)
def test_a_condition_finds_its_rows(table: Path, condition: dict[str, Any], found: list[str]) -> None:
    assert page(table, condition) == (found, len(found))


def test_conditions_hold_together(table: Path) -> None:
    both = ({"column": "سن", "op": "=", "value": 31}, {"column": "شهر", "op": "=", "value": "تهران"})
    assert page(table, *both) == (["علي"], 1)


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ({"column": "x", "op": "=", "value": 1}, "column_unknown"),
        ({"column": 'سن" OR 1=1 --', "op": "=", "value": 1}, "column_unknown"),
        ({"column": "سن", "op": "=", "value": "many"}, "filter_invalid"),
        ({"column": "سن", "op": "=", "value": None}, "filter_invalid"),
        ({"column": "سن", "op": "in", "value": []}, "filter_invalid"),
        ({"column": "نام", "op": "contains", "value": 5}, "filter_invalid"),
        ({"column": "نام", "op": "like", "value": "%"}, "filter_invalid"),
        ({"column": "روز", "op": "<", "value": "yesterday"}, "filter_invalid"),
    ],
)
def test_a_condition_that_cannot_be_says_so(table: Path, condition: dict[str, Any], code: str) -> None:
    with pytest.raises(ReadFailure) as refused:
        page(table, condition)
    assert refused.value.code == code


def test_an_unknown_column_to_sort_by_says_so(table: Path) -> None:
    with pytest.raises(ReadFailure) as refused:
        page(table, sort="nothing")
    assert refused.value.code == "column_unknown"


def test_a_select_answers_columns_and_rows(table: Path) -> None:
    found = ask(
        table, 'SELECT "شهر", count(*) AS n, avg("سن") AS "میانگین" FROM data GROUP BY 1 ORDER BY 2 DESC, 1 NULLS LAST'
    )
    assert [column["type"] for column in found["columns"]] == ["text", "integer", "number"]
    assert found["columns"][0]["direction"] == "rtl"
    assert found["rows"][0] == ["تهران", 2, 31.0]
    assert found["truncated"] is False


def test_more_rows_than_are_shown_are_told(table: Path) -> None:
    found = ask(table, "SELECT * FROM range(5000)")
    assert (len(found["rows"]), found["truncated"]) == (query.MAX_ROWS, True)


@pytest.mark.parametrize(
    "sql",
    [
        "ATTACH 'x.db'",
        "COPY data TO 'x'",
        "INSTALL httpfs",
        "SET memory_limit = '100GB'",
        "CREATE TABLE t AS SELECT 1",
        "SELECT 1; SELECT 2",
        "PRAGMA database_list",
        "",
    ],
)
def test_only_one_select_is_run(table: Path, sql: str) -> None:
    with pytest.raises(ReadFailure) as refused:
        ask(table, sql)
    assert refused.value.code == "query_not_select"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_parquet('../*/data.parquet')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_parquet('https://example.org/x.parquet')",
        "SELECT getenv('HOME')",
        "SELECT nothing FROM data",
        "SELEC 1",
    ],
)
def test_a_select_reaches_nothing_but_the_table(table: Path, sql: str) -> None:
    with pytest.raises(ReadFailure) as refused:
        ask(table, sql)
    assert refused.value.code == "query_failed"
    assert str(table) not in str(refused.value.params["reason"])


def test_where_the_table_lies_is_not_told(table: Path) -> None:
    shown = str(ask(table, "SELECT * FROM duckdb_views()")) + str(ask(table, "SELECT * FROM duckdb_settings()"))
    assert str(table) not in shown


def test_a_cell_that_does_not_fit_is_cut_and_one_that_never_would_is_refused(worker: Asked, table: Path) -> None:
    assert len(ask(table, "SELECT repeat('x', 100000) AS x")["rows"][0][0]) == 2001
    answer = worker.ask("query", table, sql="SELECT repeat('x', 3000000000) AS x", memory=2 << 30)
    told = {"ok": False, "error": {"code": "reader_limit", "params": {"resource": "RAM"}}}
    assert answer in (told, {"ok": False, "died": "signal"})


# Sorts far more than 64 MB of texts.
SPILLS = "SELECT sum(n) FROM (SELECT row_number() OVER (ORDER BY md5(range::VARCHAR)) AS n FROM range(1000000))"


def test_a_select_may_use_the_disk_for_want_of_memory_but_no_more_of_it_than_a_file(worker: Asked, table: Path) -> None:
    # None of the files that it takes is so large; together they are.
    answer = worker.ask("query", table, sql=SPILLS, memory_bytes=64_000_000, file_bytes=45 << 20)
    assert answer == {"ok": False, "error": {"code": "reader_limit", "params": {"resource": "disk"}}}
    answer = worker.ask("query", table, sql=SPILLS, memory_bytes=64_000_000, file_bytes=1 << 30)
    assert answer["result"]["rows"] == [[500_000_500_000]]
    assert not list(table.glob(".spill-*"))


def test_a_select_leaves_most_of_the_free_disk_free(table: Path) -> None:
    free = shutil.disk_usage(table).free
    size, unit = ask(table, "SELECT current_setting('max_temp_directory_size')")["rows"][0][0].split()
    assert float(size) * 2 ** (10 * ["bytes", "KiB", "MiB", "GiB", "TiB"].index(unit)) < free / 4


def test_the_engine_tells_nobody_where_anything_lies(table: Path) -> None:
    told = [
        ask(table, "SELECT name, value FROM duckdb_settings()")["rows"],
        ask(table, "SELECT current_setting('home_directory'), current_setting('secret_directory')")["rows"],
    ]
    for sql in ("SELECT * FROM duckdb_extensions()", "SELECT * FROM read_csv('~/x.csv')", "SELECT * FROM st_read('x')"):
        with pytest.raises(ReadFailure) as failure:
            ask(table, sql)
        told.append(failure.value.params)
    for place in (str(Path.home()), sys.prefix, str(table), str(Path.cwd())):
        assert place not in str(told)


def test_what_the_question_itself_names_is_repeated(table: Path) -> None:
    named = f"{sys.prefix}/x.csv"
    with pytest.raises(ReadFailure) as failure:
        ask(table, "SELECT * FROM read_csv('" + named + "')")  # noqa: S608
    assert named in str(failure.value.params)
