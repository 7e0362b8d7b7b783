"""Which columns a model of a table leans on, and for which rows it is bad."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kargah.evaluation.figures import Floats, finite

Rows = npt.NDArray[np.float32]

IMPORTANCE_ROWS = 2_000
IMPORTANCE_ROUNDS = 5
MOST_COLUMNS = 100
FEWEST_IN_SLICE = 10
MOST_VALUES = 20
QUARTERS = 4
MOST_SLICES = 30
SURE = 3.0
"""How many standard errors a slice has to lie off the other rows: with a hundred slices of a model that is equally good
everywhere, about one report in eight names one."""


@dataclass(frozen=True)
class Column:
    name: str
    categories: Sequence[str] | None = None
    """What a category's position stands for; None: the column holds numbers."""


def importance(
    rows: Rows, columns: Sequence[Column], losses: Callable[[Rows, npt.NDArray[np.int64]], Floats], seed: int
) -> list[dict[str, Any]]:
    """By how much the mean loss grows when a column's values are dealt out anew among the rows (Breiman 2001).

    Args:
        rows: [n, columns] as the model takes them.
        losses: of these rows, [m, columns], at these places among `rows`: one a row.

    Returns:
        The columns, the one it leans on most first, with the mean growth and its spread over some rounds.
    """
    generator = np.random.default_rng(seed)
    chosen = np.sort(generator.permutation(len(rows))[:IMPORTANCE_ROWS])
    sample = rows[chosen].copy()
    before = losses(sample, chosen).mean()
    found = []
    for at, column in enumerate(columns[:MOST_COLUMNS]):
        own = sample[:, at].copy()
        growth = np.empty(IMPORTANCE_ROUNDS)
        for number in range(IMPORTANCE_ROUNDS):
            sample[:, at] = generator.permutation(own)
            growth[number] = losses(sample, chosen).mean() - before
        sample[:, at] = own
        found.append({"column": column.name, "growth": finite(growth.mean()), "spread": finite(growth.std(ddof=1))})
    return sorted(found, key=lambda one: -(one["growth"] or 0.0))


def slices(rows: Rows, columns: Sequence[Column], losses: Floats) -> list[dict[str, Any]]:
    """Groups of rows by the values of one column, with a larger mean loss than the other rows, the worst first.

    A group counts where it has enough rows and lies off by more than chance explains (Welch's statistic).
    """
    found = []
    for at, column in enumerate(columns[:MOST_COLUMNS]):
        for where, chosen in _groups(rows[:, at], column):
            inside, outside = losses[chosen], losses[~chosen]
            if min(len(inside), len(outside)) < FEWEST_IN_SLICE:
                continue
            error = np.sqrt(inside.var(ddof=1) / len(inside) + outside.var(ddof=1) / len(outside))
            gap = inside.mean() - outside.mean()
            if error > 0 and gap / error > SURE:
                found.append(
                    {
                        "column": column.name,
                        **where,
                        "rows": len(inside),
                        "loss": float(inside.mean()),
                        "loss_elsewhere": float(outside.mean()),
                    }
                )
    found.sort(key=lambda one: -one["rows"] * (one["loss"] - one["loss_elsewhere"]))
    return found[:MOST_SLICES]


def _groups(values: Rows, column: Column) -> list[tuple[dict[str, Any], npt.NDArray[np.bool_]]]:
    missing = np.isnan(values)
    groups: list[tuple[dict[str, Any], npt.NDArray[np.bool_]]] = [({"missing": True}, missing)]
    if column.categories is not None:
        codes, counts = np.unique(values[~missing], return_counts=True)
        for code in codes[np.argsort(-counts, kind="stable")][:MOST_VALUES]:
            known = 0 <= code < len(column.categories)
            groups.append(({"value": column.categories[int(code)] if known else None}, values == code))
        return groups
    known_values = values[~missing]
    if len(known_values) == 0:
        return groups
    single = np.unique(known_values)
    if len(single) <= QUARTERS:
        return groups + [({"low": float(value), "high": float(value)}, values == value) for value in single]
    edges = np.unique(np.quantile(known_values, np.linspace(0, 1, QUARTERS + 1)))
    for number in range(len(edges) - 1):
        low, high = edges[number], edges[number + 1]
        upto = values <= high if number == len(edges) - 2 else values < high
        groups.append(({"low": float(low), "high": float(high)}, (values >= low) & upto))
    return groups
