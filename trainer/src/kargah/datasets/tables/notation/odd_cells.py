"""Cells that are unlike the others of their column: counted, two of them kept to be shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kargah.datasets.model import Warning
from kargah.datasets.warnings import warning_of

if TYPE_CHECKING:
    import pyarrow as pa

_SHOWN = 40
_EXAMPLES = 2
# Cells between which a column may have one odd one.
_FEW = 10
# A whole number that begins with a zero or has more digits than numbers keep is a code, and so is all of its column.
CODE = r"^ *[+-]?(0[0-9]+|[0-9]{19,}) *$"
# Letters and figures without a space, as ids and serial numbers have: those of invoices that were taken back.
_SERIAL = re.compile(r"[A-Za-z]{1,3}[-_]?[0-9]{3,}|[0-9]{3,}[-_]?[A-Za-z]{1,3}")
_TOTALS = {
    "total", "totals", "grand total", "sum", "subtotal", "sub-total", "average", "mean", "summe", "gesamt", "somme",
    "جمع", "جمع کل", "مجموع", "مجموع کل", "کل", "میانگین", "المجموع",
}  # fmt: skip
_FEWEST_ROWS = 3


@dataclass
class OddCells:
    """How many cells of a pass were unlike the others, and how many words for missing there were among them."""

    strange: int = 0
    words: int = 0
    serials: int = 0
    present: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, strange: pa.Array, words: pa.Array) -> None:
        """Count cells that fit nothing, and words for missing."""
        self.strange += len(strange)
        self.words += len(words)
        self.serials += sum(_SERIAL.fullmatch(text.strip()) is not None for text in strange.slice(0, 1000).to_pylist())
        for text in (*strange.slice(0, _EXAMPLES).to_pylist(), *words.unique().slice(0, _EXAMPLES).to_pylist()):
            if len(self.examples) < _EXAMPLES and text not in self.examples:
                self.examples.append(text)

    @property
    def are_few(self) -> bool:
        """Whether nearly all cells that say something fit."""
        return self.strange * _FEW <= self.present

    @property
    def are_serials(self) -> bool:
        """Whether the strange ones look like ids: then the numbers are ids too."""
        return self.strange > 0 and self.serials * 2 > self.strange

    def warnings(self, column: str) -> list[Warning]:
        """The warning about them."""
        count = self.strange + self.words
        if count == 0:
            return []
        values = ", ".join(f"“{text[:_SHOWN]}”" for text in self.examples)
        return [warning_of("odd_values", column=column, count=count, values=values)]


def total_row_warnings(last: Sequence[str | None]) -> list[Warning]:
    """Return a warning where the last row of a table, `last`, is probably the sum of the others."""
    first = next((cell for cell in last if cell is not None and cell.strip()), None)
    if first is None or first.strip().rstrip(":").casefold() not in _TOTALS:
        return []
    return [warning_of("total_row", value=first.strip()[:_SHOWN])]
