"""A delimited text file without the lines and cells that are no data, written anew where it has some."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kargah.datasets.failures import ReadFailure
from kargah.datasets.formats.encodings.encoding import TextFile
from kargah.datasets.formats.layout import Layout, joined_header
from kargah.datasets.limits import MAX_LINE_BYTES
from kargah.datasets.model import ReadingOptions


@dataclass(frozen=True)
class Untidy:
    """What a delimited file has besides its rows and one header row."""

    delimiter: str
    layout: Layout
    comment: str | None
    """The sign that its remarks begin with."""
    spaced: bool
    """Whether a space follows the delimiters."""
    states_separator: bool
    """Whether its first line states the delimiter."""

    @property
    def is_tidy(self) -> bool:
        return self.layout.is_plain and self.comment is None and not self.spaced and not self.states_separator


_SEPARATOR = re.compile(r'\ufeff?"?sep=(.|\t)"?\r?\n', re.IGNORECASE)
_COMMENTS = ("#", "%", "//")
_SPACED = 0.95


def separator_of(sample: str) -> str | None:
    """Return the delimiter that the first line states, as Excel's `sep=;`."""
    match = _SEPARATOR.match(sample)
    return None if match is None else match[1]


def comment_of(sample: str, options: ReadingOptions) -> str | None:
    """Return the sign that remarks of a file begin with: that of its first line, where other lines have none."""
    if "comment" in options:
        return options["comment"] or None
    lines = [line for line in sample.splitlines()[:200] if line.strip()]
    for sign in _COMMENTS:
        if lines and lines[0].startswith(sign):
            plain = sum(not line.startswith(sign) for line in lines)
            return sign if plain >= 2 and not all(line.startswith(sign) for line in lines[:-1]) else None
    return None


def without_remarks(lines: Iterable[str], comment: str | None, *, states_separator: bool) -> Iterator[str]:
    """Yield the lines without remarks and without the first where it states the delimiter."""
    for at, line in enumerate(lines):
        if at == 0 and states_separator:
            continue
        if comment is None or not line.startswith(comment):
            yield line


def is_spaced(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a space follows the delimiters."""
    cells = [cell for row in rows[:200] for cell in row[1:] if cell]
    return len(cells) > 0 and sum(cell.startswith(" ") for cell in cells) >= _SPACED * len(cells)


def write_tidy(text: TextFile, work: Path, form: Untidy) -> TextFile:
    """Return a copy of `text` in `work`: one header row, rows of data, nothing else. Raises ReadFailure."""
    copy = work / "tidy.csv"
    previous = csv.field_size_limit(MAX_LINE_BYTES)
    try:
        with text.path.open(encoding="utf-8", newline="") as given, copy.open("w", encoding="utf-8", newline="") as out:
            lines = without_remarks(given, form.comment, states_separator=form.states_separator)
            reader = csv.reader(lines, delimiter=form.delimiter, skipinitialspace=form.spaced)
            writer = csv.writer(out, delimiter=form.delimiter, lineterminator="\n")
            for row in _data((row for row in reader if row), form.layout):
                writer.writerow(row)
    except csv.Error as error:
        raise ReadFailure("damaged_file") from error
    finally:
        csv.field_size_limit(previous)
    return replace(text, path=copy, quotes=2)


def _data(rows: Iterator[list[str]], layout: Layout) -> Iterator[list[str]]:
    for _ in range(layout.skip):
        next(rows, None)
    width = 0
    for at, row in enumerate(rows):
        if at == 0:
            width = len(row) - (layout.trailing and not row[-1].strip())
            yield (joined_header(row, next(rows, [])) if layout.header_rows == 2 else row)[:width]
        elif at > 1 or not layout.units:
            yield row[:width] if layout.trailing and len(row) == width + 1 and not row[-1].strip() else row


def rows_of(sample: str, delimiter: str, *, spaced: bool = False) -> list[list[str]]:
    """Return the rows of the text `sample`."""
    previous = csv.field_size_limit(len(sample) + 1)
    try:
        return list(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, skipinitialspace=spaced))
    finally:
        csv.field_size_limit(previous)
