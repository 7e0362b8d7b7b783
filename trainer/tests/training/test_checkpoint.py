"""Checkpoints are whole or absent, hold no code, and go on only with the run they are of."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import torch

from kargah.protocols.failure import JobFailure
from kargah.training.checkpoint import Checkpoints, check_resumable, load_checkpoint


def state(epoch: int, best: int = 1) -> dict[str, Any]:
    return {"network": {"w": torch.full((3,), float(epoch))}, "epoch": epoch, "best_epoch": best}


def test_what_is_saved_is_read_back(tmp_path: Path) -> None:
    path = Checkpoints(tmp_path).save(state(4), 4)
    assert path.name == "epoch-004.pt"
    assert torch.equal(load_checkpoint(path).state["network"]["w"], torch.full((3,), 4.0))


def test_a_folder_means_its_newest_checkpoint_also_within_an_epoch(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path, keep=9)
    for epoch in (9, 10, 1000):
        checkpoints.save(state(epoch), epoch)
    assert load_checkpoint(tmp_path).path.name == "epoch-1000.pt"
    for step in (99_999, 100_000):
        checkpoints.save(state(1000), 1000, step)
    assert load_checkpoint(tmp_path).path.name == "epoch-1000-step-100000.pt"


@pytest.mark.parametrize("missing", ["none", "none/epoch-001.pt"])
def test_a_folder_without_a_checkpoint_has_a_code(tmp_path: Path, missing: str) -> None:
    with pytest.raises(JobFailure) as caught:
        load_checkpoint(tmp_path / missing)
    assert caught.value.code == "job_has_no_checkpoint"


def test_the_newest_ones_and_the_best_one_stay(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path, keep=2)
    for epoch in range(1, 7):
        checkpoints.save(state(epoch, best=2), epoch)
    checkpoints.save(state(6, best=2), 6, 70)
    assert [p.name for p in checkpoints.all()] == ["epoch-002.pt", "epoch-006.pt", "epoch-006-step-70.pt"]


def test_a_write_that_fails_leaves_the_older_checkpoint_and_no_rest(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(state(1), 1)

    class Unwritable:
        def __reduce__(self) -> str:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        checkpoints.save(state(1) | {"network": Unwritable()}, 1)
    assert [p.name for p in tmp_path.iterdir()] == ["epoch-001.pt"]
    assert load_checkpoint(tmp_path).state["epoch"] == 1


def test_a_checkpoint_with_code_in_it_is_never_run_and_the_one_before_is_used(tmp_path: Path) -> None:
    Checkpoints(tmp_path).save(state(1), 1)
    ran = tmp_path / "ran"

    class Evil:
        def __reduce__(self) -> Any:
            return (os.mkdir, (str(ran),))

    torch.save({"format": 2, "network": Evil()}, tmp_path / "epoch-002.pt")
    said: list[str] = []
    assert load_checkpoint(tmp_path, said.append).path.name == "epoch-001.pt"
    assert said == ["WARN checkpoint epoch-002.pt is damaged; the one before it is used"]
    assert not ran.exists()


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_checkpoint_cut_short_gives_way_to_the_one_before(tmp_path: Path, share: float) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(state(1), 1)
    newest = checkpoints.save(state(2), 2)
    newest.write_bytes(newest.read_bytes()[: int(share * newest.stat().st_size)])
    said: list[str] = []
    assert load_checkpoint(tmp_path, said.append).state["epoch"] == 1
    assert load_checkpoint(newest, said.append).state["epoch"] == 1
    assert len(said) == 2


def test_another_jobs_checkpoint_becomes_ones_own(tmp_path: Path) -> None:
    path = Checkpoints(tmp_path / "old").save(state(3), 3)
    own = Checkpoints(tmp_path / "new")
    own.adopt(path)
    path.unlink()
    assert load_checkpoint(own.folder).state["epoch"] == 3


IDENTITY = {"recipe": "tabular", "dataset": "abc", "params": {"hidden": (8, 4), "epochs": 3, "lr": 0.1}}


def test_more_epochs_and_another_rate_go_on_with_a_checkpoint() -> None:
    changed = {**IDENTITY, "params": {"hidden": [8, 4], "epochs": 30, "lr": 0.01}}
    check_resumable({"identity": IDENTITY}, changed)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"dataset": "def"}, "dataset"),
        ({"recipe": "image"}, "recipe"),
        ({"params": {**IDENTITY["params"], "hidden": (8,), "seed": 2}}, "hidden, seed"),  # type: ignore[dict-item]
    ],
)
def test_other_data_or_another_network_does_not_go_on_with_a_checkpoint(changes: dict[str, Any], name: str) -> None:
    with pytest.raises(JobFailure) as caught:
        check_resumable({"identity": IDENTITY}, IDENTITY | changes)
    assert (caught.value.code, caught.value.params) == ("checkpoint_mismatch", {"name": name})
