"""The figures of every column of a typed table."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kargah.datasets.drawing import draw
from kargah.datasets.engine import literal, name
from kargah.datasets.leaks import leaks
from kargah.datasets.model import Column, ColumnType, Direction, TopValue, Warning
from kargah.datasets.notes import note
from kargah.datasets.persian import ARABIC_FORM, direction_of

if TYPE_CHECKING:
    import duckdb

Event = Callable[[Mapping[str, object]], None]
_BATCH = 40
_EXACT_CELLS = 20_000_000
_MAX_CATEGORIES = 50
_TOP = 10
_TOP_CHARS = 200
_SAFE_INTEGER = 2**53
_QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95]
# Columns with a picture; wider tables are searched by name.
_DRAWN = 300
_TELL_SECONDS = 0.1


def profile_table(
    connection: duckdb.DuckDBPyConnection,
    data: Path,
    types: dict[str, ColumnType],
    jalali: frozenset[str] = frozenset(),
    tell: Event = lambda _: None,
) -> tuple[int, list[Column]]:
    """Return the number of rows of `data` and the figures of its columns, and tell of columns as they are measured.

    Distinct values are counted exactly up to 20 million cells and by HyperLogLog beyond (about 2% off), quantiles by
    t-digest then (about 1% of a rank off). The table stays with the connection as `profiled`.
    """
    table = f"read_parquet({literal(str(data))})"
    rows = int((connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,))[0])  # noqa: S608
    small = rows * len(types) <= _EXACT_CELLS
    # Thousands of questions about a wide table: opening its file for each would take longer than answering it.
    kind = "TEMP TABLE" if small else "VIEW"
    connection.execute(f"CREATE {kind} profiled AS SELECT * FROM {table}")  # noqa: S608
    columns: list[Column] = []
    items = list(types.items())
    told = time.monotonic()
    fresh: list[Column] = []
    for start in range(0, len(items), _BATCH):
        for column in _figures(connection, "profiled", items[start : start + _BATCH], rows, exact=small):
            _complete(connection, "profiled", column, rows)
            if len(columns) < _DRAWN:
                draw(connection, "profiled", column)
            if column["name"] in jalali:
                column["calendar"] = "jalali"
            columns.append(column)
            fresh.append(column)
            if time.monotonic() - told > _TELL_SECONDS:
                tell({"columns": fresh, "rows": rows, "done": len(columns), "total": len(items)})
                told, fresh = time.monotonic(), []
    if fresh:
        tell({"columns": fresh, "rows": rows, "done": len(columns), "total": len(items)})
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
    connection: duckdb.DuckDBPyConnection, table: str, items: list[tuple[str, ColumnType]], rows: int, *, exact: bool
) -> list[Column]:
    distinct = "count(DISTINCT {c})" if exact else "approx_count_distinct({c})"
    quantile = "quantile_cont" if exact else "approx_quantile"
    parts: list[str] = []
    for column, kind in items:
        c = name(column)
        parts.append(f"count({c})")
        parts.append(distinct.format(c=c))
        if kind in {"integer", "number"}:
            closing = f") FILTER (WHERE isfinite({c}))" if kind == "number" else ")"
            number = f"CAST({c} AS DOUBLE)"
            parts += [f"min({c}{closing}", f"max({c}{closing}", f"avg({number}{closing}"]
            # Beyond this the square of a number is none.
            spread = f"stddev_samp({number}) FILTER (WHERE abs({number}) < 1e150)"
            parts += [spread, f"{quantile}({number}, {_QUANTILES}{closing}"]
        elif kind in {"date", "datetime"}:
            parts += [f"CAST(min({c}) AS VARCHAR)", f"CAST(max({c}) AS VARCHAR)", "NULL", "NULL", "NULL"]
        else:
            parts += ["NULL"] * 5
    row = connection.execute(f"SELECT {', '.join(parts)} FROM {table}").fetchone()  # noqa: S608
    assert row is not None
    figures: list[Column] = []
    for index, (column, kind) in enumerate(items):
        present, different, low, high, mean, spread, quantiles = row[index * 7 : index * 7 + 7]
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
        if spread is not None and math.isfinite(spread):
            figures[-1]["std"] = float(spread)
        if quantiles is not None and all(math.isfinite(value) for value in quantiles):
            figures[-1]["quantiles"] = [float(value) for value in quantiles]
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


_MOST_COMPARED = 60


def table_warnings(
    connection: duckdb.DuckDBPyConnection, rows: int, columns: Sequence[Column], target: str | None
) -> list[Warning]:
    """Return what the columns of `profiled` are together: copies of rows, ids, a column that gives the target away."""
    warnings: list[Warning] = []
    if len(columns) <= _MOST_COMPARED and rows > 1:
        whole = ", ".join(name(column["name"]) for column in columns)
        row = connection.execute(f"SELECT count(*) - count(DISTINCT hash({whole})) FROM profiled").fetchone()  # noqa: S608
        copies = int((row or (0,))[0])
        if copies:
            warnings.append(note("duplicate_rows", count=copies))
    for column in columns:
        whole_ids = column["type"] in {"text", "integer"} and column["name"] != target
        if whole_ids and rows > _MAX_CATEGORIES and column["distinct"] == rows and _counts_up(column, rows):
            warnings.append(note("id_column", column=column["name"]))
    return [*warnings, *leaks(connection, rows, columns, target)]


def _counts_up(column: Column, rows: int) -> bool:
    """Whole numbers without a gap, or short texts of which no two are alike."""
    low, high = column["min"], column["max"]
    if isinstance(low, int) and isinstance(high, int):
        return high - low == rows - 1
    return column["type"] == "text" and column.get("text", {}).get("max_length", _TOP_CHARS) <= 64
