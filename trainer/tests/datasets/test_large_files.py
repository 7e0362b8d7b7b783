"""Cells and files that are large: read, or refused by where it went wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from .conftest import Asked, Read, reason

CELL = "x" * (50 << 20)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (f'a,b\n1,"{CELL}"\n2,y\n', "a.csv"),
        (f'{{"a": 1, "b": "{CELL}"}}\n{{"a": 2, "b": "y"}}\n', "a.jsonl"),
    ],
    ids=["CSV", "JSON Lines"],
)
def test_fifty_megabytes_in_one_cell_are_read_and_shown_in_part(
    worker: Asked, tmp_path: Path, content: str, name: str
) -> None:
    (tmp_path / "original").write_text(content)
    assert worker.read(tmp_path, filename=name)["result"]["rows"] == 2
    table = pq.read_table(tmp_path / "data.parquet")
    assert [len(cell) for cell in table["b"].to_pylist()] == [50 << 20, 1]
    rows = json.loads((tmp_path / "preview.json").read_text())["rows"]
    assert len(rows[0][1]) < 10_000
    assert (tmp_path / "profile.json").stat().st_size < 100_000


def test_a_row_larger_than_any_may_be_is_told_as_such(worker: Asked, tmp_path: Path) -> None:
    for name, content, size in (("a.csv", 'a,b\n1,"{}"\n', 129 << 20), ("a.jsonl", '{{"a": "{}"}}\n', 65 << 20)):
        (tmp_path / "original").write_text(content.format("x" * size))
        told = {"ok": False, "error": {"code": "reader_limit", "params": {"resource": "RAM"}}}
        assert worker.read(tmp_path, filename=name) == told


def test_a_quote_that_never_ends_is_told_as_such_in_a_large_file(read: Read) -> None:
    content = 'a,b\n1,"' + "2,3\n" * (5 << 20)
    assert reason(read, content) == ("not_tabular", {"format": "CSV", "reason": '"'})


def test_a_json_line_that_is_wrong_near_a_million_is_named(read: Read) -> None:
    lines = '{"a":1}\n' + "{}\n" * 999_997 + '{"a":\n' + '{"a":2}\n'
    assert reason(read, lines, "a.jsonl") == ("invalid_json_line", {"line": 999_999})
