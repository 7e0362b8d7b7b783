"""The weights of a `.pt2` archive as safetensors: a length, a header of JSON, and the bytes of each tensor in a row.

Neither PyTorch nor the library is needed for that, so that whoever serves files makes it of a checked archive.
"""

from __future__ import annotations

import json
import math
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np

from kargah.model_files.archive import WEIGHTS
from kargah.model_files.refusal import UnsafeModelFile, UnwritableWeights

_TYPES = {
    **{1: "U8", 2: "I8", 3: "I16", 4: "I32", 5: "I64", 6: "F16", 7: "F32", 8: "F64", 12: "BOOL", 13: "BF16"},
    **{28: "U16", 34: "U32", 35: "U64"},
}
"""By the numbers of torch.export's schema."""
_BYTES = {
    **{"U8": 1, "I8": 1, "BOOL": 1, "I16": 2, "F16": 2, "BF16": 2, "I32": 4, "F32": 4, "I64": 8, "F64": 8},
    **{"U16": 2, "U32": 4, "U64": 8},
}
_UNKNOWN = {9: "complex32", 10: "complex64", 11: "complex128"}
_ALIGNED = 8
_SHARED = 8
"""So many times the bytes of the archive's weights may be written: weights that models share are written for each."""


def write_safetensors(checked: Path, to: IO[bytes]) -> None:
    """
    Args:
        checked: a `.pt2` file that was held against the allow list.

    Raises:
        UnsafeModelFile: a tensor lies beyond its bytes.
        UnwritableWeights: a tensor is of a kind that safetensors has not.
    """
    with zipfile.ZipFile(checked) as archive:
        root = archive.namelist()[0].partition("/")[0]
        entries: dict[str, Any] = json.loads(archive.read(f"{root}/{WEIGHTS}"))["config"]
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
        places = {name: f"{root}/{Path(WEIGHTS).parent}/{entry['path_name']}" for name, entry in entries.items()}
        most = _SHARED * sum(sizes.get(place, 0) for place in set(places.values()))
        header: dict[str, dict[str, Any]] = {}
        end = 0
        for name, entry in entries.items():
            kind, shape = _kind(entry, name), [one["as_int"] for one in entry["tensor_meta"]["sizes"]]
            start, end = end, end + _BYTES[kind] * math.prod(shape)
            # Steps of 0 would have a few bytes fill the disk.
            if end - start > sizes.get(places[name], -1) or end > most:
                raise UnsafeModelFile(WEIGHTS, f"says that {name} is larger than its bytes")
            header[name] = {"dtype": kind, "shape": shape, "data_offsets": [start, end]}
        text = json.dumps(header, ensure_ascii=False).encode()
        text += b" " * (-len(text) % _ALIGNED)
        to.write(len(text).to_bytes(8, "little") + text)
        for name, entry in entries.items():
            data = archive.read(places[name])
            to.write(_in_rows(data, entry["tensor_meta"], _BYTES[_kind(entry, name)], name))


def _kind(entry: Any, name: str) -> str:
    number = entry["tensor_meta"]["dtype"]
    kind = _TYPES.get(number)
    if kind is None:
        raise UnwritableWeights(name, _UNKNOWN.get(number, f"kind {number}"))
    return kind


def _in_rows(data: bytes, meta: Any, width: int, name: str) -> bytes:
    """The last dimension first, whatever order the tensor lies in."""
    shape, strides = ([one["as_int"] for one in meta[key]] for key in ("sizes", "strides"))
    offset = meta["storage_offset"]["as_int"]
    if len(shape) != len(strides):
        raise UnsafeModelFile(WEIGHTS, f"does not say how {name} lies in its bytes")
    reach = offset + sum((size - 1) * step for size, step in zip(shape, strides, strict=True)) + 1
    if 0 in shape:
        return b""
    if min([0, offset, *strides, *shape]) < 0 or reach * width > len(data):
        raise UnsafeModelFile(WEIGHTS, f"says that {name} lies beyond its bytes")
    flat = np.frombuffer(data, dtype=f"V{width}", count=len(data) // width)[offset:]
    return np.lib.stride_tricks.as_strided(flat, shape, [step * width for step in strides]).tobytes()
