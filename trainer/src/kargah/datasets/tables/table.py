"""From a Parquet table of any origin to the dataset's own `data.parquet`: plain column types and nothing nested."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kargah.datasets.engine import literal, name
from kargah.datasets.failures import ReadFailure
from kargah.datasets.model import ColumnType, ReadingOptions, Warning, Written
from kargah.datasets.persian import normalised_sql
from kargah.datasets.tables.columns import require_columns, require_width, unique_names
from kargah.datasets.tables.parquet import ROW_GROUP
from kargah.datasets.tables.rules import KEY, Rules
from kargah.datasets.tables.text_table import Texts, TextTable
from kargah.datasets.tables.typing_pass import write_typed
from kargah.datasets.tables.typing_rules import ALL_TYPES, Found
from kargah.datasets.warnings import warning_of

if TYPE_CHECKING:
    import duckdb

_PANDAS_INDEX = "__index_level_"
_INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
_NUMBERS = {"FLOAT", "DOUBLE"}
_NESTED = ("STRUCT", "MAP", "UNION", "LIST")


@dataclass(frozen=True)
class Typed:
    """What the columns of a written table are; `jalali` names the dates that the file writes in that calendar."""

    types: dict[str, ColumnType]
    jalali: frozenset[str] = frozenset()
    warnings: tuple[Warning, ...] = ()
    written: dict[str, Written] = field(default_factory=dict)


def write_text_table(
    connection: duckdb.DuckDBPyConnection,
    table: Texts,
    target: Path,
    options: ReadingOptions,
    candidates: tuple[Found, ...] = ALL_TYPES,
) -> Typed:
    """Write `table` to `target` with every text column typed; return the type of each column.

    Raises ReadFailure as `write_typed` does.
    """
    found = write_typed(connection, table, target, options, candidates)
    types: dict[str, ColumnType] = {
        column: "date" if kind == "jalali" else kind for column, kind in found.found.items()
    }
    return Typed(types, found.jalali, found.warnings, found.written)


def write_parquet_table(
    connection: duckdb.DuckDBPyConnection, source: Path, target: Path, options: ReadingOptions
) -> Typed:
    """Write the Parquet file `source` of a user's to `target`; return the type of each kept column, and warnings.

    Raises ReadFailure `damaged_file`, `too_many_columns` or `no_rows`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(source) as file:
            given_names, rows = list(file.schema_arrow.names), file.metadata.num_rows
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ReadFailure("damaged_file") from error
    require_width(len(given_names))
    if rows == 0 or not given_names:
        raise ReadFailure("no_rows")
    table = f"read_parquet({literal(str(source))})"
    warnings: list[Warning] = []
    overrides = options.get("types") or {}
    normal, unify = bool(options.get("normalise_persian")), bool(options.get("unify"))
    found: list[tuple[str, str, str]] = []
    # The engine renames columns of equal names without a word, in the same order.
    described = _described(connection, table)
    if len(described) != len(given_names):
        raise ReadFailure("damaged_file")
    for given, (column, kind) in zip(given_names, described, strict=True):
        if kind in {"BLOB", "BIT"} or given.startswith(_PANDAS_INDEX):
            warnings.append(warning_of("column_dropped", column=column, type=kind))
        else:
            found.append((given, column, kind))
    if not found:
        raise ReadFailure("not_tabular", format="Parquet", reason="BLOB")
    names, renamed = unique_names([given for given, _, _ in found])
    require_columns(overrides, names)
    types: dict[str, ColumnType] = {}
    selected: list[str] = []
    given_types = {new: (column, kind) for new, (_, column, kind) in zip(names, found, strict=True)}
    for new, (column, kind) in given_types.items():
        exact = _is_whole(kind)
        types[new], cast = _exact(connection, table, name(column)) if exact else _plain(kind, name(column))
        if new in overrides:
            cast = f"CAST({name(column)} AS VARCHAR)"
        if normal and types[new] in {"text", "category"}:
            cast = normalised_sql(cast)
        selected.append(f"{cast} AS {name(new)}")
    warnings += [
        warning
        for new, (column, kind) in given_types.items()
        if new not in overrides
        for warning in _lost(connection, table, name(column), kind, new)
    ]
    if not overrides:
        _write(connection, selected, table, target, Rules(normalise_persian=normal, unify=unify))
        return Typed(types, warnings=(*warnings, *renamed))
    # What a person set is held against the texts of the column, as in files of text.
    plain = target.with_name("plain.parquet")
    _write(connection, selected, table, plain, Rules())
    texts = TextTable(plain, names, rows, [])
    typed = write_text_table(
        connection, texts, target, {"types": overrides, "normalise_persian": normal, "unify": unify}, ()
    )
    texts.close()
    for column in overrides:
        types[column] = typed.types[column]
    return Typed(types, typed.jalali, (*warnings, *renamed, *typed.warnings), typed.written)


