"""How a table was read, kept in its Parquet file, so that further rows are read in the same way.

A model takes these rules along in its `kargah.json`. That file may come from anybody: what it says is checked.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

from kargah.datasets.engine import connect_to_tables, made_of
from kargah.datasets.model import TypeOverride
from kargah.datasets.persian import normalised_sql
from kargah.datasets.tables.notation import missing_words
from kargah.datasets.tables.notation.date_notation import Calendar, DateNotation, Order
from kargah.datasets.tables.notation.looks import looks_sql
from kargah.datasets.tables.notation.number_notation import Decimal, NumberNotation
from kargah.datasets.tables.plain_values import is_ascii
from kargah.datasets.tables.typing_rules import Found
from kargah.datasets.tables.ways import Way, ways_of_type

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

KEY = "kargah.reading"
_MEMORY_BYTES = 256 << 20
_SAMPLE = 200


def described(way: Way) -> dict[str, Any]:
    """Return `way` as JSON has it; `way_of` makes it again."""
    told: dict[str, Any] = {"kind": way.kind}
    if way.words:
        told["words"] = True
    if isinstance(way.notation, NumberNotation):
        told["number"] = asdict(way.notation)
    elif way.notation is not None:
        told["date"] = asdict(way.notation)
    return told


def way_of(told: Mapping[str, Any]) -> Way:
    """Return the way that `described` told of. Raises ValueError, TypeError or KeyError where it is none."""
    number, date = told.get("number"), told.get("date")
    _one_of(told["kind"], get_args(Found))
    if number is not None:
        _one_of(number["decimal"], get_args(Decimal))
        _one_of(type(number["currency"]), (str, type(None)))
        return Way(told["kind"], NumberNotation(**number))
    if date is not None:
        _one_of(date["order"], get_args(Order))
        _one_of(date["calendar"], (*get_args(Calendar), None))
        return Way(told["kind"], DateNotation(**date))
    return Way(told["kind"], words=bool(told.get("words")))


def _one_of(value: object, allowed: Sequence[object]) -> None:
    if value not in allowed:
        raise ValueError(value)


@dataclass(frozen=True)
class Rules:
    """What holds for the whole table, and the way of each column that was read from texts."""

    normalise_persian: bool = False
    missing: tuple[str, ...] | None = None
    """Words for missing that a person set instead of the usual ones."""
    texts: bool = False
    """Whether words for missing count among texts: in files that hold nothing but texts."""
    ways: Mapping[str, Way] = field(default_factory=dict)
    unify: bool = False
    """Whether values that look alike were written as one."""

    @property
    def missing_numbers(self) -> list[float]:
        """Those of the words that a person set that are numbers."""
        found: list[float] = []
        for word in self.missing or ():
            with suppress(ValueError):
                found.append(float(word))
        return found

    def describe(self) -> str:
        """Return them as the JSON that lies in the file."""
        return json.dumps(self.general() | {"columns": {name: described(way) for name, way in self.ways.items()}})

    def general(self) -> dict[str, Any]:
        """Return those of the whole table."""
        told: dict[str, Any] = {"version": 1, "normalise_persian": self.normalise_persian, "texts": self.texts}
        if self.unify:
            told["unify"] = True
        return told if self.missing is None else told | {"missing": list(self.missing)}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Rules:
        """Return the rules that were told of. Raises ValueError, TypeError or KeyError where they are none."""
        missing = told.get("missing")
        return cls(
            bool(told.get("normalise_persian")),
            None if missing is None else tuple(str(word) for word in missing),
            bool(told.get("texts")),
            {str(name): way_of(way) for name, way in (told.get("columns") or {}).items()},
            bool(told.get("unify")),
        )


def told_in(metadata: Mapping[bytes, bytes] | None) -> dict[str, Any]:
    """Return what a Parquet file says of how it was read: `Rules.describe`, or nothing."""
    told = (metadata or {}).get(KEY.encode())
    found: dict[str, Any] = {} if told is None else json.loads(told)
    return found


@dataclass(frozen=True)
class Cells:
    """Values of a column as they were read, and which of its texts could not be: neither a value nor missing."""

    values: pa.Array
    strange: list[str]


@dataclass(frozen=True)
class RowReader:
    """Reads the texts of further rows as those of the table were read."""

    rules: Rules

    def typed(self, texts: Sequence[str | None], kind: str, way: Way | None, name: str) -> Cells:
        """Return texts as values of `kind`: number, boolean or date (a moment).

        Without a `way`, which is how the file wrote them, the texts themselves show in which way they are written.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        given = pa.array(texts, pa.string())
        empty = pa.scalar(None, pa.string())
        # Some words for yes and no mean missing in other columns («ندارد»).
        if kind != "boolean" or (way is not None and not way.words):
            given = pc.if_else(missing_words.of_values(given, self.rules.missing), empty, given)
        values: Any = None
        for one in [way] if way is not None else self._likely(given, kind, name):
            read = one.read(self.connection, given).values
            if values is None or read.null_count < values.null_count:
                values = read
        target = {"number": pa.float64(), "boolean": pa.bool_()}.get(kind, pa.timestamp("us"))
        values = pa.nulls(len(given), target) if values is None else values.cast(target)
        if kind != "number" and values.null_count > given.null_count:
            # Dates and truth values as this program itself writes them, whatever the file did.
            left = pc.if_else(values.is_valid(), empty, given)
            for plain in self._plain(kind):
                values = pc.coalesce(values, plain.read(self.connection, left).values.cast(target))
            if kind == "boolean":
                given = pc.if_else(missing_words.of_values(left, self.rules.missing), empty, given)
        return Cells(values, given.filter(pc.and_(given.is_valid(), values.is_null())).to_pylist())

    def words(self, texts: Sequence[str | None]) -> list[str | None]:
        """Return texts of a column of texts as the table would hold them."""
        import pyarrow as pa
        import pyarrow.compute as pc

        given = pa.array(texts, pa.string())
        if self.rules.normalise_persian and not is_ascii(given):
            given = made_of(self.connection, normalised_sql("c"), given)
        if self.rules.texts:
            own = self.rules.missing
            nothing = pc.is_in(given, value_set=pa.array(["", *(missing_words.EVERYWHERE if own is None else own)]))
            found = missing_words.of_texts(given, own)
            nothing = nothing if found is None else pc.or_(nothing, found)
            given = pc.if_else(nothing, pa.scalar(None, pa.string()), given)
        read: list[str | None] = given.to_pylist()
        return read

    def looks(self, texts: Sequence[str]) -> list[str] | None:
        """Return how texts look, where the table has values that look alike as one; None where it has not."""
        import pyarrow as pa

        if not self.rules.unify:
            return None
        found: list[str] = made_of(self.connection, looks_sql("c"), pa.array(texts, pa.string())).to_pylist()
        return found

    def _likely(self, given: Any, kind: str, name: str) -> list[Way]:
        sample = given.drop_null().slice(0, _SAMPLE).to_pylist()
        asked = {"number": "number", "boolean": "boolean"}.get(kind, "datetime")
        return ways_of_type(cast("TypeOverride", {"type": asked, "invalid": "missing"}), sample, name)

    def _plain(self, kind: str) -> list[Way]:
        return [Way("boolean", words=True)] if kind == "boolean" else [Way("date"), Way("datetime")]

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """An engine that reaches no file."""
        return connect_to_tables({}, _MEMORY_BYTES, Path(tempfile.gettempdir()) / "kargah-rows")
