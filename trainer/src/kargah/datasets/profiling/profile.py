"""The figures of every column of a typed table."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from kargah.datasets.engine import THREADS, literal, made_of, name, texts_of
from kargah.datasets.model import Column, ColumnType, Warning, Written
from kargah.datasets.persian import ARABIC_FORM
from kargah.datasets.profiling.column_plot import time_edges
from kargah.datasets.profiling.large_columns import asked_figures
from kargah.datasets.profiling.leaks import leaks
from kargah.datasets.profiling.measure import MAX_CATEGORIES, TOP, TOP_CHARS, Measured, measured
from kargah.datasets.warnings import warning_of

if TYPE_CHECKING:
    import duckdb
    import pyarrow.parquet as pq

Event = Callable[[Mapping[str, object]], None]
_BATCH = 40
_EXACT_CELLS = 20_000_000
# Columns with a picture; wider tables are searched by name.
_DRAWN = 300
_TELL_SECONDS = 0.1
# Bytes of columns that are measured together, and what part of the room a column may have that is measured in memory:
# it, it sorted, what is counted of it, and another one beside it.
_TOGETHER_BYTES = 64 << 20
_SHARE = 12
_VALUE_BYTES = 8


@dataclass(frozen=True)
class Profiled:
    """A table's rows, the figures of its columns, and which of these may have letters in their Arabic forms."""

    rows: int
    columns: list[Column]
    arabic: list[str]


