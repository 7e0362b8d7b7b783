"""Tables of texts, from whatever file they came: read piece by piece, as often as typing needs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kargah.datasets.model import Part, ReadingOptions, Warning

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 65_536


class BeginAgain(Exception):
    """Reading has to begin again from the first row, this time with settings that fit the whole file."""


class Texts(Protocol):
    """What a file was opened as; each call of `batches` begins at its first row."""

    @property
    def warnings(self) -> list[Warning]:
        """What a person should know of the names of its columns."""

    @property
    def used(self) -> ReadingOptions:
        """The options with which the file was read."""

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows. Raises ReadFailure, or BeginAgain."""

    def close(self) -> None:
        """Free what was kept for it."""


@dataclass(frozen=True)
class TextTable:
    """A Parquet file of texts as they stood in the file, or of numbers and truth values where that says so itself."""

    path: Path
    names: list[str]
    rows: int
    warnings: list[Warning]
    used: ReadingOptions = field(default_factory=ReadingOptions)
    # In which part the file has each row, where it says so.
    parts: list[Part] | None = None

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows."""
        import pyarrow.parquet as pq

        with pq.ParquetFile(self.path) as file:
            yield from file.iter_batches(_ROWS, use_threads=False)

    def close(self) -> None:
        """Remove the file."""
        self.path.unlink()
