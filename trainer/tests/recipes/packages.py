"""Packages that bring recipes, installed into a folder as pip would: the code, and what the package declares."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

LINEAR = Path(__file__).with_name("package") / "linear_recipe"


def install(folder: Path, name: str, recipes: Mapping[str, str], code: Path | str) -> Path:
    """Installs the package `name` with the entry points `recipes`; answers the file of its code."""
    module = name.replace("-", "_")
    if isinstance(code, Path):
        shutil.copytree(code, folder / module)
    else:
        (folder / module).mkdir(parents=True)
        (folder / module / "__init__.py").write_text(code, encoding="utf-8")
    about = folder / f"{module}-2.1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.1.0\n", encoding="utf-8")
    lines = [f"{recipe} = {where}" for recipe, where in recipes.items()]
    (about / "entry_points.txt").write_text("\n".join(["[kargah.recipes]", *lines, ""]), encoding="utf-8")
    return folder / module / "__init__.py"


def install_linear(folder: Path) -> Path:
    return install(folder, "linear-recipe", {"linear": "linear_recipe"}, LINEAR)
