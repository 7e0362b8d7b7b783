"""Which row trains, validates and tests: decided once for a version, by a seed, and kept beside it.

The random numbers are numpy's PCG64 (O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good
Algorithms for Random Number Generation", 2014), whose stream numpy keeps for a seed; neither threads nor the engine's
version play a part.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kargah.datasets.failures import ReadFailure
from kargah.datasets.profiling.overlap import shared_images, shared_rows
from kargah.datasets.warnings import warning_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kargah.datasets.model import Part, Warning

PARTS: tuple[Part, ...] = ("train", "validation", "test")
GIVEN_PARTS = "given.parquet"
Shares = tuple[float, float, float]


def answer_request(request: dict[str, Any], _tell: Callable[[Mapping[str, object]], None]) -> dict[str, object]:
    """Deal out the rows of `{folder, kind, spec, into, memory_bytes}`; write each row's part to the file `into`."""
    folder, into, spec = Path(request["folder"]), Path(request["into"]), request["spec"]
    images = request["kind"] == "images"
    if spec["method"] == "given":
        part = given_parts(folder)
        warnings: list[Warning] = []
    else:
        part, warnings = _dealt(folder, spec, images=images)
    write_parts(part, into)
    shared = shared_images(folder, part) if images else shared_rows(folder, into, int(request["memory_bytes"]))
    warnings += shared
    counts = np.bincount(part, minlength=3)
    return {
        "rows": {name: int(count) for name, count in zip(PARTS, counts, strict=True)},
        "sha256": hashlib.sha256(part.tobytes()).hexdigest(),
        "warnings": warnings,
    }


def given_parts(folder: Path) -> NDArray[np.uint8]:
    """Return the part that the file itself has each row in. Raises ReadFailure `split_not_given`."""
    import pyarrow.parquet as pq

    if not (folder / GIVEN_PARTS).exists():
        raise ReadFailure("split_not_given")
    parts: NDArray[np.uint8] = pq.read_table(folder / GIVEN_PARTS)["part"].to_numpy()
    return parts


def _dealt(folder: Path, spec: dict[str, Any], *, images: bool) -> tuple[NDArray[np.uint8], list[Warning]]:
    column = spec.get("column")
    shares: Shares = (spec["train"], spec["validation"], spec["test"])
    values = None
    if spec["method"] != "ratio":
        values = classes_of_images(folder / "images") if images else column_of(folder / "data.parquet", column)
    rows = image_count(folder / "images") if images else row_count(folder / "data.parquet")
    return deal(spec["method"], rows, values, shares, int(spec["seed"]))


def deal(
    method: str, rows: int, values: Sequence[object] | None, shares: Shares, seed: int
) -> tuple[NDArray[np.uint8], list[Warning]]:
    """Return the part of each row, uint8 of shape (rows,): 0 trains, 1 validates, 2 tests.

    `values`, one a row, are what `stratified` keeps the proportions of, `group` keeps together and `time` sorts by.
    Raises ReadFailure `split_too_few` where a part that was asked for would be empty.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    warnings: list[Warning] = []
    part = np.zeros(rows, np.uint8)
    if method == "ratio":
        part[random.permutation(rows)] = _blocks(rows, shares)
    elif method == "stratified":
        codes = _codes(values)
        small = 0
        for code in range(int(codes.max(initial=-1)) + 1):
            mine = np.flatnonzero(codes == code)
            blocks = _blocks(len(mine), shares)
            small += len(np.unique(blocks)) < sum(share > 0 for share in shares)
            part[random.permutation(mine)] = blocks
        if small:
            warnings.append(warning_of("split_small_classes", count=small))
    elif method == "group":
        codes = _codes(values)
        sizes = np.bincount(codes)
        order = random.permutation(len(sizes))
        # A group goes where its middle row falls.
        middle = (np.cumsum(sizes[order]) - sizes[order] / 2) / max(1, rows)
        of_group = np.empty(len(sizes), np.uint8)
        of_group[order] = np.searchsorted(np.cumsum(shares)[:2], middle, side="right")
        part = of_group[codes]
    else:
        missing = sum(value is None for value in values or [])
        if missing:
            warnings.append(warning_of("split_times_missing", count=missing))
        # Rows without a time count as the oldest: they must not test what came after them.
        by_time = sorted(range(rows), key=lambda row: _time_key((values or [])[row]))
        part[np.asarray(by_time, np.int64)] = _blocks(rows, shares)
    counts = np.bincount(part, minlength=3)
    if any(share > 0 and count == 0 for share, count in zip(shares, counts, strict=True)):
        found = rows if method != "group" else len(np.unique(_codes(values)))
        raise ReadFailure("split_too_few", found=found)
    return part, warnings


def _blocks(rows: int, shares: Shares) -> NDArray[np.uint8]:
    """Parts in order, their numbers by the largest remainder."""
    exact = np.asarray(shares) * rows
    counts = np.floor(exact + 1e-9).astype(np.int64)
    for at in np.argsort(-(exact - counts), kind="stable")[: rows - int(counts.sum())]:
        counts[at] += 1
    return np.repeat(np.arange(3, dtype=np.uint8), counts)


def _codes(values: Sequence[object] | None) -> NDArray[np.int64]:
    known: dict[object, int] = {}
    return np.fromiter((known.setdefault(value, len(known)) for value in values or []), np.int64)


def _time_key(value: object) -> tuple[int, Any]:
    return (0, 0) if value is None else (1, value)


def column_of(data: Path, column: object) -> list[object]:
    """Return the values of one column. Raises ReadFailure `column_unknown`."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(data, memory_map=True) as file:
        if not isinstance(column, str) or column not in file.schema_arrow.names:
            raise ReadFailure("column_unknown", column=str(column)[:200])
        values: list[object] = file.read([column], use_threads=False).column(0).to_pylist()
    return values


def row_count(data: Path) -> int:
    """Return the number of rows, which the file's own metadata say."""
    import pyarrow.parquet as pq

    return int(pq.read_metadata(data).num_rows)


def classes_of_images(images: Path) -> list[object]:
    """Return the class of every image, in the order in which training reads them."""
    return [folder.name for folder in sorted(images.iterdir()) if folder.is_dir() for _ in folder.iterdir()]


def image_count(images: Path) -> int:
    """Return the number of images."""
    return len(classes_of_images(images))


def write_parts(part: NDArray[np.uint8], into: Path) -> None:
    """Write the column `part` (uint8), one value a row, to a file that appears only when it is whole."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    into.parent.mkdir(parents=True, exist_ok=True)
    temporary = into.with_name(f".{into.name}.{os.getpid()}")
    pq.write_table(pa.table({"part": part}), temporary, compression="zstd")
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.rename(into)
