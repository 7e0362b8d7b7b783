"""Datasets as torch reads them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.utils.data import Dataset, TensorDataset

if TYPE_CHECKING:
    import pyarrow as pa

_PICTURES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"}


def of_table(table: pa.Table, target: str | None) -> TensorDataset:
    """Return `(features, target)` of a table; without a target, `(features,)`.

    Features are float32 of shape (rows, numeric columns), missing values NaN. The target is float32 of shape (rows,)
    for numbers with a fraction, else int64: itself for whole numbers, the index among the sorted values for others.
    """
    import pyarrow as pa

    numeric = [
        field.name
        for field in table.schema
        if field.name != target and (pa.types.is_integer(field.type) or pa.types.is_floating(field.type))
    ]
    features = np.stack([table[name].to_numpy().astype(np.float32) for name in numeric], axis=1)
    tensors = [torch.from_numpy(features)]
    if target is not None:
        tensors.append(_target(table[target]))
    return TensorDataset(*tensors)


def _target(column: pa.ChunkedArray) -> torch.Tensor:
    import pyarrow as pa

    if pa.types.is_floating(column.type):
        return torch.from_numpy(column.to_numpy().astype(np.float32))
    if pa.types.is_integer(column.type) and column.null_count == 0:
        return torch.from_numpy(column.to_numpy().astype(np.int64))
    values = [str(value) for value in column.to_pylist()]
    classes = {value: at for at, value in enumerate(sorted(set(values)))}
    return torch.tensor([classes[value] for value in values])


class Pictures(Dataset[tuple[torch.Tensor, int]]):
    """Images of an archive of class folders: uint8 of shape (3, height, width), and the index among `classes`."""

    def __init__(self, archive: Path) -> None:
        self._archive = zipfile.ZipFile(archive)
        paths = [PurePosixPath(name) for name in sorted(self._archive.namelist())]
        self._names = [path for path in paths if path.suffix.lower() in _PICTURES and len(path.parts) > 1]
        self.classes = sorted({path.parts[-2] for path in self._names})

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        from PIL import Image

        path = self._names[index]
        with Image.open(io.BytesIO(self._archive.read(str(path)))) as image:
            pixels = np.asarray(image.convert("RGB"))
        return torch.from_numpy(pixels.transpose(2, 0, 1).copy()), self.classes.index(path.parts[-2])


def of_images(archive: Path) -> Pictures:
    """Return the images of a zip of class folders."""
    return Pictures(archive)
