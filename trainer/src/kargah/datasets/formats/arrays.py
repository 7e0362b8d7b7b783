"""npz files: named numeric arrays, never a pickle. Pictures become image classes, anything flat becomes a table."""

from __future__ import annotations

import math
import re
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kargah.datasets.failures import ReadFailure
from kargah.datasets.formats.zips import open_zip
from kargah.datasets.limits import MAX_COLUMNS, MAX_IMAGES
from kargah.datasets.tables.columns import require_width

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LABELS = ("y", "label", "labels", "target", "targets", "y_train")
_FEATURES = ("x", "data", "images", "features", "x_train", "arr_0")
_PICTURE_DIMENSIONS = (3, 4)
_MAX_HEADER = 10_000
# A class becomes a folder: letters that no name of one should have.
_UNFIT = re.compile(r"[\x00-\x1f\x7f/\\\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def read_arrays(original: Path, work: Path, max_bytes: int) -> tuple[str, Path]:
    """Return `("images", folder of class folders)` or `("table", Parquet file)`, made of the arrays of `original`.

    Pictures are uint8 of shape (rows, height, width) or (rows, height, width, 1 | 3 | 4) with one label a row; a table
    is of shape (rows, columns) with labels where there are any, or several arrays of shape (rows,).
    Raises ReadFailure `damaged_file`, `archive_bomb`, `not_tabular` (a pickle, or a shape that is no table),
    `too_many_columns`, `no_rows`.
    """
    import numpy as np

    arrays = {key: array for key, array in _loaded(original, max_bytes).items() if array.ndim > 0}
    if not arrays:
        raise ReadFailure("not_tabular", format="npz", reason="object")
    features = _named(arrays, _FEATURES) or max(arrays, key=lambda key: arrays[key].ndim)
    labels = _named(arrays, _LABELS)
    array = arrays[features]
    if array.size == 0:
        raise ReadFailure("no_rows")
    label = arrays[labels] if labels is not None and arrays[labels].shape == (len(array),) else None
    if array.dtype == np.uint8 and array.ndim in _PICTURE_DIMENSIONS and label is not None:
        return "images", _write_pictures(array, label, work / "images")
    if array.ndim > 2:
        raise ReadFailure("not_tabular", format="npz", reason=str(array.shape))
    return "table", _write_table(arrays, features, label, work / "arrays.parquet")


def _loaded(original: Path, max_bytes: int) -> dict[str, NDArray[Any]]:
    """The arrays of numbers, truth values and texts; each header is held against the bytes behind it first."""
    import numpy as np

    arrays: dict[str, NDArray[Any]] = {}
    try:
        with open_zip(original) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > max_bytes or len(entries) > MAX_COLUMNS:
                raise ReadFailure("archive_bomb")
            for entry in entries:
                with archive.open(entry) as file:
                    dtype, size = _declared(file)
                if dtype.hasobject:
                    raise ReadFailure("not_tabular", format="npz", reason="pickle")
                if size > entry.file_size:
                    raise ReadFailure("damaged_file")
                if dtype.kind in "biufUS":
                    with archive.open(entry) as file:
                        read = np.lib.format.read_array(file, allow_pickle=False)
                    arrays[entry.filename.removesuffix(".npy")] = _plain(read)
    except (zipfile.BadZipFile, zlib.error, tokenize.TokenError, OSError, ValueError, EOFError, RuntimeError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ReadFailure("damaged_file") from error
    return arrays


def _declared(file: Any) -> tuple[Any, int]:
    """The dtype that a .npy header declares, and the bytes that its shape needs."""
    from numpy.lib import format as npy

    version = npy.read_magic(file)
    read_header = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}.get(version)
    if read_header is None:
        # Only the names of structured arrays need a later one.
        raise ValueError(version)
    shape, _, dtype = read_header(file, max_header_size=_MAX_HEADER)
    if any(length < 0 for length in shape):
        raise ValueError(shape)
    return dtype, math.prod(shape) * dtype.itemsize


def _plain(array: NDArray[Any]) -> NDArray[Any]:
    """Numbers in this machine's byte order and of a size that tables have, texts as letters."""
    import numpy as np

    if array.dtype.kind == "S":
        return np.char.decode(array, "utf-8")
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        return array.astype(np.float64)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _named(arrays: dict[str, NDArray[Any]], wanted: tuple[str, ...]) -> str | None:
    return next((key for name in wanted for key in arrays if key.casefold() == name), None)


def _write_pictures(array: NDArray[Any], label: NDArray[Any], target: Path) -> Path:
    from PIL import Image

    if array.ndim == 4 and array.shape[3] not in {1, 3, 4}:
        raise ReadFailure("not_tabular", format="npz", reason=str(array.shape))
    if len(array) > MAX_IMAGES:
        raise ReadFailure("archive_bomb")
    for row, (picture, name) in enumerate(zip(array, label, strict=True)):
        folder = target / (_UNFIT.sub("_", str(name)).strip(". ")[:100] or "_")
        folder.mkdir(parents=True, exist_ok=True)
        flat = picture[:, :, 0] if picture.ndim == 3 and picture.shape[2] == 1 else picture
        Image.fromarray(flat).save(folder / f"{row:07}.png")
    if len(list(target.iterdir())) < 2:
        raise ReadFailure("archive_one_class")
    return target


def _write_table(arrays: dict[str, NDArray[Any]], features: str, label: NDArray[Any] | None, into: Path) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    array = arrays[features]
    if array.ndim == 2:
        require_width(array.shape[1] + 1)
        columns = {f"x{at}": array[:, at] for at in range(array.shape[1])}
        columns |= {} if label is None else {"label": label}
    else:
        columns = {key: one for key, one in arrays.items() if one.shape == array.shape}
    try:
        pq.write_table(pa.table({key: pa.array(one) for key, one in columns.items()}), into)
    except (pa.ArrowException, UnicodeError) as error:
        raise ReadFailure("damaged_file") from error
    return into
