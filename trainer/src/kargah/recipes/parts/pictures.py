"""Reads `images/<class>/…` into memory for the image recipe."""

from __future__ import annotations

import statistics
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor

from kargah.protocols.failure import JobFailure
from kargah.upright import as_seen

LARGEST_OWN_SIZE = 32
LOOKED_AT = 100


@dataclass(frozen=True)
class Pictures:
    pixels: Tensor
    """uint8 [images, channels, size, size]."""
    labels: Tensor
    """int64 [images]."""
    classes: list[str]
    notes: tuple[str, ...]
    places: npt.NDArray[np.int64] | None = None
    """Which files, in the order of their folders and names, these are; None: all."""


def read_pictures(folder: Path, size: int | None, channels: str) -> Pictures:
    """`channels` is `grayscale`, `rgb`, or `auto`: grey when every picture is. Without a `size` that of the pictures.

    Raises:
        JobFailure: `dataset_deleted`, `too_few_rows`.
    """
    if not folder.is_dir():
        raise JobFailure("dataset_deleted")
    size = size or _own_size(folder)
    notes: list[str] = []
    arrays: list[npt.NDArray[np.uint8]] = []
    labels: list[int] = []
    places: list[int] = []
    seen = 0
    classes: list[str] = []
    grey = channels != "rgb"
    for class_folder in sorted(p for p in folder.iterdir() if p.is_dir()):
        read_here = 0
        for file in sorted(p for p in class_folder.rglob("*") if p.is_file()):
            seen += 1
            try:
                with Image.open(file) as picture:
                    grey = grey and (channels == "grayscale" or picture.mode in {"1", "L", "LA", "I", "I;16"})
                    arrays.append(pixels_of(picture, size))
            except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
                notes.append(f"WARN {class_folder.name}/{file.name} is no readable picture; left out")
                continue
            labels.append(len(classes))
            places.append(seen - 1)
            read_here += 1
        if read_here:
            classes.append(class_folder.name)
    if len(classes) < 2:
        raise JobFailure("too_few_rows", rows=len(labels), min=10)
    pixels = torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2)
    if grey:
        pixels = _grey(pixels)
    left_out = len(places) < seen
    return Pictures(
        pixels.contiguous(),
        torch.tensor(labels),
        classes,
        tuple(notes),
        np.asarray(places, dtype=np.int64) if left_out else None,
    )


def pixels_of(picture: Image.Image, size: int | None) -> npt.NDArray[np.uint8]:
    """uint8 [height, width, 3] as a recipe sees an opened picture: a square of `size`, or as large as it is.

    It is upright, and on white where it is transparent. What has more than eight bits is brought down to them, the
    brightest to 255.
    """
    if size is None:
        return np.asarray(_eight_bits(picture))
    picture.draft("RGB", (size, size))
    return np.asarray(_eight_bits(picture).resize((size, size), Image.Resampling.BILINEAR))


def _own_size(folder: Path) -> int:
    """The middle one of the first pictures' longer sides, within bounds."""
    sides: list[int] = []
    for file in islice((p for p in folder.rglob("*") if p.is_file()), LOOKED_AT):
        with suppress(UnidentifiedImageError, OSError, Image.DecompressionBombError), Image.open(file) as picture:
            sides.append(max(picture.size))
    return min(LARGEST_OWN_SIZE, max(8, statistics.median_low(sides))) if sides else LARGEST_OWN_SIZE


def _eight_bits(picture: Image.Image) -> Image.Image:
    picture = as_seen(picture)
    if picture.mode in {"I", "I;16"}:
        values = np.asarray(picture, dtype=np.float32)
        return Image.fromarray((values * (255 / max(float(values.max()), 255.0))).astype(np.uint8)).convert("RGB")
    return picture.convert("RGB")


def _grey(pixels: Tensor) -> Tensor:
    weights = torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
    return (pixels * weights).sum(1, keepdim=True).round().to(torch.uint8)
