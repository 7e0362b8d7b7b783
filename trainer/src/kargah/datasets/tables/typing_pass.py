"""Types a table of texts while it is read: one pass from the file to the dataset's own Parquet file.

What a column is, is supposed from its first values and proved of every piece before it is kept. A piece that disproves
it has the rest only looked at, and the table read once more with what is known then.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kargah.datasets.engine import made_of
from kargah.datasets.failures import ReadFailure
from kargah.datasets.model import ColumnType, ReadingOptions, TypeOverride
from kargah.datasets.persian import figures_sql, normalised_sql
from kargah.datasets.tables.columns import require_columns
from kargah.datasets.tables.parquet import TableWriter
from kargah.datasets.tables.plain_values import is_ascii, plain_values
from kargah.datasets.tables.text_table import BeginAgain, Texts
from kargah.datasets.tables.typing_rules import Found, cast_sql, override_sql, possible_types, test_sql

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

# What these leave open is found out of the rest of the first piece.
_SAMPLE_ROWS = 200
_SHOWN = 80


def write_typed(
    connection: duckdb.DuckDBPyConnection,
    table: Texts,
    target: Path,
    options: ReadingOptions,
    candidates: tuple[Found, ...],
) -> dict[str, Found]:
    """Write `table` to `target`, its texts as what they are; return what that is, by column.

    Raises ReadFailure `value_not_of_type` or `column_unknown` for types that `options` set, `no_rows`, and what `table`
    raises.
    """
    typing = _Typing(connection, options, candidates)
    while not typing.passed(table, target):
        pass
    return {column.name: column.found for column in typing.columns}


@dataclass
class _Column:
    """A column and what it may still be, the first supposed; `left` is None until it has a value."""

    name: str
    index: int
    own: ColumnType | None
    override: TypeOverride | None
    left: list[Found] | None = None

    @property
    def found(self) -> Found:
        if self.override is not None:
            return self.override["type"]
        return self.own or (self.left[0] if self.left else "text")


@dataclass
class _Typing:
    connection: duckdb.DuckDBPyConnection
    options: ReadingOptions
    candidates: tuple[Found, ...]
    columns: list[_Column] = field(default_factory=list)

    def passed(self, table: Texts, target: Path) -> bool:
        """Read the table once; return whether it was written, every value as what its column is said to be."""
        import pyarrow as pa

        rows = 0
        holds = True
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
        except BeginAgain:
            return False
        if rows == 0:
            raise ReadFailure("no_rows")
        return holds

    def _columns_of(self, schema: pa.Schema) -> list[_Column]:
        overrides = self.options.get("types") or {}
        require_columns(overrides, schema.names)
        return [
            _Column(field.name, index, _own_type(field.type), overrides.get(field.name))
            for index, field in enumerate(schema)
        ]

    def _typed(self, column: _Column, values: pa.Array, before: int) -> tuple[pa.Array, bool]:
        """The values as what the column is, and whether that was supposed of those before them too."""
        if column.override is not None:
            return self._normal(column, self._overridden(column.name, column.override, values, before)), True
        if column.own is not None:
            return values, True
        same = True
        if column.left is None and values.null_count < len(values):
            sample = values.drop_null().slice(0, _SAMPLE_ROWS).to_pylist()
            column.left = possible_types(sample, self.candidates)
            same = before == 0 or not column.left
        while column.left:
            typed = self._proved(column.left[0], values)
            if typed is not None:
                return typed, same
            column.left.pop(0)
            same = False if before else same
        return self._normal(column, values), same

    def _proved(self, kind: Found, texts: pa.Array) -> pa.Array | None:
        """The texts as values of `kind`; None where one is not of it."""
        plain = plain_values(kind, texts)
        if plain is not None:
            return plain
        value = "c" if is_ascii(texts) else f"({figures_sql('c')})"
        typed = made_of(self.connection, f"CASE WHEN {test_sql(kind, value)} THEN {cast_sql(kind, value)} END", texts)
        return typed if typed.null_count == texts.null_count else None

    def _overridden(self, name: str, override: TypeOverride, values: pa.Array, before: int) -> pa.Array:
        """The values as the type that a person set; those that do not fit are refused by name, or become missing."""
        text = "CAST(c AS VARCHAR)"
        if override["type"] in {"text", "category"}:
            return made_of(self.connection, text, values)
        typed = made_of(self.connection, override_sql(override["type"], text), values)
        if override.get("invalid", "fail") == "fail" and typed.null_count > values.null_count:
            bad = next(at for at in range(len(values)) if values[at].is_valid and not typed[at].is_valid)
            shown = made_of(self.connection, f"left({text}, {_SHOWN})", values.slice(bad, 1))[0].as_py()
            raise ReadFailure(
                "value_not_of_type", column=name[:200], row=before + bad + 1, value=shown, type=override["type"]
            )
        return typed

    def _normal(self, column: _Column, values: pa.Array) -> pa.Array:
        """Texts as a person wants them normalised, where they do."""
        if not self.options.get("normalise_persian") or column.found not in {"text", "category"}:
            return values
        return values if is_ascii(values) else made_of(self.connection, normalised_sql("c"), values)


def _own_type(type_: pa.DataType) -> ColumnType | None:
    """What a column of anything but texts is; None for texts."""
    import pyarrow as pa

    if pa.types.is_boolean(type_):
        return "boolean"
    if pa.types.is_integer(type_):
        return "integer"
    return "number" if pa.types.is_floating(type_) else None


def _one_ahead(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same ones, the next of which is read while one is worked on."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = pool.submit(next, batches, None)
            yield batch
