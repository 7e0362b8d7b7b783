"""Questions to a read table: sorted and filtered pages, and one SELECT of a person's own."""

from __future__ import annotations

import datetime
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kargah.datasets.cells import cell_of
from kargah.datasets.engine import connect_to_tables, name, own_spill
from kargah.datasets.failures import ReadFailure
from kargah.datasets.model import Cell, ColumnType
from kargah.datasets.persian import direction_of, figures, gregorian_moment
from kargah.datasets.process import limit_of
from kargah.folding import search_sql

if TYPE_CHECKING:
    import duckdb

MAX_ROWS = 1_000
MAX_COLUMNS = 500
_ORDER = "__kargah_row"
_COMPARE = {"=", "!=", "<", "<=", ">", ">="}
_TYPES: dict[str, ColumnType] = {"BOOLEAN": "boolean", "DATE": "date", "VARCHAR": "text"}
_INTEGER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?")


def answer_request(request: dict[str, Any], _tell: Callable[[Mapping[str, object]], None]) -> dict[str, object]:
    """Answer `{folder, sql, memory_bytes}` with columns, at most 1,000 rows, and whether there are more.

    Raises ReadFailure `query_not_select` or `query_failed`, whose reason is the engine's own sentence.
    """
    import duckdb

    folder = Path(request["folder"])
    sql = str(request["sql"])
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise ReadFailure("query_failed", reason=_reason(error, folder, sql)) from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise ReadFailure("query_not_select")
    began = time.perf_counter()
    table = folder / "data.parquet"
    with connect_to_tables({"data": table}, int(request["memory_bytes"]), own_spill(folder)) as connection:
        try:
            found = connection.execute(statements[0])
            described = list(found.description or [])[:MAX_COLUMNS]
            rows = found.fetchmany(MAX_ROWS + 1)
        except duckdb.Error as error:
            # Other messages of the engine repeat the query.
            if isinstance(error, (duckdb.OutOfMemoryException, duckdb.IOException)) and limit_of(error) is not None:
                raise
            raise ReadFailure("query_failed", reason=_reason(error, folder, sql)) from error
    cells = [[_shown(value, folder) for value in row[:MAX_COLUMNS]] for row in rows[:MAX_ROWS]]
    columns = []
    for at, column in enumerate(described):
        kind = type_of(str(column[1]))
        texts = (str(row[at]) for row in cells[:200] if row[at] is not None)
        columns.append(
            {"name": str(column[0]), "type": kind, "direction": direction_of(texts) if kind == "text" else "ltr"}
        )
    return {
        "columns": columns,
        "rows": cells,
        "truncated": len(rows) > MAX_ROWS,
        "seconds": round(time.perf_counter() - began, 4),
    }


def arranged_rows(folder: Path, request: dict[str, Any]) -> dict[str, object]:
    """Return the page that `{offset, limit, sort?, order, conditions, memory_bytes}` asks for, and how many rows fit.

    Rows that compare equal keep the order of the file. Raises ReadFailure `column_unknown` or `filter_invalid`.
    """
    import duckdb

    table = folder / "data.parquet"
    with connect_to_tables({"data": table}, int(request["memory_bytes"]), own_spill(folder)) as connection:
        types = {str(row[0]): str(row[1]) for row in connection.execute("DESCRIBE data").fetchall()}
        where, values = _where(request["conditions"], types)
        sort = request.get("sort")
        order = f"{_ORDER}"
        if sort is not None:
            _require(sort, types)
            # Code points put پ, چ, ژ and گ behind ی.
            persian = " COLLATE fa" if types[sort] == "VARCHAR" and _is_rtl(folder, sort) else ""
            order = f"{name(sort)}{persian} {'DESC' if request['order'] == 'desc' else 'ASC'} NULLS LAST, {_ORDER}"
        source = f"(SELECT *, file_row_number AS {_ORDER} FROM {_numbered(table)}) WHERE {where}"  # noqa: S608
        columns = ", ".join(map(name, types))
        try:
            total = int(request["rows"])
            if request["conditions"]:
                total = int((connection.execute(f"SELECT count(*) FROM {source}", values).fetchone() or (0,))[0])  # noqa: S608
            page = connection.execute(
                f"SELECT {columns} FROM {source} ORDER BY {order} LIMIT {int(request['limit'])} "  # noqa: S608
                f"OFFSET {int(request['offset'])}",
                values,
            ).fetchall()
        except duckdb.ConversionException as error:
            raise ReadFailure("filter_invalid", reason=_reason(error, folder)) from error
    return {"rows": [[cell_of(value) for value in row] for row in page], "total_rows": total}


