"""What changed between two versions, and tables as files of other kinds."""

from __future__ import annotations

import datetime
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import python_calamine

from kargah.datasets.failures import ReadFailure
from kargah.datasets.formats import workbook
from kargah.datasets.verbs import diff, export
from kargah.datasets.verbs.export import write_export
from kargah.datasets.verbs.read import read_dataset

from .conftest import picture


def version(root: Path, name: str, text: str) -> Path:
    folder = root / name
    folder.mkdir()
    (folder / "original").write_text(text, encoding="utf-8")
    read_dataset(folder, "a.csv", memory_bytes=1 << 30, max_image_bytes=1 << 30)
    return folder


def compare(older: Path, newer: Path, kind: str = "tabular") -> Any:
    request = {"folder": str(newer), "older": str(older), "kind": kind, "memory_bytes": 1 << 30}
    return diff.answer_request(request, lambda _: None)


def test_rows_columns_and_distributions_are_compared(tmp_path: Path) -> None:
    rows = [f"{i},{'ab'[i % 2]},{i % 7}" for i in range(1000)]
    older = version(tmp_path, "1", "n,c,gone\n" + "\n".join(rows) + "\n")
    shifted = [f"{i + 900},{'ab'[i % 10 == 0]},x" for i in range(1000)]
    newer = version(tmp_path, "2", "n,c,new\n" + "\n".join(shifted) + "\n")
    found = compare(older, newer)
    assert found["columns_added"] == ["new"]
    assert found["columns_removed"] == ["gone"]
    assert found["rows"]["before"] == found["rows"]["after"] == 1000
    assert found["rows"]["added"] == found["rows"]["removed"] > 900
    measures = {one["column"]: (one["measure"], one["value"]) for one in found["distributions"]}
    assert measures["n"][0] == "psi"
    assert measures["n"][1] > 1
    assert measures["c"] == ("total_variation", pytest.approx(0.4))


def test_the_same_rows_in_another_order_are_no_change(tmp_path: Path) -> None:
    rows = [f"{i},{'ab'[i % 2]}" for i in range(100)]
    older = version(tmp_path, "1", "n,c\n" + "\n".join(rows) + "\n")
    newer = version(tmp_path, "2", "n,c\n" + "\n".join(reversed(rows)) + "\n")
    found = compare(older, newer)
    assert found["rows"] == {"before": 100, "after": 100, "added": 0, "removed": 0}
    assert max(one["value"] for one in found["distributions"]) < 1e-9


def test_a_copy_of_a_row_counts(tmp_path: Path) -> None:
    older = version(tmp_path, "1", "n,c\n1,a\n2,b\n")
    newer = version(tmp_path, "2", "n,c\n1,a\n1,a\n2,b\n")
    assert compare(older, newer)["rows"]["added"] == 1


def test_a_column_of_another_type_is_told(tmp_path: Path) -> None:
    older = version(tmp_path, "1", "n,c\n1,a\n2,b\n")
    newer = version(tmp_path, "2", "n,c\n1,a\ntwo,b\n")
    assert compare(older, newer)["columns_retyped"] == [{"column": "n", "before": "integer", "after": "text"}]


def test_images_are_compared_by_content(tmp_path: Path) -> None:
    for name, colors in (("1", ("red", "blue")), ("2", ("red", "green", "lime"))):
        for color in colors:
            folder = tmp_path / name / "images" / ("warm" if color == "red" else "cold")
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}{color}.png").write_bytes(picture(color))
    found = compare(tmp_path / "1", tmp_path / "2", "images")
    assert found["rows"] == {"before": 2, "after": 3, "added": 2, "removed": 1}
    assert found["classes"] == [
        {"name": "cold", "before": 1, "after": 2},
        {"name": "warm", "before": 1, "after": 1},
    ]


