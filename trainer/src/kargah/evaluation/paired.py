"""Two models on the same rows: whether one is better than the other, or these rows do not tell them apart."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from kargah.evaluation import classification
from kargah.evaluation.figures import LEVEL, Ints, Z
from kargah.evaluation.rows import JudgedRows

Metric = Literal["accuracy", "f1_macro", "log_loss", "roc_auc", "average_precision", "r2", "rmse", "mae"]
"""As reports name them."""
OF_CLASSES: tuple[Metric, ...] = ("accuracy", "f1_macro", "log_loss", "roc_auc", "average_precision")
OF_NUMBERS: tuple[Metric, ...] = ("mae", "rmse", "r2")
LESS_IS_BETTER: frozenset[Metric] = frozenset({"log_loss", "rmse", "mae"})
RESAMPLES = 2000
MOST_RESAMPLED = 20_000
"""Of more rows the figure is normal to the digits that are shown: its interval is that of its standard error."""
RESAMPLES_OF_MANY = 200
FEWEST_ROWS = 10
Statistic = Callable[[Ints], tuple[float, float]]
"""Of these rows: the figure of the first and of the second model, the more the better."""


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
    values: tuple[float, float]
    """The figure of each on these rows."""
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
        metric: a figure of reports; accuracy of classes and mae of numbers where it is left out.

    Raises:
        NotComparable: they have fewer than ten rows in common, answer another kind of question, or these rows tell no
            such figure.
    """
    if (first.classes is None) != (second.classes is None):
        raise NotComparable(
            "One of them answers with classes, the other with numbers.", "یکی از این دو کلاس می‌گوید و دیگری عدد."
        )
    known = OF_NUMBERS if first.classes is None else OF_CLASSES
    chosen = metric or known[0]
    if chosen not in known:
        raise NotComparable(
            f"{chosen} is no figure of these models; they have {', '.join(known)}.",
            f"{chosen} معیار این مدل‌ها نیست؛ این‌ها را دارند: {', '.join(known)}.",
        )
    if first.classes is not None and list(first.classes) != list(second.classes or ()):
        raise NotComparable("They know other classes.", "کلاس‌های این دو یکی نیست.")
    _, at_first, at_second = np.intersect1d(first.places, second.places, return_indices=True)
    rows = len(at_first)
    if rows < FEWEST_ROWS:
        raise NotComparable(
            f"They were judged on other rows: {rows} are the same, and at least {FEWEST_ROWS} are needed.",
            f"این دو روی ردیف‌های دیگری سنجیده شده‌اند: {rows} ردیف مشترک است و دست‌کم {FEWEST_ROWS} ردیف لازم است.",
        )
    pair = first.at(at_first), second.at(at_second)
    if not np.array_equal(pair[0].truth, pair[1].truth):
        raise NotComparable(
            "They were judged by other truths: the same rows have other targets.",
            "این دو با پاسخ‌های درست متفاوتی سنجیده شده‌اند: هدف همان ردیف‌ها یکی نیست.",
        )
    own, difference, low, high = _interval(*pair, chosen, seed)
    if not math.isfinite(difference):
        raise NotComparable(
            f"These {rows} rows do not tell {chosen} of both.", f"این {rows} ردیف {chosen} هر دو را نمی‌گوید."
        )
    return Verdict(chosen, difference, low, high, rows, (len(first.places), len(second.places)), own, names)


def _interval(
    first: JudgedRows, second: JudgedRows, metric: Metric, seed: int
) -> tuple[tuple[float, float], float, float, float]:
    """Both figures, by how much the second is better, and the interval of that."""
    statistic = _statistic(first, second, metric)
    rows = len(first.places)
    own = statistic(np.arange(rows))
    sign = -1.0 if metric in LESS_IS_BETTER else 1.0
    told = sign * own[0], sign * own[1]
    difference = own[1] - own[0]
    if all(np.array_equal(one, other) for one, other in zip(_answered(first), _answered(second), strict=True)):
        return told, difference, difference, difference
    generator = np.random.default_rng(seed)
    many = rows > MOST_RESAMPLED
    drawn = np.array(
        [statistic(generator.integers(0, rows, rows)) for _ in range(RESAMPLES_OF_MANY if many else RESAMPLES)]
    )
    apart = drawn[:, 1] - drawn[:, 0]
    apart = apart[np.isfinite(apart)]
    if len(apart) < 2:
        return told, math.nan, math.nan, math.nan
    if many:
        half = Z * float(apart.std(ddof=1))
        return told, difference, difference - half, difference + half
    low, high = np.quantile(apart, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return told, difference, float(low), float(high)


def _answered(rows: JudgedRows) -> list[npt.NDArray[Any]]:
    return [rows.answers] if rows.given is None else [rows.answers, rows.given]


def _statistic(first: JudgedRows, second: JudgedRows, metric: Metric) -> Statistic:
    pair = first, second
    if metric in ("accuracy", "log_loss", "mae", "rmse"):
        losses = tuple(one.losses(metric) for one in pair)

        def mean(rows: Ints) -> tuple[float, float]:
            found = tuple(float(loss[rows].mean()) for loss in losses)
            if metric == "accuracy":
                return 1 - found[0], 1 - found[1]
            if metric == "rmse":
                return -math.sqrt(found[0]), -math.sqrt(found[1])
            return -found[0], -found[1]

        return mean
    truth = first.truth
    if metric == "r2":
        errors = tuple(one.losses("rmse") for one in pair)

        def r2(rows: Ints) -> tuple[float, float]:
            spread = float(truth[rows].var())
            if spread <= 0:
                return math.nan, math.nan
            return 1 - float(errors[0][rows].mean()) / spread, 1 - float(errors[1][rows].mean()) / spread

        return r2
    classes = len(first.classes or ())
    if metric == "f1_macro":
        answers = tuple(one.answers for one in pair)

        def f1(rows: Ints) -> tuple[float, float]:
            return (
                classification.f1_macro(answers[0][rows], truth[rows], classes),
                classification.f1_macro(answers[1][rows], truth[rows], classes),
            )

        return f1
    if classes != 2:
        return lambda rows: (math.nan, math.nan)
    scores = tuple(one.scores() for one in pair)
    which = 0 if metric == "roc_auc" else 1

    def area(rows: Ints) -> tuple[float, float]:
        return (
            float(classification.areas(scores[0][rows], truth[rows])[which]),
            float(classification.areas(scores[1][rows], truth[rows])[which]),
        )

    return area
