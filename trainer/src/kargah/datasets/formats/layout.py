"""Which lines of a table are no rows: titles, remarks, a second header row, units; found where that is clear."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from kargah.datasets.model import ReadingOptions, Warning
from kargah.datasets.persian import figures
from kargah.datasets.warnings import warning_of

_MOST_TITLES = 30
_SHARE = 0.9
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,٬/:\- ]*%?")
_UNIT_CHARS = 12
_SHOWN = 60

Row = Sequence[str]


@dataclass(frozen=True)
class Layout:
    """Rows before the header, how many rows the header has, whether one of units follows, and empty last cells."""

    skip: int = 0
    header_rows: int = 1
    units: bool = False
    trailing: bool = False
    warnings: list[Warning] = field(default_factory=list)

    @property
    def is_plain(self) -> bool:
        """Whether every row but the first is data, whole."""
        return self == Layout(warnings=self.warnings)


def layout_of(rows: Sequence[Row], options: ReadingOptions) -> Layout:
    """Return the layout of a table that begins with `rows`, cells as texts and empty ones as ''."""
    width = _width(rows)
    body_width = width
    trailing = width > 2 and _has_trailing(rows, width)
    if trailing:
        body_width -= 1
    skip = options.get("skip_rows", _titles(rows, body_width, width))
    rest = rows[skip:]
    if not options.get("header", True) or len(rest) < 3:
        return Layout(skip, trailing=trailing, warnings=_told(rows, skip, trailing, None))
    header_rows = options.get("header_rows", 2 if _is_second_header(rest) else 1)
    units = options.get("units", header_rows == 1 and _is_units(rest))
    row = rest[1] if units else None
    return Layout(skip, header_rows, units, trailing, _told(rows, skip, trailing, row, header_rows))


def joined_header(upper: Row, lower: Row) -> list[str]:
    """Return the names that two header rows give together; a cell over several columns stands over the first."""
    names: list[str] = []
    group = ""
    for at, cell in enumerate(lower):
        group = (upper[at].strip() if at < len(upper) else "") or group
        below = cell.strip()
        names.append(below if below == group else f"{group} {below}".strip())
    return names


def _width(rows: Sequence[Row]) -> int:
    widths = Counter(len(row) for row in rows[:200])
    return widths.most_common(1)[0][0] if widths else 0


def _has_trailing(rows: Sequence[Row], width: int) -> bool:
    """Whether the last cell of every row is empty: what stands behind the last delimiter."""
    wide = [row for row in rows if len(row) == width]
    headers = {len(row) for row in rows[: _MOST_TITLES + 1]}
    return all(not row[-1].strip() for row in wide) and (
        (width - 1) in headers or all(len(row) == width for row in rows)
    )


def _titles(rows: Sequence[Row], narrow: int, width: int) -> int:
    """How many rows stand before the first one that is as wide as most."""
    if width < 2:
        return 0
    for at, row in enumerate(rows[: _MOST_TITLES + 1]):
        filled = sum(bool(cell.strip()) for cell in row)
        if len(row) in {width, narrow} and filled >= 2 and filled * 2 >= narrow:
            after = [len(one) for one in rows[at:]]
            fit = sum(length in {width, narrow} for length in after)
            return at if fit >= _SHARE * len(after) else 0
    return 0


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(figures(cell).strip()) is not None


def _numeric_columns(rows: Sequence[Row]) -> list[int]:
    """Columns most cells of which are numbers or dates below the first two rows."""
    found = []
    body = rows[2:100]
    for at in range(max((len(row) for row in body), default=0)):
        cells = [row[at] for row in body if at < len(row) and row[at].strip()]
        if cells and sum(map(_is_number, cells)) >= _SHARE * len(cells):
            found.append(at)
    return found


def _is_units(rows: Sequence[Row]) -> bool:
    """Whether the row below the header holds units: short words where all others hold numbers, and not one number."""
    header, second = rows[0], rows[1]
    numeric = [at for at in _numeric_columns(rows) if at < len(second)]
    cells = [second[at].strip() for at in numeric]
    given = [cell for cell in cells if cell]
    return (
        len(given) >= 2
        and len(header) == len(second)
        and all(
            len(cell) <= _UNIT_CHARS and not any(letter.isdigit() for letter in cell.strip("²³⁰¹")) for cell in given
        )
        and not any(cell in _NO_UNITS for cell in given)
        and not any(_is_number(cell) for cell in second)
        and not any(_is_number(cell) for cell in header)
    )


_NO_UNITS = {"NA", "N/A", "n/a", "nan", "NaN", "null", "NULL", "None", "?", "-", "--", ".", "na", "نامشخص", "ندارد"}


def _is_second_header(rows: Sequence[Row]) -> bool:
    """Whether the first row names groups of columns, once each or again and again, and the second the columns."""
    first, second = rows[0], rows[1]
    names = [cell.strip() for cell in first]
    given = [name for name in names if name]
    grouped = len(given) >= 1 and (len(set(given)) < len(given) or "" in names[1:])
    numeric = _numeric_columns(rows)
    return (
        grouped
        and len(numeric) >= 2
        and len(first) == len(second)
        and not any(_is_number(cell) for cell in (*first, *second))
        and all(at < len(second) and second[at].strip() for at in numeric)
        # Groups stand over columns of several names; a name that stands twice is no group.
        and len(set(joined_header(first, second))) == len(second)
    )


def _told(rows: Sequence[Row], skip: int, trailing: bool, units: Row | None, header_rows: int = 1) -> list[Warning]:
    told: list[Warning] = []
    if skip:
        first = next((cell.strip() for row in rows[:skip] for cell in row if cell.strip()), "")
        told.append(warning_of("lines_left_out", count=skip, value=first[:_SHOWN]))
    if header_rows > 1:
        told.append(warning_of("header_rows_joined"))
    if units is not None:
        told.append(
            warning_of("units_left_out", values=", ".join(cell.strip() for cell in units if cell.strip())[:200])
        )
    if trailing:
        told.append(warning_of("trailing_cells_left_out"))
    return told
