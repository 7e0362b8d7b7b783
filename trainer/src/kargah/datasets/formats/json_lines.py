"""JSON Lines: one object a line; its keys become columns, in the order in which they first appear."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from kargah.datasets.failures import ReadFailure
from kargah.datasets.formats.encoding import TextFile
from kargah.datasets.limits import MAX_LINE_BYTES
from kargah.datasets.tables.columns import require_width, unique_names
from kargah.datasets.tables.text_table import TextTable

_BATCH = 5_000
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
        number = 0
        while line := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            if len(line) > MAX_LINE_BYTES:
                raise ReadFailure("reader_limit", resource="RAM")
            if not line.strip():
                continue
            try:
                record = _DECODER.decode(line.decode())
                if b"\\u" in line and _MAYBE_HALF.search(line):
                    json.dumps(record, ensure_ascii=False).encode()
            except (ValueError, RecursionError) as error:
                raise ReadFailure("invalid_json_line", line=number) from error
            if not isinstance(record, dict):
                raise ReadFailure("invalid_json_line", line=number)
            yield record


def _number(written: str) -> float | str:
    """A number; as it is written where it is larger than numbers are."""
    value = float(written)
    return value if math.isfinite(value) else written


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


# Made once: `json.loads` with options makes one for each line.
_DECODER = json.JSONDecoder(parse_constant=_refuse, parse_float=_number)


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
    if isinstance(value, int):
        return "integer" if -_INT64 <= value < _INT64 else "text"
    return "number" if isinstance(value, float) else "text"


def _arrow_type(pa: Any, kinds: set[str]) -> Any:
    if kinds == {"boolean"}:
        return pa.bool_()
    if kinds == {"integer"}:
        return pa.int64()
    if kinds and kinds <= {"integer", "number"}:
        return pa.float64()
    return pa.string()


def _value(value: object, kind: Any) -> object:
    if value is None or value == "":
        return None
    if str(kind) == "double":
        return float(value)  # type: ignore[arg-type]
    if str(kind) != "string" or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
