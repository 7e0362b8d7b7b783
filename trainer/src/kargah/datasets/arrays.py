"""npz files: named numeric arrays, never a pickle. Pictures become image classes, anything flat becomes a table."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kargah.datasets.columns import require_width
from kargah.datasets.failures import ReadFailure

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LABELS = ("y", "label", "labels", "target", "targets", "y_train")
_FEATURES = ("x", "data", "images", "features", "x_train", "arr_0")
_PICTURE_DIMENSIONS = (3, 4)


def read_arrays(original: Path, work: Path, max_bytes: int) -> tuple[str, Path]:
    """Return `("images", folder of class folders)` or `("table", Parquet file)`, made of the arrays of `original`.

    Pictures are uint8 of shape (rows, height, width) or (rows, height, width, 1 | 3 | 4) with one label a row; a table
    is of shape (rows, columns) with labels where there are any, or several arrays of shape (rows,).
    Raises ReadFailure `damaged_file`, `archive_bomb`, `not_tabular`, `too_many_columns`, `no_rows`.
    """
    import numpy as np

    try:
        with zipfile.ZipFile(original) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > max_bytes:
                raise ReadFailure("archive_bomb")
        with np.load(original, allow_pickle=False) as loaded:
            arrays: dict[str, NDArray[Any]] = {key: loaded[key] for key in loaded.files}
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, KeyError) as error:
        raise ReadFailure("damaged_file") from error
    arrays = {key: array for key, array in arrays.items() if array.dtype.kind in "biufUS" and array.ndim > 0}
    if not arrays:
        raise ReadFailure("not_tabular", format="npz", reason="object")
    features = _named(arrays, _FEATURES) or max(arrays, key=lambda key: arrays[key].ndim)
    labels = _named(arrays, _LABELS)
    array = arrays[features]
    if len(array) == 0:
        raise ReadFailure("no_rows")
    label = arrays[labels] if labels is not None and arrays[labels].shape == (len(array),) else None
    if array.dtype == np.uint8 and array.ndim in _PICTURE_DIMENSIONS and label is not None:
        return "images", _write_pictures(array, label, work / "images")
    if array.ndim > 2:
        raise ReadFailure("not_tabular", format="npz", reason=str(array.shape))
    return "table", _write_table(arrays, features, label, work / "arrays.parquet")


def _named(arrays: dict[str, NDArray[Any]], wanted: tuple[str, ...]) -> str | None:
    return next((key for name in wanted for key in arrays if key.casefold() == name), None)


def _write_pictures(array: NDArray[Any], label: NDArray[Any], target: Path) -> Path:
    from PIL import Image

    if array.ndim == 4 and array.shape[3] not in {1, 3, 4}:
        raise ReadFailure("not_tabular", format="npz", reason=str(array.shape))
    for row, (picture, name) in enumerate(zip(array, label, strict=True)):
        folder = target / (str(name).replace("/", "_").strip(". ")[:100] or "_")
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
    columns: dict[str, NDArray[Any]] = {}
    if array.ndim == 2:
        require_width(array.shape[1] + 1)
        columns = {f"x{at}": array[:, at] for at in range(array.shape[1])}
    else:
        columns = {key: one for key, one in arrays.items() if one.shape == array.shape}
    if label is not None and array.ndim == 2:
        columns["label"] = label
    table = pa.table({key: pa.array(one.astype(str) if one.dtype.kind == "S" else one) for key, one in columns.items()})
    pq.write_table(table, into)
    return into
