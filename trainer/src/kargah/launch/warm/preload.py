"""What the daemon loads, once, for all jobs that it will fork: nothing here may start a thread."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kargah.recipes import recorded_names

_TRAPS = {
    # pyarrow's allocator and OpenBLAS start threads when they are loaded, and a thread does not survive a fork.
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "OPENBLAS_NUM_THREADS": "1",
    # Asks the driver's library how many GPUs there are; asking CUDA itself would spoil every fork.
    "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "GIT_PYTHON_REFRESH": "quiet",
}
_MODULES = (
    "torch",
    "torch._dynamo",
    "numpy",
    "pandas",
    "pyarrow.parquet",
    "pyarrow.compute",
    "pyarrow.dataset",
    "PIL.Image",
    "requests",
    "mlflow",
    "mlflow.pytorch",
    "kargah.training.entry",
    "kargah.training.rehearsal",
    "kargah.launch.run",
)


def load() -> list[str]:
    """Imports what this environment has; answers what could not be imported, and why."""
    os.environ.update(_TRAPS)
    missing: list[str] = []
    # Not the recipes of packages, nor modules put beside ours: importing them may start threads.
    for name in (*_MODULES, *(f"kargah.recipes.{name}" for name in recorded_names())):
        if find_spec(name.partition(".")[0]) is None:
            continue
        try:
            importlib.import_module(name)
        except Exception as error:
            # Broken in this environment: its scripts find out for themselves, as they would cold.
            missing.append(f"{name}: {type(error).__name__}: {error}"[:200])
    if "torch" in sys.modules:
        _rehearse(sys.modules["torch"])
    gc.collect()
    # The garbage collector skips what is loaded by now, so that a collection in a fork copies none of its pages.
    gc.freeze()
    return missing


def _rehearse(torch: Any) -> None:
    """Does once what is slow the first time: an optimizer, and the export of a model. Nothing that runs in parallel."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        model = torch.nn.Linear(2, 2)
        torch.optim.AdamW(model.parameters())
        torch.export.export(model, (torch.zeros(1, 2),))
    finally:
        torch.set_num_threads(threads)


def rehearse_step() -> None:
    """A first optimizer step, in a process that has been forked: it runs on one thread and leaves nothing behind."""
    torch: Any = sys.modules.get("torch")
    # With a GPU the first step would start threads for it.
    if torch is None or torch.cuda.device_count():
        return
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        if "kargah.training.entry" in sys.modules:
            from kargah.training.rehearsal import rehearse

            # This step only saves time; a broken environment is reported by the job that needs it.
            with contextlib.suppress(Exception):
                rehearse()
        model = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
        optimizer = torch.optim.AdamW(model.parameters())
        targets = torch.zeros(2, dtype=torch.long)
        torch.nn.functional.cross_entropy(model(torch.zeros(2, 4)), targets).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    finally:
        torch.set_num_threads(threads)


def threads() -> int:
    """How many threads this process has."""
    return sum(1 for _ in Path("/proc/self/task").iterdir())
