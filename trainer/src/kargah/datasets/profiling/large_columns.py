"""The figures of columns that are asked of the SQL engine: those that do not fit into memory, and unusual ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kargah.datasets.engine import name
from kargah.datasets.model import Column, ColumnType, Direction, TopValue
from kargah.datasets.persian import direction_of
from kargah.datasets.profiling.column_plot import draw
from kargah.datasets.profiling.measure import DIRECTION_ROWS, MAX_CATEGORIES, QUANTILES, SQUARED, TOP, TOP_CHARS, bound

if TYPE_CHECKING:
    import duckdb


def asked_figures(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    column: str,
    kind: ColumnType,
    *,
    rows: int,
    exact: bool,
    drawn: bool,
) -> Column:
    """Return the figures of one column of `table`; counted about, where not `exact`."""
    found = _figures(connection, table, column, kind, rows, exact=exact)
    _complete(connection, table, found, rows)
    if drawn:
        draw(connection, table, found)
    return found


def _figures(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, kind: ColumnType, rows: int, *, exact: bool
) -> Column:
    c = name(column)
    distinct = f"count(DISTINCT {c})" if exact else f"approx_count_distinct({c})"
    quantile = "quantile_cont" if exact else "approx_quantile"
    if kind in {"integer", "number"}:
        closing = f") FILTER (WHERE isfinite({c}))" if kind == "number" else ")"
        number = f"CAST({c} AS DOUBLE)"
        parts = [f"min({c}{closing}", f"max({c}{closing}", f"avg({number}{closing}"]
        parts.append(f"stddev_samp({number}) FILTER (WHERE abs({number}) < {SQUARED!r})")
        parts.append(f"{quantile}({number}, {QUANTILES}{closing}")
    elif kind in {"date", "datetime"}:
        parts = [f"CAST(min({c}) AS VARCHAR)", f"CAST(max({c}) AS VARCHAR)", "NULL", "NULL", "NULL"]
    else:
        parts = ["NULL"] * 5
    row = connection.execute(f"SELECT count({c}), {distinct}, {', '.join(parts)} FROM {table}").fetchone()  # noqa: S608
    assert row is not None
    present, different, low, high, mean, spread, quantiles = row
    figures: Column = {
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
    if spread is not None and math.isfinite(spread):
        figures["std"] = float(spread)
    if quantiles is not None and all(math.isfinite(value) for value in quantiles):
        figures["quantiles"] = [float(value) for value in quantiles]
    return figures


def _bound(value: object) -> int | float | str | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return bound(value) if math.isfinite(value) else None
    return str(value)


def _complete(connection: duckdb.DuckDBPyConnection, table: str, column: Column, rows: int) -> None:
    """Frequent values, and for texts whether they are categories and which way they read."""
    c = name(column["name"])
    repeats = column["distinct"] < rows - column["missing"]
    if column["type"] == "text" and repeats and column["distinct"] <= min(MAX_CATEGORIES, max(2, rows // 2)):
        column["type"] = "category"
    if column["type"] in {"text", "category", "boolean"} or column["distinct"] <= MAX_CATEGORIES:
        found = connection.execute(
            f"SELECT left(CAST({c} AS VARCHAR), {TOP_CHARS}), count(*) AS n FROM {table} "  # noqa: S608
            f"WHERE {c} IS NOT NULL GROUP BY ALL ORDER BY n DESC, 1 LIMIT {TOP}"
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
        f"SELECT left({c}, {TOP_CHARS}) FROM {table} WHERE {c} IS NOT NULL LIMIT {DIRECTION_ROWS}"  # noqa: S608
    ).fetchall()
    return direction_of(str(row[0]) for row in sample)
