"""A table as a workbook of one sheet, which Excel, LibreOffice and Kargah itself open.

Written as ECMA-376 says, row by row, so that a table of any length takes the memory of one batch. Texts are inline
strings, which no spreadsheet runs as a formula.
"""

from __future__ import annotations

import datetime
import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from kargah.datasets.failures import ReadFailure

MAX_ROWS, MAX_COLUMNS, MAX_LETTERS = 1_048_576, 16_384, 32_767
# Excel counts with fifteen digits; a longer whole number is written as text, so that no digit is lost.
_EXACT = 10**15
# The day before which Excel's calendar has a day that never was.
_FIRST_DAY = datetime.date(1900, 3, 1)
_DAY_ZERO = datetime.datetime(1899, 12, 30)
_DATE, _MOMENT, _HEAD = 1, 2, 3
# What XML cannot hold or reads as another letter (a carriage return), and what reads like the way to write that.
_UNWRITTEN = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = {
    "[Content_Types].xml": f"""<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>
<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>""",
    "_rels/.rels": f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/workbook.xml": f"""<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">
<sheets><sheet name="data" sheetId="1" r:id="rId1"/></sheets></workbook>""",
    "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>""",
    "xl/styles.xml": f"""<styleSheet xmlns="{_MAIN}">
<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>
<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>
<fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>
<cellXfs count="4"><xf xfId="0"/><xf xfId="0" numFmtId="164" applyNumberFormat="1"/>
<xf xfId="0" numFmtId="165" applyNumberFormat="1"/><xf xfId="0" fontId="1" applyFont="1"/></cellXfs></styleSheet>""",
}


def write_workbook(
    into: Path, names: Sequence[str], batches: Iterable[Sequence[Sequence[object]]], *, rows: int, rtl: bool
) -> None:
    """Write the columns `names` and their `rows`, as many as all `batches` have.

    `rtl`: the first column stands at the right.

    Raises ReadFailure `workbook_too_small` for more than a sheet holds: Excel would open the file without the rest.
    More rows are refused before any is read.
    """
    if len(names) > MAX_COLUMNS or rows + 1 > MAX_ROWS:
        raise ReadFailure("workbook_too_small")
    letters = [_letters(at) for at in range(len(names))]
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for part, text in _PARTS.items():
            archive.writestr(_entry(part), _XML + text)
        with archive.open(_entry("xl/worksheets/sheet1.xml"), "w", force_zip64=True) as sheet:
            sheet.write(_opening(rtl).encode())
            sheet.write(_row(1, letters, [_text(one, _HEAD) for one in names]))
            row = 1
            for batch in batches:
                written = []
                for values in batch:
                    row += 1
                    written.append(_row(row, letters, [_cell(one) for one in values]))
                sheet.write(b"".join(written))
            sheet.write(b"</sheetData></worksheet>")


def _entry(part: str) -> zipfile.ZipInfo:
    """Return an entry without the time of day: the same table always makes the same bytes."""
    entry = zipfile.ZipInfo(part)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _opening(rtl: bool) -> str:
    side = ' rightToLeft="1"' if rtl else ""
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    view = f'<sheetViews><sheetView{side} workbookViewId="0">{pane}</sheetView></sheetViews>'
    return f'{_XML}<worksheet xmlns="{_MAIN}">{view}<sheetFormatPr defaultRowHeight="15"/><sheetData>'


def _row(number: int, letters: Sequence[str], cells: Sequence[tuple[str, str] | None]) -> bytes:
    written = (
        f'<c r="{letter}{number}"{cell[0]}>{cell[1]}</c>'
        for letter, cell in zip(letters, cells, strict=True)
        if cell is not None
    )
    return f'<row r="{number}">{"".join(written)}</row>'.encode()


def _cell(value: object) -> tuple[str, str] | None:
    """Return a cell's attributes and content; None for an empty one."""
    if value is None:
        return None
    if isinstance(value, bool):
        return ' t="b"', f"<v>{int(value)}</v>"
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, datetime.date):
        return _day(value)
    return _text(str(value))


def _number(value: int | float) -> tuple[str, str] | None:
    if isinstance(value, int):
        return ("", f"<v>{value}</v>") if abs(value) < _EXACT else _text(str(value))
    if math.isnan(value):
        return None
    return ("", f"<v>{value!r}</v>") if math.isfinite(value) else _text("Infinity" if value > 0 else "-Infinity")


def _day(value: datetime.date) -> tuple[str, str]:
    if isinstance(value, datetime.datetime):
        if value.date() < _FIRST_DAY:
            return _text(value.isoformat(" "))
        return f' s="{_MOMENT}"', f"<v>{(value - _DAY_ZERO) / datetime.timedelta(days=1)!r}</v>"
    if value < _FIRST_DAY:
        return _text(value.isoformat())
    return f' s="{_DATE}"', f"<v>{(value - _DAY_ZERO.date()).days}</v>"


def _text(text: str, style: int = 0) -> tuple[str, str]:
    # Excel counts in units of UTF-16.
    if len(text) > MAX_LETTERS or len(text.encode("utf-16-le", "surrogatepass")) > 2 * MAX_LETTERS:
        raise ReadFailure("workbook_too_small")
    shown = _UNWRITTEN.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    attributes = ' t="inlineStr"' + (f' s="{style}"' if style else "")
    return attributes, f'<is><t xml:space="preserve">{escape(shown)}</t></is>'


def _letters(column: int) -> str:
    """Return the name of a column as sheets have them: A, B, … Z, AA."""
    name = ""
    column += 1
    while column > 0:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
