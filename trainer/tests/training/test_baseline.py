"""Plain models beside what was learned, held against scikit-learn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression, Ridge

from kargah.protocols.task import PlainRows, Task
from kargah.recipes import RECIPES, DatasetRef, parse_params
from kargah.training.baseline import FEWEST_ROWS, MOST_ROWS, plain_models
from kargah.training.report import report_on

SEED = 7


def plain_rows(values: np.ndarray, targets: np.ndarray, train: int) -> PlainRows:
    numbers = torch.from_numpy(values.astype(np.float32))
    return PlainRows(
        torch.arange(train),
        torch.arange(train, len(values)),
        torch.from_numpy(targets),
        lambda chosen: numbers[chosen],
        values.shape[1],
    )


def standardised(values: np.ndarray) -> np.ndarray:
    found: np.ndarray = (values - values.mean(0)) / values.std(0)
    return found


@pytest.mark.parametrize("load", [load_iris, load_breast_cancer], ids=["three classes", "two classes"])
def test_the_linear_model_of_classes_answers_as_scikit_learns_logistic_regression(load: Any) -> None:
    values, labels = load(return_X_y=True)
    order = np.random.default_rng(SEED).permutation(len(labels))
    values, labels = standardised(values[order]), labels[order]
    train = 4 * len(labels) // 5
    majority, linear = plain_models(plain_rows(values, labels, train), len(set(labels)), SEED)
    rival = LogisticRegression(max_iter=1000).fit(values[:train], labels[:train])
    expected = rival.predict_proba(values[train:])
    if len(set(labels)) == 2:
        # Two classes are one logit there and two of half the penalty here: the same but for the strength.
        assert (linear.answers.argmax(1) == expected.argmax(1)).mean() > 0.98
    else:
        np.testing.assert_allclose(linear.answers, expected, atol=0.02)
    assert (linear.rows, linear.columns) == (train, values.shape[1])
    shares = np.bincount(labels[:train]) / train
    np.testing.assert_allclose(majority.answers, np.tile(shares, (len(labels) - train, 1)))
    assert majority.kind == "majority"


def test_the_linear_model_of_a_quantity_answers_as_scikit_learns_ridge() -> None:
    values, target = load_diabetes(return_X_y=True)
    values, target = standardised(values), target + 1e6
    mean, linear = plain_models(plain_rows(values, target, 350), None, SEED)
    expected = Ridge().fit(values[:350], target[:350]).predict(values[350:])
    # float32 holds seven digits of a million.
    np.testing.assert_allclose(linear.answers, expected, atol=0.5)
    np.testing.assert_allclose(mean.answers, np.full(len(target) - 350, target[:350].mean()))


def test_of_many_rows_some_are_learned_from_and_a_model_too_large_for_the_end_of_a_job_is_left_out() -> None:
    generator = np.random.default_rng(SEED)
    many = generator.normal(size=(3 * MOST_ROWS, 2))
    found = plain_models(plain_rows(many, (many[:, 0] > 0).astype(np.int64), 2 * MOST_ROWS), 2, SEED)
    assert [(one.kind, one.rows) for one in found] == [("majority", 2 * MOST_ROWS), ("linear", MOST_ROWS)]
    labels = generator.integers(0, 1000, 3000)
    wide = plain_rows(generator.normal(size=(3000, 400)), labels, 2 * FEWEST_ROWS + 1000)
    assert [one.kind for one in plain_models(wide, 1000, SEED)] == ["majority"]


def made(recipe: str, path: Path, **params: Any) -> Task:
    torch.manual_seed(SEED)
    module = RECIPES[recipe]
    task: Task = module.prepare(parse_params(module.INFO.params, params), DatasetRef("data", path))
    return task


def test_a_table_is_told_to_it_as_the_recipe_prepared_it_with_a_column_for_each_category(tmp_path: Path) -> None:
    generator = np.random.default_rng(SEED)
    city = generator.choice(["قم", "یزد", "تهران"], 400)
    size = generator.normal(100, 20, 400)
    size[::7] = np.nan
    price = 3 * np.nan_to_num(size, nan=100) + 50 * (city == "قم") + generator.normal(0, 1, 400)
    path = tmp_path / "data.parquet"
    pd.DataFrame({"city": city, "size": size, "price": price}).to_parquet(path)
    task = made("tabular", path, target="price")
    assert task.plain is not None
    rows = task.plain()
    # The number and its flag, three cities and those never seen.
    assert rows.columns == 6
    _, linear = plain_models(rows, None, SEED)
    assert np.abs(linear.answers - price[rows.held.numpy()]).mean() < 5


def test_texts_are_told_to_it_by_tf_idf_as_scikit_learn_counts_it(tmp_path: Path) -> None:
    words = ["خوب", "بد", "کتاب", "فیلم", "دیروز", "امروز"]
    generator = np.random.default_rng(SEED)
    texts = [" ".join(generator.choice(words, 6)) + (" عالی" if number % 2 else " ضعیف") for number in range(60)]
    path = tmp_path / "data.parquet"
    pd.DataFrame({"text": texts, "label": ["یک" if number % 2 else "دو" for number in range(60)]}).to_parquet(path)
    task = made("text", path, target="label", pieces="words")
    assert task.plain is not None
    rows = task.plain()
    assert rows.numbers is not None
    found = rows.numbers(rows.train).to_dense()
    np.testing.assert_allclose(found.norm(dim=1), 1, atol=1e-5)
    # Weights are those of scikit-learn up to each text's length, which the largest of its numbers tells.
    idf = TfidfTransformer(norm=None)
    counts = torch.zeros(len(rows.train), rows.columns)
    counts[found > 0] = 1
    weight = idf.fit((counts > 0).numpy()).idf_
    ones = found / torch.from_numpy(weight).float()
    smallest = torch.where(ones > 0, ones, torch.inf).min(1, keepdim=True).values
    times = ones / smallest
    np.testing.assert_allclose(times, times.round(), atol=1e-3)
    _, linear = plain_models(rows, 2, SEED)
    assert (linear.answers.argmax(1) == rows.targets[rows.held].numpy()).all()


def test_pictures_are_told_to_it_by_coarse_pixels(tmp_path: Path) -> None:
    for name, shade in (("dark", 40), ("light", 200)):
        (tmp_path / name).mkdir()
        for number in range(20):
            pixels = np.random.default_rng(number).integers(shade, shade + 40, (24, 24), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.png")
    task = made("image", tmp_path)
    assert task.plain is not None
    rows = task.plain()
    assert rows.columns == 64
    majority, linear = plain_models(rows, 2, SEED)
    assert (linear.answers.argmax(1) == rows.targets[rows.held].numpy()).all()
    np.testing.assert_allclose(majority.answers, 0.5)


def test_a_plain_model_that_fails_leaves_the_report_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    load_iris(as_frame=True).frame.to_parquet(path, index=False)
    task = made("tabular", path, target="target")
    assert task.plain is not None
    found = report_on(task, task.network, SEED, lambda: False, lambda _: None)
    assert found is not None
    assert [one["kind"] for one in found.report["baselines"]] == ["majority", "linear"]

    def broken() -> PlainRows:
        raise ArithmeticError("no rows today")

    object.__setattr__(task, "plain", broken)
    said: list[str] = []
    without = report_on(task, task.network, SEED, lambda: False, said.append)
    assert without is not None
    assert "baselines" not in without.report
    assert without.report["metrics"] == found.report["metrics"]
    assert said == ["WARN no plain model stands beside this one in the report: ArithmeticError: no rows today"]
