"""Reads one uploaded file into a dataset's folder.

Beside the untouched `original` it leaves `data.parquet`, or `images/<class>/…` and `looks.parquet`, and `profile.json`
and `preview.json`, each written elsewhere first and renamed: a killed reader leaves nothing half done.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from kargah.datasets import image_hash
from kargah.datasets.formats.archives import holds_texts, tar_to_zip
from kargah.datasets.formats.arrays import read_arrays
from kargah.datasets.formats.encodings.mojibake import CODE_PAGES
from kargah.datasets.formats.images import Images, extract_images, images_in
from kargah.datasets.formats.opening import Opened, kept_options, open_table
from kargah.datasets.formats.packed import unpacked
from kargah.datasets.formats.sniff import content_of
from kargah.datasets.image_hash import write_image_hashes
from kargah.datasets.model import Format, Part, Profile, ReadingOptions, ReadResult, Warning
from kargah.datasets.tables.alike import alike_warnings, write_unified
from kargah.datasets.tables.table import write_parquet_table, write_text_table
from kargah.datasets.verbs.preview import rows_of, thumbnails_of
from kargah.datasets.verbs.split import GIVEN_PARTS, PARTS, write_parts
from kargah.datasets.warnings import at_most, warning_of

Event = Callable[[Mapping[str, object]], None]
PREVIEW_ROWS = 200
PREVIEW_IMAGES = 60
_WORK = ".reading-"


def read_dataset(
    folder: Path,
    filename: str,
    *,
    memory_bytes: int,
    max_image_bytes: int,
    reading: ReadingOptions | None = None,
    original: Path | None = None,
    on_event: Event = lambda _: None,
) -> ReadResult:
    """Read `original`, or `folder/original`, and leave its data in `folder`; columns are told of as they are measured.

    Raises ReadFailure when it cannot be read.
    """
    for name in (".reading-*", "data.parquet", "images", image_hash.FILE, GIVEN_PARTS, "profile.json", "preview.json"):
        for stale in folder.glob(name):
            shutil.rmtree(stale) if stale.is_dir() else stale.unlink()
    # A registered file is a link to where it lies.
    source = (original or folder / "original").resolve()
    options: ReadingOptions = reading or {}
    work = Path(tempfile.mkdtemp(prefix=_WORK, dir=folder))
    room = Room(folder, work, memory_bytes, max_image_bytes, on_event)
    try:
        source, filename = unpacked(source, filename, work, max_image_bytes)
        content = content_of(source, filename)
        if content == "tar":
            source, content = tar_to_zip(source, work, max_image_bytes), "zip"
        if content == "npz":
            arrays = read_arrays(source, work, max_image_bytes)
            if arrays.kind == "images":
                images = images_in(arrays.path)
                images = replace(images, warnings=[*arrays.warnings, *images.warnings], parts=arrays.parts)
                return _measured_images(room, "npz", options, images)
            opened = Opened(
                "npz", kept_options(options), arrays.path, warnings=tuple(arrays.warnings), parts=arrays.parts
            )
            return _read_table(room, opened)
        if content == "zip" and not holds_texts(source):
            images = extract_images(source, work / "images", max_image_bytes)
            return _measured_images(room, "images", options, images)
        return _read_table(room, open_table(source, work, content, options, filename), source)
    finally:
        shutil.rmtree(work, ignore_errors=True)


@dataclass(frozen=True)
class Room:
    """Where a reading takes place, how much it may use, and who hears of it."""

    folder: Path
    work: Path
    memory_bytes: int
    max_image_bytes: int
    tell: Event


def _measured_images(room: Room, format_: Format, options: ReadingOptions, images: Images) -> ReadResult:
    folder, work = room.folder, room.work
    profile: Profile = {"rows": images.count, "columns": [], "classes": images.classes, "images": images.figures}
    preview = {"rows": [], "images": thumbnails_of(work / "images", 0, PREVIEW_IMAGES)}
    write_image_hashes(images.hashes, work / image_hash.FILE)
    warnings = [*images.warnings, *_keep_parts(images.parts, work, profile)]
    _publish(folder, work, ("images", image_hash.FILE), profile, preview)
    return {
        "format": format_,
        "kind": "images",
        "rows": images.count,
        "columns": None,
        "encoding": None,
        "reading": options,
        "data_sha256": images.sha256,
        "suggested_target": None,
        "warnings": warnings,
        "profile": profile,
    }


def _keep_parts(parts: list[Part] | None, work: Path, profile: Profile) -> list[Warning]:
    """Write down which part each row is of, where the file says so; return what is told of it."""
    if parts is None:
        return []
    given = np.fromiter((PARTS.index(part) for part in parts), np.uint8, len(parts))
    write_parts(given, work / GIVEN_PARTS)
    train, validation, test = (parts.count(part) for part in PARTS)
    profile["parts"] = {"train": train, "validation": validation, "test": test}
    return [warning_of("split_kept", train=train, validation=validation, test=test)]


def _read_table(room: Room, opened: Opened, source: Path | None = None) -> ReadResult:
    from kargah.datasets.engine import connect
    from kargah.datasets.profiling.profile import profile_table, rows_with_arabic_letters, table_warnings
    from kargah.datasets.profiling.target import column_warnings, suggested_target

    folder, work = room.folder, room.work
    data = work / "data.parquet"
    reach = [work, folder] if source is None or source.is_relative_to(folder) else [work, folder, source.parent]
    with connect(reach, room.memory_bytes // 3) as connection:
        if isinstance(opened.table, Path):
            typed = write_parquet_table(connection, opened.table, data, opened.used)
        else:
            typed = write_text_table(connection, opened.table, data, opened.used, opened.candidates)
            opened.table.close()
        warnings = [*opened.warnings, *typed.warnings]
        if opened.used.get("unify"):
            warnings += write_unified(connection, data, typed.types)
        profiled = profile_table(
            connection, data, typed.types, typed.jalali, typed.written, room.tell, room.memory_bytes // 3
        )
        rows, columns = profiled.rows, profiled.columns
        if opened.encoding in CODE_PAGES:
            warnings.append(warning_of("mojibake_mended", value=opened.encoding.removeprefix("utf-8-as-")))
        if opened.encoding == "windows-1256":
            warnings.append(warning_of("windows_1256"))
        elif arabic := rows_with_arabic_letters(connection, profiled):
            warnings.append(warning_of("arabic_letters", rows=arabic))
        target = suggested_target(columns)
        warnings += column_warnings(rows, columns, target)
        warnings += alike_warnings(connection, "profiled", columns, target)
        warnings += table_warnings(connection, rows, columns, target)
    profile: Profile = {"rows": rows, "columns": columns, "classes": []}
    warnings = [*_keep_parts(opened.parts, work, profile), *warnings]
    digest = _sha256(data)
    _publish(folder, work, ("data.parquet",), profile, {"rows": rows_of(data, 0, PREVIEW_ROWS), "images": []})
    return {
        "format": opened.format,
        "kind": "tabular",
        "rows": rows,
        "columns": len(columns),
        "encoding": opened.encoding,
        "reading": opened.used,
        "data_sha256": digest,
        "suggested_target": target,
        "warnings": at_most(warnings),
        "profile": profile,
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _publish(folder: Path, work: Path, data: tuple[str, ...], profile: Profile, preview: Mapping[str, object]) -> None:
    for name, value in (("profile.json", profile), ("preview.json", preview)):
        (work / name).write_text(json.dumps(value, ensure_ascii=False, allow_nan=False), "utf-8")
        _sync(work / name)
    if (work / data[0]).is_dir():
        # One flush of everything costs less than one for each of thousands of images.
        os.sync()
    else:
        _sync(work / data[0])
    given = (GIVEN_PARTS,) if (work / GIVEN_PARTS).exists() else ()
    for name in (*data, *given, "profile.json", "preview.json"):
        (work / name).rename(folder / name)
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def answer_request(request: dict[str, Any], tell: Event) -> Mapping[str, object]:
    """Read what `{folder, filename, original?, source_id?, reading, memory_bytes, max_image_bytes}` names."""
    folder = Path(request["folder"])
    source_id = request.get("source_id")
    if source_id is not None and not (folder / "original").exists():
        from kargah.datasets.sources import write_source

        write_source(source_id, folder / "original")
    result = read_dataset(
        folder,
        request["filename"],
        original=None if request.get("original") is None else Path(request["original"]),
        reading=cast("ReadingOptions", request.get("reading") or {}),
        memory_bytes=request["memory_bytes"],
        max_image_bytes=request["max_image_bytes"],
        on_event=tell,
    )
    if source_id is not None:
        from kargah.datasets.sources import catalogue

        result["suggested_target"] = next(s["target"] for s in catalogue() if s["source_id"] == source_id)
    return result
