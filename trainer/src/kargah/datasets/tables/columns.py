"""Column names as a table needs them: present, unique, one line, not endless."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from kargah.datasets.failures import ReadFailure
from kargah.datasets.limits import MAX_COLUMNS
from kargah.datasets.model import Warning
from kargah.datasets.persian import ARABIC_FORMS
from kargah.datasets.warnings import warning_of

_MAX_NAME = 200
# Letters that show nothing, or have others shown in another place: NUL, control characters, marks of direction. The
# zero-width non-joiner is spelling.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200d-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
# Letters of other scripts that look as Latin ones do (of Unicode's "confusables", UTS #39, those that keyboards have).
_LOOKS = str.maketrans("аеорсухіјѕԁһαοιν", "aeopcyxijsdhaoiv")


def require_width(count: int) -> None:
    """Raise ReadFailure `too_many_columns` beyond the limit."""
    if count > MAX_COLUMNS:
        raise ReadFailure("too_many_columns", columns=count, max=MAX_COLUMNS)


def require_columns(wanted: Iterable[str], columns: Sequence[str]) -> None:
    """Raise ReadFailure `column_unknown` for the first of `wanted` that is none of `columns`."""
    for column in wanted:
        if column not in columns:
            raise ReadFailure("column_unknown", column=column[:200])


def unique_names(raw: list[str]) -> tuple[list[str], list[Warning]]:
    """Return one usable name per column, in order, and a warning for every name that had to be made or changed.

    Names are compared without case, since the engines that read the table later do so.
    """
    warnings: list[Warning] = []
    taken: set[str] = set()
    names: list[str] = []
    for index, given in enumerate(raw):
        base = " ".join(_UNSEEN.sub("", given).split())[:_MAX_NAME]
        if not base:
            base = f"column_{index + 1}"
            warnings.append(warning_of("unnamed_column", column=base, position=index + 1))
        name, suffix = base, 2
        while name.casefold() in taken:
            name, suffix = f"{base}_{suffix}", suffix + 1
        if name != base:
            warnings.append(warning_of("duplicate_column", column=name, name=base))
        taken.add(name.casefold())
        names.append(name)
    alike = [warning_of("lookalike_columns", column=one, other=other) for one, other in lookalikes(names)]
    return names, warnings + alike


def lookalikes(names: list[str]) -> list[tuple[str, str]]:
    """Return the pairs of different names that a reader would take for one."""
    seen: dict[str, str] = {}
    pairs: list[tuple[str, str]] = []
    for given in names:
        looks = unicodedata.normalize("NFKC", given).casefold().translate(_LOOKS).replace("\u200c", "")
        looks = looks.translate(ARABIC_FORMS)
        if looks in seen:
            pairs.append((given, seen[looks]))
        seen.setdefault(looks, given)
    return pairs
