"""Perceptual hashes of pictures, 128 bits each: similar pictures differ in few of them.

The difference hash is Neal Krawetz's ("Kind of Like That", The Hacker Factor Blog, 2013), by rows and by columns as Ben
Hoyt has it ("Duplicate image detection with perceptual hashing in Python", 2017), who calls two pictures copies up to 2
bits; 3 still holds them through JPEG at Pillow's own quality, and takes 1.4% of scikit-learn's digits for others.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

FILE = "looks.parquet"
_SIDE = 9
_NEAR_BITS = 3
# One more than the bits that may differ: two near pictures have at least one whole band in common (Norouzi, Punjani,
# Fleet: "Fast Search in Hamming Space with Multi-Index Hashing", 2012).
_BANDS = 4
_MOST_COMPARED = 500


@dataclass(frozen=True)
class ImageHash:
    """A picture of a class by its bytes (sha256) and by how it looks (difference hash, 16 bytes)."""

    class_name: str
    file: str
    sha256: bytes
    dhash: bytes


def dhash_of(image: Image) -> bytes:
    """Return the difference hash of a loaded picture; all zeros where its pixels do not differ."""
    from PIL.Image import Resampling

    small = image.convert("L").resize((_SIDE, _SIDE), Resampling.BILINEAR, reducing_gap=2.0)
    grey = np.asarray(small, np.int16)
    here = grey[:-1, :-1]
    return np.packbits(np.concatenate([here < grey[:-1, 1:], here < grey[1:, :-1]])).tobytes()


def write_image_hashes(hashes: list[ImageHash], into: Path) -> None:
    """Write the hashes of all pictures, in the order in which training reads them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    ordered = sorted(hashes, key=lambda one: (one.class_name, one.file))
    columns = {
        "class": [look.class_name for look in ordered],
        "file": [look.file for look in ordered],
        "sha256": pa.array([look.sha256 for look in ordered], pa.binary(32)),
        "dhash": pa.array([look.dhash for look in ordered], pa.binary(16)),
    }
    pq.write_table(pa.table(columns), into, compression="zstd")


def read_image_hashes(file: Path) -> tuple[list[bytes], NDArray[np.uint8]]:
    """Return the sha256 of each picture, and the difference hashes, uint8 of shape (pictures, 16)."""
    import pyarrow.parquet as pq

    table = pq.read_table(file, columns=["sha256", "dhash"], use_threads=False)
    hashes = np.frombuffer(b"".join(table["dhash"].to_pylist()), np.uint8)
    return table["sha256"].to_pylist(), hashes.reshape(-1, 16)


def near(hashes: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return of each hash whether one of `others` is near it; both uint8 of shape (pictures, 16).

    Each is compared with at most 500 others that have a band in common with it, so that 200 000 pictures take seconds
    however much alike they are; a few near ones may be missed then.
    """
    mine, at = np.unique(hashes, axis=0, return_inverse=True)
    theirs = np.unique(others, axis=0)
    # A picture without any difference in it looks like every other one.
    theirs = theirs[theirs.any(axis=1)]
    found = np.zeros(len(mine), np.bool_)
    wide_mine, wide_theirs = (np.ascontiguousarray(one).view(np.uint64) for one in (mine, theirs))
    for band in range(_BANDS):
        keys = np.ascontiguousarray(theirs).view(np.uint32)[:, band]
        order = np.argsort(keys, kind="stable")
        wanted = np.ascontiguousarray(mine).view(np.uint32)[:, band]
        low = np.searchsorted(keys[order], wanted, "left")
        high = np.minimum(np.searchsorted(keys[order], wanted, "right"), low + _MOST_COMPARED)
        for step in range(int((high - low).max(initial=0))):
            rows = np.flatnonzero(~found & (low + step < high))
            if len(rows) == 0:
                break
            differing = np.bitwise_count(wide_mine[rows] ^ wide_theirs[order[low[rows] + step]]).sum(axis=1)
            found[rows[differing <= _NEAR_BITS]] = True
    found &= mine.any(axis=1)
    return found[at.ravel()]
