"""The figures of one column that fits into memory: exact, and taken from it without a question to SQL."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kargah.datasets.model import Column, ColumnType, Histogram, TopValue
from kargah.datasets.persian import ARABIC_FORMS, direction_of
from kargah.datasets.profiling.column_plot import scripts_of
from kargah.datasets.profiling.different import Different, Hashes, Repeating
from kargah.datasets.profiling.histograms import edges_of
from kargah.datasets.tables.arrow import array_of, numbers_of

if TYPE_CHECKING:
    import pyarrow as pa

    from kargah.datasets.profiling.different import Hashed

QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95]
MAX_CATEGORIES = 50
TOP = 10
TOP_CHARS = 200
DIRECTION_ROWS = 500
SAFE_INTEGER = 2**53
# The square of a larger number overflows.
SQUARED = 1e150
_SCRIPT_ROWS = 2_000
_SCRIPT_CHARS = 1_000
_DAY_SECONDS = 86_400
_FOREIGN = [letter.encode() for letter in map(chr, ARABIC_FORMS)]


@dataclass
class Measured:
    """A column's figures; values that are yet to be worded as the engine words them stand beside."""

    column: Column
    # The most frequent ones, as often as `counts` says.
    top: pa.Array | None = None
    counts: tuple[int, ...] = ()
    # The first and last of dates and times.
    bounds: pa.Array | None = None
    # Edges of the histogram of dates and times, in seconds from 1970.
    times: tuple[float, ...] = ()
    # Whether some text has a letter in its Arabic form.
    arabic: bool = False


def measured(name: str, kind: ColumnType, values: pa.ChunkedArray, drawn: bool, hashed: Hashed) -> Measured | None:
    """Return the figures of `values`, with what its small picture is drawn from; None where SQL has to be asked.

    `hashed` tells texts apart. Quantiles are interpolated, the standard deviation is that of a sample, and of numbers
    only finite ones count.
    """
    column: Column = {
        "name": name,
        "type": kind,
        "missing": values.null_count,
        "distinct": 0,
        "direction": "ltr",
        "min": None,
        "max": None,
        "mean": None,
        "top": [],
    }
    found = Measured(column)
    if kind in {"integer", "number"}:
        return _numbers(found, values, drawn=drawn)
    if kind in {"date", "datetime"}:
        return _times(found, values, drawn=drawn)
    if kind == "boolean":
        return _few(found, values.value_counts())
    return _texts(found, values, hashed, drawn=drawn)


def _numbers(found: Measured, values: pa.ChunkedArray, *, drawn: bool) -> Measured | None:
    import numpy as np
    import pyarrow as pa

    column = found.column
    if not (pa.types.is_int64(values.type) or pa.types.is_float64(values.type)):
        return None
    ordered = np.sort(_array(values))
    is_new = np.ones(len(ordered), bool)
    # NaN is equal to nothing, itself included, and is sorted last.
    np.not_equal(ordered[1:], ordered[:-1], out=is_new[1:])
    nans = int(np.isnan(ordered).sum()) if column["type"] == "number" else 0
    column["distinct"] = int(is_new.sum()) - max(0, nans - 1)
    if column["distinct"] <= MAX_CATEGORIES:
        places = np.flatnonzero(is_new)[: column["distinct"]]
        counts = np.diff(np.append(places, len(ordered)))
        # 0.0 and -0.0 count as one value.
        found.top, found.counts = array_of(ordered[places] + 0, values.type), tuple(int(count) for count in counts)
    finite = ordered[: len(ordered) - nans]
    if column["type"] == "number":
        finite = finite[np.searchsorted(finite, -np.inf, "right") : np.searchsorted(finite, np.inf)]
    if len(finite) == 0:
        return found
    column["min"], column["max"] = bound(finite[0].item()), bound(finite[-1].item())
    with np.errstate(over="ignore", invalid="ignore"):
        numbers = finite.astype(np.float64, copy=False)
        mean = float(numbers.mean())
        if not math.isfinite(mean):
            # The sum of the least and the greatest number may overflow.
            mean = float((numbers / len(numbers)).sum())
        column["mean"] = mean if math.isfinite(mean) else None
        bounded = numbers[np.searchsorted(numbers, -SQUARED, "right") : np.searchsorted(numbers, SQUARED)]
        spread = float(bounded.std(ddof=1)) if len(bounded) > 1 else math.nan
        if math.isfinite(spread):
            column["std"] = spread
        quantiles = _quantiles(numbers)
        if all(math.isfinite(value) for value in quantiles):
            column["quantiles"] = quantiles
        low_bound, high_bound = column["min"], column["max"]
        if drawn and isinstance(low_bound, (int, float)) and isinstance(high_bound, (int, float)):
            edges = edges_of(low_bound, high_bound, whole=column["type"] == "integer")
            column["histogram"] = _binned(numbers, edges, len(ordered))
    return found


def _times(found: Measured, values: pa.ChunkedArray, *, drawn: bool) -> Measured | None:
    import numpy as np
    import pyarrow as pa

    column = found.column
    if pa.types.is_date32(values.type):
        per_second = 1 / _DAY_SECONDS
    elif pa.types.is_timestamp(values.type) and values.type.unit == "us" and values.type.tz is None:
        per_second = 1_000_000
    else:
        return None
    ordered = np.sort(_array(values))
    if len(ordered) == 0:
        return found
    limit = np.iinfo(ordered.dtype)
    # The engine has infinite dates, which are no points in time.
    if ordered[0] <= limit.min + 1 or ordered[-1] == limit.max:
        return None
    is_new = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=is_new[1:])
    column["distinct"] = int(is_new.sum())
    found.bounds = array_of(ordered[[0, -1]], values.type)
    if column["distinct"] <= MAX_CATEGORIES:
        places = np.flatnonzero(is_new)
        counts = np.diff(np.append(places, len(ordered)))
        found.top = array_of(ordered[places], values.type)
        found.counts = tuple(int(count) for count in counts)
    if drawn:
        seconds = ordered / per_second
        edges = edges_of(float(seconds[0]), float(seconds[-1]), whole=False)
        found.times = tuple(edges)
        column["histogram"] = _binned(seconds, edges, len(ordered))
    return found


