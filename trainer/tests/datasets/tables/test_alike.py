"""Values of a column that people take for one."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from kargah.datasets.model import ReadResult, Warning
from kargah.datasets.tables.rules import told_in

from ..conftest import Read, codes_of

HEARD = ["cat", "cat ", " dog", "dog", "Cat"]


def table(values: list[str], name: str = "label", rows: int = 60) -> str:
    return f"x,{name}\n" + "".join(f'{at},"{values[at % len(values)]}"\n' for at in range(rows))


def told(result: ReadResult, code: str) -> list[Warning]:
    return [one for one in result["warnings"] if one["code"] == code]


def values_of(folder: Path, column: str = "label") -> set[str]:
    return set(pq.read_table(folder / "data.parquet")[column].to_pylist())


def test_classes_that_look_alike_are_told_pair_by_pair(read: Read) -> None:
    result = read(table(HEARD))
    pairs = [frozenset({one["params"]["name"], one["params"]["other"]}) for one in told(result, "lookalike_classes")]
    assert len(pairs) == 3
    assert frozenset({"“ dog”", "“dog”"}) in pairs
    assert {one["column"] for one in told(result, "lookalike_classes")} == {"label"}


@pytest.mark.parametrize(
    ("one", "other"),
    [("خیلی خوب", "خيلي خوب"), ("می‌شود", "میشود"), ("كتاب", "کتاب"), ("رده ۱", "رده 1"), ("New York", "new york")],
)
def test_forms_of_letters_joiners_spaces_digits_and_case_look_alike(read: Read, one: str, other: str) -> None:
    result = read(table([one, one, other, "بد"], "نظر2"))
    # Of a column that is not the target all are told at once.
    found = [*told(result, "lookalike_classes"), *told(result, "lookalike_values")]
    assert len(found) == 1
    assert one in str(found[0]["detail"])
    assert other in str(found[0]["detail"])


def test_values_that_differ_are_not_told(read: Read) -> None:
    assert not {"lookalike_classes", "lookalike_values"} & set(codes_of(read(table(["A+", "A", "B", "b-"]))))


def test_on_request_they_are_written_as_the_most_frequent_one_without_spaces_around(read: Read, tmp_path: Path) -> None:
    result = read(table(["cat", "cat ", "Cat", "cat", " dog", "dog"]), unify=True)
    assert values_of(tmp_path) == {"cat", "dog"}
    assert [(one["column"], one["params"]["count"]) for one in told(result, "values_unified")] == [("label", 30)]
    assert result["reading"]["unify"] is True
    assert not told(result, "lookalike_classes")
    # Further rows are still read as these were.
    assert told_in(pq.read_metadata(tmp_path / "data.parquet").metadata)["version"] == 1


def test_a_column_of_spaces_around_each_value_is_trimmed(read: Read, tmp_path: Path) -> None:
    read(table([" yes ", " no "]), unify=True)
    assert values_of(tmp_path) == {"yes", "no"}


def test_texts_of_many_values_are_left_as_they_are(read: Read, tmp_path: Path) -> None:
    read("t\n" + "".join(f'"Name {at} "\n' for at in range(1100)), unify=True)
    assert len(values_of(tmp_path, "t")) == 1100
    assert "Name 3 " in values_of(tmp_path, "t")