def type_of(kind: str) -> str:
    """Return the engine's type in our terms."""
    if kind in _TYPES:
        return _TYPES[kind]
    if _INTEGER.fullmatch(kind):
        return "integer"
    if kind in {"FLOAT", "DOUBLE"} or kind.startswith("DECIMAL"):
        return "number"
    return "datetime" if kind.startswith("TIMESTAMP") else "text"


def _is_rtl(folder: Path, column: str) -> bool:
    profile = json.loads((folder / "profile.json").read_text("utf-8"))
    return any(one["name"] == column and one["direction"] == "rtl" for one in profile["columns"])


def _as_written(value: object, kind: str) -> object:
    """A value that a person typed as the engine takes it: digits of any kind, and Jalali days for days."""
    if not isinstance(value, str):
        return value
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        try:
            return gregorian_moment(value)
        except ValueError as error:
            raise ReadFailure("filter_invalid", reason=value[:80]) from error
    return value if kind in {"VARCHAR", "BOOLEAN"} else figures(value)


def _numbered(table: Path) -> str:
    from kargah.datasets.engine import literal

    return f"read_parquet({literal(str(table))}, file_row_number = true)"


def _require(column: object, types: Mapping[str, str]) -> str:
    if not isinstance(column, str) or column not in types:
        raise ReadFailure("column_unknown", column=str(column)[:200])
    return column


def _where(conditions: list[dict[str, Any]], types: Mapping[str, str]) -> tuple[str, list[object]]:
    parts = ["true"]
    values: list[object] = []
    for condition in conditions:
        column = _require(condition.get("column"), types)
        op, value = condition.get("op"), condition.get("value")
        c = name(column)
        if op in {"is_missing", "is_present"}:
            parts.append(f"{c} IS {'NOT ' if op == 'is_present' else ''}NULL")
        elif op in {"contains", "starts_with"}:
            if not isinstance(value, str):
                raise ReadFailure("filter_invalid", reason=f"{op} needs text")
            # As every search of Kargah: other forms of a letter, marks and case are the same.
            parts.append(f"{op}({search_sql(f'CAST({c} AS VARCHAR)')}, {search_sql('CAST(? AS VARCHAR)')})")
            values.append(value)
        elif op == "in":
            if not isinstance(value, list) or not value:
                raise ReadFailure("filter_invalid", reason="in needs a list of values")
            marks = ", ".join(f"CAST(? AS {types[column]})" for _ in value)
            parts.append(f"{c} IN ({marks})")
            values.extend(_as_written(one, types[column]) for one in value)
        elif op in _COMPARE:
            if value is None or isinstance(value, list):
                raise ReadFailure("filter_invalid", reason=f"{op} needs one value")
            parts.append(f"{c} {op} CAST(? AS {types[column]})")
            values.append(_as_written(value, types[column]))
        else:
            raise ReadFailure("filter_invalid", reason=f"unknown condition {op}"[:80])
    return " AND ".join(parts), values


def _shown(value: object, folder: Path) -> Cell:
    plain = value is None or isinstance(value, (bool, int, float, datetime.date))
    # The engine's functions about itself would show where the table lies.
    return cell_of(value if plain else str(value).replace(str(folder), ""))


def _reason(error: duckdb.Error, folder: Path, asked: str = "") -> str:
    """What the engine says, without where anything lies on this machine, but for what the question names itself."""
    text = str(error)
    places = {str(folder), str(folder.resolve()), sys.prefix, sys.base_prefix, tempfile.gettempdir(), str(Path.cwd())}
    places |= {os.environ.get("HOME", os.sep), str(Path(__file__).parents[3])}
    # The longest first, since one may contain another. The file system's root is left out: it would match everywhere.
    for place in sorted(places - {"", os.sep}, key=len, reverse=True):
        if place not in asked:
            text = text.replace(place, "")
    return text.strip()[:600]
