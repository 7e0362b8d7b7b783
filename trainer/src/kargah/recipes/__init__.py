"""Training recipes. Each file or folder here is one and reads top-down; `parts/` is what they share.

Packages bring further ones with an entry point of the group `kargah.recipes`, whose name is the recipe's:

    [project.entry-points."kargah.recipes"]
    ridge = "my_package.ridge"

Which there are is told without importing any of them, so this file loads nothing heavy.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, cast

from kargah.protocols.failure import JobFailure
from kargah.protocols.params import InvalidParams, Json, param, parse_params
from kargah.protocols.task import Batches, DatasetRef, HeldRows, Recipe, RecipeInfo, Task
from kargah.recipes.parts.shared_params import TrainingParams

GROUP = "kargah.recipes"
FOLDER = Path(__file__).resolve().parent
# What the training loop reads; a recipe need not have a dropout, nor split off its validation rows by a share.
_NEEDED = {field.name for field in dataclasses.fields(TrainingParams)} - {"dropout", "validation"}
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")


class BrokenRecipe(Exception):
    """A recipe is there and cannot be used; the message says why, in one line."""

    def __init__(self, reason: str) -> None:
        super().__init__(" ".join(reason.split())[:500])


@dataclasses.dataclass(frozen=True)
class Source:
    """Where a recipe comes from; nothing of it is imported yet."""

    name: str
    entry: EntryPoint | None
    """Of the package that brings it; None: a module of this folder."""

    @property
    def package(self) -> str:
        """The distribution and its version, for people."""
        if self.entry is None:
            return "kargah"
        dist = self.entry.dist
        return self.entry.value if dist is None else f"{dist.name} {dist.version}"

    def load(self) -> Recipe:
        """Imports the recipe.

        Raises:
            BrokenRecipe: it cannot be imported, or is no recipe.
        """
        if not _NAME.fullmatch(self.name):
            raise BrokenRecipe(f"its name must match {_NAME.pattern}")
        try:
            found: Any = importlib.import_module(f"{__name__}.{self.name}") if self.entry is None else self.entry.load()
        except (Exception, SystemExit) as error:
            raise BrokenRecipe(f"{type(error).__name__}: {error}") from error
        fault = _fault(self.name, found)
        if fault is not None:
            raise BrokenRecipe(fault)
        return cast(Recipe, found)


def every_source() -> list[Source]:
    """All that is installed, ours first; of several with one name the first counts, so ours are never replaced."""
    own = sorted(name for name in map(_module_name, FOLDER.iterdir()) if name is not None)
    found = entry_points(group=GROUP)
    entries = sorted(found, key=lambda one: (one.name, one.dist.name if one.dist else "", one.value))
    return [*(Source(name, None) for name in own), *(Source(one.name, one) for one in entries)]


def find(name: str) -> Source | None:
    """The recipe of that name. Packages are looked through only for what is not ours: that takes a while."""
    if _NAME.fullmatch(name) and any(_module_name(FOLDER / file) for file in (f"{name}.py", name)):
        return Source(name, None)
    return next((one for one in every_source() if one.name == name), None)


def recorded() -> Json:
    """`{made_from, recipes}`: our recipes' descriptions, and the hash of the files that they were made from."""
    found: Json = json.loads((FOLDER / "recipes.json").read_text(encoding="utf-8"))
    return found


def recorded_names() -> list[str]:
    """Our recipes without what was put beside them since."""
    return [one["recipe"] for one in recorded()["recipes"]]


class _Recipes(Mapping[str, Recipe]):
    """What is installed now; each is imported when it is asked for."""

    def __getitem__(self, name: str) -> Recipe:
        """
        Raises:
            KeyError: none of that name is installed.
            BrokenRecipe: it is, and cannot be used.
        """
        source = find(name)
        if source is None:
            raise KeyError(name)
        return source.load()

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(source.name for source in every_source()))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and find(name) is not None


RECIPES: Mapping[str, Recipe] = _Recipes()


def _module_name(path: Path) -> str | None:
    """The recipe that a file or folder of this package is; None for `parts` and what begins with `_` or `.`."""
    name = path.name.removesuffix(".py")
    there = path.is_file() if name != path.name else (path / "__init__.py").is_file()
    return name if there and name != "parts" and name[0] not in "_." else None


def _fault(name: str, found: Any) -> str | None:
    """Why what was imported is no recipe."""
    info = getattr(found, "INFO", None)
    if not isinstance(info, RecipeInfo):
        return "it has no INFO of type RecipeInfo"
    if not callable(getattr(found, "prepare", None)):
        return "it has no function prepare(params, dataset)"
    if info.recipe != name:
        return f"its INFO calls it {info.recipe}, but it is installed as {name}"
    if not dataclasses.is_dataclass(info.params):
        return "its parameters are no dataclass"
    missing = _NEEDED - {field.name for field in dataclasses.fields(info.params)}
    if missing:
        return f"its parameters lack {', '.join(sorted(missing))}; extend TrainingParams"
    return None


__all__ = [
    "RECIPES",
    "Batches",
    "BrokenRecipe",
    "DatasetRef",
    "HeldRows",
    "InvalidParams",
    "JobFailure",
    "Json",
    "Recipe",
    "RecipeInfo",
    "Task",
    "TrainingParams",
    "every_source",
    "find",
    "param",
    "parse_params",
    "recorded",
    "recorded_names",
]
