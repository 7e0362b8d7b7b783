"""What there is to say about a classifier's answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kargah.evaluation.figures import (
    RESAMPLES,
    Floats,
    Ints,
    counted,
    divided,
    figure,
    resampled_sums,
    share,
)

BINS = 10
MOST_CURVE_POINTS = 200
MOST_PAIRS = 50
MOST_SCORES = 2_000
LEAST_PROBABILITY = 1e-15
"""So that one sure and wrong answer is a large loss, and not an infinite one."""


def metrics(probabilities: Floats, labels: Ints, seed: int) -> dict[str, Any]:
    """Accuracy, macro F1 and log loss; for two classes also the areas below the ROC and the precision-recall curve."""
    rows, classes = probabilities.shape
    cells = _Cells(probabilities.argmax(1), labels, classes)
    own = cells.figures(cells.rows)
    # Drawing rows again is drawing the cells of the confusion matrix again.
    generator = np.random.default_rng(seed)
    drawn = np.stack([cells.figures(generator.multinomial(rows, cells.rows / rows)) for _ in range(RESAMPLES)])
    losses = losses_of(probabilities, labels)
    found = {
        "accuracy": share(own[0] * rows, rows, drawn[:, 0]),
        "f1_macro": figure(own[1], drawn[:, 1], "max"),
        "log_loss": figure(losses.mean(), resampled_sums(losses[:, None], seed)[:, 0] / rows, "min"),
    }
    if classes == 2 and 0 < labels.sum() < rows:
        scores = _Scores.of(probabilities[:, 1], labels)
        values = scores.areas()
        merged = scores.merged(MOST_SCORES)
        resampled = np.stack([merged.drawn(generator).areas() for _ in range(RESAMPLES)])
        found["roc_auc"] = figure(values[0], resampled[:, 0], "max")
        found["average_precision"] = figure(values[1], resampled[:, 1], "max")
    return found


def f1_macro(answers: Ints, labels: Ints, classes: int) -> float:
    """F1 over the classes that are there or were answered."""
    cells = _Cells(answers, labels, classes)
    return float(cells.figures(cells.rows)[1])


def areas(scores: Floats, labels: Ints) -> Floats:
    """Of two classes, by scores of the second: area below the ROC curve, average precision; NaN where only one is."""
    return _Scores.of(scores, labels).areas()


def losses_of(probabilities: Floats, labels: Ints) -> Floats:
    """Of each row: minus the logarithm of the probability that its class was given."""
    given = probabilities[np.arange(len(labels)), labels]
    result: Floats = -np.log(np.clip(given, LEAST_PROBABILITY, 1.0))
    return result


def confusion(probabilities: Floats, labels: Ints) -> Ints:
    """[truth, answer]: how many rows."""
    classes = probabilities.shape[1]
    cells = np.bincount(labels * classes + probabilities.argmax(1), minlength=classes * classes)
    return cells.reshape(classes, classes)


def confused(matrix: Ints, names: list[str]) -> list[dict[str, Any]]:
    """The classes that are taken for another most often."""
    off = matrix * (1 - np.eye(len(matrix), dtype=np.int64))
    first = np.argsort(-off, axis=None, kind="stable")[:MOST_PAIRS]
    pairs = [divmod(int(cell), len(matrix)) for cell in first if off.flat[cell] > 0]
    return [
        {"truth": names[truth], "answer": names[answer], "rows": int(off[truth, answer])} for truth, answer in pairs
    ]


def per_class(matrix: Ints, names: list[str]) -> list[dict[str, Any]]:
    counts = matrix.astype(np.float64)
    precision, recall, f1 = _per_class(counts.diagonal(), counts.sum(0), counts.sum(1))
    return [
        {
            "name": name,
            "rows": int(matrix[at].sum()),
            "precision": float(precision[at]),
            "recall": float(recall[at]),
            "f1": float(f1[at]),
        }
        for at, name in enumerate(names)
    ]


def _per_class(hits: Floats, answers: Floats, truths: Floats) -> tuple[Floats, Floats, Floats]:
    return divided(hits, answers), divided(hits, truths), divided(2 * hits, answers + truths)


class _Cells:
    """The cells of a confusion matrix that hold rows: a thousand classes have a million cells, and few of them do."""

    def __init__(self, answers: Ints, labels: Ints, classes: int) -> None:
        cells, self.rows = np.unique(labels * classes + answers, return_counts=True)
        self._truth, self._answer = np.divmod(cells, classes)
        self._classes = classes

    def figures(self, rows: Ints) -> Floats:
        """Accuracy, and F1 over the classes that are there or were answered, where the cells hold so many rows."""
        answers, truths = (counted(of, self._classes, rows) for of in (self._answer, self._truth))
        hits = counted(self._truth, self._classes, rows * (self._truth == self._answer))
        _, _, f1 = _per_class(hits, answers, truths)
        there = (answers + truths > 0).sum()
        return np.array([hits.sum() / rows.sum(), f1.sum() / there])


def calibration(probabilities: Floats, labels: Ints) -> dict[str, Any]:
    """How often the answer is right beside how sure it was, in bins of equal width, and their mean gap by rows.

    The gap is the expected calibration error (Naeini et al. 2015; Guo et al. 2017).
    """
    sure = probabilities.max(1)
    right = (probabilities.argmax(1) == labels).astype(np.float64)
    place = np.minimum((sure * BINS).astype(np.int64), BINS - 1)
    count = counted(place, BINS)
    confidence = divided(counted(place, BINS, sure), count)
    accuracy = divided(counted(place, BINS, right), count)
    bins = [
        {
            "low": at / BINS,
            "high": (at + 1) / BINS,
            "rows": int(count[at]),
            "confidence": float(confidence[at]),
            "accuracy": float(accuracy[at]),
        }
        for at in range(BINS)
        if count[at] > 0
    ]
    error = float((count * np.abs(confidence - accuracy)).sum() / len(labels))
    return {"bins": bins, "expected_calibration_error": error}


def curves(probabilities: Floats, labels: Ints) -> dict[str, Any]:
    """ROC and precision-recall curve of the second class, thinned to what a chart shows."""
    hits, misses = _Scores.of(probabilities[:, 1], labels).passed()
    positives, negatives = hits[-1], misses[-1]
    roc = np.stack([np.r_[0, misses] / negatives, np.r_[0, hits] / positives], 1)
    pr = np.stack([hits / positives, hits / (hits + misses)], 1)
    return {
        "roc": [{"false_positive_rate": float(x), "true_positive_rate": float(y)} for x, y in _thinned(roc)],
        "precision_recall": [{"recall": float(x), "precision": float(y)} for x, y in _thinned(pr)],
    }


@dataclass(frozen=True)
class _Scores:
    """How many rows of either class have each score, from the highest down."""

    positive: Floats
    negative: Floats

    @classmethod
    def of(cls, scores: Floats, labels: Ints) -> _Scores:
        found, place = np.unique(-scores, return_inverse=True)
        positive = counted(place, len(found), labels)
        return cls(positive, counted(place, len(found)) - positive)

    def merged(self, most: int) -> _Scores:
        """With neighbours counted as one score until at most `most` are left: intervals need no more."""
        if len(self.positive) <= most:
            return self
        starts = np.unique(np.linspace(0, len(self.positive), most, endpoint=False).astype(np.int64))
        return _Scores(np.add.reduceat(self.positive, starts), np.add.reduceat(self.negative, starts))

    def drawn(self, generator: np.random.Generator) -> _Scores:
        """As many rows, drawn with replacement."""
        cells = np.concatenate([self.positive, self.negative])
        rows = generator.multinomial(int(cells.sum()), cells / cells.sum()).astype(np.float64)
        return _Scores(*np.split(rows, 2))

    def passed(self) -> tuple[Floats, Floats]:
        """How many of either class have at least each score."""
        return np.cumsum(self.positive), np.cumsum(self.negative)

    def areas(self) -> Floats:
        """Area below the ROC curve, average precision; NaN where a class is not there."""
        hits, misses = self.passed()
        if hits[-1] == 0 or misses[-1] == 0:
            return np.full(2, np.nan)
        rate, false = np.r_[0, hits] / hits[-1], np.r_[0, misses] / misses[-1]
        area = ((false[1:] - false[:-1]) * (rate[1:] + rate[:-1])).sum() / 2
        return np.array([area, (rate[1:] - rate[:-1]) @ divided(hits, hits + misses)])


def _thinned(points: Floats) -> Floats:
    if len(points) <= MOST_CURVE_POINTS:
        return points
    return points[np.linspace(0, len(points) - 1, MOST_CURVE_POINTS).round().astype(np.int64)]


def label_errors(probabilities: Floats, labels: Ints) -> Ints:
    """Rows whose label is probably wrong, the most likely first.

    Confident learning (Northcutt et al. 2021, "prune by class" of the confident joint): a row is suspected when another
    class is given at least the mean probability that the rows of that class give it, more than its own.
    """
    classes = probabilities.shape[1]
    thresholds = np.full(classes, np.inf)
    for label in range(classes):
        if (labels == label).any():
            thresholds[label] = probabilities[labels == label, label].mean()
    likely = np.where(probabilities >= thresholds, probabilities, -1.0)
    other = likely.argmax(1)
    suspected = (likely.max(1) > 0) & (other != labels) & (probabilities.argmax(1) != labels)
    margin = probabilities[np.arange(len(labels)), labels] - probabilities[np.arange(len(labels)), other]
    found = np.flatnonzero(suspected)
    return found[np.argsort(margin[found], kind="stable")]
