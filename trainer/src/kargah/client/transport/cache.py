"""The folder of this person's that may be emptied at any time."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """`XDG_CACHE_HOME/kargah`, or `~/.cache/kargah`; made by whoever writes there."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kargah"
