"""Excel workbooks (.xlsx), one sheet of them, by calamine: values only, no formula is ever computed."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from kargah.datasets.failures import ReadFailure
from kargah.datasets.formats.layout import joined_header, layout_of
from kargah.datasets.formats.zips import explodes, open_zip
from kargah.datasets.model import ReadingOptions
from kargah.datasets.tables.columns import require_width, unique_names
from kargah.datasets.tables.notation.missing_words import EVERYWHERE
from kargah.datasets.tables.text_table import TextTable
from kargah.datasets.warnings import warning_of

_MAX_RATIO = 200
_BATCH = 20_000
_SAMPLE_ROWS = 200


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
    sheet = options.get("sheet") or _table_sheet(original, names)
    if sheet not in names:
        raise ReadFailure("not_tabular", format="Excel", reason=sheet[:80] or "0 sheets")
    try:
        with CalamineWorkbook.from_path(str(original)) as book:
            found = book.get_sheet_by_name(sheet)
            rows = [[_text(cell, missing) for cell in row] for row in found.to_python()]
            start, ranges = found.start or (0, 0), found.merged_cell_ranges or []
    except BaseException as error:
        if not _refused(error):
            raise
        raise ReadFailure("damaged_file") from error
    places = [at for at, row in enumerate(rows) if any(cell is not None for cell in row)]
    rows = [rows[at] for at in places]
    headless = not options.get("header", True)
    layout = layout_of([[cell or "" for cell in row] for row in rows[:_SAMPLE_ROWS]], options)
    rows, places = rows[layout.skip :], places[layout.skip :]
    header_rows = 0 if headless else layout.header_rows
    if not rows or len(rows) <= header_rows + layout.units:
        raise ReadFailure("no_rows")
    width = len(rows[0]) - layout.trailing
    require_width(width)
    if headless:
        given = [f"column_{at + 1}" for at in range(width)]
    elif header_rows == 2:
        given = joined_header([cell or "" for cell in rows[0]], [cell or "" for cell in rows[1]])[:width]
    else:
        given = [cell or "" for cell in rows[0][:width]]
    columns, warnings = unique_names(given)
    first = header_rows + layout.units
    body = rows[first:]
    merged = _fill_merged(dict(zip(places[first:], body, strict=True)), start, ranges)
    others = [name for name in names if name != sheet]
    told = [*layout.warnings, *warnings]
    if merged:
        told.append(warning_of("merged_cells_filled", count=merged))
    if others and "sheet" not in options:
        told.append(warning_of("other_sheets", values=", ".join(others)[:200], value=sheet))
    path = work / "text.parquet"
    _write(path, columns, body)
    used: ReadingOptions = {"sheet": sheet, "header": not headless}
    used |= {"skip_rows": layout.skip} if layout.skip else {}
    used |= {"units": True} if layout.units else {}
    used |= {"header_rows": 2} if header_rows == 2 else {}
    return TextTable(path, columns, len(body), told, used)


def _fill_merged(
    body: Mapping[int, list[str | None]],
    start: tuple[int, int],
    ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]],
) -> int:
    """Write what stands in cells merged over several rows into each of these; return into how many.

    Cells that are merged over columns alone are left: a title, or a name over several columns. So are cells of the
    header, and rows that hold nothing else.

    Args:
        body: the rows of the table's body that hold anything, by their place in the sheet's rows
    """
    filled = 0
    # A cell belongs to one range; a file that says otherwise is not followed without end.
    left = sum(map(len, body.values()))
    for (top, column), (bottom, _) in ranges:
        first, at = top - start[0], column - start[1]
        source = body.get(first)
        left -= bottom - top
        if left < 0:
            break
        if source is None or not 0 <= at < len(source) or source[at] is None:
            continue
        for place in range(first + 1, bottom - start[0] + 1):
            row = body.get(place)
            if row is not None and row[at] is None:
                row[at] = source[at]
                filled += 1
    return filled


def _table_sheet(original: Path, names: list[str]) -> str:
    """The first sheet, or the largest where the first is a cover: of one column, or one row."""
    from python_calamine import CalamineWorkbook

    if len(names) < 2:
        return names[0] if names else ""
    try:
        with CalamineWorkbook.from_path(str(original)) as book:
            sizes = {name: (sheet.height, sheet.width) for name in names if (sheet := book.get_sheet_by_name(name))}
    except BaseException as error:
        if not _refused(error):
            raise
        raise ReadFailure("damaged_file") from error
    rows, columns = sizes[names[0]]
    largest = max(names, key=lambda name: sizes[name][0] * sizes[name][1])
    is_cover = (columns < 2 or rows < 2) and sizes[largest][0] > max(rows, 2) and sizes[largest][1] >= 2
    return largest if is_cover else names[0]


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
