"""The form in which texts are compared to find values that people take for the same."""

from __future__ import annotations

from kargah.folding import search_sql

SPACES = r"[\s\p{Z}]+"


def looks_sql(expression: str) -> str:
    """Return the SQL of how a text looks: without case, spaces, joiners, and with one form of each letter and digit."""
    return f"regexp_replace({search_sql(expression)}, '{SPACES}', '', 'g')"
