"""The image recipe on the digits of scikit-learn written as PNG files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_digits

from kargah.protocols.failure import JobFailure
from kargah.recipes import RECIPES, DatasetRef, parse_params
from kargah.training.checkpoint import Checkpoints
from kargah.training.loop import Listener, fit

SILENT = Listener(metrics=lambda *_: None, progress=lambda *_: None, log=lambda *_: None, first_step=lambda: None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("images")
    digits = load_digits()
    for i in range(1000):
        place = root / f"رقم {digits.target[i]}"
        place.mkdir(exist_ok=True)
        Image.fromarray((digits.images[i] * 15).astype(np.uint8)).save(place / f"{i}.png")
    (root / "رقم 0" / "broken.png").write_bytes(b"not a picture")
    return root


def test_digits_reach_an_accuracy_of_95_percent_with_the_defaults_and_the_model_takes_pixels(
    folder: Path, tmp_path: Path
) -> None:
    recipe = RECIPES["image"]
    params: Any = parse_params(recipe.INFO.params, {})
    torch.manual_seed(params.seed)
    task = recipe.prepare(params, DatasetRef("digits", folder))
    assert any("broken.png" in note for note in task.notes)
    result = fit(task, params, SILENT, Checkpoints(tmp_path), lambda: False)
    assert result.best_metrics["val_accuracy"] >= 0.95
    model = task.export(result.network).eval()
    answer = model(torch.rand(3, 1, 8, 8))
    assert answer.shape == (3, 10)
    assert torch.allclose(answer.sum(1), torch.ones(3))
    assert task.metadata["classes"][0] == "رقم 0"


def test_coloured_pictures_keep_three_channels(tmp_path: Path) -> None:
    for name, color in (("a", (255, 0, 0)), ("b", (0, 255, 0))):
        (tmp_path / name).mkdir()
        for i in range(6):
            Image.new("RGB", (20, 10 + i), color).save(tmp_path / name / f"{i}.png")
    recipe = RECIPES["image"]
    task = recipe.prepare(parse_params(recipe.INFO.params, {"image_size": 16}), DatasetRef("colours", tmp_path))
    assert tuple(task.train.part(0, 1)[0].shape[1:]) == (3, 16, 16)
    grey = recipe.prepare(
        parse_params(recipe.INFO.params, {"image_size": 16, "channels": "grayscale"}), DatasetRef("grey", tmp_path)
    )
    assert tuple(grey.train.part(0, 1)[0].shape[1:]) == (1, 16, 16)
    own = recipe.prepare(parse_params(recipe.INFO.params, {}), DatasetRef("own", tmp_path))
    assert tuple(own.train.part(0, 1)[0].shape[1:]) == (3, 20, 20)


def test_one_class_is_too_little(tmp_path: Path) -> None:
    (tmp_path / "only").mkdir()
    Image.new("L", (8, 8)).save(tmp_path / "only" / "1.png")
    recipe = RECIPES["image"]
    with pytest.raises(JobFailure) as caught:
        recipe.prepare(parse_params(recipe.INFO.params, {}), DatasetRef("one", tmp_path))
    assert caught.value.code == "too_few_rows"


def test_pictures_move_and_turn_a_little_only_while_they_are_learned_from(folder: Path) -> None:
    recipe = RECIPES["image"]
    task = recipe.prepare(parse_params(recipe.INFO.params, {"augment": "shift_flip"}), DatasetRef("digits", folder))
    (pixels,) = task.train.part(0, 32)
    assert task.augment is not None
    moved = [task.augment((pixels,))[0] for _ in range(8)]
    assert all(m.shape == pixels.shape for m in moved)
    assert any(not torch.equal(m, pixels) for m in moved)
    assert 0 <= pixels.min() <= pixels.max() <= 1
