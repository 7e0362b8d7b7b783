"""The batches of an epoch: rows in an order of its own, out of a split that lies in memory."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from kargah.protocols.task import Split

SHUFFLED_BYTES = 8 * 1024 * 1024


def epoch_order(split: Split, seed: int) -> Tensor:
    """int64 row numbers, each once."""
    return torch.randperm(len(split), generator=torch.Generator().manual_seed(seed))


def epoch_batches(split: Split, size: int, *, seed: int, done: int = 0) -> Iterator[tuple[tuple[Tensor, ...], Tensor]]:
    """The network's inputs and targets, `size` rows at a time, but for the first `done` batches.

    Many batches are gathered at once and cut apart as views: far fewer and longer copies than one for each.
    """
    order = epoch_order(split, seed)
    gathered = max(1, SHUFFLED_BYTES // (split.row_bytes * size)) * size
    # Also a resumed run cuts at the same places: how numbers lie in memory can change the last bit of a product.
    for position in range(done * size // gathered * gathered, len(order), gathered):
        chunk = split.take(order[position : position + gathered])
        for start in range(max(0, done * size - position), len(chunk), size):
            stop = min(len(chunk), start + size)
            yield chunk.part(start, stop), chunk.targets[start:stop]
