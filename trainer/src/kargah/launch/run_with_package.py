"""`python <this file> <module> <arguments>`: runs a module of Kargah in a Python that does not have Kargah.

Only this package is lent; nothing on that Python's path is hidden, nothing is added to it.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path


def load_package() -> None:
    package = Path(__file__).resolve().parents[1]
    spec = importlib.util.spec_from_file_location(
        "kargah", package / "__init__.py", submodule_search_locations=[str(package)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{package} is no package")
    sys.modules["kargah"] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


if __name__ == "__main__":
    # The folder of this file: modules in it must not be importable by their bare names.
    del sys.path[0]
    load_package()
    importlib.import_module(sys.argv[1]).run(sys.argv[1:])
