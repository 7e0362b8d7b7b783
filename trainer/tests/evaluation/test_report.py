"""Reports of models, held against scikit-learn and SciPy."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as rival

from kargah.evaluation import HeldOut, Judged, Plain, report_of
from kargah.evaluation.columns import Column
from kargah.evaluation.figures import wilson

SEED = 7


def held(count: int, **more: Any) -> HeldOut:
    return HeldOut("test", np.arange(count, dtype=np.int64) + 1000, **more)


def probabilities(rows: int, classes: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Answers that are right more often than not, and their truth."""
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, classes, rows)
    scores = generator.normal(size=(rows, classes)) + 1.5 * np.eye(classes)[truth]
    shares = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    return shares.astype(np.float32), truth


def told(report: dict[str, Any] | None) -> dict[str, Any]:
    assert report is not None
    # What a panel reads: nothing that JSON has no word for.
    json.dumps(report, allow_nan=False)
    return report


@pytest.mark.parametrize("classes", [2, 3, 60])
def test_figures_of_a_classifier_are_those_of_scikit_learn(classes: int) -> None:
    shares, truth = probabilities(600, classes)
    names = [f"k{number}" for number in range(classes)]
    report = told(report_of(held(600), Judged(shares, truth, names), SEED))
    chosen = shares.argmax(1)
    found = {key: one["value"] for key, one in report["metrics"].items()}
    assert found["accuracy"] == pytest.approx(rival.accuracy_score(truth, chosen))
    assert found["f1_macro"] == pytest.approx(rival.f1_score(truth, chosen, average="macro"))
    exact = shares.astype(np.float64)
    losses = -np.log(exact[np.arange(600), truth])
    assert found["log_loss"] == pytest.approx(losses.mean())
    for one in report["metrics"].values():
        assert one["low"] < one["value"] < one["high"]
    matrix = rival.confusion_matrix(truth, chosen, labels=range(classes))
    precision, recall, f1, rows = rival.precision_recall_fscore_support(
        truth, chosen, labels=range(classes), zero_division=0
    )
    for at, one in enumerate(report["per_class"]):
        assert one["name"] == names[at]
        assert (one["precision"], one["recall"], one["f1"], one["rows"]) == pytest.approx(
            (precision[at], recall[at], f1[at], rows[at])
        )
    if classes == 60:
        assert report["confusion"] is None
    else:
        assert report["confusion"] == matrix.tolist()
    pairs = {(one["truth"], one["answer"]): one["rows"] for one in report["confused"]}
    off = matrix - np.diag(matrix.diagonal())
    assert max(pairs.values()) == off.max()
    assert all(off[names.index(truth), names.index(answer)] == count for (truth, answer), count in pairs.items())


def test_curves_of_two_classes_are_those_of_scikit_learn_with_equal_scores_passed_together() -> None:
    shares, truth = probabilities(400, 2)
    # Few different scores: most rows share theirs with others.
    second = np.round(shares[:, 1], 1)
    shares = np.stack([1 - second, second], 1)
    report = told(report_of(held(400), Judged(shares, truth, ["no", "yes"]), SEED))
    found = report["metrics"]
    assert found["roc_auc"]["value"] == pytest.approx(rival.roc_auc_score(truth, second))
    assert found["average_precision"]["value"] == pytest.approx(rival.average_precision_score(truth, second))
    false, true, _ = rival.roc_curve(truth, second, drop_intermediate=False)
    found_curve = [(one["false_positive_rate"], one["true_positive_rate"]) for one in report["curves"]["roc"]]
    np.testing.assert_allclose(found_curve, np.stack([false, true], 1))


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """Of 60 samples from one population at a level of 95 %: never as few as 84 %, four standard errors below it."""
    inside = {"accuracy": 0, "roc_auc": 0}
    population_shares, population = probabilities(12_000, 2, seed=11)
    right = {
        "accuracy": rival.accuracy_score(population, population_shares.argmax(1)),
        "roc_auc": rival.roc_auc_score(population, population_shares[:, 1]),
    }
    for number in range(60):
        part = slice(200 * number, 200 * (number + 1))
        judged = Judged(population_shares[part], population[part], ["no", "yes"])
        report = told(report_of(held(200), judged, number))
        for key in inside:
            one = report["metrics"][key]
            inside[key] += one["low"] <= right[key] <= one["high"]
    assert all(count / 60 > 0.84 for count in inside.values()), inside


def test_a_model_that_is_always_right_on_few_rows_is_not_said_to_be_certain() -> None:
    truth = np.array([0, 1, 0, 1, 1])
    report = told(report_of(held(5), Judged(np.eye(2, dtype=np.float32)[truth], truth, ["no", "yes"]), SEED))
    accuracy = report["metrics"]["accuracy"]
    assert accuracy["value"] == 1.0
    assert (accuracy["low"], accuracy["high"]) == pytest.approx(wilson(5, 5))
    assert accuracy["low"] == pytest.approx(0.5655, abs=1e-4)
    assert report["worst"] == []
    assert report["label_errors"] == {"rows": 0, "first": []}


