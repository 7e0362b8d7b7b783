"""What a model answered on each row of its report, kept beside it."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from kargah.evaluation.classification import LEAST_PROBABILITY, losses_of
from kargah.evaluation.figures import Floats, Ints

ROWS_FILE = "report_rows.npz"
"""Beside the report, in the model's folder."""


@dataclass(frozen=True)
class JudgedRows:
    """A row of the report each: where it stands in the dataset, what is true of it, what was answered.

    Of classes the answer is a number of `classes`, and `given` the probability that the true one was given; of numbers
    the answer is one, and `given` is None.
    """

    places: Ints
    truth: npt.NDArray[Any]
    answers: npt.NDArray[Any]
    given: npt.NDArray[np.float32] | None = None
    classes: Sequence[str] | None = None

    @classmethod
    def of(
        cls, places: Ints, answers: npt.NDArray[np.float32], truth: npt.NDArray[Any], classes: Sequence[str] | None
    ) -> JudgedRows:
        if classes is None:
            return cls(places, truth.astype(np.float64), answers.astype(np.float64))
        labels = truth.astype(np.int64)
        given = np.exp(-losses_of(answers.astype(np.float64), labels)).astype(np.float32)
        return cls(places, labels.astype(np.int32), answers.argmax(1).astype(np.int32), given, list(classes))

    def write(self, path: Path) -> None:
        """As arrays of NumPy, without a pickle."""
        places, truth, answers = self.places, self.truth, self.answers
        with path.open("wb") as file:
            if self.given is None or self.classes is None:
                np.savez_compressed(file, places=places, truth=truth, answers=answers)
                return
            classes = np.array(self.classes, dtype=np.str_)
            np.savez_compressed(file, places=places, truth=truth, answers=answers, given=self.given, classes=classes)

    @classmethod
    def read(cls, file: IO[bytes]) -> JudgedRows:
        """
        Raises:
            ValueError: it is no such file, or holds a pickle.
        """
        try:
            with np.load(file, allow_pickle=False) as kept:
                classes = [str(name) for name in kept["classes"]] if "classes" in kept else None
                given = kept["given"] if classes is not None else None
                found = cls(kept["places"], kept["truth"], kept["answers"], given, classes)
        except (KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise ValueError("these are no rows of a report") from error
        if not found._is_sound():
            raise ValueError("these are no rows of a report")
        return found

    def _is_sound(self) -> bool:
        """Of the kinds and lengths that `write` gives: whoever may write a model may have put the file there."""
        columns = [(self.places, "i"), (self.truth, "f"), (self.answers, "f")]
        if self.classes is not None and self.given is not None:
            columns = [(self.places, "i"), (self.truth, "i"), (self.answers, "i"), (self.given, "f")]
        if any(one.dtype.kind != kind or one.shape != (len(self.places),) for one, kind in columns):
            return False
        if self.classes is None:
            return True
        known = len(self.classes)
        return all(len(one) == 0 or (one.min() >= 0 and one.max() < known) for one in (self.truth, self.answers))

    def at(self, rows: Ints) -> JudgedRows:
        """These alone, in this order."""
        given = None if self.given is None else self.given[rows]
        return JudgedRows(self.places[rows], self.truth[rows], self.answers[rows], given, self.classes)

    def scores(self) -> Floats:
        """Of two classes: the probability of the second."""
        assert self.given is not None
        # As the report's: scores that were alike as floats of 32 bits are to stay so.
        return np.where(self.truth == 1, self.given, np.float32(1) - self.given).astype(np.float64)

    def losses(self, metric: str) -> Floats:
        """Of each row, the less the better: whether it is wrong, its log loss, absolute or squared error."""
        if metric == "accuracy":
            wrong: Floats = (self.answers != self.truth).astype(np.float64)
            return wrong
        if metric == "log_loss" and self.given is not None:
            loss: Floats = -np.log(np.clip(self.given.astype(np.float64), LEAST_PROBABILITY, 1.0))
            return loss
        error: Floats = np.abs(self.answers.astype(np.float64) - self.truth)
        return error if metric == "mae" else error**2
