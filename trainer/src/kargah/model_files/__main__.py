"""`python -m kargah.model_files pt2|mlflow PATH`: says whether a model file could run code when it is loaded.

Prints `{"ok": true}`, or `{"ok": false, "part", "reason"}`. PATH is a `.pt2` file, or the zip of a whole MLflow model.
"""

from __future__ import annotations

import sys
from pathlib import Path

from kargah.model_files.archive import check
from kargah.model_files.limits import limit_process, told
from kargah.model_files.mlflow_zip import check_mlflow_model

limit_process()
path = Path(sys.argv[2])
told(path, lambda: check_mlflow_model(path) if sys.argv[1] == "mlflow" else check(path))
