"""UTF-8 that was taken for a code page and written as UTF-8 once more."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ..conftest import Read, codes_of

PERSIAN = "نام,شهر\n" + "علی,تهران\nسارا,شیراز\n" * 3


def spoilt(text: str, codec: str) -> bytes:
    """As a program that has a letter for every byte."""
    raw = text.encode()
    letters = [bytes([byte]).decode(codec, "ignore") or bytes([byte]).decode("latin-1") for byte in raw]
    return "".join(letters).encode()


def rows_of(folder: Path) -> list[dict[str, str]]:
    return pq.read_table(folder / "data.parquet").to_pylist()


@pytest.mark.parametrize("codec", ["cp1252", "cp1256"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_persian_that_was_spoilt_is_put_right_and_told(read: Read, tmp_path: Path, codec: str, mark: bytes) -> None:
    result = read(mark + spoilt(PERSIAN, codec))
    assert rows_of(tmp_path)[0] == {"نام": "علی", "شهر": "تهران"}
    assert result["reading"]["encoding"] == f"utf-8-as-windows-{codec[2:]}"
    assert "mojibake_mended" in codes_of(result)


def test_german_that_was_spoilt_is_put_right(read: Read, tmp_path: Path) -> None:
    read(spoilt("name,stadt\nJürgen,Köln\nZoë,Straße\n", "cp1252"))
    assert rows_of(tmp_path)[1] == {"name": "Zoë", "stadt": "Straße"}


def test_it_is_left_as_it_stands_where_utf_8_is_chosen(read: Read, tmp_path: Path) -> None:
    read(spoilt("name,n\nJürgen,1\nZoë,2\nStraße,3\n", "cp1252"), encoding="utf-8")
    assert rows_of(tmp_path)[0]["name"] == "JÃ¼rgen"


@pytest.mark.parametrize(
    "text",
    [PERSIAN, "name,n\nJürgen,1\nZoë,2\nStraße,3\n", "город,n\nМосква,1\n", "名前,n\n東京,1\n", "a,b\n5 °C,±2\n£3,½\n"],
)
def test_what_is_right_stays_as_it_is(read: Read, text: str) -> None:
    result = read(text)
    assert (result["reading"]["encoding"], "mojibake_mended" in codes_of(result)) == ("utf-8", False)


def test_a_file_of_which_only_some_lines_are_spoilt_is_not_changed_unasked(read: Read, tmp_path: Path) -> None:
    mixed = "نام,n\n".encode() + spoilt("علی,1\n", "cp1252") + "سارا,2\n".encode()
    assert read(mixed)["reading"]["encoding"] == "utf-8"
    read(mixed, encoding="utf-8-as-windows-1252")
    assert [row["نام"] for row in rows_of(tmp_path)] == ["علی", "سارا"]
