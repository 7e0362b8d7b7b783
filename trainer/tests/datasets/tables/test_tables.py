"""Text tables: what is read, how it is typed, and what is refused with which reason."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from kargah.datasets.failures import ReadFailure
from kargah.datasets.model import ReadResult

from ..conftest import Read


def types(result: ReadResult) -> dict[str, str]:
    return {column["name"]: column["type"] for column in result["profile"]["columns"]}


def codes(result: ReadResult) -> list[str]:
    return [warning["code"] for warning in result["warnings"]]


def refused(read: Read, content: str | bytes, name: str = "data.csv") -> tuple[str, dict[str, str | int]]:
    with pytest.raises(ReadFailure) as caught:
        read(content, name)
    return caught.value.code, caught.value.params


def test_columns_get_the_type_that_every_value_has(read: Read, tmp_path: Path) -> None:
    result = read(
        "i,n,b,d,t,code,big,text\n"
        "1,1.5,true,2024-02-29,2024-01-01T10:00:00,007,1234567890123456789012,علی\n"
        "-2,2e3,FALSE,2023-01-01,2024-01-01 10:00,012,3,\n"
        "3,,,,,100,,رضا\n"
    )
    assert types(result) == {
        "i": "integer",
        "n": "number",
        "b": "boolean",
        "d": "date",
        "t": "datetime",
        "code": "text",
        "big": "text",
        "text": "text",
    }
    table = pq.read_table(tmp_path / "data.parquet")
    assert [str(kind) for kind in table.schema.types[:5]] == ["int64", "double", "bool", "date32[day]", "timestamp[us]"]
    assert table.column("code").to_pylist() == ["007", "012", "100"]


def test_ids_longer_than_a_number_can_hold_stay_text(read: Read) -> None:
    assert types(read("id,x\n1234567890123456789,1\n5,2.5\n")) == {"id": "text", "x": "number"}


def test_one_word_among_many_numbers_is_missing_and_told(read: Read) -> None:
    rows = "\n".join(str(i) for i in range(30_000))
    result = read(f"x\n{rows}\nmany\n")
    assert (types(result), result["profile"]["columns"][0]["missing"]) == ({"x": "integer"}, 1)
    assert "odd_values" in codes(result)


def test_dates_that_do_not_exist_stay_text(read: Read) -> None:
    assert types(read("d,y\n1404-12-30,1\n2024-02-30,2\n")) == {"d": "text", "y": "integer"}


def test_times_of_other_zones_come_to_utc(read: Read, tmp_path: Path) -> None:
    read("t,y\n2024-01-01T00:00:00+03:30,1\n2024-06-01T12:00:00Z,2\n")
    first = pq.read_table(tmp_path / "data.parquet").column("t").to_pylist()[0]
    assert first.isoformat() == "2023-12-31T20:30:00"


def test_quotes_newlines_and_delimiters_inside_cells_are_kept(read: Read, tmp_path: Path) -> None:
    read('a,b\n"line 1\nline 2","say ""hi"", now"\nplain,x\n')
    assert pq.read_table(tmp_path / "data.parquet").to_pylist()[0] == {"a": "line 1\nline 2", "b": 'say "hi", now'}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(read: Read, delimiter: str) -> None:
    text = "a{0}b{0}c\n1{0}2,5{0}x\n3{0}4,5{0}y\n" if delimiter != "," else "a{0}b{0}c\n1{0}2{0}x\n"
    assert read(text.format(delimiter))["columns"] == 3


def test_a_column_without_any_value_is_read_and_told(read: Read) -> None:
    result = read("a,b\n1,\n2,\n")
    assert result["profile"]["columns"][1]["missing"] == 2
    assert "all_missing" in codes(result)


def test_words_for_missing_are_missing(read: Read) -> None:
    column = read("a,b\n1,x\nNA,y\nNaN,z\n4,w\n")["profile"]["columns"][0]
    assert (column["type"], column["missing"], column["mean"]) == ("integer", 2, 2.5)


def test_a_first_row_of_numbers_is_data(read: Read) -> None:
    result = read("1,2\n3,4\n")
    assert (result["rows"], list(types(result))) == (2, ["column_1", "column_2"])
    assert "no_header" in codes(result)


def test_names_are_made_present_and_unique(read: Read) -> None:
    result = read("a,A,,a\n1,2,3,4\n")
    assert list(types(result)) == ["a", "A_2", "column_3", "a_3"]
    assert codes(result)[:3] == ["duplicate_column", "unnamed_column", "duplicate_column"]


def test_windows_1256_is_read_and_its_letters_become_persian(read: Read, tmp_path: Path) -> None:
    result = read("شهر,y\nتبريز,1\nكرج,2\n".encode("cp1256"))
    assert (result["encoding"], codes(result)) == ("windows-1256", ["windows_1256"])
    assert pq.read_table(tmp_path / "data.parquet").column("شهر").to_pylist() == ["تبریز", "کرج"]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_part_of_the_first_name(read: Read, codec: str) -> None:
    assert list(types(read("نام,y\nعلی,1\n".encode(codec)))) == ["نام", "y"]


def test_arabic_letters_in_utf8_are_kept_and_counted(read: Read, tmp_path: Path) -> None:
    result = read("شهر,y\nتبريز,1\nكرج,2\nتهران,3\n")
    assert next(w for w in result["warnings"] if w["code"] == "arabic_letters")["detail"] == "2 rows have Arabic ي/ك."
    assert pq.read_table(tmp_path / "data.parquet").column("شهر").to_pylist()[0] == "تبريز"


def test_direction_follows_the_letters(read: Read) -> None:
    columns = read("fa,en,n\nسلام,hello,1\nخوب است,fine سلام,2\n")["profile"]["columns"]
    assert [column["direction"] for column in columns] == ["rtl", "ltr", "ltr"]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("label,x\na,1\nb,2\n", "label"),
        ("برچسب,x\na,1\nb,2\n", "برچسب"),
        ("x,Class\n1,a\n2,b\n", "Class"),
        ("x,y1,z,kind\n1,5,1,a\n2,6,3,b\n3,7,2,a\n4,8,9,b\n", "kind"),
        ("x,price\n1,1.5\n2,2.5\n", "price"),
        ("x,same\n1,a\n2,a\n", None),
        ("x\n1\n2\n", None),
    ],
)
def test_the_target_is_guessed_by_name_else_it_is_the_only_column_of_names_behind_numbers(
    read: Read, text: str, target: str | None
) -> None:
    assert read(text)["suggested_target"] == target


def test_a_lopsided_target_and_a_constant_column_are_told(read: Read) -> None:
    rows = "\n".join(f"{i},k,{'yes' if i == 0 else 'no'}" for i in range(20))
    found = codes(read(f"x,c,label\n{rows}\n"))
    assert "imbalance" in found
    assert "constant_column" in found


@pytest.mark.parametrize(
    ("content", "code", "params"),
    [
        (b"", "empty_file", {}),
        (b" \n\n", "empty_file", {}),
        (b"a,b\n", "no_rows", {}),
        (b"a,b\n1,2\n3\n", "ragged_rows", {"row": 3, "found": 1, "expected": 2}),
        (b"a,b\n1,2\n3,4,5\n", "ragged_rows", {"row": 3, "found": 3, "expected": 2}),
        (b"\x89PNG\r\n\x1a\n....", "not_tabular", {"format": "CSV", "reason": "PNG"}),
        (b"%PDF-1.7", "not_tabular", {"format": "CSV", "reason": "PDF"}),
        (b"PK\x03\x04....", "not_tabular", {"format": "CSV", "reason": "ZIP"}),
        (b"PK\x03\x04..xl/workbook.xml", "not_tabular", {"format": "CSV", "reason": "XLSX"}),
        (b"\n<!DOCTYPE html><html>", "not_tabular", {"format": "CSV", "reason": "HTML"}),
        (b"a,b\n1,\x00\n", "not_tabular", {"format": "CSV", "reason": "U+0000"}),
        (b'a,b\n1,"open\n2,3\n4,5\n', "not_tabular", {"format": "CSV", "reason": '"'}),
        ("نام,y\nسلام دنیا,1\n".encode()[:-6] + b"\xd8,1\n", "bad_encoding", {}),
        ("Stra\u00dfe M\u00fcnchen,G\u00f6teborg\n\u00fcber,2\n".encode("latin-1"), "bad_encoding", {}),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(
    read: Read, content: bytes, code: str, params: dict[str, str | int]
) -> None:
    assert refused(read, content) == (code, params)


def test_ten_thousand_columns_are_refused_with_their_number(read: Read) -> None:
    header = ",".join(f"c{i}" for i in range(10_000))
    assert refused(read, f"{header}\n") == ("too_many_columns", {"columns": 10_000, "max": 2000})


def test_two_thousand_columns_are_read(read: Read) -> None:
    cells = range(2_000)
    result = read(",".join(f"c{i}" for i in cells) + "\n" + ",".join(str(i) for i in cells) + "\n")
    assert result["columns"] == 2_000
    assert len(result["warnings"]) <= 51


def test_a_ragged_row_far_down_is_named(read: Read) -> None:
    rows = "".join(f"{i},{i}\n" for i in range(2_000_000 // 4))
    assert refused(read, f"a,b\n{rows}x\n")[1]["row"] == 500_002


def test_json_lines_keep_their_types_and_take_keys_as_they_come(read: Read, tmp_path: Path) -> None:
    result = read('{"a": 1, "t": "سلام", "n": {"x": [1]}}\n\n{"a": 2.5, "b": true, "d": "2024-01-01"}\n', "data.jsonl")
    assert types(result) == {"a": "number", "t": "text", "n": "text", "b": "boolean", "d": "date"}
    assert pq.read_table(tmp_path / "data.parquet").to_pylist()[0]["n"] == '{"x": [1]}'


def test_numbers_in_json_strings_stay_text(read: Read) -> None:
    assert types(read('{"a": "1"}\n{"a": "2"}\n{"a": "3"}\n', "data.jsonl"))["a"] == "text"


@pytest.mark.parametrize("line", ['{"a":', "[1]", "3", '{"a": 1} x', "[" * 100_000])
def test_a_bad_json_line_is_named(read: Read, line: str) -> None:
    assert refused(read, f'{{"a": 1}}\n\n{line}\n', "data.jsonl") == ("invalid_json_line", {"line": 3})


def test_content_decides_where_the_name_lies(read: Read) -> None:
    assert read('{"a": 1}\n{"a": 2}\n', "data.csv")["format"] == "jsonl"


def test_what_the_reader_leaves_is_whole_and_nothing_else(read: Read, tmp_path: Path) -> None:
    read("a,b\n1,x\n9007199254740993,y\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "data.parquet",
        "original",
        "preview.json",
        "profile.json",
    ]
    assert json.loads((tmp_path / "preview.json").read_text())["rows"] == [[1, "x"], ["9007199254740993", "y"]]


def test_a_failed_reading_leaves_only_the_original(read: Read, tmp_path: Path) -> None:
    refused(read, "a,b\n1\n")
    assert [path.name for path in tmp_path.iterdir()] == ["original"]


def test_column_names_are_never_code(read: Read) -> None:
    result = read('"a""; DROP TABLE x; --",b\'b,{c}\n1,2,3\n')
    assert list(types(result)) == ['a"; DROP TABLE x; --', "b'b", "{c}"]
