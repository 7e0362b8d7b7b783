"""Which column is probably the one to learn, and what to know about the columns before training."""

from __future__ import annotations

from collections.abc import Sequence

from kargah.datasets.model import Column, Warning
from kargah.datasets.warnings import warning_of

_NAMES = ["target", "label", "class", "y", "outcome", "هدف", "برچسب", "کلاس", "ستون هدف", "labels", "output", "species"]
_FEW = 20
_MISSING_SHARE = 0.2
_IMBALANCE_SHARE = 0.9


def suggested_target(columns: Sequence[Column]) -> str | None:
    """Return the column that a person most likely wants to predict: by name, else the last one if it can be learned."""
    if len(columns) < 2:
        return None
    usable = [column for column in columns if column["distinct"] > 1]
    by_name = {column["name"].casefold(): column["name"] for column in usable}
    for wanted in _NAMES:
        if wanted in by_name:
            return by_name[wanted]
    if not usable or usable[-1] is not columns[-1]:
        return None
    last = columns[-1]
    learnable = last["type"] in {"category", "boolean", "integer", "number"}
    return last["name"] if learnable and (last["distinct"] <= _FEW or last["type"] == "number") else None


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