def profile_table(  # noqa: PLR0917
    connection: duckdb.DuckDBPyConnection,
    data: Path,
    types: dict[str, ColumnType],
    jalali: frozenset[str] = frozenset(),
    written: Mapping[str, Written] = MappingProxyType({}),
    tell: Event = lambda _: None,
    memory_bytes: int = 1 << 30,
) -> Profiled:
    """Return the figures of the columns of `data`, and tell of columns as they are measured.

    A column that fits into a twelfth of `memory_bytes` is measured exactly. Of larger ones, in tables of more than 20
    million cells, distinct values are counted by HyperLogLog (about 2% off) and quantiles by t-digest (about 1% of a
    rank off). The table stays with the connection as `profiled`.
    """
    import pyarrow.parquet as pq

    connection.execute(f"CREATE VIEW profiled AS SELECT * FROM read_parquet({literal(str(data))})")  # noqa: S608
    columns: list[Column] = []
    arabic: list[str] = []
    told = time.monotonic()
    fresh: list[Column] = []
    with pq.ParquetFile(data) as file:
        rows = file.metadata.num_rows
    for found in _measured(connection, data, types, memory_bytes // _SHARE):
        column = _worded(connection, found)
        if column["name"] in jalali:
            column["calendar"] = "jalali"
        if column["name"] in written:
            column["written"] = written[column["name"]]
        if found.arabic:
            arabic.append(column["name"])
        columns.append(column)
        fresh.append(column)
        if time.monotonic() - told > _TELL_SECONDS:
            tell({"columns": fresh, "rows": rows, "done": len(columns), "total": len(types)})
            told, fresh = time.monotonic(), []
    if fresh:
        tell({"columns": fresh, "rows": rows, "done": len(columns), "total": len(types)})
    return Profiled(rows, columns, arabic)


def _measured(
    connection: duckdb.DuckDBPyConnection, data: Path, types: dict[str, ColumnType], most: int
) -> Iterator[Measured]:
    """The figures of each column, in their order: two are measured at a time."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(data) as file:
        rows = file.metadata.num_rows
        groups = list(_groups(file, most))
        repeating = [column for column in file.schema_arrow.names if _repeats(file, column, types)]
    drawn = set(list(types)[:_DRAWN])
    with pq.ParquetFile(data, read_dictionary=repeating) as file, ThreadPoolExecutor(THREADS) as pool:
        hashed = partial(made_of, connection, "hash(c)")
        ask = partial(asked_figures, connection, "profiled", rows=rows, exact=rows * len(types) <= _EXACT_CELLS)
        for names, fit in groups:
            begun: dict[int, Future[Measured | None]] = {}
            kinds = [types[column] for column in names]
            draws = [column in drawn for column in names]
            if fit:
                # Of a name with a dot it may read more than is asked for.
                table = file.read(columns=names, use_threads=False)
                # Texts take longest, and are begun with.
                order = sorted(range(len(names)), key=lambda at: kinds[at] not in {"text", "category"})
                begun = {
                    at: pool.submit(measured, names[at], kinds[at], table.column(names[at]), draws[at], hashed)
                    for at in order
                }
                del table
            for at, (column, kind, draw) in enumerate(zip(names, kinds, draws, strict=True)):
                found = begun.pop(at).result() if fit else None
                yield found or Measured(ask(column, kind, drawn=draw), arabic=True)


def _repeats(file: pq.ParquetFile, column: str, types: dict[str, ColumnType]) -> bool:
    """Whether texts are kept as a dictionary and places in it: they take no more room in memory so."""
    if types[column] not in {"text", "category"}:
        return False
    at, metadata = file.schema_arrow.get_field_index(column), file.metadata
    return all(metadata.row_group(group).column(at).has_dictionary_page for group in range(metadata.num_row_groups))


def _groups(file: pq.ParquetFile, most: int) -> Iterator[tuple[list[str], bool]]:
    """Columns that are measured together, in their order, and whether they fit into memory."""
    metadata = file.metadata
    groups = [metadata.row_group(at) for at in range(metadata.num_row_groups)]
    together: list[str] = []
    held = 0
    for index, column in enumerate(file.schema_arrow.names):
        written = sum(group.column(index).total_uncompressed_size for group in groups)
        size = max(written, metadata.num_rows * _VALUE_BYTES)
        if together and (size > most or len(together) == _BATCH or held + size > _TOGETHER_BYTES):
            yield together, True
            together, held = [], 0
        if size > most:
            yield [column], False
        else:
            together.append(column)
            held += size
    if together:
        yield together, True


def _worded(connection: duckdb.DuckDBPyConnection, found: Measured) -> Column:
    """The figures with their values in the engine's words."""
    column = found.column
    if found.bounds is not None:
        column["min"], column["max"] = texts_of(connection, found.bounds)
    if found.top is not None:
        words = texts_of(connection, found.top)
        entries = sorted(zip(words, found.counts, strict=True), key=lambda one: (-one[1], one[0].encode()))
        column["top"] = [{"value": value, "count": count} for value, count in entries[:TOP]]
    if found.times and "histogram" in column:
        column["histogram"]["edges"] = time_edges(connection, list(found.times))
    return column


def rows_with_arabic_letters(connection: duckdb.DuckDBPyConnection, profiled: Profiled) -> int:
    """Return how many rows of `profiled` hold an Arabic ي, ى or ك in some text column."""
    may = [column for column in profiled.columns if column["name"] in profiled.arabic]
    texts = [name(c["name"]) for c in may if c["type"] in {"text", "category"} and c["direction"] == "rtl"]
    if not texts:
        return 0
    anywhere = " OR ".join(f"regexp_matches({column}, {literal(ARABIC_FORM.pattern)})" for column in texts)
    row = connection.execute(
        f"SELECT count(*) FILTER (WHERE {anywhere}) FROM profiled"  # noqa: S608
    ).fetchone()
    return int(row[0]) if row else 0


# Columns that seldom leave two rows alike.
_TELLING = 3
_MOST_COMPARED = 60


def table_warnings(
    connection: duckdb.DuckDBPyConnection, rows: int, columns: Sequence[Column], target: str | None
) -> list[Warning]:
    """Return what the columns of `profiled` are together: copies of rows, ids, a column that gives the target away."""
    warnings: list[Warning] = []
    if len(columns) <= _MOST_COMPARED and rows > 1:
        copies = _copies(connection, rows, columns)
        if copies:
            warnings.append(warning_of("duplicate_rows", count=copies))
    for column in columns:
        whole_ids = column["type"] in {"text", "integer"} and column["name"] != target
        if whole_ids and rows > MAX_CATEGORIES and column["distinct"] == rows and _counts_up(column, rows):
            warnings.append(warning_of("id_column", column=column["name"]))
    return [*warnings, *leaks(connection, rows, columns, target)]


def _copies(connection: duckdb.DuckDBPyConnection, rows: int, columns: Sequence[Column]) -> int:
    """How many rows are copies of others; none, where the most different columns alone tell all rows apart."""
    by_difference = sorted(columns, key=lambda column: -column["distinct"])
    if by_difference[0]["missing"] == 0 and by_difference[0]["distinct"] == rows:
        return 0
    copies = 0
    for some in (by_difference[:_TELLING], columns):
        names = ", ".join(name(column["name"]) for column in some)
        row = connection.execute(f"SELECT count(*) - count(DISTINCT hash({names})) FROM profiled").fetchone()  # noqa: S608
        copies = int((row or (0,))[0])
        if copies == 0 or len(some) == len(columns):
            break
    return copies


def _counts_up(column: Column, rows: int) -> bool:
    """Whole numbers without a gap, or short texts of which no two are alike."""
    low, high = column["min"], column["max"]
    if isinstance(low, int) and isinstance(high, int):
        return high - low == rows - 1
    return column["type"] == "text" and column.get("text", {}).get("max_length", TOP_CHARS) <= 64
