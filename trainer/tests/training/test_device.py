"""Recipes compute on the GPU that their job was given. A device without numbers stands for it: there need be none."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_diabetes, load_iris
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from kargah.protocols.failure import JobFailure
from kargah.protocols.task import Task
from kargah.recipes import RECIPES, DatasetRef, parse_params
from kargah.recipes.tabular import TabularParams
from kargah.training.checkpoint import Checkpoints, load_checkpoint
from kargah.training.device import CPU, computes_bf16, device_for
from kargah.training.loop import Listener, Stopped, fit
from kargah.training.optimizer import Steps, autocast

THERE = torch.device("meta")
CUDA = torch.device("cuda")
CROSSING = {torch.ops.aten._to_copy.default, torch.ops.aten.copy_.default}


def test_without_a_gpu_of_its_own_a_job_computes_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: pytest.fail("nobody asked for a GPU"))
    assert device_for([]) == CPU


def test_the_gpu_that_a_job_was_given_is_used_or_refused_but_never_left_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert device_for(["3"]) == CUDA
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(JobFailure) as caught:
        device_for(["3"])
    assert caught.value.code == "gpu_unusable"


@pytest.mark.parametrize(("capability", "able"), [((7, 5), False), ((8, 0), True), ((9, 0), True)])
def test_bfloat16_is_used_on_gpus_that_multiply_it_themselves(
    monkeypatch: pytest.MonkeyPatch, *, capability: tuple[int, int], able: bool
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _device: capability)
    assert computes_bf16(CUDA) == able
    assert (autocast(TabularParams(), True, CUDA) is not nullcontext) == able
    assert autocast(TabularParams(), False, CUDA) is nullcontext
    assert autocast(TabularParams(precision="off"), True, CUDA) is nullcontext


class Elsewhere(TorchDispatchMode):
    """As a GPU, `THERE` works only on what was brought to it. Its numbers are not known: what is brought back is 1."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        given = dict(kwargs or {})
        tensors = [leaf for leaf in tree_leaves((args, given)) if isinstance(leaf, torch.Tensor)]
        there = [tensor for tensor in tensors if tensor.device == THERE]
        if there and func is torch.ops.aten._local_scalar_dense.default:
            return 1.0
        if there and func is torch.ops.aten._to_copy.default and given.get("device") == CPU:
            return torch.ones(there[0].shape, dtype=given.get("dtype") or there[0].dtype)
        if there and func not in CROSSING:
            # A lone number is taken along by a kernel, as CUDA's do.
            strangers = [tensor for tensor in tensors if tensor.device == CPU and tensor.dim() > 0]
            assert not strangers, f"{func} gets tensors of both devices"
            self.seen += 1
        return func(*args, **given)


class Unwritten(Checkpoints):
    """Numbers that are not known cannot be written."""

    def save(self, state: Mapping[str, Any], epoch: int, step: int | None = None) -> Path:
        return self.folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("device")
    iris = load_iris(as_frame=True).frame
    iris.assign(kind=["a", "b", "c"] * 50).to_parquet(folder / "iris.parquet", index=False)
    load_diabetes(as_frame=True).frame.to_parquet(folder / "diabetes.parquet", index=False)
    texts = pd.DataFrame({"text": [f"متن {i % 7} text" for i in range(60)], "target": ["a", "b"] * 30})
    texts.to_parquet(folder / "texts.parquet", index=False)
    for i in range(60):
        place = folder / "images" / str(i % 2)
        place.mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8), color=i).save(place / f"{i}.png")
    return folder


@pytest.fixture
def seeds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Lets the loop train `THERE`, where there are no fused kernels; what the device's generator is seeded with."""
    monkeypatch.setattr(
        "kargah.training.loop.make_optimizer", lambda _settings, network: torch.optim.AdamW(network.parameters())
    )
    drawn: list[int] = []
    monkeypatch.setattr(torch.cuda, "manual_seed", drawn.append)
    return drawn


def prepared(recipe: str, data: Path, params: dict[str, Any]) -> tuple[Task, Any]:
    made = RECIPES[recipe]
    settings: Any = parse_params(made.INFO.params, params | {"epochs": 2, "batch_size": 16, "precision": "off"})
    return made.prepare(settings, DatasetRef("data", data)), settings


