"""Checkpoints are whole or absent, and hold no code."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
import torch

from kargah.training.checkpoint import Checkpoints, load_checkpoint


def state(epoch: int, best: int = 1) -> dict[str, Any]:
    return {"network": {"w": torch.full((3,), float(epoch))}, "epoch": epoch, "best_epoch": best}


def test_what_is_saved_is_read_back(tmp_path: Path) -> None:
    path = Checkpoints(tmp_path).save(state(4), 4)
    assert path.name == "epoch-004.pt"
    assert torch.equal(load_checkpoint(path)["network"]["w"], torch.full((3,), 4.0))


def test_a_folder_means_its_newest_checkpoint(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    for epoch in (9, 10, 1000):
        checkpoints.save(state(epoch), epoch)
    assert load_checkpoint(tmp_path)["epoch"] == 1000
    with pytest.raises(FileNotFoundError):
        load_checkpoint(tmp_path / "none")


def test_the_newest_ones_and_the_best_one_stay(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path, keep=2)
    for epoch in range(1, 7):
        checkpoints.save(state(epoch, best=2), epoch)
    assert [p.name for p in checkpoints.all()] == ["epoch-002.pt", "epoch-005.pt", "epoch-006.pt"]


def test_a_write_that_fails_leaves_the_older_checkpoint_and_no_rest(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(state(1), 1)

    class Unwritable:
        def __reduce__(self) -> str:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        checkpoints.save(state(1) | {"network": Unwritable()}, 1)
    assert [p.name for p in tmp_path.iterdir()] == ["epoch-001.pt"]
    assert load_checkpoint(tmp_path)["epoch"] == 1


def test_a_checkpoint_with_code_in_it_is_refused(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return (print, ("run",))

    path = tmp_path / "epoch-001.pt"
    torch.save({"network": Evil()}, path)
    with pytest.raises(pickle.UnpicklingError):
        load_checkpoint(path)
