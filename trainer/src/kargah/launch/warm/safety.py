"""Whether a fork of the daemon would be a sound process; when not, the job is started cold and told why."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from kargah import recipes

Refusal = dict[str, Any]


def refusal(*, threads: int) -> Refusal | None:
    """Why this process must not be forked now; None where nothing speaks against it."""
    torch = sys.modules.get("torch")
    # Asked first: the GPU's library starts threads.
    if torch is not None and torch.cuda.is_initialized():
        return unsafe("the daemon has touched a GPU")
    return None if threads == 1 else unsafe(f"the daemon has {threads} threads")


def hidden_module(script: Path) -> Refusal | None:
    """A file beside the script that a loaded module of the same name would hide, as a new Python would not."""
    loaded = {name for name in sys.modules if "." not in name and name != "__main__"}
    try:
        with os.scandir(script.parent) as entries:
            for entry in entries:
                name = entry.name.removesuffix(".py")
                module = entry.name != script.name and (name != entry.name or _is_package(entry))
                if module and name in loaded and not _is_itself(name, Path(entry.path)):
                    return unsafe(f"{entry.name} beside the script has the name of a loaded module")
    except OSError:
        # What is wrong with the folder or the script shows when it is run.
        return None
    return None


def unknown_recipe(name: str) -> Refusal | None:
    """A recipe that this process does not find; a new Python may, where it was installed since."""
    return None if recipes.find(name) else {"code": "warm_launcher_recipe", "params": {"recipe": name}}


def unsafe(reason: str) -> Refusal:
    return {"code": "warm_launcher_unsafe", "params": {"reason": reason}}


def _is_package(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir() and (Path(entry.path) / "__init__.py").exists()


def _is_itself(name: str, path: Path) -> bool:
    file = getattr(sys.modules[name], "__file__", None)
    return file is not None and Path(file).resolve() in {path.resolve(), (path / "__init__.py").resolve()}
