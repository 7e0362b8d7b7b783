"""Column names as a table needs them: present, unique, one line, not endless."""

from __future__ import annotations

from kargah.datasets.failures import ReadFailure
from kargah.datasets.limits import MAX_COLUMNS
from kargah.datasets.model import Warning
from kargah.datasets.notes import note

_MAX_NAME = 200


def require_width(count: int) -> None:
    """Raise ReadFailure `too_many_columns` beyond the limit."""
    if count > MAX_COLUMNS:
        raise ReadFailure("too_many_columns", columns=count, max=MAX_COLUMNS)


def unique_names(raw: list[str]) -> tuple[list[str], list[Warning]]:
    """Return one usable name per column, in order, and a warning for every name that had to be made or changed.

    Names are compared without case, since the engines that read the table later do so.
    """
    warnings: list[Warning] = []
    taken: set[str] = set()
    names: list[str] = []
    for index, given in enumerate(raw):
        base = " ".join(given.split())[:_MAX_NAME]
        if not base:
            base = f"column_{index + 1}"
            warnings.append(note("unnamed_column", column=base, position=index + 1))
        name, suffix = base, 2
        while name.casefold() in taken:
            name, suffix = f"{base}_{suffix}", suffix + 1
        if name != base:
            warnings.append(note("duplicate_column", column=name, name=base))
        taken.add(name.casefold())
        names.append(name)
    return names, warnings
