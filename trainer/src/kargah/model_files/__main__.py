"""`python -m kargah.model_files pt2|mlflow PATH`: says whether a model file could run code when it is loaded.

Prints `{"ok": true}`, or `{"ok": false, "part", "reason"}`. PATH is a `.pt2` file, or the zip of a whole MLflow model.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from kargah.model_files.archive import check
from kargah.model_files.mlflow_zip import check_mlflow_model
from kargah.model_files.refusal import UnsafeModelFile

MEMORY_BYTES = 4 << 30
CPU_SECONDS = 120


def main(form: str, path: Path) -> None:
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    try:
        if form == "mlflow":
            check_mlflow_model(path)
        else:
            check(path)
    except UnsafeModelFile as refusal:
        print(json.dumps({"ok": False, "part": refusal.part, "reason": refusal.reason}))
    except (MemoryError, RecursionError):
        print(json.dumps({"ok": False, "part": path.name, "reason": "is too large to be checked"}))
    else:
        print(json.dumps({"ok": True}))


main(sys.argv[1], Path(sys.argv[2]))
