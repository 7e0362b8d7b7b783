"""Delimiters that are not ASCII, as the Arabic semicolon: Arrow takes none, so a control character replaces it.

No text that is accepted holds that character: where it is left after reading, the delimiter stood within a cell.
"""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

_SPARE = "\x1f"


def ascii_delimiter(delimiter: str) -> str:
    """Return the delimiter of what `open_ascii` reads."""
    return delimiter if delimiter.isascii() else _SPARE


def open_ascii(path: Path, delimiter: str) -> pa.NativeFile:
    """Return the bytes of the UTF-8 file `path`, every `delimiter`, also in cells, as `ascii_delimiter`."""
    import pyarrow as pa

    file = pa.OSFile(str(path), "rb")
    if delimiter.isascii():
        return file
    # A chunk may end in the middle of a letter.
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    return pa.TransformInputStream(file, lambda chunk: decoder.decode(bytes(chunk)).replace(delimiter, _SPARE).encode())


def restored(batch: pa.RecordBatch, delimiter: str) -> pa.RecordBatch:
    """Return `batch`, columns of text, with `delimiter` in the cells that held it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if delimiter.isascii():
        return batch
    columns = [pc.replace_substring(column, _SPARE, delimiter) for column in batch.columns]
    return pa.record_batch(columns, schema=batch.schema)
