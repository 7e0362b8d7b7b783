"""One cell as JSON can carry it to a page."""

from __future__ import annotations

import datetime
import math

from kargah.datasets.model import Cell

MAX_CELL_CHARS = 2_000
_SAFE_INTEGER = 2**53


def cell_of(value: object) -> Cell:
    """Return a value as JSON can carry it: NaN as missing, integers beyond 2^53 and times as text, long texts cut."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _SAFE_INTEGER else str(value)
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return value if math.isfinite(value) else str(value)
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    text = str(value)
    return text if len(text) <= MAX_CELL_CHARS else text[:MAX_CELL_CHARS] + "…"
