"""Zips, opened with distrust: how many entries there are, where their names lead, and which only clutter."""

from __future__ import annotations

import re
import stat
import struct
import zipfile
from pathlib import Path, PurePosixPath

from kargah.datasets.failures import ReadFailure

MAX_ENTRIES = 400_000
FREE_BYTES = 100 << 20
_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x06"
_ENTRY = b"PK\x01\x02"
_END_BYTES, _END_64_BYTES = 22, 76
_LONGEST_COMMENT = 0xFFFF
_CHUNK = 8 << 20
# Control letters, those that make what follows read the other way round, and halves of letters.
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def open_zip(archive: Path) -> zipfile.ZipFile:
    """Return `archive` opened. Raises ReadFailure `damaged_file`, or `archive_bomb` beyond 400 000 entries.

    Entries are counted first where they lie: a million of them, read into objects, take seconds and a gigabyte.
    """
    if _entries(archive) > MAX_ENTRIES:
        raise ReadFailure("archive_bomb")
    try:
        return zipfile.ZipFile(archive)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ReadFailure("damaged_file") from error


def _entries(archive: Path) -> int:
    """How often a directory entry begins in the archive's directory; what the archive says of it is not believed."""
    with archive.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _LONGEST_COMMENT - _END_BYTES - _END_64_BYTES))
        tail = file.read()
        end = tail.rfind(_END)
        if end < 0 or len(tail) - end < _END_BYTES:
            return 0
        directory: int = struct.unpack_from("<L", tail, end + 12)[0]
        before = end - _END_64_BYTES
        if before >= 0 and tail.startswith(_END_64, before):
            directory, end = struct.unpack_from("<Q", tail, before + 40)[0], before
        stop = size - len(tail) + end
        file.seek(max(0, stop - directory))
        found, left, kept = 0, stop - file.tell(), b""
        while left > 0 and (chunk := file.read(min(_CHUNK, left))):
            left -= len(chunk)
            found += (kept + chunk).count(_ENTRY)
            kept = chunk[-len(_ENTRY) + 1 :]
        return found


def explodes(grown: int, packed: int, ratio: int) -> bool:
    """Return whether bytes that lay in `packed` are a bomb when they are `grown`."""
    return grown > FREE_BYTES and grown > packed * ratio


def safe_path(entry: zipfile.ZipInfo) -> PurePosixPath:
    """Return where an entry says it belongs. Raises ReadFailure `archive_unsafe` (out of the archive, links)."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        # Many tools write UTF-8 without saying so; the standard's fallback is code page 437.
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = entry.filename
    path = inner_path(name)
    if stat.S_IFMT(entry.external_attr >> 16) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise ReadFailure("archive_unsafe", path=shown(name))
    if entry.flag_bits & 0x1:
        raise ReadFailure("damaged_file")
    return path


def inner_path(name: str) -> PurePosixPath:
    """Return `name` as a path that stays where it is put. Raises ReadFailure `archive_unsafe`."""
    plain = name.replace("\\", "/")
    path = PurePosixPath(plain)
    if plain.startswith("/") or re.match(r"[A-Za-z]:", plain) or ".." in path.parts or _CONTROL.search(plain):
        raise ReadFailure("archive_unsafe", path=shown(name))
    return path


def shown(name: str) -> str:
    """Return `name` as a message may carry it."""
    return "".join(letter for letter in name if letter.isprintable())[:120]


def is_litter(path: PurePosixPath) -> bool:
    """Return whether a file is what macOS and Windows leave in every folder."""
    return "__MACOSX" in path.parts or any(part.startswith(".") for part in path.parts) or path.name == "Thumbs.db"
