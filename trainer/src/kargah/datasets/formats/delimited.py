"""Comma-separated text and its relatives, strictly: every row as wide as the header."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kargah.datasets.failures import ReadFailure
from kargah.datasets.formats.encodings.encoding import TextFile
from kargah.datasets.formats.foreign_delimiter import ascii_delimiter, open_ascii, restored
from kargah.datasets.formats.layout import joined_header, layout_of
from kargah.datasets.formats.tidy import (
    Untidy,
    comment_of,
    is_spaced,
    rows_of,
    separator_of,
    without_remarks,
    write_tidy,
)
from kargah.datasets.model import ReadingOptions, Warning
from kargah.datasets.tables.columns import require_width, unique_names
from kargah.datasets.tables.notation.missing_words import EVERYWHERE
from kargah.datasets.tables.text_table import BeginAgain
from kargah.datasets.warnings import warning_of

if TYPE_CHECKING:
    import pyarrow as pa

_DELIMITERS = ",;\t|؛"
# Delimiters of some files that are used only where a person sets them, never guessed.
_UNUSUAL = "^~:\u00a6\u00b7 "
_CLEAR = 0.8
_SAMPLE_CHARS = 1 << 20
_BLOCK_BYTES = 8 << 20
# Room for a row of 64 MiB, which is what a line of JSON may have too.
_MOST_BLOCK_BYTES = 128 << 20
_NUMERIC = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


@dataclass
class Delimited:
    """Rows of a text file, which is read anew for each `batches`; `skip` rows come before the first one."""

    text: TextFile
    names: list[str]
    delimiter: str
    skip: int
    warnings: list[Warning]
    used: ReadingOptions = field(default_factory=ReadingOptions)
    missing: Sequence[str] = EVERYWHERE
    block_bytes: int = _BLOCK_BYTES

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows, every cell a text or missing.

        Raises ReadFailure `ragged_rows`, `no_rows`, `not_tabular` (a quote that never ends), `reader_limit` (a row
        beyond 64 MiB) or `damaged_file`; BeginAgain for a row longer than a block, once.
        """
        try:
            yield from _blocks(self)
        except _RowBeyondBlock as error:
            if self.text.quotes % 2:
                raise ReadFailure("not_tabular", format="CSV", reason='"') from error
            if self.block_bytes == _MOST_BLOCK_BYTES:
                raise ReadFailure("reader_limit", resource="RAM") from error
            self.block_bytes = _MOST_BLOCK_BYTES
            raise BeginAgain from error

    def close(self) -> None:
        """Does nothing: a text file needs no temporary copy."""


def open_delimited(text: TextFile, work: Path, options: ReadingOptions | None = None) -> Delimited:
    """Return the table that `text` is; what `options` leave open is found out.

    Raises ReadFailure `too_many_columns` or `no_rows`.
    """
    with text.path.open(encoding="utf-8", newline="") as file:
        sample = file.read(_SAMPLE_CHARS)
        complete = len(sample) < _SAMPLE_CHARS
    options = options or {}
    stated = separator_of(sample)
    comment = comment_of(sample, options)
    if stated is not None or comment is not None:
        lines = without_remarks(io.StringIO(sample, newline=""), comment, states_separator=stated is not None)
        sample = "".join(lines)
    delimiter = options.get("delimiter") or stated or _table_delimiter(sample, complete=complete)
    sampled = [row for row in rows_of(sample, delimiter) if row]
    spaced = is_spaced(sampled)
    if spaced:
        sampled = [row for row in rows_of(sample, delimiter, spaced=True) if row]
    # The last one may be cut.
    layout = layout_of(sampled if complete or len(sampled) < 3 else sampled[:-1], options)
    warnings: list[Warning] = list(layout.warnings)
    if comment is not None:
        warnings.append(warning_of("remarks_left_out", value=comment))
    header = sampled[layout.skip] if len(sampled) > layout.skip else []
    if layout.header_rows == 2:
        header = joined_header(header, sampled[layout.skip + 1])
    if layout.trailing and header and not header[-1].strip():
        header = header[:-1]
    require_width(len(header))
    numeric = bool(header) and all(_NUMERIC.fullmatch(cell.strip()) for cell in header)
    headless = not options.get("header", not numeric)
    names, renamed = unique_names([f"column_{i + 1}" for i in range(len(header))] if headless else header)
    if not headless:
        warnings += renamed
    elif "header" not in options:
        warnings.append(warning_of("no_header"))
    if len(names) == 1 and len(sampled) > 2 and (other := _other_delimiter(sampled)):
        warnings.append(warning_of("one_column", value=other))
    rows = len(sampled) - layout.skip - layout.header_rows - layout.units
    if complete and not headless and rows < 1:
        raise ReadFailure("no_rows")
    used: ReadingOptions = {"delimiter": delimiter, "header": not headless}
    used |= {"skip_rows": layout.skip} if layout.skip else {}
    used |= {"comment": comment} if comment is not None else {}
    used |= {"units": True} if layout.units else {}
    used |= {"header_rows": 2} if layout.header_rows == 2 else {}
    form = Untidy(delimiter, layout, comment, spaced, stated is not None)
    if not form.is_tidy:
        text = write_tidy(text, work, form)
    missing = ("", *options["missing"]) if "missing" in options else EVERYWHERE
    return Delimited(text, names, delimiter, 0 if headless else 1, warnings, used, missing)


