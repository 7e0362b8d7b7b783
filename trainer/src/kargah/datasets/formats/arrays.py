"""npz files: named numeric arrays, never a pickle. Pictures become image classes, anything flat becomes a table."""

from __future__ import annotations

import math
import re
import tokenize
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from kargah.datasets.failures import ReadFailure
from kargah.datasets.formats.given_parts import PARTS, part_named, whole_parts
from kargah.datasets.formats.zips import open_zip
from kargah.datasets.limits import MAX_COLUMNS, MAX_IMAGES
from kargah.datasets.model import Part, Warning
from kargah.datasets.tables.columns import require_width
from kargah.datasets.warnings import warning_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LABELS = ("y", "label", "labels", "target", "targets")
_FEATURES = ("x", "data", "images", "features", "arr_0")
_PICTURE_DIMENSIONS = (3, 4)
_SHOWN = 200
_MAX_HEADER = 10_000
# A class becomes a folder: letters that no name of one should have.
_UNFIT = re.compile(r"[\x00-\x1f\x7f/\\\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True)
class Arrays:
    """What a file of arrays was written as: `images` in class folders, or a `table` in a Parquet file."""

    kind: Literal["images", "table"]
    path: Path
    warnings: list[Warning]
    parts: list[Part] | None = None


@dataclass(frozen=True)
class _Chosen:
    """Features, one label for each of them where there are any, the part of each, and the names of what is used."""

    features: NDArray[Any]
    label: NDArray[Any] | None
    parts: list[Part] | None
    used: set[str]


def read_arrays(original: Path, work: Path, max_bytes: int) -> Arrays:
    """Write the arrays of `original` into `work`.

    Pictures are uint8 of shape (rows, height, width) or (rows, height, width, 1 | 3 | 4) with one label a row; a table
    is of shape (rows, columns) with labels where there are any, or several arrays of shape (rows,). Where there are
    arrays for training and others of the same width for validation or test, their rows follow each other.
    Raises ReadFailure `damaged_file`, `archive_bomb`, `not_tabular` (a pickle, or a shape that is no table),
    `too_many_columns`, `no_rows`.
    """
    import numpy as np

    arrays = {key: _one_deep(key, array) for key, array in _loaded(original, max_bytes).items() if array.ndim > 0}
    if not arrays:
        raise ReadFailure("not_tabular", format="npz", reason="object")
    chosen = _of_parts(arrays) or _of_all(arrays)
    array, label = chosen.features, chosen.label
    if array.size == 0:
        raise ReadFailure("no_rows")
    is_pictures = array.dtype == np.uint8 and array.ndim in _PICTURE_DIMENSIONS and label is not None
    if not is_pictures and array.ndim > 2:
        raise ReadFailure("not_tabular", format="npz", reason=str(array.shape))
    used = set(chosen.used)
    if not is_pictures and array.ndim == 1:
        used |= {key for key, one in arrays.items() if one.shape == array.shape}
    left = sorted(set(arrays) - used)
    warnings = [warning_of("arrays_left_out", values=", ".join(left)[:_SHOWN])] if left else []
    if is_pictures and label is not None:
        path, order = _write_pictures(array, label, work / "images")
        parts = None if chosen.parts is None else [chosen.parts[row] for row in order]
        return Arrays("images", path, warnings, parts)
    return Arrays("table", _write_table(arrays, chosen, work / "arrays.parquet"), warnings, chosen.parts)


def _one_deep(key: str, array: NDArray[Any]) -> NDArray[Any]:
    """Labels that stand in a column of their own, as a row of them."""
    is_label = any(word in _LABELS for word in key.casefold().split("_"))
    return array[:, 0] if is_label and array.ndim == 2 and array.shape[1] == 1 else array


def _of_all(arrays: dict[str, NDArray[Any]]) -> _Chosen:
    features = _named(arrays, _FEATURES) or max(arrays, key=lambda key: arrays[key].ndim)
    labels = _named(arrays, _LABELS)
    array = arrays[features]
    if labels is not None and arrays[labels].shape == (len(array),):
        return _Chosen(array, arrays[labels], None, {features, labels})
    return _Chosen(array, None, None, {features})


def _of_parts(arrays: dict[str, NDArray[Any]]) -> _Chosen | None:
    """The arrays of all parts as one, where training has features and labels; None where none is called so."""
    import numpy as np

    found: dict[tuple[str, Part], str] = {}
    for key in arrays:
        # `x_train`, `train_images`, `val_labels`.
        first_word, _, last_word = key.casefold().partition("_")
        for kind, word in ((first_word, last_word), (last_word, first_word)):
            part = part_named(word)
            if part is not None and kind in {*_FEATURES, *_LABELS}:
                found.setdefault(("label" if kind in _LABELS else "features", part), key)
    first, labels = found.get(("features", "train")), found.get(("label", "train"))
    if first is None:
        return None
    names: list[tuple[Part, str, str | None]] = []
    for part in PARTS:
        features, label = found.get(("features", part)), found.get(("label", part))
        if features is None or (labels is None) != (label is None):
            continue
        array = arrays[features]
        fits = array.ndim > 1 and array.shape[1:] == arrays[first].shape[1:] and array.dtype == arrays[first].dtype
        labelled = label is None or arrays[label].shape == (len(array),)
        if len(array) and labelled and (fits or part == "train"):
            names.append((part, features, label))
    if not names or names[0][0] != "train":
        return None
    parts: list[Part] = [part for part, features, _ in names for _ in range(len(arrays[features]))]
    label_names = [label for _, _, label in names if label is not None]
    together = np.concatenate([arrays[label] for label in label_names]) if label_names else None
    return _Chosen(
        np.concatenate([arrays[features] for _, features, _ in names]),
        together,
        whole_parts(parts),
        {features for _, features, _ in names} | set(label_names),
    )


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


def _write_pictures(array: NDArray[Any], label: NDArray[Any], target: Path) -> tuple[Path, list[int]]:
    """Write each picture into its class's folder; return that of all, and the rows in the order of training."""
    from PIL import Image

    if array.ndim == 4 and array.shape[3] not in {1, 3, 4}:
        raise ReadFailure("not_tabular", format="npz", reason=str(array.shape))
    if len(array) > MAX_IMAGES:
        raise ReadFailure("archive_bomb")
    order: list[tuple[str, int]] = []
    for row, (picture, name) in enumerate(zip(array, label, strict=True)):
        folder = target / (_UNFIT.sub("_", str(name)).strip(". ")[:100] or "_")
        folder.mkdir(parents=True, exist_ok=True)
        flat = picture[:, :, 0] if picture.ndim == 3 and picture.shape[2] == 1 else picture
        Image.fromarray(flat).save(folder / f"{row:07}.png")
        order.append((folder.name, row))
    if len(list(target.iterdir())) < 2:
        raise ReadFailure("archive_one_class")
    return target, [row for _, row in sorted(order)]


def _write_table(arrays: dict[str, NDArray[Any]], chosen: _Chosen, into: Path) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    array, label = chosen.features, chosen.label
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
