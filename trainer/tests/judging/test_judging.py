"""A model is judged on data that it was not trained with, after each of its columns was looked for there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from kargah.judging.columns import NotOurs, fitting
from kargah.judging.rows import known_rows
from kargah.protocols.failure import JobFailure
from kargah.protocols.task import DatasetRef, Task
from kargah.training.loop import Fit

from ..recipes.running import OnTables

ROWS = 60


def frame(rows: int = ROWS, seed: int = 1) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    size = generator.normal(size=rows)
    return pd.DataFrame(
        {
            "size": size,
            "city": generator.choice(["تهران", "شیراز", "یزد"], rows),
            "paid": generator.random(rows) < 0.5,
            "day": pd.to_datetime("2024-01-01") + pd.to_timedelta(generator.integers(0, 90, rows), "D"),
            "good": np.where(size > 0, "آری", "نه"),
        }
    )


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Task, Fit]:
    return OnTables("tabular").trained(tmp_path_factory.mktemp("learned"), frame(), target="good", epochs=4)


def saved(folder: Path, table: pd.DataFrame) -> Path:
    path = folder / "other.parquet"
    table.to_parquet(path, index=False)
    return path


def test_each_column_that_does_not_fit_is_named_with_what_is_wrong(learned: tuple[Task, Fit], tmp_path: Path) -> None:
    about = learned[0].metadata
    other = frame().drop(columns="paid").assign(size="much", day=1.5)
    problems = {one.column: one for one in fitting(about, "tabular", saved(tmp_path, other)).problems}
    assert {name: (one.problem, one.expected, one.found) for name, one in problems.items()} == {
        "paid": ("missing", "boolean", ""),
        "size": ("type", "number", "text"),
        "day": ("type", "date", "number"),
    }
    without_truth = frame().assign(good=pd.Series([None] * ROWS, dtype="string"))
    assert [one.problem for one in fitting(about, "tabular", saved(tmp_path, without_truth)).problems] == ["no_values"]
    others = fitting(about, "tabular", saved(tmp_path, frame().assign(good="شاید")))
    assert [(one.column, one.problem, one.found) for one in others.problems] == [("good", "unknown_values", "شاید")]
    assert fitting(about, "images", tmp_path).problems[0].problem == "type"
    with pytest.raises(NotOurs):
        fitting({"classes": None}, "tabular", saved(tmp_path, frame()))


def test_values_that_the_model_never_saw_are_said_and_rows_of_unknown_classes_left_out(
    learned: tuple[Task, Fit], tmp_path: Path
) -> None:
    task, trained = learned
    other = frame(seed=2)
    other.loc[:4, "city"] = "قم"
    other.loc[7, "good"] = "شاید"
    other.loc[8, "good"] = None
    path = saved(tmp_path, other)
    found = fitting(task.metadata, "tabular", path)
    assert found.problems == []
    assert {one.column: (one.values, list(one.first), one.rows) for one in found.unknown} == {
        "city": (1, ["قم"], 5),
        "good": (1, ["شاید"], 1),
    }
    known = known_rows(task.metadata, task.export(trained.network).eval(), DatasetRef("other", path))
    assert (known.part, known.left_out) == ("all", 2)
    assert known.places.tolist() == [at for at in range(ROWS) if at not in (7, 8)]
    assert [task.metadata["classes"][at] for at in known.truth] == other.good.drop([7, 8]).tolist()


def test_the_rows_are_those_that_its_recipe_would_have_read(learned: tuple[Task, Fit], tmp_path: Path) -> None:
    task, trained = learned
    path = saved(tmp_path, frame())
    network = task.export(trained.network).eval()
    known = known_rows(task.metadata, network, DatasetRef("same", path))
    held = task.held
    assert held is not None
    assert held.rows is not None
    assert known.table is not None
    np.testing.assert_array_equal(known.table[held.places], held.rows.numpy())
    np.testing.assert_array_equal(known.truth[held.places], held.truth.numpy())
    with torch.inference_mode():
        expected = network(held.rows).numpy()
    np.testing.assert_allclose(known.answer(held.places.numpy()), expected, atol=1e-6)


def test_of_a_dataset_with_a_split_the_test_rows_are_judged(learned: tuple[Task, Fit], tmp_path: Path) -> None:
    task, trained = learned
    path, parts = saved(tmp_path, frame(seed=3)), tmp_path / "parts.parquet"
    chosen = np.where(np.arange(ROWS) % 4 == 0, 2, 0).astype(np.uint8)
    pd.DataFrame({"part": chosen}).to_parquet(parts, index=False)
    known = known_rows(task.metadata, task.export(trained.network).eval(), DatasetRef("other", path, parts=parts))
    assert known.part == "test"
    assert known.places.tolist() == np.flatnonzero(chosen == 2).tolist()
    assert known.answer(np.arange(len(known.places))).shape == (15, 2)


def test_where_the_model_knows_no_class_of_the_test_rows_others_do_not_stand_for_them(
    learned: tuple[Task, Fit], tmp_path: Path
) -> None:
    task, trained = learned
    tested = np.arange(ROWS) % 4 == 0
    other = frame(seed=3)
    other.loc[tested, "good"] = "شاید"
    path, parts = saved(tmp_path, other), tmp_path / "parts.parquet"
    network = task.export(trained.network).eval()

    def split(part: np.ndarray[Any, Any]) -> DatasetRef:
        pd.DataFrame({"part": part.astype(np.uint8)}).to_parquet(parts, index=False)
        return DatasetRef("other", path, parts=parts)

    assert fitting(task.metadata, "tabular", path).problems == []
    with pytest.raises(JobFailure) as refused:
        known_rows(task.metadata, network, split(np.where(tested, 2, 0)))
    assert (refused.value.code, refused.value.params) == ("too_few_rows", {"rows": 0, "min": 2})
    known = known_rows(task.metadata, network, split(np.where(tested, 1, 0)))
    assert (known.part, len(known.places)) == ("all", ROWS - tested.sum())


def test_texts_are_judged_too(tmp_path: Path) -> None:
    texts = pd.DataFrame({"text": ["خوب و خوش", "بد و ناخوش"] * 20, "label": ["خوب", "بد"] * 20})
    task, trained = OnTables("text").trained(tmp_path, texts, target="label", text="text", epochs=3, buckets=512)
    other = pd.DataFrame({"text": ["خوب و خوش", "", "بد"], "label": ["خوب", "بد", "بد"]})
    path = saved(tmp_path, other)
    assert fitting(task.metadata, "tabular", path).problems == []
    known = known_rows(task.metadata, task.export(trained.network).eval(), DatasetRef("other", path))
    assert known.places.tolist() == [0, 2]
    assert known.answer(np.array([0, 1])).shape == (2, 2)


def test_a_process_says_it_of_a_file_without_loading_pytorch(learned: tuple[Task, Fit], tmp_path: Path) -> None:
    import zipfile

    model = tmp_path / "model.pt2"
    with zipfile.ZipFile(model, "w") as archive:
        archive.writestr("model/extra/kargah.json", json.dumps(learned[0].metadata))

    def said(of: Path, table: pd.DataFrame) -> dict[str, Any]:
        look = "import sys, runpy; sys.modules['torch'] = None; runpy.run_module('kargah.judging', run_name='__main__')"
        words = [sys.executable, "-c", look, str(of), "tabular", str(saved(tmp_path, table))]
        told: dict[str, Any] = json.loads(subprocess.run(words, capture_output=True, check=True, text=True).stdout)
        return told

    assert said(model, frame()) == {"ok": True, "unknown": [], "problems": []}
    assert said(model, frame().drop(columns="city"))["problems"] == [
        {"column": "city", "problem": "missing", "expected": "text", "found": ""}
    ]
    (tmp_path / "none.pt2").write_bytes(b"nothing")
    assert said(tmp_path / "none.pt2", frame())["problems"][0]["problem"] == "not_ours"