def _texts(found: Measured, values: pa.ChunkedArray, hashed: Hashed, *, drawn: bool) -> Measured:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    column = found.column
    different: Different
    if pa.types.is_dictionary(values.type):
        different = Repeating(values)
    else:
        there = pa.chunked_array([chunk.drop_null() for chunk in values.chunks], values.type)
        different = Hashes(there, numbers_of(hashed(there)))
    column["distinct"] = len(different.counts)
    present = int(different.counts.sum())
    repeats = column["distinct"] < present
    if column["type"] == "text" and repeats and column["distinct"] <= min(MAX_CATEGORIES, max(2, len(values) // 2)):
        column["type"] = "category"
    column["direction"] = direction_of(_first(values, DIRECTION_ROWS, TOP_CHARS))
    if not present:
        return found
    lengths = _array(pc.utf8_length(different.texts)).astype(np.int64)
    low, high = int(lengths.min()), int(lengths.max())
    column["top"] = _top(column, different if high <= TOP_CHARS else different.cut(TOP_CHARS))
    found.arabic = column["direction"] == "rtl" and _has_arabic(different.texts)
    if drawn and column["type"] == "text":
        column["text"] = {
            "min_length": low,
            "mean_length": float((lengths * different.weights).sum() / present),
            "max_length": high,
            "scripts": scripts_of("".join(_first(values, _SCRIPT_ROWS, _SCRIPT_CHARS))),
        }
        weights = different.weights if isinstance(different, Repeating) else None
        column["histogram"] = _binned(lengths, edges_of(low, high, whole=True), present, weights)
    return found


def _top(column: Column, different: Different) -> list[TopValue]:
    """The most frequent texts; of those that are equally so the first ones by their letters."""
    import numpy as np
    import pyarrow.compute as pc

    counts = different.counts
    if column["type"] == "text" and counts.max() == 1:
        return []  # A text that never repeats has no frequent values, only a first one.
    least = int(np.partition(counts, -TOP)[-TOP]) if len(counts) > TOP else 0
    often = different.chosen(counts > least).to_pylist()
    entries = list(zip(often, counts[counts > least].tolist(), strict=True))
    ties = different.chosen(counts == least)
    if len(ties) > TOP:
        ties = ties.take(pc.select_k_unstable(ties, TOP, [("", "ascending")]))
    entries += [(text, least) for text in ties.to_pylist()]
    entries.sort(key=lambda one: (-one[1], one[0].encode()))
    return [{"value": text, "count": count} for text, count in entries[:TOP]]


def _few(found: Measured, counted: pa.StructArray) -> Measured:
    import pyarrow.compute as pc

    there = counted.filter(pc.is_valid(counted.field("values")))
    found.column["distinct"] = len(there)
    found.top, found.counts = there.field("values"), tuple(there.field("counts").to_pylist())
    return found


def bound(value: int | float) -> int | float | str:
    """Return the least or greatest of numbers as JSON can carry it."""
    return str(value) if isinstance(value, int) and abs(value) > SAFE_INTEGER else value


def _array(values: pa.ChunkedArray) -> Any:
    """The numbers that are there."""
    import numpy as np

    pieces = [numbers_of(chunk.drop_null()) for chunk in values.chunks if chunk.null_count < len(chunk)]
    return np.concatenate(pieces) if pieces else np.zeros(0, np.int64)


def _first(values: pa.ChunkedArray, count: int, chars: int) -> list[str]:
    found: list[str] = []
    for chunk in values.chunks:
        if len(found) == count:
            break
        texts = chunk.slice(0, 4 * count).drop_null()
        if len(texts) < count - len(found):
            texts = chunk.drop_null()
        found += [text[:chars] for text in texts.slice(0, count - len(found)).to_pylist()]
    return found


def _has_arabic(texts: pa.ChunkedArray) -> bool:
    for chunk in texts.chunks:
        data = chunk.buffers()[2]
        held = b"" if data is None else data.to_pybytes()
        if any(letter in held for letter in _FOREIGN):
            return True
    return False


def _quantiles(ordered: Any) -> list[float]:
    found: list[float] = []
    for share in QUANTILES:
        place = (len(ordered) - 1) * share
        low, high = float(ordered[math.floor(place)]), float(ordered[math.ceil(place)])
        part = place - math.floor(place)
        # Shares of each, since the distance of the farthest numbers does not fit a number.
        found.append(low if low == high else low * (1 - part) + high * part)
    return found


def _binned(numbers: Any, edges: list[float], present: int, weights: Any = None) -> Histogram:
    """How many of the finite `numbers` lie between each two edges; where all are equal, all that are there."""
    import numpy as np

    bins = len(edges) - 1
    if edges[0] == edges[-1]:
        return {"edges": list(edges), "counts": [0] * (bins - 1) + [present]}
    # Halves: the distance of the farthest numbers does not fit a number.
    low, span = edges[0] / 2, edges[-1] / 2 - edges[0] / 2
    places = np.floor((numbers / 2 - low) / span * bins).astype(np.int64)
    counts = np.bincount(np.clip(places, 0, bins - 1), weights, minlength=bins)
    return {"edges": list(edges), "counts": [int(count) for count in counts]}
