"""npz files: arrays that become tables or pictures, and what is refused."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from ..conftest import Read, codes_of, reason, types_of


def npz(**arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def handmade(header: bytes, body: bytes = b"", compression: int = zipfile.ZIP_STORED) -> bytes:
    """An npz of one array whose header may say anything."""
    padded = header + b" " * (64 - (len(header) + 11) % 64) + b"\n"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        archive.writestr("x.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded + body)
    return out.getvalue()


def declared(descr: str, shape: str) -> bytes:
    return f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape}}}".encode()


def test_a_matrix_and_its_labels_become_a_table(read: Read, tmp_path: Path) -> None:
    result = read(npz(x=np.asfortranarray(np.arange(6).reshape(3, 2)), y=np.array(["a", "b", "a"])), "a.npz")
    assert (result["format"], result["rows"]) == ("npz", 3)
    assert types_of(result) == {"x0": "integer", "x1": "integer", "label": "category"}
    assert pq.read_table(tmp_path / "data.parquet").to_pylist()[1] == {"x0": 2, "x1": 3, "label": "b"}


def test_several_vectors_become_columns(read: Read) -> None:
    content = npz(age=np.array([1.5, np.nan]), name=np.array(["علی", "رضا"]), raw=np.array([b"a", b"b"]))
    assert types_of(read(content, "a.npz")) == {"age": "number", "name": "text", "raw": "text"}


def test_small_pictures_with_labels_become_classes(read: Read, tmp_path: Path) -> None:
    pixels = np.arange(3 * 4 * 4 * 3, dtype=np.uint8).reshape(3, 4, 4, 3)
    result = read(npz(x=pixels, y=np.array([7, 1, 7])), "a.npz")
    assert (result["kind"], result["format"]) == ("images", "npz")
    assert result["profile"]["classes"] == [{"name": "1", "count": 1}, {"name": "7", "count": 2}]
    assert len(list((tmp_path / "images" / "7").iterdir())) == 2


def test_labels_that_would_lead_out_of_the_folder_become_plain_names(read: Read, tmp_path: Path) -> None:
    labels = np.array(["../../evil", "..", "a\nb", "\u202etxt", "x/y"])
    read(npz(x=np.zeros((5, 2, 2), np.uint8), y=labels), "a.npz")
    assert sorted(path.name for path in (tmp_path / "images").iterdir()) == ["_", "_.._evil", "_txt", "a_b", "x_y"]
    assert not list(tmp_path.parent.rglob("*evil.png"))


@pytest.mark.parametrize("dtype", [">f4", np.float16, np.longdouble, ">i8", np.uint8, np.bool_])
def test_numbers_of_every_size_and_byte_order_are_read(read: Read, tmp_path: Path, dtype: Any) -> None:
    read(npz(x=np.array([[1, 0], [0, 1]], dtype)), "a.npz")
    assert pq.read_table(tmp_path / "data.parquet")["x0"].to_pylist() == [1, 0]


def test_arrays_whose_names_differ_in_case_are_both_kept(read: Read) -> None:
    result = read(npz(a=np.arange(3), A=np.arange(3)), "a.npz")
    assert (list(types_of(result)), codes_of(result)[0]) == (["a", "A_2"], "duplicate_column")


class Executed:
    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, ("executed",)


def test_a_pickle_inside_is_refused_and_never_run(read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refusal = ("not_tabular", {"format": "npz", "reason": "pickle"})
    assert reason(read, npz(x=np.array([Executed(), 1], dtype=object)), "a.npz") == refusal
    assert reason(read, npz(x=np.arange(2), more=np.array([{}, 1], dtype=object)), "a.npz") == refusal
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize(
    "content",
    [
        handmade(declared("<f8", "(1000000000000,)")),
        handmade(declared("<f8", "(2147483648, 2147483648, 2147483648)")),
        handmade(declared("<f8", "(-5,)")),
        handmade(declared("|V2147483647", "(1,)")),
        handmade(declared("<f8", "(8,)"), bytes(10)),
        handmade(b"__import__('os').mkdir('executed')"),
        handmade(b"{" * 9_000),
        handmade(b"(" * 60_000),
        npz(x=np.arange(100))[:-40],
        npz(x=np.array([b"a", b"\xff"])),
        npz(x=np.array(["a", "\ud800"])),
    ],
    ids=[
        "terabytes",
        "more than numbers hold",
        "fewer than none",
        "one huge element",
        "more than there is",
        "code",
        "braces",
        "a long header",
        "cut",
        "bytes that are no text",
        "half a letter",
    ],
)
def test_a_header_that_lies_is_refused_without_room_being_made_for_it(read: Read, content: bytes) -> None:
    assert reason(read, content, "a.npz") == ("damaged_file", {})


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (npz(x=np.zeros((0, 2))), ("no_rows", {})),
        (npz(x=np.zeros((2, 0, 4), np.uint8), y=np.arange(2)), ("no_rows", {})),
        (npz(x=np.zeros((2, 3_000))), ("too_many_columns", {"columns": 3_001, "max": 2_000})),
        (npz(x=np.zeros((2, 2, 2, 2))), ("not_tabular", {"format": "npz", "reason": "(2, 2, 2, 2)"})),
        (
            npz(x=np.zeros((2, 4, 4, 5), np.uint8), y=np.arange(2)),
            ("not_tabular", {"format": "npz", "reason": "(2, 4, 4, 5)"}),
        ),
        (npz(x=np.zeros((2, 4, 4), np.uint8), y=np.zeros(2)), ("archive_one_class", {})),
        (npz(x=np.float64(3)), ("not_tabular", {"format": "npz", "reason": "object"})),
        (npz(x=np.zeros(2, [("a", "<f8")])), ("not_tabular", {"format": "npz", "reason": "object"})),
        (npz(**{f"a{at}": np.zeros(1) for at in range(2_001)}), ("archive_bomb", {})),
    ],
)
def test_shapes_that_are_no_table_are_refused(
    read: Read, content: bytes, refusal: tuple[str, dict[str, str | int]]
) -> None:
    assert reason(read, content, "a.npz") == refusal


def test_an_array_that_grows_beyond_measure_is_refused(read: Read) -> None:
    size = 70 << 20
    bomb = handmade(declared("|u1", f"({size},)"), bytes(size), zipfile.ZIP_DEFLATED)
    assert reason(read, bomb, "a.npz") == ("archive_bomb", {})