def _is_whole(kind: str) -> bool:
    """Whether a column holds whole numbers that a floating-point number would change."""
    return kind in {"UBIGINT", "HUGEINT", "UHUGEINT"} or re.fullmatch(r"DECIMAL\(\d+, ?0\)", kind) is not None


def _exact(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> tuple[ColumnType, str]:
    """Whole numbers where all fit 64 bits, else texts with every digit."""
    found = connection.execute(
        f"SELECT count(*) FROM {table} WHERE {column} IS NOT NULL AND TRY_CAST({column} AS BIGINT) IS NULL"  # noqa: S608
    ).fetchone()
    if found is not None and found[0] == 0:
        return "integer", f"CAST({column} AS BIGINT)"
    return "text", f"CAST({column} AS VARCHAR)"


def _lost(connection: duckdb.DuckDBPyConnection, table: str, c: str, kind: str, column: str) -> list[Warning]:
    """What a column of the type `kind` loses, or is kept as, where its own type is none of ours."""
    if kind.startswith("DECIMAL") and not _is_whole(kind):
        double = f"CAST({c} AS DOUBLE)"
        changed = f"{c} <> TRY_CAST({double} AS {kind}) OR ({c} IS NOT NULL AND TRY_CAST({double} AS {kind}) IS NULL)"
        count, value, number = connection.execute(
            f"SELECT count(*), first(CAST({c} AS VARCHAR)), first(CAST({double} AS VARCHAR)) "  # noqa: S608
            f"FROM {table} WHERE {changed}"
        ).fetchone() or (0, "", "")
        return [warning_of("values_rounded", column=column, count=count, value=value, number=number)] if count else []
    if kind == "TIMESTAMP_NS":
        (count,) = connection.execute(
            f"SELECT count(*) FROM {table} WHERE epoch_ns({c}) % 1000 <> 0"  # noqa: S608
        ).fetchone() or (0,)
        return [warning_of("times_rounded", column=column, count=count)] if count else []
    if kind in {"TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"}:
        return [warning_of("times_in_utc", column=column)]
    if kind.endswith("]") or kind.startswith(_NESTED):
        return [warning_of("nested_as_json", column=column)]
    return []


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
    if kind in {"TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"}:
        return "datetime", f"CAST({column} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
    if kind.startswith("TIMESTAMP"):
        return "datetime", f"CAST({column} AS TIMESTAMP)"
    if kind.endswith("]") or kind.startswith(_NESTED):
        return "text", f"CAST(to_json({column}) AS VARCHAR)"
    return "text", f"CAST({column} AS VARCHAR)"


def _write(connection: duckdb.DuckDBPyConnection, selected: list[str], table: str, target: Path, rules: Rules) -> None:
    connection.execute(
        f"COPY (SELECT {', '.join(selected)} FROM {table}) TO {literal(str(target))} "  # noqa: S608
        f"(FORMAT parquet, ROW_GROUP_SIZE {ROW_GROUP}, COMPRESSION zstd, "
        f"KV_METADATA {{{name(KEY)}: {literal(rules.describe())}}})"
    )