def listening(points: dict[tuple[str, int], float]) -> Listener:
    def metrics(values: Mapping[str, float], step: int) -> None:
        points.update({(key, step): value for key, value in values.items()})

    return Listener(metrics, lambda _: None, lambda _: None, lambda: None)


def steps_of(points: dict[tuple[str, int], float]) -> list[int]:
    return [step for key, step in points if key == "train_loss"]


@pytest.mark.parametrize(
    ("recipe", "name", "params"),
    [
        ("tabular", "iris.parquet", {"target": "target", "class_weights": "balanced"}),
        ("tabular", "diabetes.parquet", {"target": "target"}),
        ("text", "texts.parquet", {"target": "target", "class_weights": "balanced"}),
        ("image", "images", {"augment": "shift_flip", "class_weights": "balanced"}),
    ],
    ids=["classes of a table", "a quantity of a table", "texts", "pictures"],
)
def test_a_recipe_brings_what_it_computes_with_to_its_device_and_its_model_back(
    seeds: list[int], folder: Path, *, recipe: str, name: str, params: dict[str, Any]
) -> None:
    task, settings = prepared(recipe, folder / name, params)
    points: dict[tuple[str, int], float] = {}
    with Elsewhere() as elsewhere:
        result = fit(task, settings, listening(points), Unwritten(folder), lambda: False, device=THERE)
    assert elsewhere.seen > 100
    assert len(set(seeds)) == 2
    assert {"train_loss", "val_loss"} <= {key for key, _ in points}
    assert {value.device for value in result.network.state_dict().values()} == {CPU}
    with torch.no_grad():
        assert task.export(result.network).eval()(task.example).device == CPU


@pytest.mark.usefixtures("seeds")
@pytest.mark.filterwarnings("ignore:.*copying from a non-meta parameter")
def test_a_checkpoint_of_a_stop_on_one_device_goes_on_on_another(folder: Path, tmp_path: Path) -> None:
    task, settings = prepared("tabular", folder / "iris.parquet", {"target": "target"})
    before: dict[tuple[str, int], float] = {}
    with pytest.raises(Stopped):
        # At the second point: an epoch of few rows has more steps than points.
        fit(task, settings, listening(before), Checkpoints(tmp_path), lambda: len(steps_of(before)) > 1)
    again, settings = prepared("tabular", folder / "iris.parquet", {"target": "target"})
    after: dict[tuple[str, int], float] = {}
    left = load_checkpoint(tmp_path)
    with Elsewhere():
        fit(again, settings, listening(after), Unwritten(tmp_path), lambda: False, device=THERE, resume=left)
    assert 1 < max(steps_of(before)) < min(steps_of(after)) <= 2 * max(steps_of(before))


@pytest.mark.usefixtures("seeds")
def test_the_figures_of_what_is_learned_from_are_the_same_with_autograd_which_other_devices_compute_with(
    folder: Path, tmp_path: Path
) -> None:
    told: list[dict[tuple[str, int], float]] = []
    for by_hand in (True, False):
        torch.manual_seed(3)
        task, settings = prepared("tabular", folder / "iris.parquet", {"target": "target"})
        task = task if by_hand else dataclasses.replace(task, gradients=None)
        points: dict[tuple[str, int], float] = {}
        fit(task, settings, listening(points), Unwritten(tmp_path), lambda: False)
        told.append({at: value for at, value in points.items() if at[0] in {"train_accuracy", "val_accuracy"}})
    assert {key for key, _ in told[0]} == {"train_accuracy", "val_accuracy"}
    assert told[1] == pytest.approx(told[0], abs=0.02)


def test_steps_beside_the_cpu_are_the_optimizers_own() -> None:
    network = nn.Linear(2, 1, device=THERE)
    steps = Steps(torch.optim.AdamW(network.parameters()))
    for parameter in network.parameters():
        parameter.grad = torch.empty_like(parameter)
    calls: list[float] = []
    steps.optimizer.step = lambda: calls.append(steps.group["lr"])  # type: ignore[assignment,method-assign]
    for rate in (0.1, 0.2, 0.3):
        steps.take(rate)
    assert calls == [0.1, 0.2, 0.3]