def _table_delimiter(sample: str, *, complete: bool) -> str:
    """The delimiter that splits the rows as the header, or where titles stand before it most rows alike."""
    found, score = delimiter_of(sample, complete=complete)
    if score >= _CLEAR:
        return found
    best, most = found, score
    for delimiter in _DELIMITERS:
        widths = Counter(len(row) for row in rows_of(sample[:200_000], delimiter)[:200] if row)
        width, count = max(widths.items(), key=lambda one: one[1], default=(0, 0))
        share = count / max(1, sum(widths.values()))
        if width > 1 and share > most:
            best, most = delimiter, share
    return best


def _other_delimiter(rows: list[list[str]]) -> str | None:
    """A sign that stands equally often in every line of a table of one column."""
    for sign in _UNUSUAL:
        counts = {row[0].count(sign) for row in rows[:50] if row}
        if len(counts) == 1 and counts != {0}:
            return sign
    return None


def delimiter_of(sample: str, *, complete: bool) -> tuple[str, float]:
    """Return the delimiter that splits most of the first rows into as many cells as the header, and of how many."""
    best, best_score = ",", (0.0, 0)
    head = sample[:200_000]
    for delimiter in _DELIMITERS:
        rows = [row for row in rows_of(head, delimiter)[:200] if row]
        if len(rows) > 1 and not (complete and len(head) == len(sample)):
            rows = rows[:-1]
        if not rows or len(rows[0]) < 2:
            continue
        score = (sum(len(row) == len(rows[0]) for row in rows) / len(rows), len(rows[0]))
        if score > best_score:
            best, best_score = delimiter, score
    return best, best_score[0]


class _RowBeyondBlock(Exception):
    pass


def _blocks(table: Delimited) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa
    import pyarrow.csv as pc

    text, names, delimiter = table.text, table.names, table.delimiter

    ragged: list[tuple[int, int]] = []

    def refuse(row: pc.InvalidRow) -> str:
        ragged.append((row.number or 0, row.actual_columns))
        return "error"

    schema = pa.schema([(column, pa.string()) for column in names])
    last: pa.RecordBatch | None = None
    try:
        reader = pc.open_csv(
            open_ascii(text.path, delimiter),
            read_options=pc.ReadOptions(
                column_names=names, skip_rows_after_names=table.skip, use_threads=False, block_size=table.block_bytes
            ),
            # Without a quote no cell goes on in the next line, and lines are found sooner.
            parse_options=pc.ParseOptions(
                delimiter=ascii_delimiter(delimiter), newlines_in_values=text.quotes > 0, invalid_row_handler=refuse
            ),
            convert_options=pc.ConvertOptions(
                column_types=schema,
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                null_values=list(table.missing),
            ),
        )
        for read in reader:
            batch = restored(read, delimiter)
            if batch.num_rows:
                last = batch
                yield batch
    except pa.ArrowInvalid as error:
        if ragged:
            number, found = ragged[0]
            raise ReadFailure("ragged_rows", row=number, found=found, expected=len(names)) from error
        if "straddl" in str(error):
            raise _RowBeyondBlock from error
        if "Empty CSV" in str(error):
            raise ReadFailure("no_rows") from error
        raise ReadFailure("damaged_file") from error
    if last is not None and text.quotes % 2 == 1 and _ends_open(last):
        raise ReadFailure("not_tabular", format="CSV", reason='"')


def _ends_open(batch: pa.RecordBatch) -> bool:
    """A quote that never ends swallows the rest of the file into the last cell."""
    cell = batch.column(batch.num_columns - 1)[batch.num_rows - 1].as_py()
    return isinstance(cell, str) and "\n" in cell
