"""Parts that a file itself has, by its folders or arrays: kept as a split."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kargah.datasets.failures import ReadFailure
from kargah.datasets.model import ReadResult
from kargah.datasets.verbs.split import given_parts

from ..conftest import Read, codes_of, picture


def zipped(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def npz(**arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def classes_of(result: ReadResult) -> list[str]:
    return [one["name"] for one in result["profile"]["classes"]]


@pytest.mark.parametrize("layout", ["{part}/{name}/{at}.png", "{name}/{part}/{at}.png", "d/{part}/{name}/{at}.png"])
def test_folders_of_train_and_test_pictures_are_kept_in_the_order_of_training(
    read: Read, tmp_path: Path, layout: str
) -> None:
    sizes = {"train": 3, "val": 1, "test": 2}
    entries = {
        layout.format(part=part, name=name, at=at): picture(size=(8, 6 + at))
        for part, count in sizes.items()
        for name in ("cat", "dog")
        for at in range(count)
    }
    result = read(zipped(entries), "pets.zip")
    assert classes_of(result) == ["cat", "dog"]
    assert result["profile"]["parts"] == {"train": 6, "validation": 2, "test": 4}
    kept = {(folder.name, file.name) for folder in (tmp_path / "images").iterdir() for file in folder.iterdir()}
    in_order = [name.split("_")[0] for _, name in sorted(kept)]
    said = {0: "train", 1: "val", 2: "test"}
    assert [said[int(code)] for code in given_parts(tmp_path)] == in_order
    assert "split_kept" in codes_of(result)


def test_a_test_folder_without_classes_is_left_out_and_makes_no_split(read: Read, tmp_path: Path) -> None:
    entries = {f"train/{name}/{at}.png": picture() for name in ("cat", "dog") for at in range(2)}
    result = read(zipped({**entries, "test/1.png": picture(), "test/2.png": picture()}), "pets.zip")
    assert (classes_of(result), "parts" in result["profile"]) == (["cat", "dog"], False)
    with pytest.raises(ReadFailure, match="split_not_given"):
        given_parts(tmp_path)


def test_folders_of_train_and_test_texts_are_kept_row_by_row(read: Read, tmp_path: Path) -> None:
    entries = {
        f"imdb/{part}/{name}/{at}.txt": b"so so"
        for part in ("train", "test")
        for name in ("neg", "pos")
        for at in range(2)
    }
    result = read(zipped(entries), "imdb.zip")
    assert result["profile"]["parts"] == {"train": 4, "validation": 0, "test": 4}
    # Rows stand in the order of their files' names.
    assert given_parts(tmp_path).tolist() == [2, 2, 2, 2, 0, 0, 0, 0]


def test_arrays_of_training_and_test_pictures_are_one_set_and_a_split(read: Read, tmp_path: Path) -> None:
    def pictures(count: int, value: int) -> Any:
        return np.full((count, 4, 4), value, np.uint8)

    content = npz(
        x_train=pictures(4, 10),
        y_train=np.array([[0], [1], [0], [1]]),
        x_test=pictures(2, 200),
        y_test=np.array([[1], [0]]),
    )
    result = read(content, "mnist.npz")
    assert (result["rows"], classes_of(result)) == (6, ["0", "1"])
    assert result["profile"]["parts"] == {"train": 4, "validation": 0, "test": 2}
    # Of each class two from training and one from the test, as their rows stand.
    assert given_parts(tmp_path).tolist() == [0, 0, 2, 0, 0, 2]


def test_arrays_of_medical_pictures_have_the_part_first(read: Read) -> None:
    arrays = {}
    for part, count in (("train", 4), ("val", 2), ("test", 2)):
        arrays[f"{part}_images"] = np.zeros((count, 4, 4, 3), np.uint8)
        arrays[f"{part}_labels"] = np.arange(count).reshape(-1, 1) % 2
    assert read(npz(**arrays), "m.npz")["profile"]["parts"] == {"train": 4, "validation": 2, "test": 2}


def test_tables_of_training_and_test_rows_follow_each_other(read: Read, tmp_path: Path) -> None:
    content = npz(X_train=np.zeros((4, 2)), y_train=np.arange(4) % 2, X_test=np.ones((2, 2)), y_test=np.arange(2))
    result = read(content, "t.npz")
    assert (result["rows"], [column["name"] for column in result["profile"]["columns"]]) == (6, ["x0", "x1", "label"])
    assert given_parts(tmp_path).tolist() == [0, 0, 0, 0, 2, 2]


def test_arrays_that_are_left_out_are_said(read: Read) -> None:
    content = npz(x_train=np.zeros((4, 2)), y_train=np.arange(4), x_test=np.ones((2, 3)), y_test=np.arange(2))
    result = read(content, "t.npz")
    assert result["rows"] == 4
    assert [one["detail"] for one in result["warnings"] if one["code"] == "arrays_left_out"] == [
        "Arrays that fit neither the features nor the labels were left out: x_test, y_test."
    ]
