"""Warnings about a dataset, in both languages; their sentences stand in `warnings.json`, which the panels have too."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from kargah.datasets.model import Warning

_SLOT = re.compile(r"\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}")
_MAX = 50


@cache
def _sentences() -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("warnings.json").read_text("utf-8"))
    return texts


def _filled(sentence: str, params: dict[str, str | int | float]) -> str:
    """`{name}` is a value, `{count|row|rows}` what goes with one and with several."""

    def slot(found: re.Match[str]) -> str:
        value = params[found[1]]
        return str(value) if found[2] is None else found[2] if value == 1 else found[3]

    return _SLOT.sub(slot, sentence)


def warning_of(code: str, *, column: str | None = None, **params: str | int | float) -> Warning:
    """Return the warning `code` with its sentence filled in."""
    sentences = _sentences()[code]
    values = params if column is None else {**params, "column": column}
    warning: Warning = {
        "code": code,
        "detail": _filled(sentences["en"], values),
        "detail_fa": _filled(sentences["fa"], values),
        "params": values,
    }
    if column is not None:
        warning["column"] = column
    return warning


def at_most(warnings: list[Warning]) -> list[Warning]:
    """Return the first warnings, and how many more there are: a list of thousands tells nobody anything."""
    if len(warnings) <= _MAX:
        return warnings
    return [*warnings[:_MAX], warning_of("more_warnings", count=len(warnings) - _MAX)]
