"""Datasets as torch reads them."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.utils.data import Dataset, TensorDataset

from kargah.client.errors import KargahError

if TYPE_CHECKING:
    import pyarrow as pa


class Rows(TensorDataset):
    """Rows of a table: `columns` names the features, `classes` what the numbers of the target stand for, if any."""

    def __init__(self, tensors: Sequence[torch.Tensor], columns: list[str], classes: list[str] | None) -> None:
        super().__init__(*tensors)
        self.columns = columns
        self.classes = classes


def of_table(file: Path, target: str | None, suggested: str | None = None) -> Rows:
    """Return `(features, target)` of a Parquet file; without a target, `(features,)`.

    Where no target is named, the one `suggested` counts, if it is a column.

    Features are the numeric columns but the target: one float32 tensor of shape (rows, features), missing values NaN.
    The target is of shape (rows,): float32 for numbers with a fraction, int64 for whole ones, else int64 positions in
    `classes`, which are sorted. Rows without a target are left out, as training leaves them out.

    The file is mapped and decoded one row group at a time, each number copied once, to its place in that tensor; of the
    other columns nothing is read. Rows are views of it, and workers of a DataLoader share it.

    Raises:
        KargahError: `column_unknown`, `no_features`.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(file, memory_map=True, pre_buffer=False) as table:
        if target is None and suggested in table.schema_arrow.names:
            target = suggested
        names = _numeric(table.schema_arrow, target)
        features = np.empty((table.metadata.num_rows, len(names)), dtype=np.float32)
        labels: list[Any] = []
        stop = 0
        for group in range(table.num_row_groups):
            piece = table.read_row_group(group, columns=names if target is None else [*names, target])
            if target is not None:
                piece = _with_target(piece, target)
                labels += piece[target].chunks
            start, stop = stop, stop + piece.num_rows
            for at, name in enumerate(names):
                with np.errstate(over="ignore"):
                    features[start:stop, at] = piece[name].to_numpy()
        rows = torch.from_numpy(features)[:stop]
        if target is None:
            return Rows([rows], names, None)
        values, classes = _target(labels, table.schema_arrow.field(target).type)
    return Rows([rows, values], names, classes)


def _numeric(schema: pa.Schema, target: str | None) -> list[str]:
    import pyarrow as pa

    if target is not None and target not in schema.names:
        raise KargahError(
            "column_unknown",
            f"There is no column named {target}; choose one of the table.",
            f"ستونی به نام {target} نیست؛ یکی از ستون‌های جدول را انتخاب کنید.",
        )
    names = [
        field.name
        for field in schema
        if field.name != target and (pa.types.is_integer(field.type) or pa.types.is_floating(field.type))
    ]
    if not names:
        raise KargahError(
            "no_features", "No usable feature column is left.", "هیچ ستون ویژگیِ قابل‌استفاده‌ای نمانده است."
        )
    return names


def _with_target(piece: pa.Table, target: str) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    column = piece[target]
    known = pc.is_finite(column) if pa.types.is_floating(column.type) else pc.is_valid(column)
    return piece if pc.all(known).as_py() and column.null_count == 0 else piece.filter(known)


def _target(chunks: list[Any], kind: pa.DataType) -> tuple[torch.Tensor, list[str] | None]:
    import pyarrow as pa

    column = pa.chunked_array(chunks, kind)
    if pa.types.is_floating(kind):
        return torch.from_numpy(column.to_numpy().astype(np.float32)), None
    if pa.types.is_integer(kind):
        return torch.from_numpy(column.to_numpy().astype(np.int64)), None
    encoded = column.dictionary_encode().combine_chunks()
    words = [str(value) for value in encoded.dictionary.to_pylist()]
    ordered = sorted(range(len(words)), key=words.__getitem__)
    positions = np.empty(len(words), dtype=np.int64)
    positions[ordered] = np.arange(len(words))
    return torch.from_numpy(positions[encoded.indices.to_numpy()]), [words[at] for at in ordered]


class Pictures(Dataset[tuple[torch.Tensor, int]]):
    """Pictures of a dataset and their classes, in the order in which training reads them.

    Each is uint8 of shape (3, height, width), or (3, size, size) as a recipe with this `image_size` takes it, and the
    position of its class in `classes`; `targets` has those of all. May be pickled, and read in any process or thread.

    Raises:
        IndexError: beyond the last picture.
    """

    def __init__(self, archive: Path, size: int | None = None) -> None:
        self._archive = archive
        self._size = size
        with zipfile.ZipFile(archive) as opened:
            self._names = opened.namelist()
        folders = [PurePosixPath(name).parts[1] for name in self._names]
        self.classes = sorted(set(folders))
        positions = {name: at for at, name in enumerate(self.classes)}
        self.targets = [positions[name] for name in folders]
        self._opened: tuple[int, zipfile.ZipFile] | None = None

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        from PIL import Image

        from kargah.recipes.parts.pictures import pixels_of

        with Image.open(io.BytesIO(self._file().read(self._names[index]))) as picture:
            pixels = pixels_of(picture, self._size)
        return torch.from_numpy(pixels.transpose(2, 0, 1).copy()), self.targets[index]

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_opened": None}

    def _file(self) -> zipfile.ZipFile:
        # An open file that a fork inherits is at one place for all of them.
        if self._opened is None or self._opened[0] != os.getpid():
            self._opened = (os.getpid(), zipfile.ZipFile(self._archive))
        return self._opened[1]


def of_images(archive: Path, size: int | None = None) -> Pictures:
    """Return the pictures of a zip that holds `images/<class>/<file>` in training's order."""
    return Pictures(archive, size)