CELLS = ("=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "-x", "\t=1", "سلام")


def test_cells_that_a_spreadsheet_would_run_are_made_harmless(tmp_path: Path) -> None:
    text = "t,n\n" + "".join(f'"{cell}",-{at + 1}\n' for at, cell in enumerate(CELLS))
    folder = version(tmp_path, "1", text)
    write_export(folder / "data.parquet", tmp_path / "out.csv", "csv", 1 << 30)
    written = (tmp_path / "out.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")
    lines = written.decode("utf-8-sig").splitlines()
    cells = [line.rpartition(",")[0].strip('"') for line in lines[1:]]
    assert cells == [f"'{cell}" if cell != "سلام" else cell for cell in CELLS]
    assert lines[1].endswith(",-1")


def test_names_that_a_spreadsheet_would_run_are_made_harmless(tmp_path: Path) -> None:
    names = ["=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "-x", "سلام", "a=b"]
    folder = version(tmp_path, "1", ",".join(names) + "\n1,2,3,4,5,6\n=1,2,3,4,5,6\n")
    write_export(folder / "data.parquet", tmp_path / "out.csv", "csv", 1 << 30)
    # After its mark the file begins with the first name.
    header, row, _ = (tmp_path / "out.csv").read_text("utf-8-sig").splitlines()
    assert [name.strip('"') for name in header.split(",")] == [f"'{name}" for name in names[:4]] + names[4:]
    assert row == "1,2,3,4,5,6"
    write_export(folder / "data.parquet", tmp_path / "out.parquet", "parquet", 1 << 30)
    assert pq.read_schema(tmp_path / "out.parquet").names == names


def test_a_name_made_harmless_stays_apart_from_one_that_was_so(tmp_path: Path) -> None:
    folder = version(tmp_path, "1", "=a,'=a\n1,2\n3,4\n")
    write_export(folder / "data.parquet", tmp_path / "out.csv", "csv", 1 << 30)
    assert len(set((tmp_path / "out.csv").read_text("utf-8-sig").splitlines()[0].split(","))) == 2


def test_other_formats_keep_every_cell(tmp_path: Path) -> None:
    folder = version(tmp_path, "1", "t,n\n=1,1\nb,\n")
    write_export(folder / "data.parquet", tmp_path / "out.jsonl", "jsonl", 1 << 30)
    records = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [record["t"] for record in records] == ["=1", "b"]
    write_export(folder / "data.parquet", tmp_path / "out.parquet", "parquet", 1 << 30)
    assert pq.read_table(tmp_path / "out.parquet").to_pydict() == {"t": ["=1", "b"], "n": [1, None]}
    assert not list(tmp_path.glob(".export-*"))


def sheet_of(folder: Path, into: Path) -> tuple[str, list[list[object]]]:
    write_export(folder / "data.parquet", into, "xlsx", 1 << 30)
    with zipfile.ZipFile(into) as archive:
        written = archive.read("xl/worksheets/sheet1.xml").decode()
    return written, python_calamine.CalamineWorkbook.from_path(str(into)).get_sheet_by_index(0).to_python()


def test_a_workbook_has_numbers_days_and_texts_as_excel_knows_them(tmp_path: Path) -> None:
    text = "n,big,f,day,at,ok,t\n7,9007199254740993,0.1,2024-02-29,2024-02-29 12:30:00,true,=1+1\n,,,,,,\n"
    text += "-8,1,2.5,1880-01-01,1880-01-01 00:00:00,false,<a>&_x0041_\n"
    written, rows = sheet_of(version(tmp_path, "1", text), tmp_path / "out.xlsx")
    assert rows[0] == ["n", "big", "f", "day", "at", "ok", "t"]
    moment = datetime.datetime(2024, 2, 29, 12, 30)
    assert rows[1] == [7.0, "9007199254740993", 0.1, datetime.date(2024, 2, 29), moment, True, "=1+1"]
    # Days before Excel's calendar can only be texts.
    assert rows[-1][:6] == [-8.0, 1.0, 2.5, "1880-01-01", "1880-01-01 00:00:00", False]
    assert "<f>" not in written
    assert "rightToLeft" not in written


def test_a_workbook_of_persian_stands_from_right_to_left_with_its_days_in_the_calendar_of_the_file(
    tmp_path: Path,
) -> None:
    folder = version(tmp_path, "1", "شهر,روز,مبلغ\nتهران,۱۴۰۳/۰۱/۲۰,۱۲۰۰\nشیراز,۱۴۰۳/۱۲/۳۰,۷\n")
    written, rows = sheet_of(folder, tmp_path / "out.xlsx")
    assert '<sheetView rightToLeft="1"' in written
    assert rows == [["شهر", "روز", "مبلغ"], ["تهران", "1403/01/20", 1200.0], ["شیراز", "1403/12/30", 7.0]]


def test_kargah_reads_the_workbook_that_it_wrote(tmp_path: Path) -> None:
    folder = version(tmp_path, "1", "شهر,n,x\nتهران,1,0.5\nشیراز,2,\nرشت,3,-1.5\n")
    sheet_of(folder, tmp_path / "out.xlsx")
    again = tmp_path / "2"
    again.mkdir()
    (again / "original").write_bytes((tmp_path / "out.xlsx").read_bytes())
    read_dataset(again, "out.xlsx", memory_bytes=1 << 30, max_image_bytes=1 << 30)
    assert pq.read_table(again / "data.parquet").equals(pq.read_table(folder / "data.parquet"))


def test_the_same_table_makes_the_same_workbook(tmp_path: Path) -> None:
    folder = version(tmp_path, "1", "a,b\n1,x\n2,y\n")
    for name in ("one", "two"):
        write_export(folder / "data.parquet", tmp_path / name, "xlsx", 1 << 30)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_more_than_a_sheet_holds_is_refused_and_never_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = version(tmp_path, "1", "a,b\n1,x\n2,y\n")
    monkeypatch.setattr(workbook, "MAX_ROWS", 3)
    write_export(folder / "data.parquet", tmp_path / "fits.xlsx", "xlsx", 1 << 30)
    for limit, value in (("MAX_ROWS", 2), ("MAX_COLUMNS", 1), ("MAX_LETTERS", 0)):
        with monkeypatch.context() as smaller:
            smaller.setattr(workbook, limit, value)
            with pytest.raises(ReadFailure) as refused:
                write_export(folder / "data.parquet", tmp_path / "out.xlsx", "xlsx", 1 << 30)
        assert refused.value.code == "workbook_too_small"
    assert {path.name for path in tmp_path.iterdir()} == {"1", "fits.xlsx"}


def test_a_table_of_too_many_rows_for_a_sheet_is_refused_before_a_row_is_read(tmp_path: Path) -> None:
    def batches() -> Iterator[list[list[object]]]:
        pytest.fail("a row was read")
        yield []

    with pytest.raises(ReadFailure) as refused:
        workbook.write_workbook(tmp_path / "out.xlsx", ["a"], batches(), rows=workbook.MAX_ROWS, rtl=False)
    assert refused.value.code == "workbook_too_small"
    assert not (tmp_path / "out.xlsx").exists()


def test_a_carriage_return_in_a_cell_is_not_lost(tmp_path: Path) -> None:
    folder = version(tmp_path, "1", 'n,t\n1,"a\r\nb"\n2,c\n')
    assert pq.read_table(folder / "data.parquet").column("t").to_pylist() == ["a\r\nb", "c"]
    written, _ = sheet_of(folder, tmp_path / "out.xlsx")
    assert ">a_x000D_\nb<" in written


def test_pictures_become_one_zip_of_their_classes_in_the_order_that_training_reads(tmp_path: Path) -> None:
    folder = tmp_path / "1"
    pictures = {"سگ/b.png": picture("red"), "گربه/10.jpg": picture("blue", kind="JPEG"), "گربه/9.png": picture("lime")}
    for name, content in reversed(pictures.items()):
        (folder / "images" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "images" / name).write_bytes(content)
    written = []
    for name in ("a.zip", "b.zip"):
        request = {"folder": str(folder), "format": "zip", "into": str(tmp_path / name), "memory_bytes": 1 << 30}
        assert export.answer_request(request, lambda _: None) == {"size_bytes": (tmp_path / name).stat().st_size}
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]
    with zipfile.ZipFile(tmp_path / "a.zip") as opened:
        assert {name: opened.read(name) for name in opened.namelist()} == {
            f"images/{name}": content for name, content in pictures.items()
        }
        assert opened.namelist() == [f"images/{name}" for name in pictures]
    assert not list(tmp_path.glob(".export-*"))
