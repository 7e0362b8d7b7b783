"""Parameters of a recipe: a frozen dataclass whose fields say how they are shown and checked (JSON Schema 2020-12)."""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Literal, TypeVar, cast

P = TypeVar("P")
Json = dict[str, Any]

_JSON_TYPES: dict[type, str] = {int: "integer", float: "number", str: "string", bool: "boolean"}


class InvalidParams(ValueError):
    """Some parameters are not valid; `errors` maps each name to what is wrong with it."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in errors.items()))
        self.errors = dict(errors)


def param(
    default: Any,
    title: str,
    title_fa: str,
    description: str = "",
    description_fa: str = "",
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    exclusive_minimum: float | None = None,
    max_items: int | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Any:
    """A dataclass field with everything that its JSON Schema says about it.

    For a tuple, `minimum` and `maximum` bound each item. `extra` goes into the schema as it is (`x-…` keys).
    """
    schema: Json = {"title": title, "x-title-fa": title_fa}
    if description:
        schema |= {"description": description, "x-description-fa": description_fa}
    bounds = {"minimum": minimum, "maximum": maximum, "exclusiveMinimum": exclusive_minimum}
    return dataclasses.field(
        default=default,
        metadata={
            "schema": schema | dict(extra or {}),
            "bounds": {k: v for k, v in bounds.items() if v is not None},
            "max_items": max_items,
        },
    )


@functools.cache
def _hints(params: Any) -> dict[str, Any]:
    return typing.get_type_hints(params)


def params_schema(params: type) -> Json:
    """JSON Schema 2020-12 of a parameter dataclass."""
    hints = _hints(params)
    properties = {f.name: _property(f, hints[f.name]) for f in dataclasses.fields(params)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }


def parse_params(params: type[P], given: Mapping[str, Any]) -> P:
    """Checks `given` against the dataclass and fills in defaults.

    Raises:
        InvalidParams: an unknown name, a wrong type or a value out of its bounds.
    """
    hints = _hints(cast("Hashable", params))
    fields = {f.name: f for f in dataclasses.fields(params)}  # type: ignore[arg-type]
    errors = {name: "unknown parameter" for name in given if name not in fields}
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name not in given:
            continue
        try:
            values[name] = _checked(given[name], hints[name], field)
        except ValueError as error:
            errors[name] = str(error)
    if errors:
        raise InvalidParams(errors)
    return params(**values)


def _property(field: dataclasses.Field[Any], hint: Any) -> Json:
    kind, item = _kind(hint)
    schema: Json = dict(field.metadata["schema"])
    bounds: Json = dict(field.metadata["bounds"])
    if kind == "enum":
        schema |= {"type": "string", "enum": list(item)}
    elif kind == "array":
        schema |= {"type": "array", "items": {"type": _JSON_TYPES[item], **bounds}}
        if field.metadata["max_items"] is not None:
            schema["maxItems"] = field.metadata["max_items"]
    else:
        schema |= {"type": kind, **bounds}
    default: Any = field.default
    if default is not None:
        schema["default"] = list(default) if kind == "array" else default
    return schema


def _kind(hint: Any) -> tuple[str, Any]:
    origin = typing.get_origin(hint)
    if origin is Literal:
        return "enum", typing.get_args(hint)
    if origin is tuple:
        return "array", typing.get_args(hint)[0]
    if origin in (types.UnionType, typing.Union):
        return _kind(next(a for a in typing.get_args(hint) if a is not type(None)))
    return _JSON_TYPES[hint], hint


def _checked(value: Any, hint: Any, field: dataclasses.Field[Any]) -> Any:
    kind, item = _kind(hint)
    if value is None and field.default is None:
        return None
    if kind == "enum":
        if value not in item:
            raise ValueError(f"must be one of {', '.join(item)}")
        return value
    if kind == "array":
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise ValueError("must be a list")
        if field.metadata["max_items"] is not None and len(value) > field.metadata["max_items"]:
            raise ValueError(f"at most {field.metadata['max_items']} items")
        return tuple(_scalar(v, item, field.metadata["bounds"]) for v in value)
    return _scalar(value, item, field.metadata["bounds"])


def _scalar(value: Any, kind: Any, bounds: Mapping[str, float]) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if kind is int and isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"must be of type {_JSON_TYPES[kind]}")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("must be finite")
    low, high, above = bounds.get("minimum"), bounds.get("maximum"), bounds.get("exclusiveMinimum")
    if low is not None and value < low:
        raise ValueError(f"must be at least {low}")
    if high is not None and value > high:
        raise ValueError(f"must be at most {high}")
    if above is not None and value <= above:
        raise ValueError(f"must be more than {above}")
    return value
