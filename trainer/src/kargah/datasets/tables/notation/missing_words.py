"""Words that people and programs write where a value is missing, and where each of them stands for that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

# The same words as pandas reads as missing, without those that are likely to be values.
EVERYWHERE = ("", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None", "<NA>")
# Missing in texts too, and told of: they say nothing, or that a spreadsheet could not compute.
_ALSO_IN_TEXTS = (
    "?", "na", "n.a.", "N.A.", "#NA", "NaT", "-nan", "-NaN", "\\N",
    "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!", "#N/A!", "#ERROR!", "#GETTING_DATA", "#SPILL!",
)  # fmt: skip
# Missing only among numbers, dates and truth values: as a text each may be a value (no parking: «ندارد»).
_AMONG_VALUES = (
    "-", "--", "---", "–", "—", ".", "..", "...", "…", "*", "_", "??", "none", "NONE", "Null", "Nan", "NAN", "nil",
    "missing", "Missing", "unknown", "Unknown", "UNKNOWN", "not available", "not known", "no data", "n/k", "tbd", "TBD",
    "نامشخص", "نا مشخص", "نامعلوم", "ندارد", "نداریم", "خالی", "بدون", "ثبت نشده", "ثبت‌نشده", "موجود نیست",
    "ناموجود", "بی‌پاسخ", "بدون پاسخ", "نمی‌دانم", "غير متوفر", "لا يوجد",
)  # fmt: skip
_SPACE = b" \t\xa0"
_LONGEST_BYTES = 40


def of_texts(texts: pa.StringArray, words: Sequence[str] | None = None) -> pa.Array | None:
    """Return where `texts`, values of a column of texts, are words for missing or nothing but spaces; None: nowhere.

    `words` are those that a person set instead of the usual ones.
    """
    import numpy as np

    from kargah.datasets.tables.arrow import where
    from kargah.datasets.tables.plain_values import Cells

    wanted = _ALSO_IN_TEXTS if words is None else words
    cells = Cells(texts)
    # Few cells begin as such a word does: the others are not looked at.
    table = np.zeros(256, bool)
    table[[word.encode()[0] for word in wanted if word] + list(_SPACE) + [0xC2, 0xE2]] = True
    may = table[cells.at[cells.starts]] & (cells.lengths > 0) & (cells.lengths <= _LONGEST_BYTES)
    if not may.any():
        return None
    places = np.flatnonzero(may)
    found = _found(texts.filter(where(may)), wanted)
    if not found.any():
        return None
    truths = np.zeros(len(texts), bool)
    truths[places[found]] = True
    return where(truths)


def of_values(texts: pa.StringArray, words: Sequence[str] | None = None) -> pa.Array:
    """Return where `texts`, of a column of numbers, dates or truth values, are words for missing."""
    from kargah.datasets.tables.arrow import where

    return where(_found(texts, (*EVERYWHERE, *_ALSO_IN_TEXTS, *_AMONG_VALUES) if words is None else words))


def _found(texts: pa.StringArray, words: Sequence[str]) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    from kargah.datasets.tables.arrow import numbers_of

    plain = pc.utf8_trim_whitespace(texts)
    found = pc.is_in(plain, value_set=pa.array(["", *words], pa.string()))
    return numbers_of(pc.and_(found, texts.is_valid()).cast(pa.uint8())).astype(bool)
