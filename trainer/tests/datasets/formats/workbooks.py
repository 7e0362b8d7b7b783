"""Excel workbooks written by hand, so that a test can have in them what no program writes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


class Xml(str):
    """A cell as it stands in the sheet; `@` is where it lies."""


def date(serial: float) -> Xml:
    """A day, counted as Excel does."""
    return Xml(f'<c r="@" s="1"><v>{serial!r}</v></c>')


def moment(serial: float) -> Xml:
    """A day and the time as a part of it."""
    return Xml(f'<c r="@" s="2"><v>{serial!r}</v></c>')


def formula(text: str, value: str, kind: str = "str") -> Xml:
    """A formula with what it came to when the workbook was last saved."""
    return Xml(f'<c r="@" t="{kind}"><f>{text}</f><v>{value}</v></c>')


Cell = str | float | bool | None


def rows(*cells: Sequence[Cell]) -> str:
    """The sheet of these rows."""
    return "".join(
        f'<row r="{at}">'
        + "".join(_cell(f"{chr(65 + column)}{at}", cell) for column, cell in enumerate(row))
        + "</row>"
        for at, row in enumerate(cells, 1)
    )


def _cell(place: str, cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Xml):
        return cell.replace("@", place)
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{cell}</t></is></c>'
    return f'<c r="{place}"><v>{cell!r}</v></c>'


def workbook(sheets: Mapping[str, str], extra: Mapping[str, bytes] | None = None) -> bytes:
    """The bytes of a workbook of `sheets` by name; `extra` are files beside them."""
    listed = "".join(f'<sheet name="{name}" sheetId="{at}" r:id="r{at}"/>' for at, name in enumerate(sheets, 1))
    links = "".join(
        f'<Relationship Id="r{at}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(sheets) + 1)
    )
    # Styles 1 and 2: a date, a date with its time.
    styles = '<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs>'
    files = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}<Relationship Id="s" '
        f'Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">{styles}</styleSheet>',
    }
    for at, body in enumerate(sheets.values(), 1):
        files[f"xl/worksheets/sheet{at}.xml"] = f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, _HEAD + text)
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return out.getvalue()
