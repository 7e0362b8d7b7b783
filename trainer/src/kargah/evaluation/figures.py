"""Figures with the interval in which they lie, from resampled rows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEVEL = 0.95
RESAMPLES = 1000
Z = 1.959963984540054
"""The standard normal's 97.5 % point."""


def figure(value: float, resampled: Floats, better: str) -> dict[str, Any]:
    """A figure with its percentile interval (Efron 1981); what is no finite number is null."""
    known = resampled[np.isfinite(resampled)]
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) if len(known) else (math.nan, math.nan)
    return {"value": finite(value), "low": finite(low), "high": finite(high), "better": better}


def share(right: float, rows: int, resampled: Floats) -> dict[str, Any]:
    """A share of rows; where every resample is alike (all right, all wrong), with Wilson's score interval."""
    found = figure(right / rows, resampled, "max")
    if found["low"] == found["high"]:
        found["low"], found["high"] = wilson(right, rows)
    return found


def wilson(right: float, rows: int) -> tuple[float, float]:
    """Of a share `right / rows` (Wilson 1927): holds for few rows, and for none or all of them."""
    middle = (right + Z * Z / 2) / (rows + Z * Z)
    half = Z / (rows + Z * Z) * math.sqrt(right * (rows - right) / rows + Z * Z / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def resampled_sums(values: Floats, seed: int) -> Floats:
    """Sums of the columns of `values` [rows, columns] over rows drawn with replacement: [resamples, columns]."""
    generator = np.random.default_rng(seed)
    rows = len(values)
    columns = np.ascontiguousarray(values.T)
    sums = np.empty((RESAMPLES, len(columns)))
    for number in range(RESAMPLES):
        drawn = counted(generator.integers(0, rows, rows), rows)
        # Not a product of matrices: on a busy machine its threads wait for each other longer than they compute.
        sums[number] = (columns * drawn).sum(1)
    return sums


def counted(places: Ints, bins: int, weights: npt.ArrayLike | None = None) -> Floats:
    """How often each place below `bins` comes, or the sum of its weights."""
    counts: Floats = np.bincount(places, weights, bins).astype(np.float64)
    return counts


def finite(value: float) -> float | None:
    """As JSON takes it."""
    return float(value) if math.isfinite(value) else None


def divided(above: Floats, below: Floats) -> Floats:
    """0 where nothing is divided by."""
    result: Floats = np.divide(above, below, out=np.zeros_like(above, dtype=np.float64), where=below > 0)
    return result
