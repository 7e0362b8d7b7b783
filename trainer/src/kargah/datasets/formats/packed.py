"""A table that lies alone in a zip, or is packed by gzip: taken out first, with distrust."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO

from kargah.datasets.failures import ReadFailure
from kargah.datasets.formats.zips import explodes, is_litter, open_zip, safe_path

_TABLES = {".csv", ".tsv", ".parquet", ".pq", ".jsonl", ".ndjson", ".json", ".xlsx", ".arrow", ".feather"}
_PICTURES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"}
_CHUNK = 1 << 20
_MAX_RATIO = 1000
_SHOWN = 5


def unpacked(source: Path, filename: str, work: Path, max_bytes: int) -> tuple[Path, str]:
    """Return the table that `source` packs, written into `work`, and its name; what packs none is returned as it is.

    Raises ReadFailure `archive_holds_tables` (several), `archive_flat` (pictures in no folder), `archive_bomb`,
    `archive_unsafe` or `damaged_file`.
    """
    with source.open("rb") as file:
        magic = file.read(4)
    name = PurePosixPath(filename)
    try:
        inner = PurePosixPath(name.stem).suffix.lower()
        if magic[:2] == b"\x1f\x8b" and name.suffix.lower() == ".gz" and inner in _TABLES:
            with gzip.open(source) as stream:
                return _written(stream, work, source, max_bytes), name.stem
        if magic == b"PK\x03\x04" and name.suffix.lower() == ".zip":
            with open_zip(source) as archive:
                entry = _only_table(archive)
                if entry is not None:
                    with archive.open(entry) as member:
                        return _written(member, work, source, max_bytes), safe_path(entry).name
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, gzip.BadGzipFile) as error:
        raise ReadFailure("damaged_file") from error
    return source, filename


def _only_table(archive: zipfile.ZipFile) -> zipfile.ZipInfo | None:
    files = [entry for entry in archive.infolist() if not entry.is_dir()]
    paths = [(entry, PurePosixPath(entry.filename)) for entry in files]
    kept = [(entry, path) for entry, path in paths if not is_litter(path)]
    pictures = [path for _, path in kept if path.suffix.lower() in _PICTURES]
    if pictures:
        if len(pictures) > 1 and all(len(path.parts) == 1 for path in pictures):
            raise ReadFailure("archive_flat", count=len(pictures))
        return None
    documents = [path for _, path in kept if path.suffix.lower() == ".txt" and len(path.parts) > 1]
    if len(documents) * 2 > len(kept):
        return None
    tables = [(entry, path) for entry, path in kept if path.suffix.lower() in _TABLES]
    if len(tables) > 1:
        raise ReadFailure("archive_holds_tables", files=", ".join(path.name for _, path in tables[:_SHOWN]))
    return tables[0][0] if tables else None


def _written(stream: IO[bytes] | gzip.GzipFile, work: Path, source: Path, max_bytes: int) -> Path:
    into = work / "unpacked"
    grown, packed = 0, source.stat().st_size
    with into.open("wb") as out:
        while chunk := stream.read(_CHUNK):
            grown += len(chunk)
            if grown > max_bytes or explodes(grown, packed, _MAX_RATIO):
                raise ReadFailure("archive_bomb")
            out.write(chunk)
    return into
