"""Gives text columns their types: a column is what every one of its values is, else text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kargah.datasets.engine import name
from kargah.datasets.model import ColumnType

if TYPE_CHECKING:
    import duckdb

_BATCH = 40
_SAMPLE_ROWS = 20_000
# Eighteen digits always fit 64 bits. A leading zero means a code (postal, national id), which is text.
_INTEGER = r"\s*[+-]?(0|[1-9][0-9]{0,17})\s*"
_NUMBER = r"\s*[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\s*"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DATETIME = _DATE + r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"

_TESTS: dict[ColumnType, str] = {
    "integer": "regexp_full_match({c}, '" + _INTEGER + "')",
    "number": "regexp_full_match({c}, '" + _NUMBER + "') AND isfinite(TRY_CAST({c} AS DOUBLE))"
    " AND (contains({c}, '.') OR contains(lower({c}), 'e') OR length(trim({c})) <= 18)",
    "boolean": "lower({c}) IN ('true', 'false')",
    "date": "regexp_full_match({c}, '" + _DATE + "') AND TRY_CAST({c} AS DATE) IS NOT NULL",
    "datetime": "regexp_full_match({c}, '" + _DATETIME + "') AND TRY_CAST({c} AS TIMESTAMPTZ) IS NOT NULL",
}
CASTS: dict[ColumnType, str] = {
    "integer": "CAST(trim({c}) AS BIGINT)",
    "number": "CAST(trim({c}) AS DOUBLE)",
    "boolean": "CAST(lower({c}) AS BOOLEAN)",
    "date": "CAST({c} AS DATE)",
    "datetime": "CAST({c} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'",
    "text": "{c}",
}
ALL_TYPES: tuple[ColumnType, ...] = ("integer", "number", "boolean", "date", "datetime")
# JSON says itself what is a number.
JSON_TEXT_TYPES: tuple[ColumnType, ...] = ("date", "datetime")


def types_of(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: list[str],
    candidates: tuple[ColumnType, ...] = ALL_TYPES,
) -> dict[str, ColumnType]:
    """Return the narrowest type that holds every value of each text column of `table` (an SQL table expression)."""
    possible = {column: list(candidates) for column in columns}
    for source in (f"(SELECT * FROM {table} LIMIT {_SAMPLE_ROWS})", table):  # noqa: S608
        open_columns = [column for column in columns if possible[column]]
        for start in range(0, len(open_columns), _BATCH):
            _narrow(connection, source, open_columns[start : start + _BATCH], possible)
    return {column: (left[0] if left else "text") for column, left in possible.items()}


def _narrow(
    connection: duckdb.DuckDBPyConnection, source: str, columns: list[str], possible: dict[str, list[ColumnType]]
) -> None:
    pairs = [(column, kind) for column in columns for kind in possible[column]]
    tests = [
        f"coalesce(bool_and({_TESTS[kind].replace('{c}', name(column))})"
        f" FILTER (WHERE {name(column)} IS NOT NULL), false)"
        for column, kind in pairs
    ]
    present = [f"count({name(column)})" for column in columns]
    row = connection.execute(f"SELECT {', '.join([*tests, *present])} FROM {source}").fetchone()  # noqa: S608
    assert row is not None
    counts = dict(zip(columns, row[len(tests) :], strict=True))
    for (column, kind), holds in zip(pairs, row, strict=False):
        # A sample without values proves nothing against a type; the whole column then decides.
        if not holds and counts[column]:
            possible[column].remove(kind)
        elif not counts[column] and source.startswith("read_parquet"):
            possible[column] = []
