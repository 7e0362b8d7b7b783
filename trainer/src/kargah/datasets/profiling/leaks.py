"""Columns that give the target away: it by another name, or what came out of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kargah.datasets.engine import name
from kargah.datasets.model import Column, Warning
from kargah.datasets.warnings import warning_of

if TYPE_CHECKING:
    import duckdb

_ROWS = 200_000
_LEAST_ROWS = 50
_COLUMNS = 60
_CLASSES = 50
_SHARE = 0.999
_CORRELATION = 0.999
_NUMBERS = {"integer", "number"}


def leaks(
    connection: duckdb.DuckDBPyConnection, rows: int, columns: Sequence[Column], target: str | None
) -> list[Warning]:
    """Return a warning for each column of `profiled` that tells the target of the first 200,000 rows that have one."""
    chosen = next((column for column in columns if column["name"] == target), None)
    if chosen is None or chosen["distinct"] < 2 or rows < _LEAST_ROWS:
        return []
    others = [column for column in columns[:_COLUMNS] if column is not chosen and column["distinct"] > 1]
    found = _by_value(connection, rows, others, chosen) if chosen["distinct"] <= _CLASSES else []
    told = {warning["column"] for warning in found}
    if chosen["type"] in _NUMBERS:
        numbers = [column for column in others if column["type"] in _NUMBERS and column["name"] not in told]
        found += _by_line(connection, numbers, chosen)
    return found


def _by_value(
    connection: duckdb.DuckDBPyConnection, rows: int, others: Sequence[Column], chosen: Column
) -> list[Warning]:
    """A column of few values, each nearly always with one class, probably is the class by another name."""
    y = name(chosen["name"])
    present = max(1, rows - chosen["missing"])
    largest = max((top["count"] for top in chosen["top"]), default=0) / present
    warnings: list[Warning] = []
    sample = f"(SELECT * FROM profiled WHERE {y} IS NOT NULL LIMIT {_ROWS})"  # noqa: S608
    for column in others:
        if column["distinct"] > max(_CLASSES, rows // 20):
            continue
        c = name(column["name"])
        row = connection.execute(
            f"SELECT sum(most) / sum(n) FROM (SELECT max(k) AS most, sum(k) AS n FROM "  # noqa: S608
            f"(SELECT {c} AS c, {y} AS y, count(*) AS k FROM {sample} WHERE {c} IS NOT NULL GROUP BY ALL) GROUP BY c)"
        ).fetchone()
        share = float((row or (0,))[0] or 0)
        if share >= _SHARE and largest < _SHARE - 0.05:
            percent = round(100 * share, 1)
            # A number, so that it is shown in the digits of its reader.
            told = int(percent) if percent.is_integer() else percent
            warnings.append(warning_of("leaking_column", column=column["name"], target=chosen["name"], percent=told))
    return warnings


def _by_line(connection: duckdb.DuckDBPyConnection, numbers: Sequence[Column], chosen: Column) -> list[Warning]:
    """A number that lies on a straight line with the target is its copy in another unit, or nearly so."""
    if not numbers:
        return []
    y = _finite(chosen)
    sample = f"(SELECT * FROM profiled WHERE {y} IS NOT NULL LIMIT {_ROWS})"  # noqa: S608
    correlations = ", ".join(f"corr({_finite(column)}, {y})" for column in numbers)
    row = connection.execute(f"SELECT {correlations} FROM {sample}").fetchone() or ()  # noqa: S608
    warnings: list[Warning] = []
    for column, value in zip(numbers, row, strict=True):
        if value is None or not math.isfinite(value) or abs(value) < _CORRELATION:
            continue
        pairs = connection.execute(f"SELECT count({_finite(column)}) FROM {sample}").fetchone()  # noqa: S608
        # Any two points lie on a line.
        if pairs is not None and pairs[0] >= _LEAST_ROWS:
            correlation = float(f"{abs(value):.4g}")
            warnings.append(
                warning_of("leaking_number", column=column["name"], target=chosen["name"], correlation=correlation)
            )
    return warnings


def _finite(column: Column) -> str:
    """The SQL of the column's number; NULL where its square would overflow."""
    number = f"CAST({name(column['name'])} AS DOUBLE)"
    return f"CASE WHEN abs({number}) < 1e150 THEN {number} END"