def test_rows_of_one_class_have_no_curves_and_no_areas() -> None:
    shares, _ = probabilities(20, 2)
    report = told(report_of(held(20), Judged(shares, np.zeros(20, dtype=np.int64), ["no", "yes"]), SEED))
    assert report["curves"] is None
    assert set(report["metrics"]) == {"accuracy", "f1_macro", "log_loss"}


def test_calibration_is_the_mean_gap_between_how_sure_and_how_often_right() -> None:
    sure = np.repeat([[0.35, 0.65], [0.05, 0.95]], 100, axis=0).astype(np.float32)
    truth = np.r_[np.ones(50), np.zeros(50), np.ones(95), np.zeros(5)].astype(np.int64)
    found = told(report_of(held(200), Judged(sure, truth, ["no", "yes"]), SEED))["calibration"]
    assert [(one["rows"], one["accuracy"]) for one in found["bins"]] == [(100, 0.5), (100, 0.95)]
    assert found["expected_calibration_error"] == pytest.approx(0.5 * 0.15, abs=1e-6)


def test_labels_that_were_changed_are_suspected_first() -> None:
    generator = np.random.default_rng(3)
    truth = generator.integers(0, 3, 300)
    shares = np.full((300, 3), 0.02, dtype=np.float32)
    shares[np.arange(300), truth] = 0.96
    wrong = np.arange(0, 300, 30)
    said = truth.copy()
    said[wrong] = (said[wrong] + 1) % 3
    found = told(report_of(held(300), Judged(shares, said, ["a", "b", "c"]), SEED))["label_errors"]
    assert found["rows"] == len(wrong)
    assert sorted(one["row"] for one in found["first"]) == (wrong + 1000).tolist()


def test_figures_of_a_regression_are_those_of_scikit_learn() -> None:
    generator = np.random.default_rng(5)
    truth = 1e6 + generator.normal(size=500)
    answers = (truth + 0.5 * generator.normal(size=500)).astype(np.float32).astype(np.float64)
    report = told(report_of(held(500), Judged(answers, truth, None), SEED))
    found = {key: one["value"] for key, one in report["metrics"].items()}
    assert found["r2"] == pytest.approx(rival.r2_score(truth, answers))
    assert found["rmse"] == pytest.approx(rival.root_mean_squared_error(truth, answers))
    assert found["mae"] == pytest.approx(rival.mean_absolute_error(truth, answers))
    assert sum(report["residuals"]["histogram"]["rows"]) == 500
    first = report["worst"][0]
    at = int(np.argmax((answers - truth) ** 2))
    assert (first["row"], first["truth"], first["answer"]) == (at + 1000, truth[at], answers[at])


def test_nine_tenths_of_rows_lie_within_the_interval_of_a_regression() -> None:
    generator = np.random.default_rng(6)
    truth = generator.normal(size=4000)
    answers = truth + generator.laplace(size=4000)
    found = told(report_of(held(4000), Judged(answers, truth, None), SEED))["interval"]
    # Of the Laplace distribution nine tenths lie within ln 10.
    assert found["half_width"] == pytest.approx(np.log(10), rel=0.1)
    assert found["coverage"] == pytest.approx(0.9, abs=0.03)


def test_a_target_of_one_value_has_no_coefficient_of_determination() -> None:
    report = told(report_of(held(30), Judged(np.zeros(30), np.ones(30), None), SEED))
    assert report["metrics"]["r2"] == {"value": None, "low": None, "high": None, "better": "max"}
    assert report["metrics"]["mae"]["value"] == 1.0


def test_fewer_rows_than_an_interval_needs_have_none_and_one_row_no_report() -> None:
    answers = np.array([1.0, 2.0])
    assert told(report_of(held(2), Judged(answers, answers, None), SEED))["interval"] is None
    assert report_of(held(1), Judged(answers[:1], answers[:1], None), SEED) is None


def table(rows: int) -> tuple[np.ndarray, list[Column]]:
    generator = np.random.default_rng(8)
    numbers = generator.normal(size=(rows, 2))
    city = generator.integers(0, 3, rows)
    columns = [Column("width"), Column("noise"), Column("city", ("تهران", "شیراز", "تبریز"))]
    return np.column_stack([numbers, city]).astype(np.float32), columns


def test_the_column_that_the_answers_come_from_is_the_one_it_leans_on() -> None:
    rows, columns = table(500)
    judged = Judged(rows[:, 0], rows[:, 0].astype(np.float64), None, lambda rows: rows[:, 0])
    before = rows.copy()
    found = told(report_of(held(500, rows=rows, columns=columns), judged, SEED))["importance"]
    assert found[0]["column"] == "width"
    # Dealing a standard normal out anew makes errors of variance 2.
    assert found[0]["growth"] == pytest.approx(2.0, rel=0.25)
    assert {one["column"]: one["growth"] for one in found[1:]} == {"noise": 0.0, "city": 0.0}
    np.testing.assert_array_equal(rows, before)


