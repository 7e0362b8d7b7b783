"""The plain forms of types, as programs write them: what a text is.

Persian and Arabic digits are digits, and dates of the Jalali calendar are dates: kept as Gregorian ones.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Literal

from kargah.datasets.persian import JALALI, figures, gregorian_sql

# What a text may turn out to be; `jalali` is kept as a date.
Found = Literal["integer", "number", "boolean", "date", "datetime", "text", "category", "jalali"]
# Eighteen digits always fit 64 bits. A leading zero means a code (postal, national id), which is text.
_INTEGER = " *[+-]?(0|[1-9][0-9]{0,17}) *"
# Whole numbers of more digits are ids that a floating-point number would change.
_NUMBER = (
    r" *[+-]?((0|[1-9][0-9]{0,17})|((0|[1-9][0-9]*)\.[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?"
    r"|(0|[1-9][0-9]*)[eE][+-]?[0-9]{1,3}) *"
)
# Years from 1200 to 1499 are those of the Jalali calendar: a day that it does not have is no date at all. There was no
# year 0.
_DATE = "(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[2-9][0-9]{3}|1[015-9][0-9]{2})[-/][0-9]{2}[-/][0-9]{2}"
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


def possible_types(values: Iterable[str], candidates: tuple[Found, ...]) -> list[Found]:
    """Return those of `candidates`, in their order, that no text of `values` rules out by how it is written."""
    texts = [figures(value) for value in values]
    return [kind for kind in candidates if all(_may_be(kind, text) for text in texts)]


def likely_types(values: Sequence[str], candidates: Iterable[Found], share: float) -> list[Found]:
    """Return those of `candidates`, in their order, that at least `share` of the texts of `values` may be of."""
    texts = [figures(value) for value in values]
    allowed = len(texts) - math.ceil(share * len(texts))
    return [kind for kind in candidates if _misfits(kind, texts, allowed) <= allowed]


def _misfits(kind: Found, texts: Sequence[str], enough: int) -> int:
    """How many of `texts` are not of `kind`, counted until they are more than `enough`."""
    found = 0
    for text in texts:
        found += not _may_be(kind, text)
        if found > enough:
            break
    return found


def _may_be(kind: Found, value: str) -> bool:
    if not _PATTERNS[kind].fullmatch(value):
        return False
    return kind != "number" or math.isfinite(float(value))
