"""Numbers, dates and gaps as people write them: each kind of file with its right values."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ..conftest import Read, codes_of, reason, types_of

MANY = 100


def csv(name: str, cells: list[str]) -> str:
    """A file of one column of `cells`, each in quotes, and one of whole numbers."""
    quoted = [cell.replace('"', '""') for cell in cells]
    return f"{name},y\n" + "".join(f'"{cell}",{at % 2}\n' for at, cell in enumerate(quoted))


def cells_of(folder: Path, column: str = "x") -> list[Any]:
    return pq.read_table(folder / "data.parquet")[column].to_pylist()


def read_column(read: Read, folder: Path, cells: list[str], name: str = "x", **options: Any) -> tuple[str, list[Any]]:
    """What a column of these cells is, and its values."""
    kind = types_of(read(csv(name, cells), **options))[name]
    return kind, cells_of(folder, name)


def warned(read: Read, cells: list[str], code: str) -> str:
    return next(one["detail"] for one in read(csv("x", cells))["warnings"] if one["code"] == code)


MISSING_WORDS = ["?", "-", "--", ".", "na", "n.a.", "#DIV/0!", "#VALUE!", " ", "   ", "unknown", "نامشخص", "ندارد", "—"]


@pytest.mark.parametrize("word", MISSING_WORDS)
def test_words_for_missing_among_numbers_are_missing_and_told(read: Read, tmp_path: Path, word: str) -> None:
    cells = [word if at % 20 == 3 else str(at * 1.5) for at in range(MANY)]
    result = read(csv("x", cells))
    assert types_of(result)["x"] == "number"
    assert cells_of(tmp_path) == [None if cell == word else float(cell) for cell in cells]
    told = next(one for one in result["warnings"] if one["code"] == "odd_values")
    assert (told["column"], "5 cells" in told["detail"], word.strip() in told["detail"]) == ("x", True, True)


@pytest.mark.parametrize("odd", ["oops", "inf", "1e999", "12 or so", "true"])
def test_a_few_odd_cells_do_not_make_a_column_of_numbers_a_text(read: Read, tmp_path: Path, odd: str) -> None:
    cells = [odd if at == 50 else str(at) for at in range(200)]
    assert read_column(read, tmp_path, cells) == ("integer", [None if at == 50 else at for at in range(200)])
    assert odd in warned(read, cells, "odd_values")


def test_two_of_the_odd_cells_are_shown_and_all_are_counted(read: Read) -> None:
    cells = [{7: "oops", 8: "-", 9: "hm"}.get(at, str(at)) for at in range(200)]
    told = warned(read, cells, "odd_values")
    assert ("3 cells" in told, "oops" in told) == (True, True)
    assert told.count("“") == 2


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["2024-01-01"] * 50 + ["soon"], "date"),
        (["1402/01/05"] * 50 + ["بعدا"], "date"),
        (["2024-01-01 10:00"] * 50 + ["?"], "datetime"),
        (["true", "false"] * 25 + ["?"], "boolean"),
    ],
)
def test_dates_and_truth_values_are_what_nearly_all_cells_are(
    read: Read, tmp_path: Path, cells: list[str], kind: str
) -> None:
    found, values = read_column(read, tmp_path, cells)
    assert (found, values.count(None), values[-1]) == (kind, 1, None)


@pytest.mark.parametrize(
    "cells",
    [
        # Codes: a leading zero, more digits than numbers keep, serial numbers with a letter here and there.
        [f"{at:05}" if at % 20 == 0 else str(10_000 + at) for at in range(MANY)],
        [str(10**19 + at) if at % 50 == 0 else str(at) for at in range(MANY)],
        [f"C{536_000 + at}" if at % 40 == 0 else str(536_000 + at) for at in range(MANY)],
        # As many words as numbers.
        ["much" if at % 2 else str(at) for at in range(MANY)],
        ["much" if at % 5 == 0 else str(at) for at in range(MANY)],
    ],
)
def test_codes_and_mixtures_stay_texts_with_every_letter(read: Read, tmp_path: Path, cells: list[str]) -> None:
    kind, values = read_column(read, tmp_path, cells)
    assert (kind, values) == ("category" if kind == "category" else "text", cells)


def test_a_word_that_may_be_a_value_stays_one_among_texts(read: Read, tmp_path: Path) -> None:
    cells = ["دارد", "ندارد", "-", "?"] * 25
    result = read(csv("پارکینگ", cells))
    assert cells_of(tmp_path, "پارکینگ") == ["دارد", "ندارد", "-", None] * 25
    assert "25" in next(one["detail"] for one in result["warnings"] if one["code"] == "odd_values")


def test_the_words_for_missing_can_be_set_and_na_kept(read: Read, tmp_path: Path) -> None:
    cells = ["NA", "DE", "-999", "?"] * 10
    assert read_column(read, tmp_path, cells, missing=["-999"])[1] == ["NA", "DE", None, "?"] * 10
    assert read_column(read, tmp_path, cells, missing=[])[1] == cells
    numbers = ["-999" if at % 4 == 0 else str(at) for at in range(MANY)]
    kind, values = read_column(read, tmp_path, numbers, missing=["-999"])
    assert (kind, values.count(None)) == ("integer", 25)


def test_a_sum_in_the_last_row_is_told(read: Read) -> None:
    rows = "".join(f"r{at % 4},{at},{at % 2}\n" for at in range(20))
    assert "total_row" in codes_of(read(f"region,sales,y\n{rows}Total,190,\n"))
    assert "total_row" in codes_of(read(f"region,sales,y\n{rows}جمع کل,190,\n"))
    assert "total_row" not in codes_of(read(f"region,sales,y\n{rows}"))


NUMBERS: list[tuple[str, list[str], str, list[Any]]] = [
    ("decimal comma", ["1,60", "1,61", "2"], "number", [1.6, 1.61, 2.0]),
    ("decimal comma, points", ["1.100,00", "2.101,01", "7,5"], "number", [1100.0, 2101.01, 7.5]),
    ("commas", ["1,234,567", "1,235,568", "12"], "integer", [1_234_567, 1_235_568, 12]),
    ("commas and a point", ["1,234.5", "999", "-2,000.25"], "number", [1234.5, 999.0, -2000.25]),
    ("Indian groups", ["12,34,567", "1,00,000", "5.5"], "number", [1_234_567.0, 100_000.0, 5.5]),
    ("points", ["1.234.567", "1.235.568", "12"], "integer", [1_234_567, 1_235_568, 12]),
    ("spaces", ["1 234 567", "12", "1 000"], "integer", [1_234_567, 12, 1000]),
    ("narrow spaces", ["1\u202f234,5", "12,0", "3"], "number", [1234.5, 12.0, 3.0]),
    ("apostrophes", ["1'234'567", "12", "1’000"], "integer", [1_234_567, 12, 1000]),
    ("Persian", ["۱٬۲۳۴٬۵۶۷", "۱۲", "۳"], "integer", [1_234_567, 12, 3]),
    ("Persian comma", ["۱۲,۵", "۳", "۰,۷"], "number", [12.5, 3.0, 0.7]),
    ("Persian slash", ["۱۲/۵", "۳", "۰/۷۵"], "number", [12.5, 3.0, 0.75]),
    ("dollars", ["$1,200.50", "$3", "-$4.25"], "number", [1200.5, 3.0, -4.25]),
    ("euros", ["€0", "€3", "€12"], "integer", [0, 3, 12]),
    ("euros behind", ["1.200,50 €", "3,00 €", "0,99 €"], "number", [1200.5, 3.0, 0.99]),
    ("tomans", ["۱۲٬۰۰۰ تومان", "۵۰۰ تومان", "۷ تومان"], "integer", [12_000, 500, 7]),
    ("codes of money", ["USD 12.5", "USD 3", "USD 1,000.00"], "number", [12.5, 3.0, 1000.0]),
    ("percent", ["0%", "12.5%", "100 %"], "number", [0.0, 12.5, 100.0]),
    ("Persian percent", ["۱۲٪", "۳٫۵٪", "۰٪"], "number", [12.0, 3.5, 0.0]),
    ("parentheses", ["(1,200.50)", "3", "(4)"], "number", [-1200.5, 3.0, -4.0]),
    ("minus sign", ["\u22125", "3", "\u22122.5"], "number", [-5.0, 3.0, -2.5]),
    ("marks of direction", ["\u200e-5\u200e", "3", "7"], "integer", [-5, 3, 7]),
]


@pytest.mark.parametrize(("cells", "kind", "values"), [one[1:] for one in NUMBERS], ids=[one[0] for one in NUMBERS])
def test_numbers_are_read_as_people_write_them(
    read: Read, tmp_path: Path, cells: list[str], kind: str, values: list[Any]
) -> None:
    assert read_column(read, tmp_path, cells * 4) == (kind, values * 4)


@pytest.mark.parametrize(
    "cells",
    [
        ["12,5", "1.2.3", "x"],
        ["$5", "€6", "£7"],
        ["10.0.0.1", "10.0.0.2", "10.0.0.3"],
        ["5%", "0.05", "0.1"],
        ["1-2", "3-4", "5-6"],
        ["12:30", "13:45", "14:00"],
        ["007", "012", "1,5"],
    ],
)
def test_what_is_no_one_notation_stays_text(read: Read, tmp_path: Path, cells: list[str]) -> None:
    assert read_column(read, tmp_path, cells * 4)[1] == cells * 4


def test_percent_and_currency_are_told(read: Read) -> None:
    result = read(csv("x", ["5%", "6%"] * 5))
    assert "percent_values" in codes_of(result)
    assert result["profile"]["columns"][0]["written"] == {"decimal": ".", "percent": True}
    assert read(csv("x", ["$5", "$6"] * 5))["profile"]["columns"][0]["written"] == {"decimal": ".", "currency": "$"}


def test_one_column_tells_what_the_marks_of_another_mean(read: Read, tmp_path: Path) -> None:
    rows = "".join(f"1,{at:02};{at + 1}.000;2,{at:03}\n" for at in range(20))
    result = read(f"height;area;z\n{rows}")
    assert cells_of(tmp_path, "area")[:2] == [1000, 2000]
    assert cells_of(tmp_path, "z")[:2] == [2.0, 2.001]
    assert "decimal_mark_unclear" not in codes_of(result)


def test_marks_that_may_mean_either_are_told_with_what_was_read(read: Read, tmp_path: Path) -> None:
    cells = ["1,234", "2,345", "3,456"]
    kind, values = read_column(read, tmp_path, cells)
    assert (kind, values) == ("integer", [1234, 2345, 3456])
    assert "1234" in warned(read, cells, "decimal_mark_unclear")
    set_so = {"x": {"type": "number", "decimal": ",", "invalid": "fail"}}
    assert read_column(read, tmp_path, cells, types=set_so) == ("number", [1.234, 2.345, 3.456])


DAY, NIGHT = date(2011, 2, 8), datetime(2020, 2, 8, 1)
NOROOZ = date(2021, 3, 21)
DATES: list[tuple[str, list[str], str, list[Any]]] = [
    ("day first", ["08/02/2011", "15/03/2011"], "date", [DAY, date(2011, 3, 15)]),
    ("month first", ["02/08/2011", "03/15/2011"], "date", [DAY, date(2011, 3, 15)]),
    ("points", ["08.02.2011", "01.03.2011"], "date", [DAY, date(2011, 3, 1)]),
    ("points, time", ["08.02.2020 01:00", "15.03.2020 02:30"], "datetime", [NIGHT, datetime(2020, 3, 15, 2, 30)]),
    ("one digit", ["2011/2/8", "2011/12/31"], "date", [DAY, date(2011, 12, 31)]),
    ("two-digit years", ["08/02/11", "15/03/99"], "date", [DAY, date(1999, 3, 15)]),
    ("names of months", ["8 February 2011", "15 Mar 2011"], "date", [DAY, date(2011, 3, 15)]),
    ("American names", ["February 8, 2011", "Mar 15, 2011"], "date", [DAY, date(2011, 3, 15)]),
    ("short names", ["08-Feb-11", "15-Mar-2011"], "date", [DAY, date(2011, 3, 15)]),
    ("afternoons", ["2/8/2020 1:00 AM", "3/15/2020 2:30 PM"], "datetime", [NIGHT, datetime(2020, 3, 15, 14, 30)]),
    ("some at midnight", ["2020-02-08 01:00", "2020-03-15"], "datetime", [NIGHT, datetime(2020, 3, 15)]),
    ("months", ["2020-02", "2020-03"], "date", [date(2020, 2, 1), date(2020, 3, 1)]),
    ("Jalali with time", ["۱۴۰۰/۰۱/۰۱ ۰۰:۳۰:۰۰", "1400/01/01 00:30"], "datetime", [datetime(2021, 3, 21, 0, 30)] * 2),
    ("Jalali day first", ["۰۱/۰۱/۱۴۰۰", "۳۱/۰۶/۱۴۰۰"], "date", [NOROOZ, date(2021, 9, 22)]),
    ("Jalali of two digits", ["۹۶/۰۱/۰۱", "۰۰/۰۱/۰۱"], "date", [date(2017, 3, 21), NOROOZ]),
    ("names of Jalali months", ["۱ فروردین ۱۴۰۰", "۲ مهر ۱۴۰۱"], "date", [NOROOZ, date(2022, 9, 24)]),
    ("days of the week", ["یکشنبه ۱ فروردین ۱۴۰۰", "شنبه ۲ مهر ۱۴۰۱"], "date", [NOROOZ, date(2022, 9, 24)]),
    ("Arabic letters", ["۱ فروردين ۱۴۰۰", "۲ دي ۱۴۰۱"], "date", [NOROOZ, date(2022, 12, 23)]),
    ("Gregorian in Persian", ["۸ فوریه ۲۰۱۱", "۱۵ مارس ۲۰۱۱"], "date", [DAY, date(2011, 3, 15)]),
    ("Jalali months", ["۱۴۰۰-۰۱", "۱۴۰۰-۰۷"], "date", [NOROOZ, date(2021, 9, 23)]),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "kind", "values"), [one[1:] for one in DATES], ids=[one[0] for one in DATES])
def test_dates_are_read_as_people_write_them(
    read: Read, tmp_path: Path, cells: list[str], kind: str, values: list[Any]
) -> None:
    assert read_column(read, tmp_path, cells * 10) == (kind, values * 10)


def test_a_jalali_column_says_so_in_every_way_of_writing_it(read: Read) -> None:
    for cells in (["۰۱/۰۱/۱۴۰۰", "۳۱/۰۶/۱۴۰۰"], ["۱ فروردین ۱۴۰۰"] * 2, ["1400/01/01 10:00", "1400/01/02 11:00"]):
        assert read(csv("x", cells * 5))["profile"]["columns"][0]["calendar"] == "jalali"


def test_where_both_orders_fit_a_person_is_asked_and_can_say(read: Read, tmp_path: Path) -> None:
    cells = ["01/02/2020", "03/04/2020", "05/05/2020"]
    assert read_column(read, tmp_path, cells) == ("text", cells)
    assert "01/02/2020" in warned(read, cells, "date_order_unclear")
    assert reason(read, csv("x", cells), types={"x": {"type": "date"}})[0] == "date_order_unclear"
    for order, first in (("dmy", date(2020, 2, 1)), ("mdy", date(2020, 1, 2))):
        said = {"x": {"type": "date", "order": order, "invalid": "fail"}}
        kind, values = read_column(read, tmp_path, cells, types=said)
        assert (kind, values[0]) == ("date", first)


def test_the_order_that_one_column_shows_holds_for_the_others_of_the_file(read: Read, tmp_path: Path) -> None:
    rows = "".join(f"{at + 1:02}/12/2020,0{at % 9 + 1}/02/2020\n" for at in range(28))
    result = read(f"x,z\n{rows}")
    assert (cells_of(tmp_path, "z")[0], codes_of(result)) == (date(2020, 2, 1), [])


def test_years_of_a_season_are_no_months(read: Read, tmp_path: Path) -> None:
    cells = [f"{year}-{(year + 1) % 100:02}" for year in range(2001, 2011)]
    assert read_column(read, tmp_path, cells) == ("text", cells)


@pytest.mark.parametrize(
    ("cells", "wanted", "values"),
    [
        (["2020-01-01", "2020/2/8"], "datetime", [datetime(2020, 1, 1), datetime(2020, 2, 8)]),
        (["0", "1", ""], "boolean", [False, True, None]),
        (["yes", "No", ""], "boolean", [True, False, None]),
        (["بله", "خیر", ""], "boolean", [True, False, None]),
        (["دارد", "ندارد", ""], "boolean", [True, False, None]),
        (["۱", "۰", ""], "boolean", [True, False, None]),
        (["1.100,00", "2,5", ""], "number", [1100.0, 2.5, None]),
        (["$1,200.50", "$3", ""], "number", [1200.5, 3.0, None]),
        (["5%", "6 %", ""], "number", [5.0, 6.0, None]),
        (["1,000", "2", ""], "integer", [1000, 2, None]),
    ],
)
def test_a_person_may_name_the_type_of_what_is_written_so(
    read: Read, tmp_path: Path, cells: list[str], wanted: str, values: list[Any]
) -> None:
    assert read_column(read, tmp_path, cells, types={"x": {"type": wanted, "invalid": "missing"}}) == (wanted, values)


def test_a_correction_that_would_empty_most_cells_is_refused(read: Read, tmp_path: Path) -> None:
    cells = ["red", "green", "7", "blue"] * 5
    told = {"column": "x", "type": "number", "count": 15, "total": 20, "value": "red"}
    types = {"x": {"type": "number", "invalid": "missing"}}
    assert reason(read, csv("x", cells), types=types) == ("type_fits_few", told)
    assert not (tmp_path / "data.parquet").exists()


def test_what_a_long_file_shows_late_holds_for_all_of_it(read: Read, tmp_path: Path) -> None:
    rows = [f"{at % 12 + 1:02}/{at % 12 + 1:02}/2020,{at},{'x' * 100}" for at in range(100_000)]
    rows[-1] = '25/12/2020,"1,5",' + "x"
    rows[-2] = "03/04/2020,oops,x"
    result = read("when,n,pad\n" + "\n".join(rows))
    assert types_of(result) == {"when": "date", "n": "number", "pad": "category"}
    assert cells_of(tmp_path, "when")[-2:] == [date(2020, 4, 3), date(2020, 12, 25)]
    assert cells_of(tmp_path, "n")[-2:] == [None, 1.5]
    assert next(one["detail"] for one in result["warnings"] if one["code"] == "odd_values").startswith("1 cell of n")
