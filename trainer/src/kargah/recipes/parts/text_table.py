"""Reads the texts and the classes of a typed Parquet file for the text recipe."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from torch import Tensor

from kargah.protocols.failure import JobFailure
from kargah.recipes.parts.table import column_reading, general_reading, is_text, read_columns, read_target


@dataclass(frozen=True)
class Texts:
    column: str
    texts: list[str]
    labels: Tensor
    """int64 [texts]."""
    classes: list[str]
    notes: tuple[str, ...]
    answer: dict[str, Any]
    """What the target's column holds, as `kargah.json` has it."""
    reading: dict[str, Any]
    places: npt.NDArray[np.int64] | None = None
    """Which rows of the file these are; None: all."""


def read_texts(path: Path, target: str, column: str | None) -> Texts:
    """Rows without a text or a class are left out. Without a `column` the one whose texts are longest.

    Raises:
        JobFailure: `target_…`, `text_column_missing`, `no_text_column`, `too_many_classes`, `dataset_deleted`.
    """
    table = read_columns(path)
    if target not in table.column_names:
        raise JobFailure("target_missing", column=target)
    name = _text_column(table, target, column)
    notes: list[str] = []
    texts = table.column(name).cast(pa.large_string())
    known = pc.and_(pc.is_valid(table.column(target)), pc.greater(pc.utf8_length(pc.fill_null(texts, "")), 0))
    if not pc.any(pc.is_valid(table.column(target))).as_py():
        raise JobFailure("target_all_missing", column=target)
    kept = table.filter(known)
    if len(kept) < len(table):
        notes.append(f"WARN {len(table) - len(kept)} rows have no {name} or no {target}; left out")
    if len(kept) == 0:
        raise JobFailure("too_few_rows", rows=0, min=10)
    found = read_target(kept.column(target).combine_chunks(), target, "classification")
    found.reading = column_reading(table, target)
    return Texts(
        name,
        kept.column(name).cast(pa.large_string()).to_pylist(),
        found.values.long(),
        found.classes or [],
        tuple(notes),
        found.describe(),
        general_reading(table),
        np.flatnonzero(known.to_numpy()) if len(kept) < len(table) else None,
    )


def _text_column(table: Any, target: str, wanted: str | None) -> str:
    if wanted is not None:
        if wanted not in table.column_names or wanted == target or not is_text(table.schema.field(wanted).type):
            raise JobFailure("text_column_missing", column=wanted)
        return wanted
    lengths: dict[str, float] = {}
    for field in table.schema:
        if field.name != target and is_text(field.type):
            column = table.column(field.name).cast(pa.large_string())
            lengths[field.name] = pc.mean(pc.utf8_length(column)).as_py() or 0.0
    if not lengths or max(lengths.values()) == 0:
        raise JobFailure("no_text_column")
    return max(lengths, key=lambda name: lengths[name])
