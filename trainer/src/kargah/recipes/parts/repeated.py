"""An epoch of few rows goes over them several times, so that it has steps enough to learn from and be judged after."""

from __future__ import annotations

from typing import TypeVar

import torch

from kargah.protocols.task import Split

AnySplit = TypeVar("AnySplit", bound=Split)


def repeated(split: AnySplit, least: int) -> AnySplit:
    """The split's rows over and over, whole times, until there are `least` of them or more."""
    times = -(-least // max(1, len(split)))
    if times <= 1:
        return split
    again: AnySplit = split.take(torch.arange(len(split)).repeat(times))  # type: ignore[assignment]
    return again
