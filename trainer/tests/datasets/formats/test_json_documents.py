"""JSON as programs write it: arrays, columns, NaN; and what an export writes is read again as it was."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kargah.datasets.verbs.export import write_export

from ..conftest import Read, reason, types_of

ROWS = [{"a": at, "b": f"x{at % 3}"} for at in range(40)]


def table(folder: Path) -> list[dict[str, Any]]:
    return pq.read_table(folder / "data.parquet").to_pylist()


@pytest.mark.parametrize(
    "document",
    [
        ROWS,
        {
            "a": {str(at): row["a"] for at, row in enumerate(ROWS)},
            "b": {str(at): row["b"] for at, row in enumerate(ROWS)},
        },
        {str(at): row for at, row in enumerate(ROWS)},
        {"a": [row["a"] for row in ROWS], "b": [row["b"] for row in ROWS]},
    ],
    ids=["array", "columns", "rows by number", "lists"],
)
def test_forty_rows_are_read_however_pandas_writes_them(read: Read, tmp_path: Path, document: object) -> None:
    assert read(json.dumps(document), "a.json")["rows"] == 40
    assert table(tmp_path) == ROWS


def test_an_array_over_many_lines_and_pieces_is_read_and_a_bad_one_named_by_its_place(
    read: Read, tmp_path: Path
) -> None:
    many = [{"a": at, "pad": "ی" * 500} for at in range(5_000)]
    assert read(json.dumps(many, indent=1, ensure_ascii=False), "a.json")["rows"] == 5_000
    assert table(tmp_path)[-1]["a"] == 4_999
    for bad, line in (('[{"a": 1}, 2]', 2), ('[{"a": 1} {"a": 2}]', 2), ('[{"a": 1}, {"a":', 2), ('[{"a": 1}] x', 2)):
        assert reason(read, bad, "a.json") == ("invalid_json_line", {"line": line})


def test_nan_is_missing_and_one_object_alone_is_one_row(read: Read, tmp_path: Path) -> None:
    read('{"a": 1, "y": 0}\n{"a": NaN, "y": 1}\n', "a.jsonl")
    assert table(tmp_path) == [{"a": 1, "y": 0}, {"a": None, "y": 1}]
    assert read('{"a": 1, "b": {"c": 2}}', "a.json")["rows"] == 1


def test_an_export_as_json_lines_is_read_again_with_its_infinite_numbers(read: Read, tmp_path: Path) -> None:
    values = [1.5, math.inf, -math.inf, None]
    pq.write_table(pa.table({"x": values, "t": ["a", "b", "c", "d"]}), tmp_path / "given.parquet")
    write_export(tmp_path / "given.parquet", tmp_path / "out.jsonl", "jsonl", 1 << 30)
    assert types_of(read((tmp_path / "out.jsonl").read_bytes(), "out.jsonl"))["x"] == "number"
    assert [row["x"] for row in table(tmp_path)] == values


def test_whole_numbers_of_parquet_keep_every_digit(read: Read, tmp_path: Path) -> None:
    from decimal import Decimal

    large = [10**30 + at for at in range(3)]
    columns = {
        "id": pa.array([Decimal(one) for one in large], pa.decimal128(38, 0)),
        "hash": pa.array([2**63 + at for at in range(3)], pa.uint64()),
        "small": pa.array([Decimal(at) for at in range(3)], pa.decimal128(38, 0)),
    }
    pq.write_table(pa.table(columns), tmp_path / "given.parquet")
    result = read((tmp_path / "given.parquet").read_bytes(), "a.parquet")
    assert types_of(result) == {"id": "text", "hash": "text", "small": "integer"}
    assert [row["id"] for row in table(tmp_path)] == [str(one) for one in large]
    assert [row["hash"] for row in table(tmp_path)] == [str(2**63 + at) for at in range(3)]
