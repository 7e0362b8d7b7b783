"""Converts a text file to UTF-8, or says why it is not text.

Strict UTF-8 is tried first and windows-1256 after it: statistical detectors are wrong on Persian two times of three.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kargah.datasets.failures import ReadFailure
from kargah.datasets.formats.encodings import iran_system
from kargah.datasets.formats.encodings.mojibake import CODE_PAGES, mended_lines, spoilt_as
from kargah.datasets.model import Encoding
from kargah.datasets.persian import ARABIC_FORMS

_CHUNK = 1 << 20
_SAMPLE = 1 << 20
_HEAD = 1 << 16
# Encodings that a person has to choose: nearly every file can be decoded in them, so they cannot be detected.
CODECS: dict[Encoding, str] = {
    "windows-1256": "cp1256",
    "windows-1252": "cp1252",
    "windows-1254": "cp1254",
    "windows-1251": "cp1251",
    "gb18030": "gb18030",
    "cp864": "cp864",
    "iran-system": iran_system.NAME,
}
# Letters and marks of windows-1256 that are not French letters, and the letters that every Persian or Arabic text has.
_ARABIC = re.compile(r"[\u0600-\u06ff\u200c\u200d«»]")
_FREQUENT = re.compile("[لمنهويى]")
_ARABIC_SHARE, _FREQUENT_SHARE, _KINDS = 0.85, 0.08, 6
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_CONTROL_BYTE = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_ASCII = re.compile(r"[\n -~]")
# Latin, Greek, Cyrillic, Hebrew and Arabic lie below; UTF-16 decoded in the wrong byte order lies mostly above.
_LAST_NEAR = "\u0900"
_ARABIC_WORD = re.compile(r"[\u0600-\u06ff]{2,}")
_MIXED_WORD = re.compile(r"[A-Za-z][\u0621-\u06d3]|[\u0621-\u06d3][A-Za-z]")


@dataclass(frozen=True)
class TextFile:
    """A UTF-8 file without a byte order mark: the original itself where it was one already, else a copy."""

    path: Path
    encoding: Encoding
    quotes: int


def to_utf8(original: Path, work: Path, expected: str, encoding: Encoding | None = None) -> TextFile:
    """Return `original` as UTF-8, copied into the folder `work` where needed; a given `encoding` is not checked.

    Raises ReadFailure `bad_encoding`, or `not_tabular` when the bytes are no text (`expected` names the wanted format).
    """
    if encoding in CODECS:
        return _transcode(original, work, CODECS[encoding], encoding, expected)
    with original.open("rb") as file:
        head = file.read(_HEAD)
    spoilt = _spoilt_as(head) if encoding is None else encoding
    if spoilt in CODE_PAGES:
        return _mend(original, work, spoilt, expected)
    if head.startswith(codecs.BOM_UTF8):
        return _transcode(original, work, "utf-8-sig", "utf-8", expected)
    wide = wide_codec(head)
    if encoding == "utf-16" or (wide is not None and encoding is None):
        return _transcode(original, work, wide or "utf-16-le", "utf-16", expected)
    try:
        quotes = 0
        decoder = codecs.getincrementaldecoder("utf-8")("strict")
        for chunk in _chunks(original):
            if not (chunk.isascii() and decoder.getstate()[0] == b""):
                decoder.decode(chunk)
            controls, quoting = _counts(chunk)
            if controls:
                _refuse_controls(chunk.decode("ascii", "replace"), expected)
            quotes += quoting
        decoder.decode(b"", final=True)
        return TextFile(original, "utf-8", quotes)
    except UnicodeDecodeError as error:
        if encoding == "utf-8":
            raise ReadFailure("bad_encoding") from error
        _require_windows_1256(original, expected)
        return _transcode(original, work, "cp1256", "windows-1256", expected)


def _spoilt_as(head: bytes) -> Encoding | None:
    if head.isascii():
        return None
    try:
        # The last line may be cut.
        whole = head[: head.rfind(b"\n") + 1] if len(head) == _HEAD else head
        return spoilt_as(whole.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return None


def _mend(original: Path, work: Path, encoding: Encoding, expected: str) -> TextFile:
    copy = work / "text.utf8"
    quotes = 0
    try:
        with copy.open("w", encoding="utf-8", newline="") as out:
            for line in mended_lines(original, encoding):
                _refuse_controls(line, expected)
                quotes += line.count('"')
                out.write(line)
    except UnicodeError as error:
        raise ReadFailure("bad_encoding") from error
    return TextFile(copy, encoding, quotes)


def _counts(chunk: bytes) -> tuple[int, int]:
    """Return how many bytes are control characters and how many are quotes, by comparing whole arrays."""
    import numpy as np

    codes = np.frombuffer(chunk, np.uint8)
    low = codes < 0x20
    # Tab to carriage return, and escape, are allowed; unsigned subtraction wraps what lies below a tab to the top.
    low &= (codes - np.uint8(9)) > 4
    low &= codes != 0x1B
    low |= codes == 0x7F
    return int(np.count_nonzero(low)), int(np.count_nonzero(codes == 0x22))


def codec_of(head: bytes, encoding: Encoding | None) -> str:
    """Return Python's name of the encoding of a text that begins with `head`; a given `encoding` is not checked."""
    if encoding in CODECS:
        return CODECS[encoding]
    if encoding in CODE_PAGES:
        return "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    wide = wide_codec(head[:_HEAD])
    if encoding == "utf-16" or (wide is not None and encoding is None):
        return wide or "utf-16-le"
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(head)
    except UnicodeDecodeError:
        return "cp1256"
    return "utf-8"


