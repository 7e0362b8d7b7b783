from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest

import kargah
from kargah.client.comparison import Comparison
from kargah.client.transport.http import Http


def job(job_id: str, name: str, **change: Any) -> dict[str, Any]:
    return {
        "job_id": job_id,
        "name": name,
        "state": "succeeded",
        "recipe": "tabular",
        "script": None,
        "params": {},
        "dataset": None,
        "series": [],
        "report": None,
        **change,
    }


def series(**change: Any) -> dict[str, Any]:
    return {
        "metric": 0,
        "last": 3.0,
        "min": 1.0,
        "max": 3.0,
        "first_step": 10,
        "buckets": 2,
        "width": 1,
        "axis": 0,
        "at": 4,
        **change,
    }


def answer(jobs: list[dict[str, Any]], numbers: list[float], **change: Any) -> bytes:
    metrics = [{"key": "val_loss", "better": "min", "jobs": 2}]
    text = json.dumps(
        {"jobs": jobs, "not_found": [], "metrics": metrics, "names": [], "name_count": 0, **change}
    ).encode()
    text += b" " * (-len(text) % 4)
    return b"KGC1" + struct.pack("<I", len(text)) + text + np.array(numbers, dtype="<f4").tobytes()


def two() -> Comparison:
    figures = {"accuracy": {"value": 0.9, "low": 0.8, "high": 1.0, "better": "max"}}
    report = {"part": "test", "chosen_on_these": False, "rows": 30, "metrics": figures}
    jobs = [
        job("job_a", "first", params={"lr": 0.1, "seed": 1, "layers": [8, 8]}, series=[series()], report=report),
        job(
            "job_b",
            "<b>دوم</b>",
            params={"lr": 0.01, "seed": 1, "layers": [8]},
            series=[series(width=4, at=8, last="NaN", min=None)],
        ),
    ]
    return Comparison(answer(jobs, [0, 1, 0, 0.5, 1, 3, 0, 0, 5, 6, 4, 5, 7, 8], not_found=["job_gone"]))


def test_a_comparison_is_a_table_of_what_differs_and_what_was_reached() -> None:
    table = two().table()
    assert list(table.columns) == ["name", "state", "lr", "layers", "val_loss", "test accuracy"]
    assert list(table.index) == ["job_a", "job_b"]
    assert table.loc["job_a", "val_loss"] == 1.0
    assert np.isnan(table.loc["job_b", "val_loss"])
    assert np.isnan(table.loc["job_b", "test accuracy"])
    assert two().table("max")["val_loss"].tolist() == [3.0, 3.0]
    assert {"seed", "recipe"} <= set(two().table(differs=False).columns)


def test_a_comparison_has_the_curve_of_each_job_with_its_bands() -> None:
    curves = two().curves("val_loss")
    assert curves[curves["job_id"] == "job_a"][["step", "mean", "min", "max"]].to_numpy().tolist() == [
        [10, 1, 1, 1],
        [11, 3, 3, 3],
    ]
    assert curves[curves["job_id"] == "job_b"][["mean", "min", "max"]].to_numpy().tolist() == [[5, 4, 7], [6, 5, 8]]
    assert two().curves("nowhere").empty


def test_the_card_of_a_comparison_shows_names_as_text_and_says_what_is_not_there() -> None:
    card = two()._repr_html_()
    assert "&lt;b&gt;دوم&lt;/b&gt;" in card
    assert "job_gone" in card
    assert "not found" in repr(two())


def test_what_is_no_comparison_is_refused() -> None:
    with pytest.raises(ValueError, match="no comparison"):
        Comparison(b'{"items": []}')


def test_comparing_no_job_is_refused_before_anybody_is_asked() -> None:
    client = kargah.Kargah(Http("http://127.0.0.1:9", lambda: None))
    with pytest.raises(kargah.KargahError) as refused:
        client.compare([])
    assert refused.value.code == "validation_failed"
