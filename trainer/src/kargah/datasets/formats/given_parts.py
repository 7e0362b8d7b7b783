"""Which rows a file itself says train, validate and test: by folders called so, or by the names of its arrays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kargah.datasets.model import Part

PARTS: tuple[Part, ...] = ("train", "validation", "test")
_WORDS: dict[str, Part | None] = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "test": "test",
    "test1": "test",
    "testing": "test",
    # Pictures to be predicted, which have no class.
    "pred": None,
}
# Kaggle's folders have words before or behind.
_NAME = re.compile(rf"(.+[_-])?({'|'.join(_WORDS)})([_-](set|data|images))?", re.IGNORECASE)


def are_parts(names: Iterable[str]) -> bool:
    """Return whether all are names of folders that hold a part of the data."""
    return all(_NAME.fullmatch(name) for name in names)


def part_named(name: str) -> Part | None:
    """Return the part that a folder or array is called after."""
    found = _NAME.fullmatch(name)
    return None if found is None else _WORDS[found[2].lower()]


def whole_parts(parts: Sequence[Part | None]) -> list[Part] | None:
    """Return the parts of all rows; None where some are in no part, all are in one, or none trains."""
    known = [part for part in parts if part is not None]
    is_split = len(known) == len(parts) and len(set(known)) > 1 and "train" in known
    return known if is_split else None
