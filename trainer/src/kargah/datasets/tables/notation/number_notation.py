"""Numbers as people write them: with marks of thousands, a decimal comma, a currency, a percent sign, parentheses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from kargah.datasets.persian import figures

if TYPE_CHECKING:
    import pyarrow as pa

Decimal = Literal[".", ",", "/"]
_SPACES = " \u00a0\u2007\u2009\u202f"
_MINUS = "\u2212\u2012\u2013\ufe63\uff0d"
# Marks of direction and joiners, which stand around numbers in texts that run from right to left.
_UNSEEN = "\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff"
_WORDS = (
    "تومان", "تومن", "ریال", "ريال", "دلار", "یورو", "درهم", "USD", "EUR", "GBP", "CHF", "JPY", "CNY", "INR", "TRY",
    "RUB", "IRR", "AED", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN", "BRL", "US$", "R$", "C$", "A$", "kr", "zł", "Kč",
    "TL", "Rs", "Rs.",
)  # fmt: skip
_SYMBOLS = "$€£¥₹₽₺₩₪₴₫₦฿₿﷼¢"
_CURRENCY = "|".join([*(re.escape(word) for word in sorted(_WORDS, key=len, reverse=True)), f"[{_SYMBOLS}]"])
_LOOSE = re.compile(
    rf"\(?[{_SPACES}]*[+-]?[{_SPACES}]*(?P<before>{_CURRENCY})?[{_SPACES}]*[+-]?[{_SPACES}]*"
    rf"(?=[0-9.,])[0-9.,'’{_SPACES}/]*([eE][+-]?[0-9]+)?[{_SPACES}]*(?P<after>{_CURRENCY}|%)?[{_SPACES}]*\)?"
)
_SHARE = 0.8
_PLACES = "[1-9][0-9]{0,17}|0"


@dataclass(frozen=True)
class NumberNotation:
    """How the numbers of a column are written; `whole` ones have no decimals and are no percentages."""

    decimal: Decimal
    whole: bool = False
    currency: str | None = None
    percent: bool = False

    @cached_property
    def _pattern(self) -> str:
        grouped = {
            ".": r"(,[0-9]{3})+|(,[0-9]{2})*,[0-9]{3}",
            ",": r"(\.[0-9]{3})+",
            "/": r"(,[0-9]{3})+",
        }[self.decimal]
        groups = f"{grouped}|([{_SPACES}][0-9]{{3}})+|(['’][0-9]{{3}})+"
        mark = re.escape(self.decimal)
        integer = f"({_PLACES}|[1-9][0-9]{{0,2}}({groups}))"
        number = (
            integer
            if self.whole
            else f"({integer}({mark}[0-9]*)?|(0|[1-9][0-9]*)?{mark}[0-9]+)([eE][+-]?[0-9]{{1,3}})?"
        )
        space = f"[{_SPACES}]*"
        sign = f"([+-]{space})?"
        currency = "" if self.currency is None else f"({re.escape(self.currency)}{space})?"
        after = f"{space}%" if self.percent else currency.replace(f"{space})?", ")?")
        body = f"({sign}{currency}|{currency}{sign}){number}{space}{after}"
        return rf"^{space}({body}|\({space}{currency}{number}{space}{after}{space}\)){space}$"

    def read(self, texts: pa.StringArray) -> pa.Array:
        """Return the numbers that `texts`, whose digits are Latin, are written as; missing where one is none."""
        import pyarrow as pa
        import pyarrow.compute as pc

        kind = pa.int64() if self.whole else pa.float64()
        plain = plain_signs(texts)
        fits = pc.match_substring_regex(plain, self._pattern)
        kept = pc.if_else(fits, plain, pa.scalar(None, pa.string()))
        bare = kept if self.currency is None else pc.replace_substring(kept, self.currency, "")
        bare = pc.replace_substring_regex(bare, rf"[{_SPACES}'’%+)]", "")
        # Parentheses stand for a minus.
        bare = pc.replace_substring(bare, "(", "-")
        thousands = {".": ",", ",": ".", "/": ","}[self.decimal]
        bare = pc.replace_substring(bare, thousands, "")
        if self.decimal != ".":
            bare = pc.replace_substring(bare, self.decimal, ".")
        numbers = bare.cast(kind)
        return numbers if self.whole else pc.if_else(pc.is_finite(numbers), numbers, pa.scalar(None, kind))


def plain_signs(texts: pa.StringArray) -> pa.StringArray:
    """Return `texts` with one minus, one percent sign and one comma, and without marks that show nothing."""
    import pyarrow.compute as pc

    from kargah.datasets.tables.plain_values import is_ascii

    if is_ascii(texts):
        return texts
    minus = pc.replace_substring_regex(texts, f"[{_MINUS}]", "-")
    percent = pc.replace_substring_regex(minus, "[٪﹪％]", "%")
    return pc.replace_substring_regex(pc.replace_substring(percent, "،", ","), f"[{_UNSEEN}]", "")


def number_notations(sample: Sequence[str]) -> list[NumberNotation]:
    """Return the notations that numbers like those of `sample` may be in, the narrower before the wider."""
    found = [match for text in sample if (match := _LOOSE.fullmatch(_plain(text)))]
    if not found or len(found) < len(sample) * _SHARE:
        return []
    after = Counter(match["after"] for match in found if match["after"])
    currencies = Counter(sign for match in found for sign in (match["before"], match["after"]) if sign and sign != "%")
    percent = after["%"] * 2 > len(found)
    currency = currencies.most_common(1)[0][0] if currencies and not percent else None
    decimals: list[Decimal] = [".", ","]
    if any("/" in text for text in sample) and any(not text.isascii() for text in sample):
        decimals.append("/")
    return [
        NumberNotation(decimal, whole, currency, percent)
        for decimal in decimals
        for whole in ((False,) if percent else (True, False))
    ]


def _plain(text: str) -> str:
    plain = figures(text).translate(_PLAIN)
    return _UNSEEN_LETTERS.sub("", plain)


_PLAIN = str.maketrans({**dict.fromkeys(_MINUS, "-"), "٪": "%", "﹪": "%", "％": "%", "،": ","})
_UNSEEN_LETTERS = re.compile(f"[{_UNSEEN}]")
