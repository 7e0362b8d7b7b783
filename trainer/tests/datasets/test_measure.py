"""The figures of a column in memory are those that the SQL engine gives of the same column."""

from __future__ import annotations

import datetime
import math
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kargah.datasets.engine import connect
from kargah.datasets.model import Column, ColumnType
from kargah.datasets.profiling.profile import profile_table

RANDOM = random.Random(0)  # noqa: S311
ROWS = 30_000
DAY = datetime.date(2024, 1, 1)
TIME = datetime.datetime(2024, 1, 1, 12)


def some(values: list[Any]) -> list[Any]:
    """The values with some missing."""
    return [None if RANDOM.random() < 0.1 else value for value in values]


COLUMNS: dict[str, tuple[ColumnType, pa.DataType, list[Any]]] = {
    "few whole numbers": ("integer", pa.int64(), some([RANDOM.randrange(7) for _ in range(ROWS)])),
    "large whole numbers": ("integer", pa.int64(), some([RANDOM.randrange(-(2**62), 2**62) for _ in range(ROWS)])),
    "numbers": ("number", pa.float64(), some([RANDOM.gauss(0, 1e3) for _ in range(ROWS)])),
    "numbers without end": (
        "number",
        pa.float64(),
        some([RANDOM.choice([math.nan, math.inf, -math.inf, 1e200, -1e200, 1.5]) for _ in range(ROWS)]),
    ),
    "farthest numbers": ("number", pa.float64(), [-1.7e308, 1.7e308] * (ROWS // 2)),
    "one number": ("number", pa.float64(), [None, 2.5] + [None] * (ROWS - 2)),
    "truth": ("boolean", pa.bool_(), some([RANDOM.random() < 0.3 for _ in range(ROWS)])),
    "days": ("date", pa.date32(), some([DAY + datetime.timedelta(RANDOM.randrange(900)) for _ in range(ROWS)])),
    "few days": ("date", pa.date32(), some([DAY + datetime.timedelta(RANDOM.randrange(9)) for _ in range(ROWS)])),
    "times": (
        "datetime",
        pa.timestamp("us"),
        some([TIME + datetime.timedelta(seconds=RANDOM.randrange(10**7) / 4) for _ in range(ROWS)]),
    ),
    "cities": ("text", pa.string(), some([RANDOM.choice(["تهران", "شیراز", "رشت"]) for _ in range(ROWS)])),
    "notes": ("text", pa.string(), some([f"نظر {RANDOM.randrange(900)}" for _ in range(ROWS)])),
    "alike for long": ("text", pa.string(), some(["x" * 250 + str(RANDOM.randrange(90)) for _ in range(ROWS)])),
    "each once": ("text", pa.string(), [f"k{at}" for at in range(ROWS)]),
    "nothing": ("text", pa.string(), [None] * ROWS),
}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Column, Column]]:
    """Return the figures of each column as measured in memory, and as asked of the engine for want of it."""
    folder = tmp_path_factory.mktemp("measure")
    table = pa.table({name: pa.array(values, type_) for name, (_, type_, values) in COLUMNS.items()})
    pq.write_table(table, folder / "data.parquet", row_group_size=7_000)
    types = {name: kind for name, (kind, _, _) in COLUMNS.items()}
    found = []
    for memory in (1 << 30, 1):
        with connect([folder], 1 << 30) as connection:
            found.append(profile_table(connection, folder / "data.parquet", types, memory_bytes=memory).columns)
    return {one["name"]: (one, other) for one, other in zip(*found, strict=True)}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_has_the_same_figures_in_memory_and_by_sql(both: dict[str, tuple[Column, Column]], name: str) -> None:
    ours, asked = both[name]
    assert set(ours) == set(asked)
    for key in ours:
        mine, theirs = ours[key], asked[key]  # type: ignore[literal-required]
        if key in {"mean", "std", "quantiles"} and mine is not None:
            assert mine == pytest.approx(theirs, rel=1e-9), key
        elif key == "text":
            assert mine == {**theirs, "mean_length": pytest.approx(theirs["mean_length"])}
        else:
            assert mine == theirs, key


def test_letters_in_their_arabic_forms_are_looked_for_only_where_there_may_be_some(tmp_path: Path) -> None:
    table = pa.table({"persian": ["علی", "رضا"] * 9, "arabic": ["علي", "رضا"] * 9, "latin": ["a", "b"] * 9})
    pq.write_table(table, tmp_path / "data.parquet")
    types: dict[str, ColumnType] = dict.fromkeys(table.column_names, "text")
    with connect([tmp_path], 1 << 30) as connection:
        assert profile_table(connection, tmp_path / "data.parquet", types).arabic == ["arabic"]


def test_columns_whose_names_begin_alike_keep_their_figures_apart(tmp_path: Path) -> None:
    table = pa.table({"a": [1, 2], "a.b": [3, 4], "c": [5, 6], "a.b.c": [7, 8]})
    pq.write_table(table, tmp_path / "data.parquet")
    types: dict[str, ColumnType] = dict.fromkeys(table.column_names, "integer")
    with connect([tmp_path], 1 << 30) as connection:
        columns = profile_table(connection, tmp_path / "data.parquet", types).columns
    assert [(column["name"], column["min"], column["max"]) for column in columns] == [
        ("a", 1, 2),
        ("a.b", 3, 4),
        ("c", 5, 6),
        ("a.b.c", 7, 8),
    ]
