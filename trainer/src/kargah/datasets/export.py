"""The typed table as a file of another kind.

Cells of CSV that a spreadsheet would run as a formula are made harmless by an apostrophe before them, as OWASP's "CSV
Injection" advises; text columns only, so that negative numbers stay numbers.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kargah.datasets.engine import connect, literal, name

_FORMATS = {
    "csv": "FORMAT csv, HEADER true",
    "jsonl": "FORMAT json, ARRAY false",
    "parquet": "FORMAT parquet, COMPRESSION zstd",
}
_BOM = b"\xef\xbb\xbf"
_RISKY = r"'^[=+\-@\t\r]'"


def answer_request(request: dict[str, Any], _tell: Callable[[Mapping[str, object]], None]) -> dict[str, object]:
    """Write the table of `{folder, format, into, memory_bytes}` to the file `into`; answer its size in bytes."""
    folder, into = Path(request["folder"]), Path(request["into"])
    write_export(folder / "data.parquet", into, str(request["format"]), int(request["memory_bytes"]))
    return {"size_bytes": into.stat().st_size}


def write_export(data: Path, into: Path, kind: str, memory_bytes: int) -> None:
    """Write the Parquet file `data` to `into`, which appears only when it is whole."""
    work = into.with_name(f".export-{os.getpid()}")
    work.mkdir()
    try:
        table = f"read_parquet({literal(str(data))})"
        with connect([work, data.parent], memory_bytes) as connection:
            described = connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()  # noqa: S608
            selected = ", ".join(
                _harmless(str(column)) if kind == "csv" and physical == "VARCHAR" else name(str(column))
                for column, physical, *_ in described
            )
            written = work / "table"
            connection.execute(f"COPY (SELECT {selected} FROM {table}) TO {literal(str(written))} ({_FORMATS[kind]})")  # noqa: S608
        if kind == "csv":
            # Without it Excel takes UTF-8 for the system's own encoding.
            marked = work / "marked"
            with marked.open("wb") as out, written.open("rb") as body:
                out.write(_BOM)
                shutil.copyfileobj(body, out, 1 << 20)
            written = marked
        written.rename(into)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _harmless(column: str) -> str:
    c = name(column)
    return f"CASE WHEN regexp_matches({c}, {_RISKY}) THEN '''' || {c} ELSE {c} END AS {c}"
