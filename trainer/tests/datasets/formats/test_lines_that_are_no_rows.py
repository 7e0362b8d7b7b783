"""Titles, remarks, units, second headers and empty last cells are no rows: found where clear, and said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ..conftest import Read, codes_of, reason, types_of
from .workbooks import rows as sheet_rows
from .workbooks import workbook

BODY = "".join(f"r{at % 4},{at * 3},{at % 2}\n" for at in range(60))
THREE = {"region": "category", "sales": "integer", "y": "integer"}


def table(folder: Path) -> list[dict[str, Any]]:
    return pq.read_table(folder / "data.parquet").to_pylist()


@pytest.mark.parametrize(
    ("text", "code", "reading"),
    [
        ("Report of 2020\nregion,sales,y\n" + BODY, "lines_left_out", {"skip_rows": 1}),
        ("Report\n\nof all regions\nregion,sales,y\n" + BODY, "lines_left_out", {"skip_rows": 2}),
        ("Report,,\nof 2020,,\nregion,sales,y\n" + BODY, "lines_left_out", {"skip_rows": 2}),
        ("# by sensor 7\n# units: SI\nregion,sales,y\n" + BODY, "remarks_left_out", {"comment": "#"}),
        ("region,sales,y\n" + BODY.replace("\n", ",\n"), "trailing_cells_left_out", {}),
        (("region,sales,y\n" + BODY).replace("\n", ",\n"), "trailing_cells_left_out", {}),
        ("region,sales,y\n,EUR,m²\n" + BODY, "units_left_out", {"units": True}),
        ("sep=,\nregion,sales,y\n" + BODY, None, {}),
        ("sep=;\n" + ("region,sales,y\n" + BODY).replace(",", ";"), None, {"delimiter": ";"}),
        (("region,sales,y\n" + BODY).replace(",", ", "), None, {}),
    ],
)
def test_sixty_rows_of_three_columns_are_read(
    read: Read, tmp_path: Path, text: str, code: str | None, reading: dict[str, Any]
) -> None:
    result = read(text)
    assert (result["rows"], types_of(result)) == (60, THREE)
    assert table(tmp_path)[1] == {"region": "r1", "sales": 3, "y": 1}
    assert [one for one in codes_of(result) if one.endswith("left_out")] == ([code] if code else [])
    assert {key: result["reading"].get(key) for key in reading} == reading


def test_quotes_behind_spaces_hold_delimiters(read: Read, tmp_path: Path) -> None:
    read("a, b, y\n" + "".join(f'{at}, "x, {at % 3}", {at % 2}\n' for at in range(60)))
    assert table(tmp_path)[1] == {"a": 1, "b": "x, 1", "y": 1}


def test_remarks_between_rows_are_left_out_where_the_file_begins_with_one(read: Read, tmp_path: Path) -> None:
    result = read("# first\na,b\n1,2\n# second, of, more\n3,4\n5,6\n")
    assert [one["a"] for one in table(tmp_path)] == [1, 3, 5]
    assert result["reading"]["comment"] == "#"
    # Without one at the beginning it is a value.
    read("a,b\n#1,2\n#3,4\n")
    assert [one["a"] for one in table(tmp_path)] == ["#1", "#3"]


def test_two_header_rows_give_one_name_together(read: Read) -> None:
    body = "".join(f"c{at},{at},{at + 1},{at + 2},{at + 3}\n" for at in range(20))
    result = read(f"city,2020,,2021,\n,in,out,in,out\n{body}".replace("2020", "first").replace("2021", "second"))
    assert list(types_of(result)) == ["city", "first in", "first out", "second in", "second out"]
    assert (result["rows"], "header_rows_joined" in codes_of(result)) == (20, True)


def test_a_person_may_say_which_lines_are_no_rows(read: Read, tmp_path: Path) -> None:
    text = "x,y\nkg,m\n!odd\n1,2\n3,4\n"
    assert read(text, comment="!", units=True)["rows"] == 2
    assert table(tmp_path) == [{"x": 1, "y": 2}, {"x": 3, "y": 4}]
    assert list(types_of(read("a,b\nc,d\n1,2\n3,4\n", skip_rows=1))) == ["c", "d"]
    assert list(types_of(read("a,b\nc,d\n1,2\n3,4\n", header_rows=2))) == ["a c", "b d"]
    assert read("Report of 2020\na,b\n1,2\n", skip_rows=1)["columns"] == 2


def test_a_table_of_one_column_names_the_sign_that_may_be_its_delimiter(read: Read) -> None:
    told = read("id^name^val\n" + "".join(f"{at}^n{at}^{at * 2}\n" for at in range(40)))["warnings"]
    assert next(one["detail"] for one in told if one["code"] == "one_column").count("^") == 1


def test_rows_that_are_ragged_for_no_such_reason_are_refused(read: Read) -> None:
    assert reason(read, "a,b\n1,2\n3\n4,5\n")[0] == "ragged_rows"


def test_a_workbook_s_titles_are_no_rows_and_its_cover_no_table(read: Read) -> None:
    body = [[f"r{at % 4}", at * 3.0, at % 2] for at in range(60)]
    titled = workbook({"s": sheet_rows(["Sales report"], ["of 2020"], ["region", "sales", "y"], *body)})
    result = read(titled, "book.xlsx")
    assert (result["rows"], types_of(result)) == (60, THREE)
    assert "lines_left_out" in codes_of(result)
    covered = workbook(
        {"README": sheet_rows(["See sheet 2"], ["there"]), "داده": sheet_rows(["region", "sales", "y"], *body)}
    )
    result = read(covered, "book.xlsx")
    assert (result["rows"], result["reading"]["sheet"]) == (60, "داده")
    assert "README" in next(one["detail"] for one in result["warnings"] if one["code"] == "other_sheets")


WORDS = {
    "windows-1251": ("имя,город,класс\n" + "Анна,Москва,0\nПётр,Казань,1\n" * 10, "cp1251"),
    "windows-1252": ("Name,Stadt\n" + "Jäger,Köln\nGroß,Würzburg\n" * 10, "cp1252"),
    "windows-1254": ("ad,şehir\n" + "Ayşe,İstanbul\nÇağrı,Muğla\n" * 10, "cp1254"),
    "gb18030": ("姓名,城市\n" + "王伟,北京\n李娜,上海\n" * 10, "gb18030"),
    "cp864": ("ﻡﻻﺱ,y\n" + "ﻉﻝﻱ,1\n" * 10, None),
}


@pytest.mark.parametrize("encoding", ["windows-1251", "windows-1252", "windows-1254", "gb18030"])
def test_what_is_neither_utf8_nor_persian_is_refused_and_read_when_its_encoding_is_chosen(
    read: Read, encoding: str
) -> None:
    text, codec = WORDS[encoding]
    content = text.encode(codec or encoding)
    assert reason(read, content)[0] == "bad_encoding"
    result = read(content, encoding=encoding)
    assert (list(types_of(result)), result["encoding"]) == (text.splitlines()[0].split(","), encoding)


def test_capital_letters_of_russian_are_not_taken_for_arabic(read: Read) -> None:
    content = ("ИМЯ,ГОРОД\n" + "АННА,МОСКВА\nПЁТР,КАЗАНЬ\n" * 10).encode("cp1251")
    assert reason(read, content)[0] == "bad_encoding"


def test_code_page_864_is_read_when_chosen_in_the_letters_of_persian(read: Read) -> None:
    content = b"x,y\n" + "ﻙﺭﺝ,1\nﻙﺭﺝ,2\n".encode("cp864", "ignore")
    result = read(content, encoding="cp864")
    assert result["encoding"] == "cp864"


@pytest.mark.parametrize(
    "text", ["نام,شهر\nعلی,تبریز\nرضا,کرج\n", "نام;مبلغ\nپژو «۴۰۵»;۱۲\n".replace("۴۰۵", "405").replace("۱۲", "12")]
)
def test_persian_in_windows_1256_is_still_found(read: Read, text: str) -> None:
    assert read(text.replace("ی", "ي").replace("ک", "ك").encode("cp1256"))["encoding"] == "windows-1256"
