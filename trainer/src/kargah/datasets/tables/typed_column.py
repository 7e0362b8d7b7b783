"""One column while its table is read: which way it is read, and what does not fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kargah.datasets.engine import made_of
from kargah.datasets.failures import ReadFailure
from kargah.datasets.model import TypeOverride, Warning, Written
from kargah.datasets.tables.notation import missing_words
from kargah.datasets.tables.notation.date_notation import Calendar
from kargah.datasets.tables.notation.number_notation import NumberNotation
from kargah.datasets.tables.notation.odd_cells import CODE, OddCells
from kargah.datasets.tables.typing_rules import Found
from kargah.datasets.tables.ways import Read, Way, all_ways, plain_ways, ways_of_type
from kargah.datasets.warnings import warning_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb
    import pyarrow as pa

# What these leave open is found out of the rest of the piece.
_SAMPLE_ROWS = 200
_LONGEST, _TEXT = 100, "x"
_FEW = 20
_SHOWN = 80
# Texts that begin as this are numbers in a notation with another meaning, where the file writes decimal commas.
_DOTTED = r"^[+-]?[1-9][0-9]{0,2}(\.[0-9]{3})+$"


@dataclass(eq=False)
class TypedColumn:
    """A column of texts, or one that says itself what it is (`own`), and what a person set for it.

    `way` is None for texts. It changes while the table is read, never back to one of `refused`.
    """

    connection: duckdb.DuckDBPyConnection
    name: str
    index: int
    own: Found | None
    override: TypeOverride | None
    candidates: tuple[Found, ...]
    words: list[str] | None
    way: Way | None = None
    decided: bool = False
    refused: set[Way] = field(default_factory=set)
    odd: OddCells = field(default_factory=OddCells)
    doubts: set[bool] = field(default_factory=set)
    doubtful: str | None = None
    calendars: set[Calendar] = field(default_factory=set)
    # Whether the other decimal mark reads all cells so far too, and one of them as another number: of that one, both.
    rival_fits: bool = True
    rival: tuple[str, str] | None = None
    dotted: bool = True
    # Its dates would be other ones with the month first, and nothing says which are meant.
    unclear: bool = False

    def begin(self) -> None:
        """Count from the beginning of the table once more."""
        self.odd = OddCells()
        self.doubts, self.calendars = set(), set()
        self.rival_fits, self.rival, self.dotted = True, None, True

    @property
    def found(self) -> Found:
        """What the column is."""
        if self.override is not None:
            return self.override["type"]
        return self.own or (self.way.kind if self.way is not None else "text")

    @property
    def written(self) -> Written:
        """How the file writes it, where it is told."""
        return {} if self.way is None else self.way.written

    @property
    def is_jalali(self) -> bool:
        """Whether its dates are written in the Jalali calendar."""
        kept_as_text = self.way is None or (self.override is not None and self.override["type"] in {"text", "category"})
        return not kept_as_text and (self.found == "jalali" or self.calendars == {"jalali"})

    def typed(self, values: pa.Array, before: int) -> tuple[pa.Array, bool]:
        """The next values as what the column is, and whether that was supposed of those before them too."""
        if self.override is not None and self.override["type"] in {"text", "category"}:
            return made_of(self.connection, "CAST(c AS VARCHAR)", values), True
        if self.own is not None:
            if self.override is None:
                return values, True
            values = made_of(self.connection, "CAST(c AS VARCHAR)", values)
        if values.null_count == len(values):
            return self._nothing(values), True
        same = True
        read: Read | None = None
        if not self.decided:
            read = self._decide(values)
            same = before == 0 or self.way is None or not self.decided
        if self.way is None:
            return (self._texts(values) if self.override is None else self._nothing(values)), same
        read = read or self.way.read(self.connection, values)
        if read.values.null_count > values.null_count:
            way = self.way
            read = self._with_odd_ones(values, read, before)
            same = same and (way == self.way or before == 0)
        elif self.way.is_number:
            self._note_rival(values, read)
        self.odd.present += len(values) - read.values.null_count
        self.doubts |= read.doubts
        self.doubtful = self.doubtful or read.doubtful
        self.calendars |= read.calendars
        return (self._texts(values) if self.way is None else read.values), same

    def _nothing(self, values: pa.Array) -> pa.Array:
        import pyarrow as pa

        type_ = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}.get(self.found)
        if self.found in {"date", "jalali"}:
            type_ = pa.date32()
        return pa.nulls(len(values), pa.timestamp("us") if self.found == "datetime" else type_ or pa.string())

    def _decide(self, values: pa.Array) -> Read | None:
        """Choose the way by the first values; it stays open where there are only words for missing.

        What was read meanwhile is returned.
        """
        sample = values.drop_null().slice(0, _SAMPLE_ROWS).to_pylist()
        if self.override is None:
            # Most columns are of one kind without an exception.
            for way in plain_ways(sample, self.candidates):
                read = way.read(self.connection, values)
                if read.values.null_count == values.null_count:
                    self.way, self.decided = way, True
                    return read
        first = self._said(values.drop_null().slice(0, _SAMPLE_ROWS)).drop_null()
        if len(first) and not self._ways(first):
            self.decided = True
            return None
        said = self._said(values)
        if said.null_count == len(said):
            return None
        self.decided = True
        ways = self._ways(said.drop_null())
        odd = {way: way.read(self.connection, said).values.null_count - said.null_count for way in ways}
        best = min(ways, key=lambda way: odd[way], default=None)
        limit = 1.0 if self.override is not None else 0.5
        if best is not None and odd[best] <= limit * (len(said) - said.null_count):
            self.way = best
        return None

    def _said(self, values: pa.Array) -> pa.Array:
        """The values without the words for missing among them."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if self.override is not None and self.override["type"] == "boolean":
            return values
        return pc.if_else(missing_words.of_values(values, self.words), pa.scalar(None, pa.string()), values)

    def _ways(self, said: pa.Array) -> list[Way]:
        # No number or date is as long as a text may be, and what is no such thing is not looked through.
        sample: Sequence[str] = [
            text if len(text) <= _LONGEST else _TEXT for text in said.slice(0, _SAMPLE_ROWS).to_pylist()
        ]
        if self.override is not None:
            ways = ways_of_type(self.override, sample, self.name)
        else:
            ways = all_ways(sample, self.candidates, self.name)
        return [way for way in ways if way not in self.refused]

    def _with_odd_ones(self, values: pa.Array, read: Read, before: int) -> Read:
        """What is read of values some of which do not fit: by another way where that fits more of them."""
        import pyarrow.compute as pc

        assert self.way is not None
        odd = values.filter(pc.and_(read.values.is_null(), values.is_valid()))
        are_words = missing_words.of_values(odd, self.words)
        strange, words = odd.filter(pc.invert(are_words)), odd.filter(are_words)
        if len(strange):
            better = self._better(values, strange, len(odd))
            if better is not None:
                self.refused.add(self.way)
                self.way = better
                read = better.read(self.connection, values)
                return (
                    read if read.values.null_count == values.null_count else self._with_odd_ones(values, read, before)
                )
            if self.override is None and self.way.is_number and pc.any(pc.match_substring_regex(strange, CODE)).as_py():
                self.way = None
                return read
            if self.override is not None and self.override.get("invalid", "fail") == "fail":
                self._refuse(values, strange[0].as_py(), before)
        self.odd.add(strange, words)
        self.odd.present += len(strange)
        if self.way.is_number:
            self._note_rival(values, read)
        return read

    def _better(self, values: pa.Array, strange: pa.Array, odd: int) -> Way | None:
        import pyarrow as pa

        assert self.way is not None
        few = [
            *strange.slice(0, _SAMPLE_ROWS // 2).to_pylist(),
            *values.drop_null().slice(0, _SAMPLE_ROWS // 2).to_pylist(),
        ]
        best, least = None, odd
        for way in self._ways(pa.array(few, pa.string())):
            if way == self.way:
                continue
            count = way.read(self.connection, values).values.null_count - values.null_count
            if count < least:
                best, least = way, count
        return best

    def _refuse(self, values: pa.Array, bad: str, before: int) -> None:
        import pyarrow.compute as pc

        assert self.override is not None
        row = before + pc.index(values, bad).as_py() + 1
        raise ReadFailure(
            "value_not_of_type", column=self.name[:200], row=row, value=bad[:_SHOWN], type=self.override["type"]
        )

    def _texts(self, values: pa.Array) -> pa.Array:
        """The texts, without words for missing, which are counted."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if "integer" not in self.candidates:
            return values
        words = missing_words.of_texts(values, self.words)
        if words is None:
            return values
        if self.decided:
            self.odd.add(pa.array([], pa.string()), values.filter(words))
        return pc.if_else(words, pa.scalar(None, pa.string()), values)

    def _note_rival(self, values: pa.Array, read: Read) -> None:
        """Look whether the other decimal mark would do as well, and read something else."""
        import pyarrow.compute as pc

        assert self.way is not None
        notation = self.way.notation
        if not isinstance(notation, NumberNotation):
            self.dotted = self.dotted and _all_match(values.slice(0, _FEW), _DOTTED) and _all_match(values, _DOTTED)
            return
        if not self.rival_fits:
            return
        other = NumberNotation("," if notation.decimal == "." else ".", False, notation.currency, notation.percent)
        rival = Way("number", other).read(self.connection, values).values
        self.rival_fits = bool(pc.all(pc.or_(rival.is_valid(), read.values.is_null()), min_count=0).as_py())
        differs = pc.not_equal(rival, read.values)
        if self.rival is None and pc.any(differs).as_py():
            at = pc.index(differs, True).as_py()
            self.rival = (values[at].as_py(), str(read.values[at].as_py()))

    def holds(self) -> bool:
        """Whether the column, read to its end, is what it was supposed to be. Raises ReadFailure where none helps."""
        if self.way is None:
            return True
        if self.override is not None:
            return self._override_holds()
        if not self.odd.are_few or (self.way.is_number and self.odd.are_serials):
            self.way = None
            return False
        return True

    def _override_holds(self) -> bool:
        assert self.override is not None
        column, type_, odd = self.name[:200], self.override["type"], self.odd
        if odd.strange * 2 > odd.present:
            raise ReadFailure(
                "type_fits_few",
                column=column,
                type=type_,
                count=odd.strange,
                total=odd.present,
                value=odd.examples[0][:_SHOWN],
            )
        if self.doubts == {True} and "order" not in self.override:
            raise ReadFailure("date_order_unclear", column=column, value=(self.doubtful or "")[:_SHOWN])
        return True

    def warnings(self) -> list[Warning]:
        """What a person should know of it."""
        told = self.odd.warnings(self.name)
        written = self.written
        if written.get("percent"):
            told.append(warning_of("percent_values", column=self.name))
        if written.get("months"):
            told.append(warning_of("months_read_as_days", column=self.name))
        if self.rival_fits and self.rival is not None and "decimal" not in (self.override or {}):
            told.append(warning_of("decimal_mark_unclear", column=self.name, value=self.rival[0], number=self.rival[1]))
        if self.unclear:
            told.append(warning_of("date_order_unclear", column=self.name, value=(self.doubtful or "")[:_SHOWN]))
        return told


def _all_match(values: pa.Array, pattern: str) -> bool:
    import pyarrow.compute as pc

    return bool(pc.all(pc.match_substring_regex(values, pattern), min_count=0).as_py())
