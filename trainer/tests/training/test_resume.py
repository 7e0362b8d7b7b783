"""A run that was stopped and resumed is, bit for bit, the run that was never stopped."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_iris

from kargah.protocols.failure import JobFailure
from kargah.recipes import RECIPES, DatasetRef, parse_params
from kargah.training.checkpoint import Checkpoint, Checkpoints, load_checkpoint
from kargah.training.loop import Fit, Listener, Stopped, fit

SHARED = {"epochs": 3, "batch_size": 8, "dropout": 0.3, "patience": 0, "validation": 0.4}
PARAMS: dict[str, dict[str, Any]] = {
    "tabular": {"target": "target", "hidden": [16]},
    "text": {"target": "label", "buckets": 512, "dim": 4},
    "image": {"image_size": 8, "width": 4, "augment": "shift_flip"},
}


@pytest.fixture(autouse=True)
def an_epoch_goes_over_its_rows_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for recipe in ("tabular", "image", "text"):
        monkeypatch.setattr(f"kargah.recipes.{recipe}.LEAST_STEPS", 0)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("resume")
    load_iris(as_frame=True).frame.iloc[::2].to_parquet(folder / "tabular.parquet", index=False)
    generator = torch.Generator().manual_seed(0)
    for name in ("a", "b"):
        (folder / "images" / name).mkdir(parents=True)
        for i in range(40):
            noise = torch.randint(0, 255, (8, 8), generator=generator, dtype=torch.uint8).numpy()
            Image.fromarray(noise).save(folder / "images" / name / f"{i}.png")
    said = ["خیلی خوب بود", "great film", "اصلاً خوب نبود", "dreadful"]
    texts = pd.DataFrame({"text": [f"{said[i % 4]} {i}" for i in range(75)], "label": [i % 2 for i in range(75)]})
    texts.to_parquet(folder / "text.parquet", index=False)
    return {name: folder / f"{name}.parquet" for name in ("tabular", "text")} | {"image": folder / "images"}


class Run:
    """A run in its folder, with every point it told."""

    def __init__(self, recipe: str, path: Path, folder: Path) -> None:
        self.recipe, self.path, self.folder = recipe, path, folder
        self.points: dict[tuple[str, int], float] = {}
        self.steps = 0

    def go(
        self,
        *,
        stop_after: int | None = None,
        resume: Checkpoint | None = None,
        stopping: Callable[[], bool] | None = None,
        **changes: Any,
    ) -> Fit:
        recipe = RECIPES[self.recipe]
        params: Any = parse_params(recipe.INFO.params, SHARED | PARAMS[self.recipe] | changes)
        torch.manual_seed(params.seed)
        task = recipe.prepare(params, DatasetRef("data", self.path))

        def metrics(values: Mapping[str, float], step: int) -> None:
            self.steps = step
            self.points |= {(k, step): v for k, v in values.items() if k != "samples_per_second"}

        return fit(
            task,
            params,
            Listener(metrics, lambda _: None, lambda _: None, lambda: None),
            Checkpoints(self.folder),
            stopping or (lambda: stop_after is not None and self.steps >= stop_after),
            identity={"recipe": self.recipe, "params": {"width": getattr(params, "width", 0)}},
            resume=resume,
        )


def weights(result: Fit) -> Mapping[str, torch.Tensor]:
    return result.network.state_dict()


def same(first: Mapping[str, torch.Tensor], second: Mapping[str, torch.Tensor]) -> bool:
    return all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("recipe", list(PARAMS))
@pytest.mark.parametrize("stops", [[6], [3, 9]], ids=["at an epoch's end", "twice within an epoch"])
def test_stopped_and_resumed_gives_the_losses_and_weights_of_an_unbroken_run(
    data: dict[str, Path], tmp_path: Path, recipe: str, stops: list[int]
) -> None:
    whole = Run(recipe, data[recipe], tmp_path / "whole")
    expected = whole.go()
    cut = Run(recipe, data[recipe], tmp_path / "cut")
    resume: Checkpoint | None = None
    for stop in stops:
        with contextlib.suppress(Stopped):
            cut.go(stop_after=stop, resume=resume)
        assert cut.steps == stop
        # What other work drew from the generator since must not matter.
        torch.rand(100)
        resume = load_checkpoint(cut.folder)
    result = cut.go(resume=resume)
    assert cut.points == whole.points
    assert same(weights(result), weights(expected))
    last = [load_checkpoint(run.folder).state["network"] for run in (whole, cut)]
    assert same(*last)


def test_a_stop_while_the_epoch_is_judged_loses_nothing(data: dict[str, Path], tmp_path: Path) -> None:
    whole = Run("tabular", data["tabular"], tmp_path / "whole")
    expected = whole.go()
    cut = Run("tabular", data["tabular"], tmp_path / "cut")
    asked = iter(range(10_000))
    # Six steps an epoch: the seventh question is the evaluation's.
    with pytest.raises(Stopped):
        cut.go(stopping=lambda: next(asked) >= 6)
    assert ("val_loss", 6) not in cut.points
    result = cut.go(resume=load_checkpoint(cut.folder))
    assert cut.points == whole.points
    assert same(weights(result), weights(expected))


def test_more_epochs_go_on_where_the_ended_run_stopped(data: dict[str, Path], tmp_path: Path) -> None:
    run = Run("tabular", data["tabular"], tmp_path)
    run.go(schedule="constant", warmup=0)
    longer = Run("tabular", data["tabular"], tmp_path)
    result = longer.go(resume=load_checkpoint(tmp_path), epochs=5, schedule="constant", warmup=0)
    assert result.epochs == 5
    assert min(step for _, step in longer.points) == 19
    unbroken = Run("tabular", data["tabular"], tmp_path / "unbroken")
    assert same(weights(unbroken.go(epochs=5, schedule="constant", warmup=0)), weights(result))


def test_the_best_epochs_checkpoint_goes_on_as_the_run_itself_did(data: dict[str, Path], tmp_path: Path) -> None:
    whole = Run("tabular", data["tabular"], tmp_path / "whole")
    expected = whole.go(epochs=9, lr=1.0)
    assert 0 < expected.best_epoch < 9
    again = Run("tabular", data["tabular"], tmp_path / "again")
    best = load_checkpoint(whole.folder / f"epoch-{expected.best_epoch:03d}.pt")
    assert same(weights(again.go(epochs=9, lr=1.0, resume=best)), weights(expected))
    assert again.points == {at: value for at, value in whole.points.items() if at[1] > expected.best_step}
    last = [load_checkpoint(run.folder).state["network"] for run in (whole, again)]
    assert same(*last)


def test_another_network_is_refused_by_name(data: dict[str, Path], tmp_path: Path) -> None:
    run = Run("image", data["image"], tmp_path)
    run.go(epochs=1)
    with pytest.raises(JobFailure) as caught:
        run.go(resume=load_checkpoint(tmp_path), width=8)
    assert (caught.value.code, caught.value.params) == ("checkpoint_mismatch", {"name": "width"})
