"""Dates of the Jalali calendar, against a calendar that is not ours: ICU's, in Node's `Intl`."""

from __future__ import annotations

import datetime
import subprocess
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kargah.datasets.persian import gregorian_sql

from ..conftest import Read, codes_of, types_of

NODE = Path(__file__).resolve().parents[4] / "node_modules" / "node" / "bin" / "node"
# All days from one to another as Jalali `y/m/d`, one a line.
ALL_DAYS = """
const format = new Intl.DateTimeFormat('en-u-ca-persian-nu-latn', {
  timeZone: 'UTC', year: 'numeric', month: 'numeric', day: 'numeric',
});
const lines = [];
for (let at = Date.parse(process.argv[1]); at <= Date.parse(process.argv[2]); at += 86_400_000) {
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  lines.push(`${parts.year}/${parts.month}/${parts.day}`);
}
process.stdout.write(lines.join('\\n'));
"""
# 1200/1/1 and 1499/12/29: all years that are taken for Jalali ones.
FIRST, LAST = datetime.date(1821, 3, 21), datetime.date(2121, 3, 20)
YEARS = range(1200, 1500)


@pytest.fixture(scope="module")
def days() -> dict[str, datetime.date]:
    """The Gregorian day of every Jalali one."""
    said = subprocess.run(
        [NODE, "-e", ALL_DAYS, FIRST.isoformat(), LAST.isoformat()], capture_output=True, text=True, check=True
    ).stdout.split("\n")
    return {day: FIRST + datetime.timedelta(at) for at, day in enumerate(said)}


def gregorian(written: list[str]) -> list[datetime.date | None]:
    texts = pa.table({"place": range(len(written)), "t": written})
    with duckdb.connect() as connection:
        connection.register("texts", texts)
        found = connection.execute(f"SELECT {gregorian_sql('t')} FROM texts ORDER BY place").fetchall()  # noqa: S608
    return [row[0] for row in found]


def test_every_day_of_three_centuries_is_the_same_day_elsewhere(days: dict[str, datetime.date]) -> None:
    assert [*days][:: len(days) - 1] == ["1200/1/1", "1499/12/29"]
    assert gregorian(list(days)) == list(days.values())


def test_a_day_that_the_calendar_does_not_have_is_no_day(days: dict[str, datetime.date]) -> None:
    no_days = [
        f"{year}/{month}/{day}"
        for year in YEARS
        for month in range(1, 13)
        for day in (30, 31)
        if f"{year}/{month}/{day}" not in days
    ]
    # The 31st of six months a year, and the 30th of the last where the year is no leap one.
    assert len(no_days) == len(YEARS) * 6 + sum(f"{year}/12/30" not in days for year in YEARS)
    assert set(gregorian(no_days)) == {None}


@pytest.mark.parametrize(
    "cells",
    [
        ["1403/12/30", "1404/01/01"],
        ["1403-12-30", "1404-01-01"],
        ["۱۴۰۳/۱۲/۳۰", "۱۴۰۴/۰۱/۰۱"],
        ["۱۴۰۳/۱۲/۳۰", "1404/1/1"],
        ["١٤٠٣/١٢/٣٠", "١٤٠٤/١/١"],
    ],
)
def test_jalali_dates_become_days_and_the_column_remembers_its_calendar(
    read: Read, tmp_path: Path, cells: list[str]
) -> None:
    column = read("روز,y\n" + "".join(f"{cell},1\n" for cell in cells))["profile"]["columns"][0]
    assert (column["type"], column["calendar"]) == ("date", "jalali")
    assert pq.read_table(tmp_path / "data.parquet")["روز"].to_pylist() == [
        datetime.date(2025, 3, 20),
        datetime.date(2025, 3, 21),
    ]


@pytest.mark.parametrize(
    "cells", [["1403/12/30", "1404/12/30"], ["1403/07/31", "1403/01/01"], ["1403/13/01"], ["1403/00/10"]]
)
def test_a_column_with_a_day_that_never_was_stays_text(read: Read, cells: list[str]) -> None:
    assert types_of(read("d,y\n" + "".join(f"{cell},{at}\n" for at, cell in enumerate(cells))))["d"] == "text"


def test_days_of_both_calendars_are_not_mixed_into_one_column(read: Read) -> None:
    result = read("d,y\n1403/01/01,1\n2024/03/20,2\n")
    assert types_of(result)["d"] == "text"
    assert "calendar" not in result["profile"]["columns"][0]
    assert codes_of(result) == []
