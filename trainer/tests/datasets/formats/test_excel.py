"""Excel workbooks: what a sheet becomes, and what is refused."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from kargah.datasets.formats.excel import sheets_of

from ..conftest import Read, codes_of, reason, types_of
from .workbooks import Xml, date, formula, moment, rows, workbook

SHEETS = {
    "فروش": rows(
        ["نام", "مبلغ", "روز", "زمان", "نقد", "جمع", "نمره"],
        ["علی", 1.5, date(45351), moment(45351.5), True, formula("SUM(B2:B3)", "4", "n"), "۱۲٫۵"],
        ["رضا", 2.0, date(45352), moment(45352.25), False, formula("B2*2", "3", "n"), "۱۴"],
    ),
    "Second": rows(["a", "b"], [1, "x"], [2, "y"]),
}


def test_cells_keep_their_kind_and_formulas_count_as_what_they_came_to(read: Read, tmp_path: Path) -> None:
    result = read(workbook(SHEETS), "book.xlsx")
    assert types_of(result) == {
        "نام": "text",
        "مبلغ": "number",
        "روز": "date",
        "زمان": "datetime",
        "نقد": "boolean",
        "جمع": "integer",
        "نمره": "number",
    }
    assert pq.read_table(tmp_path / "data.parquet").to_pylist()[0] == {
        "نام": "علی",
        "مبلغ": 1.5,
        "روز": datetime.date(2024, 2, 29),
        "زمان": datetime.datetime(2024, 2, 29, 12),
        "نقد": True,
        "جمع": 4,
        "نمره": 12.5,
    }


def test_of_several_sheets_the_first_is_read_unless_another_is_named(read: Read, tmp_path: Path) -> None:
    book = workbook(SHEETS)
    assert read(book, "book.xlsx")["reading"]["sheet"] == "فروش"
    assert types_of(read(book, "book.xlsx", sheet="Second")) == {"a": "integer", "b": "text"}
    assert reason(read, book, "book.xlsx", sheet="Third") == ("not_tabular", {"format": "Excel", "reason": "Third"})
    assert sheets_of(tmp_path / "original") == ["فروش", "Second"]


def test_a_sheet_without_a_header_has_its_columns_numbered(read: Read) -> None:
    result = read(workbook({"s": rows([1, 2], [3, 4])}), "book.xlsx", header=False)
    assert (result["rows"], types_of(result)) == (2, {"column_1": "integer", "column_2": "integer"})


def test_cells_in_error_and_formulas_never_computed_are_missing(read: Read) -> None:
    error = Xml('<c r="@" t="e"><v>#DIV/0!</v></c>')
    never = Xml('<c r="@"><f>1+1</f></c>')
    result = read(workbook({"s": rows(["a", "b"], [error, 1], [2, never], [3, 3])}), "book.xlsx")
    assert [column["missing"] for column in result["profile"]["columns"]] == [1, 1]


def test_a_formula_that_came_to_a_text_stays_a_text(read: Read, tmp_path: Path) -> None:
    read(workbook({"s": rows(["a", "b"], [1, formula("cmd|' /C calc'!A0", "=1+1")])}), "book.xlsx")
    assert pq.read_table(tmp_path / "data.parquet")["b"].to_pylist() == ["=1+1"]


def test_names_of_columns_are_made_present_and_unique(read: Read) -> None:
    result = read(workbook({"s": rows(["a", "a", None, "b"], [1, 2, 3, 4])}), "book.xlsx")
    assert list(types_of(result)) == ["a", "a_2", "column_3", "b"]
    assert codes_of(result)[:2] == ["duplicate_column", "unnamed_column"]


@pytest.mark.parametrize("sheet", ["", rows(["a", "b"])])
def test_a_sheet_without_rows_is_refused(read: Read, sheet: str) -> None:
    assert reason(read, workbook({"s": sheet}), "book.xlsx") == ("no_rows", {})


def changed(book: bytes) -> bytes:
    """One bit is another in the first sheet."""
    content = bytearray(book)
    content[book.index(b"sheet1.xml") + 150] ^= 1
    return bytes(content)


BOOK = workbook(SHEETS)


@pytest.mark.parametrize(
    "content",
    [
        BOOK[:-100],
        BOOK[:300],
        changed(BOOK),
        b"a,b\n1,2\n",
        # Where a cell points to a text that is not there or holds an unknown entity.
        workbook({"s": '<row r="1"><c r="A1" t="s"><v>99999</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>'}),
        workbook({"s": rows([Xml('<c r="@" t="inlineStr"><is><t>&amp;x;&y;</t></is></c>')], [1])}),
        # No calendar reaches so far; the library gives up in its own way.
        workbook({"s": rows(["a"], [date(1e308)], [date(-1e300)])}),
    ],
    ids=["cut", "cut short", "a changed bit", "a text", "no such text", "no such entity", "no such day"],
)
def test_a_damaged_workbook_is_told_as_such(read: Read, tmp_path: Path, content: bytes) -> None:
    assert reason(read, content, "book.xlsx") == ("damaged_file", {})
    assert [path.name for path in tmp_path.iterdir()] == ["original"]


def test_other_files_by_the_name_of_a_workbook_are_refused(read: Read) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "x")
    assert reason(read, out.getvalue(), "book.xlsx") == ("damaged_file", {})
    old = ("not_tabular", {"format": "Excel", "reason": "XLS"})
    assert reason(read, b"\xd0\xcf\x11\xe0" + bytes(600), "book.xlsx") == old


def test_a_workbook_that_grows_beyond_measure_is_refused_before_it_is_opened(read: Read) -> None:
    bomb = workbook({"s": rows(["a"], [1])}, {"xl/worksheets/more.xml": bytes(120 << 20)})
    assert len(bomb) < 1 << 20
    assert reason(read, bomb, "book.xlsx") == ("archive_bomb", {})


def test_what_stands_in_cells_merged_over_rows_is_in_each_of_them(read: Read, tmp_path: Path) -> None:
    body = rows(
        ["گزارش فروش"],
        ["استان", "شهر", "y"],
        ["فارس", "شیراز", 1],
        [None, "مرودشت", 2],
        ["قم", "قم", 3],
        [None, "کهک", 4],
    )
    merges = "".join(f'<mergeCell ref="{place}"/>' for place in ("A1:C1", "A3:A4", "A5:A6"))
    result = read(
        workbook({"s": f'{body}</sheetData><mergeCells count="3">{merges}</mergeCells><sheetData>'}), "book.xlsx"
    )
    assert pq.read_table(tmp_path / "data.parquet").column("استان").to_pylist() == ["فارس", "فارس", "قم", "قم"]
    assert next(one["params"] for one in result["warnings"] if one["code"] == "merged_cells_filled") == {"count": 2}


def test_cells_merged_in_the_header_or_over_rows_that_hold_nothing_else_make_no_rows(
    read: Read, tmp_path: Path
) -> None:
    body = rows(["استان", "فروش"], [None, None], ["فارس", 1], [None, 2], [None, None], [None, None], ["قم", 3])
    merges = "".join(f'<mergeCell ref="{place}"/>' for place in ("A1:A2", "B1:B2", "A3:A6"))
    result = read(
        workbook({"s": f'{body}</sheetData><mergeCells count="3">{merges}</mergeCells><sheetData>'}), "book.xlsx"
    )
    table = pq.read_table(tmp_path / "data.parquet")
    assert table.column("استان").to_pylist() == ["فارس", "فارس", "قم"]
    assert table.column("فروش").to_pylist() == [1, 2, 3]
    assert next(one["params"] for one in result["warnings"] if one["code"] == "merged_cells_filled") == {"count": 1}
