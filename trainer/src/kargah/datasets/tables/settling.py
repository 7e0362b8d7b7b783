"""Resolves ambiguous columns (decimal mark, order of dates) by the others, since a file uses one notation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kargah.datasets.tables.notation.date_notation import DateNotation, Order
from kargah.datasets.tables.notation.number_notation import NumberNotation
from kargah.datasets.tables.typed_column import TypedColumn
from kargah.datasets.tables.ways import Way


def settled(columns: Sequence[TypedColumn]) -> bool:
    """Change the ways of columns of which the others say how they are meant; return whether there were none.

    Dates whose order nothing settles become texts, for a person to say which it is.
    """
    free = [column for column in columns if column.override is None and column.way is not None]
    # A list: every column is settled, also where an earlier one has changed.
    changed = [_with_comma(column) for column in free] if _comma_is_decimal(free) else []
    orders = {
        column.way.notation.order
        for column in free
        if column.way is not None and isinstance(column.way.notation, DateNotation) and False in column.doubts
    }
    changed += [_ordered(column, orders) for column in free if column.doubts == {True}]
    return not any(changed)


def _comma_is_decimal(columns: Sequence[TypedColumn]) -> bool:
    """Whether a column proves decimal commas, and none decimal points behind thousands."""
    proved = {
        column.way.notation.decimal
        for column in columns
        if column.way is not None and isinstance(column.way.notation, NumberNotation) and not column.rival_fits
    }
    return proved == {","}


def _with_comma(column: TypedColumn) -> bool:
    way = column.way
    assert way is not None
    if way == Way("number") and column.dotted:
        new = NumberNotation(",", whole=True)
    elif (
        isinstance(way.notation, NumberNotation) and way.notation.decimal == "." and column.rival_fits and column.rival
    ):
        new = replace(way.notation, decimal=",", whole=False)
    else:
        # What leaves it open with a decimal comma is meant so.
        if isinstance(way.notation, NumberNotation) and way.notation.decimal == ",":
            column.rival = None
        return False
    column.refused.add(way)
    column.way = Way("integer" if new.whole else "number", new)
    return True


def _ordered(column: TypedColumn, orders: set[Order]) -> bool:
    way = column.way
    assert way is not None
    assert isinstance(way.notation, DateNotation)
    if len(orders) == 1:
        order = next(iter(orders))
        if way.notation.order == order:
            return False
        column.refused.add(way)
        column.way = Way(way.kind, replace(way.notation, order=order))
        return True
    column.way = None
    column.unclear = True
    return True
