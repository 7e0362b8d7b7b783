"""What a process that looks at somebody's file may use, and how it says what it found."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path

from kargah.model_files.refusal import UnsafeModelFile, UnwritableWeights

MEMORY_BYTES = 4 << 30
CPU_SECONDS = 120


def limit_process() -> None:
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))


def told(path: Path, look: Callable[[], None]) -> None:
    """Prints `{"ok": true}`, `{"ok": false, "part", "reason"}` where `look` refuses the file or cannot write it."""
    try:
        look()
    except UnsafeModelFile as refusal:
        print(json.dumps({"ok": False, "part": refusal.part, "reason": refusal.reason}))
    except UnwritableWeights as unwritable:
        print(json.dumps({"ok": False, "weight": unwritable.name, "kind": unwritable.kind}))
    except (MemoryError, RecursionError):
        print(json.dumps({"ok": False, "part": path.name, "reason": "is too large to be checked"}))
    else:
        print(json.dumps({"ok": True}))
