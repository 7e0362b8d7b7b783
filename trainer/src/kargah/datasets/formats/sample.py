"""The first rows of a large text file, cut after a whole one."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

from kargah.datasets.formats.delimited import delimiter_of
from kargah.datasets.formats.encodings.encoding import codec_of
from kargah.datasets.formats.opening import is_prose
from kargah.datasets.model import ReadingOptions

_BYTES = 1 << 20
# Where a row is longer; twice what one may have.
_MOST_BYTES = 128 << 20


def sample_of(original: Path, copy: Path, content: str, options: ReadingOptions, filename: str) -> Path:
    """Return the text file `original`, or where it is larger than a mebibyte its first rows, written to `copy`.

    A file whose first rows do not end within 128 MiB is cut after a whole letter, for reading it to say what it is.
    """
    for size in (_BYTES, _MOST_BYTES):
        with original.open("rb") as file:
            head = file.read(size)
            if not file.read(1):
                return original
        codec = codec_of(head, options.get("encoding"))
        if content == "jsonl" and head.lstrip()[:1] == b"[":
            # An array has no end before its last object.
            return original
        text = codecs.getincrementaldecoder(codec)("replace").decode(head)
        end = _rows_end(text, content, options, filename)
        if end:
            break
    copy.write_bytes(head[: len(text[: end or len(text)].encode(codec))])
    return copy


def _rows_end(text: str, content: str, options: ReadingOptions, filename: str) -> int:
    """Where the last whole row ends; 0 where no row does, or only the one that names the columns."""
    if content == "jsonl":
        return text.rfind("\n") + 1
    if is_prose(text, filename, options, complete=False):
        return text.rfind("\n") + 1 or len(text)
    delimiter = options.get("delimiter") or delimiter_of(text, complete=False)[0]
    # Python before 3.11 stops at a NUL, which the reader itself reports.
    lines = io.StringIO(text.replace("\0", " "), newline="")
    previous = csv.field_size_limit(len(text) + 1)
    try:
        ends = [lines.tell() for row in csv.reader(lines, delimiter=delimiter) if row]
    finally:
        csv.field_size_limit(previous)
    # The last one is what was cut.
    return ends[-2] if len(ends) > 2 else 0
