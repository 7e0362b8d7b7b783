"""Dropout that draws its random numbers eight to a word: torch's own takes longer than the layer before it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

LEVELS = 256


def dropout_masks(rows: int, widths: Sequence[int], share: float, device: torch.device) -> list[Tensor]:
    """One float32 mask [rows, width] for each width: 0 for `share` of the places, elsewhere what keeps the mean.

    `share` counts in steps of 1/256. Draws from torch's generator.
    """
    cut = min(LEVELS - 1, round(LEVELS * share))
    sizes = [rows * width for width in widths]
    total = sum(sizes)
    words = torch.empty((total + 7) // 8, dtype=torch.int64, device=device).random_(-(2**63), None)
    # Straight into numbers: a mask of booleans in between takes four times as long.
    masks = torch.empty(total, device=device)
    torch.ge(words.view(torch.uint8)[:total], cut, out=masks).mul_(LEVELS / (LEVELS - cut))
    return [mask.view(rows, width) for mask, width in zip(torch.split(masks, sizes), widths, strict=True)]
