"""Histograms of at most twenty bins of equal width."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kargah.datasets.model import Histogram

BINS = 20


def edges_of(low: float, high: float, *, whole: bool) -> list[float]:
    """Return the edges of the bins from `low` to `high`; for whole numbers no bin is narrower than one."""
    if whole:
        width = max(1, math.ceil((high - low + 1) / BINS))
        bins = max(1, math.ceil((high - low + 1) / width))
        return [low + width * at for at in range(bins + 1)]
    if high <= low:
        return [low, low]
    # Shares of each, since the distance of the farthest numbers does not fit a number.
    return [low * (1 - at / BINS) + high * (at / BINS) for at in range(BINS)] + [high]


def histogram_of(values: Sequence[int]) -> Histogram:
    """Return the histogram of whole numbers, of which there is at least one."""
    edges = edges_of(min(values), max(values), whole=True)
    counts = [0] * (len(edges) - 1)
    width = edges[1] - edges[0]
    for value in values:
        counts[min(len(counts) - 1, int((value - edges[0]) // width))] += 1
    return {"edges": list(edges), "counts": counts}
