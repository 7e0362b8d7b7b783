"""What changed between two versions of a dataset: rows, columns, distributions, classes.

Rows are compared as a multiset over the columns that both have. Distributions: for numbers the population stability
index over the older version's deciles (0.1 is small, 0.25 large; Siddiqi, "Credit Risk Scorecards", 2006), for others
the total variation distance of their shares.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kargah.datasets.engine import connect_to_tables, name, own_spill
from kargah.datasets.verbs.query import type_of

if TYPE_CHECKING:
    import duckdb

_BINS = 10
_MOST_COLUMNS = 200
_LEAST_SHARE = 1e-4


def answer_request(request: dict[str, Any], _tell: Callable[[Mapping[str, object]], None]) -> dict[str, object]:
    """Compare the contents `{folder, older, kind, memory_bytes}`; `folder` holds the newer one."""
    newer, older = Path(request["folder"]), Path(request["older"])
    if request["kind"] == "images":
        return compare_images(older / "images", newer / "images")
    tables = {"older": older / "data.parquet", "newer": newer / "data.parquet"}
    with connect_to_tables(tables, int(request["memory_bytes"]), own_spill(newer)) as connection:
        return compare_tables(connection)


def compare_tables(connection: duckdb.DuckDBPyConnection) -> dict[str, object]:
    """Compare the views `older` and `newer`."""
    before, after = _types(connection, "older"), _types(connection, "newer")
    common = [column for column in before if column in after]
    rows = [_number(connection, f"SELECT count(*) FROM {view}") for view in ("older", "newer")]  # noqa: S608
    added, removed = _moved(connection, [column for column in common if before[column] == after[column]], rows)
    same = [column for column in common if before[column] == after[column]][:_MOST_COLUMNS]
    missing = []
    for column in common:
        shares = [
            _number(connection, f"SELECT count(*) - count({name(column)}) FROM {view}") / max(1, count)  # noqa: S608
            for view, count in zip(("older", "newer"), rows, strict=True)
        ]
        if shares[0] != shares[1]:
            missing.append({"column": column, "before": shares[0], "after": shares[1]})
    distributions = [found for column in same if (found := _shift(connection, column, before[column])) is not None]
    return {
        "rows": {"before": rows[0], "after": rows[1], "added": added, "removed": removed},
        "columns_added": [column for column in after if column not in before],
        "columns_removed": [column for column in before if column not in after],
        "columns_retyped": [
            {"column": column, "before": before[column], "after": after[column]}
            for column in common
            if before[column] != after[column]
        ],
        "missing": missing,
        "distributions": sorted(distributions, key=lambda one: -float(one["value"])),
        "classes": [],
    }


def compare_images(older: Path, newer: Path) -> dict[str, object]:
    """Compare two folders of class folders, file by file by content."""
    before, after = _files(older), _files(newer)
    classes = sorted({label for label, _ in before} | {label for label, _ in after})
    return {
        "rows": {
            "before": sum(before.values()),
            "after": sum(after.values()),
            "added": sum(max(0, count - before.get(key, 0)) for key, count in after.items()),
            "removed": sum(max(0, count - after.get(key, 0)) for key, count in before.items()),
        },
        "columns_added": [],
        "columns_removed": [],
        "columns_retyped": [],
        "missing": [],
        "distributions": [],
        "classes": [
            {
                "name": label,
                "before": sum(count for (one, _), count in before.items() if one == label),
                "after": sum(count for (one, _), count in after.items() if one == label),
            }
            for label in classes
        ],
    }


def _types(connection: duckdb.DuckDBPyConnection, view: str) -> dict[str, str]:
    return {str(row[0]): type_of(str(row[1])) for row in connection.execute(f"DESCRIBE {view}").fetchall()}


def _number(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int((connection.execute(sql).fetchone() or (0,))[0])


def _moved(connection: duckdb.DuckDBPyConnection, columns: list[str], rows: list[int]) -> tuple[int, int]:
    if not columns:
        return rows[1], rows[0]
    whole = ", ".join(map(name, columns))
    counted = "SELECT hash({whole}) AS h, count(*) AS n FROM {view} GROUP BY h"
    older, newer = (counted.format(whole=f"({whole},)", view=view) for view in ("older", "newer"))
    row = connection.execute(
        f"SELECT coalesce(sum(greatest(coalesce(b.n, 0) - coalesce(a.n, 0), 0)), 0), "  # noqa: S608
        f"coalesce(sum(greatest(coalesce(a.n, 0) - coalesce(b.n, 0), 0)), 0) "
        f"FROM ({older}) a FULL JOIN ({newer}) b ON a.h = b.h"
    ).fetchone() or (0, 0)
    return int(row[0]), int(row[1])


def _shift(connection: duckdb.DuckDBPyConnection, column: str, kind: str) -> dict[str, Any] | None:
    c = name(column)
    if kind in {"integer", "number"}:
        row = connection.execute(
            f"SELECT quantile_cont(CAST({c} AS DOUBLE), {[at / _BINS for at in range(1, _BINS)]}) FROM older "  # noqa: S608
            f"WHERE {c} IS NOT NULL AND isfinite(CAST({c} AS DOUBLE))"
        ).fetchone()
        edges = sorted(set((row or (None,))[0] or []))
        if not edges:
            return None
        bucket = " + ".join(f"CAST(CAST({c} AS DOUBLE) > {edge!r} AS INTEGER)" for edge in edges)
        shares = _shares(connection, bucket, c)
        value = sum((after - before) * math.log(after / before) for before, after in shares)
        return {"column": column, "measure": "psi", "value": max(0.0, value)}
    months = kind in {"date", "datetime"}
    bucket = f"date_trunc('month', {c})" if months else f"left(CAST({c} AS VARCHAR), 200)"
    distinct = _number(connection, f"SELECT approx_count_distinct({bucket}) FROM older")  # noqa: S608
    total = _number(connection, f"SELECT count({c}) FROM older")  # noqa: S608
    if total == 0 or (kind == "text" and distinct > total / 2):
        # Texts that hardly repeat have no distribution to move.
        return None
    shares = _shares(connection, bucket, c, floor=0.0)
    return {"column": column, "measure": "total_variation", "value": sum(abs(b - a) for a, b in shares) / 2}


def _shares(
    connection: duckdb.DuckDBPyConnection, bucket: str, column: str, floor: float = _LEAST_SHARE
) -> list[tuple[float, float]]:
    """The share of each bucket, before and after; never less than `floor`, since logarithms know no zero."""
    counted = "SELECT {bucket} AS k, count(*) AS n FROM {view} WHERE {column} IS NOT NULL GROUP BY k"
    older, newer = (counted.format(bucket=bucket, view=view, column=column) for view in ("older", "newer"))
    rows = connection.execute(
        f"SELECT coalesce(a.n, 0), coalesce(b.n, 0) FROM ({older}) a FULL JOIN ({newer}) b ON a.k = b.k"  # noqa: S608
    ).fetchall()
    before, after = (max(1, sum(int(row[at]) for row in rows)) for at in (0, 1))
    return [(max(floor, row[0] / before), max(floor, row[1] / after)) for row in rows]


def _files(images: Path) -> dict[tuple[str, str], int]:
    import hashlib

    found: dict[tuple[str, str], int] = {}
    for folder in sorted(images.iterdir()):
        for file in sorted(folder.iterdir()):
            key = (folder.name, hashlib.sha256(file.read_bytes()).hexdigest())
            found[key] = found.get(key, 0) + 1
    return found
