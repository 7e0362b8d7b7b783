"""Gives text columns their types: a column is what every one of its values is, else text.

Persian and Arabic digits are digits, and dates of the Jalali calendar are dates: kept as Gregorian ones.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
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
# Whole numbers of more digits are ids that a floating-point number would change.
_NUMBER = (
    r" *[+-]?((0|[1-9][0-9]{0,17})|((0|[1-9][0-9]*)\.[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?"
    r"|(0|[1-9][0-9]*)[eE][+-]?[0-9]{1,3}) *"
)
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
    "number": _matches(_NUMBER) + " AND isfinite(TRY_CAST({c} AS DOUBLE))",
    "boolean": "lower({c}) IN ('true', 'false')",
    # The second test only where the first holds: it casts the parts to numbers.
    "jalali": f"CASE WHEN {_matches(JALALI)} THEN {gregorian_sql('{c}')} IS NOT NULL ELSE false END",
    "date": _matches(_DATE) + " AND TRY_CAST(replace({c}, '/', '-') AS DATE) IS NOT NULL",
    "datetime": _matches(_DATETIME) + " AND TRY_CAST(replace({c}, '/', '-') AS TIMESTAMPTZ) IS NOT NULL",
}
_CASTS: dict[Found, str] = {
    "integer": "CAST({c} AS BIGINT)",
    "number": "CAST({c} AS DOUBLE)",
    "boolean": "CAST(lower({c}) AS BOOLEAN)",
    "jalali": gregorian_sql("{c}"),
    "date": "CAST(replace({c}, '/', '-') AS DATE)",
    "datetime": "CAST(replace({c}, '/', '-') AS TIMESTAMPTZ) AT TIME ZONE 'UTC'",
}


def cast_sql(kind: Found, column: str) -> str:
    """Return the SQL that brings a text column, every value of which is of `kind`, to it."""
    return column if kind in {"text", "category"} else _CASTS[kind].replace("{c}", column)


def test_sql(kind: Found, column: str) -> str:
    """Return the SQL that tells whether a text is of `kind`."""
    return _TESTS[kind].replace("{c}", column)


ALL_TYPES: tuple[Found, ...] = ("integer", "number", "boolean", "jalali", "date", "datetime")
# JSON says itself what is a number.
JSON_TEXT_TYPES: tuple[Found, ...] = ("jalali", "date", "datetime")
_TIMES: set[Found] = {"jalali", "date", "datetime"}


@dataclass(frozen=True)
class Texts:
    """What text columns turned out to be; `foreign` are those with letters or digits that are not ASCII."""

    types: dict[str, Found]
    foreign: frozenset[str]

    def value_sql(self, column: str) -> str:
        """Return the SQL of a column's text with its digits as programs write them, at no cost where they are."""
        return f"({figures_sql(name(column))})" if column in self.foreign else name(column)


def types_of(
    connection: duckdb.DuckDBPyConnection, source: Path, columns: list[str], candidates: tuple[Found, ...]
) -> Texts:
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
    foreign = _foreign(connection, source, [column for column, kinds in possible.items() if kinds])
    texts = Texts({column: (kinds[0] if kinds else "text") for column, kinds in possible.items()}, foreign)
    # Only the engine knows which dates it can hold. The first of the kinds is most often the one.
    unproved = [column for column, kinds in possible.items() if kinds and (more or _TIMES & set(kinds))]
    while unproved:
        batch, unproved = unproved[:_BATCH], unproved[_BATCH:]
        for column in _disproved(connection, source, batch, texts):
            possible[column].pop(0)
            texts.types[column] = possible[column][0] if possible[column] else "text"
            if possible[column]:
                unproved.append(column)
    return texts


def _foreign(connection: duckdb.DuckDBPyConnection, source: Path, columns: list[str]) -> frozenset[str]:
    found: set[str] = set()
    for start in range(0, len(columns), _BATCH):
        batch = columns[start : start + _BATCH]
        # In UTF-8 only ASCII has as many bytes as letters.
        tests = ", ".join(f"bool_or(strlen({name(column)}) <> length({name(column)}))" for column in batch)
        row = connection.execute(f"SELECT {tests} FROM read_parquet({literal(str(source))})").fetchone()  # noqa: S608
        found |= {column for column, has in zip(batch, row or (), strict=True) if has}
    return frozenset(found)


def _may_be(kind: Found, value: str) -> bool:
    if not _PATTERNS[kind].fullmatch(value):
        return False
    return kind != "number" or math.isfinite(float(value))


def _disproved(connection: duckdb.DuckDBPyConnection, source: Path, columns: list[str], texts: Texts) -> list[str]:
    tests = [
        f"bool_and({test_sql(texts.types[column], texts.value_sql(column))}) FILTER (WHERE {name(column)} IS NOT NULL)"
        for column in columns
    ]
    row = connection.execute(
        f"SELECT {', '.join(tests)} FROM read_parquet({literal(str(source))})"  # noqa: S608
    ).fetchone()
    assert row is not None
    return [column for column, holds in zip(columns, row, strict=True) if holds is not True]
