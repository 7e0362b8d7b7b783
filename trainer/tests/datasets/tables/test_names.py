"""Names of columns that are missing, equal, unseen, or not what they look like; and tables with hardly any."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from kargah.datasets.tables.columns import lookalikes, unique_names

from ..conftest import Read, codes_of, reason, types_of


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (["a\x00b", "c"], ["ab", "c"]),
        (["a\u202eb", "ab"], ["ab", "ab_2"]),
        (["\u2066a\u2069", "b\u200f"], ["a", "b"]),
        (["\ufeffa", "b\u200bc"], ["a", "bc"]),
        (["a\nb", "a\tb"], ["a b", "a b_2"]),
        (["\u202e", ""], ["column_1", "column_2"]),
        (["نام\u200cخانوادگی"], ["نام\u200cخانوادگی"]),
        (["x" * 500, "x" * 600], ["x" * 200, "x" * 200 + "_2"]),
    ],
)
def test_letters_that_are_not_seen_are_no_part_of_a_name(given: list[str], names: list[str]) -> None:
    assert unique_names(given)[0] == names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("price", "pri\u0441e"),
        ("a", "\u0430"),
        ("\u00e1", "a\u0301"),
        ("علي", "علی"),
        ("كد", "کد"),
        ("خانه\u200cها", "خانهها"),
        ("Ａ", "a"),
    ],
)
def test_names_that_look_alike_are_told(one: str, other: str) -> None:
    names, warnings = unique_names([one, other, "y"])
    assert names == [one, other, "y"]
    assert [warning["code"] for warning in warnings] == ["lookalike_columns"]


def test_names_of_other_scripts_are_not_taken_for_each_other() -> None:
    assert lookalikes(["name", "نام", "имя", "όνομα", "a", "b", "a_2"]) == []


def test_a_key_of_json_with_nul_in_it_becomes_a_plain_name(read: Read, tmp_path: Path) -> None:
    result = read('{"a\\u0000b": 1, "\\u202e": 2}\n', "a.jsonl")
    assert list(types_of(result)) == ["ab", "column_2"]
    assert pq.read_table(tmp_path / "data.parquet").to_pylist() == [{"ab": 1, "column_2": 2}]


def test_of_a_key_that_a_json_line_has_twice_the_last_counts(read: Read, tmp_path: Path) -> None:
    read('{"a": 1, "a": 2, "A": 3}\n', "a.jsonl")
    assert pq.read_table(tmp_path / "data.parquet").to_pylist() == [{"a": 2, "A_2": 3}]


def test_one_column_is_a_table(read: Read, tmp_path: Path) -> None:
    assert types_of(read("سن\n۱۲\n۱۳\n")) == {"سن": "integer"}
    read('a\n"x, y"\n\nz\n')
    assert pq.read_table(tmp_path / "data.parquet")["a"].to_pylist() == ["x, y", "z"]


@pytest.mark.parametrize("content", ["a", "a\n", "a,b", "a,b\r\n", "\ufeffa,b\n", "نام;سن", "a,b\n\n\n"])
def test_a_header_alone_has_no_rows(read: Read, content: str) -> None:
    assert reason(read, content) == ("no_rows", {})


def test_one_row_of_numbers_without_a_line_end_is_a_row(read: Read) -> None:
    result = read("1,2")
    assert (result["rows"], codes_of(result)[0]) == (1, "no_header")
