"""What a column's small picture is drawn from: a histogram of its values, or of the lengths of its texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kargah.datasets.engine import name
from kargah.datasets.model import Column, Histogram
from kargah.datasets.profiling.histograms import BINS, edges_of

if TYPE_CHECKING:
    import duckdb

_SCRIPT_ROWS = 2_000
_SCRIPT_CHARS = 1_000
_SCRIPTS = {
    "arabic": r"[\u0621-\u065f\u066e-\u06ef\u06fa-\u06ff\ufb50-\ufdff\ufe70-\ufefc]",
    "latin": r"[A-Za-z\u00c0-\u024f]",
    "digits": r"[0-9\u0660-\u0669\u06f0-\u06f9]",
}


def draw(connection: duckdb.DuckDBPyConnection, table: str, column: Column) -> None:
    """Add to `column` its histogram and, for texts, lengths and scripts."""
    kind, c = column["type"], name(column["name"])
    if kind in {"integer", "number"}:
        drawn = _numbers(connection, table, c, column)
        if drawn is not None:
            column["histogram"] = drawn
    elif kind in {"date", "datetime"}:
        drawn = _times(connection, table, c)
        if drawn is not None:
            column["histogram"] = drawn
    elif kind == "text":
        _texts(connection, table, c, column)


def _numbers(connection: duckdb.DuckDBPyConnection, table: str, c: str, column: Column) -> Histogram | None:
    low, high = column["min"], column["max"]
    if not isinstance(low, (int, float)) or not isinstance(high, (int, float)):
        return None
    edges = edges_of(low, high, whole=column["type"] == "integer")
    if edges[0] == edges[-1]:
        return {"edges": list(edges), "counts": [0] * (len(edges) - 2) + [_count(connection, table, c)]}
    return _binned(connection, table, f"CAST({c} AS DOUBLE)", edges)


def _times(connection: duckdb.DuckDBPyConnection, table: str, c: str) -> Histogram | None:
    row = connection.execute(f"SELECT epoch(min({c})), epoch(max({c})) FROM {table}").fetchone()  # noqa: S608
    if row is None or row[0] is None:
        return None
    low, high = float(row[0]), float(row[1])
    edges = edges_of(low, high, whole=False)
    counts = (
        [_count(connection, table, c)] if low == high else _binned(connection, table, f"epoch({c})", edges)["counts"]
    )
    return {"edges": time_edges(connection, edges), "counts": counts}


def time_edges(connection: duckdb.DuckDBPyConnection, seconds: list[float]) -> list[float | str]:
    """Return seconds from 1970 as texts."""
    texts = connection.execute(f"SELECT strftime(make_timestamp(CAST(unnest({seconds}) * 1e6 AS BIGINT)), '%xT%X')")
    return [f"{edge[0]}" for edge in texts.fetchall()]


def _texts(connection: duckdb.DuckDBPyConnection, table: str, c: str, column: Column) -> None:
    row = connection.execute(f"SELECT min(length({c})), avg(length({c})), max(length({c})) FROM {table}").fetchone()  # noqa: S608
    if row is None or row[0] is None:
        return
    low, mean, high = int(row[0]), float(row[1]), int(row[2])
    sample = connection.execute(
        f"SELECT left({c}, {_SCRIPT_CHARS}) FROM {table} WHERE {c} IS NOT NULL LIMIT {_SCRIPT_ROWS}"  # noqa: S608
    ).fetchall()
    column["text"] = {
        "min_length": low,
        "mean_length": mean,
        "max_length": high,
        "scripts": scripts_of("".join(str(one[0]) for one in sample)),
    }
    edges = edges_of(low, high, whole=True)
    column["histogram"] = _binned(connection, table, f"length({c})", edges)


def scripts_of(text: str) -> dict[str, float]:
    """Return the share of each script among the letters and digits of `text`."""
    import re

    counts = {script: len(re.findall(pattern, text)) for script, pattern in _SCRIPTS.items()}
    counts["other"] = sum(letter.isalnum() for letter in text) - sum(counts.values())
    counts["other"] = max(0, counts["other"])
    total = sum(counts.values()) or 1
    return {script: round(count / total, 4) for script, count in counts.items()}


def _count(connection: duckdb.DuckDBPyConnection, table: str, c: str) -> int:
    return int((connection.execute(f"SELECT count({c}) FROM {table}").fetchone() or (0,))[0])  # noqa: S608


def _binned(connection: duckdb.DuckDBPyConnection, table: str, value: str, edges: list[float]) -> Histogram:
    bins = len(edges) - 1
    # Halves: the distance of the farthest numbers does not fit a number.
    low, span = edges[0] / 2, edges[-1] / 2 - edges[0] / 2
    bin_of = f"least({bins - 1}, CAST(floor(({value} / 2 - {low!r}) / {span!r} * {bins}) AS INTEGER))"
    rows = connection.execute(
        f"SELECT {bin_of} AS bin, count(*) FROM {table} "  # noqa: S608
        f"WHERE {value} IS NOT NULL AND isfinite(CAST({value} AS DOUBLE)) GROUP BY bin"
    ).fetchall()
    counts = [0] * bins
    for at, count in rows:
        counts[max(0, min(bins - 1, int(at)))] += int(count)
    assert bins <= BINS + 1
    return {"edges": list(edges), "counts": counts}