def wide_codec(head: bytes) -> Literal["utf-16", "utf-16-le", "utf-16-be"] | None:
    """Return the codec of a text in UTF-16 by its first bytes, None where it is in another encoding.

    Without a byte order mark it is the order in which most letters are of scripts near to each other and none is a
    control character, where there are bytes that texts of other encodings do not have.
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if not _CONTROL_BYTE.search(head):
        return None
    orders: tuple[Literal["utf-16-le", "utf-16-be"], ...] = ("utf-16-le", "utf-16-be")
    for codec in orders:
        try:
            text = codecs.getincrementaldecoder(codec)("strict").decode(head)
        except UnicodeDecodeError:
            continue
        near = sum(letter < _LAST_NEAR for letter in text)
        if near * 2 > len(text) and _ASCII.search(text) and not _CONTROL.search(text):
            return codec
    return None


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    for chunk in _chunks(path):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _refuse_controls(text: str, expected: str) -> None:
    found = _CONTROL.search(text)
    if found:
        raise ReadFailure("not_tabular", format=expected, reason=f"U+{ord(found.group()):04X}")


def _transcode(original: Path, work: Path, codec: str, name: Encoding, expected: str) -> TextFile:
    copy = work / "text.utf8"
    quotes = 0
    try:
        with copy.open("w", encoding="utf-8", newline="") as out:
            for text in _decoded(original, codec):
                _refuse_controls(text, expected)
                quotes += text.count('"')
                out.write(_plain_letters(text, codec))
    except UnicodeError as error:
        raise ReadFailure("bad_encoding") from error
    return TextFile(copy, name, quotes)


def _plain_letters(text: str, codec: str) -> str:
    """Return `text` in Persian letters; code page 864 has a code for each form that a letter takes within a word."""
    if codec == "cp864":
        return unicodedata.normalize("NFKC", text).translate(ARABIC_FORMS)
    return text.translate(ARABIC_FORMS) if codec in {"cp1256", iran_system.NAME} else text


def _require_windows_1256(path: Path, expected: str) -> None:
    """Raise ReadFailure where the text does not look Persian or Arabic: every byte can be decoded as windows-1256."""
    with path.open("rb") as file:
        sample = b""
        while chunk := file.read(_CHUNK):
            first = next((i for i, byte in enumerate(chunk) if byte >= 0x80), None)
            if first is not None:
                sample = chunk[max(0, first - 200) : first + _SAMPLE]
                break
    _refuse_controls(sample.decode("cp1256"), expected)
    if _is_utf8_but_for_halves(sample):
        raise ReadFailure("bad_encoding")
    as_utf8 = sample.decode("utf-8", "replace")
    broken = as_utf8.count("\ufffd")
    whole = sum(1 for letter in as_utf8 if letter > "\x7f") - broken
    if whole > broken:
        raise ReadFailure("bad_encoding")
    text = sample.decode("cp1256")
    high = sum(byte >= 0x80 for byte in sample)
    letters = _ARABIC.findall(text)
    # Cyrillic capitals decode as Arabic letters, but never as these frequent ones.
    rare = len(_FREQUENT.findall(text)) < _FREQUENT_SHARE * len(letters) and len(set(letters)) >= _KINDS
    if len(letters) < _ARABIC_SHARE * high or rare:
        raise ReadFailure("bad_encoding")
    if len(_MIXED_WORD.findall(text)) > len(_ARABIC_WORD.findall(text)):
        raise ReadFailure("bad_encoding")


def _is_utf8_but_for_halves(sample: bytes) -> bool:
    """Whether `sample` is UTF-8 but for lone surrogates, which some programs write."""
    try:
        codecs.getincrementaldecoder("utf-8")("surrogatepass").decode(sample)
    except UnicodeDecodeError:
        return False
    return True