def test_the_group_on_which_it_is_bad_is_named_and_no_other() -> None:
    rows, columns = table(900)
    generator = np.random.default_rng(9)
    bad = rows[:, 2] == 1
    answers = rows[:, 0] + np.where(bad, 2.0, 0.2) * generator.normal(size=900)
    judged = Judged(answers, rows[:, 0].astype(np.float64), None)
    found = told(report_of(held(900, rows=rows, columns=columns), judged, SEED))["slices"]
    assert [(one["column"], one.get("value"), one["rows"]) for one in found] == [("city", "شیراز", int(bad.sum()))]
    assert found[0]["loss"] > 10 * found[0]["loss_elsewhere"]


def test_rows_without_a_value_are_a_group_of_their_own() -> None:
    rows, columns = table(600)
    rows[:60, 1] = np.nan
    answers = rows[:, 0].astype(np.float64)
    answers[:60] += np.random.default_rng(10).normal(size=60)
    judged = Judged(answers, rows[:, 0].astype(np.float64), None)
    found = told(report_of(held(600, rows=rows, columns=columns), judged, SEED))["slices"]
    assert [(one["column"], one.get("missing"), one["rows"]) for one in found] == [("noise", True, 60)]


def test_the_same_rows_and_seed_make_the_same_report() -> None:
    shares, truth = probabilities(300, 2)
    judged = Judged(shares, truth, ["no", "yes"])
    first, other = told(report_of(held(300), judged, SEED)), told(report_of(held(300), judged, SEED + 1))
    assert first == report_of(held(300), judged, SEED)
    one, another = first["metrics"]["log_loss"], other["metrics"]["log_loss"]
    assert (one["value"], one["low"] != another["low"]) == (another["value"], True)


def compared(answers: np.ndarray, truth: np.ndarray, plain: np.ndarray, classes: list[str] | None) -> dict[str, Any]:
    kind: Any = "mean" if classes is None else "majority"
    judged = Judged(answers.astype(np.float32), truth, classes)
    report = told(report_of(held(len(truth)), judged, SEED, [Plain(kind, plain.astype(np.float64), 100)]))
    (found,) = report["baselines"]
    assert found["kind"] == kind
    return dict(found)


def test_a_classifier_is_told_beside_a_plain_one_by_pairs_of_answers() -> None:
    shares, truth = probabilities(500, 2)
    majority = np.tile(np.bincount(truth) / len(truth), (500, 1))
    found = compared(shares, truth, majority, ["no", "yes"])
    assert found["metrics"]["accuracy"] == pytest.approx(max(np.bincount(truth)) / 500)
    assert found["metrics"]["log_loss"] == pytest.approx(rival.log_loss(truth, majority), rel=1e-6)
    gain = found["gains"]["accuracy"]
    right = (shares.argmax(1) == truth).mean() - found["metrics"]["accuracy"]
    assert gain["value"] == pytest.approx(right)
    assert gain["low"] < gain["value"] < gain["high"]
    # What theory says of the mean of paired differences, 1.96 standard errors to each side.
    pairs = (shares.argmax(1) == truth).astype(float) - (majority.argmax(1) == truth)
    assert gain["high"] - gain["low"] == pytest.approx(2 * 1.96 * pairs.std() / np.sqrt(500), rel=0.15)
    assert found["verdict"] == "better"
    assert compared(majority, truth, shares, ["no", "yes"])["verdict"] == "worse"
    assert compared(shares, truth, shares, ["no", "yes"])["verdict"] == "hardly"


def test_a_classifier_that_is_right_no_more_often_may_still_know_better_how_sure_it_is() -> None:
    generator = np.random.default_rng(2)
    risk = generator.uniform(0.01, 0.45, 2000)
    truth = (generator.uniform(size=2000) < risk).astype(np.int64)
    majority = np.tile([1 - truth.mean(), truth.mean()], (2000, 1))
    assert compared(np.stack([1 - risk, risk], 1), truth, majority, ["no", "yes"])["verdict"] == "sure"


def test_a_quantity_is_told_beside_a_plain_answer_by_what_it_explains() -> None:
    generator = np.random.default_rng(4)
    truth = 1e6 + generator.normal(size=300)
    mean = np.full(300, truth.mean())
    near = truth + 0.5 * generator.normal(size=300)
    found = compared(near, truth, mean, None)
    assert found["metrics"] == pytest.approx(
        {"r2": rival.r2_score(truth, mean), "mae": rival.mean_absolute_error(truth, mean)}, abs=1e-6
    )
    assert found["gains"]["r2"]["value"] == pytest.approx(0.75, abs=0.1)
    assert found["verdict"] == "better"
    assert compared(mean + 0.01 * generator.normal(size=300), truth, mean, None)["verdict"] == "hardly"


def test_few_rows_tell_nothing_about_which_is_better() -> None:
    truth = np.array([0, 1, 0, 1, 1])
    right, wrong = np.eye(2)[truth], np.eye(2)[1 - truth]
    assert compared(right, truth, wrong, ["no", "yes"])["verdict"] == "unknown"
