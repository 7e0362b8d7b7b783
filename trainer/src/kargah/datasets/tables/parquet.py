"""How a dataset's own Parquet file is written: row groups that a page of rows is found in soon, and small."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

ROW_GROUP = 20_480
# Of a row group; wide tables have fewer rows in one.
_BYTES = 64 << 20
# A column that says so much the same is kept as a dictionary and places in it.
_REPEATS = 4


class TableWriter:
    """Writes batches as they come, one row group while the next ones come; the types of the first are those of all."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0
        self._bytes = 0
        self._thread = ThreadPoolExecutor(1)
        self._writing: Future[None] | None = None
        self._about: dict[str, str] = {}

    def describe(self, key: str, value: str) -> None:
        """Have the file say `value` under `key`."""
        self._about[key] = value

    def write(self, batch: pa.RecordBatch) -> None:
        """Keep the rows; those of whole row groups are written."""
        self._waiting.append(batch)
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._rows >= ROW_GROUP or self._bytes >= _BYTES:
            self._flush()

    def __enter__(self) -> TableWriter:
        """Nothing is written before the first batch."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write the rest and end the file; a file that something went wrong with is left as it is."""
        try:
            if kind is None and self._waiting:
                self._flush()
            if kind is None and self._writing is not None:
                self._writing.result()
        finally:
            self._thread.shutdown()
            if self._writer is not None:
                if kind is None:
                    self._writer.add_key_value_metadata(self._about)
                self._writer.close()

    def _flush(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pa.Table.from_batches(self._waiting)
        self._waiting, self._rows, self._bytes = [], 0, 0
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self._path, table.schema, compression="zstd", use_dictionary=_repeating(table.slice(0, ROW_GROUP))
            )
        if self._writing is not None:
            self._writing.result()
        self._writing = self._thread.submit(self._writer.write_table, table, row_group_size=ROW_GROUP)


def _repeating(table: pa.Table) -> list[str]:
    import pyarrow.compute as pc

    return [
        field.name
        for field in table.schema
        if pc.count_distinct(table.column(field.name)).as_py() * _REPEATS <= table.num_rows
    ]
