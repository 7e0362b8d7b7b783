"""Lists of the bridge's, which come in pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kargah.client.transport.http import Http


def pages(http: Http, path: str, query: dict[str, Any]) -> Iterator[Any]:
    """Every item of a list, page by page."""
    cursor: str | None = None
    while True:
        page = http.json("GET", path, params=query | {"limit": 200} | ({"cursor": cursor} if cursor else {}))
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return
