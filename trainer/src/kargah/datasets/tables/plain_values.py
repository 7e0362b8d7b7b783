"""Texts in the forms that most files have, brought to their types at once: what the rules say of them, sooner.

Each function answers None where it cannot tell; the rules themselves, in SQL, are asked then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kargah.datasets.persian import days_of
from kargah.datasets.tables.arrow import array_of, where
from kargah.datasets.tables.typing_rules import Found

if TYPE_CHECKING:
    import pyarrow as pa

_DIGITS = b"0123456789"
_ZERO, _DASH, _PLUS, _SLASH, _COLON, _SPACE, _T = b"0-+/: T"
# Eighteen digits always fit 64 bits.
_MOST_DIGITS = 18
_MOST_WORDS = 16
_TIMES: set[Found] = {"jalali", "date", "datetime"}
_REPEATS = 4
_DATE_CHARS, _TIME_CHARS = 10, 19


def plain_values(kind: Found, texts: pa.StringArray) -> pa.Array | None:
    """Return `texts` as values of `kind`; None where they are not all written plainly, or not all of it."""
    reader = _READERS.get(kind)
    if reader is None:
        return None
    if kind not in _TIMES:
        return reader(texts)
    # Days repeat: each is read once.
    coded = texts.dictionary_encode()
    if len(coded.dictionary) * _REPEATS > len(texts):
        return reader(texts)
    times = reader(coded.dictionary)
    return None if times is None else times.take(coded.indices)


def is_ascii(texts: pa.StringArray) -> bool:
    """Return whether no text has a letter or digit that is not ASCII."""
    return Cells(texts).bytes.isascii()


class Cells:
    """The bytes of texts, and where in them each one begins and how long it is; missing ones are of no length."""

    def __init__(self, texts: pa.StringArray) -> None:
        import numpy as np

        _, offsets, data = texts.buffers()
        ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
        first, last = int(ends[0]), int(ends[-1])
        self.bytes = b"" if data is None else data.slice(first, last - first).to_pybytes()
        self.starts = ends[:-1] - first
        self.lengths = ends[1:] - ends[:-1]
        # Bytes behind the last one, so that those after the first of a text can be asked for.
        self.at = np.frombuffer(self.bytes + b"\0\0\0", np.uint8)

    def have_leading_zeros(self) -> bool:
        """Whether a digit follows a zero that a number begins with, behind its sign or without one."""
        first = self.at[self.starts]
        signed = (first == _DASH) | (first == _PLUS)
        first = self.starts + signed
        # A text ends where the next begins: its own second letter is none of the next.
        more = self.lengths > signed + 1
        followed = self.at[first + 1]
        return bool(((self.at[first] == _ZERO) & more & (followed >= _ZERO) & (followed <= _ZERO + 9)).any())

    def fixed(self, width: int, missing: int) -> Any:
        """The bytes as a table of `width`, one row a text that is not missing; None where one has another width."""
        present = len(self.lengths) - missing
        if len(self.bytes) != present * width or int((self.lengths == width).sum()) != present:
            return None
        return self.at[: present * width].reshape(present, width)


def _integers(texts: pa.StringArray) -> pa.Array | None:
    import pyarrow as pa

    cells = Cells(texts)
    if cells.bytes.translate(None, _DIGITS).strip(b"-"):
        return None
    if (len(texts) and int(cells.lengths.max()) > _MOST_DIGITS) or cells.have_leading_zeros():
        return None
    return _cast(texts, pa.int64())


def _numbers(texts: pa.StringArray) -> pa.Array | None:
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = Cells(texts)
    rest = cells.bytes.translate(None, _DIGITS + b".")
    if rest.translate(None, b"-+eE") or cells.have_leading_zeros():
        return None
    if rest.translate(None, b"-") and pc.any(pc.match_substring_regex(texts, "[eE][+-]?[0-9]{4}")).as_py():
        return None
    long = cells.lengths > _MOST_DIGITS
    # Whole ones of more digits are ids.
    if long.any() and not pc.all(pc.match_substring_regex(texts.filter(where(long)), "[.eE]")).as_py():
        return None
    numbers = _cast(texts, pa.float64())
    return numbers if numbers is not None and pc.all(pc.is_finite(numbers), min_count=0).as_py() else None


def _booleans(texts: pa.StringArray) -> pa.Array | None:
    import numpy as np

    coded = texts.dictionary_encode()
    words = coded.dictionary.to_pylist()[: _MOST_WORDS + 1]
    if len(words) > _MOST_WORDS or any(word.lower() not in {"true", "false"} for word in words):
        return None
    return where(np.array([word.lower() == "true" for word in words], bool)).take(coded.indices)


def _dates(texts: pa.StringArray) -> pa.Array | None:
    import pyarrow as pa

    cells = Cells(texts).fixed(_DATE_CHARS, texts.null_count)
    days = None if cells is None else _gregorian(cells)
    return None if days is None else _placed(texts, days.astype("int32"), pa.date32())


def _jalali(texts: pa.StringArray) -> pa.Array | None:
    import pyarrow as pa

    cells = Cells(texts).fixed(_DATE_CHARS, texts.null_count)
    parts = None if cells is None else _year_month_day(cells)
    if parts is None:
        return None
    year, month, day = parts
    here = days_of(year, month, day)
    most = 31 - (month > 6)
    known = (year >= 1200) & (year < 1500) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= most)
    # The thirtieth of the last month is the first of the next year, unless the year is a leap one.
    if not (known & (here < days_of(year + 1, year * 0 + 1, year * 0 + 1))).all():
        return None
    return _placed(texts, here.astype("int32"), pa.date32())


def _datetimes(texts: pa.StringArray) -> pa.Array | None:
    """Seconds exactly, in no named zone: `2024-03-20 15:30:00`."""
    import pyarrow as pa

    cells = Cells(texts).fixed(_TIME_CHARS, texts.null_count)
    days = None if cells is None else _gregorian(cells)
    if cells is None or days is None or not ((cells[:, 10] == _SPACE) | (cells[:, 10] == _T)).all():
        return None
    if not ((cells[:, 13] == _COLON) & (cells[:, 16] == _COLON)).all():
        return None
    hour, minute, second = (_figures_of(cells[:, at : at + 2]) for at in (11, 14, 17))
    if hour is None or minute is None or second is None:
        return None
    if not ((hour < 24) & (minute < 60) & (second < 60)).all():
        return None
    seconds = days.astype("int64") * 86_400 + hour * 3_600 + minute * 60 + second
    return _placed(texts, seconds * 1_000_000, pa.timestamp("us"))


def _gregorian(cells: Any) -> Any:
    """Days from 1970-01-01 of dates from the year 1000 on; None where one is no date, or one of the Jalali years."""
    import numpy as np

    parts = _year_month_day(cells)
    if parts is None:
        return None
    year, month, day = parts
    if not ((year >= 1000) & ((year < 1200) | (year >= 1500)) & (month >= 1) & (month <= 12) & (day >= 1)).all():
        return None
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    first = months.astype("datetime64[D]")
    if not (day <= ((months + 1).astype("datetime64[D]") - first).astype(np.int64)).all():
        return None
    return first.astype(np.int64) + day - 1


def _year_month_day(cells: Any) -> tuple[Any, Any, Any] | None:
    import numpy as np

    if not all(((cells[:, at] == _DASH) | (cells[:, at] == _SLASH)).all() for at in (4, 7)):
        return None
    year, month, day = (_figures_of(cells[:, start:end]) for start, end in ((0, 4), (5, 7), (8, 10)))
    if year is None or month is None or day is None:
        return None
    return year.astype(np.int64), month.astype(np.int64), day.astype(np.int64)


def _figures_of(cells: Any) -> Any:
    """Columns of digits as numbers; None where there is anything else."""
    import numpy as np

    digits = cells - np.uint8(_ZERO)
    if digits.size and int(digits.max()) > 9:
        return None
    value = digits[:, 0].astype(np.int64)
    for at in range(1, digits.shape[1]):
        value = value * 10 + digits[:, at]
    return value


def _placed(texts: pa.StringArray, values: Any, type_: pa.DataType) -> pa.Array:
    """One value for each text that is there, the missing ones between them."""
    import numpy as np

    if texts.null_count == 0:
        return array_of(values, type_)
    missing = _missing(texts)
    whole = np.zeros(len(texts), values.dtype)
    whole[~missing] = values
    return array_of(whole, type_, missing)


def _missing(texts: pa.StringArray) -> Any:
    import numpy as np

    bits = np.unpackbits(np.frombuffer(texts.buffers()[0], np.uint8), bitorder="little")
    return bits[texts.offset : texts.offset + len(texts)] == 0


def _cast(texts: pa.StringArray, type_: pa.DataType) -> pa.Array | None:
    import pyarrow as pa

    try:
        return texts.cast(type_)
    except pa.ArrowInvalid:
        return None


_READERS: dict[Found, Callable[[Any], Any]] = {
    "integer": _integers,
    "number": _numbers,
    "boolean": _booleans,
    "jalali": _jalali,
    "date": _dates,
    "datetime": _datetimes,
}
