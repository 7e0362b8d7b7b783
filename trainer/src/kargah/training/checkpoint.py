"""Checkpoints of a run: `epoch-NNN.pt` and, within an epoch, `epoch-NNN-step-N.pt`; each whole or not there."""

from __future__ import annotations

import os
import pickle
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from kargah.protocols.failure import JobFailure

FORMAT = 2
NAME = re.compile(r"^epoch-(\d+)(?:-step-(\d+))?\.pt$")

RESUMABLE = frozenset(
    {
        "epochs",
        "patience",
        "keep_checkpoints",
        "lr",
        "schedule",
        "warmup",
        "weight_decay",
        "grad_clip",
        "dropout",
        "augment",
        "precision",
    }
)
"""Parameters that may differ from those of the run that is resumed: the network, the data and their order stay."""


@dataclass(frozen=True)
class Checkpoints:
    folder: Path
    keep: int = 3
    """How many of the newest stay; the best epoch's one stays besides."""

    def save(self, state: Mapping[str, Any], epoch: int, step: int | None = None) -> Path:
        """Writes to a temporary name, fsyncs, renames, then removes what is no longer kept.

        `step` counts optimizer steps from the run's begin and is given within an epoch only.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / (f"epoch-{epoch:03d}.pt" if step is None else f"epoch-{epoch:03d}-step-{step}.pt")
        temporary = path.with_suffix(f".pt.{os.getpid()}")
        try:
            with temporary.open("wb") as file:
                torch.save({"format": FORMAT, **state}, file)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        self._sync_folder()
        self._prune(path, best=state.get("best_epoch"))
        return path

    def adopt(self, path: Path) -> None:
        """Makes another job's checkpoint one of this folder, for a stop before the first one of its own."""
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / path.name
        if target.exists():
            return
        try:
            os.link(path, target)
        except OSError:
            temporary = target.with_suffix(f".pt.{os.getpid()}")
            shutil.copyfile(path, temporary)
            temporary.replace(target)

    def all(self) -> list[Path]:
        """Oldest first."""
        if not self.folder.is_dir():
            return []
        found = [(int(m[1]), int(m[2] or 0), p) for p in self.folder.iterdir() if (m := NAME.match(p.name))]
        return [path for _, _, path in sorted(found)]

    def latest(self) -> Path | None:
        return self.all()[-1] if self.all() else None

    def _prune(self, written: Path, best: int | None) -> None:
        for path in self.all()[: -self.keep]:
            if path != written and path.name != f"epoch-{best or 0:03d}.pt":
                path.unlink(missing_ok=True)

    def _sync_folder(self) -> None:
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@dataclass(frozen=True)
class Checkpoint:
    path: Path
    state: Mapping[str, Any]


def load_checkpoint(path: Path, say: Callable[[str], None] = print) -> Checkpoint:
    """Reads a checkpoint file, or the newest one of a folder; never runs code that lies in it.

    One that is damaged is passed over for the one before it, and `say` is told.

    Raises:
        JobFailure: `job_has_no_checkpoint` when no good one is there.
    """
    for file in reversed(_candidates(path)):
        state = _read(file)
        if state is not None:
            return Checkpoint(file, state)
        say(f"WARN checkpoint {file.name} is damaged; the one before it is used")
    raise JobFailure("job_has_no_checkpoint")


def check_resumable(state: Mapping[str, Any], identity: Mapping[str, Any]) -> None:
    """
    Raises:
        JobFailure: `checkpoint_mismatch` when recipe, data or a parameter that shapes the run is another one.
    """
    before, now = dict(state["identity"]), dict(identity)
    old, new = dict(before.pop("params", {})), dict(now.pop("params", {}))
    different = sorted(key for key in before | now if before.get(key) != now.get(key))
    different += sorted(key for key in (old | new).keys() - RESUMABLE if _plain(old.get(key)) != _plain(new.get(key)))
    if different:
        raise JobFailure("checkpoint_mismatch", name=", ".join(different))


def _candidates(path: Path) -> list[Path]:
    if path.is_dir():
        return Checkpoints(path).all()
    siblings = Checkpoints(path.parent).all()
    return siblings[: siblings.index(path) + 1] if path in siblings else [path]


def _read(file: Path) -> Mapping[str, Any] | None:
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
    except (OSError, EOFError, RuntimeError, ValueError, KeyError, pickle.UnpicklingError):
        return None
    return state if isinstance(state, dict) and state.get("format") == FORMAT else None


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
