"""The typed table as a file of another kind, or all pictures as one zip.

Cells of CSV that a spreadsheet would run as a formula are made harmless by an apostrophe before them, as OWASP's "CSV
Injection" advises; names of columns and text columns only, so that negative numbers stay numbers.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kargah.datasets.engine import connect, literal, name
from kargah.datasets.formats.workbook import write_workbook
from kargah.datasets.persian import direction_of, jalali_sql

_FORMATS = {
    "csv": "FORMAT csv, HEADER true",
    "jsonl": "FORMAT json, ARRAY false",
    "parquet": "FORMAT parquet, COMPRESSION zstd",
}
_BATCH = 2_000
_BOM = b"\xef\xbb\xbf"
_RISKY = re.compile(r"^[=+\-@\t\r]")


def answer_request(request: dict[str, Any], _tell: Callable[[Mapping[str, object]], None]) -> dict[str, object]:
    """Write what `{folder, format, into, memory_bytes}` names to the file `into`; answer its size in bytes."""
    folder, into = Path(request["folder"]), Path(request["into"])
    if request["format"] == "zip":
        write_pictures(folder / "images", into)
    else:
        write_export(folder / "data.parquet", into, str(request["format"]), int(request["memory_bytes"]))
    return {"size_bytes": into.stat().st_size}


def write_export(data: Path, into: Path, kind: str, memory_bytes: int) -> None:
    """Write the Parquet file `data` to `into`, which appears only when it is whole."""
    with _work_beside(into) as work:
        table = f"read_parquet({literal(str(data))})"
        with connect([work, data.parent], memory_bytes) as connection:
            described = connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()  # noqa: S608
            profile = data.with_name("profile.json")
            jalali = _jalali_columns(profile)
            selected = ", ".join(
                _written(kind, str(column), "JALALI" if column in jalali else str(physical))
                for column, physical, *_ in described
            )
            written = work / "table"
            if kind == "xlsx":
                names = [str(column) for column, *_ in described]
                ((rows,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()  # noqa: S608
                found = connection.execute(f"SELECT {selected} FROM {table}")  # noqa: S608
                batches = iter(lambda: found.fetchmany(_BATCH), [])
                write_workbook(written, names, batches, rows=rows, rtl=_is_rtl(profile, names))
            else:
                connection.execute(
                    f"COPY (SELECT {selected} FROM {table}) TO {literal(str(written))} ({_FORMATS[kind]})"  # noqa: S608
                )
        if kind == "csv":
            # Without it Excel takes UTF-8 for the system's own encoding.
            marked = work / "marked"
            with marked.open("wb") as out, written.open("rb") as body:
                out.write(_BOM)
                shutil.copyfileobj(body, out, 1 << 20)
            written = marked
        written.rename(into)


def _jalali_columns(profile: Path) -> set[str]:
    """The columns whose file wrote them in the Jalali calendar, as people who take it out expect them again."""
    if not profile.exists():
        return set()
    columns = json.loads(profile.read_text("utf-8"))["columns"]
    return {one["name"] for one in columns if one.get("calendar") == "jalali"}


def _is_rtl(profile: Path, names: list[str]) -> bool:
    """Whether a table is read from the right: its names are, or most of its texts."""
    columns = json.loads(profile.read_text("utf-8"))["columns"] if profile.exists() else []
    texts = [one["direction"] == "rtl" for one in columns if one["type"] in {"text", "category"}]
    return direction_of(names) == "rtl" or sum(texts) * 2 > len(texts)


def write_pictures(images: Path, into: Path) -> None:
    """Write the class folders `images` to the zip `into`, which appears only when it is whole.

    Its entries are `images/<class>/<file>`, in the order in which training reads them, not compressed once more; the
    same pictures always make the same bytes.
    """
    with _work_beside(into) as work:
        written = work / "pictures"
        with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
            for folder in sorted(one for one in images.iterdir() if one.is_dir()):
                for file in sorted(one for one in folder.rglob("*") if one.is_file()):
                    entry = zipfile.ZipInfo(f"images/{file.relative_to(images).as_posix()}")
                    entry.file_size = file.stat().st_size
                    with file.open("rb") as body, archive.open(entry, "w") as out:
                        shutil.copyfileobj(body, out, 1 << 20)
        written.rename(into)


@contextmanager
def _work_beside(into: Path) -> Iterator[Path]:
    work = into.with_name(f".export-{os.getpid()}")
    work.mkdir()
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _written(kind: str, column: str, physical: str) -> str:
    if physical == "JALALI" and kind != "parquet":
        return f"{jalali_sql(name(column))} AS {name(column)}"
    if kind == "csv":
        return _harmless(column, physical)
    c = name(column)
    if kind == "jsonl" and physical in {"DOUBLE", "FLOAT"}:
        # JSON has no number for these: NaN is null, and the infinite ones are words, which reading knows.
        word = f"CASE WHEN {c} > 0 THEN 'Infinity' ELSE '-Infinity' END"
        return f"CASE WHEN isnan({c}) THEN NULL WHEN isinf({c}) THEN to_json({word}) ELSE to_json({c}) END AS {c}"
    return c


def _harmless(column: str, physical: str) -> str:
    c = name(column)
    shown = name(f"'{column}" if _RISKY.match(column) else column)
    if physical != "VARCHAR":
        return f"{c} AS {shown}"
    return f"CASE WHEN regexp_matches({c}, {literal(_RISKY.pattern)}) THEN '''' || {c} ELSE {c} END AS {shown}"
