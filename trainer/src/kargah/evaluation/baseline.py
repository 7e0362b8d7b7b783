"""What plain models are worth on the same rows, and whether the learned one is better than chance explains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from kargah.evaluation.classification import losses_of
from kargah.evaluation.figures import LEVEL, Floats, finite, resampled_sums

FEWEST_ROWS = 10
"""Of fewer, resamples are too much alike to tell anything."""
Verdict = Literal["better", "sure", "hardly", "worse", "unknown"]


@dataclass(frozen=True)
class Plain:
    """A plain model's answers to the rows that are judged."""

    kind: Literal["majority", "mean", "linear"]
    answers: npt.NDArray[np.float64]
    """As `Judged.answers`."""
    rows: int
    """How many it was made of."""
    columns: int | None = None
    """What a linear model was made of."""


def beside(
    answers: Floats, truth: npt.NDArray[Any], is_classification: bool, plain: Sequence[Plain], seed: int
) -> list[dict[str, Any]]:
    """Of each plain model its figures, and by how much the learned one is better, with a paired bootstrap interval.

    Rows are drawn once for both, so that what is hard for both does not count as a difference (Efron and Tibshirani
    1993). A difference above 0 speaks for the learned model, whatever the figure's direction is.
    """
    of = _classified if is_classification else _regressed
    return [of(answers, truth, one, seed) for one in plain]


def _classified(answers: Floats, truth: npt.NDArray[np.int64], plain: Plain, seed: int) -> dict[str, Any]:
    rows = len(truth)
    right = (answers.argmax(1) == truth).astype(np.float64), (plain.answers.argmax(1) == truth).astype(np.float64)
    losses = losses_of(answers, truth), losses_of(plain.answers, truth)
    differences = np.stack([right[0] - right[1], losses[1] - losses[0]], 1)
    drawn = resampled_sums(differences, seed) / rows
    accuracy, log_loss = (_gain(differences[:, at].mean(), drawn[:, at]) for at in range(2))
    verdict = _verdict(accuracy, rows)
    if verdict == "hardly" and (log_loss["low"] or 0) > 0:
        verdict = "sure"
    return _told(
        plain,
        {"accuracy": finite(right[1].mean()), "log_loss": finite(losses[1].mean())},
        {"accuracy": accuracy, "log_loss": log_loss},
        verdict,
    )


def _regressed(answers: Floats, truth: Floats, plain: Plain, seed: int) -> dict[str, Any]:
    rows = len(truth)
    errors = answers - truth, plain.answers - truth
    # About the mean, so that squares of large numbers do not lose what differs between them.
    about = truth - truth.mean()
    columns = [*(error**2 for error in errors), about, about**2, np.abs(errors[1]) - np.abs(errors[0])]
    own = np.array([[column.sum() for column in columns]])
    drawn = resampled_sums(np.stack(columns, 1), seed)

    def gain_of_r2(sums: Floats) -> Floats:
        spread = sums[:, 3] - sums[:, 2] ** 2 / rows
        with np.errstate(divide="ignore", invalid="ignore"):
            gain: Floats = np.where(spread > 0, (sums[:, 1] - sums[:, 0]) / spread, np.nan)
        return gain

    r2 = _gain(gain_of_r2(own)[0], gain_of_r2(drawn))
    mae = _gain(own[0, 4] / rows, drawn[:, 4] / rows)
    spread = float(own[0, 3])
    figures = {
        "r2": finite(1 - own[0, 1] / spread) if spread > 0 else None,
        "mae": finite(np.abs(errors[1]).mean()),
    }
    return _told(plain, figures, {"r2": r2, "mae": mae}, _verdict(r2, rows))


def _gain(value: float, drawn: Floats) -> dict[str, float | None]:
    known = drawn[np.isfinite(drawn)]
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) if len(known) else (np.nan, np.nan)
    return {"value": finite(value), "low": finite(low), "high": finite(high)}


def _verdict(gain: dict[str, float | None], rows: int) -> Verdict:
    low, high = gain["low"], gain["high"]
    if rows < FEWEST_ROWS or low is None or high is None:
        return "unknown"
    if low > 0:
        return "better"
    return "worse" if high < 0 else "hardly"


def _told(plain: Plain, figures: dict[str, float | None], gains: dict[str, Any], verdict: Verdict) -> dict[str, Any]:
    return {
        "kind": plain.kind,
        "rows": plain.rows,
        "columns": plain.columns,
        "metrics": figures,
        "gains": gains,
        "verdict": verdict,
    }
