"""Coded reasons why a file cannot become a dataset; the bridge's table of errors gives each its words."""

from __future__ import annotations


class ReadFailure(Exception):
    """A file that cannot be read, with a stable `code` and the parameters of its message."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params
