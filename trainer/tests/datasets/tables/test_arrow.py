"""Arrow IPC files and streams."""

from __future__ import annotations

import datetime
import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kargah.datasets.failures import ReadFailure

from ..conftest import Read, codes_of, reason, types_of


def ipc(table: pa.Table, **options: Any) -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_file(out, table.schema, **options) as writer:
        writer.write_table(table)
    return out.getvalue()


def stream(table: pa.Table) -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


NOON = datetime.datetime(2024, 1, 1, 12, tzinfo=datetime.timezone.utc)
TABLE = pa.table(
    {
        "n": [1, 2],
        "شهر": pa.array(["تهران", None]).dictionary_encode(),
        "day": [datetime.date(2024, 1, 1), None],
        "at": pa.array([NOON, None], pa.timestamp("ns", "Asia/Tehran")),
        "list": [[1], None],
        "half": pa.array([0.5, 1], pa.float16()),
        "raw": [b"x", b"y"],
    }
)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (ipc(TABLE), "a.arrow"),
        (ipc(TABLE), "a.feather"),
        (ipc(TABLE, options=pa.ipc.IpcWriteOptions(compression="zstd")), "a.arrow"),
        (stream(TABLE), "a.arrows"),
        (stream(TABLE), "a.ipc"),
    ],
)
def test_files_and_streams_become_the_same_table(read: Read, tmp_path: Path, content: bytes, name: str) -> None:
    result = read(content, name)
    assert (result["format"], codes_of(result)[0]) == ("arrow", "column_dropped")
    kinds = {"n": "integer", "شهر": "text", "day": "date", "at": "datetime", "list": "text", "half": "number"}
    assert types_of(result) == kinds
    first = pq.read_table(tmp_path / "data.parquet").to_pylist()[0]
    assert (first["شهر"], first["at"], first["list"]) == ("تهران", datetime.datetime(2024, 1, 1, 12), "[1]")


def test_columns_of_equal_names_are_told_apart(read: Read) -> None:
    result = read(ipc(pa.table([pa.array([1]), pa.array([2]), pa.array([3])], names=["a", "A", ""])), "a.arrow")
    assert list(types_of(result)) == ["a", "A_2", "column_3"]
    assert codes_of(result)[:2] == ["duplicate_column", "unnamed_column"]


@pytest.mark.parametrize("table", [TABLE.slice(0, 0), pa.table({})])
def test_a_file_without_rows_is_refused(read: Read, table: pa.Table) -> None:
    assert reason(read, ipc(table), "a.arrow") == ("no_rows", {})


@pytest.mark.parametrize(
    "content",
    [
        ipc(TABLE)[:-20],
        stream(TABLE)[:-60],
        stream(TABLE)[:100],
        b"ARROW1\0\0" + b"\xff" * 50 + b"ARROW1",
        b"ARROW1",
        # A stream whose first message would take two gigabytes.
        b"\xff\xff\xff\xff\xff\xff\xff\x7f" + bytes(100),
        b"a,b\n1,2\n",
    ],
    ids=["cut", "a cut stream", "a stream cut short", "no footer", "only a beginning", "a huge message", "a text"],
)
def test_a_damaged_file_is_told_as_such(read: Read, tmp_path: Path, content: bytes) -> None:
    assert reason(read, content, "a.arrow") == ("damaged_file", {})
    assert [path.name for path in tmp_path.iterdir()] == ["original"]


def test_changed_bytes_are_read_or_refused_and_nothing_else(read: Read) -> None:
    whole = ipc(pa.table({"n": list(range(200)), "s": [f"w{at}" for at in range(200)]}))
    chance = np.random.default_rng(1)
    outcomes: set[str] = set()
    for _ in range(15):
        content = bytearray(whole)
        for _ in range(5):
            content[chance.integers(len(content))] = int(chance.integers(256))
        try:
            outcomes.add(read(bytes(content), "a.arrow")["format"])
        except ReadFailure as failure:
            outcomes.add(failure.code)
    assert outcomes <= {"arrow", "damaged_file", "no_rows"}
