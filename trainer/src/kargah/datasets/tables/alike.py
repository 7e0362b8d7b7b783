"""Values of a column that people take for one: told of, and written as one where that is asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from kargah.datasets.engine import literal, name
from kargah.datasets.model import Warning
from kargah.datasets.tables.notation.looks import SPACES, looks_sql
from kargah.datasets.tables.parquet import ROW_GROUP
from kargah.datasets.tables.rules import KEY, told_in
from kargah.datasets.warnings import warning_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from kargah.datasets.model import Column

# Columns of more values are texts and names, of which each is its own.
_MOST_VALUES = 1_000
_MOST_COLUMNS = 300
_SHOWN_PAIRS = 3
_CLASS_PAIRS = 5
_SHOWN_CHARS = 60


def alike_warnings(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[Column], target: str | None
) -> list[Warning]:
    """Return a warning for the categories of `table` that look like others, of the target's classes one for each."""
    told: list[Warning] = []
    for column in [one for one in columns if one["type"] == "category"][:_MOST_COLUMNS]:
        pairs = _pairs(connection, table, column["name"])
        if not pairs:
            continue
        if column["name"] == target:
            told += [
                warning_of("lookalike_classes", column=target, name=_quoted(less), other=_quoted(more))
                for less, more in pairs[:_CLASS_PAIRS]
            ]
        else:
            shown = ", ".join(f"{_quoted(less)} – {_quoted(more)}" for less, more in pairs[:_SHOWN_PAIRS])
            told.append(warning_of("lookalike_values", column=column["name"], count=len(pairs), values=shown))
    return told


def _quoted(value: str) -> str:
    return f"“{value[:_SHOWN_CHARS]}”"


def _pairs(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> list[tuple[str, str]]:
    """Values that look like a more frequent one of the column, each with that one."""
    c = name(column)
    rows = connection.execute(
        f"SELECT v, m FROM (SELECT v, n, first_value(v) OVER w AS m FROM "  # noqa: S608
        f"(SELECT {c} AS v, {looks_sql(c)} AS k, count(*) AS n FROM {table} WHERE {c} IS NOT NULL GROUP BY ALL) "
        "WHERE k <> '' WINDOW w AS (PARTITION BY k ORDER BY n DESC, v)) WHERE v <> m ORDER BY n DESC, v"
    ).fetchall()
    return [(str(less), str(more)) for less, more in rows]


def write_unified(connection: duckdb.DuckDBPyConnection, data: Path, types: Mapping[str, str]) -> list[Warning]:
    """Write in the columns of texts of the Parquet file `data`, of few values, each as the most frequent like it.

    Spaces around a value go. Returns how many cells of which columns were written otherwise.
    """
    import pyarrow.parquet as pq

    source = f"read_parquet({literal(str(data))})"
    kept: list[str] = []
    told: list[Warning] = []
    for column, kind in types.items():
        c = name(column)
        if kind not in {"text", "category"}:
            kept.append(c)
            continue
        of_few = connection.execute(f"SELECT count(DISTINCT {c}) <= {_MOST_VALUES} FROM {source}").fetchone()  # noqa: S608
        rows = _unified(connection, source, c) if of_few == (True,) else []
        if not rows:
            kept.append(c)
            continue
        before, after = [row[0] for row in rows], [row[1] for row in rows]
        at = f"list_position({_list(before)}, {c})"
        kept.append(f"CASE WHEN {at} IS NULL THEN {c} ELSE {_list(after)}[{at}] END AS {c}")
        told.append(warning_of("values_unified", column=column, count=sum(int(row[2]) for row in rows)))
    if told:
        # How it was read goes along.
        metadata = pq.read_metadata(data).metadata
        unified = data.with_name("unified.parquet")
        connection.execute(
            f"COPY (SELECT {', '.join(kept)} FROM {source}) TO {literal(str(unified))} "  # noqa: S608
            f"(FORMAT parquet, ROW_GROUP_SIZE {ROW_GROUP}, COMPRESSION zstd, "
            f"KV_METADATA {{{name(KEY)}: {literal(json.dumps(told_in(metadata)))}}})"
        )
        unified.rename(data)
    return told


def _unified(connection: duckdb.DuckDBPyConnection, source: str, c: str) -> list[tuple[str, str, int]]:
    """Values that are to be written otherwise, each with how, and in how many cells it stands."""
    plain = f"regexp_replace({c}, '^{SPACES}|{SPACES}$', '', 'g')"
    found = connection.execute(
        f"SELECT v, m, n FROM (SELECT v, n, first_value(p) OVER w AS m FROM "  # noqa: S608
        f"(SELECT v, p, k, n, sum(n) OVER (PARTITION BY k, p) AS together FROM "
        f"(SELECT {c} AS v, {plain} AS p, {looks_sql(c)} AS k, count(*) AS n FROM {source} "
        f"WHERE {c} IS NOT NULL GROUP BY ALL)) WHERE k <> '' "
        "WINDOW w AS (PARTITION BY k ORDER BY together DESC, p)) WHERE v <> m"
    ).fetchall()
    return [(str(value), str(other), int(count)) for value, other, count in found]


def _list(values: Sequence[str]) -> str:
    return "[" + ", ".join(literal(value) for value in values) + "]"
