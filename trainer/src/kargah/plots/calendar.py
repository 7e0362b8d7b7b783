"""Days in the Jalali calendar, counted as tables are: in a cycle of 33 years eight have a day more."""

from __future__ import annotations

import datetime

from kargah.datasets.persian import days_of

_EPOCH = datetime.date(1970, 1, 1)


def day_of(year: int, month: int, day: int) -> datetime.date:
    """Return the Gregorian day of a Jalali one."""
    return _EPOCH + datetime.timedelta(days=int(days_of(year, month, day)))


def jalali_of(day: datetime.date) -> tuple[int, int, int]:
    """Return year, month and day of a Gregorian day in the Jalali calendar."""
    year = day.year - 621
    if day < day_of(year, 1, 1):
        year -= 1
    in_year = (day - day_of(year, 1, 1)).days
    if in_year < 186:
        return year, in_year // 31 + 1, in_year % 31 + 1
    return year, (in_year - 186) // 30 + 7, (in_year - 186) % 30 + 1
