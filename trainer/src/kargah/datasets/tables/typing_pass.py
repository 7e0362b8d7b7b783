"""Types a table of texts while it is read: one pass from the file to the dataset's own Parquet file.

What a column is, is supposed from its first values and held against every piece before that is kept. A column is what
nearly all of its cells are; the odd ones are missing, and told of. A piece that another way of reading fits better has
the rest only looked at, and the table read once more with what is known then.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kargah.datasets.engine import made_of
from kargah.datasets.failures import ReadFailure
from kargah.datasets.model import ReadingOptions, Warning, Written
from kargah.datasets.persian import normalised_sql
from kargah.datasets.tables.columns import require_columns
from kargah.datasets.tables.notation.odd_cells import total_row_warnings
from kargah.datasets.tables.parquet import TableWriter
from kargah.datasets.tables.plain_values import is_ascii
from kargah.datasets.tables.rules import KEY, Rules
from kargah.datasets.tables.settling import settled
from kargah.datasets.tables.text_table import BeginAgain, Texts
from kargah.datasets.tables.typed_column import TypedColumn
from kargah.datasets.tables.typing_rules import Found

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


@dataclass(frozen=True)
class Types:
    """What the columns of a written table are, how the file writes them, which are Jalali dates, and what to know."""

    found: dict[str, Found]
    written: dict[str, Written] = field(default_factory=dict)
    jalali: frozenset[str] = frozenset()
    warnings: tuple[Warning, ...] = ()


def write_typed(
    connection: duckdb.DuckDBPyConnection,
    table: Texts,
    target: Path,
    options: ReadingOptions,
    candidates: tuple[Found, ...],
) -> Types:
    """Write `table` to `target`, its texts as what they are; return what that is.

    Raises ReadFailure `value_not_of_type`, `type_fits_few`, `date_order_unclear` or `column_unknown` for types that
    `options` set, `no_rows`, and what `table` raises.
    """
    typing = _Typing(connection, options, candidates)
    while not typing.passed(table, target):
        pass
    columns = typing.columns
    return Types(
        {column.name: column.found for column in columns},
        {column.name: column.written for column in columns if column.written},
        frozenset(column.name for column in columns if column.is_jalali),
        (*(warning for column in columns for warning in column.warnings()), *total_row_warnings(typing.last)),
    )


@dataclass
class _Typing:
    connection: duckdb.DuckDBPyConnection
    options: ReadingOptions
    candidates: tuple[Found, ...]
    columns: list[TypedColumn] = field(default_factory=list)
    last: list[str | None] = field(default_factory=list)

    def passed(self, table: Texts, target: Path) -> bool:
        """Read the table once; return whether it was written, every value as what its column is said to be."""
        import pyarrow as pa

        rows = 0
        holds = True
        tail: pa.RecordBatch | None = None
        for column in self.columns:
            column.begin()
        try:
            with TableWriter(target) as writer:
                for batch in _one_ahead(table.batches()):
                    if not self.columns:
                        self.columns = self._columns_of(batch.schema)
                    typed = [self._typed(column, batch.column(column.index), rows) for column in self.columns]
                    holds = holds and all(same for _, same in typed)
                    if holds:
                        names = [column.name for column in self.columns]
                        writer.write(pa.record_batch([values for values, _ in typed], names))
                    rows += batch.num_rows
                    tail = batch.slice(batch.num_rows - 1)
                writer.describe(KEY, self._rules().describe())
        except BeginAgain:
            return False
        if rows == 0 or tail is None:
            raise ReadFailure("no_rows")
        self.last = [cell.as_py() if isinstance(cell.as_py(), str) else None for (cell,) in tail.columns]
        # Each is asked, for the next pass to know all that this one showed.
        held = [column.holds() for column in self.columns]
        return all(held) and settled(self.columns) and holds

    def _rules(self) -> Rules:
        missing = self.options.get("missing")
        return Rules(
            bool(self.options.get("normalise_persian")),
            None if missing is None else tuple(missing),
            "integer" in self.candidates,
            {column.name: column.way for column in self.columns if column.way is not None},
            bool(self.options.get("unify")),
        )

    def _columns_of(self, schema: pa.Schema) -> list[TypedColumn]:
        overrides = self.options.get("types") or {}
        require_columns(overrides, schema.names)
        return [
            TypedColumn(
                self.connection,
                field.name,
                index,
                _own_type(field.type),
                overrides.get(field.name),
                self.candidates,
                self.options.get("missing"),
            )
            for index, field in enumerate(schema)
        ]

    def _typed(self, column: TypedColumn, values: pa.Array, before: int) -> tuple[pa.Array, bool]:
        typed, same = column.typed(values, before)
        if not self.options.get("normalise_persian") or column.found not in {"text", "category"} or is_ascii(typed):
            return typed, same
        return made_of(self.connection, normalised_sql("c"), typed), same


def _own_type(type_: pa.DataType) -> Found | None:
    """What a column of anything but texts is; None for texts."""
    import pyarrow as pa

    if pa.types.is_boolean(type_):
        return "boolean"
    if pa.types.is_integer(type_):
        return "integer"
    if pa.types.is_date(type_):
        return "date"
    if pa.types.is_timestamp(type_):
        return "datetime"
    return "number" if pa.types.is_floating(type_) else None


def _one_ahead(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same ones, the next of which is read while one is worked on."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = pool.submit(next, batches, None)
            yield batch
