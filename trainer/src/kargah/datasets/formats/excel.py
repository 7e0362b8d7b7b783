"""Excel workbooks (.xlsx), one sheet of them, by calamine: values only, no formula is ever computed."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from pathlib import Path

from kargah.datasets.failures import ReadFailure
from kargah.datasets.formats.zips import explodes, open_zip
from kargah.datasets.model import ReadingOptions
from kargah.datasets.tables.columns import require_width, unique_names
from kargah.datasets.tables.missing_words import EVERYWHERE
from kargah.datasets.tables.text_table import TextTable

_MAX_RATIO = 200
_BATCH = 20_000


def sheets_of(original: Path) -> list[str]:
    """Return the names of the sheets. Raises ReadFailure `damaged_file` or `archive_bomb`."""
    from python_calamine import CalamineWorkbook

    _refuse_bombs(original)
    try:
        with CalamineWorkbook.from_path(str(original)) as book:
            return list(book.sheet_names)
    except BaseException as error:
        if not _refused(error):
            raise
        raise ReadFailure("damaged_file") from error


def read_excel(original: Path, work: Path, options: ReadingOptions) -> TextTable:
    """Write one sheet (the first, or `options["sheet"]`) as a Parquet table of text columns into `work`.

    Raises ReadFailure `damaged_file`, `archive_bomb`, `no_rows`, `too_many_columns`, or `not_tabular` for a sheet that
    is not there.
    """
    from python_calamine import CalamineWorkbook

    missing = ("", *options["missing"]) if "missing" in options else EVERYWHERE
    names = sheets_of(original)
    sheet = options.get("sheet") or (names[0] if names else "")
    if sheet not in names:
        raise ReadFailure("not_tabular", format="Excel", reason=sheet[:80] or "0 sheets")
    try:
        with CalamineWorkbook.from_path(str(original)) as book:
            rows = [[_text(cell, missing) for cell in row] for row in book.get_sheet_by_name(sheet).to_python()]
    except BaseException as error:
        if not _refused(error):
            raise
        raise ReadFailure("damaged_file") from error
    rows = [row for row in rows if any(cell is not None for cell in row)]
    headless = not options.get("header", True)
    if not rows or (len(rows) == 1 and not headless):
        raise ReadFailure("no_rows")
    require_width(len(rows[0]))
    given = [f"column_{at + 1}" for at in range(len(rows[0]))] if headless else [cell or "" for cell in rows[0]]
    columns, warnings = unique_names(given)
    body = rows if headless else rows[1:]
    path = work / "text.parquet"
    _write(path, columns, body)
    return TextTable(path, columns, len(body), warnings, {"sheet": sheet, "header": not headless})


def _write(path: Path, columns: list[str], rows: list[list[str | None]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(column, pa.string()) for column in columns])
    with pq.ParquetWriter(path, schema, compression="lz4") as writer:
        for start in range(0, len(rows), _BATCH):
            batch = rows[start : start + _BATCH]
            arrays = [pa.array([row[at] for row in batch], pa.string()) for at in range(len(columns))]
            writer.write_batch(pa.record_batch(arrays, schema=schema))


def _text(cell: object, missing: Collection[str]) -> str | None:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime.datetime):
        midnight = cell.time() == datetime.time()
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ", timespec="seconds")
    text = cell.isoformat() if isinstance(cell, (datetime.date, datetime.time)) else str(cell)
    return None if text in missing else text


def _refuse_bombs(original: Path) -> None:
    with open_zip(original) as archive:
        grown = sum(entry.file_size for entry in archive.infolist())
    if explodes(grown, original.stat().st_size, _MAX_RATIO):
        raise ReadFailure("archive_bomb")


def _refused(error: BaseException) -> bool:
    """Whether the reader gave a file up. Where it meets the unforeseen (a date of the year 10^9) its Rust panics."""
    from python_calamine import CalamineError

    return isinstance(error, (CalamineError, OSError, ValueError)) or type(error).__name__ == "PanicException"
