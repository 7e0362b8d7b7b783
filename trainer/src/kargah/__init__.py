"""Kargah from Python: upload a dataset, train, watch, download the model.

    import kargah

    job = kargah.train("digits.csv")
    job.watch()
    model = job.model()

Importing this package loads nothing heavy: the supervisor of every job does it too.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kargah.version import __version__

if TYPE_CHECKING:
    from kargah.client import (
        Comparison,
        Dataset,
        Job,
        JobFailed,
        Kargah,
        KargahError,
        Sweep,
        SweepFailed,
        compare,
        connect,
        load_model,
        register,
        sweep,
        train,
    )

__all__ = [
    "Comparison",
    "Dataset",
    "Job",
    "JobFailed",
    "Kargah",
    "KargahError",
    "Sweep",
    "SweepFailed",
    "__version__",
    "compare",
    "connect",
    "load_model",
    "register",
    "sweep",
    "train",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module(".client", __name__), name)
    if name == "plots":
        return import_module(".plots", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
