"""Checkpoints of a run: a folder of `epoch-NNN.pt`, each whole or not there."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

NAME = re.compile(r"^epoch-(\d+)\.pt$")


@dataclass(frozen=True)
class Checkpoints:
    folder: Path
    keep: int = 3
    """How many of the newest stay; the best one stays besides."""

    def save(self, state: dict[str, Any], epoch: int) -> Path:
        """Writes to a temporary name, fsyncs, renames, then removes what is no longer kept."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"epoch-{epoch:03d}.pt"
        temporary = path.with_suffix(f".pt.{os.getpid()}")
        try:
            with temporary.open("wb") as file:
                torch.save(state, file)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        self._sync_folder()
        self._prune(best=state.get("best_epoch"))
        return path

    def all(self) -> list[Path]:
        """Oldest first."""
        if not self.folder.is_dir():
            return []
        found = [(int(m[1]), p) for p in self.folder.iterdir() if (m := NAME.match(p.name))]
        return [path for _, path in sorted(found)]

    def latest(self) -> Path | None:
        return self.all()[-1] if self.all() else None

    def _prune(self, best: int | None) -> None:
        for path in self.all()[: -self.keep]:
            if path.name != f"epoch-{best or 0:03d}.pt":
                path.unlink(missing_ok=True)

    def _sync_folder(self) -> None:
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Reads a checkpoint file, or the newest one of a folder; never runs code that lies in it.

    Raises:
        FileNotFoundError: there is none.
        pickle.UnpicklingError: it holds more than tensors and plain values.
    """
    file = Checkpoints(path).latest() if path.is_dir() else path
    if file is None:
        raise FileNotFoundError(path)
    state: dict[str, Any] = torch.load(file, map_location="cpu", weights_only=True)
    return state
