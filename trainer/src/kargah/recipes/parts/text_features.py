"""Persian and English texts to numbers: normalised letters, then hashed pieces of words and pairs of words.

Plain numpy over all texts at once, with no vocabulary to keep: training and use of a model share nothing but the
settings below. The hash of a piece is a polynomial of its letters modulo 2⁶⁴, taken out of one running sum over the
whole corpus, and stirred by the finaliser of MurmurHash3.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from kargah.folding import LETTER_FORMS, LETTERS

Letters = npt.NDArray[np.uint32]
Numbers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

VERSION = 1
AT_ONCE = 1 << 21
ZWNJ = "\u200c"
BOUNDARY = 0
GONE = 0xFFFFFFFF
SPACE = 32
FACTOR = 0x9E3779B97F4A7C15
WORD_SALT, PAIR_SALT = 101, 102
# A model's features: what is folded otherwise is another VERSION.
_LETTER_FORMS = str.maketrans(LETTER_FORMS, LETTERS)


@dataclass(frozen=True)
class TextFeatures:
    """How texts become numbers; travels with a model as it is."""

    buckets: int
    characters: tuple[int, int]
    """Shortest and longest piece of a word, in letters; (0, 0) for none."""
    words: int
    """Longest run of words: 0, 1 or 2."""
    longest: int
    """Letters of a text that are looked at."""

    def describe(self) -> dict[str, Any]:
        return {
            "kind": "text",
            "version": VERSION,
            "buckets": self.buckets,
            "characters": list(self.characters),
            "words": self.words,
            "longest": self.longest,
        }

    @classmethod
    def of(cls, described: dict[str, Any]) -> TextFeatures:
        if described.get("version") != VERSION:
            raise ValueError(f"text features of version {described.get('version')} are not known")
        shortest, longest = described["characters"]
        return cls(described["buckets"], (shortest, longest), described["words"], described["longest"])


@dataclass(frozen=True)
class Bags:
    """The numbers of text i are `values[starts[i]:starts[i + 1]]`, int32 from 1 to `buckets`."""

    values: npt.NDArray[np.int32]
    starts: Numbers


def features(texts: Sequence[str], how: TextFeatures) -> Bags:
    """A few million letters at a time: each takes a hundred bytes while it is looked at."""
    parts = [_features(part, how) for part in _parts(texts, how.longest)]
    lengths = np.concatenate([np.diff(part.starts) for part in parts])
    starts = np.concatenate([[0], np.cumsum(lengths)])
    return Bags(np.concatenate([part.values for part in parts]), starts)


def _parts(texts: Sequence[str], longest: int) -> Iterator[Sequence[str]]:
    ends = np.cumsum([min(len(text), longest) + 3 for text in texts]) // AT_ONCE
    cuts = [0, *(np.flatnonzero(np.diff(ends)) + 1).tolist(), len(texts)]
    for start, stop in pairwise(cuts):
        yield texts[start:stop]


def _features(texts: Sequence[str], how: TextFeatures) -> Bags:
    letters = normalise(texts, how.longest)
    text_of = np.cumsum(letters == BOUNDARY) - 1
    sums, undo = _running_hash(letters)
    spans = [*_word_spans(letters, text_of, how.words), *_piece_spans(letters, text_of, how.characters)]
    counts = [np.bincount(text_of[begin], minlength=len(texts)) for _, begin, _ in spans]
    starts = np.concatenate([[0], np.cumsum(np.sum(counts, axis=0, dtype=np.int64))]) if spans else _empty(len(texts))
    values = np.empty(int(starts[-1]), dtype=np.int32)
    filled = starts[:-1].copy()
    for (salt, begin, end), count in zip(spans, counts, strict=True):
        hashed = (sums[end] - sums[begin]) * undo[begin] + np.uint64(salt)
        # Pieces of one kind lie in the order of the texts already: each goes behind what its text has so far.
        first = np.cumsum(count) - count
        text = text_of[begin]
        places = filled[text] + np.arange(len(begin)) - first[text]
        values[places] = (_stirred(hashed) % np.uint64(how.buckets)).astype(np.int32) + 1
        filled += count
    return Bags(values, starts)


def normalise(texts: Sequence[str], longest: int) -> Letters:
    """Code points of all texts: each begins with 0, its words stand between single spaces.

    Compatibility forms, case, Arabic forms of Persian letters and digits of other scripts become one; vowel signs,
    tatweel and invisible marks go; a half-space counts as a space, as does whatever is no letter and no digit.
    """
    joined = "".join(f"\0 {text[:longest].replace(chr(0), ' ')} " for text in texts)
    if not joined.isascii():
        joined = unicodedata.normalize("NFKC", joined)
    letters = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    present = np.flatnonzero(np.bincount(letters, minlength=1))
    table = np.zeros(int(present[-1]) + 1 if len(present) else 1, dtype=np.uint32)
    table[present] = [_one_letter(int(code)) for code in present]
    letters = table[letters]
    letters = letters[letters != GONE]
    spaces = letters == SPACE
    spaces[1:] &= letters[:-1] == SPACE
    collapsed: Letters = letters[~spaces]
    return collapsed


def _one_letter(code: int) -> int:
    letter = chr(code)
    if code == BOUNDARY:
        return BOUNDARY
    if letter == ZWNJ or letter.isspace():
        return SPACE
    category = unicodedata.category(letter)
    if category in {"Mn", "Cf"} or letter == "\u0640":
        return GONE
    if category == "Nd":
        return ord("0") + unicodedata.decimal(letter)
    if not letter.isalnum():
        return SPACE
    folded = letter.casefold().translate(_LETTER_FORMS)
    return ord(folded[0])


def _running_hash(letters: Letters) -> tuple[Hashes, Hashes]:
    """Sums up to each place of letter × factor^place, and factor^-place: their product is free of the place."""
    n = len(letters)
    powers = np.full(n + 1, FACTOR, dtype=np.uint64)
    powers[0] = 1
    undo = np.full(n + 1, pow(FACTOR, -1, 1 << 64), dtype=np.uint64)
    undo[0] = 1
    powers, undo = np.cumprod(powers, dtype=np.uint64), np.cumprod(undo, dtype=np.uint64)
    sums = np.zeros(n + 1, dtype=np.uint64)
    np.cumsum((letters.astype(np.uint64) + np.uint64(1)) * powers[:-1], out=sums[1:], dtype=np.uint64)
    return sums, undo


def _stirred(hashed: Hashes) -> Hashes:
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        hashed = (hashed ^ (hashed >> np.uint64(33))) * np.uint64(factor)
    stirred: Hashes = hashed ^ (hashed >> np.uint64(33))
    return stirred


Span = tuple[int, Numbers, Numbers]


def _word_spans(letters: Letters, text_of: Numbers, most: int) -> list[Span]:
    """(salt, begins, ends) of words and of neighbouring words."""
    inside = np.concatenate([[False], (letters != SPACE) & (letters != BOUNDARY), [False]])
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    begin, end = edges[::2], edges[1::2]
    spans: list[Span] = [(WORD_SALT, begin, end)] if most >= 1 else []
    if most >= 2:
        together = text_of[begin[:-1]] == text_of[begin[1:]]
        spans.append((PAIR_SALT, begin[:-1][together], end[1:][together]))
    return spans


def _piece_spans(letters: Letters, text_of: Numbers, lengths: tuple[int, int]) -> list[Span]:
    """(length, begins, ends) of the pieces of each word, to which the spaces around it belong."""
    if lengths[1] == 0:
        return []
    apart = np.concatenate([[0], np.cumsum((letters == SPACE) | (letters == BOUNDARY))])
    spans: list[Span] = []
    for length in range(lengths[0], lengths[1] + 1):
        begin = np.arange(max(0, len(letters) - length + 1))
        whole = apart[begin + length - 1] == apart[begin + 1]
        edge = (letters[begin] != BOUNDARY) & (letters[begin + length - 1] != BOUNDARY)
        begin = begin[whole & edge & (text_of[begin] == text_of[begin + length - 1])]
        spans.append((length, begin, begin + length))
    return spans


def _empty(texts: int) -> Numbers:
    return np.zeros(texts + 1, dtype=np.int64)
