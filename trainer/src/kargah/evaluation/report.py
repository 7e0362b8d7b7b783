"""One report of one model on one set of rows, as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from kargah.evaluation import classification, regression
from kargah.evaluation.baseline import Plain, beside
from kargah.evaluation.columns import Column, Rows, importance, slices
from kargah.evaluation.figures import LEVEL, RESAMPLES, Floats, Ints, finite

FORMAT = 1
MOST_WORST = 50
MOST_SUSPECTED = 50
MOST_CLASSES_IN_FULL = 50
"""Whose confusion matrix is told cell by cell."""
FEWEST_ROWS = 2


@dataclass(frozen=True)
class HeldOut:
    """The rows that are judged."""

    part: Literal["test", "validation", "all"]
    """`all`: of a dataset without a test part."""
    places: Ints
    """[n]: which rows of the dataset they are, counted from 0 as they are read."""
    rows: Rows | None = None
    """[n, columns] as the model takes them, where it takes a table."""
    columns: Sequence[Column] = ()


@dataclass(frozen=True)
class Judged:
    """What a model answered on them."""

    answers: npt.NDArray[np.float32]
    """Classification: the probability of each class [n, classes]. Regression: the target in its own unit [n]."""
    truth: npt.NDArray[Any]
    """Classification: the class's number [n]. Regression: the target [n]."""
    classes: Sequence[str] | None
    """None: regression."""
    answer: Callable[[Rows], npt.NDArray[np.float32]] | None = None
    """Answers for other rows of a table, as `answers` are."""


def report_of(held: HeldOut, judged: Judged, seed: int, plain: Sequence[Plain] = ()) -> dict[str, Any] | None:
    """The report, or None where there are too few rows to say anything; `plain`: models to compare it with."""
    if len(held.places) < FEWEST_ROWS:
        return None
    answers, truth = judged.answers.astype(np.float64), judged.truth
    about: dict[str, Any] = {
        "format": FORMAT,
        "task": "regression" if judged.classes is None else "classification",
        "part": held.part,
        # The best epoch was chosen on these rows, so their figures are too good.
        "chosen_on_these": held.part == "validation",
        "rows": len(truth),
        "level": LEVEL,
        "resamples": RESAMPLES,
        "seed": seed,
    }
    if judged.classes is None:
        truth = truth.astype(np.float64)
        losses = (answers - truth) ** 2
        about |= {
            "metrics": regression.metrics(answers, truth, seed),
            "residuals": regression.residuals(answers, truth, seed),
            "interval": regression.interval(answers, truth, seed),
            "worst": _worst(held, losses, lambda at: {"truth": finite(truth[at]), "answer": finite(answers[at])}),
        }
    else:
        truth = truth.astype(np.int64)
        losses = classification.losses_of(answers, truth)
        figures = classification.metrics(answers, truth, seed)
        about |= {"metrics": figures, **_of_classes(held, answers, truth, list(judged.classes))}
    if plain:
        about["baselines"] = beside(answers, truth, judged.classes is not None, plain, seed)
    if held.rows is not None:
        about["slices"] = slices(held.rows, held.columns, losses)
        about["importance"] = _importance(held, judged, seed)
    return about


def _of_classes(held: HeldOut, answers: Floats, labels: Ints, classes: list[str]) -> dict[str, Any]:
    matrix = classification.confusion(answers, labels)
    chosen = answers.argmax(1)

    def said(at: int) -> dict[str, Any]:
        return {
            "truth": classes[labels[at]],
            "answer": classes[chosen[at]],
            "probability": float(answers[at, chosen[at]]),
            "probability_of_truth": float(answers[at, labels[at]]),
        }

    both = len(classes) == 2 and 0 < labels.sum() < len(labels)
    suspected = classification.label_errors(answers, labels)
    return {
        "classes": classes,
        "confusion": matrix.tolist() if len(classes) <= MOST_CLASSES_IN_FULL else None,
        "confused": classification.confused(matrix, classes),
        "per_class": classification.per_class(matrix, classes),
        "calibration": classification.calibration(answers, labels),
        "curves": classification.curves(answers, labels) if both else None,
        "worst": _worst(held, np.where(chosen == labels, 0.0, classification.losses_of(answers, labels)), said),
        "label_errors": {
            "rows": len(suspected),
            "first": [{"row": int(held.places[at]), **said(int(at))} for at in suspected[:MOST_SUSPECTED]],
        },
    }


def _worst(held: HeldOut, losses: Floats, said: Callable[[int], dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of the largest loss; a loss of 0 is none of them."""
    first = [int(at) for at in np.argsort(-losses, kind="stable")[:MOST_WORST] if losses[at] > 0]
    return [{"row": int(held.places[at]), "loss": float(losses[at]), **said(at)} for at in first]


def _importance(held: HeldOut, judged: Judged, seed: int) -> list[dict[str, Any]]:
    answer = judged.answer
    if held.rows is None or answer is None:
        return []

    def losses(rows: Rows, places: Ints) -> Floats:
        answers, truth = answer(rows).astype(np.float64), judged.truth[places]
        if judged.classes is None:
            squared: Floats = (answers - truth) ** 2
            return squared
        return classification.losses_of(answers, truth.astype(np.int64))

    return importance(held.rows, held.columns, losses, seed)
