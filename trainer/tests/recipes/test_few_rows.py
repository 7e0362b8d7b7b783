"""Small sets are learned too: few rows, few pictures, few texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from babel import Locale
from PIL import Image, ImageDraw
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from kargah.client.predict import Predictor
from kargah.protocols.failure import JobFailure
from kargah.protocols.task import Task
from kargah.recipes import RECIPES, DatasetRef, parse_params
from kargah.recipes.parts.split import split_rows
from kargah.training.checkpoint import Checkpoints
from kargah.training.loop import Fit, fit

from .running import SILENT, OnTables


def predictor(task: Task, result: Fit) -> Predictor:
    return Predictor(task.export(result.network).eval(), json.loads(json.dumps(dict(task.metadata))))


@pytest.mark.parametrize("columns", [1, 3])
def test_twenty_rows_of_a_linear_relation_explain_95_percent_of_new_ones(columns: int, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    values = random.normal(size=(220, columns))
    frame = pd.DataFrame(values, columns=[f"x{at}" for at in range(columns)])
    frame["y"] = 50 + 100 * values @ (1 + np.arange(columns)) + random.normal(size=220) * 2
    task, result = OnTables("tabular").trained(tmp_path, frame[:20], target="y")
    assert predictor(task, result).score(frame[20:]) >= 0.95


def shapes(folder: Path, of_each: int, seed: int) -> Path:
    """Circles and squares of any colour and place, on pale grounds."""
    random = np.random.default_rng(seed)
    for name in ("circle", "square"):
        (folder / name).mkdir(parents=True)
        for at in range(of_each):
            picture = Image.new("RGB", (24, 24), tuple(random.integers(180, 255, 3).tolist()))
            size = int(random.integers(8, 13))
            x, y = random.integers(1, 22 - size, 2).tolist()
            draw = ImageDraw.Draw(picture)
            form = draw.ellipse if name == "circle" else draw.rectangle
            form((x, y, x + size, y + size), fill=tuple(random.integers(0, 120, 3).tolist()))
            picture.save(folder / name / f"{at}.png")
    return folder


@pytest.mark.parametrize("seed", [42, 1, 2])
def test_thirty_easy_pictures_are_enough_with_every_seed(seed: int, tmp_path: Path) -> None:
    recipe = RECIPES["image"]
    params: Any = parse_params(recipe.INFO.params, {"seed": seed})
    torch.manual_seed(seed)
    task = recipe.prepare(params, DatasetRef("shapes", shapes(tmp_path / "shapes", 15, 5)))
    result = fit(task, params, SILENT, Checkpoints(tmp_path / "checkpoints"), lambda: False)
    new = recipe.prepare(params, DatasetRef("new", shapes(tmp_path / "new", 40, 9))).validation
    with torch.no_grad():
        right = result.network(*new.part(0, len(new))).argmax(1) == new.targets
    assert right.float().mean() >= 0.95


def test_thirty_texts_are_told_apart_as_by_tf_idf_and_logistic_regression(tmp_path: Path) -> None:
    names = [
        (name, language)
        for language in ("fa", "ckb", "ug")
        for part in ("languages", "territories", "scripts", "currencies")
        for name in getattr(Locale(language), part).values()
    ]
    frame = pd.DataFrame(names, columns=["text", "label"]).drop_duplicates("text", keep=False)
    ours, theirs = [], []
    for seed in range(3):
        mixed = frame.sample(frac=1, random_state=seed)
        few, new = mixed[:30], mixed[30:630]
        folder = tmp_path / str(seed)
        folder.mkdir()
        ours.append(predictor(*OnTables("text").trained(folder, few, target="label")).score(new))
        plain = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1000)).fit(few["text"], few["label"])
        theirs.append(plain.score(new["text"], new["label"]))
    assert np.mean(ours) >= np.mean(theirs)


def test_an_epoch_of_few_rows_goes_over_all_of_them_equally_often(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": range(50), "y": ["a", "b"] * 25})
    task = OnTables("tabular").prepared(tmp_path, frame, target="y")
    again = task.train
    assert len(again) % 40 == 0
    assert len(again) >= 3200
    rows, counts = torch.unique(again.part(0, len(again))[0][:, 0], return_counts=True)
    assert (len(rows), set(counts.tolist())) == (40, {len(again) // 40})


def test_by_few_answers_no_epoch_is_chosen(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": range(50), "y": ["a", "b"] * 25})
    _, result = OnTables("tabular").trained(tmp_path, frame, target="y", epochs=4)
    assert (result.best_epoch, result.epochs) == (4, 4)


@pytest.mark.parametrize("share", [0.05, 0.2])
@pytest.mark.parametrize(("rows", "least"), [(10, 3), (12, 4), (15, 5), (40, 5)])
@pytest.mark.parametrize("task", ["regression", "classification"])
def test_however_few_rows_there_are_some_of_them_judge_the_model(
    task: str, rows: int, least: int, share: float
) -> None:
    labels = torch.arange(rows) % 2 if task == "classification" else torch.rand(rows)
    kept = split_rows(labels, task, share, seed=3)
    assert len(kept.validation) == max(least, round(share * rows))
    assert len(kept.train) + len(kept.validation) == rows
    assert not set(kept.train.tolist()) & set(kept.validation.tolist())
    if task == "classification":
        assert labels[kept.train].unique().tolist() == labels[kept.validation].unique().tolist() == [0, 1]


def test_classes_of_one_row_are_learned_from_and_the_others_give_the_rows_that_judge() -> None:
    labels = torch.tensor([*range(10), *[10] * 12])
    kept = split_rows(labels, "classification", 0.1, seed=1)
    assert labels[kept.validation].tolist() == [10] * 5
    assert set(range(10)) <= set(labels[kept.train].tolist())


def test_a_target_of_numbers_with_a_few_words_is_a_quantity_and_the_rows_of_words_are_left_out(tmp_path: Path) -> None:
    price = [str(100 + 3 * at) for at in range(60)]
    price[7], price[30] = "?", "call us"
    frame = pd.DataFrame({"x": np.arange(60.0), "price": price})
    task = OnTables("tabular").prepared(tmp_path, frame, target="price")
    assert task.metadata["task"] == "regression"
    assert task.learned_from is not None
    assert task.learned_from.rows_left_out == 2
    assert len(task.validation) == 12
    # Codes are names, and so are few different ones; a person may want names all the same.
    frame["code"] = [f"{at % 25:03d}" for at in range(60)]
    assert OnTables("tabular").prepared(tmp_path, frame, target="code").metadata["task"] == "classification"
    frame["stars"] = [str(1 + at % 5) for at in range(60)]
    assert OnTables("tabular").prepared(tmp_path, frame, target="stars").metadata["task"] == "classification"
    with pytest.raises(JobFailure) as caught:
        OnTables("tabular").prepared(tmp_path, frame, target="price", task="classification")
    assert caught.value.code == "target_all_different"
