"""Reads one uploaded file into a dataset's folder.

`python -m kargah.datasets.read [request.json]` takes `{folder, filename, source_id?, memory_bytes, max_image_bytes,
limits}` by file or standard input. Beside the untouched `original` it leaves `data.parquet` or `images/<class>/…`,
`profile.json` and `preview.json`, each written elsewhere first and renamed: a killed reader leaves nothing half done.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kargah.datasets import notes
from kargah.datasets.encoding import to_utf8
from kargah.datasets.model import Profile, ReadResult
from kargah.datasets.process import answer
from kargah.datasets.sniff import content_of, expected_format

PREVIEW_ROWS = 200
PREVIEW_IMAGES = 60
_WORK = ".reading-"


def read_dataset(folder: Path, filename: str, *, memory_bytes: int, max_image_bytes: int) -> ReadResult:
    """Read `folder/original` and leave its data beside it. Raises ReadFailure when it cannot be."""
    for name in (".reading-*", "data.parquet", "images", "profile.json", "preview.json"):
        for stale in folder.glob(name):
            shutil.rmtree(stale) if stale.is_dir() else stale.unlink()
    original = folder / "original"
    content = content_of(original, filename)
    work = Path(tempfile.mkdtemp(prefix=_WORK, dir=folder))
    try:
        if content == "zip":
            result = _read_images(folder, work, max_image_bytes)
        else:
            result = _read_table(folder, work, content, filename, memory_bytes)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return result


def _read_images(folder: Path, work: Path, max_bytes: int) -> ReadResult:
    from kargah.datasets.images import extract_images
    from kargah.datasets.preview import thumbnails_of

    images = extract_images(folder / "original", work / "images", max_bytes)
    profile: Profile = {"rows": images.count, "columns": [], "classes": images.classes}
    preview = {"rows": [], "images": thumbnails_of(work / "images", 0, PREVIEW_IMAGES)}
    _publish(folder, work, "images", profile, preview)
    return {
        "format": "images",
        "kind": "images",
        "rows": images.count,
        "columns": None,
        "encoding": None,
        "suggested_target": None,
        "warnings": images.warnings,
        "profile": profile,
    }


def _read_table(folder: Path, work: Path, content: str, filename: str, memory_bytes: int) -> ReadResult:
    from kargah.datasets.delimited import read_delimited
    from kargah.datasets.engine import connect
    from kargah.datasets.json_lines import read_json_lines
    from kargah.datasets.preview import rows_of
    from kargah.datasets.profile import profile_table, rows_with_arabic_letters
    from kargah.datasets.table import write_parquet_table, write_text_table
    from kargah.datasets.target import column_warnings, suggested_target
    from kargah.datasets.typing_rules import ALL_TYPES, JSON_TEXT_TYPES

    original, data = folder / "original", work / "data.parquet"
    encoding = None
    with connect([work, folder], memory_bytes // 3) as connection:
        if content == "parquet":
            types, warnings = write_parquet_table(connection, original, data)
        else:
            text = to_utf8(original, work, expected_format(filename))
            encoding = text.encoding
            table = read_json_lines(text, work) if content == "jsonl" else read_delimited(text, work)
            warnings = list(table.warnings)
            candidates = JSON_TEXT_TYPES if content == "jsonl" else ALL_TYPES
            types = write_text_table(connection, table.path, data, candidates)
            table.path.unlink()
        rows, columns = profile_table(connection, data, types)
        if encoding == "windows-1256":
            warnings.append(notes.note("windows_1256"))
        elif arabic := rows_with_arabic_letters(connection, data, columns):
            warnings.append(notes.note("arabic_letters", rows=arabic))
    target = suggested_target(columns)
    warnings += column_warnings(rows, columns, target)
    profile: Profile = {"rows": rows, "columns": columns, "classes": []}
    _publish(folder, work, "data.parquet", profile, {"rows": rows_of(data, 0, PREVIEW_ROWS), "images": []})
    return {
        "format": "parquet" if content == "parquet" else "jsonl" if content == "jsonl" else "csv",
        "kind": "tabular",
        "rows": rows,
        "columns": len(columns),
        "encoding": encoding,
        "suggested_target": target,
        "warnings": notes.at_most(warnings),
        "profile": profile,
    }


def _publish(folder: Path, work: Path, data: str, profile: Profile, preview: Mapping[str, object]) -> None:
    for name, value in (("profile.json", profile), ("preview.json", preview)):
        (work / name).write_text(json.dumps(value, ensure_ascii=False, allow_nan=False), "utf-8")
        _sync(work / name)
    if (work / data).is_dir():
        # One flush of everything costs less than one for each of thousands of images.
        os.sync()
    else:
        _sync(work / data)
    for name in (data, "profile.json", "preview.json"):
        (work / name).rename(folder / name)
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def main() -> int:
    """Answer one request; see the module's description."""

    def read(request: dict[str, Any]) -> Mapping[str, object]:
        folder = Path(request["folder"])
        source_id = request.get("source_id")
        if source_id is not None and not (folder / "original").exists():
            from kargah.datasets.sources import write_source

            write_source(source_id, folder / "original")
        result = read_dataset(
            folder,
            request["filename"],
            memory_bytes=request["memory_bytes"],
            max_image_bytes=request["max_image_bytes"],
        )
        if source_id is not None:
            from kargah.datasets.sources import catalogue

            result["suggested_target"] = next(s["target"] for s in catalogue() if s["source_id"] == source_id)
        return result

    return answer(read)


if __name__ == "__main__":
    sys.exit(main())
