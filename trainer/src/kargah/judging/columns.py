"""Whether a model can be judged on a dataset, column by column; needs no PyTorch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kargah.datasets.tables.rules import RowReader, Rules

Kind = Literal["number", "boolean", "date", "text", "other"]
Problem = Literal["missing", "type", "no_values", "unknown_values", "not_ours"]
MOST_NAMED = 5
_TAKEN: dict[str, Kind] = {
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "date": "date",
    "category": "text",
    "text": "text",
}


class NotOurs(Exception):
    """The model does not say what its columns are: no recipe wrote it."""


@dataclass(frozen=True)
class Mismatch:
    """Why a column of the dataset cannot stand for that of the model."""

    column: str
    problem: Problem
    expected: str = ""
    found: str = ""


@dataclass(frozen=True)
class Unknown:
    """Values of a column that the model never saw: rows of an unknown class cannot be judged."""

    column: str
    values: int
    first: Sequence[str]
    rows: int


@dataclass(frozen=True)
class Fitting:
    problems: list[Mismatch] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)


def kind_of(type_: Any) -> Kind:
    kind = type_.value_type if pa.types.is_dictionary(type_) else type_
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "text"
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return "date"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    return "number" if pa.types.is_time(kind) or pa.types.is_duration(kind) else "other"


class Words:
    """Which of the words that a model knows those of other rows are, by the rules by which its own rows were read."""

    def __init__(self, reading: Mapping[str, Any]) -> None:
        self._reader = RowReader(Rules.of(reading))

    def places(self, words: Sequence[str | None], known: Sequence[str]) -> list[int | None]:
        """The position of each among `known`; -1 for another one, None for a missing one."""
        at = {word: place for place, word in enumerate(known)}
        if all(word is None or word in at for word in words):
            return [None if word is None else at[word] for word in words]
        read = self._reader.words(words)
        others = sorted({word for word in read if word is not None and word not in at})
        looks = self._reader.looks([*known, *others]) if others else None
        if looks is not None:
            own: dict[str, list[int]] = {}
            for place, look in enumerate(looks[: len(known)]):
                own.setdefault(look, []).append(place)
            for word, look in zip(others, looks[len(known) :], strict=True):
                if look and len(own.get(look, ())) == 1:
                    at[word] = own[look][0]
        return [None if word is None else at.get(word, at.get(word.strip(), -1)) for word in read]


def fitting(about: Mapping[str, Any], kind: str, path: Path) -> Fitting:
    """`about`: the model's `kargah.json`; `kind` and `path`: of the dataset.

    Raises:
        NotOurs: `about` does not say what a model of a recipe says.
    """
    try:
        takes = about["input"]
        if "columns" in takes or takes.get("kind") == "text":
            return _table(about, path) if kind == "tabular" else _other_kind("table", kind)
        if len(takes["shape"]) == 4:
            return _pictures(about["classes"], path) if kind == "images" else _other_kind("images", kind)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotOurs from error
    raise NotOurs


def target_kind(about: Mapping[str, Any]) -> str:
    """What the target's column holds. Models of the first releases do not tell."""
    told = (about.get("answer") or {}).get("kind")
    return str(told) if told else "text" if about["classes"] is not None else "number"


def class_words(column: Any, kind: str) -> list[str | None]:
    """The values of a target's column as a model names its classes."""
    if kind in {"text", "date"}:
        words: list[str | None] = column.cast(pa.large_string()).to_pylist()
        return words
    if kind == "boolean":
        return [None if value is None else "true" if value else "false" for value in column.to_pylist()]
    numbers = column.cast(pa.float64(), safe=False).to_pylist()
    return [
        None if n is None or n != n else str(int(n)) if float(n).is_integer() else repr(float(n))  # noqa: PLR0124
        for n in numbers
    ]


def _other_kind(expected: str, found: str) -> Fitting:
    return Fitting([Mismatch("", "type", expected, "table" if found == "tabular" else "images")])


def _table(about: Mapping[str, Any], path: Path) -> Fitting:
    with pq.ParquetFile(path, memory_map=True, pre_buffer=False) as file:
        schema = file.schema_arrow
        wanted = _wanted(about)
        found = Fitting()
        for name, kind in wanted.items():
            if name not in schema.names:
                found.problems.append(Mismatch(name, "missing", kind))
            elif (here := kind_of(schema.field(name).type)) != kind:
                found.problems.append(Mismatch(name, "type", kind, here))
        if found.problems:
            return found
        _values(about, file, found)
    return found


def _wanted(about: Mapping[str, Any]) -> dict[str, Kind]:
    takes = about["input"]
    if takes.get("kind") == "text":
        inputs: dict[str, Kind] = {str(takes["column"]): "text"}
    else:
        inputs = {str(column["name"]): _TAKEN[column["kind"]] for column in takes["columns"]}
    return inputs | {str(about["target"]): _TAKEN[target_kind(about)]}


def _values(about: Mapping[str, Any], file: Any, found: Fitting) -> None:
    """What the columns of words hold, and whether the target holds anything."""
    takes, target = about["input"], str(about["target"])
    words = Words(takes.get("reading") or {})
    for column in takes.get("columns", []):
        if column["kind"] == "category":
            counted = _counts(file.read([column["name"]], use_threads=False).column(0).cast(pa.large_string()))
            _unknown(column["name"], counted, column.get("categories") or (), words, found)
    truth = file.read([target], use_threads=False).column(0).combine_chunks()
    classes = about["classes"]
    if truth.null_count == len(truth):
        found.problems.append(Mismatch(target, "no_values"))
    elif classes is not None:
        counted = _counts(pa.array(class_words(truth, target_kind(about)), pa.large_string()))
        _unknown(target, counted, classes, words, found)
        _none_known(target, counted, classes, found)


def _none_known(target: str, counted: dict[str, int], classes: Sequence[str], found: Fitting) -> None:
    told = next((one for one in found.unknown if one.column == target), None)
    if told is not None and told.rows == sum(counted.values()):
        listed = ", ".join(str(word) for word in classes[:MOST_NAMED])
        found.problems.append(Mismatch(target, "unknown_values", listed, ", ".join(told.first)))


def _counts(column: Any) -> dict[str, int]:
    counted = pc.value_counts(column.drop_null())
    return dict(zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True))


def _unknown(name: str, counted: dict[str, int], known: Sequence[str], words: Words, found: Fitting) -> None:
    values = list(counted)
    others = [word for word, at in zip(values, words.places(values, known), strict=True) if at == -1]
    if others:
        others.sort(key=lambda word: (-counted[word], word))
        found.unknown.append(Unknown(name, len(others), others[:MOST_NAMED], sum(counted[one] for one in others)))


def _pictures(classes: Sequence[str], folder: Path) -> Fitting:
    """The folders of pictures are their classes."""
    counted = {
        one.name: sum(1 for file in one.rglob("*") if file.is_file()) for one in folder.iterdir() if one.is_dir()
    }
    found = Fitting()
    _unknown("", counted, classes, Words({}), found)
    _none_known("", counted, classes, found)
    return found
