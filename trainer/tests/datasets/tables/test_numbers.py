"""Numbers as people write them: Persian digits, numbers at the edge of what numbers are, and mixtures."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ..conftest import Read, types_of


def column(read: Read, tmp_path: Path, *cells: str) -> tuple[str, list[object]]:
    """The type of a column of these cells, and its values."""
    kinds = types_of(read("x;y\n" + "".join(f"{cell};1\n" for cell in cells), delimiter=";"))
    return kinds["x"], pq.read_table(tmp_path / "data.parquet")["x"].to_pylist()


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (("۱۲", "۳"), "integer", [12, 3]),
        (("١٢", "-٣"), "integer", [12, -3]),
        (("۱۲٫۵", "۳"), "number", [12.5, 3]),
        (("۱٬۲۳۴٬۵۶۷", "۲"), "integer", [1_234_567, 2]),
        (("۱٬۲۳۴٫۵", "7"), "number", [1234.5, 7]),
        (("۱۲", "3"), "integer", [12, 3]),
        (("۱e۳", "۲"), "number", [1000, 2]),
        # A code is no number in any digits.
        (("۰۰۷", "۰۱۲"), "text", ["۰۰۷", "۰۱۲"]),
        (("۱۲", "دوازده"), "text", ["۱۲", "دوازده"]),
        (("۱۲,۵", "۳"), "number", [12.5, 3]),
    ],
)
def test_persian_and_arabic_digits_are_digits(
    read: Read, tmp_path: Path, cells: tuple[str, ...], kind: str, values: list[object]
) -> None:
    assert column(read, tmp_path, *cells) == (kind, values)


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (("1e308", "-1.7976931348623157e308"), "number", [1e308, -1.7976931348623157e308]),
        (("5e-324", "1.0"), "number", [5e-324, 1.0]),
        # What no number holds stays as it is written, and so do those beside it.
        (("1e309", "1"), "text", ["1e309", "1"]),
        (("1e99999", "1"), "text", ["1e99999", "1"]),
        (("9" * 400 + ".0", "1"), "text", ["9" * 400 + ".0", "1"]),
        (("999999999999999999", "-999999999999999999"), "integer", [10**18 - 1, 1 - 10**18]),
        (("9223372036854775808", "1"), "text", ["9223372036854775808", "1"]),
        (("Infinity", "1"), "text", ["Infinity", "1"]),
        (("0x10", "1"), "text", ["0x10", "1"]),
        (("1_000", "1"), "text", ["1_000", "1"]),
        (("1", "x", "2.5", "2024-01-01", "true"), "text", ["1", "x", "2.5", "2024-01-01", "true"]),
        (("true", "1"), "text", ["true", "1"]),
    ],
)
def test_no_number_is_changed_to_make_it_fit(
    read: Read, tmp_path: Path, cells: tuple[str, ...], kind: str, values: list[object]
) -> None:
    assert column(read, tmp_path, *cells) == (kind, values)


def test_the_farthest_numbers_have_a_profile(read: Read, tmp_path: Path) -> None:
    read("x,y\n1.7976931348623157e308,1\n-1.7976931348623157e308,2\n0.5,3\n")
    drawn = json.loads((tmp_path / "profile.json").read_text())["columns"][0]
    assert (drawn["min"], drawn["max"]) == (-1.7976931348623157e308, 1.7976931348623157e308)
    assert sum(drawn["histogram"]["counts"]) == 3
    assert drawn["histogram"]["edges"] == sorted(drawn["histogram"]["edges"])


def test_mixed_values_of_a_json_key_become_texts_as_json_writes_them(read: Read, tmp_path: Path) -> None:
    lines = ['{"a": 1}', '{"a": "x"}', '{"a": true}', '{"a": [1, "ی"]}', '{"a": null}', '{"a": 2.50}']
    assert types_of(read("\n".join(lines), "a.jsonl")) == {"a": "text"}
    values = pq.read_table(tmp_path / "data.parquet")["a"].to_pylist()
    assert values == ["1", "x", "true", '[1, "ی"]', None, "2.5"]


@pytest.mark.parametrize(
    ("number", "kept"),
    [("1e309", "1e309"), ("-1E+400", "-1E+400"), ("9" * 309 + ".5", "9" * 309 + ".5"), ("9223372036854775808", None)],
)
def test_a_json_number_too_large_for_one_stays_as_it_is_written(
    read: Read, tmp_path: Path, number: str, kept: str | None
) -> None:
    assert types_of(read(f'{{"a": {number}}}\n{{"a": 1}}\n', "a.jsonl")) == {"a": "text"}
    assert pq.read_table(tmp_path / "data.parquet")["a"].to_pylist() == [kept or number, "1"]


def test_large_json_numbers_that_are_numbers_are(read: Read, tmp_path: Path) -> None:
    assert types_of(read('{"a": 1e308}\n{"a": 1e-400}\n{"a": 2}\n', "a.jsonl")) == {"a": "number"}
    assert pq.read_table(tmp_path / "data.parquet")["a"].to_pylist() == [1e308, 0, 2]
