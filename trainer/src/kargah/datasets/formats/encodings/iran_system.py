"""Iran System, the code page of Persian programs for DOS, as a codec of Python's.

A byte is a form that a letter takes in a word, and a line lies as it is seen, from left to right. Decoded it is in the
letters and the order of Unicode. Runs of Persian are turned around within a cell: delimiters stay where they are.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

NAME = "iran-system"
_FORMS = (
    "۰۱۲۳۴۵۶۷۸۹،ـ؟ﺁﺋء"
    "ﺍﺎﺏﺑﭖﭘﺕﺗﺙﺛﺝﺟﭺﭼﺡﺣ"
    "ﺥﺧدذرزژﺱﺳﺵﺷﺹﺻﺽﺿط"
    "░▒▓│┤╡╢╖╕╣║╗╝╜╛┐"
    "└┴┬├─┼╞╟╚╔╩╦╠═╬╧"
    "╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
    "ظﻉﻊﻌﻋﻍﻎﻐﻏﻑﻓﻕﻗﮎﮐﮒ"
    "ﮔﻝﻻﻟﻡﻣﻥﻧوﻩﻬﻫﯽﯼﯾ\u00a0"
)
_TABLE = "".join(map(chr, range(128))) + _FORMS
_LETTER = "\u0621-\u064a\u0671-\u06d3\ufb50-\ufdff\ufe70-\ufefc"
_PERSIAN = re.compile(f"[{_LETTER}]")
# Of one cell: letters, figures, spaces, and the marks that stand between them in Persian texts.
# What begins with a Latin letter (A4, XP-500) stays as it is.
_RUN = re.compile(f"[A-Za-z][A-Za-z0-9._/-]*|[{_LETTER}0-9۰-۹ \u00a0.:/()!،؟٬-]+")
_FIGURES = re.compile(r"[0-9۰-۹]+(?:[.:/،٬-][0-9۰-۹]+)*")
# The last form of a letter that would join the next one: with another letter behind it, a joiner kept them apart.
_APART = re.compile(f"([ﺏﭖﺕﺙﺝﭺﺡﺥﺱﺵﺹﺽﻉﻊﻍﻎﻑﻕﮎﮒﻝﻡﻥﻩﯽﯼ])(?=[{_LETTER}])")
_MIRRORED = str.maketrans("()", ")(")


def _logical(run: re.Match[str]) -> str:
    text = run[0]
    if not _PERSIAN.search(text):
        return text
    inner = text.strip(" ")
    before, after = text[: len(text) - len(text.lstrip(" "))], text[len(text.rstrip(" ")) :]
    turned = _FIGURES.sub(lambda found: found[0][::-1], inner[::-1].translate(_MIRRORED))
    return before + unicodedata.normalize("NFKC", _APART.sub("\\1\u200c", turned)) + after


def _decode(data: bytes, errors: str = "strict") -> tuple[str, int]:
    text, _ = codecs.charmap_decode(data, errors, _TABLE)
    return _RUN.sub(_logical, text), len(data)


class _Decoder(codecs.BufferedIncrementalDecoder):
    """Whole lines: a run that is cut would be turned around in two pieces."""

    def _buffer_decode(self, data: bytes, errors: str, final: bool) -> tuple[str, int]:  # type: ignore[override]
        end = len(data) if final else data.rfind(b"\n") + 1
        return _decode(data[:end], errors)


def _encode(text: str, errors: str = "strict") -> tuple[bytes, int]:
    raise UnicodeEncodeError(NAME, text, 0, len(text), "nothing is written in it")


def _found(name: str) -> codecs.CodecInfo | None:
    if name.replace("_", "-") != NAME:
        return None
    return codecs.CodecInfo(_encode, _decode, incrementaldecoder=_Decoder, name=NAME)  # type: ignore[arg-type]


codecs.register(_found)
