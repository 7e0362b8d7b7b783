"""Recipes of packages, through a bridge whose Python has them installed: from the list to a model that predicts."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kargah
from kargah.client.predict import Predictor

from ..conftest import LiveBridge
from ..recipes.packages import install, install_linear

pytestmark = pytest.mark.e2e
PASSWORD = "یک جملهٔ بلند برای آزمون"
EMAIL = f"mina-{secrets.token_hex(4)}@example.com"


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the bridge's Python finds packages; nothing is there when the bridge starts."""
    return tmp_path_factory.mktemp("packages")


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory, packages: Path) -> Iterator[LiveBridge]:
    bridge = LiveBridge(
        tmp_path_factory.mktemp("kargah"), tmp_path_factory.mktemp("workspace"), {"PYTHONPATH": str(packages)}
    )
    try:
        bridge.start()
        yield bridge
    finally:
        bridge.end()


@pytest.fixture(scope="module")
def client(bridge: LiveBridge) -> kargah.Kargah:
    return bridge.register(EMAIL, PASSWORD, "مینا")


@pytest.fixture(scope="module")
def line(client: kargah.Kargah, tmp_path_factory: pytest.TempPathFactory) -> kargah.Dataset:
    x = np.linspace(-1, 1, 200)
    file = tmp_path_factory.mktemp("data") / "line.csv"
    pd.DataFrame({"x": x, "z": x**2, "y": 3 * x - x**2 + 0.5}).to_csv(file, index=False)
    return client.datasets.upload(file).ready()


def test_a_recipe_of_a_package_trains_a_model_that_predicts(
    client: kargah.Kargah, line: kargah.Dataset, packages: Path, bridge: LiveBridge, tmp_path: Path
) -> None:
    with pytest.raises(kargah.KargahError) as refused:
        client.train(line, "linear", target="y")
    assert refused.value.code == "unknown_recipe"

    # While everything runs: neither the bridge nor its warm Python is started again.
    install_linear(packages)
    job = client.train(line, "linear", target="y", epochs=60, lr=0.05, batch_size=16).watch()
    assert (job.state, job.data["recipe"]) == ("succeeded", "linear")

    linear = next(recipe for recipe in client.recipes() if recipe["recipe"] == "linear")
    assert (linear["title"], linear["title_fa"]) == ("Linear regression", "رگرسیون خطی")
    environ = os.environ | {"KARGAH_URL": bridge.url, "KARGAH_EMAIL": EMAIL, "KARGAH_PASSWORD": PASSWORD}
    said = subprocess.run([sys.executable, "-m", "kargah.cli", "recipes"], env=environ, capture_output=True, check=True)
    assert "Linear regression · رگرسیون خطی" in said.stdout.decode()

    model = Predictor.load(job.download(tmp_path / "line.pt2"))
    answers = model.module(model.encode(pd.DataFrame({"x": [1.0], "z": [1.0]})))
    assert answers.item() == pytest.approx(2.5, abs=0.2)


def test_a_broken_recipe_is_told_to_who_trains_it_and_harms_no_other(
    client: kargah.Kargah, line: kargah.Dataset, packages: Path, bridge: LiveBridge
) -> None:
    install(packages, "half-done", {"half": "half_done"}, "import a_module_that_nobody_has")
    with pytest.raises(kargah.KargahError) as refused:
        client.train(line, "half", target="y")
    assert refused.value.code == "recipe_broken"
    assert "half-done 2.1.0" in str(refused.value)
    assert "a_module_that_nobody_has" in str(refused.value)
    assert [r["recipe"] for r in client.recipes()][:3] == ["tabular", "image", "text"]
    assert client.train(line, "tabular", target="y", epochs=1).watch().state == "succeeded"
    assert "a_module_that_nobody_has" in (bridge.data_dir / "bridge.log").read_text()
