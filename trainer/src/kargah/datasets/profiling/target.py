"""Which column is probably the one to learn, and what to know about the columns before training."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kargah.datasets.model import Column, Warning
from kargah.datasets.warnings import warning_of
from kargah.folding import DIGIT_FORMS, DIGITS, INVISIBLE, LETTER_FORMS, LETTERS

# Names that say by themselves that a column is the target.
_SAID = frozenset({"target", "targets", "label", "labels", "هدف", "ستون هدف", "برچسب", "متغیر هدف"})
# Names of events and states that tables are collected to predict.
_EVENTS = frozenset(
    {"survived", "churn", "churned", "exited", "attrition", "fraud", "fraudulent", "spam", "sentiment", "creditability"}
    | {"approved", "bankrupt", "saleprice", "medv", "ریزش", "تقلب", "احساس", "تایید"}
)
_LETTERS = frozenset({"y", "outcome", "response", "dependent", "خروجی", "پیامد"})
# Names that are as often a feature: they count at either end of the table, where targets stand, and amounts at its end
# alone.
_AT_AN_END = frozenset(
    {"class", "species", "output", "quality", "diagnosis", "default", "grade", "survival", "result", "resp", "rating"}
    | {"strength", "کلاس", "گونه", "کیفیت", "تشخیص", "نمره", "نتیجه"}
)
_LAST = frozenset({"price", "salary", "status", "قیمت", "حقوق", "وضعیت"})
_MOST_WORDS = 3
_LEAST_NUMBERS = 3
_FEW = 20
_MISSING_SHARE = 0.2
_IMBALANCE_SHARE = 0.9
_FOLDED = str.maketrans(LETTER_FORMS + DIGIT_FORMS, LETTERS + DIGITS, INVISIBLE)


def suggested_target(columns: Sequence[Column]) -> str | None:
    """Return the column that a person most likely wants to predict, or None where none is likely enough.

    A wrong guess that nobody notices costs more than a question: what `targets.jsonl` of the tests holds says how often
    it is right.
    """
    if len(columns) < 2:
        return None
    usable = [column for column in columns if column["distinct"] > 1]
    named = [(column["name"], _words(column["name"])) for column in usable]
    last = [one for one in named if one[0] == columns[-1]["name"]]
    ends = [one for one in named if one[0] == columns[0]["name"]] + last
    for known, holds, where in (
        (_SAID, _ends_in, named),
        (_EVENTS, _has, named),
        (_LETTERS, _is, named),
        (_AT_AN_END, _is, ends),
        (_LAST, _is, last),
    ):
        found = [name for name, words in where if holds(words, known)]
        if found:
            # Of several the last, since targets mostly stand behind the features.
            return found[-1]
    return _only_names(columns)


def _only_names(columns: Sequence[Column]) -> str | None:
    """The last column, where it alone holds a few names (or yes and no) and all others numbers."""
    *others, last = columns
    numbers = sum(column["type"] in {"integer", "number"} for column in others)
    if numbers < _LEAST_NUMBERS or numbers < len(others) or not 1 < last["distinct"] <= _FEW:
        return None
    return last["name"] if last["type"] in {"category", "boolean", "text"} else None


def _words(name: str) -> list[str]:
    """`SalePrice`, `sale_price` and `Sale price` are of the same words."""
    parted = re.sub(r"(?<=[a-z\d])(?=[A-Z])", " ", name.replace("\u200c", " "))
    return re.findall(r"[^\W_]+", parted.casefold().translate(_FOLDED))


def _is(words: Sequence[str], known: frozenset[str]) -> bool:
    return " ".join(words) in known or "".join(words) in known


def _ends_in(words: Sequence[str], known: frozenset[str]) -> bool:
    return _is(words, known) or (1 < len(words) <= _MOST_WORDS and (words[-1] in known or words[0] in known))


def _has(words: Sequence[str], known: frozenset[str]) -> bool:
    return "".join(words) in known or (len(words) <= _MOST_WORDS and not known.isdisjoint(words))


def column_warnings(rows: int, columns: Sequence[Column], target: str | None) -> list[Warning]:
    """Return what stands out in the columns: missing values, a single value, a lopsided target."""
    warnings: list[Warning] = []
    for column in columns:
        share = column["missing"] / rows if rows else 0.0
        if column["missing"] == rows:
            warnings.append(warning_of("all_missing", column=column["name"]))
        elif column["distinct"] == 1:
            warnings.append(warning_of("constant_column", column=column["name"]))
        if _MISSING_SHARE <= share < 1:
            warnings.append(warning_of("missing_values", column=column["name"], percent=round(100 * share)))
        if column["name"] == target and column["top"] and column["distinct"] <= _FEW:
            first = column["top"][0]
            largest = first["count"] / max(1, rows - column["missing"])
            if largest >= _IMBALANCE_SHARE:
                percent = min(99, round(100 * largest))
                warnings.append(warning_of("imbalance", column=column["name"], percent=percent, value=first["value"]))
    return warnings
