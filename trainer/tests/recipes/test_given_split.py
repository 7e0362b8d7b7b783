"""A recipe takes the split that it is given."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image

from kargah.protocols.failure import JobFailure
from kargah.protocols.task import Task
from kargah.recipes import RECIPES, DatasetRef, parse_params

ROWS = 60
PART = np.array([0, 0, 0, 1, 2, 0] * 10, dtype=np.uint8)


@pytest.fixture(autouse=True)
def an_epoch_goes_over_its_rows_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for recipe in ("tabular", "image", "text"):
        monkeypatch.setattr(f"kargah.recipes.{recipe}.LEAST_STEPS", 0)


def written(folder: Path, part: np.ndarray[Any, np.dtype[np.uint8]]) -> tuple[Path, str]:
    path = folder / "spl.parquet"
    pq.write_table(pa.table({"part": pa.array(part, pa.uint8())}), path)
    return path, hashlib.sha256(part.tobytes()).hexdigest()


def prepared(folder: Path, frame: pd.DataFrame, part: np.ndarray[Any, np.dtype[np.uint8]], recipe: str) -> Task:
    path = folder / "data.parquet"
    frame.to_parquet(path, index=False)
    parts, sha256 = written(folder, part)
    dataset = DatasetRef("test", path, parts=parts, parts_sha256=sha256)
    return RECIPES[recipe].prepare(parse_params(RECIPES[recipe].INFO.params, {"target": "y"}), dataset)


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame({"x": np.arange(ROWS, dtype=float), "y": ["a", "b"] * (ROWS // 2)})


def test_rows_lie_in_the_parts_that_they_were_dealt_to(tmp_path: Path, frame: pd.DataFrame) -> None:
    task = prepared(tmp_path, frame, PART, "tabular")
    expected = torch.tensor([i % 2 for i in range(ROWS)])
    assert task.test is not None
    for split, code in ((task.train, 0), (task.validation, 1), (task.test, 2)):
        assert torch.equal(split.targets, expected[code == PART])


def test_rows_without_a_target_are_left_out_of_their_part(tmp_path: Path, frame: pd.DataFrame) -> None:
    frame.loc[[0, 4], "y"] = None
    task = prepared(tmp_path, frame, PART, "tabular")
    assert task.test is not None
    assert (len(task.train), len(task.validation), len(task.test)) == (39, 10, 9)


def test_what_is_learned_of_numbers_is_learned_from_the_training_rows_alone(tmp_path: Path) -> None:
    values = np.where(PART == 0, np.arange(ROWS) % 7, 1e6)
    frame = pd.DataFrame({"x": values, "y": ["a", "b"] * (ROWS // 2)})
    preparation: Any = prepared(tmp_path, frame, PART, "tabular").export.args[0]  # type: ignore[attr-defined]
    assert preparation.mean.item() == pytest.approx(values[PART == 0].mean())


def test_without_a_validation_part_one_is_taken_from_the_training_rows(tmp_path: Path, frame: pd.DataFrame) -> None:
    part = np.where(PART == 1, np.uint8(0), PART)
    task = prepared(tmp_path, frame, part, "tabular")
    assert task.test is not None
    assert len(task.validation) > 0
    assert len(task.train) + len(task.validation) == 50
    assert len(task.test) == 10


def test_a_split_of_one_validation_row_is_refused(tmp_path: Path, frame: pd.DataFrame) -> None:
    part = np.where(PART == 1, np.uint8(0), PART)
    part[3] = 1
    with pytest.raises(JobFailure) as caught:
        prepared(tmp_path, frame, part, "tabular")
    assert (caught.value.code, caught.value.params) == ("too_few_validation_rows", {"rows": 1, "min": 2})
    part[9] = 1
    assert len(prepared(tmp_path, frame, part, "tabular").validation) == 2


def test_without_a_test_part_nothing_is_tested(tmp_path: Path, frame: pd.DataFrame) -> None:
    part = np.where(PART == 2, np.uint8(0), PART)
    assert prepared(tmp_path, frame, part, "tabular").test is None


def test_texts_take_it_too(tmp_path: Path) -> None:
    frame = pd.DataFrame({"text": [f"words of row {i}" for i in range(ROWS)], "y": ["a", "b"] * (ROWS // 2)})
    frame.loc[3, "text"] = ""
    task = prepared(tmp_path, frame, PART, "text")
    assert task.test is not None
    assert (len(task.train), len(task.validation), len(task.test)) == (40, 9, 10)


def test_pictures_take_it_too_and_one_that_cannot_be_read_moves_no_other(tmp_path: Path) -> None:
    for name, colour in (("dark", 20), ("light", 220)):
        (tmp_path / "images" / name).mkdir(parents=True)
        for i in range(10):
            Image.new("L", (8, 8), colour + i).save(tmp_path / "images" / name / f"{i}.png")
    (tmp_path / "images/dark/0.png").write_bytes(b"no picture")
    part = np.array([0, 0, 0, 0, 0, 0, 1, 1, 2, 2] * 2, dtype=np.uint8)
    parts, sha256 = written(tmp_path, part)
    dataset = DatasetRef("test", tmp_path / "images", parts=parts, parts_sha256=sha256)
    task = RECIPES["image"].prepare(parse_params(RECIPES["image"].INFO.params, {}), dataset)
    assert task.test is not None
    assert (len(task.train), len(task.validation), len(task.test)) == (11, 4, 4)
    brightest = (task.test.part(0, 4)[0].amax(dim=(1, 2, 3)) * 255).round().tolist()
    assert brightest == [28, 29, 228, 229]


def test_another_split_than_was_dealt_out_is_refused(tmp_path: Path, frame: pd.DataFrame) -> None:
    path = tmp_path / "data.parquet"
    frame.to_parquet(path, index=False)
    params = parse_params(RECIPES["tabular"].INFO.params, {"target": "y"})
    parts, _ = written(tmp_path, PART)
    whole = DatasetRef("test", path, parts=parts, parts_sha256="0" * 64)
    short, sha256 = written(tmp_path, PART[:-1])
    for dataset in (whole, dataclasses.replace(whole, parts=short, parts_sha256=sha256)):
        with pytest.raises(JobFailure, match="damaged_file"):
            RECIPES["tabular"].prepare(params, dataset)
    (tmp_path / "torn.parquet").write_bytes(b"PAR1")
    with pytest.raises(JobFailure, match="damaged_file"):
        RECIPES["tabular"].prepare(params, dataclasses.replace(whole, parts=tmp_path / "torn.parquet"))
    with pytest.raises(JobFailure, match="dataset_deleted"):
        RECIPES["tabular"].prepare(params, dataclasses.replace(whole, parts=tmp_path / "gone.parquet"))
