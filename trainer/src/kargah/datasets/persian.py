"""Letters, digits and dates as Persian writes them, and the Arabic forms that old programs write instead."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import Any

from kargah.datasets.model import Direction
from kargah.folding import DIGIT_FORMS, DIGITS, UNSEEN, letters_sql

ARABIC_FORMS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک"})
ARABIC_FORM = re.compile("[يىك]")
_RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LTR = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u052f]")
# Decimal and thousands separators are letters of their own: U+066B and U+066C.
_FIGURES = str.maketrans(DIGIT_FORMS + "٫", DIGITS + ".", "٬")
# What the option changes: letters, Arabic digits to Persian ones, no tatweel, and no joiner that keeps nothing apart:
# beside a space, at an end, or beside another. Inside a word the zero-width non-joiner is spelling.
_ARABIC, _PERSIAN = "يىك٠١٢٣٤٥٦٧٨٩ـ", "ییک۰۱۲۳۴۵۶۷۸۹"
_SPACE = r"[\s\p{Z}]"
_STRAY = f"(^|{_SPACE}|\u200c)\u200c|\u200c($|{_SPACE})"

_NOT_TOLD_APART = rf"\s\p{{Z}}{UNSEEN}" + r',;:!?"()\[\]{}«»“”‘’،؛؟…٬'


def direction_of(texts: Iterable[str]) -> Direction:
    """Return the direction of the script that most letters of `texts` belong to; left to right when there are none."""
    rtl = ltr = 0
    for text in texts:
        rtl += len(_RTL.findall(text))
        ltr += len(_LTR.findall(text))
    return "rtl" if rtl > ltr else "ltr"


def normalised_sql(expression: str) -> str:
    """Return the SQL of a text with Arabic letters and digits made Persian, without tatweel and stray joiners."""
    letters = f"translate({expression}, '{_ARABIC}', '{_PERSIAN}')"
    apart = f"regexp_replace({letters}, '\u200c*({_SPACE})\u200c*|^\u200c+|\u200c+$', '\\1', 'g')"
    single = f"regexp_replace({apart}, '\u200c+', '\u200c', 'g')"
    return f"CASE WHEN regexp_matches({letters}, '{_STRAY}') THEN {single} ELSE {letters} END"


def changes_sql(expression: str) -> str:
    """Return the SQL that tells whether `normalised_sql` changes a text."""
    return f"regexp_matches({expression}, '[{_ARABIC}]|{_STRAY}')"


def plain_sql(expression: str) -> str:
    """Return the SQL of a text in the one form that all ways of writing it have in common.

    Small letters, Persian forms, Latin digits; no spaces, vowel marks, joiners or marks that end or enclose a phrase.
    """
    plain = f"replace({letters_sql(expression)}, '٫', '.')"
    return f"rtrim(regexp_replace({plain}, '[{_NOT_TOLD_APART}]', '', 'g'), '.')"


def figures(text: str) -> str:
    """Return `text` with Persian and Arabic digits and separators as programs write them."""
    return text.translate(_FIGURES)


def figures_sql(expression: str) -> str:
    """Return the SQL of `figures`."""
    return f"replace(translate({expression}, '{DIGIT_FORMS}٫', '{DIGITS}.'), '٬', '')"


_MOMENT = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})((?:[ T].*)?)")
JALALI = r"(12|13|14)[0-9]{2}[-/](0?[1-9]|1[0-2])[-/](0?[1-9]|[12][0-9]|3[01])"


def gregorian_sql(text: str) -> str:
    """Return the SQL that makes a DATE of a Jalali date `y-m-d` or `y/m/d`; NULL where there is no such day.

    Days are counted by the 33-year cycle of eight leap years, which agrees with the official calendar for the years
    1206 to 1498, and with ICU's for all that are asked for.
    """
    year, month, day = (f"CAST(regexp_split_to_array({text}, '[-/]')[{at}] AS INTEGER)" for at in (1, 2, 3))
    here = _days_sql(year, month, day)
    # The thirtieth of the last month is the first of the next year, unless the year is a leap one.
    next_year = _days_sql(f"({year} + 1)", "1", "1")
    possible = f"{day} <= CASE WHEN {month} < 7 THEN 31 ELSE 30 END AND {here} < {next_year}"
    return f"CASE WHEN {possible} THEN DATE '1970-01-01' + CAST({here} AS INTEGER) END"


def jalali_sql(moment: str) -> str:
    """Return the SQL of a date or moment as a Jalali text, `1405/09/07` or `1405/09/07 16:20:00`.

    `gregorian_sql` the other way round: in a cycle of 33 years the first and every fourth to the 29th has a day more.
    """
    day = f"CAST({moment} AS DATE)"
    since = f"(datediff('day', DATE '1970-01-01', {day}) + 1075195)"
    in_cycle = f"({since} % 12053)"
    in_four = f"({in_cycle} % 1461)"
    in_cycle_year = (
        f"(4 * ({in_cycle} // 1461) + CASE WHEN {in_four} < 366 THEN 0 ELSE 1 + ({in_four} - 366) // 365 END)"
    )
    in_year = f"({in_four} - CASE WHEN {in_four} < 366 THEN 0 ELSE 366 + ({in_four} - 366) // 365 * 365 END)"
    year = f"33 * ({since} // 12053) + {in_cycle_year} - 1595"
    month = f"CASE WHEN {in_year} < 186 THEN 1 + {in_year} // 31 ELSE 7 + ({in_year} - 186) // 30 END"
    in_month = f"CASE WHEN {in_year} < 186 THEN 1 + {in_year} % 31 ELSE 1 + ({in_year} - 186) % 30 END"
    date = f"printf('%04d/%02d/%02d', {year}, {month}, {in_month})"
    time = f"CASE WHEN typeof({moment}) LIKE 'TIMESTAMP%' THEN strftime(CAST({moment} AS TIMESTAMP), ' %X') ELSE '' END"
    return f"{date} || {time}"


def gregorian_moment(text: str) -> str:
    """Return a date, or date and time, that a person wrote as the engine reads it: `2026-11-28 16:20`.

    Digits are of any kind; years from 1200 to 1499 are Jalali ones. What is no date is left as it is. Raises ValueError
    for a day that the Jalali calendar does not have.
    """
    plain = figures(text).strip()
    found = _MOMENT.fullmatch(plain)
    if found is None:
        return plain
    year, month, day = (int(found[at]) for at in (1, 2, 3))
    if not 1200 <= year < 1500:
        return f"{year:04}-{month:02}-{day:02}{found[4]}"
    here = days_of(year, month, day)
    if not (1 <= month <= 12 and 1 <= day <= (31 if month < 7 else 30) and here < days_of(year + 1, 1, 1)):
        raise ValueError(text)
    return f"{datetime.date(1970, 1, 1) + datetime.timedelta(days=here)}{found[4]}"


def _days_sql(year: str, month: str, day: str) -> str:
    """Days from 1970-01-01 (1348-10-11)."""
    long_year = f"({year} + 1595)"
    years = f"365 * {long_year} + ({long_year} // 33) * 8 + ({long_year} % 33 + 3) // 4"
    months = f"CASE WHEN {month} < 7 THEN ({month} - 1) * 31 ELSE ({month} - 7) * 30 + 186 END"
    return f"({years} + {day} + ({months}) - 1075196)"


def days_of(year: Any, month: Any, day: Any) -> Any:
    """Return the days from 1970-01-01 of Jalali dates, as `gregorian_sql` counts them: numbers, or arrays of them."""
    long_year = year + 1595
    years = 365 * long_year + (long_year // 33) * 8 + (long_year % 33 + 3) // 4
    months = (month < 7) * ((month - 1) * 31) + (month >= 7) * ((month - 7) * 30 + 186)
    return years + day + months - 1_075_196
