"""`python -m kargah.launch.pythons`: the Python environments that may run a job, as JSON.

This interpreter first, then those of Jupyter's kernels: each named once, by an absolute path of a program that exists.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

DEFAULT = "default"
_KERNELS = ("ipykernel_launcher", "ipykernel")


def describe() -> list[dict[str, Any]]:
    """The items of `GET /api/v1/pythons`."""
    own = {
        "python": DEFAULT,
        "title": f"Python {platform.python_version()}",
        "executable": sys.executable,
        "is_default": True,
    }
    known = {sys.executable}
    items = [own]
    for name, spec in sorted(_kernelspecs().items()):
        executable = _interpreter(spec)
        if executable is None or executable in known or name == DEFAULT:
            continue
        known.add(executable)
        title = str(spec.get("display_name") or name)[:200]
        items.append({"python": name, "title": title, "executable": executable, "is_default": False})
    return items


def _kernelspecs() -> dict[str, Mapping[str, Any]]:
    try:
        from jupyter_client.kernelspec import KernelSpecManager
    except ImportError:
        return {}
    return dict(_readable(KernelSpecManager(ensure_native_kernel=False)))


def _readable(specs: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name in specs.find_kernel_specs():
        try:
            yield name, specs.get_kernel_spec(name).to_dict()
        except Exception as error:
            # A kernel.json may hold anything; an invalid one is left out.
            sys.stderr.write(f"kernel {name}: {error}\n")


def _interpreter(spec: Mapping[str, Any]) -> str | None:
    """The program of a kernel that is IPython run by it directly: a wrapper's first word is another environment's.

    Jupyter puts its own interpreter where a kernel only says `python`, and that is ours.
    """
    argv = spec.get("argv") or []
    if str(spec.get("language", "")).lower() != "python" or not all(isinstance(word, str) for word in argv):
        return None
    module = argv.index("-m") + 1 if "-m" in argv else 0
    if not 2 <= module < len(argv) or argv[module] not in _KERNELS:
        return None
    if any(not word.startswith("-") for word in argv[1 : module - 1]):
        return None
    program = Path(argv[0])
    usable = program.is_absolute() and program.is_file() and os.access(program, os.X_OK)
    # Not resolved: the link in a virtual environment is what makes it one.
    return str(program) if usable else None


if __name__ == "__main__":
    json.dump(describe(), sys.stdout)
