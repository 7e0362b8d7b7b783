"""What a file really is, by its first bytes; its name only hints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from kargah.datasets.failures import ReadFailure

_LEAST_PARQUET = 12
Content = Literal["parquet", "arrow", "arrow_stream", "zip", "tar", "excel", "npz", "jsonl", "csv"]

_NAMES = {".csv": "CSV", ".tsv": "CSV", ".txt": "CSV", ".parquet": "Parquet", ".pq": "Parquet", ".zip": "ZIP"}
_NAMES |= {".tar": "tar", ".tgz": "tar", ".gz": "tar", ".xlsx": "Excel", ".npz": "npz"}
_NAMES |= {".arrow": "Arrow", ".feather": "Arrow", ".arrows": "Arrow", ".ipc": "Arrow"}
_JSON_LINES = {".jsonl", ".ndjson", ".json"}
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"%PDF", "PDF"),
    (b"BZh", "BZIP2"),
    (b"\xfd7zXZ\x00", "XZ"),
    (b"(\xb5/\xfd", "ZSTD"),
    (b"7z\xbc\xaf\x27\x1c", "7Z"),
    (b"Rar!", "RAR"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"\x7fELF", "ELF"),
    (b"MZ\x90", "EXE"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"\x89HDF", "HDF5"),
    (b"\x93NUMPY", "NumPy"),
    (b"\x80\x04", "pickle"),
    (b"\x80\x05", "pickle"),
)
_MARKUP = (b"<!doctype html", b"<html", b"<?xml", b"<svg")


def expected_format(filename: str) -> str:
    """Return the name of the format that a file name promises."""
    path = Path(filename)
    # Of a packed table, what is packed.
    packed = path.suffix.lower() == ".gz" and path.with_suffix("").suffix.lower() in {*_NAMES, *_JSON_LINES}
    suffix = Path(path.stem if packed else path).suffix.lower()
    return "JSON Lines" if suffix in _JSON_LINES else _NAMES.get(suffix, "CSV")


def content_of(path: Path, filename: str) -> Content:
    """Return what `path` holds. Raises ReadFailure `empty_file`, `not_tabular` or `damaged_file`."""
    size = path.stat().st_size
    if size == 0:
        raise ReadFailure("empty_file")
    expected = expected_format(filename)
    with path.open("rb") as file:
        head = file.read(65_536)
        file.seek(max(0, size - 4))
        tail = file.read(4)
    return _packed_content(head, tail, size, expected) or _text_content(head, size, expected)


def _packed_content(head: bytes, tail: bytes, size: int, expected: str) -> Content | None:
    """What files that are no text say in their first bytes; None for a text."""
    if head.startswith(b"PAR1"):
        if tail != b"PAR1" or size < _LEAST_PARQUET:
            raise ReadFailure("damaged_file")
        return "parquet"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_content(head, expected)
    if head.startswith(b"ARROW1"):
        return "arrow"
    if head.startswith(b"\xff\xff\xff\xff") and expected == "Arrow":
        return "arrow_stream"
    if head.startswith(b"\x1f\x8b") or head[257:262] == b"ustar":
        if expected != "tar":
            raise ReadFailure("not_tabular", format=expected, reason="GZIP" if head[:1] == b"\x1f" else "tar")
        return "tar"
    return None


def _text_content(head: bytes, size: int, expected: str) -> Content:
    foreign = _foreign_name(head)
    if foreign is not None:
        raise ReadFailure("not_tabular", format=expected, reason=foreign)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text and size <= len(head):
        raise ReadFailure("empty_file")
    if expected in {"ZIP", "Parquet", "Excel", "npz", "Arrow", "tar"}:
        raise ReadFailure("damaged_file")
    if expected == "JSON Lines" or _looks_like_json_lines(text):
        return "jsonl"
    # An array of objects; of other arrays there is no telling which is the header.
    is_array = text.startswith(b"[") and text[1:].lstrip().startswith(b"{")
    return "jsonl" if is_array else "csv"


def _zip_content(head: bytes, expected: str) -> Content:
    """Excel and npz files are zips; so is much else."""
    inside = "Excel" if b"xl/" in head or b"[Content_Types].xml" in head else "npz" if b".npy" in head else "ZIP"
    if expected == inside or (expected == "Excel" and inside == "ZIP"):
        return {"Excel": "excel", "npz": "npz", "ZIP": "zip"}[expected]  # type: ignore[return-value]
    raise ReadFailure("not_tabular", format=expected, reason="XLSX" if inside == "Excel" else inside)


def _foreign_name(head: bytes) -> str | None:
    for magic, name in _FOREIGN:
        if head.startswith(magic):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(_MARKUP):
        return "XML" if text.startswith(b"<?xml") else "HTML"
    return None


def _looks_like_json_lines(text: bytes) -> bool:
    return text.startswith(b"{") and _is_json(text.split(b"\n", 1)[0].decode("utf-8", "replace"))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
