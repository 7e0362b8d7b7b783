"""Rows as a linear model takes them, for the plain model that a job's report tells beside what was learned."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

MOST_COLUMNS = 500
MOST_PIECES = 20_000
MOST_TEXTS = 10_000
MOST_NUMBERS = 1 << 22
"""Of all texts in which the frequent pieces are looked for."""
SIDE = 8
"""Of a picture, in coarse pixels."""


class PlainTable:
    """Standardised numbers and flags [n, width], and a column for each category of the first ones that fit."""

    def __init__(self, width: int, sizes: Sequence[int]) -> None:
        self.width = min(width, MOST_COLUMNS)
        self.sizes: list[int] = []
        room = MOST_COLUMNS - self.width
        for size in sizes:
            # The place of values never seen has a column too.
            if size + 1 > room:
                break
            self.sizes.append(size + 1)
            room -= size + 1
        self.columns = self.width + sum(self.sizes)

    def __call__(self, numbers: Tensor, codes: Tensor) -> Tensor:
        ones = [functional.one_hot(codes[:, at], size).float() for at, size in enumerate(self.sizes)]
        return torch.cat([numbers[:, : self.width], *ones], 1)


def coarse(pixels: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """float32 [n, channels, height, width] between 0 and 1 → [n, channels · SIDE²], standardised by channel."""
    small = functional.adaptive_avg_pool2d(pixels, SIDE)
    return ((small - mean.view(1, -1, 1, 1)) / std.view(1, -1, 1, 1)).flatten(1)


class TfIdf:
    """Numbers of texts → how often each comes, weighted by how few texts have it, of length 1 (as scikit-learn's).

    Only those that most of the `train` texts have are looked at. Text i is `values[starts[i]:starts[i + 1]]`.
    """

    def __init__(self, values: Tensor, starts: Tensor, train: Tensor, buckets: int) -> None:
        self.values, self.starts = values, starts
        numbers = int(starts.diff()[train].sum())
        train = train[:: max(1, -(-len(train) // MOST_TEXTS), -(-numbers // MOST_NUMBERS))]
        own, text = self._gathered(train)
        pairs = torch.unique(own * len(train) + text) // max(1, len(train))
        texts = torch.bincount(pairs, minlength=buckets + 1)
        kept = texts.argsort(descending=True, stable=True)[: min(MOST_PIECES, int((texts > 0).sum()))]
        self.columns = len(kept)
        self.place = torch.full((buckets + 1,), -1, dtype=torch.int64)
        self.place[kept] = torch.arange(len(kept))
        self.weight = torch.log((1 + len(train)) / (1 + texts[kept].double())) + 1
        self.filled = -(-len(pairs) // max(1, len(train)))

    def __call__(self, chosen: Tensor) -> Tensor:
        """float32 [n, columns], sparse."""
        values, text = self._gathered(chosen)
        columns = self.place[values]
        known = columns >= 0
        at = torch.stack([text[known], columns[known]])
        counted = torch.sparse_coo_tensor(
            at, self.weight[columns[known]], (len(chosen), self.columns), check_invariants=False
        ).coalesce()
        lengths = torch.zeros(len(chosen), dtype=torch.float64)
        lengths.index_add_(0, counted.indices()[0], counted.values().square())
        scaled = counted.values() / lengths.sqrt()[counted.indices()[0]]
        return torch.sparse_coo_tensor(
            counted.indices(), scaled.float(), counted.shape, is_coalesced=True, check_invariants=False
        )

    def _gathered(self, chosen: Tensor) -> tuple[Tensor, Tensor]:
        """The numbers of these texts, and at which place among `chosen` the text of each stands."""
        lengths = self.starts.diff()[chosen]
        text = torch.repeat_interleave(torch.arange(len(chosen)), lengths)
        first = self.starts[chosen] - (lengths.cumsum(0) - lengths)
        return self.values[first[text] + torch.arange(len(text))].long(), text
