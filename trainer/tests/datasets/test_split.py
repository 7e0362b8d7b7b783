"""Which row trains, validates and tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from kargah.datasets.failures import ReadFailure
from kargah.datasets.verbs.split import answer_request, deal

from .conftest import Read, picture

SHARES = (0.8, 0.1, 0.1)


def split(folder: Path, **spec: Any) -> Any:
    whole = {"method": "ratio", "train": 0.8, "validation": 0.1, "test": 0.1, "seed": 0, **spec}
    into = folder / "splits" / "spl_a.parquet"
    kind = "images" if (folder / "images").is_dir() else "tabular"
    request = {"folder": str(folder), "kind": kind, "spec": whole, "into": str(into), "memory_bytes": 1 << 30}
    answer = answer_request(request, lambda _: None)
    return answer, pq.read_table(into)["part"].to_numpy()


def test_shares_are_kept_to_the_row_and_the_seed_decides(read: Read, tmp_path: Path) -> None:
    read("a,b\n" + "".join(f"{i},{i % 3}\n" for i in range(101)))
    answer, part = split(tmp_path)
    assert answer["rows"] == {"train": 81, "validation": 10, "test": 10}
    assert part.dtype == np.uint8
    again, same = split(tmp_path)
    assert again["sha256"] == answer["sha256"]
    assert (same == part).all()
    assert split(tmp_path, seed=1)[0]["sha256"] != answer["sha256"]


def test_the_parts_of_a_seed_never_change() -> None:
    part, _ = deal("ratio", 12, None, (0.5, 0.25, 0.25), 7)
    assert part.tolist() == [0, 0, 1, 0, 0, 2, 0, 1, 1, 2, 0, 2]


def test_stratified_keeps_the_proportions_of_every_class() -> None:
    values: list[object] = ["a"] * 100 + ["b"] * 50 + [None] * 10
    part, warnings = deal("stratified", 160, values, SHARES, 0)
    for label, counts in (("a", (80, 10, 10)), ("b", (40, 5, 5)), (None, (8, 1, 1))):
        mine = part[[value == label for value in values]]
        assert tuple(np.bincount(mine, minlength=3)) == counts
    assert warnings == []


def test_a_class_too_small_for_every_part_is_told() -> None:
    _, warnings = deal("stratified", 101, ["a"] * 100 + ["b"], SHARES, 0)
    assert [warning["code"] for warning in warnings] == ["split_small_classes"]


def test_a_group_is_never_torn() -> None:
    values: list[object] = [f"g{i // 5}" for i in range(500)]
    part, _ = deal("group", 500, values, SHARES, 3)
    assert all(len(set(part[start : start + 5])) == 1 for start in range(0, 500, 5))
    assert np.abs(np.bincount(part) / 500 - SHARES).max() < 0.03


def test_by_time_the_oldest_train_and_the_newest_test() -> None:
    values: list[object] = [f"2024-01-{day:02}" for day in (9, 3, 1, 10, 2, 5, 4, 8, 7, 6)]
    part, _ = deal("time", 10, values, SHARES, 0)
    assert {value: int(p) for value, p in zip(values, part, strict=True) if p} == {"2024-01-09": 1, "2024-01-10": 2}


def test_rows_without_a_time_train() -> None:
    part, warnings = deal("time", 10, [None, *range(9)], SHARES, 0)
    assert part[0] == 0
    assert warnings[0]["code"] == "split_times_missing"


@pytest.mark.parametrize(("method", "values"), [("ratio", None), ("group", ["a", "b"]), ("time", [1, 2])])
def test_too_few_rows_for_the_parts_are_refused(method: str, values: list[object] | None) -> None:
    with pytest.raises(ReadFailure) as refused:
        deal(method, 2, values, SHARES, 0)
    assert refused.value.code == "split_too_few"


def test_a_column_that_is_not_there_is_refused(read: Read, tmp_path: Path) -> None:
    read("a,b\n1,2\n3,4\n")
    with pytest.raises(ReadFailure) as refused:
        split(tmp_path, method="stratified", column="c")
    assert refused.value.code == "column_unknown"


def test_copies_of_training_rows_in_the_test_are_told(read: Read, tmp_path: Path) -> None:
    read("a,b\n" + "1,x\n" * 20)
    answer, _ = split(tmp_path)
    assert [warning["code"] for warning in answer["warnings"]] == ["split_shares_rows"]


def test_images_are_split_in_the_order_in_which_training_reads_them(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "images" / name).mkdir(parents=True)
        for i in range(10):
            (tmp_path / "images" / name / f"{i}.png").write_bytes(picture())
    answer, part = split(tmp_path, method="stratified")
    assert answer["rows"] == {"train": 16, "validation": 2, "test": 2}
    assert np.bincount(part[:10]).tolist() == [8, 1, 1]
