"""Archives that are not zips of images: tar files, and class folders of texts."""

from __future__ import annotations

import gzip
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from kargah.datasets.failures import ReadFailure
from kargah.datasets.formats.encodings.encoding import to_utf8
from kargah.datasets.formats.given_parts import part_named, whole_parts
from kargah.datasets.formats.zips import (
    FREE_BYTES,
    MAX_ENTRIES,
    explodes,
    inner_path,
    is_litter,
    open_zip,
    safe_path,
    shown,
)
from kargah.datasets.model import Part
from kargah.datasets.tables.text_table import TextTable
from kargah.datasets.warnings import warning_of

_CHUNK = 1 << 20
_MAX_TEXT_BYTES = 16 << 20
_MAX_TEXTS_BYTES = 1 << 30
_MAX_RATIO = 100
_BATCH, _BATCH_BYTES = 2_000, 32 << 20


def tar_to_zip(original: Path, work: Path, max_bytes: int) -> Path:
    """Return a zip (not compressed) of the plain files of the tar `original`, which is read once, front to back.

    Links, devices and pipes have no place in data. Raises ReadFailure `archive_unsafe`, `archive_bomb` or
    `damaged_file`.
    """
    into = work / "archive.zip"
    packed = original.stat().st_size
    total = entries = 0
    try:
        with (
            _unpacked(original) as stream,
            tarfile.open(fileobj=stream, mode="r|") as archive,
            zipfile.ZipFile(into, "w", zipfile.ZIP_STORED) as out,
        ):
            for member in archive:
                entries += 1
                total += member.size
                if entries > MAX_ENTRIES or total > max_bytes or explodes(total, packed, _MAX_RATIO):
                    raise ReadFailure("archive_bomb")
                path = inner_path(member.name)
                if member.isdir() or is_litter(path):
                    continue
                opened = archive.extractfile(member) if member.isreg() else None
                if opened is None:
                    raise ReadFailure("archive_unsafe", path=shown(member.name))
                with out.open(zipfile.ZipInfo(str(path)), "w") as file:
                    while chunk := opened.read(_CHUNK):
                        file.write(chunk)
            _require_end(stream, original)
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, RecursionError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ReadFailure("damaged_file") from error
    return into


def _unpacked(original: Path) -> gzip.GzipFile | BinaryIO:
    with original.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(original) if packed else original.open("rb")


def _require_end(stream: gzip.GzipFile | BinaryIO, original: Path) -> None:
    """A tar ends in blocks of zeros, and what packs it in a sum of everything: without them some of it is missing."""
    rest = 0
    while chunk := stream.read(_CHUNK):
        rest += len(chunk)
        if rest > FREE_BYTES:
            raise ReadFailure("archive_bomb")
    if not isinstance(stream, gzip.GzipFile):
        with original.open("rb") as file:
            file.seek(max(0, original.stat().st_size - tarfile.BLOCKSIZE))
            if any(file.read()):
                raise ReadFailure("damaged_file")


def holds_texts(archive: Path) -> bool:
    """Return whether most files of a zip are `.txt` in folders: classes of documents. Raises as `open_zip` does."""
    with open_zip(archive) as opened:
        paths = [PurePosixPath(entry.filename) for entry in opened.infolist() if not entry.is_dir()]
    files = [path for path in paths if not is_litter(path)]
    texts = [path for path in files if path.suffix.lower() == ".txt" and len(path.parts) > 1]
    return len(texts) * 2 > len(files)


def read_text_folders(archive: Path, work: Path) -> TextTable:
    """Write a table of `text` and `label` (the folder's name), one row a file, into `work`.

    Raises ReadFailure `archive_bomb`, `archive_unsafe`, `archive_one_class`, `bad_encoding`, `damaged_file`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = work / "text.parquet"
    schema = pa.schema([("text", pa.string()), ("label", pa.string())])
    try:
        with open_zip(archive) as opened, pq.ParquetWriter(table, schema, compression="lz4") as writer:
            placed, ignored = _documents(opened, archive.stat().st_size)
            for batch in _batches(placed):
                texts = [_document(opened, one.entry, work) for one in batch]
                arrays = [pa.array(texts, pa.string()), pa.array([one.label for one in batch], pa.string())]
                writer.write_batch(pa.record_batch(arrays, schema=schema))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ReadFailure("damaged_file") from error
    warnings = [warning_of("files_ignored", count=ignored)] if ignored else []
    parts = whole_parts([one.part for one in placed])
    return TextTable(table, ["text", "label"], len(placed), warnings, parts=parts)


@dataclass(frozen=True)
class _Document:
    entry: zipfile.ZipInfo
    label: str
    part: Part | None


def _documents(opened: zipfile.ZipFile, packed: int) -> tuple[list[_Document], int]:
    """The documents in the order of their names, each with its label, and how many other files there are."""
    placed: list[_Document] = []
    total = ignored = 0
    for entry in sorted(opened.infolist(), key=lambda one: one.filename):
        path = safe_path(entry)
        if entry.is_dir() or is_litter(path):
            continue
        if path.suffix.lower() != ".txt" or len(path.parts) < 2:
            ignored += 1
            continue
        total += entry.file_size
        if entry.file_size > _MAX_TEXT_BYTES or total > _MAX_TEXTS_BYTES or explodes(total, packed, _MAX_RATIO):
            raise ReadFailure("archive_bomb")
        above = path.parts[-3] if len(path.parts) > 2 else ""
        placed.append(_Document(entry, path.parts[-2], part_named(above)))
    if len({one.label for one in placed}) < 2:
        raise ReadFailure("archive_one_class")
    return placed, ignored


def _batches(placed: list[_Document]) -> Iterator[list[_Document]]:
    batch: list[_Document] = []
    size = 0
    for one in placed:
        batch.append(one)
        size += one.entry.file_size
        if size > _BATCH_BYTES or len(batch) == _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _document(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, work: Path) -> str:
    document = work / "document"
    document.write_bytes(opened.read(entry))
    return to_utf8(document, work, "text").path.read_text("utf-8")


def read_lines(text: Path, work: Path) -> TextTable:
    """Write a table of one column, `text`, one row for each line that is not empty, into `work`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = work / "text.parquet"
    schema = pa.schema([("text", pa.string())])
    rows = 0
    with text.open(encoding="utf-8") as lines, pq.ParquetWriter(path, schema, compression="lz4") as writer:
        batch: list[str] = []
        for line in lines:
            if line.strip():
                batch.append(line.rstrip("\r\n"))
            if len(batch) == 20_000:
                writer.write_batch(pa.record_batch([pa.array(batch, pa.string())], schema=schema))
                rows, batch = rows + len(batch), []
        if batch:
            writer.write_batch(pa.record_batch([pa.array(batch, pa.string())], schema=schema))
            rows += len(batch)
    if rows == 0:
        raise ReadFailure("no_rows")
    return TextTable(path, ["text"], rows, [])
