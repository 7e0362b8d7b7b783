"""The preview of a file of more than a mebibyte: its first rows, the last of them whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kargah.datasets.formats.sample import sample_of
from kargah.datasets.verbs.reading_preview import answer_request

Head = Callable[..., bytes]
MEBIBYTE = 1 << 20
CODECS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "windows-1256"]


@pytest.fixture
def head(tmp_path: Path) -> Head:
    """Return the head of `content` as the file `name`."""

    def run(content: bytes, name: str = "a.csv", kind: str = "csv", **reading: Any) -> bytes:
        original = tmp_path / "original"
        original.write_bytes(content)
        return sample_of(original, tmp_path / "head", kind, reading, name).read_bytes()  # type: ignore[arg-type]

    return run


def look(folder: Path, name: str = "a.csv", **reading: Any) -> Any:
    request = {"folder": str(folder), "original": str(folder / "original"), "filename": name, "reading": reading}
    return answer_request({**request, "memory_bytes": 1 << 30, "max_image_bytes": 1 << 20}, lambda _: None)


@pytest.mark.parametrize("codec", CODECS)
def test_it_is_cut_where_a_row_ends_and_not_inside_a_quoted_cell(head: Head, tmp_path: Path, codec: str) -> None:
    # Far more lines inside cells than rows: a cut at any line end falls into one.
    row = '"' + "سلام\n" * 3_000 + '",1\n'
    content = ("a,b\n" + row * 200).encode(codec)
    found = head(content).decode(codec)
    assert len(found) > 20_000
    assert found == "a,b\n" + row * found.count("1")
    assert [len(row[0]) for row in look(tmp_path)["rows"]] == [2_001] * found.count("1")


@pytest.mark.parametrize("delimiter", [";", "\t", "|", "؛"])
def test_cells_are_those_of_the_file_s_own_delimiter(head: Head, delimiter: str) -> None:
    row = f'x{delimiter}"one,\n"" two"{delimiter}1\n'
    content = (f"a{delimiter}b{delimiter}c\n" + row * 80_000).encode()
    assert head(content).decode().endswith(row)
    assert head(content, delimiter=delimiter).decode().endswith(row)


def test_a_quote_in_the_middle_of_a_cell_is_a_letter(head: Head) -> None:
    content = b"size,n\n" + b'5" pipe,1\n' * 200_000
    assert MEBIBYTE - len(head(content)) < 20


def test_a_first_row_of_more_than_a_mebibyte_is_shown(head: Head, tmp_path: Path) -> None:
    content = ('a,b\n"' + "سطر\n" * MEBIBYTE + '",1\n' + "x,2\n" * 10).encode()
    assert head(content) == content
    assert [row[1] for row in look(tmp_path)["rows"]] == [1, *[2] * 10]


@pytest.mark.parametrize("pad", range(2))
@pytest.mark.parametrize("codec", CODECS)
def test_without_any_line_end_it_is_cut_after_a_whole_letter(head: Head, tmp_path: Path, codec: str, pad: int) -> None:
    # For one of the pads a letter lies across the cut, where the encoding has letters of more than one byte.
    text = "a" * (100 + pad) + ("سل😀" if codec.startswith("utf-16") else "ش") * MEBIBYTE
    found = head(text.encode(codec), "a.txt").decode(codec)
    assert text.startswith(found)
    assert MEBIBYTE - len(found.encode(codec)) < 4
    assert len(look(tmp_path, "a.txt")["rows"]) == 1


def test_lines_of_prose_and_of_json_end_at_any_line_end(head: Head) -> None:
    prose = '"he said\n' * 200_000
    assert head(prose.encode(), "a.txt") == prose[: MEBIBYTE // 9 * 9].encode()
    record = '{"a": "\\"x\\n"}\n'
    found = head((record * 100_000).encode(), "a.jsonl", "jsonl")
    assert found == record.encode() * (MEBIBYTE // len(record))


def test_a_smaller_file_is_itself(head: Head, tmp_path: Path) -> None:
    assert head(b"a,b\n1,2\n3,") == b"a,b\n1,2\n3,"
    assert not (tmp_path / "head").exists()
