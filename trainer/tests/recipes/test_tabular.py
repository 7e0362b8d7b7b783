"""The tabular recipe on the datasets that come inside scikit-learn, and on columns of every kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn import datasets

from kargah.client.errors import KargahError
from kargah.client.predict import Predictor
from kargah.protocols.failure import JobFailure
from kargah.training.report import report_on

from .running import OnTables

prepared, trained = OnTables("tabular").prepared, OnTables("tabular").trained


def test_digits_reach_an_accuracy_of_95_percent_with_the_defaults(tmp_path: Path) -> None:
    _, result = trained(tmp_path, datasets.load_digits(as_frame=True).frame, target="target")
    assert result.best_metrics["val_accuracy"] >= 0.95


def test_diabetes_beats_the_mean_by_a_third_of_the_variance_with_the_defaults(tmp_path: Path) -> None:
    _, result = trained(tmp_path, datasets.load_diabetes(as_frame=True).frame, target="target")
    # Always answering the mean has R² 0.
    assert result.best_metrics["val_r2"] >= 0.35
    assert 0 < result.best_metrics["val_mae"] < 60


def test_the_same_seed_gives_the_same_model_and_another_seed_another(tmp_path: Path) -> None:
    frame = datasets.load_iris(as_frame=True).frame

    def weights(seed: int) -> list[float]:
        _, result = trained(tmp_path, frame, target="target", epochs=3, seed=seed)
        return [p.sum().item() for p in result.network.parameters()]

    assert weights(1) == weights(1)
    assert weights(1) != weights(2)


def mixed(rows: int = 200) -> pd.DataFrame:
    random = np.random.default_rng(0)
    color = random.choice(["قرمز", "آبی", "سبز"], rows)
    size = random.normal(50, 20, rows)
    return pd.DataFrame(
        {
            "رنگ": color,
            "size": np.where(random.random(rows) < 0.1, np.nan, size),
            "sold": random.random(rows) < 0.5,
            "day": pd.date_range("2026-01-01", periods=rows),
            "note": [f"free text number {i}" for i in range(rows)],
            "same": 1.0,
            "empty": pd.Series([None] * rows, dtype="float64"),
            "label": np.where((color == "قرمز") | (size > 60), "yes", "no"),
        }
    )


def test_categories_dates_booleans_and_missing_cells_are_learned_from(tmp_path: Path) -> None:
    task, result = trained(tmp_path, mixed(), target="label", epochs=60)
    assert result.best_metrics["val_accuracy"] >= 0.85
    kinds = {c["name"]: c["kind"] for c in task.metadata["input"]["columns"]}
    assert kinds == {"رنگ": "category", "size": "number", "sold": "boolean", "day": "date", "same": "number"}
    assert task.metadata["classes"] == ["no", "yes"]


def test_free_text_and_empty_columns_are_left_out_and_the_log_says_so(tmp_path: Path) -> None:
    notes = "\n".join(prepared(tmp_path, mixed(), target="label").notes)
    assert "WARN column note is free text" in notes
    assert "WARN column empty is empty" in notes


def test_what_is_left_out_stands_in_the_report_with_its_reason(tmp_path: Path) -> None:
    frame = mixed()
    frame.loc[:2, "label"] = None
    task = prepared(tmp_path, frame, target="label", columns=["رنگ", "size", "note", "same", "label"])
    assert task.learned_from is not None
    assert (task.learned_from.columns, task.learned_from.rows_left_out) == (2, 3)
    reasons = {one.column: (one.reason, one.values) for one in task.learned_from.left_out}
    assert reasons == {
        "sold": ("not_chosen", None),
        "day": ("not_chosen", None),
        "empty": ("not_chosen", None),
        "note": ("free_text", 197),
        "same": ("constant", None),
    }
    report = report_on(task, task.network, 1, lambda: False, lambda _: None)
    assert report is not None
    told = report.report["learned_from"]
    assert told["columns_left_out"] == 5
    assert {"column": "note", "reason": "free_text", "values": 197} in told["left_out"]


def test_columns_that_are_chosen_are_learned_from_and_asked_for_alone(tmp_path: Path) -> None:
    frame = mixed()
    model = predictor(tmp_path, frame, target="label", columns=["size", "رنگ"], epochs=5)
    # In the table's order, whatever theirs was.
    assert [column["name"] for column in model.about["input"]["columns"]] == ["رنگ", "size"]
    assert len(model.predict(frame[["size", "رنگ"]])) == len(frame)
    with pytest.raises(KargahError) as refusal:
        model.predict(frame[["رنگ", "sold"]])
    assert refusal.value.code == "column_missing"


@pytest.mark.parametrize(
    ("columns", "code"),
    [(["size", "nowhere"], "columns_missing"), (["label"], "no_features"), ([], "no_features")],
)
def test_columns_that_are_not_there_or_none_at_all_fail_the_job(tmp_path: Path, columns: list[str], code: str) -> None:
    with pytest.raises(JobFailure) as failure:
        prepared(tmp_path, mixed(), target="label", columns=columns)
    assert failure.value.code == code


def test_the_exported_model_takes_missing_cells_and_values_never_seen(tmp_path: Path) -> None:
    task, result = trained(tmp_path, mixed(), target="label", epochs=5)
    model = task.export(result.network).eval()
    rows = task.example.repeat(4, 1)
    rows[0] = float("nan")
    rows[1, 0] = 99
    rows[2, 1] = 1e30
    answer = model(rows)
    assert answer.shape == (8, 2)
    assert torch.allclose(answer.sum(1), torch.ones(8))


def test_a_regressor_answers_in_the_unit_of_the_target(tmp_path: Path) -> None:
    x = np.linspace(0, 10, 200)
    frame = pd.DataFrame({"x": x, "price": 5000 + 300 * x})
    task, result = trained(tmp_path, frame, target="price", epochs=200, patience=0)
    model = task.export(result.network).eval()
    assert model(torch.tensor([[5.0], [0.0]]))[0].item() == pytest.approx(6500, rel=0.02)


def test_whole_numbers_of_few_values_are_classes_and_many_are_a_quantity(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": range(100), "few": [i % 3 for i in range(100)], "many": range(100)})
    assert prepared(tmp_path, frame, target="few").metadata["task"] == "classification"
    assert prepared(tmp_path, frame, target="many").metadata["task"] == "regression"
    assert prepared(tmp_path, frame, target="few", task="regression").metadata["task"] == "regression"


def test_every_class_stands_on_both_sides_of_the_split(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": range(100), "y": ["rare"] * 3 + ["often"] * 97})
    task = prepared(tmp_path, frame, target="y")
    assert set(task.train.targets.tolist()) == set(task.validation.targets.tolist()) == {0, 1}
    assert len(torch.unique(task.train.part(0, len(task.train))[0][:, 0])) + len(task.validation) == 100


def predictor(folder: Path, frame: pd.DataFrame, **params: Any) -> Predictor:
    """What a person gets: the exported program and the words for its columns, as they travel."""
    task, result = trained(folder, frame, **params)
    model = task.export(result.network).eval()
    program = torch.export.export(model, (task.example,), dynamic_shapes=({0: torch.export.Dim.AUTO},))
    return Predictor(program.module(), json.loads(json.dumps(dict(task.metadata))))


def test_persian_columns_and_classes_come_back_as_words_also_for_a_city_never_seen(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    city = random.choice(["تهران", "شیراز", "یزد"], 200)
    frame = pd.DataFrame(
        {"شهر": city, "قیمت": random.normal(5, 1, 200), "برچسب": np.where(city == "تهران", "بله", "خیر")}
    )
    model = predictor(tmp_path, frame, target="برچسب", epochs=10)
    found = model.predict(frame)
    assert found.name == "برچسب"
    assert (found == frame["برچسب"]).mean() >= 0.95
    odd = pd.DataFrame({"شهر": ["پاریس", None, "تهران"], "قیمت": [1.0, None, 2.0]})
    assert set(model.predict(odd)) <= {"بله", "خیر"}
    assert list(model.predict(pd.DataFrame({"شهر": ["تهران"], "قیمت": [None]}))) == ["بله"]


def test_a_moment_with_a_time_zone_counts_the_same_in_training_and_in_use(tmp_path: Path) -> None:
    day = pd.date_range("2026-01-01", periods=60, tz="Asia/Tehran")
    frame = pd.DataFrame({"day": day, "y": ["a", "b"] * 30})
    model = predictor(tmp_path, frame, target="y", epochs=1)
    trained_on = prepared(tmp_path, frame, target="y")
    assert model.encode(frame.head(1)).item() == pytest.approx(
        (day[0].tz_convert("UTC").tz_localize(None) - pd.Timestamp("2000-01-01")) / pd.Timedelta(days=1)
    )
    assert trained_on.example[0, 0].item() in model.encode(frame)[:, 0].tolist()


def test_ten_rows_are_enough_and_very_many_values_are_learned_together(tmp_path: Path) -> None:
    _, tiny = trained(tmp_path, pd.DataFrame({"x": range(10), "y": ["a", "b"] * 5}), target="y", epochs=2)
    assert 0 <= tiny.best_metrics["val_accuracy"] <= 1
    many = pd.DataFrame({"id": [f"u{i % 700}" for i in range(2000)], "y": ["a", "b"] * 1000})
    notes = prepared(tmp_path, many, target="y").notes
    assert any("600 rare values are learned together" in note for note in notes)


def test_a_learning_rate_that_blows_up_fails_as_diverged(tmp_path: Path) -> None:
    frame = datasets.load_diabetes(as_frame=True).frame
    with pytest.raises(JobFailure) as caught:
        trained(tmp_path, frame, target="target", lr=100, optimizer="sgd", grad_clip=0, epochs=50)
    assert caught.value.code == "loss_diverged"
