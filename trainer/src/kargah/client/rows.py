"""Rows of a DataFrame as a model takes them: read as the reader of datasets read the rows that it learned from."""

from __future__ import annotations

import datetime
import decimal
import numbers
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kargah.client.errors import KargahError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas

    from kargah.datasets.tables.rules import RowReader
    from kargah.datasets.tables.ways import Way

    Floats = npt.NDArray[np.float64]

_SHOWN = 80
_MOST_NAMED = 5
_PANDAS_UNNAMED = "Unnamed: "


@dataclass(frozen=True)
class ModelColumn:
    """One column that a model takes, or its target, as `kargah.json` tells of it."""

    name: str
    kind: str
    categories: Sequence[str]
    way: Way | None

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> ModelColumn:
        """Raises ValueError, TypeError or KeyError where the description is not valid."""
        from kargah.datasets.tables.rules import way_of

        way = told.get("reading")
        return cls(told["name"], told["kind"], told.get("categories") or (), None if way is None else way_of(way))


class RowsOfModel:
    """Turns the columns of a frame into numbers, by the names and the rules of a model's rows."""

    def __init__(self, reader: RowReader) -> None:
        self._reader = reader

    def named(
        self, frame: pandas.DataFrame, wanted: Sequence[str], code: str = "column_missing"
    ) -> list[pandas.Series[Any]]:
        """The columns of these names. A name counts as the reader of datasets reads it: without spaces around it.

        Raises:
            KargahError: `code`.
        """
        from kargah.datasets.tables.columns import unique_names

        given = [str(name) for name in frame.columns]
        # pandas gives a column without a name one of its own.
        bare = ["" if name == f"{_PANDAS_UNNAMED}{at}" else name for at, name in enumerate(given)]
        read, _ = unique_names(bare)
        places = dict(zip(reversed(read), range(len(read) - 1, -1, -1), strict=True))
        places |= dict(zip(reversed(given), range(len(given) - 1, -1, -1), strict=True))
        lacking = [name for name in wanted if name not in places]
        if lacking:
            raise _missing(lacking, given, code)
        return [frame.iloc[:, places[name]] for name in wanted]

    def encoded(self, values: pandas.Series[Any], column: ModelColumn) -> Floats:
        """float64 [rows] as the model takes this column: NaN is missing; of categories the position, -1 for others.

        Raises:
            KargahError: `column_unreadable` where most of its values cannot be read; where few cannot, they are missing
                and a warning names them.
        """
        import numpy as np
        import pandas as pd

        if column.kind == "category":
            return self._positions(values, column)
        if column.kind == "date" and pd.api.types.is_datetime64_any_dtype(values.dtype):
            return _days(pd.to_datetime(values, utc=True))
        found, texts, strange = _parts(values, column.kind)
        if column.kind == "number" and column.way is not None:
            # Numbers that stand for missing in the file, as -9, and that pandas has read.
            found[np.isin(found, self._reader.rules.missing_numbers)] = np.nan
        if any(text is not None for text in texts):
            read = self._reader.typed(texts, column.kind, column.way, column.name)
            strange += read.strange
            known = np.flatnonzero(np.asarray(read.values.is_valid()))
            if column.kind == "date":
                found[known] = _days(pd.Series(read.values.to_numpy(zero_copy_only=False)))[known]
            else:
                found[known] = read.values.drop_null().to_numpy(zero_copy_only=False).astype(np.float64)
        if strange:
            _tell(column, strange, int(np.isfinite(found).sum()))
        return found

    def words(self, values: pandas.Series[Any]) -> list[str | None]:
        """The texts of a column, None where one is missing."""
        return self._reader.words(_texts(values))

    def _positions(self, values: pandas.Series[Any], column: ModelColumn) -> Floats:
        import numpy as np

        place: dict[str | None, int] = {word: at for at, word in enumerate(column.categories)}
        # Codes whose leading zeros pandas drops, as of 01234, are found by their number where that is one code's alone.
        codes: dict[int, list[int]] = {}
        for at, code in enumerate(column.categories):
            if code.strip().isdecimal():
                codes.setdefault(int(code), []).append(at)
        found = np.full(len(values), -1.0)
        words = self._reader.words(_texts(values))
        alike = self._alike(words, column)
        for at, (word, cell) in enumerate(zip(words, values.tolist(), strict=True)):
            if word is None:
                found[at] = np.nan
            elif word in place or word.strip() in place:
                found[at] = place.get(word, place.get(word.strip(), -1))
            elif word in alike:
                found[at] = alike[word]
            elif isinstance(cell, bool) or not isinstance(cell, int | float):
                found[at] = place.get(word.lower(), -1) if isinstance(cell, bool) else -1
            elif len(same := codes.get(int(cell), []) if float(cell).is_integer() else []) == 1:
                found[at] = same[0]
        return found

    def _alike(self, words: Sequence[str | None], column: ModelColumn) -> Mapping[str, int]:
        """Which category each of the words looks like, where the reader wrote values that look alike as one."""
        known = set(column.categories)
        others = sorted({word for word in words if word is not None and word not in known})
        looks = self._reader.looks([*column.categories, *others]) if others else None
        if looks is None:
            return {}
        places: dict[str, list[int]] = {}
        for at, look in enumerate(looks[: len(column.categories)]):
            places.setdefault(look, []).append(at)
        told = zip(others, looks[len(column.categories) :], strict=True)
        # A column of too many values was left as it was: there several may look alike.
        return {word: places[look][0] for word, look in told if look != "" and len(places.get(look, ())) == 1}


