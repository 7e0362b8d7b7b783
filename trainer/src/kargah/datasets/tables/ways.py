"""The ways in which the texts of a column may be read, and what each makes of them: values, missing where none fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kargah.datasets.engine import made_of
from kargah.datasets.model import ColumnType, TypeOverride, Written
from kargah.datasets.persian import figures, figures_sql
from kargah.datasets.tables.notation.date_notation import Calendar, DateNotation, Order, date_notations
from kargah.datasets.tables.notation.number_notation import Decimal, NumberNotation, number_notations
from kargah.datasets.tables.plain_values import is_ascii, plain_values
from kargah.datasets.tables.typing_rules import Found, cast_sql, likely_types, possible_types, test_sql

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_SHARE = 0.5
_RTL_DIGITS = "۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩"
TRUE = ("true", "1", "yes", "y", "t", "on", "بله", "بلی", "آری", "درست", "صحیح", "دارد", "هست")
FALSE = ("false", "0", "no", "n", "f", "off", "خیر", "نه", "نادرست", "غلط", "ندارد", "نیست")


@dataclass(frozen=True)
class Read:
    """What a way made of texts; of dates also what they say of their order and calendar (as `Dates`)."""

    values: pa.Array
    doubts: frozenset[bool] = frozenset()
    calendars: frozenset[Calendar] = frozenset()
    doubtful: str | None = None


@dataclass(frozen=True)
class Way:
    """One way to read a column. Without a notation it is the plain form of `kind` that programs write."""

    kind: Found
    notation: NumberNotation | DateNotation | None = None
    words: bool = False

    def read(self, connection: duckdb.DuckDBPyConnection, texts: pa.Array) -> Read:
        """Return the values of `texts`."""
        if self.words:
            return Read(_truths(texts))
        if isinstance(self.notation, DateNotation):
            dates = self.notation.read(texts)
            return Read(dates.values, dates.doubts, dates.calendars, dates.doubtful)
        if self.notation is not None:
            latin = texts if is_ascii(texts) else made_of(connection, figures_sql("c"), texts)
            return Read(self.notation.read(latin))
        plain = plain_values(self.kind, texts)
        if plain is not None:
            return Read(plain)
        value = "c" if is_ascii(texts) else f"({figures_sql('c')})"
        test, cast = test_sql(self.kind, value), cast_sql(self.kind, value)
        return Read(made_of(connection, f"CASE WHEN {test} THEN {cast} END", texts))

    @property
    def is_number(self) -> bool:
        """Whether it reads numbers."""
        return self.kind in {"integer", "number"}

    @property
    def written(self) -> Written:
        """What a reader of the profile is told of the notation."""
        notation = self.notation
        if isinstance(notation, NumberNotation):
            told: Written = {"decimal": notation.decimal}
            if notation.percent:
                told["percent"] = True
            if notation.currency is not None:
                told["currency"] = notation.currency
            return told
        if isinstance(notation, DateNotation):
            return {"months": True} if notation.month else {"order": notation.order}
        return {}


def plain_ways(sample: Sequence[str], candidates: Sequence[Found]) -> list[Way]:
    """Return the plain ways that every text of `sample` may be of."""
    return [Way(kind) for kind in possible_types(sample, tuple(candidates))]


def all_ways(sample: Sequence[str], candidates: Sequence[Found], name: str) -> list[Way]:
    """Return every way that most texts of `sample` may be of, the narrower before the wider."""
    ways = [Way(kind) for kind in likely_types(sample, candidates, _SHARE)]
    if "date" in candidates:
        ways += [_dated(notation) for notation in date_notations(sample, is_persian(sample, name))]
    if "number" in candidates:
        ways += [_numbered(notation) for notation in number_notations(sample)]
    return ways


def _dated(notation: DateNotation) -> Way:
    return Way("datetime" if notation.time else "date", notation)


def _numbered(notation: NumberNotation) -> Way:
    return Way("integer" if notation.whole else "number", notation)


def is_persian(sample: Sequence[str], name: str) -> bool:
    """Whether the digits of most texts, or the letters of the name, are those of Persian or Arabic."""
    digits = sum(any(letter in _RTL_DIGITS for letter in text) for text in sample)
    return digits * 2 > len(sample) or any("\u0600" <= letter <= "\u06ff" for letter in name)


def ways_of_type(override: TypeOverride, sample: Sequence[str], name: str) -> list[Way]:
    """Return the ways to read a column as the type that a person set, with what they said of its notation."""
    wanted: ColumnType = override["type"]
    if wanted == "boolean":
        return [Way("boolean", words=True)]
    if wanted in {"integer", "number"}:
        return _number_ways(wanted == "integer", override.get("decimal"), sample)
    return _date_ways(wanted == "datetime", override.get("order"), override.get("calendar"), sample, name)


def _number_ways(whole: bool, decimal: Decimal | None, sample: Sequence[str]) -> list[Way]:
    kind: Found = "integer" if whole else "number"
    found = number_notations([text for text in sample if any("0" <= digit <= "9" for digit in figures(text))])
    told = {(one.currency, one.percent) for one in found} or {(None, False)}
    decimals: tuple[Decimal, ...] = (".", ",", "/") if decimal is None else (decimal,)
    notated = [
        Way(kind, NumberNotation(mark, whole, currency, percent)) for mark in decimals for currency, percent in told
    ]
    return notated if decimal not in {None, "."} else [Way(kind), *notated]


def _date_ways(
    time: bool, order: Order | None, calendar: Calendar | None, sample: Sequence[str], name: str
) -> list[Way]:
    short = calendar or ("jalali" if is_persian(sample, name) else None)
    orders: tuple[Order, ...] = ("ymd", "dmy", "mdy") if order is None else (order,)
    notations = [DateNotation(one, calendar, time, short=one != "ymd" or order == "ymd") for one in orders]
    if short == "jalali" and order in {None, "ymd"}:
        notations.append(DateNotation("ymd", "jalali", time, short=True))
    if not time and order is None:
        notations.append(DateNotation(calendar=calendar, month=True))
    return [_dated(notation) for notation in notations]


def _truths(texts: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    coded = pc.utf8_lower(pc.utf8_trim_whitespace(texts)).dictionary_encode()
    latin = [None if word is None else figures(word) for word in coded.dictionary.to_pylist()]
    words = pa.array(latin, pa.string()).take(coded.indices)
    true, false = (pc.is_in(words, value_set=pa.array(list(one), pa.string())) for one in (TRUE, FALSE))
    return pc.if_else(pc.or_(true, false), true, pa.scalar(None, pa.bool_()))
