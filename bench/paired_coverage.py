"""How often the interval of `job.against(other)` holds the true difference, over simulated pairs of models.

    .venv/bin/python bench/paired_coverage.py [pairs]

Two models answer the same 360 rows, and are right, or err, together (a Gaussian copula of correlation 0.6). Their true
difference is known. Ends with 1 where an interval of 95 % holds less than 93 or more than 97 of 100.
"""

from __future__ import annotations

import sys

import numpy as np
from scipy import stats

from kargah.evaluation import JudgedRows
from kargah.evaluation.paired import Metric, verdict

ROWS = 360
CORRELATION = 0.6
RIGHT = (0.85, 0.88)
SPREAD = (1.0, 1.1)


def simulated(metric: Metric, generator: np.random.Generator) -> tuple[JudgedRows, JudgedRows, float]:
    covariance = [[1.0, CORRELATION], [CORRELATION, 1.0]]
    latent = generator.multivariate_normal([0, 0], covariance, ROWS).T
    places, truth = np.arange(ROWS), np.zeros(ROWS)
    if metric == "accuracy":
        wrong = [(stats.norm.cdf(one) >= share).astype(np.int32) for one, share in zip(latent, RIGHT, strict=True)]
        given = np.full(ROWS, 0.5, dtype=np.float32)
        first, second = (JudgedRows(places, truth.astype(np.int32), one, given, ["a", "b"]) for one in wrong)
        return first, second, RIGHT[1] - RIGHT[0]
    first, second = (JudgedRows(places, truth, spread * one) for spread, one in zip(SPREAD, latent, strict=True))
    scale = float(np.sqrt(2 / np.pi)) if metric == "mae" else 1.0
    return first, second, scale * (SPREAD[0] - SPREAD[1])


def covered(metric: Metric, pairs: int) -> float:
    held = 0
    for number in range(pairs):
        first, second, true = simulated(metric, np.random.default_rng([number, ROWS]))
        found = verdict(first, second, metric, seed=number)
        held += found.low <= true <= found.high
    return held / pairs


if __name__ == "__main__":
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    metrics: tuple[Metric, ...] = ("accuracy", "mae", "rmse")
    shares = {metric: covered(metric, pairs) for metric in metrics}
    for metric, share in shares.items():
        print(f"{metric}: {100 * share:.1f} % of {pairs} intervals hold the true difference")
    sys.exit(0 if all(0.93 <= share <= 0.97 for share in shares.values()) else 1)
