"""Reads a typed Parquet file for the recipes on tables, with as few copies as its layout lets it.

The file is mapped, not read; numbers without a missing one are looked at where Arrow decoded them, and copied once, as
float32, to their place among the rows. Text columns become dictionary codes in Arrow. What comes out:

    Table.rows      float32 [rows, features], row-major; NaN is missing, infinity too
                    number: itself · boolean: 0 or 1 · date: days since 2000 (UTC)
                    category: position in `Feature.categories`, -1 for one of the rest
    Target.values   int64 [rows], position in `classes`, or float64 [rows] for regression
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import torch
from torch import Tensor

from kargah.datasets.tables.rules import told_in
from kargah.protocols.failure import JobFailure
from kargah.protocols.task import LeftOut

MISSING = "NaN"
MOST_CLASSES_AS_NUMBERS = 20
MOST_CLASSES = 1000
MOST_NAMED = 5
MOSTLY_NUMBERS = 0.9
_CODE = r"^0\d"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$"
SMALL = 1_000_000
LARGEST = 1e38
"""Where float32 ends: a larger number would be infinite, which counts as missing."""
Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
EPOCH_2000 = np.datetime64("2000-01-01T00:00:00", "us")


@dataclass(frozen=True)
class Feature:
    name: str
    kind: Literal["number", "boolean", "date", "category"]
    categories: tuple[str, ...] | None = None
    """Position = the number that the model takes for it."""
    reading: dict[str, Any] | None = None
    """In which way its texts were read, where it was made of texts."""

    def describe(self) -> dict[str, Any]:
        told: dict[str, Any] = {"name": self.name, "kind": self.kind}
        if self.categories is not None:
            told["categories"] = list(self.categories)
        return told if self.reading is None else told | {"reading": self.reading}


@dataclass
class Target:
    task: Literal["classification", "regression"]
    values: Tensor
    """float64 [rows] for regression, int64 class numbers for classification."""
    classes: list[str] | None
    mean: float = 0.0
    std: float = 1.0
    kind: Literal["integer", "number", "boolean", "date", "text"] = "number"
    """What the column holds."""
    reading: dict[str, Any] | None = None

    def describe(self) -> dict[str, Any]:
        """What an answer is, and in which way texts of it are read."""
        return {"kind": self.kind} | ({} if self.reading is None else {"reading": self.reading})


@dataclass(frozen=True)
class Table:
    features: list[Feature]
    rows: Tensor
    """float32 [rows, features]; NaN is missing."""
    target: Target
    notes: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()
    rows_left_out: int = 0
    places: npt.NDArray[np.int64] | None = None
    """Which rows of the file these are; None: all."""
    reading: dict[str, Any] = field(default_factory=dict)
    """How texts of the whole table were read."""


def general_reading(table: Any) -> dict[str, Any]:
    """How texts of a table were read, apart from what holds for single columns."""
    return {key: value for key, value in told_in(table.schema.metadata).items() if key != "columns"}


def column_reading(table: Any, name: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = told_in(table.schema.metadata).get("columns", {}).get(name)
    return found


def read_columns(path: Path) -> Any:
    """
    Raises:
        JobFailure: `dataset_deleted`.
    """
    try:
        with pq.ParquetFile(path, memory_map=True, pre_buffer=False) as file:
            # Threads that are started for a small file take longer than reading it.
            return file.read(use_threads=file.metadata.num_rows * file.metadata.num_columns > SMALL)
    except FileNotFoundError as error:
        raise JobFailure("dataset_deleted") from error


def read_table(path: Path, target: str, task: str, max_categories: int, chosen: Sequence[str] | None = None) -> Table:
    """`chosen`: the columns to learn from; None is all. The target is none of them, also where it is named.

    Raises:
        JobFailure: `target_…`, `columns_missing`, `too_many_classes`, `numbers_too_large`, `no_features`,
            `dataset_deleted`.
    """
    table = read_columns(path)
    if target not in table.column_names:
        raise JobFailure("target_missing", column=target)
    notes: list[str] = []
    left_out = _not_chosen(table, target, chosen)
    labels = _without_odd_cells(table.column(target).combine_chunks(), task)
    table = table.set_column(table.column_names.index(target), target, labels)
    known = _known(labels)
    if not known.any():
        raise JobFailure("target_all_missing", column=target)
    places: npt.NDArray[np.int64] | None = None
    if not known.all():
        notes.append(f"WARN {int((~known).sum())} rows have no {target}; left out")
        places = np.flatnonzero(known)
        table = table.filter(pa.array(known))
    found = read_target(table.column(target).combine_chunks(), target, task)
    found.reading = column_reading(table, target)
    features: list[Feature] = []
    passed_by = {one.column for one in left_out}
    columns = np.empty((table.num_columns, table.num_rows), dtype=np.float32)
    for name, column in zip(table.column_names, table.columns, strict=True):
        if name == target or name in passed_by:
            continue
        feature = _read_feature(name, column, max_categories, notes, columns[len(features)])
        if isinstance(feature, LeftOut):
            left_out.append(feature)
        else:
            features.append(replace(feature, reading=column_reading(table, name)))
    if not features:
        raise JobFailure("no_features")
    rows = torch.from_numpy(columns[: len(features)]).T.contiguous()
    return Table(
        features,
        rows,
        found,
        tuple(notes),
        left_out=tuple(left_out),
        rows_left_out=int((~known).sum()),
        places=places,
        reading=general_reading(table),
    )


def _not_chosen(table: Any, target: str, chosen: Sequence[str] | None) -> list[LeftOut]:
    if chosen is None:
        return []
    unknown = [name for name in chosen if name not in table.column_names]
    if unknown:
        raise JobFailure("columns_missing", columns=", ".join(unknown[:MOST_NAMED]))
    wanted = {*chosen, target}
    return [LeftOut(name, "not_chosen") for name in table.column_names if name not in wanted]


def _without_odd_cells(column: Any, task: str) -> Any:
    """Texts of which nearly all are numbers, and many different ones, are numbers: the few others are missing.

    Codes with leading zeros are names.
    """
    if task == "classification" or not is_text(column.type):
        return column
    texts = _text(column).drop_null()
    numeric = pc.match_substring_regex(texts, _NUMBER)
    share = pc.mean(numeric.cast(pa.float64())).as_py() if len(texts) else 0.0
    few = pc.count_distinct(texts.filter(numeric)).as_py() <= MOST_CLASSES_AS_NUMBERS
    codes = pc.any(pc.match_substring_regex(texts, _CODE)).as_py()
    if share < MOSTLY_NUMBERS or (task == "auto" and (few or codes)):
        return column
    whole = pc.match_substring_regex(_text(column), _NUMBER)
    return pc.if_else(whole, _text(column), pa.scalar(None, pa.large_string())).cast(pa.float64())


def read_target(column: Any, name: str, task: str) -> Target:
    """The target without missing values, as classes or as numbers (chosen from its values when `task` is `auto`)."""
    if pa.types.is_nested(column.type) or pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        raise JobFailure("target_not_numeric", column=name)
    text = is_text(column.type) or pa.types.is_boolean(column.type)
    kind = _kind(column.type)
    if task == "auto":
        task = "classification" if text or _looks_like_classes(numbers_in(column)) else "regression"
    if task == "regression":
        try:
            values = numbers_in(column.cast(pa.float64()) if is_text(column.type) else column)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise JobFailure("target_not_numeric", column=name) from error
        _check_size(values, name)
        if np.ptp(values) == 0:
            raise JobFailure("target_constant", column=name)
        return Target("regression", torch.from_numpy(values), None, kind=kind)
    if is_text(column.type):
        classes, codes = np.unique(np.asarray(_text(column), dtype=object).astype(str), return_inverse=True)
        words = [str(c) for c in classes]
    else:
        numbers, codes = np.unique(numbers_in(column), return_inverse=True)
        words = [_word(n, column.type) for n in numbers]
    if len(words) < 2:
        raise JobFailure("target_constant", column=name)
    if len(words) == len(codes) and len(words) > 2:
        raise JobFailure("target_all_different", column=name)
    if len(words) > MOST_CLASSES:
        raise JobFailure("too_many_classes", column=name, classes=len(words), max=MOST_CLASSES)
    return Target("classification", torch.from_numpy(codes.astype(np.int64)), words, kind=kind)


def _kind(type_: Any) -> Literal["integer", "number", "boolean", "date", "text"]:
    if is_text(type_):
        return "text"
    if pa.types.is_boolean(type_):
        return "boolean"
    if pa.types.is_temporal(type_):
        return "date"
    return "integer" if pa.types.is_integer(type_) else "number"


def _read_feature(name: str, column: Any, max_categories: int, notes: list[str], place: Singles) -> Feature | LeftOut:
    """Writes the column's numbers to `place`, float32 [rows], unless nothing can be learned from it."""
    if column.null_count == len(column):
        notes.append(f"WARN column {name} is empty; left out")
        return LeftOut(name, "empty")
    if is_text(column.type):
        return _read_category(name, _text(column), max_categories, notes, place)
    at = 0
    try:
        for chunk in column.chunks:
            with np.errstate(over="ignore"):
                place[at : at + len(chunk)] = _view(chunk)
            at += len(chunk)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        notes.append(f"WARN column {name} of type {column.type} is not understood; left out")
        return LeftOut(name, "type")
    # One look at the extremes tells that every number is known, finite and small enough.
    if not -LARGEST <= place.min() <= place.max() <= LARGEST:
        values = numbers_in(column.combine_chunks())
        _check_size(values, name)
        if np.isnan(values).all():
            notes.append(f"WARN column {name} is empty; left out")
            return LeftOut(name, "empty")
        place[:] = values
    kind: Literal["number", "boolean", "date"] = "number"
    if pa.types.is_boolean(column.type):
        kind = "boolean"
    elif pa.types.is_temporal(column.type):
        kind = "date"
    return Feature(name, kind)


