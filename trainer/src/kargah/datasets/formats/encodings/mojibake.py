"""UTF-8 that a program took for a code page and wrote as UTF-8 once more: `Ø³Ù„Ø§Ù…` for «سلام».

As ftfy does (Speer, "ftfy", 2019), bytes that windows-1252 has no letter for are those of Latin-1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from kargah.datasets.model import Encoding

# What the bytes were taken for, by the name of the encoding that mends it.
CODE_PAGES: dict[Encoding, str] = {
    "utf-8-as-windows-1252": "cp1252",
    "utf-8-as-windows-1256": "cp1256",
}
# Letters of several bytes without which nothing is sure.
_FEWEST = 3
_OTHER = re.compile(r"[^\x00-\x7f]")


def mended(text: str, encoding: Encoding) -> str:
    """Return `text` as it was meant; as it is where it was not spoilt in this way."""
    try:
        return b"".join(_byte(letter, CODE_PAGES[encoding]) for letter in text).decode("utf-8")
    except UnicodeError:
        return text


def _byte(letter: str, codec: str) -> bytes:
    try:
        return letter.encode(codec)
    except UnicodeEncodeError:
        return letter.encode("latin-1")


def spoilt_as(sample: str) -> Encoding | None:
    """Return the encoding that mends a text that begins with `sample`: where every line with such letters shows so."""
    lines = [line for line in sample.splitlines() if not line.isascii()]
    for encoding in CODE_PAGES:
        meant = [mended(line, encoding) for line in lines]
        letters = sum(len(_OTHER.findall(line)) for line in meant)
        if letters >= _FEWEST and all(line != given for line, given in zip(meant, lines, strict=True)):
            return encoding
    return None


def mended_lines(original: Path, encoding: Encoding) -> Iterator[str]:
    """Yield the lines of a text as they were meant."""
    with original.open(encoding="utf-8-sig", newline="") as lines:
        for line in lines:
            yield mended(line, encoding)
