"""The catalogue of real datasets that come inside scikit-learn, and of two in Persian that are made.

`python -m kargah.datasets.sources` prints it as JSON.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, TypedDict, cast

from kargah.datasets.failures import ReadFailure
from kargah.datasets.made_sources import MADE

_DIABETES_NAMES = {
    "s1": "total_cholesterol",
    "s2": "ldl",
    "s3": "hdl",
    "s4": "cholesterol_ratio",
    "s5": "log_triglycerides",
    "s6": "glucose",
    "bp": "blood_pressure",
}


class Source(TypedDict):
    """One ready dataset: what it is, where it is from and under which licence."""

    source_id: str
    name: str
    name_fa: str
    description: str
    description_fa: str
    rows: int
    columns: int
    size_bytes: int
    task: Literal["classification", "regression"]
    target: str
    license: str
    origin: str


def catalogue() -> list[Source]:
    """Return every ready dataset."""
    return cast("list[Source]", json.loads(Path(__file__).with_name("sources.json").read_text("utf-8")))


def write_source(source_id: str, target: Path) -> None:
    """Write a ready dataset to `target` as CSV. Raises ReadFailure `not_found` for an unknown one."""
    source = next((entry for entry in catalogue() if entry["source_id"] == source_id), None)
    if source is None:
        raise ReadFailure("not_found")
    made = MADE.get(source_id)
    partial = target.with_name(target.name + ".part")
    with partial.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(made() if made is not None else _of_sklearn(source))
    partial.rename(target)


def _of_sklearn(source: Source) -> Iterator[Sequence[object]]:
    from sklearn import datasets

    source_id = source["source_id"]
    load = getattr(datasets, f"load_{source_id}")
    bunch = load(scaled=False) if source_id == "diabetes" else load()
    yield [*(_column_name(name) for name in bunch.feature_names), source["target"]]
    for row, value in zip(bunch.data, bunch.target, strict=True):
        yield [*(_short(cell) for cell in row), _label(bunch, source_id, value)]


def _column_name(name: str) -> str:
    plain = name.replace(" (cm)", " cm").replace("/", " ").replace(" ", "_")
    return _DIABETES_NAMES.get(plain, plain)


def _label(bunch: object, source_id: str, value: float) -> str | int:
    if source_id in {"digits", "diabetes"}:
        return int(value)
    return str(bunch.target_names[int(value)])  # type: ignore[attr-defined]


def _short(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


if __name__ == "__main__":
    json.dump(catalogue(), sys.stdout, ensure_ascii=False)
