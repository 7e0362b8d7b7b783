"""Texts as people write them differently and mean the same: Persian letters, digits and invisible marks, in one table.

The bridge's contract has `folding.json`: what it, the panels and all that uses this module have to make alike.
"""

from __future__ import annotations

LETTER_FORMS, LETTERS = "يىئكةۀأإٱآؤ", "یییکههااااو"
"""Forms of one letter that people mix: Arabic keyboards write Persian words, and hamzas come and go."""
DIGIT_FORMS, DIGITS = "۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "0123456789" * 2
_RANGES = ((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x2069))
INVISIBLE = "\u0640\u061c\ufeff" + "".join(chr(code) for first, last in _RANGES for code in range(first, last + 1))
"""Tatweel, ZWNJ and its neighbours, marks of direction."""
UNSEEN = rf"\p{{Cc}}\p{{Mn}}{INVISIBLE}"
"""What a regular expression of the engine leaves out, within brackets: controls and vowel marks, too."""


def letters_sql(expression: str) -> str:
    """Return the SQL of a text in small letters with one form of each letter, and Latin digits."""
    return f"translate(lower({expression}), '{LETTER_FORMS}{DIGIT_FORMS}', '{LETTERS}{DIGITS}')"


def search_sql(expression: str) -> str:
    """Return the SQL of a text as a search compares it, here, in the bridge and in the panels."""
    return f"regexp_replace({letters_sql(f'nfc_normalize({expression})')}, '[{UNSEEN}]', '', 'g')"