def _view(chunk: Any) -> npt.NDArray[Any]:
    """Arrow's own memory where it is numbers without a missing one, else a copy with NaN."""
    if pa.types.is_integer(chunk.type) or pa.types.is_floating(chunk.type):
        return np.asarray(chunk.to_numpy(zero_copy_only=False))
    return numbers_in(chunk)


def _read_category(name: str, column: Any, most: int, notes: list[str], place: Singles) -> Feature | LeftOut:
    # An index of its own for missing ones, behind the others.
    encoded = column.combine_chunks().dictionary_encode()
    words = encoded.dictionary.to_pylist()
    codes = encoded.indices.fill_null(len(words)).to_numpy()
    counts = np.bincount(codes, minlength=len(words) + 1)[: len(words)].tolist()
    if len(words) > most and len(words) > sum(counts) / 2:
        notes.append(f"WARN column {name} is free text ({len(words)} different values); left out")
        return LeftOut(name, "free_text", len(words))
    ordered = sorted(range(len(words)), key=lambda i: (-counts[i], words[i]))
    # A value beyond the kept ones is "other", which the model knows as any number that is no position.
    numbers = np.full(len(words) + 1, -1.0, dtype=np.float32)
    numbers[ordered[:most]] = np.arange(min(most, len(words)))
    numbers[len(words)] = np.nan
    np.take(numbers, codes, out=place)
    if len(words) > most:
        notes.append(f"INFO column {name}: {len(words) - most} rare values are learned together")
    return Feature(name, "category", tuple(str(words[i]) for i in ordered[:most]))


