"""From a Parquet table of any origin to the dataset's own `data.parquet`: plain column types and nothing nested."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kargah.datasets.columns import require_width, unique_names
from kargah.datasets.engine import literal, name
from kargah.datasets.failures import ReadFailure
from kargah.datasets.model import ColumnType, Warning
from kargah.datasets.notes import note
from kargah.datasets.typing_rules import ALL_TYPES, CASTS, types_of

if TYPE_CHECKING:
    import duckdb

ROW_GROUP = 20_480
_PANDAS_INDEX = "__index_level_"
_INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
_NUMBERS = {"FLOAT", "DOUBLE", "UBIGINT", "HUGEINT", "UHUGEINT"}
_NESTED = ("STRUCT", "MAP", "UNION", "LIST")


def write_text_table(
    connection: duckdb.DuckDBPyConnection, source: Path, target: Path, candidates: tuple[ColumnType, ...] = ALL_TYPES
) -> dict[str, ColumnType]:
    """Write the table of texts `source` to `target` with every text column typed; return the type of each column."""
    table = f"read_parquet({literal(str(source))})"
    physical = _described(connection, table)
    texts = [column for column, kind in physical if kind == "VARCHAR"]
    typed = types_of(connection, source, texts, candidates)
    types: dict[str, ColumnType] = {}
    selected: list[str] = []
    for column, kind in physical:
        if kind == "VARCHAR":
            types[column] = typed[column]
            cast = CASTS[typed[column]].replace("{c}", name(column))
        else:
            types[column], cast = _plain(kind, name(column))
        selected.append(f"{cast} AS {name(column)}")
    _write(connection, selected, table, target)
    return types


def write_parquet_table(
    connection: duckdb.DuckDBPyConnection, source: Path, target: Path
) -> tuple[dict[str, ColumnType], list[Warning]]:
    """Write the Parquet file `source` of a user's to `target`; return the type of each kept column, and warnings.

    Raises ReadFailure `damaged_file`, `too_many_columns` or `no_rows`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(source) as file:
            width, rows = len(file.schema_arrow.names), file.metadata.num_rows
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ReadFailure("damaged_file") from error
    require_width(width)
    if rows == 0 or width == 0:
        raise ReadFailure("no_rows")
    table = f"read_parquet({literal(str(source))})"
    warnings: list[Warning] = []
    kept: list[tuple[str, ColumnType, str]] = []
    for column, kind in _described(connection, table):
        if kind in {"BLOB", "BIT"} or column.startswith(_PANDAS_INDEX):
            warnings.append(note("column_dropped", column=column, type=kind))
            continue
        kept.append((column, *_plain(kind, name(column))))
    if not kept:
        raise ReadFailure("not_tabular", format="Parquet", reason="BLOB")
    names, renamed = unique_names([column for column, _, _ in kept])
    selected = [f"{cast} AS {name(new)}" for new, (_, _, cast) in zip(names, kept, strict=True)]
    _write(connection, selected, table, target)
    return {new: kind for new, (_, kind, _) in zip(names, kept, strict=True)}, [*warnings, *renamed]


def _described(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    rows = connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()  # noqa: S608
    return [(str(row[0]), str(row[1])) for row in rows]


def _plain(kind: str, column: str) -> tuple[ColumnType, str]:  # noqa: PLR0911
    """The type of a column in our terms, and how its values are brought to it."""
    if kind == "BOOLEAN":
        return "boolean", column
    if kind in _INTEGERS:
        return "integer", f"CAST({column} AS BIGINT)"
    if kind in _NUMBERS or kind.startswith("DECIMAL"):
        return "number", f"CAST({column} AS DOUBLE)"
    if kind == "DATE":
        return "date", column
    if kind == "TIMESTAMP WITH TIME ZONE":
        return "datetime", f"{column} AT TIME ZONE 'UTC'"
    if kind.startswith("TIMESTAMP"):
        return "datetime", f"CAST({column} AS TIMESTAMP)"
    if kind.endswith("]") or kind.startswith(_NESTED):
        return "text", f"CAST(to_json({column}) AS VARCHAR)"
    return "text", f"CAST({column} AS VARCHAR)"


def _write(connection: duckdb.DuckDBPyConnection, selected: list[str], table: str, target: Path) -> None:
    connection.execute(
        f"COPY (SELECT {', '.join(selected)} FROM {table}) TO {literal(str(target))} "  # noqa: S608
        f"(FORMAT parquet, ROW_GROUP_SIZE {ROW_GROUP}, COMPRESSION zstd)"
    )
