"""What there is to say about the answers of a regression."""

from __future__ import annotations

from typing import Any

import numpy as np

from kargah.evaluation.figures import Floats, figure, finite, resampled_sums

INTERVAL = 0.9
BINS = 30
MOST_DOTS = 500


def metrics(answers: Floats, truth: Floats, seed: int) -> dict[str, Any]:
    """Coefficient of determination, root mean squared and mean absolute error, in the target's unit."""
    rows = len(truth)
    error = answers - truth
    # About the mean, so that squares of large numbers do not lose what differs between them.
    about = truth - truth.mean()
    sums = resampled_sums(np.stack([np.abs(error), error**2, about, about**2], 1), seed)

    def r2(sums: Floats) -> Floats:
        spread = sums[:, 3] - sums[:, 2] ** 2 / rows
        with np.errstate(divide="ignore", invalid="ignore"):
            answer: Floats = np.where(spread > 0, 1 - sums[:, 1] / spread, np.nan)
        return answer

    own = np.array([[np.abs(error).sum(), (error**2).sum(), 0.0, (about**2).sum()]])
    return {
        "r2": figure(r2(own)[0], r2(sums), "max"),
        "rmse": figure(np.sqrt(own[0, 1] / rows), np.sqrt(sums[:, 1] / rows), "min"),
        "mae": figure(own[0, 0] / rows, sums[:, 0] / rows, "min"),
    }


def residuals(answers: Floats, truth: Floats, seed: int) -> dict[str, Any]:
    """The errors (answer − truth) as a histogram, and some rows to draw."""
    error = answers - truth
    counts, edges = np.histogram(error, BINS)
    generator = np.random.default_rng(seed)
    dots = np.sort(generator.permutation(len(truth))[:MOST_DOTS])
    return {
        "mean": float(error.mean()),
        "median": float(np.median(error)),
        "histogram": {"edges": [float(edge) for edge in edges], "rows": [int(count) for count in counts]},
        "dots": [{"truth": finite(truth[at]), "answer": finite(answers[at])} for at in dots],
    }


def interval(answers: Floats, truth: Floats, seed: int) -> dict[str, Any] | None:
    """How far from the answer the truth lies in nine cases of ten, and how often that held on other rows.

    Split conformal (Vovk et al. 2005; Lei et al. 2018): the width is learned on one half of these rows and counted on
    the other, and the other way round; `half_width` is that of all rows. None where there are too few rows.
    """
    rows = len(truth)
    error = np.abs(answers - truth)
    order = np.random.default_rng(seed).permutation(rows)
    halves = order[: rows // 2], order[rows // 2 :]
    widths = [_width(error[half]) for half in halves]
    if any(width is None for width in widths):
        return None
    held = (error[halves[1]] <= widths[0]).sum() + (error[halves[0]] <= widths[1]).sum()
    whole = _width(error)
    assert whole is not None
    return {"level": INTERVAL, "half_width": whole, "coverage": float(held / rows)}


def _width(error: Floats) -> float | None:
    rank = int(np.ceil((len(error) + 1) * INTERVAL))
    return float(np.sort(error)[rank - 1]) if 0 < rank <= len(error) else None