def is_text(kind: Any) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _text(column: Any) -> Any:
    return column.cast(pa.large_string())


def _known(column: Any) -> npt.NDArray[np.bool_]:
    if pa.types.is_floating(column.type):
        return np.asarray(np.isfinite(column.to_numpy(zero_copy_only=False)), dtype=bool)
    return np.asarray(pc.is_valid(column).to_numpy(zero_copy_only=False), dtype=bool)


def numbers_in(column: Any) -> Floats:
    """float64 with NaN for missing; infinities are missing too; dates are days since 2000."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        moments = column.cast(pa.timestamp("us", getattr(kind, "tz", None)))
        days = (moments.to_numpy(zero_copy_only=False).astype("datetime64[us]") - EPOCH_2000) / np.timedelta64(1, "D")
        return np.asarray(days, dtype=np.float64)
    if pa.types.is_time(kind) or pa.types.is_duration(kind):
        column = column.cast(pa.int64()) if pa.types.is_int64(kind) else column.view(_plain(kind))
    values = np.array(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), dtype=np.float64)
    values[~np.isfinite(values)] = np.nan
    return values


def _check_size(values: Floats, name: str) -> None:
    largest = np.abs(values).max(initial=0.0, where=~np.isnan(values))
    if largest > LARGEST:
        raise JobFailure("numbers_too_large", column=name, value=f"{largest:.3g}")


def _plain(kind: Any) -> Any:
    return pa.int32() if kind.bit_width == 32 else pa.int64()


def _looks_like_classes(values: Floats) -> bool:
    different = np.unique(values)
    whole = bool(np.all(different == np.round(different)))
    return whole and len(different) <= MOST_CLASSES_AS_NUMBERS and len(values) >= 5 * len(different)


def _word(number: float, kind: Any) -> str:
    if pa.types.is_boolean(kind):
        return "true" if number else "false"
    return str(int(number)) if float(number).is_integer() else repr(float(number))