def _parts(values: pandas.Series[Any], kind: str) -> tuple[Floats, list[str | None], list[str]]:
    """Numbers as they are, texts that are still to be read, and what can be neither."""
    import numpy as np
    import pandas as pd

    if pd.api.types.is_bool_dtype(values.dtype) or pd.api.types.is_numeric_dtype(values.dtype):
        found = values.to_numpy(dtype=np.float64, na_value=np.nan)
        found = np.where(np.isfinite(found), found, np.nan)
        if kind == "number" or (kind == "boolean" and np.isin(found[~np.isnan(found)], (0, 1)).all()):
            return found, [None] * len(found), []
        return np.full(len(found), np.nan), [None] * len(found), [str(value) for value in values.dropna()]
    found = np.full(len(values), np.nan)
    texts: list[str | None] = [None] * len(values)
    strange: list[str] = []
    for at, cell in enumerate(values.tolist()):
        if cell is None or cell is pd.NaT or cell is pd.NA or (isinstance(cell, float) and not np.isfinite(cell)):
            continue
        if isinstance(cell, str):
            texts[at] = cell
        elif kind == "date" and isinstance(cell, datetime.date):
            found[at] = _days(pd.Series([pd.to_datetime(cell, utc=True)]))[0]
        elif kind != "date" and isinstance(cell, numbers.Real | decimal.Decimal):
            if kind == "boolean" and cell not in {0, 1}:
                strange.append(str(cell))
            else:
                found[at] = float(cell)
        else:
            strange.append(str(cell))
    return found, texts, strange


def _texts(values: pandas.Series[Any]) -> list[str | None]:
    """Whole numbers without a fraction: pandas gives those of a column with missing ones as `1.0`."""
    import pandas as pd

    def text(cell: Any) -> str | None:
        if isinstance(cell, str):
            return cell
        if pd.isna(cell):
            return None
        if isinstance(cell, float) and cell.is_integer():
            return str(int(cell))
        return str(cell)

    return [text(cell) for cell in values.tolist()]


def _days(moments: pandas.Series[Any]) -> Floats:
    """As in training: a moment with a time zone counts in UTC, one without as it stands."""
    import numpy as np
    import pandas as pd

    days = (pd.to_datetime(moments, utc=True) - pd.Timestamp("2000-01-01", tz="UTC")) / pd.Timedelta(days=1)
    return np.asarray(days, dtype=np.float64)


def _missing(lacking: Sequence[str], given: Sequence[str], code: str) -> KargahError:
    def listed(names: Sequence[str]) -> str:
        shown = ", ".join(repr(name[:_SHOWN]) for name in names[:_MOST_NAMED])
        return shown + (", …" if len(names) > _MOST_NAMED else "")

    return KargahError(
        code,
        f"The model needs columns that the rows do not have: {listed(lacking)}. They have {listed(given)}. "
        "Give the column, with missing values where they are not known.",
        f"مدل به ستون‌هایی نیاز دارد که این ردیف‌ها ندارند: \u2068{listed(lacking)}\u2069. "
        f"ستون‌هایی که هست: \u2068{listed(given)}\u2069. "
        "ستون را بدهید؛ مقدارهایی را که نمی‌دانید خالی بگذارید.",
    )


def _tell(column: ModelColumn, strange: list[str], known: int) -> None:
    words, words_fa = _KINDS[column.kind]
    shown = ", ".join(repr(value[:_SHOWN]) for value in list(dict.fromkeys(strange))[:2])
    if len(strange) > known:
        raise KargahError(
            "column_unreadable",
            f"{len(strange)} of {len(strange) + known} values of the column {column.name!r} are not {words} as the "
            f"model's dataset writes them, such as {shown}.",
            f"{len(strange)} مقدار از {len(strange) + known} مقدار ستون «{column.name}» {words_fa} نیستند، آن‌گونه که "
            f"مجموعه‌دادهٔ مدل آن‌ها را می‌نویسد؛ مانند \u2068{shown}\u2069.",
        )
    warnings.warn(
        f"{len(strange)} values of the column {column.name!r} are not {words} and count as missing, such as {shown}.",
        stacklevel=5,
    )


_KINDS = {
    "number": ("numbers", "عدد"),
    "boolean": ("truth values", "درست یا نادرست"),
    "date": ("dates", "تاریخ"),
}
