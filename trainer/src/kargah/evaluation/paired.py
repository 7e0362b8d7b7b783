"""Two models on the same rows: whether one is better than the other, or these rows do not tell them apart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kargah.evaluation.figures import Floats
from kargah.evaluation.rows import JudgedRows

Metric = Literal["accuracy", "log_loss", "mae", "rmse"]
LEVEL = 0.95
RESAMPLES = 2000
MOST_RESAMPLED = 20_000
"""Of more rows the mean is normal to the digits that are shown; Student's interval stands for the bootstrap's."""
FEWEST_ROWS = 10


class NotComparable(ValueError):
    """Why two models cannot be held against each other: English, then Persian."""

    def __init__(self, english: str, persian: str) -> None:
        super().__init__(english)
        self.persian = persian


@dataclass(frozen=True)
class Verdict:
    """By how much the second model is better (more than 0) or worse than the first on the rows both were judged on."""

    metric: Metric
    difference: float
    low: float
    high: float
    rows: int
    rows_of_each: tuple[int, int]
    names: tuple[str, str] = ("A", "B")

    @property
    def distinguishable(self) -> bool:
        return self.low > 0 or self.high < 0

    @property
    def sentence(self) -> str:
        """In English; `persian` has the other."""
        first, second = self.names
        unit = " points" if self.metric == "accuracy" else ""
        if not self.distinguishable:
            interval = f"95 % interval {self._shown(self.low)} to {self._shown(self.high)}{unit}"
            return f"{first} and {second} are not distinguishable by {self.metric} on {self._where()} ({interval})."
        low, high = sorted((abs(self.low), abs(self.high)))
        word = "better" if self.difference > 0 else "worse"
        by = f"{self._shown(abs(self.difference))}{unit}"
        interval = f"95 % interval {self._shown(low)} to {self._shown(high)}"
        return f"{second} is {word} than {first} by {by} ({self.metric}), {interval}, on {self._where()}."

    @property
    def persian(self) -> str:
        first, second = self.names
        unit = " واحد درصد" if self.metric == "accuracy" else ""
        where = self._where_in_persian()
        if not self.distinguishable:
            interval = f"بازهٔ ۹۵٪ از {self._shown(self.low)} تا {self._shown(self.high)}{unit}"
            alike = f"«{first}» و «{second}» با معیار {self.metric} روی {where}"
            return f"{alike} از هم بازشناختنی نیستند ({interval})."
        low, high = sorted((abs(self.low), abs(self.high)))
        word = "بهتر" if self.difference > 0 else "بدتر"
        by = f"به اندازهٔ {self._shown(abs(self.difference))}{unit} ({self.metric})"
        interval = f"بازهٔ ۹۵٪ از {self._shown(low)} تا {self._shown(high)}"
        return f"«{second}» روی {where} {by} {word} از «{first}» است؛ {interval}."

    def __repr__(self) -> str:
        return self.sentence

    def _shown(self, value: float) -> str:
        return f"{100 * value:.1f}" if self.metric == "accuracy" else f"{value:.3g}"

    def _where(self) -> str:
        if set(self.rows_of_each) == {self.rows}:
            return f"the same {self.rows} rows"
        first, second = self.rows_of_each
        return f"the {self.rows} rows that both were judged on (of {first} and {second})"

    def _where_in_persian(self) -> str:
        if set(self.rows_of_each) == {self.rows}:
            return f"همان {self.rows} ردیف"
        first, second = self.rows_of_each
        return f"{self.rows} ردیف مشترک (از {first} و {second} ردیف)"


def verdict(
    first: JudgedRows,
    second: JudgedRows,
    metric: Metric | None = None,
    seed: int = 0,
    names: tuple[str, str] = ("A", "B"),
) -> Verdict:
    """Holds two models against each other by the paired bootstrap of their difference (Efron & Tibshirani 1993, ch. 8).

    Args:
        metric: accuracy or log_loss of classes, mae or rmse of numbers; the first of each where it is left out.

    Raises:
        NotComparable: they have fewer than ten rows in common, or answer another kind of question.
    """
    if (first.classes is None) != (second.classes is None):
        raise NotComparable(
            "One of them answers with classes, the other with numbers.", "یکی از این دو کلاس می‌گوید و دیگری عدد."
        )
    chosen: Metric = metric or ("mae" if first.classes is None else "accuracy")
    if (chosen in ("accuracy", "log_loss")) != (first.classes is not None):
        raise NotComparable(f"{chosen} is no figure of these models.", f"{chosen} معیار این مدل‌ها نیست.")
    _, at_first, at_second = np.intersect1d(first.places, second.places, return_indices=True)
    rows = len(at_first)
    if rows < FEWEST_ROWS:
        raise NotComparable(
            f"They were judged on other rows: {rows} are the same, and at least {FEWEST_ROWS} are needed.",
            f"این دو روی ردیف‌های دیگری سنجیده شده‌اند: {rows} ردیف مشترک است و دست‌کم {FEWEST_ROWS} ردیف لازم است.",
        )
    losses = first.losses(chosen)[at_first], second.losses(chosen)[at_second]
    difference, low, high = _interval(*losses, root=chosen == "rmse", seed=seed)
    return Verdict(chosen, difference, low, high, rows, (len(first.places), len(second.places)), names)


def _interval(first: Floats, second: Floats, *, root: bool, seed: int) -> tuple[float, float, float]:
    """The mean loss of the first less that of the second, or of their roots, with its interval."""
    from scipy import stats

    def statistic(one: Floats, other: Floats, axis: int = -1) -> Floats:
        means = one.mean(axis), other.mean(axis)
        found: Floats = np.subtract(*(np.sqrt(mean) if root else mean for mean in means))
        return found

    difference = float(statistic(first, second))
    if np.array_equal(first, second):
        return 0.0, 0.0, 0.0
    if len(first) > MOST_RESAMPLED and not root:
        apart = first - second
        low, high = stats.t.interval(LEVEL, len(apart) - 1, loc=difference, scale=stats.sem(apart))
        return difference, float(low), float(high)
    found = stats.bootstrap(
        (first, second),
        statistic,
        paired=True,
        vectorized=True,
        confidence_level=LEVEL,
        n_resamples=RESAMPLES,
        batch=max(1, 4_000_000 // len(first)),
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    low, high = float(found.low), float(found.high)
    return (difference, low, high) if math.isfinite(low) else (difference, difference, difference)
