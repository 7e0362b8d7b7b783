"""Which exception ended a script, read from the end of its log: any Python, any way of printing a traceback.

Nothing is put into the script's process for this, so a cold start stays `python file.py`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

MOST_LETTERS = 300
_LOOKED_AT = 1 << 20
_HIDDEN = "•••"
_FEWEST_HIDDEN = 4
_MOST_LEAVES = 3
# More lines than that after a traceback, and it was one that the script had caught.
_MOST_AFTER = 200

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_HEADER = re.compile(r"(?P<before>.*?)(?:Original |Exception Group )?Traceback \(most recent call last\):?\s*$")
# As `rich` draws it, in letters of a box or of a typewriter.
_BOXED = re.compile(r"^\s*[╭┌+][─-]+ ?Traceback \(most recent call last\) ?[─-]+[╮┐+]\s*$")
_BOX_END = re.compile(r"^\s*[╰└+][─-]+[╯┘+]\s*$")
_GROUP_RULE = re.compile(r"^\s*[|\s]*\+-*[+-]+(?: \d+ -+| \.\.\. -+)?\s*$")
_EXCEPTION = re.compile(r"^(?:[^\W\d]\w*\.)*[^\W\d]\w*(?:: .*|:)?$")
_SYNTAX = re.compile(r"^(?:SyntaxError|IndentationError|TabError)\b")
_FATAL = re.compile(r"^Fatal Python error: ")
# Tracebacks that Python prints without ending the script.
_GOES_ON = re.compile(
    r"Exception ignored in|Exception in thread|--- Logging error ---|Error in atexit|Error in sys\.exc"
)


@dataclass(frozen=True)
class Line:
    """A line of the log, and the byte at which it begins."""

    text: str
    offset: int

    def as_params(self) -> dict[str, str | int]:
        return {"exception": self.text, "log_offset": self.offset}


def last_exception(log: Path, secrets: Iterable[str] = ()) -> Line | None:
    """Type and message of the exception with which the log ends, on one line; None where there is none.

    `secrets` are hidden in it wherever they stand.
    """
    lines = _lines(log)
    found = _of_traceback(lines) or _of_syntax(lines) or _of_crash(lines)
    return found and _shown(found, secrets)


def last_line(log: Path, secrets: Iterable[str] = ()) -> Line | None:
    """The last line of the log that says anything; None where none does."""
    for line in reversed(_lines(log)):
        if line.text.strip():
            return _shown(line, secrets)
    return None


def _lines(log: Path) -> list[Line]:
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            begin = max(0, size - _LOOKED_AT)
            file.seek(begin)
            data = file.read(_LOOKED_AT)
    except OSError:
        return []
    found = []
    for raw in data.splitlines(keepends=True) if b"\r" not in data else _split(data):
        text = _ESCAPES.sub("", raw.decode("utf-8", "replace")).rstrip("\r\n")
        found.append(Line(text, begin))
        begin += len(raw)
    return found


def _split(data: bytes) -> Iterator[bytes]:
    """At newlines, and where a progress bar goes back to the beginning of its line."""
    return (match.group() for match in re.finditer(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", data))


def _of_traceback(lines: list[Line]) -> Line | None:
    """Of the last one that may have ended the script; else of one after which Python went on."""
    passing: Line | None = None
    for at in range(len(lines) - 1, -1, -1):
        text = lines[at].text
        header = _HEADER.match(text)
        boxed = _BOXED.match(text) is not None
        if header is None and not boxed:
            continue
        end = _after_box(lines, at + 1) if boxed else _after_frames(lines, at + 1, header["before"] if header else "")
        if end is None:
            continue
        place, indent = end
        if len(lines) - place > _MOST_AFTER:
            break
        found = _joined(lines, place, indent)
        before = lines[at - 1].text if at > 0 else ""
        if not _GOES_ON.search(before) and not _GOES_ON.search(text):
            return found
        passing = passing or found
    return passing


def _after_frames(lines: list[Line], at: int, before: str) -> tuple[int, str] | None:
    """The place of the first line that is no frame, and what each line of this traceback begins with."""
    indent = before if at < len(lines) and lines[at].text.startswith(before + " ") else ""
    if before.strip() in ("+", "| +") or before.rstrip().endswith("+"):
        # The header of a group stands one step out of its column.
        indent = before.replace("+", "|")
    for place in range(at, len(lines)):
        text = lines[place].text
        if not text.startswith(indent):
            # Of another process that prints at the same time.
            continue
        rest = text[len(indent) :]
        if rest and not rest[0].isspace():
            return place, indent
    return None


def _after_box(lines: list[Line], at: int) -> tuple[int, str] | None:
    for place in range(at, len(lines)):
        if _BOX_END.match(lines[place].text):
            for after in range(place + 1, len(lines)):
                if lines[after].text.strip():
                    return after, ""
            return None
    return None


def _joined(lines: list[Line], place: int, indent: str) -> Line:
    """The exception's line; where that only announces what follows, with what follows."""
    line = lines[place]
    text = line.text[len(indent) :].strip()
    if "|" in indent:
        leaves = [leaf for leaf in _leaves(lines[place + 1 :]) if leaf]
        return Line(f"{text}: {'; '.join(leaves[:_MOST_LEAVES])}" if leaves else text, line.offset)
    if text.endswith(":"):
        for after in lines[place + 1 : place + 4]:
            if after.text.strip() and not _HEADER.match(after.text):
                return Line(f"{text} {after.text.removeprefix(indent).strip()}", line.offset)
    return Line(text, line.offset)


def _leaves(lines: list[Line]) -> Iterator[str]:
    """The exceptions within a group, each by its line."""
    for line in lines:
        text = line.text
        if not re.match(r"^\s*[|+]", text):
            return
        rest = text.lstrip(" |")
        inner = text[: len(text) - len(rest)]
        plain = not _GROUP_RULE.match(text) and not _HEADER.match(text) and not inner.endswith("|   ")
        if plain and inner.endswith("| ") and _EXCEPTION.match(rest) and not rest.startswith("File "):
            yield rest.strip()


def _of_syntax(lines: list[Line]) -> Line | None:
    """Of the script itself there is no frame, so that no traceback is announced."""
    for line in reversed(lines[-_MOST_AFTER:]):
        if _SYNTAX.match(line.text):
            return line
    return None


def _of_crash(lines: list[Line]) -> Line | None:
    for line in reversed(lines):
        if _FATAL.match(line.text):
            return line
    return None


def _shown(line: Line, secrets: Iterable[str]) -> Line:
    text = line.text
    # The longest first: one may be a part of another.
    for secret in sorted({secret for secret in secrets if len(secret) >= _FEWEST_HIDDEN}, key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    text = " ".join(_CONTROL.sub(" ", text).split())
    return Line(text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…", line.offset)
