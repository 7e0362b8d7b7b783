"""Archives that are not zips of images: tar files, and class folders of texts."""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from kargah.datasets.delimited import TextTable
from kargah.datasets.encoding import to_utf8
from kargah.datasets.failures import ReadFailure

_MAX_ENTRIES = 400_000
_CHUNK = 1 << 20
_MAX_TEXT_BYTES = 16 << 20
_MAX_TEXTS_BYTES = 1 << 30
_FREE_BYTES = 100 << 20
_MAX_RATIO = 100


def tar_to_zip(original: Path, work: Path, max_bytes: int) -> Path:
    """Return a zip (not compressed) of the plain files of the tar `original`, which is read once, front to back.

    Links, devices and pipes have no place in data. Raises ReadFailure `archive_unsafe`, `archive_bomb` or
    `damaged_file`.
    """
    into = work / "archive.zip"
    packed = original.stat().st_size
    total = entries = 0
    try:
        with tarfile.open(original, "r|*") as archive, zipfile.ZipFile(into, "w", zipfile.ZIP_STORED) as out:
            for member in archive:
                entries += 1
                total += member.size
                if entries > _MAX_ENTRIES or total > max_bytes or _explodes(total, packed):
                    raise ReadFailure("archive_bomb")
                if member.isdir():
                    continue
                opened = archive.extractfile(member) if member.isreg() else None
                if opened is None:
                    raise ReadFailure("archive_unsafe", path=_shown(member.name))
                with out.open(zipfile.ZipInfo(_name(member.name)), "w") as file:
                    while chunk := opened.read(_CHUNK):
                        file.write(chunk)
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ReadFailure("damaged_file") from error
    return into


def _explodes(grown: int, packed: int) -> bool:
    return grown > _FREE_BYTES and grown > packed * _MAX_RATIO


def _name(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\x00" in name:
        raise ReadFailure("archive_unsafe", path=_shown(name))
    return str(path)


def _shown(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable())[:120]


def holds_texts(archive: Path) -> bool:
    """Return whether most files of a zip are `.txt` in folders: classes of documents."""
    try:
        with zipfile.ZipFile(archive) as opened:
            files = [PurePosixPath(entry.filename) for entry in opened.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError):
        return False
    texts = [path for path in files if path.suffix.lower() == ".txt" and len(path.parts) > 1]
    return len(texts) * 2 > len(files)


def read_text_folders(archive: Path, work: Path) -> TextTable:
    """Write a table of `text` and `label` (the folder's name), one row a file, into `work`.

    Raises ReadFailure `archive_bomb`, `archive_unsafe`, `archive_one_class`, `bad_encoding`, `damaged_file`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts: list[str] = []
    labels: list[str] = []
    total = 0
    try:
        with zipfile.ZipFile(archive) as opened:
            for entry in sorted(opened.infolist(), key=lambda one: one.filename):
                path = PurePosixPath(_name(entry.filename))
                if entry.is_dir() or path.suffix.lower() != ".txt" or len(path.parts) < 2:
                    continue
                total += entry.file_size
                if entry.file_size > _MAX_TEXT_BYTES or total > _MAX_TEXTS_BYTES or len(texts) >= _MAX_ENTRIES:
                    raise ReadFailure("archive_bomb")
                document = work / "document"
                document.write_bytes(opened.read(entry))
                texts.append(to_utf8(document, work, "text").path.read_text("utf-8"))
                labels.append(path.parts[-2])
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ReadFailure("damaged_file") from error
    if len(set(labels)) < 2:
        raise ReadFailure("archive_one_class")
    table = work / "text.parquet"
    pq.write_table(pa.table({"text": pa.array(texts, pa.string()), "label": pa.array(labels, pa.string())}), table)
    return TextTable(table, ["text", "label"], len(texts), [])


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
