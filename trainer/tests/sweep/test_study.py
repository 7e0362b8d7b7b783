"""What a sweep tries next, and what it gives up."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from kargah.sweep.study import Question, doomed, propose

SPACE = {
    "lr": {"kind": "float", "low": 1e-4, "high": 1e-1, "log": True},
    "layers": {"kind": "int", "low": 1, "high": 4, "log": False},
    "optimizer": {"kind": "choice", "values": ["adamw", "sgd"]},
}


def trial(lr: float, state: str = "complete", value: Any = 0.5, reports: Any = ()) -> dict[str, Any]:
    params = {"lr": lr, "layers": 2, "optimizer": "adamw"}
    return {"params": params, "state": state, "value": value, "reports": list(reports)}


def question(**changes: Any) -> dict[str, Any]:
    given = {"space": SPACE, "method": "tpe", "pruner": "median", "mode": "max", "seed": 7, "trials": []}
    return given | changes


def asked(**changes: Any) -> Question:
    return Question.from_json(question(**changes))


@pytest.mark.parametrize("method", ["random", "tpe"])
def test_settings_lie_within_the_space_and_equal_questions_get_equal_answers(method: str) -> None:
    history = [trial(1e-3), trial(1e-2, "running", None, [0.1])]
    settings = propose(asked(method=method, trials=history), 5)
    assert settings == propose(asked(method=method, trials=history), 5)
    assert settings != propose(asked(method=method, trials=history, seed=8), 5)
    assert settings != propose(asked(method=method, trials=[*history, trial(1e-3)]), 5)
    for setting in settings:
        assert 1e-4 <= setting["lr"] <= 1e-1
        assert setting["layers"] in (1, 2, 3, 4)
        assert isinstance(setting["layers"], int)
        assert setting["optimizer"] in ("adamw", "sgd")
    assert len({setting["lr"] for setting in settings}) == 5


def test_tpe_looks_where_the_good_ones_were() -> None:
    good = [trial(10 ** (-2 - i / 40), value=0.9) for i in range(6)]
    bad = [trial(10 ** (-3.5 - i / 40), value=0.1) for i in range(14)]
    rates = [setting["lr"] for setting in propose(asked(trials=[*good, *bad]), 10)]
    assert sum(rate > 3e-3 for rate in rates) >= 6


@pytest.mark.parametrize("pruner", ["median", "successive_halving"])
def test_a_job_that_does_worse_than_those_before_it_is_given_up(pruner: str) -> None:
    done = [trial(1e-3, value=0.9, reports=[0.5, 0.7, 0.8, 0.9]) for _ in range(6)]
    running = [
        trial(1e-2, "running", None, [0.1, 0.1, 0.1]),
        trial(1e-2, "running", None, [0.6, 0.8, 0.85]),
        trial(1e-2, "running", None, []),
    ]
    assert doomed(asked(pruner=pruner, trials=[*done, *running])) == [6]


def test_successive_halving_judges_a_job_at_the_epochs_where_the_others_were_judged() -> None:
    done = [trial(1e-3, value=0.9, reports=[0.5, 0.5 + i / 100, 0.8, 0.9, 0.9, 0.9]) for i in range(6)]
    late = trial(1e-2, "running", None, [0.1, 0.56, 0.1, 0.1])
    early = trial(1e-2, "running", None, [0.1, 0.52, 0.99, 0.99])
    assert doomed(asked(pruner="successive_halving", trials=[*done, late, early])) == [7]


def test_less_is_better_where_the_sweep_says_so() -> None:
    done = [trial(1e-3, value=0.1, reports=[0.5, 0.3, 0.2, 0.1]) for _ in range(6)]
    running = [trial(1e-2, "running", None, [0.4, 0.2, 0.1]), trial(1e-2, "running", None, [0.9, 0.9, 0.9])]
    assert doomed(asked(mode="min", trials=[*done, *running])) == [7]


def test_nothing_is_given_up_without_a_pruner_or_without_others_to_compare_with() -> None:
    bad = trial(1e-2, "running", None, [0.0, 0.0, 0.0])
    assert doomed(asked(pruner="none", trials=[trial(1e-3, reports=[0.9] * 4)] * 9 + [bad])) == []
    assert doomed(asked(trials=[trial(1e-3, reports=[0.9] * 4), bad])) == []


def test_a_history_with_failures_and_numbers_that_are_none_is_taken() -> None:
    history = [
        trial(1e-3, "failed", None),
        trial(1e-3, "complete", "NaN"),
        trial(1e-3, "complete", None),
        trial(1e-3, "complete", "-Infinity"),
        trial(1e-3, "pruned", 0.1, [0.1, 0.1]),
        trial(1e-3, "running", None, ["NaN", "Infinity"]),
    ]
    assert len(propose(asked(trials=history * 3), 2)) == 2


def test_the_process_answers_line_by_line_and_survives_nonsense() -> None:
    lines = [
        json.dumps({"ask": "propose", "count": 1, **question()}),
        "{nonsense",
        json.dumps({"ask": "doomed", **question(trials=[trial(1e-3, "running", None, [0.1])])}),
    ]
    ended = subprocess.run(
        [sys.executable, "-m", "kargah.sweep"],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    )
    first, second, third = map(json.loads, ended.stdout.splitlines())
    assert set(first["settings"][0]) == set(SPACE)
    assert "JSONDecodeError" in second["error"]
    assert third == {"doomed": []}
