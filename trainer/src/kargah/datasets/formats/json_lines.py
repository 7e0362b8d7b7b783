"""JSON: an object a line, an array of objects, or one object of columns; keys become columns as they first appear."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kargah.datasets.failures import ReadFailure
from kargah.datasets.formats.encodings.encoding import TextFile
from kargah.datasets.limits import MAX_LINE_BYTES
from kargah.datasets.tables.columns import require_width, unique_names
from kargah.datasets.tables.text_table import TextTable

_BATCH = 5_000
_PEEK, _CHUNK = 4096, 1 << 20
_MOST_CHARS = MAX_LINE_BYTES
# The words that an export writes for numbers that JSON has none for.
_INFINITE = {"Infinity": math.inf, "-Infinity": -math.inf}
_INT64 = 1 << 63
# One half of a surrogate pair stands for no letter; both halves do.
_MAYBE_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


def read_json_lines(text: TextFile, work: Path) -> TextTable:
    """Write `text` as a Parquet table into `work`: numbers and truth values typed, nested values as JSON text.

    Raises ReadFailure `invalid_json_line` (with the line's number), `too_many_columns`, `no_rows` or `reader_limit`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds: dict[str, set[str]] = {}
    rows = 0
    for record in _records(text.path):
        rows += 1
        for key, value in record.items():
            kinds.setdefault(key, set()).add(_kind(value))
        require_width(len(kinds))
    if rows == 0 or not kinds:
        raise ReadFailure("no_rows")
    keys = list(kinds)
    names, warnings = unique_names(keys)
    types = [_arrow_type(pa, kinds[key] - {"null"}) for key in keys]
    schema = pa.schema(list(zip(names, types, strict=True)))
    path = work / "text.parquet"
    with pq.ParquetWriter(path, schema, compression="lz4") as writer:
        for batch in _batches(text.path):
            arrays = [
                pa.array([_value(record.get(key), kind) for record in batch], kind)
                for key, kind in zip(keys, types, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
    return TextTable(path, names, rows, warnings)


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        begin = file.read(_PEEK).lstrip()
    if begin.startswith(b"["):
        yield from _of_array(path)
        return
    records = _of_lines(path)
    first = next(records, None)
    if first is None:
        return
    second = next(records, None)
    if second is None:
        # One object alone may hold columns, as pandas writes them.
        yield from _of_columns(first) or [first]
        return
    yield first
    yield second
    yield from records


def _of_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            if len(line) > MAX_LINE_BYTES:
                raise ReadFailure("reader_limit", resource="RAM")
            if not line.strip():
                continue
            try:
                record = _DECODER.decode(line.decode())
                _require_letters(record, line)
            except (ValueError, RecursionError) as error:
                raise ReadFailure("invalid_json_line", line=number) from error
            if not isinstance(record, dict):
                raise ReadFailure("invalid_json_line", line=number)
            yield record


def _of_array(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of one array, a piece of the file at a time; what is none is named by its place."""
    number, text, ended = 1, "", False
    with path.open(encoding="utf-8") as file:
        text = file.read(_CHUNK).lstrip()[1:]
        while True:
            text = text.lstrip()
            if text.startswith("]"):
                if text[1:].strip() or file.read().strip():
                    raise ReadFailure("invalid_json_line", line=number)
                return
            try:
                record, end = _DECODER.raw_decode(text)
                _require_letters(record, text[:end].encode("utf-8", "replace"))
            except (ValueError, RecursionError) as error:
                more = file.read(max(_CHUNK, len(text)))
                ended = not more
                text += more
                if ended:
                    raise ReadFailure("invalid_json_line", line=number) from error
                if len(text) > _MOST_CHARS:
                    raise ReadFailure("reader_limit", resource="RAM") from error
                continue
            if not isinstance(record, dict):
                raise ReadFailure("invalid_json_line", line=number)
            yield record
            number += 1
            text = text[end:].lstrip()
            while not text and (more := file.read(_CHUNK)):
                text = more.lstrip()
            if text.startswith(","):
                text = text[1:].lstrip() or file.read(_CHUNK)
            elif not text.startswith("]"):
                raise ReadFailure("invalid_json_line", line=number)


def _of_columns(whole: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The rows of an object of columns, each an object of cells by row or a list; None where it is one row itself."""
    columns = list(whole.values())
    if columns and all(isinstance(column, dict) for column in columns):
        rows = list(columns[0])
        if len(rows) < 2 or any(list(column) != rows for column in columns):
            return None
        if all(key.isdecimal() for key in whole) and not all(row.isdecimal() for row in rows):
            return columns
        return [{name: column[row] for name, column in whole.items()} for row in rows]
    if columns and all(isinstance(column, list) and len(column) > 1 for column in columns):
        if len({len(column) for column in columns}) != 1:
            return None
        return [dict(zip(whole, row, strict=True)) for row in zip(*columns, strict=True)]
    return None


def _require_letters(record: object, written: bytes) -> None:
    if b"\\u" in written and _MAYBE_HALF.search(written):
        json.dumps(record, ensure_ascii=False).encode()


def _number(written: str) -> float | str:
    """A number; as it is written where it is larger than numbers are."""
    value = float(written)
    return value if math.isfinite(value) else written


def _constant(word: str) -> float | None:
    """What Python writes for what JSON has no number for: NaN is missing, the infinite ones are numbers."""
    return None if word == "NaN" else float(word.replace("Infinity", "inf"))


# Made once: `json.loads` with options makes one for each line.
_DECODER = json.JSONDecoder(parse_constant=_constant, parse_float=_number)


def _batches(path: Path) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for record in _records(path):
        batch.append(record)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str) and value in _INFINITE:
        return "infinite"
    if isinstance(value, int):
        return "integer" if -_INT64 <= value < _INT64 else "text"
    return "number" if isinstance(value, float) else "text"


def _arrow_type(pa: Any, kinds: set[str]) -> Any:
    if kinds == {"boolean"}:
        return pa.bool_()
    if kinds == {"integer"}:
        return pa.int64()
    if kinds <= {"integer", "number", "infinite"} and kinds - {"infinite"}:
        return pa.float64()
    return pa.string()


def _value(value: object, kind: Any) -> object:
    if value is None or value == "":
        return None
    if str(kind) == "double":
        return _INFINITE.get(value) if isinstance(value, str) else float(value)  # type: ignore[arg-type]
    if str(kind) != "string" or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
