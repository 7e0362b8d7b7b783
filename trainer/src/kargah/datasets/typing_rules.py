"""Gives text columns their types: a column is what every one of its values is, else text.

Persian and Arabic digits are digits, and dates of the Jalali calendar are dates: kept as Gregorian ones.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kargah.datasets.engine import literal, name
from kargah.datasets.persian import JALALI, figures, figures_sql, gregorian_sql

if TYPE_CHECKING:
    import duckdb

# What a text may turn out to be; `jalali` is kept as a date.
Found = Literal["integer", "number", "boolean", "date", "datetime", "text", "category", "jalali"]
_BATCH = 40
_SAMPLE_ROWS = 5_000
# Eighteen digits always fit 64 bits. A leading zero means a code (postal, national id), which is text.
_INTEGER = " *[+-]?(0|[1-9][0-9]{0,17}) *"
_NUMBER = r" *[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})? *"
# Years from 1200 to 1499 are those of the Jalali calendar: a day that it does not have is no date at all.
_DATE = "([02-9][0-9]{3}|1[015-9][0-9]{2})[-/][0-9]{2}[-/][0-9]{2}"
_DATETIME = _DATE + r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"


_PATTERNS: dict[Found, re.Pattern[str]] = {
    "integer": re.compile(_INTEGER),
    "number": re.compile(_NUMBER),
    "boolean": re.compile("true|false", re.IGNORECASE),
    "jalali": re.compile(JALALI),
    "date": re.compile(_DATE),
    "datetime": re.compile(_DATETIME),
}


def _matches(pattern: str) -> str:
    return "regexp_full_match({c}, '" + pattern + "')"


_TESTS: dict[Found, str] = {
    "integer": _matches(_INTEGER),
    "number": _matches(_NUMBER)
    + " AND isfinite(TRY_CAST(trim({c}) AS DOUBLE))"
    + " AND (contains({c}, '.') OR contains(lower({c}), 'e') OR "
    + _matches(_INTEGER)
    + ")",
    "boolean": "lower({c}) IN ('true', 'false')",
    # The second test only where the first holds: it casts the parts to numbers.
    "jalali": f"CASE WHEN {_matches(JALALI)} THEN {gregorian_sql('{c}')} IS NOT NULL ELSE false END",
    "date": _matches(_DATE) + " AND TRY_CAST(replace({c}, '/', '-') AS DATE) IS NOT NULL",
    "datetime": _matches(_DATETIME) + " AND TRY_CAST(replace({c}, '/', '-') AS TIMESTAMPTZ) IS NOT NULL",
}
_CASTS: dict[Found, str] = {
    "integer": "CAST(trim({c}) AS BIGINT)",
    "number": "CAST(trim({c}) AS DOUBLE)",
    "boolean": "CAST(lower({c}) AS BOOLEAN)",
    "jalali": gregorian_sql("{c}"),
    "date": "CAST(replace({c}, '/', '-') AS DATE)",
    "datetime": "CAST(replace({c}, '/', '-') AS TIMESTAMPTZ) AT TIME ZONE 'UTC'",
}


def cast_sql(kind: Found, column: str) -> str:
    """Return the SQL that brings a text column, every value of which is of `kind`, to it."""
    return column if kind in {"text", "category"} else _CASTS[kind].replace("{c}", f"({figures_sql(column)})")


def test_sql(kind: Found, column: str) -> str:
    """Return the SQL that tells whether a text is of `kind`."""
    return _TESTS[kind].replace("{c}", f"({figures_sql(column)})")


ALL_TYPES: tuple[Found, ...] = ("integer", "number", "boolean", "jalali", "date", "datetime")
# JSON says itself what is a number.
JSON_TEXT_TYPES: tuple[Found, ...] = ("jalali", "date", "datetime")
_TIMES: set[Found] = {"jalali", "date", "datetime"}


def types_of(
    connection: duckdb.DuckDBPyConnection, source: Path, columns: list[str], candidates: tuple[Found, ...]
) -> dict[str, Found]:
    """Return the narrowest of `candidates` that holds every value of each text column of the Parquet file `source`.

    The first rows rule most types out; what they leave is tried on all rows. A column without a value is text.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(source) as file:
        sample = next(file.iter_batches(_SAMPLE_ROWS, columns=columns)) if columns else None
        more = file.metadata.num_rows > _SAMPLE_ROWS
    possible: dict[str, list[Found]] = {}
    for index, column in enumerate(columns):
        assert sample is not None
        values = [figures(value) for value in sample.column(index).drop_null().to_pylist()]
        left = [kind for kind in candidates if all(_may_be(kind, value) for value in values)]
        possible[column] = left if values or more else []
    # Only the engine knows which dates it can hold.
    unproved = [column for column, kinds in possible.items() if kinds and (more or _TIMES & set(kinds))]
    for start in range(0, len(unproved), _BATCH):
        _prove(connection, source, unproved[start : start + _BATCH], possible)
    return {column: (kinds[0] if kinds else "text") for column, kinds in possible.items()}


def _may_be(kind: Found, value: str) -> bool:
    if not _PATTERNS[kind].fullmatch(value):
        return False
    if kind != "number":
        return True
    # Whole numbers of more digits are ids that a floating-point number would change.
    exact = bool(_PATTERNS["integer"].fullmatch(value)) or "." in value or "e" in value.lower()
    return exact and math.isfinite(float(value))


def _prove(
    connection: duckdb.DuckDBPyConnection, source: Path, columns: list[str], possible: dict[str, list[Found]]
) -> None:
    pairs = [(column, kind) for column in columns for kind in possible[column]]
    tests = [
        f"bool_and({test_sql(kind, name(column))}) FILTER (WHERE {name(column)} IS NOT NULL)" for column, kind in pairs
    ]
    row = connection.execute(
        f"SELECT {', '.join(tests)} FROM read_parquet({literal(str(source))})"  # noqa: S608
    ).fetchone()
    assert row is not None
    for (column, kind), holds in zip(pairs, row, strict=True):
        if holds is not True:
            possible[column].remove(kind)
