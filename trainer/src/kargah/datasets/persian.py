"""Letters: direction of a text, and the Arabic forms of two Persian letters."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kargah.datasets.model import Direction

ARABIC_FORMS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک"})
ARABIC_FORM = re.compile("[يىك]")
_RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LTR = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u052f]")


def direction_of(texts: Iterable[str]) -> Direction:
    """Return the direction of the script that most letters of `texts` belong to; left to right when there are none."""
    rtl = ltr = 0
    for text in texts:
        rtl += len(_RTL.findall(text))
        ltr += len(_LTR.findall(text))
    return "rtl" if rtl > ltr else "ltr"
