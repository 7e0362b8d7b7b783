"""Puts what the builds made into the wheel; an editable install (the checkout's own) needs none of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILT = {
    "bridge-server/dist": "kargah_lab/bridge",
    "jupyterlab-extension/kargah_lab/labextension": "kargah_lab/labextension",
}


class WheelParts(BuildHookInterface[Any]):
    """Takes what is built. Without the bridge the wheel serves people who share one that runs elsewhere."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        for built, place in BUILT.items():
            folder = Path(self.root, built)
            if not folder.is_dir():
                self.app.display_warning(f"{built} is not built, so the wheel comes without it (`npm run build`).")
                continue
            for file in folder.rglob("*"):
                # Source maps are twice the size of all the rest.
                if file.is_file() and file.suffix != ".map":
                    build_data["force_include"][str(file)] = f"{place}/{file.relative_to(folder).as_posix()}"
