"""Texts in other encodings than UTF-8, and bytes that are no text."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from kargah.datasets.verbs.reading_preview import answer_request

from ..conftest import Read, reason, types_of

PERSIAN = "نام,y\nعلی,1\nرضا,2\n"
LATIN = "name,y\nali,1\n"


@pytest.mark.parametrize("mark", [True, False])
@pytest.mark.parametrize("order", ["le", "be"])
@pytest.mark.parametrize("text", [PERSIAN, LATIN])
def test_utf16_is_read_with_and_without_a_byte_order_mark(read: Read, text: str, order: str, mark: bool) -> None:
    content = (("\ufeff" if mark else "") + text).encode(f"utf-16-{order}")
    result = read(content)
    assert (result["encoding"], list(types_of(result))) == ("utf-16", text.splitlines()[0].split(","))


def test_utf16_that_a_person_names_is_read_in_its_order(read: Read) -> None:
    result = read(PERSIAN.encode("utf-16-be"), encoding="utf-16")
    assert list(types_of(result)) == ["نام", "y"]


def test_json_lines_and_texts_in_utf16_are_read(read: Read) -> None:
    assert read('{"a": 1}\n{"a": 2}\n'.encode("utf-16"), "a.jsonl")["rows"] == 2
    assert read("سلام دنیا\nخداحافظ\n".encode("utf-16-le"), "a.txt")["rows"] == 2


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-16"])
def test_the_preview_of_a_large_utf16_file_ends_with_a_whole_line(tmp_path: Path, codec: str) -> None:
    # The letter U+0A0A has the byte of a line end in both places.
    line = "ਊਊ,علی\n"
    original = tmp_path / "original"
    original.write_bytes(("a,b\n" + line * 200_000).encode(codec))
    request = {"folder": str(tmp_path), "original": str(original), "filename": "a.csv", "reading": {}}
    shown = answer_request({**request, "memory_bytes": 1 << 30, "max_image_bytes": 1 << 20}, lambda _: None)
    assert shown["rows"] == [["ਊਊ", "علی"]] * 100
    assert shown["encodings"][1] == {"encoding": "utf-16", "line": "a,b"}  # type: ignore[index]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"\xff\xfe" + PERSIAN.encode("utf-16-le")[:-1], ("bad_encoding", {})),
        (b"\xff\xfe" + "a,b\n1,".encode("utf-16-le") + b"\x00\xd8\n\x00", ("bad_encoding", {})),
        (b"a,b\n1,\xed\xa0\x80\n", ("bad_encoding", {})),
        (b"a,b\n1,\xed\xa0\x80\xed\xb0\x80\n", ("bad_encoding", {})),
        (PERSIAN.encode("utf-32"), ("not_tabular", {"format": "CSV", "reason": "U+0000"})),
        (b"a,b\n1,\xc0\x80\xff\x00\n", ("not_tabular", {"format": "CSV", "reason": "U+0000"})),
    ],
    ids=["half a letter", "half a pair", "half a pair in UTF-8", "a pair in UTF-8", "UTF-32", "NUL"],
)
def test_what_is_no_text_is_refused(read: Read, content: bytes, refusal: tuple[str, dict[str, str | int]]) -> None:
    assert reason(read, content) == refusal


@pytest.mark.parametrize("value", [r'"\ud800"', r'"x\udc00y"', r'{"k": ["\udfff"]}', r'"\udc00\ud800"'])
def test_half_a_letter_in_json_is_no_text_and_its_line_is_said(read: Read, value: str) -> None:
    assert reason(read, f'{{"a": "ok"}}\n{{"a": {value}}}\n', "a.jsonl") == ("invalid_json_line", {"line": 2})


def test_half_a_letter_in_a_json_key_is_refused_too(read: Read) -> None:
    assert reason(read, '{"a\\ud800": 1}\n', "a.jsonl") == ("invalid_json_line", {"line": 1})


def test_both_halves_are_a_letter(read: Read, tmp_path: Path) -> None:
    read('{"a": "\\ud83d\\ude00"}\n{"a": "\\\\ud800"}\n', "a.jsonl")
    assert pq.read_table(tmp_path / "data.parquet")["a"].to_pylist() == ["😀", "\\ud800"]


# As they stand in a file of a program for DOS, found published with what they mean.
IRAN_SYSTEM = {"fcf3e4": "علی", "f6fea89fa2f59ff5": "محمدحسین", "f6a89f": "حسن"}


def test_iran_system_is_read_when_chosen_in_the_order_and_letters_of_unicode(read: Read, tmp_path: Path) -> None:
    names = [bytes.fromhex(seen) for seen in IRAN_SYSTEM]
    # «می‌رود» of one word, and a street with its number, as they are seen from left to right.
    others = [bytes.fromhex("a2f8a4fcf5"), b"\x81\x82 " + bytes.fromhex("edf295")]
    others += [b"\x81\x82\x8a\x85\x80\x80 " + bytes.fromhex("f6a89f"), b"XP-500 " + bytes.fromhex("f6a89f")]
    content = b"name,n\r\n" + b"".join(name + b",%d\r\n" % at for at, name in enumerate([*names, *others]))
    result = read(content, encoding="iran-system")
    read_names = pq.read_table(tmp_path / "data.parquet").column("name").to_pylist()
    assert read_names[:3] == list(IRAN_SYSTEM.values())
    assert read_names[3:5] == ["می\u200cرود", "پلاک ۱۲"]
    # A figure with thousands, and a code that begins with Latin letters, keep their order.
    assert read_names[5:] == ["حسن ۱۲،۵۰۰", "XP-500 حسن"]
    assert (result["encoding"], result["reading"]["encoding"]) == ("iran-system", "iran-system")
