"""Parquet files made to mislead: they are answered, by the worker with its limits, and it goes on answering."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ..conftest import Asked, Read, codes_of, types_of

DAMAGED = {"ok": False, "error": {"code": "damaged_file", "params": {}}}


def parquet(table: pa.Table, **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **options)
    return out.getvalue()


PLAIN = parquet(pa.table({"a": list(range(1_000)), "b": ["word"] * 1_000}), compression="none")


def with_footer(footer: bytes, length: int | None = None) -> bytes:
    return b"PAR1" + bytes(64) + footer + struct.pack("<I", len(footer) if length is None else length) + b"PAR1"


def varint(number: int) -> bytes:
    """A whole number as Thrift's compact protocol writes it."""
    left = number << 1
    out = bytearray()
    while left > 0x7F:
        out.append(left & 0x7F | 0x80)
        left >>= 7
    return bytes([*out, left])


def rows_claimed(content: bytes, rows: int, claimed: int) -> bytes:
    """`content`, its footer saying everywhere of `rows` that they are `claimed`."""
    length = struct.unpack("<I", content[-8:-4])[0]
    footer = content[-8 - length : -8]
    changed = footer.replace(b"\x16" + varint(rows), b"\x16" + varint(claimed))
    assert changed != footer
    return content[: -8 - length] + changed + struct.pack("<I", len(changed)) + b"PAR1"


@pytest.mark.parametrize(
    "content",
    [
        with_footer(b"\xff" * 200),
        with_footer(b""),
        with_footer(PLAIN[-300:-8], 0xFFFF_FFF0),
        with_footer(PLAIN[-300:-8]),
        # A list of two billion columns in a footer of some bytes.
        with_footer(b"\x15\x02\x19\xfc\xff\xff\xff\xff\x07" + bytes(40)),
        PLAIN[:4] + PLAIN[400:],
        b"PAR1PAR1PAR1",
    ],
    ids=["noise", "no footer", "a footer beyond the file", "half a footer", "a huge list", "moved pages", "only marks"],
)
def test_a_wrong_footer_is_damage(worker: Asked, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "original").write_bytes(content)
    assert worker.read(tmp_path, filename="a.parquet") == DAMAGED
    assert [path.name for path in tmp_path.iterdir()] == ["original"]


@pytest.mark.parametrize("claimed", [10**6, 10**12, 2**62])
def test_rows_that_are_only_claimed_are_not_believed(worker: Asked, tmp_path: Path, claimed: int) -> None:
    (tmp_path / "original").write_bytes(rows_claimed(PLAIN, 1_000, claimed))
    answer = worker.read(tmp_path, filename="a.parquet", memory=2 << 30)
    told = {"ok": False, "error": {"code": "reader_limit", "params": {"resource": "RAM"}}}
    assert answer in (DAMAGED, told, {"ok": False, "died": "signal"})
    assert [path.name for path in tmp_path.iterdir()] == ["original"]


def test_changed_bytes_are_answered_and_leave_nothing_half_done(worker: Asked, tmp_path: Path) -> None:
    chance = np.random.default_rng(7)
    for _ in range(12):
        content = bytearray(PLAIN)
        footer = len(content) - 8 - struct.unpack("<I", content[-8:-4])[0]
        for _ in range(4):
            content[chance.integers(footer, len(content) - 8)] = int(chance.integers(256))
        (tmp_path / "original").write_bytes(content)
        answer = worker.read(tmp_path, filename="a.parquet")
        left = {path.name for path in tmp_path.iterdir()}
        if answer["ok"]:
            assert left == {"original", "data.parquet", "profile.json", "preview.json"}
            continue
        assert answer.get("died", "signal") == "signal"
        assert answer.get("error", DAMAGED["error"])["code"] in {"damaged_file", "reader_limit", "no_rows"}
        assert left <= {"original", "data.parquet", "profile.json", "preview.json"}
    (tmp_path / "original").write_bytes(PLAIN)
    assert worker.read(tmp_path, filename="a.parquet")["result"]["rows"] == 1_000


def test_columns_of_equal_names_are_told_apart(read: Read) -> None:
    table = pa.table([pa.array([1]), pa.array([2]), pa.array([3])], names=["a", "a", "a_2"])
    result = read(parquet(table), "a.parquet")
    assert list(types_of(result)) == ["a", "a_2", "a_2_2"]
    assert codes_of(result)[:2] == ["duplicate_column", "duplicate_column"]


def test_times_of_a_zone_come_to_utc_however_fine_they_are(read: Read, tmp_path: Path) -> None:
    times = pa.array([0, 1], pa.timestamp("ns", "Asia/Tehran"))
    assert types_of(read(parquet(pa.table({"t": times})), "a.parquet")) == {"t": "datetime"}
    assert pq.read_table(tmp_path / "data.parquet")["t"][0].as_py().isoformat() == "1970-01-01T00:00:00"
