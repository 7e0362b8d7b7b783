"""Sweeps through the client, against a real bridge with its MLflow and its jobs."""

from __future__ import annotations

import secrets

import pytest

import kargah
from kargah.client.sweeps import dimension

from ..conftest import LiveBridge

PASSWORD = "یک جملهٔ بلند برای آزمون"


@pytest.mark.e2e
def test_a_sweep_tries_settings_marks_the_best_and_goes_on_after_the_bridge_was_killed(live_bridge: LiveBridge) -> None:
    client = live_bridge.register(f"sweep-{secrets.token_hex(4)}@example.com", PASSWORD, "سارا")
    digits = client.datasets.import_source("digits")
    sweep = client.sweep(
        digits, space={"lr": (1e-4, 1e-2, "log"), "optimizer": ["adamw", "sgd"]}, trials=3, epochs=3, name="three"
    )
    for change in sweep.stream():
        if change.counts["succeeded"]:
            live_bridge.kill()
            live_bridge.start()
            break
    assert sweep.watch().state == "succeeded"
    jobs = sweep.jobs()
    assert [(job.state, job.error) for job in jobs] == [("succeeded", None)] * 3
    # Digits are classes: the weights that are kept are those of the epoch that tells most of them apart.
    assert sweep.data["metric"] == {"key": "val_accuracy", "mode": "max"}
    kept = {job.id: job.predictor().about["metrics"]["val_accuracy"] for job in jobs}
    assert kept == {job.id: max(point.value for point in job.metrics("val_accuracy")) for job in jobs}
    best = sweep.best
    assert best is not None
    assert kept[best.id] == max(kept.values()) == sweep.best_value
    assert sweep.best_params == {key: best.data["params"][key] for key in ("lr", "optimizer")}
    assert sweep.id in [found.id for found in client.sweeps()]

    stopped = client.sweep(digits, space={"seed": (1, 4)}, method="grid", trials=4, epochs=10_000, patience=0).stop()
    with pytest.raises(kargah.SweepFailed) as caught:
        stopped.watch()
    assert caught.value.code == "sweep_stopped"
    assert all(job.state == "stopped" for job in stopped.jobs())
    sweep.delete()
    with pytest.raises(kargah.KargahError):
        sweep.refresh()
    with pytest.raises(kargah.KargahError) as refused:
        client.sweep(digits, space={"speed": (1, 2)})
    assert refused.value.errors[0]["path"] == "space.speed"


def test_python_values_say_what_a_dimension_is() -> None:
    assert dimension([1, "a"]) == {"kind": "choice", "values": [1, "a"]}
    assert dimension((1, 8)) == {"kind": "int", "low": 1, "high": 8, "log": False}
    assert dimension((1e-4, 1, "log")) == {"kind": "float", "low": 1e-4, "high": 1.0, "log": True}
    assert dimension({"kind": "int", "low": 1, "high": 2}) == {"kind": "int", "low": 1, "high": 2}
    with pytest.raises(ValueError, match="expected"):
        dimension("lr")
