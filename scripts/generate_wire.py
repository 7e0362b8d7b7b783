"""Writes the Python client's wire types from `bridge-server/openapi.json`. `--check` only compares."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "bridge-server" / "openapi.json"
TARGET = ROOT / "trainer" / "src" / "kargah" / "client" / "wire.py"
HEADER = '''"""Objects as they travel. Made by `npm run generate` from the bridge's contract; do not edit."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from typing_extensions import NotRequired, TypedDict
'''
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


class Writer:
    """Turns schemas into TypedDicts; an object without a name of its own is called after where it stands."""

    def __init__(self) -> None:
        self.blocks: list[str] = []

    def named(self, name: str, schema: dict[str, Any]) -> None:
        if schema.get("properties"):
            self.typed_dict(name, schema)
        else:
            self.blocks.append(f"{name}: TypeAlias = {self.kind(schema, name)}")

    def typed_dict(self, name: str, schema: dict[str, Any]) -> None:
        required = set(schema.get("required", []))
        fields = []
        for key, value in schema["properties"].items():
            kind = self.kind(value, name + "".join(part.title() for part in key.split("_")))
            fields.append((key, kind if key in required else f"NotRequired[{kind}]"))
        if all(key.isidentifier() and key not in {"from", "to"} for key, _ in fields):
            self.blocks.append(f"class {name}(TypedDict):\n" + "\n".join(f"    {key}: {kind}" for key, kind in fields))
        else:
            body = ", ".join(f'"{key}": "{kind}"' for key, kind in fields)
            self.blocks.append(f'{name} = TypedDict("{name}", {{{body}}})')

    def kind(self, schema: dict[str, Any], name: str) -> str:
        if "$ref" in schema:
            return f'{schema["$ref"].rsplit("/", 1)[-1]}'
        if "const" in schema:
            return f"Literal[{schema['const']!r}]"
        if "enum" in schema:
            return f"Literal[{', '.join(repr(v) for v in schema['enum'])}]"
        for union in ("anyOf", "oneOf"):
            if union in schema:
                parts = schema[union]
                objects = sum("properties" in part for part in parts)
                names = [name if objects < 2 else f"{name}{number}" for number in range(1, len(parts) + 1)]
                kinds = [self.kind(part, own) for part, own in zip(parts, names, strict=True)]
                return " | ".join(dict.fromkeys(kinds))
        kind = schema.get("type")
        if isinstance(kind, list):
            return " | ".join(self.kind({**schema, "type": one}, name) for one in kind)
        if kind == "array":
            return f"list[{self.kind(schema.get('items', {}), name + 'Item')}]"
        if kind == "object":
            if schema.get("properties"):
                self.typed_dict(name, schema)
                return name
            return f"dict[str, {self.kind(schema.get('additionalProperties') or {}, name + 'Value')}]"
        return PLAIN.get(kind or "", "Any")


def _names(schema: Any) -> set[str]:
    """What it refers to by name."""
    return set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(schema)))


def wire() -> str:
    schemas = json.loads(SOURCE.read_text(encoding="utf-8"))["components"]["schemas"]
    writer = Writer()
    # Names that stand for something else than an object are looked up when the module is read, so they come first,
    # and those that stand for one of several objects come last.
    objects = {name for name, schema in schemas.items() if schema.get("properties")}
    choices = {name for name in schemas if name not in objects and _names(schemas[name]) & objects}
    for names in (schemas.keys() - objects - choices, objects, choices):
        for name in sorted(names):
            writer.named(name, schemas[name])
    text = HEADER + "\n" + "\n\n\n".join(writer.blocks) + "\n"
    return subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(TARGET), "-"],
        input=text, capture_output=True, text=True, check=True,
    ).stdout


def main() -> int:
    text = wire()
    if "--check" in sys.argv:
        if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text:
            return 0
        sys.stderr.write(f"{TARGET.relative_to(ROOT)} differs from the contract; run `npm run generate`.\n")
        return 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
