"""Parquet files of other people's making."""

from __future__ import annotations

import datetime
import decimal
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kargah.datasets.failures import ReadFailure

from ..conftest import Asked, Read


def parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def test_every_type_comes_to_a_plain_one(read: Read, tmp_path: Path) -> None:
    noon = datetime.datetime(2024, 1, 1, 12, tzinfo=datetime.timezone.utc)
    table = pa.table(
        {
            "small": pa.array([1, 2], pa.int8()),
            "float": pa.array([1.5, float("nan")], pa.float32()),
            "money": pa.array([decimal.Decimal("1.50"), None]),
            "kind": pa.array(["a", "a"]).dictionary_encode(),
            "list": pa.array([[1, 2], None]),
            "at": pa.array([noon, None], pa.timestamp("us", "Asia/Tehran")),
            "bytes": pa.array([b"\x00", b"\x01"]),
            "__index_level_0__": pa.array([0, 1]),
        }
    )
    result = read(parquet(table), "data.parquet")
    assert {c["name"]: c["type"] for c in result["profile"]["columns"]} == {
        "small": "integer",
        "float": "number",
        "money": "number",
        "kind": "category",
        "list": "text",
        "at": "datetime",
    }
    assert [w["code"] for w in result["warnings"]][:2] == ["column_dropped", "column_dropped"]
    row = pq.read_table(tmp_path / "data.parquet").to_pylist()[0]
    assert (row["list"], row["at"]) == ("[1,2]", datetime.datetime(2024, 1, 1, 12))


def test_not_a_number_does_not_spoil_the_figures(read: Read) -> None:
    column = read(parquet(pa.table({"x": [1.0, float("nan"), 3.0, float("inf")]})), "x.parquet")["profile"]["columns"][
        0
    ]
    assert (column["min"], column["max"], column["mean"]) == (1.0, 3.0, 2.0)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (parquet(pa.table({"a": [1, 2]}))[:-8], "damaged_file"),
        (b"PAR1" + b"\x00" * 40 + b"PAR1", "damaged_file"),
        (parquet(pa.table({"a": pa.array([], pa.int64())})), "no_rows"),
        (parquet(pa.table({f"c{i}": [1] for i in range(2_001)})), "too_many_columns"),
    ],
)
def test_what_cannot_be_used_is_refused(read: Read, content: bytes, code: str) -> None:
    with pytest.raises(ReadFailure) as caught:
        read(content, "data.parquet")
    assert caught.value.code == code


def test_a_file_that_is_only_linked_to_is_read(tmp_path: Path) -> None:
    from kargah.datasets.verbs.read import read_dataset

    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.parquet").write_bytes(parquet(pa.table({"a": [1, 2]})))
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "original").symlink_to(tmp_path / "elsewhere" / "a.parquet")
    assert read_dataset(folder, "a.parquet", memory_bytes=1 << 30, max_image_bytes=1 << 20)["rows"] == 2


def test_a_page_that_was_damaged_is_told_as_such(worker: Asked, tmp_path: Path) -> None:

    content = bytearray(parquet(pa.table({"a": list(range(10_000)), "b": ["word"] * 10_000})))
    content[40:400] = b"\xff" * 360
    (tmp_path / "original").write_bytes(content)
    answer = worker.read(tmp_path, filename="a.parquet")
    assert answer == {"ok": False, "error": {"code": "damaged_file", "params": {}}}


def test_what_a_number_cannot_keep_is_said(read: Read) -> None:
    exact = [decimal.Decimal("0.1"), decimal.Decimal("1.25")]
    long = [decimal.Decimal("12345678901234567.25"), decimal.Decimal("1.50")]
    table = pa.table(
        {
            "price": pa.array(exact, pa.decimal128(10, 2)),
            "sum": pa.array(long, pa.decimal128(30, 2)),
            "at": pa.array([1_700_000_000_000_000_001, 1_700_000_000_000_000_000], pa.timestamp("ns")),
            "zone": pa.array([0, 1], pa.timestamp("us", "Asia/Tehran")),
            "tags": pa.array([["a"], ["b"]]),
        }
    )
    told = {
        (one["code"], one["column"]): one["params"]
        for one in read(parquet(table), "a.parquet")["warnings"]
        if "column" in one
    }
    assert told["values_rounded", "sum"] == {
        "column": "sum",
        "count": 1,
        "value": "12345678901234567.25",
        "number": "1.2345678901234568e+16",
    }
    assert ("values_rounded", "price") not in told
    assert told["times_rounded", "at"]["count"] == 1
    assert {("times_in_utc", "zone"), ("nested_as_json", "tags")} <= set(told)
