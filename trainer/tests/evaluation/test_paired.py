from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kargah.evaluation import JudgedRows, classification, regression
from kargah.evaluation.paired import Metric, NotComparable, verdict


def classifier(right: np.ndarray, places: np.ndarray | None = None, given: float = 0.75) -> JudgedRows:
    """Of two classes: 0 is always true, and `right` says where it is answered."""
    rows = len(right)
    where = np.arange(rows) if places is None else places
    truth = np.zeros(rows, dtype=np.int32)
    return JudgedRows(where, truth, (~right).astype(np.int32), np.full(rows, given, dtype=np.float32), ["no", "yes"])


def regressor(errors: np.ndarray) -> JudgedRows:
    truth = np.linspace(0, 1, len(errors))
    return JudgedRows(np.arange(len(errors)), truth, truth + errors)


def rights(share: float, rows: int = 400) -> np.ndarray:
    return np.arange(rows) < share * rows


def test_a_model_that_is_right_on_more_of_the_same_rows_is_better_and_the_sentence_says_by_how_much() -> None:
    found = verdict(classifier(rights(0.80)), classifier(rights(0.88)), names=("first", "دوم"))
    assert found.distinguishable
    assert found.difference == pytest.approx(0.08)
    assert 0.05 < found.low < 0.08 < found.high < 0.11
    assert found.rows == 400
    interval = f"{100 * found.low:.1f} to {100 * found.high:.1f}"
    assert (
        found.sentence
        == f"دوم is better than first by 8.0 points (accuracy), 95 % interval {interval}, on the same 400 rows."
    )
    assert "«دوم» روی همان 400 ردیف به اندازهٔ 8.0 واحد درصد (accuracy) بهتر از «first» است" in found.persian
    worse = verdict(classifier(rights(0.88)), classifier(rights(0.80)))
    assert (worse.difference, worse.low, worse.high) == pytest.approx((-0.08, -found.high, -found.low), abs=0.01)
    assert worse.sentence.startswith("B is worse than A by 8.0 points")


def test_models_that_these_rows_do_not_tell_apart_are_said_to_be_so() -> None:
    generator = np.random.default_rng(1)
    found = verdict(classifier(generator.random(200) < 0.8), classifier(generator.random(200) < 0.8))
    assert not found.distinguishable
    assert found.low < 0 < found.high
    assert found.sentence.startswith(
        "A and B are not distinguishable by accuracy on the same 200 rows (95 % interval -"
    )
    assert "از هم بازشناختنی نیستند" in found.persian


def test_a_model_does_not_differ_from_itself() -> None:
    found = verdict(classifier(rights(0.9)), classifier(rights(0.9)))
    assert (found.difference, found.low, found.high, found.distinguishable) == (0, 0, 0, False)


def test_the_same_rows_give_the_same_verdict_again() -> None:
    generator = np.random.default_rng(2)
    errors = generator.normal(size=(2, 300))
    once, again = (verdict(regressor(errors[0]), regressor(1.2 * errors[1]), "rmse") for _ in range(2))
    assert once == again


def test_of_rows_that_differ_only_the_common_ones_count_and_the_sentence_says_so() -> None:
    first = classifier(rights(1.0, 300), np.arange(300))
    second = classifier(rights(0.0, 200), np.arange(200, 400)[::-1].copy())
    found = verdict(first, second)
    assert (found.rows, found.rows_of_each, found.difference) == (100, (300, 200), -1)
    assert "on the 100 rows that both were judged on (of 300 and 200)" in found.sentence
    assert "روی 100 ردیف مشترک (از 300 و 200 ردیف)" in found.persian


def test_models_without_common_rows_or_of_another_kind_are_not_compared() -> None:
    with pytest.raises(NotComparable, match="judged on other rows: 0 are the same"):
        verdict(classifier(rights(0.5)), classifier(rights(0.5), np.arange(1000, 1400)))
    with pytest.raises(NotComparable, match="the other with numbers"):
        verdict(classifier(rights(0.5)), regressor(np.zeros(400)))
    with pytest.raises(NotComparable, match="log_loss is no figure") as refused:
        verdict(regressor(np.zeros(20)), regressor(np.zeros(20)), "log_loss")
    assert "معیار این مدل‌ها نیست" in refused.value.persian


def test_numbers_are_compared_by_their_errors_in_the_unit_of_the_target() -> None:
    generator = np.random.default_rng(3)
    errors = generator.normal(size=500)
    found = verdict(regressor(2 * errors), regressor(errors), "rmse")
    assert found.difference == pytest.approx(np.sqrt(np.mean(errors**2)))
    assert found.low > 0
    assert verdict(regressor(2 * errors), regressor(errors)).metric == "mae"


def test_very_many_rows_have_students_interval_which_is_that_of_the_bootstrap() -> None:
    generator = np.random.default_rng(4)
    losses = generator.exponential(size=(2, 20_002))
    many = verdict(regressor(losses[0]), regressor(0.98 * losses[1]))
    few = verdict(regressor(losses[0, :20_000]), regressor(0.98 * losses[1, :20_000]))
    assert (many.low, many.high) == pytest.approx((few.low, few.high), abs=0.003)


