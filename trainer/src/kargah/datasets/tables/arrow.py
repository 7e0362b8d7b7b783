"""Arrow's arrays as NumPy's and back, over the same bytes: the libraries' own ways load pandas first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


def numbers_of(array: pa.Array) -> Any:
    """Return numbers, dates or times as the whole or floating numbers that they are kept as; missing ones as any."""
    import numpy as np

    bits = array.type.bit_width
    kind = "f" if str(array.type) in {"double", "float"} else "u" if str(array.type).startswith("uint") else "i"
    return np.frombuffer(array.buffers()[1], f"{kind}{bits // 8}")[array.offset : array.offset + len(array)]


def array_of(numbers: Any, type_: pa.DataType, missing: Any = None) -> pa.Array:
    """Return numbers of the width that `type_` is kept in as an array of it, without those where `missing` is set."""
    import numpy as np
    import pyarrow as pa

    there = None if missing is None else pa.py_buffer(np.packbits(~missing, bitorder="little"))
    return pa.Array.from_buffers(type_, len(numbers), [there, pa.py_buffer(np.ascontiguousarray(numbers))])


def where(truths: Any) -> pa.Array:
    """Return truth values as what an array can be filtered by."""
    import numpy as np
    import pyarrow as pa

    return pa.Array.from_buffers(pa.bool_(), len(truths), [None, pa.py_buffer(np.packbits(truths, bitorder="little"))])
