"""The figures of every column of a typed table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kargah.datasets.engine import literal, name
from kargah.datasets.model import Column, ColumnType, Direction, TopValue
from kargah.datasets.persian import ARABIC_FORM, direction_of

if TYPE_CHECKING:
    import duckdb

_BATCH = 40
_EXACT_CELLS = 20_000_000
_MAX_CATEGORIES = 50
_TOP = 10
_TOP_CHARS = 200
_SAFE_INTEGER = 2**53


def profile_table(
    connection: duckdb.DuckDBPyConnection, data: Path, types: dict[str, ColumnType]
) -> tuple[int, list[Column]]:
    """Return the number of rows of `data` and the figures of its columns.

    Distinct values are counted exactly up to 20 million cells and by HyperLogLog beyond (about 2% off).
    """
    table = f"read_parquet({literal(str(data))})"
    rows = int((connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,))[0])  # noqa: S608
    small = rows * len(types) <= _EXACT_CELLS
    distinct = "count(DISTINCT {c})" if small else "approx_count_distinct({c})"
    if small:
        # Thousands of questions about a wide table: opening its file for each would take longer than answering it.
        connection.execute(f"CREATE TEMP TABLE profiled AS SELECT * FROM {table}")  # noqa: S608
        table = "profiled"
    columns: list[Column] = []
    items = list(types.items())
    for start in range(0, len(items), _BATCH):
        columns.extend(_figures(connection, table, items[start : start + _BATCH], rows, distinct))
    for column in columns:
        _complete(connection, table, column, rows)
    return rows, columns


def rows_with_arabic_letters(connection: duckdb.DuckDBPyConnection, data: Path, columns: Sequence[Column]) -> int:
    """Return how many rows of `data` hold an Arabic ي, ى or ك in some text column."""
    texts = [name(c["name"]) for c in columns if c["type"] in {"text", "category"} and c["direction"] == "rtl"]
    if not texts:
        return 0
    anywhere = " OR ".join(f"regexp_matches({column}, {literal(ARABIC_FORM.pattern)})" for column in texts)
    row = connection.execute(
        f"SELECT count(*) FILTER (WHERE {anywhere}) FROM read_parquet({literal(str(data))})"  # noqa: S608
    ).fetchone()
    return int(row[0]) if row else 0


def _figures(
    connection: duckdb.DuckDBPyConnection, table: str, items: list[tuple[str, ColumnType]], rows: int, distinct: str
) -> list[Column]:
    parts: list[str] = []
    for column, kind in items:
        c = name(column)
        parts.append(f"count({c})")
        parts.append(distinct.format(c=c))
        if kind in {"integer", "number"}:
            closing = f") FILTER (WHERE isfinite({c}))" if kind == "number" else ")"
            parts += [f"min({c}{closing}", f"max({c}{closing}", f"avg(CAST({c} AS DOUBLE){closing}"]
        elif kind in {"date", "datetime"}:
            parts += [f"CAST(min({c}) AS VARCHAR)", f"CAST(max({c}) AS VARCHAR)", "NULL"]
        else:
            parts += ["NULL", "NULL", "NULL"]
    row = connection.execute(f"SELECT {', '.join(parts)} FROM {table}").fetchone()  # noqa: S608
    assert row is not None
    figures: list[Column] = []
    for index, (column, kind) in enumerate(items):
        present, different, low, high, mean = row[index * 5 : index * 5 + 5]
        figures.append(
            {
                "name": column,
                "type": kind,
                "missing": rows - int(present),
                "distinct": int(different),
                "direction": "ltr",
                "min": _bound(low),
                "max": _bound(high),
                "mean": float(mean) if mean is not None and math.isfinite(mean) else None,
                "top": [],
            }
        )
    return figures


def _bound(value: object) -> int | float | str | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value if abs(value) <= _SAFE_INTEGER else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value)


def _complete(connection: duckdb.DuckDBPyConnection, table: str, column: Column, rows: int) -> None:
    """Frequent values, and for texts whether they are categories and which way they read."""
    c = name(column["name"])
    repeats = column["distinct"] < rows - column["missing"]
    if column["type"] == "text" and repeats and column["distinct"] <= min(_MAX_CATEGORIES, max(2, rows // 2)):
        column["type"] = "category"
    if column["type"] in {"text", "category", "boolean"} or column["distinct"] <= _MAX_CATEGORIES:
        found = connection.execute(
            f"SELECT left(CAST({c} AS VARCHAR), {_TOP_CHARS}), count(*) AS n FROM {table} "  # noqa: S608
            f"WHERE {c} IS NOT NULL GROUP BY ALL ORDER BY n DESC, 1 LIMIT {_TOP}"
        ).fetchall()
        top: list[TopValue] = [{"value": str(value), "count": int(count)} for value, count in found]
        # A text that never repeats has no frequent values, only a first one.
        column["top"] = [] if column["type"] == "text" and top and top[0]["count"] == 1 else top
    column["direction"] = _direction(connection, table, column)


def _direction(connection: duckdb.DuckDBPyConnection, table: str, column: Column) -> Direction:
    if column["type"] not in {"text", "category"}:
        return "ltr"
    c = name(column["name"])
    sample = connection.execute(
        f"SELECT left({c}, {_TOP_CHARS}) FROM {table} WHERE {c} IS NOT NULL LIMIT 500"  # noqa: S608
    ).fetchall()
    return direction_of(str(row[0]) for row in sample)