def test_rows_come_back_as_they_were_kept_and_what_is_something_else_is_refused(tmp_path: Path) -> None:
    answers = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]], dtype=np.float32)
    rows = JudgedRows.of(np.array([4, 7, 9]), answers, np.array([0, 1, 1]), ["نه", "آری"])
    rows.write(tmp_path / "rows.npz")
    with (tmp_path / "rows.npz").open("rb") as file:
        read = JudgedRows.read(file)
    assert read.classes == ["نه", "آری"]
    assert read.places.tolist() == [4, 7, 9]
    assert read.losses("accuracy").tolist() == [0, 0, 1]
    assert read.losses("log_loss") == pytest.approx(-np.log([0.9, 0.8, 0.4]), rel=1e-5)
    pickled = io.BytesIO()
    np.savez(pickled, places=np.array([object()], dtype=object), allow_pickle=True)
    for something in (b"", b"PK\x03\x04", pickled.getvalue()):
        with pytest.raises(ValueError):  # noqa: PT011
            JudgedRows.read(io.BytesIO(something))


@pytest.mark.parametrize("metric", ["accuracy", "f1_macro", "log_loss", "roc_auc", "average_precision"])
def test_each_figure_of_a_classifiers_report_is_compared_and_is_that_of_the_report(metric: Metric) -> None:
    generator = np.random.default_rng(5)
    labels = generator.integers(0, 2, 300)
    told = [0.5 + (labels - 0.5) * gap + generator.normal(0, 0.2, 300) for gap in (0.1, 0.5)]
    probabilities = [np.stack([1 - one, one], 1) for one in np.clip(told, 0.01, 0.99)]
    first, second = (
        JudgedRows.of(np.arange(300), one.astype(np.float32), labels, ["no", "yes"]) for one in probabilities
    )
    found = verdict(first, second, metric)
    reports = [classification.metrics(one, labels, 1)[metric] for one in probabilities]
    assert found.values == pytest.approx([one["value"] for one in reports], abs=1e-4)
    better = -1 if reports[0]["better"] == "min" else 1
    assert found.difference == pytest.approx(better * (found.values[1] - found.values[0]))
    assert 0 < found.low < found.difference < found.high


@pytest.mark.parametrize("metric", ["r2", "rmse", "mae"])
def test_each_figure_of_a_regressions_report_is_compared_and_is_that_of_the_report(metric: Metric) -> None:
    generator = np.random.default_rng(6)
    truth = generator.normal(size=300)
    answers = [truth + generator.normal(0, spread, 300) for spread in (0.8, 0.3)]
    first, second = (JudgedRows(np.arange(300), truth, one) for one in answers)
    found = verdict(first, second, metric)
    reports = [regression.metrics(one, truth, 1)[metric] for one in answers]
    assert found.values == pytest.approx([one["value"] for one in reports])
    assert 0 < found.low < found.difference < found.high


def test_rows_that_do_not_tell_a_figure_or_have_other_targets_or_classes_are_not_compared() -> None:
    one_class = classifier(rights(0.5)), classifier(rights(0.8))
    with pytest.raises(NotComparable, match="do not tell roc_auc"):
        verdict(*one_class, "roc_auc")
    other = JudgedRows(np.arange(400), np.zeros(400), np.ones(400), np.ones(400, dtype=np.float32), ["no", "maybe"])
    with pytest.raises(NotComparable, match="other classes"):
        verdict(one_class[0], other)
    constant = JudgedRows(np.arange(20), np.ones(20), np.arange(20.0))
    with pytest.raises(NotComparable, match="other targets"):
        verdict(regressor(np.zeros(20)), constant)
    with pytest.raises(NotComparable, match="do not tell r2"):
        verdict(constant, JudgedRows(np.arange(20), np.ones(20), np.zeros(20)), "r2")


def test_files_of_rows_are_compared_by_a_process_of_its_own_which_refuses_what_is_no_such_file(tmp_path: Path) -> None:
    def asked(metric: str, *names: str) -> dict[str, Any]:
        command = [sys.executable, "-m", "kargah.evaluation", metric, *(str(tmp_path / name) for name in names), *names]
        told: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        return told

    classifier(rights(0.80)).write(tmp_path / "a")
    classifier(rights(0.88)).write(tmp_path / "b")
    (tmp_path / "bad").write_bytes(b"PK\x03\x04")
    np.savez((tmp_path / "odd").open("wb"), places=np.arange(20), truth=np.full(20, "x"), answers=np.full((20, 2), "y"))
    found = asked("", "a", "b")
    assert (found["ok"], found["metric"], found["rows"]) == (True, "accuracy", 400)
    assert (found["first"], found["second"]) == ({"value": 0.8, "rows": 400}, {"value": 0.88, "rows": 400})
    assert 0 < found["low"] < 0.08 < found["high"]
    assert found["sentence"].startswith("b is better than a by 8.0 points (accuracy)")
    assert asked("mape", "a", "b")["reason"].startswith("“mape” cannot be compared row by row")
    assert asked("", "a", "bad") == asked("", "bad", "a")
    assert [asked("", "a", "bad")["ok"], asked("", "odd", "odd")["ok"]] == [False, False]
