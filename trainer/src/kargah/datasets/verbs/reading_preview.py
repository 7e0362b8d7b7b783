"""A file looked at with other options: how it would be read, before it is."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kargah.datasets.engine import connect, literal, name
from kargah.datasets.failures import ReadFailure
from kargah.datasets.formats.arrays import read_arrays
from kargah.datasets.formats.encodings.encoding import CODECS, wide_codec
from kargah.datasets.formats.encodings.mojibake import CODE_PAGES, mended
from kargah.datasets.formats.excel import sheets_of
from kargah.datasets.formats.opening import Opened, kept_options, open_table
from kargah.datasets.formats.packed import unpacked
from kargah.datasets.formats.sample import sample_of
from kargah.datasets.formats.sniff import content_of
from kargah.datasets.model import Cell, ReadingOptions
from kargah.datasets.persian import changes_sql, direction_of, normalised_sql
from kargah.datasets.process import failure_of
from kargah.datasets.tables.alike import write_unified
from kargah.datasets.tables.table import write_parquet_table, write_text_table
from kargah.datasets.verbs.preview import rows_of
from kargah.datasets.warnings import at_most

_ROWS = 100
_CHANGES = 30
_SHOWN = 120
_LINE = 200
_ENCODINGS = {"utf-8": "utf-8-sig", "utf-16": "utf-16", **CODECS}
_TEXTS = {"csv", "jsonl"}


def answer_request(request: dict[str, Any], _tell: Callable[[Mapping[str, object]], None]) -> dict[str, object]:
    """Answer `{folder, original, filename, reading, memory_bytes, max_image_bytes}` with the contract's ReadingPreview.

    Of a text file only the first rows are read. What cannot be read with these options is answered with the reason
    and what there is to choose from. Raises ReadFailure for what no options can help.
    """
    folder, original = Path(request["folder"]), Path(request["original"]).resolve()
    work = Path(tempfile.mkdtemp(prefix=".reading-", dir=folder))
    try:
        source, filename = unpacked(original, request["filename"], work, int(request["max_image_bytes"]))
        return _looked_at(request, folder, source, filename, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _looked_at(request: dict[str, Any], folder: Path, original: Path, filename: str, work: Path) -> dict[str, object]:
    options: ReadingOptions = request["reading"]
    content = content_of(original, filename)
    choices = {
        "encodings": _first_lines(original) if content in _TEXTS else [],
        "sheets": sheets_of(original) if content == "excel" else [],
    }
    try:
        source = sample_of(original, work / "head", content, options, filename) if content in _TEXTS else original
        with connect([work, folder, original.parent], int(request["memory_bytes"])) as connection:
            if content == "npz":
                arrays = read_arrays(source, work, int(request["max_image_bytes"]))
                if arrays.kind == "images":
                    raise ReadFailure("not_tabular", format="npz", reason="uint8")
                opened = Opened("npz", kept_options(options), arrays.path, warnings=tuple(arrays.warnings))
            else:
                opened = open_table(source, work, content, options, filename)
            return {**_read_so(connection, opened, work / "data.parquet", options), **choices, "error": None}
    except ReadFailure as failure:
        nothing = {"reading": options, "columns": [], "rows": [], "changes": [], "warnings": []}
        return {**nothing, **choices, "error": failure_of(failure)}


def _read_so(connection: Any, opened: Opened, data: Path, options: ReadingOptions) -> dict[str, object]:
    used: ReadingOptions = {**opened.used, "types": options.get("types", {})}
    raw: ReadingOptions = {**used, "normalise_persian": False}
    if isinstance(opened.table, Path):
        typed = write_parquet_table(connection, opened.table, data, raw)
    else:
        typed = write_text_table(connection, opened.table, data, raw, opened.candidates)
    unified = write_unified(connection, data, typed.types) if options.get("unify") else []
    texts = [column for column, kind in typed.types.items() if kind in {"text", "category"}]
    changes = _changes(connection, data, texts)
    normal = bool(options.get("normalise_persian"))
    rows = _shown_rows(connection, data, list(typed.types), texts if normal else [])
    used["normalise_persian"] = normal
    columns = [
        {
            "name": column,
            "type": kind,
            "direction": direction_of(str(row[at]) for row in rows if isinstance(row[at], str)),
            **({"written": typed.written[column]} if column in typed.written else {}),
        }
        for at, (column, kind) in enumerate(typed.types.items())
    ]
    warnings = at_most([*opened.warnings, *typed.warnings, *unified])
    return {"reading": used, "columns": columns, "rows": rows, "changes": changes, "warnings": warnings}


def _first_lines(original: Path) -> list[dict[str, str]]:
    with original.open("rb") as file:
        head = file.read(4096)
    lines = []
    for encoding, codec in _ENCODINGS.items():
        own = (wide_codec(head) or codec) if encoding == "utf-16" else codec
        text = head.decode(own, "replace").splitlines()
        # A line of ASCII letters is the same in all of them.
        telling = next((line for line in text[:-1] if not line.isascii()), None) if encoding != "utf-16" else None
        lines.append({"encoding": encoding, "line": (telling or (text[0] if text else ""))[:_LINE]})
    text = head.decode("utf-8-sig", "replace").splitlines()
    for spoilt in CODE_PAGES:
        meant = [(line, mended(line, spoilt)) for line in text]
        # It is offered where it changes something.
        changed = next((after for before, after in meant if after != before), None)
        if changed is not None:
            lines.append({"encoding": spoilt, "line": changed[:_LINE]})
    return lines


def _shown_rows(connection: Any, data: Path, columns: list[str], normal: list[str]) -> list[list[Cell]]:
    """The first rows, the columns `normal` of them as the normalisation makes them."""
    shown = data.with_name("shown.parquet")
    cells = ", ".join(
        f"{normalised_sql(name(column))} AS {name(column)}" if column in normal else name(column) for column in columns
    )
    first = f"SELECT {cells} FROM read_parquet({literal(str(data))}) LIMIT {_ROWS}"  # noqa: S608
    connection.execute(f"COPY ({first}) TO {literal(str(shown))} (FORMAT parquet)")
    return rows_of(shown, 0, _ROWS)


def _changes(connection: Any, data: Path, texts: list[str]) -> list[dict[str, object]]:
    """The most frequent values that the Persian normalisation would change, of every column that it touches."""
    found: list[tuple[int, dict[str, object]]] = []
    for column in texts[:50]:
        c = name(column)
        rows = connection.execute(
            f"SELECT left({c}, {_SHOWN}) AS before, left({normalised_sql(c)}, {_SHOWN}) AS after, count(*) AS n "  # noqa: S608
            f"FROM read_parquet({literal(str(data))}) WHERE {changes_sql(c)} "
            f"GROUP BY ALL HAVING before <> after ORDER BY n DESC, 1 LIMIT {_CHANGES}"
        ).fetchall()
        found += [
            (place, {"column": column, "before": before, "after": after, "count": int(count)})
            for place, (before, after, count) in enumerate(rows)
        ]
    # One column of many changes hides no other.
    return [change for _, change in sorted(found, key=lambda one: one[0])[:_CHANGES]]
