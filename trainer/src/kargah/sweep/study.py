"""Optuna's samplers and pruners over a history that each question brings along."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import FrozenTrial, TrialState, create_trial

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)

STARTUP_TRIALS = 8
"""So many settings by chance before TPE looks for what the good ones have in common."""
PRUNER_STARTUP_TRIALS = 4
PRUNER_WARMUP_REPORTS = 2
REDUCTION = 3
"""Successive halving: one of so many goes on from 2 epochs to 6, 18, 54 …"""
STATES = {
    "running": TrialState.RUNNING,
    "complete": TrialState.COMPLETE,
    "pruned": TrialState.PRUNED,
    "failed": TrialState.FAIL,
}


@dataclass(frozen=True)
class Trial:
    """One job of the sweep: its setting, and what it reported after each epoch, in order."""

    params: Mapping[str, Any]
    state: Literal["running", "complete", "pruned", "failed"]
    value: float | None
    reports: Sequence[float]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Trial:
        """Numbers that JSON does not have come as the words NaN, Infinity and -Infinity."""
        value = None if data["value"] is None else float(data["value"])
        return cls(data["params"], data["state"], value, [float(report) for report in data["reports"]])


@dataclass(frozen=True)
class Question:
    space: Mapping[str, Mapping[str, Any]]
    method: Literal["random", "tpe"]
    pruner: Literal["none", "median", "successive_halving"]
    mode: Literal["max", "min"]
    seed: int
    trials: Sequence[Trial]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Question:
        trials = [Trial.from_json(trial) for trial in data["trials"]]
        return cls(data["space"], data["method"], data["pruner"], data["mode"], int(data["seed"]), trials)


def propose(question: Question, count: int) -> list[dict[str, Any]]:
    """The next `count` settings. Equal questions get equal answers."""
    study = _study(question)
    space = _distributions(question.space)
    return [dict(study.ask(space).params) for _ in range(count)]


def doomed(question: Question) -> list[int]:
    """The places (in `trials`) of running jobs that do worse, after as many epochs, than those before them did."""
    study = _study(question)
    pruner = _pruner(question.pruner)
    return [
        number
        for number, trial in enumerate(study.get_trials(deepcopy=False))
        if trial.state == TrialState.RUNNING and trial.intermediate_values and pruner.prune(study, trial)
    ]


def _study(question: Question) -> optuna.Study:
    direction: Literal["maximize", "minimize"] = "maximize" if question.mode == "max" else "minimize"
    study = optuna.create_study(sampler=_sampler(question), pruner=_pruner(question.pruner), direction=direction)
    space = _distributions(question.space)
    for trial in question.trials:
        study.add_trial(_frozen(trial, space, question.pruner == "successive_halving"))
    return study


def _sampler(question: Question) -> optuna.samplers.BaseSampler:
    # Another seed for each question of a sweep, or random would propose the same setting again and again.
    seed = (question.seed + 1_000_003 * len(question.trials)) % 2**32
    if question.method == "random":
        return optuna.samplers.RandomSampler(seed=seed)
    # Running jobs count as bad ones until they end, so that two at once do not try the same.
    return optuna.samplers.TPESampler(seed=seed, n_startup_trials=STARTUP_TRIALS, multivariate=True, constant_liar=True)


def _pruner(name: str) -> optuna.pruners.BasePruner:
    if name == "median":
        return optuna.pruners.MedianPruner(n_startup_trials=PRUNER_STARTUP_TRIALS, n_warmup_steps=PRUNER_WARMUP_REPORTS)
    if name == "successive_halving":
        return optuna.pruners.SuccessiveHalvingPruner(min_resource=PRUNER_WARMUP_REPORTS, reduction_factor=REDUCTION)
    return optuna.pruners.NopPruner()


def _frozen(trial: Trial, space: Mapping[str, BaseDistribution], halving: bool) -> FrozenTrial:
    state = STATES[trial.state]
    reports, rungs = _at_rungs(trial) if halving else (trial.reports, {})
    value = trial.value
    if state == TrialState.COMPLETE and (value is None or math.isnan(value)):
        state, value = TrialState.FAIL, None
    if state in (TrialState.RUNNING, TrialState.FAIL):
        value = None
    return create_trial(
        params=dict(trial.params),
        distributions=dict(space),
        state=state,
        value=value,
        intermediate_values=dict(enumerate(reports, 1)),
        system_attrs=rungs,
    )


def _at_rungs(trial: Trial) -> tuple[Sequence[float], dict[str, float]]:
    """What Optuna's successive halving would have noted, had it been asked after every epoch.

    A running job is looked at as it was on the highest rung that it reached: that one is to be judged.
    """
    rungs: dict[str, float] = {}
    epochs, reached = PRUNER_WARMUP_REPORTS, 0
    while epochs <= len(trial.reports):
        rungs[f"completed_rung_{len(rungs)}"] = trial.reports[epochs - 1]
        reached, epochs = epochs, epochs * REDUCTION
    if trial.state != "running":
        return trial.reports, rungs
    if rungs:
        rungs.popitem()
    return trial.reports[:reached], rungs


def _distributions(space: Mapping[str, Mapping[str, Any]]) -> dict[str, BaseDistribution]:
    return {name: _distribution(dimension) for name, dimension in space.items()}


def _distribution(dimension: Mapping[str, Any]) -> BaseDistribution:
    if dimension["kind"] == "choice":
        return CategoricalDistribution(dimension["values"])
    if dimension["kind"] == "int":
        return IntDistribution(int(dimension["low"]), int(dimension["high"]), log=dimension["log"])
    return FloatDistribution(float(dimension["low"]), float(dimension["high"]), log=dimension["log"])
