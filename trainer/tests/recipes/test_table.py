"""What a Parquet file's columns become, whatever its row groups, types and missing values."""

from __future__ import annotations

import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kargah.recipes.parts.table import _view, read_table

Y = ["a", "b"] * 6
DAY = 86_400_000_000


def column(folder: Path, values: pa.Array, most: int = 100) -> tuple[dict[str, Any], list[float]]:
    """What the model is told of the column, and its numbers; -99 stands for missing."""
    path = folder / "data.parquet"
    pq.write_table(pa.table({"x": values, "y": Y}), path, row_group_size=5)
    table = read_table(path, "y", "auto", most)
    assert table.rows.is_contiguous()
    (feature,) = table.features
    return feature.describe(), [-99.0 if math.isnan(v) else v for v in table.rows[:, 0].tolist()]


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (pa.array(range(12), pa.int8()), "number", list(range(12))),
        (pa.array([*range(11), None], pa.int64()), "number", [*range(11), -99]),
        (pa.array([0.5, math.nan, math.inf, None] * 3, pa.float64()), "number", [0.5, -99, -99, -99] * 3),
        (pa.array([0.25] * 12, pa.float32()), "number", [0.25] * 12),
        (pa.array([True, False, None] * 4), "boolean", [1, 0, -99] * 4),
        (pa.array([Decimal("1.5")] * 12), "number", [1.5] * 12),
        (pa.array([DAY * (10957 + i) for i in range(12)], pa.timestamp("us")), "date", list(range(12))),
        (pa.array([10957, None] * 6, pa.date32()), "date", [0, -99] * 6),
        (pa.array([3.0, None] * 6).dictionary_encode(), "number", [3, -99] * 6),
    ],
)
def test_numbers_come_as_they_are_and_what_is_none_as_missing(
    tmp_path: Path, values: pa.Array, kind: str, expected: list[float]
) -> None:
    told, numbers = column(tmp_path, values)
    assert told == {"name": "x", "kind": kind}
    assert numbers == expected


@pytest.mark.parametrize("encoded", [False, True])
def test_words_become_their_place_by_how_often_they_come(tmp_path: Path, encoded: bool) -> None:
    words = pa.array(["یزد", "قم", "قم", None, "رشت", "یزد", "قم", None, "قم", "یزد", "بم", "قم"])
    told, numbers = column(tmp_path, words.dictionary_encode() if encoded else words, most=2)
    assert told == {"name": "x", "kind": "category", "categories": ["قم", "یزد"]}
    assert numbers == [1, 0, 0, -99, -1, 1, 0, -99, 0, 1, -1, 0]


@pytest.mark.parametrize("kind", [pa.int32(), pa.float32(), pa.float64()])
def test_numbers_without_a_missing_one_are_looked_at_where_arrow_has_them(kind: pa.DataType) -> None:
    array = pa.array(range(100), kind)
    assert np.asarray(_view(array)).ctypes.data == array.buffers()[1].address
