"""Where the intervals lie in which numbers are told: between quantiles of the rows that are learned from."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from kargah.recipes.parts.mlp import Edges

MOST_NUMBERS = 768
"""Of all columns together, so that the first layer of a wide table stays small."""
ROWS_OF_INTERVAL = 10
"""At least so many rows for each, so that few rows are not learned by heart."""
FEWEST_EDGES = 4
LOOKED_AT = 20_000


def edges_of(values: Tensor, most: int) -> Edges | None:
    """Up to `most` intervals for each column of float32 [rows, columns]; None where there is no use in any.

    A column of few different values, which a linear layer tells apart as it is, has none.
    """
    most = min(most, MOST_NUMBERS // max(1, values.shape[1]), len(values) // ROWS_OF_INTERVAL)
    if most < FEWEST_EDGES:
        return None
    looked_at = values[:: max(1, len(values) // LOOKED_AT)].numpy()
    shares = np.linspace(0, 1, most + 1)
    kept: list[int] = []
    found: list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]] = []
    for at in range(values.shape[1]):
        edges = np.unique(np.quantile(looked_at[:, at], shares).astype(np.float32))
        if len(edges) >= FEWEST_EDGES:
            kept.append(at)
            found.append(edges)
    if not kept:
        return None
    low = torch.zeros(len(kept), max(len(edges) for edges in found) - 1)
    scale = torch.zeros_like(low)
    for at, edges in enumerate(found):
        low[at, : len(edges) - 1] = torch.from_numpy(edges[:-1])
        scale[at, : len(edges) - 1] = 1 / torch.from_numpy(np.diff(edges))
    return Edges(torch.tensor(kept), low, scale)
