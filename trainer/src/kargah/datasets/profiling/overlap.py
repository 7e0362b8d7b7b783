"""What validation and test share with training: the same rows or pictures, and nearly the same ones.

Nearly the same are rows that are equal once texts are written in one way (letter forms, case, digits, spaces, sentence
marks), whatever number counts them; and pictures that look alike (see `looks`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kargah.datasets.engine import connect_to_tables, name, own_spill
from kargah.datasets.image_hash import FILE, near, read_image_hashes
from kargah.datasets.persian import plain_sql
from kargah.datasets.warnings import warning_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kargah.datasets.model import Column, Profile, Warning

# Texts are brought to one form at about 12 million letters a second and core: a minute at most.
_MOST_LETTERS = 500_000_000
_CATEGORY_LETTERS = 20
_MOST_COLUMNS = 300
_FEW = 50
_ID_LETTERS = 64


def shared_rows(folder: Path, parts: Path, memory_bytes: int) -> list[Warning]:
    """Warn of rows that are in a part and, the same or nearly so in every column, in the training part too."""
    profile: Profile = json.loads((folder / "profile.json").read_text("utf-8"))
    tables = {"data": folder / "data.parquet", "parts": parts}
    with connect_to_tables(tables, memory_bytes, own_spill(folder)) as connection:
        row = connection.execute(
            f"WITH hashed AS MATERIALIZED (SELECT hash(d) AS h, {_near_sql(profile)} AS n, p.part "  # noqa: S608
            "FROM data d POSITIONAL JOIN parts p), "
            "judged AS (SELECT part, h IN (SELECT h FROM hashed WHERE part = 0) AS same, "
            "n IN (SELECT n FROM hashed WHERE part = 0) AS alike FROM hashed WHERE part > 0) "
            "SELECT count(*) FILTER (same), count(*) FILTER (alike AND NOT same) FROM judged"
        ).fetchone()
    same, alike = (int(count) for count in row or (0, 0))
    return _warnings(same, alike, "split_near_rows")


def _near_sql(profile: Profile) -> str:
    """The hash that rows have in common which are nearly the same."""
    columns = profile["columns"]
    if len(columns) > _MOST_COLUMNS:
        return "h"
    kept = [column for column in columns if not _counts(column, profile["rows"])]
    # Without its number a row of a few categories equals many others without being a copy of them.
    if not any(column["type"] == "text" or column["distinct"] > _FEW for column in kept):
        kept = columns
    letters = 0
    forms: list[str] = []
    for column in sorted(kept, key=_letters):
        c = f"d.{name(column['name'])}"
        letters += int(_letters(column) * profile["rows"])
        written = column["type"] in {"text", "category"} and letters <= _MOST_LETTERS
        forms.append(plain_sql(c) if written else c)
    return f"hash({', '.join(forms)})"


def _counts(column: Column, rows: int) -> bool:
    """Whether a column only numbers the rows, or names each by a code of one length."""
    if column["distinct"] != rows:
        return False
    low, high, text = column["min"], column["max"], column.get("text")
    if column["type"] == "integer" and isinstance(low, int) and isinstance(high, int):
        return high - low == rows - 1
    return text is not None and text["min_length"] == text["max_length"] <= _ID_LETTERS


def _letters(column: Column) -> float:
    if column["type"] == "text" and "text" in column:
        return column["text"]["mean_length"]
    return _CATEGORY_LETTERS if column["type"] in {"text", "category"} else 0


def shared_images(folder: Path, part: NDArray[np.uint8]) -> list[Warning]:
    """Warn of pictures of a part that are also in the training part, byte for byte or as they look."""
    if not (folder / FILE).exists():
        return []
    digests, hashes = read_image_hashes(folder / FILE)
    if len(digests) != len(part):
        return []
    trained = {digest for digest, of in zip(digests, part, strict=True) if of == 0}
    same = np.fromiter((digest in trained for digest in digests), np.bool_, len(digests)) & (part > 0)
    rest = (part > 0) & ~same
    alike = near(hashes[rest], hashes[part == 0])
    return _warnings(int(same.sum()), int(alike.sum()), "split_near_images")


def _warnings(same: int, alike: int, code: str) -> list[Warning]:
    found = [warning_of("split_shares_rows", count=same)] if same else []
    return [*found, warning_of(code, count=alike)] if alike else found
