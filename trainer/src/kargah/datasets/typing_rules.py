"""Gives text columns their types: a column is what every one of its values is, else text."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING

from kargah.datasets.engine import literal, name
from kargah.datasets.model import ColumnType

if TYPE_CHECKING:
    import duckdb

_BATCH = 40
_SAMPLE_ROWS = 5_000
# Eighteen digits always fit 64 bits. A leading zero means a code (postal, national id), which is text.
_INTEGER = " *[+-]?(0|[1-9][0-9]{0,17}) *"
_NUMBER = r" *[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})? *"
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DATETIME = _DATE + r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"


def _braced(pattern: str) -> str:
    return pattern.replace("{", "{{").replace("}", "}}")


_PATTERNS: dict[ColumnType, re.Pattern[str]] = {
    "integer": re.compile(_INTEGER),
    "number": re.compile(_NUMBER),
    "boolean": re.compile("true|false", re.IGNORECASE),
    "date": re.compile(_DATE),
    "datetime": re.compile(_DATETIME),
}
_TESTS: dict[ColumnType, str] = {
    "integer": f"regexp_full_match({{c}}, '{_braced(_INTEGER)}')",
    "number": f"regexp_full_match({{c}}, '{_braced(_NUMBER)}')"
    " AND isfinite(TRY_CAST(trim({c}) AS DOUBLE))"
    f" AND (contains({{c}}, '.') OR contains(lower({{c}}), 'e') OR regexp_full_match({{c}}, '{_braced(_INTEGER)}'))",
    "boolean": "lower({c}) IN ('true', 'false')",
    "date": f"regexp_full_match({{c}}, '{_braced(_DATE)}') AND TRY_CAST({{c}} AS DATE) IS NOT NULL",
    "datetime": f"regexp_full_match({{c}}, '{_braced(_DATETIME)}') AND TRY_CAST({{c}} AS TIMESTAMPTZ) IS NOT NULL",
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
_TIMES: set[ColumnType] = {"date", "datetime"}


def types_of(
    connection: duckdb.DuckDBPyConnection, source: Path, columns: list[str], candidates: tuple[ColumnType, ...]
) -> dict[str, ColumnType]:
    """Return the narrowest of `candidates` that holds every value of each text column of the Parquet file `source`.

    The first rows rule most types out; what they leave is tried on all rows. A column without a value is text.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(source) as file:
        sample = next(file.iter_batches(_SAMPLE_ROWS, columns=columns)) if columns else None
        more = file.metadata.num_rows > _SAMPLE_ROWS
    possible: dict[str, list[ColumnType]] = {}
    for index, column in enumerate(columns):
        assert sample is not None
        values = sample.column(index).drop_null().to_pylist()
        left = [kind for kind in candidates if all(_may_be(kind, value) for value in values)]
        possible[column] = left if values or more else []
    # Only the engine knows which dates it can hold.
    unproved = [column for column, kinds in possible.items() if kinds and (more or _TIMES & set(kinds))]
    for start in range(0, len(unproved), _BATCH):
        _prove(connection, source, unproved[start : start + _BATCH], possible)
    return {column: (kinds[0] if kinds else "text") for column, kinds in possible.items()}


def _may_be(kind: ColumnType, value: str) -> bool:
    if not _PATTERNS[kind].fullmatch(value):
        return False
    if kind != "number":
        return True
    # Whole numbers of more digits are ids that a floating-point number would change.
    exact = bool(_PATTERNS["integer"].fullmatch(value)) or "." in value or "e" in value.lower()
    return exact and math.isfinite(float(value))


def _prove(
    connection: duckdb.DuckDBPyConnection, source: Path, columns: list[str], possible: dict[str, list[ColumnType]]
) -> None:
    pairs = [(column, kind) for column in columns for kind in possible[column]]
    tests = [
        f"bool_and({_TESTS[kind].format(c=name(column))}) FILTER (WHERE {name(column)} IS NOT NULL)"
        for column, kind in pairs
    ]
    row = connection.execute(
        f"SELECT {', '.join(tests)} FROM read_parquet({literal(str(source))})"  # noqa: S608
    ).fetchone()
    assert row is not None
    for (column, kind), holds in zip(pairs, row, strict=True):
        if holds is not True:
            possible[column].remove(kind)
