"""Dates as people write them: day or month first, years of two digits, names of months, times, both calendars."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from kargah.datasets.persian import ARABIC_FORMS, days_of, figures

if TYPE_CHECKING:
    import pyarrow as pa

Order = Literal["ymd", "dmy", "mdy"]
Calendar = Literal["gregorian", "jalali"]

_ENGLISH = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_JALALI_MONTHS = (
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
)  # fmt: skip
_GREGORIAN_IN_PERSIAN = (
    "ژانویه", "فوریه", "مارس", "آوریل", "مه", "ژوئن", "ژوئیه", "اوت", "سپتامبر", "اکتبر", "نوامبر", "دسامبر",
)  # fmt: skip
_OTHER_SPELLINGS = {
    "sept": 9, "ژانويه": 1, "فوريه": 2, "مارچ": 3, "آپریل": 4, "اپریل": 4, "می": 5, "جون": 6, "جولای": 7, "ژوییه": 7,
    "آگوست": 8, "اوکتبر": 10,
    "januar": 1, "februar": 2, "märz": 3, "mai": 5, "juni": 6, "juli": 7, "oktober": 10, "dezember": 12, "okt": 10,
    "dez": 12, "janvier": 1, "février": 2, "mars": 3, "avril": 4, "juin": 6, "juillet": 7, "août": 8, "septembre": 9,
    "octobre": 10, "novembre": 11, "décembre": 12,
}  # fmt: skip
_JALALI_SPELLINGS = {"امرداد": 5, "ابان": 8, "اذر": 9, "دي": 10}
_MONTHS: dict[str, tuple[Calendar, int]] = {
    **{name: ("gregorian", at) for at, name in enumerate(_ENGLISH, 1)},
    **{name[:3]: ("gregorian", at) for at, name in enumerate(_ENGLISH, 1)},
    **{name: ("gregorian", at) for at, name in enumerate(_GREGORIAN_IN_PERSIAN, 1)},
    **{name: ("gregorian", at) for name, at in _OTHER_SPELLINGS.items()},
    **{name: ("jalali", at) for at, name in enumerate(_JALALI_MONTHS, 1)},
    **{name: ("jalali", at) for name, at in _JALALI_SPELLINGS.items()},
}
_NAME = "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True))
_WEEKDAYS = (
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "monday", "tuesday", "wednesday", "thursday", "friday",
    "saturday", "sunday", "tues", "thur", "thurs", "شنبه", "یکشنبه", "یک‌شنبه", "یک شنبه", "دوشنبه", "دو‌شنبه",
    "دو شنبه", "سه‌شنبه", "سه شنبه", "سهشنبه", "چهارشنبه", "چهار‌شنبه", "چهار شنبه", "پنجشنبه", "پنج‌شنبه",
    "پنج شنبه", "جمعه",
)  # fmt: skip
_WEEKDAY = "|".join(sorted(map(re.escape, _WEEKDAYS), key=len, reverse=True))
_AFTERNOON = r"(?P<half>a\.?m\.?|p\.?m\.?|ق\.? ?ظ\.?|ب\.? ?ظ\.?|قبل از ظهر|بعد از ظهر|بعدازظهر|صبح|عصر)"
_TIME = (
    r"(?:(?:t|,? +|، ?| *- +|,? *ساعت +|,? +at +)(?P<hour>\d{1,2}):(?P<minute>\d{2})"
    rf"(?::(?P<second>\d{{2}})(?:[.,](?P<fraction>\d{{1,9}}))?)?(?: ?{_AFTERNOON})?"
    r"(?: ?(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2}))?)?"
)
_BEFORE = rf"(?:(?:{_WEEKDAY})[,،.]? +)?"
_GAP = r"[ \-/.,،]+"
_FIGURES = re.compile(rf"{_BEFORE}(?P<a>\d{{1,4}})(?P<mark>[-/.])(?P<b>\d{{1,2}})(?P=mark)(?P<c>\d{{1,4}}){_TIME}")
_NAMED = (
    re.compile(rf"{_BEFORE}(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?(?: of)?{_GAP}"
               rf"(?P<name>{_NAME})(?: ماه)?\.?{_GAP}(?:سال )?(?P<year>\d{{4}}|\d{{2}}){_TIME}"),
    re.compile(rf"{_BEFORE}(?P<name>{_NAME})\.?{_GAP}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_GAP}(?P<year>\d{{4}}){_TIME}"),
    re.compile(rf"{_BEFORE}(?P<year>\d{{4}}){_GAP}(?P<name>{_NAME}){_GAP}(?P<day>\d{{1,2}}){_TIME}"),
)  # fmt: skip
_MONTH_ONLY = (
    re.compile(r"(?P<year>\d{4})[-/](?P<month>\d{1,2})"),
    re.compile(r"(?P<month>\d{1,2})[-/](?P<year>\d{4})"),
    re.compile(rf"(?P<name>{_NAME})(?: ماه)?\.?{_GAP}(?P<year>\d{{4}})"),
    re.compile(rf"(?P<year>\d{{4}}){_GAP}(?P<name>{_NAME})"),
)
_LOOSE = re.compile(
    rf".*(\d[-/.]\d{{1,2}}[-/.]\d|(^|[^a-z])({_NAME})([^a-z]|$)|^\d{{4}}[-/]\d{{1,2}}$|^\d{{1,2}}[-/]\d{{4}}$).*"
)
_TIDY = str.maketrans({"\u200e": "", "\u200f": "", "\u00a0": " ", "\u202f": " ", "\u2212": "-", "‐": "-", "–": "-"})
_SHARE = 0.8
_LONGEST = 100
_DAY = 86_400_000_000
_FIRST_JALALI, _AFTER_JALALI = 1200, 1500
# Of years of two digits: POSIX's rule, and for the Jalali calendar those that living people write.
_PIVOT: dict[Calendar, tuple[int, int]] = {"gregorian": (69, 1900), "jalali": (30, 1300)}
_LATE = {"p", "ب", "ع"}


class Moment(NamedTuple):
    """Days from 1970-01-01, microseconds of the day, and whether another order of the parts gives another day.

    `doubt` is None where the way of writing leaves no question, else whether this text leaves it open.
    """

    day: int
    micros: int
    calendar: Calendar
    timed: bool
    doubt: bool | None


@dataclass(frozen=True)
class Dates:
    """Dates of a column, what calendars they are of, and what they say of the order of day and month.

    `doubts` holds True where one leaves the order open (`doubtful` is such a text), and False where one settles it.
    """

    values: pa.Array
    doubts: frozenset[bool]
    calendars: frozenset[Calendar]
    doubtful: str | None


@dataclass(frozen=True)
class DateNotation:
    """How the dates of a column are written. Four digits are always the year, and a name always the month.

    `calendar` None takes years from 1200 to 1499 for Jalali ones and all others for Gregorian ones. `short` allows
    years of two digits. With `time` each may have a time of day; with `month` there are only months.
    """

    order: Order = "ymd"
    calendar: Calendar | None = None
    time: bool = False
    month: bool = False
    short: bool = False

    def parse(self, text: str) -> Moment | None:
        """Return what `text` says; None where it is no date of this notation."""
        if len(text) > _LONGEST:
            return None
        plain = figures(text).translate(_TIDY).translate(ARABIC_FORMS).strip().lower()
        parts = self._month_parts(plain) if self.month else self._parts(plain)
        if parts is None:
            return None
        year, month, day, calendar, doubt, match = parts
        found: Calendar = calendar or ("jalali" if _FIRST_JALALI <= year < _AFTER_JALALI else "gregorian")
        if self.calendar is not None and found != self.calendar:
            return None
        days = _days(found, year, month, day)
        micros = 0 if self.month else _micros(match)
        timed = not self.month and match["hour"] is not None
        if days is None or micros is None or (timed and not self.time):
            return None
        return Moment(days, micros, found, timed, doubt)

    def _parts(self, plain: str) -> tuple[int, int, int, Calendar | None, bool | None, re.Match[str]] | None:
        match = _FIGURES.fullmatch(plain)
        if match is not None:
            return self._figures(match)
        for pattern in _NAMED:
            match = pattern.fullmatch(plain)
            if match is not None:
                calendar, month = _MONTHS[match["name"]]
                year = int(match["year"])
                if len(match["year"]) == 2:
                    year = _full_year(year, calendar)
                return year, month, int(match["day"]), calendar, None, match
        return None

    def _figures(
        self, match: re.Match[str]
    ) -> tuple[int, int, int, Calendar | None, bool | None, re.Match[str]] | None:
        a, b, c = match["a"], match["b"], match["c"]
        if len(a) == 4 and len(c) <= 2:
            return int(a), int(b), int(c), None, None, match
        if len(a) > 2 or len(c) not in {2, 4}:
            return None
        calendar: Calendar | None = None
        if len(c) == 2:
            if not self.short:
                return None
            calendar = self.calendar or "gregorian"
        order = "dmy" if match["mark"] == "." and self.order == "mdy" else self.order
        if len(c) == 4 and order == "ymd":
            return None
        if order == "ymd":
            return _full_year(int(a), calendar or "gregorian"), int(b), int(c), calendar, None, match
        year = int(c) if calendar is None else _full_year(int(c), calendar)
        day, month = (int(a), int(b)) if order == "dmy" else (int(b), int(a))
        # A day behind dots stands first everywhere; 3/3 is the same day in either order.
        doubt = None if match["mark"] == "." or a == b else (day <= 12 and month <= 12)
        return year, month, day, calendar, doubt, match

    def _month_parts(self, plain: str) -> tuple[int, int, int, Calendar | None, bool | None, re.Match[str]] | None:
        for pattern in _MONTH_ONLY:
            match = pattern.fullmatch(plain)
            if match is not None:
                groups = match.groupdict()
                if groups.get("name"):
                    calendar, month = _MONTHS[groups["name"]]
                    return int(groups["year"]), month, 1, calendar, None, match
                return int(groups["year"]), int(groups["month"]), 1, None, None, match
        return None

    def read(self, texts: pa.StringArray) -> Dates:
        """Return the dates or moments of `texts`, missing where one is none."""
        import numpy as np
        import pyarrow as pa

        # Days repeat: each is read once.
        coded = texts.dictionary_encode()
        moments = [None if text is None else self.parse(text) for text in coded.dictionary.to_pylist()]
        doubts = frozenset(one.doubt for one in moments if one is not None and one.doubt is not None)
        calendars = frozenset(one.calendar for one in moments if one is not None)
        missing = np.array([one is None for one in moments], bool)
        if self.time:
            values = np.array([0 if one is None else one.day * _DAY + one.micros for one in moments], np.int64)
            kind = pa.timestamp("us")
        else:
            values = np.array([0 if one is None else one.day for one in moments], np.int32)
            kind = pa.date32()
        doubtful = next(
            (coded.dictionary[at].as_py() for at, one in enumerate(moments) if one is not None and one.doubt), None
        )
        return Dates(pa.array(values, mask=missing).cast(kind).take(coded.indices), doubts, calendars, doubtful)


def date_notations(sample: Sequence[str], persian: bool) -> list[DateNotation]:
    """Return the notations that most dates of `sample` fit, the narrower before the wider.

    Years of two digits that stand first are Jalali ones where the column is `persian`, in its digits or its name.
    """
    loose = sum(_LOOSE.match(figures(text).translate(ARABIC_FORMS).lower()) is not None for text in sample)
    if not sample or loose < len(sample) * _SHARE:
        return []
    found = [
        notation
        for notation in _all(persian)
        if _share(notation, sample) >= _SHARE and not (notation.month and _are_seasons(sample))
    ]
    return sorted(found, key=lambda one: -_share(one, sample))


def _all(persian: bool) -> Iterable[DateNotation]:
    orders: tuple[tuple[Order, bool], ...] = (
        ("ymd", False),
        ("dmy", False),
        ("mdy", False),
        ("dmy", True),
        ("mdy", True),
    )
    for time in (False, True):
        for order, short in orders:
            yield DateNotation(order, "gregorian", time, short=short)
        yield DateNotation("ymd", "jalali", time)
        yield DateNotation("dmy", "jalali", time)
        if persian:
            yield DateNotation("ymd", "jalali", time, short=True)
    yield DateNotation(calendar="gregorian", month=True)
    yield DateNotation(calendar="jalali", month=True)


def _share(notation: DateNotation, sample: Sequence[str]) -> float:
    return sum(notation.parse(text) is not None for text in sample) / len(sample)


def _are_seasons(sample: Sequence[str]) -> bool:
    """Whether `2001-02`, `2002-03` are two years each rather than months."""
    pairs = [re.fullmatch(r"(\d{4})[-/](\d{2})", figures(text).strip()) for text in sample]
    return all(pair is not None and (int(pair[1]) + 1) % 100 == int(pair[2]) for pair in pairs)


def _full_year(short: int, calendar: Calendar) -> int:
    pivot, century = _PIVOT[calendar]
    return century + short if short >= pivot else century + 100 + short


def _days(calendar: Calendar, year: int, month: int, day: int) -> int | None:
    if calendar == "gregorian":
        try:
            return datetime.date(year, month, day).toordinal() - 719_163
        except ValueError:
            return None
    if not (_FIRST_JALALI <= year < _AFTER_JALALI and 1 <= month <= 12 and 1 <= day <= (31 if month < 7 else 30)):
        return None
    days = int(days_of(year, month, day))
    # The thirtieth of the last month is the first of the next year, unless the year is a leap one.
    return days if days < days_of(year + 1, 1, 1) else None


def _micros(match: re.Match[str]) -> int | None:
    if match["hour"] is None:
        return 0
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    half = (match["half"] or " ")[0]
    if half != " ":
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in _LATE else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    micros = int((match["fraction"] or "").ljust(6, "0")[:6])
    shift = 0
    zone = (match["zone"] or "").replace(":", "")
    if zone and zone[0] in "+-":
        shift = (int(zone[1:3]) * 60 + int(zone[3:5])) * (1 if zone[0] == "+" else -1)
    return ((hour * 60 + minute - shift) * 60 + second) * 1_000_000 + micros
