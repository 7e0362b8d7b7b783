"""The text recipe on real texts that installed packages carry, in Persian and in English.

Persian: names of languages, countries, scripts and currencies in Persian, Sorani and Uyghur, three languages of one
script, from Unicode's CLDR as Babel ships it. English: paragraphs of documentation, told apart by their library.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from babel import Locale

from kargah.client.errors import KargahError
from kargah.client.predict import Predictor
from kargah.recipes.parts.text_features import TextFeatures, features, normalise
from kargah.training.model import save_model

from .running import OnTables

HOW = TextFeatures(buckets=1 << 16, characters=(2, 5), words=2, longest=4000)


prepared, trained = OnTables("text").prepared, OnTables("text").trained


def cldr_names() -> pd.DataFrame:
    rows = [
        (word, language)
        for language in ("fa", "ckb", "ug")
        for part in ("languages", "territories", "scripts", "currencies")
        for word in getattr(Locale(language), part).values()
    ]
    frame: pd.DataFrame = pd.DataFrame(rows, columns=["متن", "زبان"]).drop_duplicates("متن", keep=False)
    return frame


def documentation() -> pd.DataFrame:
    libraries: dict[str, list[Any]] = {
        "torch": [torch, torch.nn, torch.Tensor],
        "pandas": [pd, pd.DataFrame, pd.Series],
        "numpy": [np],
    }
    rows = [
        (paragraph, name)
        for name, places in libraries.items()
        for place in places
        for member in dir(place)
        if not member.startswith("_")
        for paragraph in (inspect.getdoc(getattr(place, member, None)) or "").split("\n\n")[:2]
        if 60 <= len(paragraph) <= 400
    ]
    frame: pd.DataFrame = pd.DataFrame(rows, columns=["paragraph", "library"]).drop_duplicates("paragraph", keep=False)
    return frame


def test_persian_is_told_from_two_languages_of_its_script_with_the_defaults(tmp_path: Path) -> None:
    _, result = trained(tmp_path, cldr_names(), target="زبان")
    assert result.best_metrics["val_accuracy"] >= 0.85


def test_paragraphs_are_given_to_their_library_with_the_defaults(tmp_path: Path) -> None:
    _, result = trained(tmp_path, documentation(), target="library")
    assert result.best_metrics["val_accuracy"] >= 0.8


def words(text: str) -> str:
    return "".join(chr(code) for code in normalise([text], 4000)[1:])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("كتابي عربي", "کتابی عربی"),
        ("می‌روم", "می روم"),
        ("۱۲۳ و ٤٥٦", "123 و 456"),
        ("کتـــاب", "کتاب"),
        ("مُحَمَّد", "محمد"),
        ("ﻻﻟﻪ", "لاله"),
        ("خانۀ ما؛ آب!", "خانه ما اب"),
        ("\u2067متن\u2069", "متن"),
        ("STRASSE  Café", "strasse café"),
        ("cafe\u0301", "café"),
    ],
)
def test_ways_to_write_the_same_count_as_the_same(first: str, second: str) -> None:
    assert words(first) == words(second)


def test_words_stand_between_single_spaces() -> None:
    assert words("  Hello,\n\tجهان! ") == " hello جهان "
    assert words("") == " "
    assert words("\x00a\x00") == " a "


def test_equal_texts_have_equal_numbers_wherever_they_stand_and_others_have_others() -> None:
    bags = features(["سلام دنیا", "", "😀", "another text", "سلام دنیا"], HOW)
    parts = [bags.values[a:b].tolist() for a, b in zip(bags.starts[:-1], bags.starts[1:], strict=True)]
    assert parts[0] == parts[4]
    assert parts[1] == parts[2] == []
    assert not set(parts[0]) & set(parts[3])
    # Two words and one pair; pieces of two to five letters of " سلام " and " دنیا ".
    assert len(parts[0]) == 3 + 2 * (5 + 4 + 3 + 2)
    assert all(1 <= number <= HOW.buckets for part in parts for number in part)


def test_the_numbers_of_a_text_never_change() -> None:
    # A model is used on other machines and by later versions: this must only change together with `VERSION`.
    how = TextFeatures(buckets=1000, characters=(0, 0), words=2, longest=100)
    assert features(["سلام world"], how).values.tolist() == [657, 163, 650]


def test_many_texts_are_cut_into_parts_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"text {i} {'x' * (i % 50)}" for i in range(200)]
    whole = features(texts, HOW)
    monkeypatch.setattr("kargah.recipes.parts.text_features.AT_ONCE", 300)
    parts = features(texts, HOW)
    assert np.array_equal(whole.values, parts.values)
    assert np.array_equal(whole.starts, parts.starts)


def reviews(rows: int = 60) -> pd.DataFrame:
    said = ["خیلی خوب بود", "اصلاً خوب نبود", "great film", "dreadful film"]
    frame: pd.DataFrame = pd.DataFrame(
        {
            "id": [f"r{i}" for i in range(rows)],
            "review": [f"{said[i % 4]} {i}" for i in range(rows)],
            "label": ["مثبت" if i % 2 == 0 else "منفی" for i in range(rows)],
        }
    )
    return frame


def test_a_saved_model_takes_raw_texts_of_any_number_and_length(tmp_path: Path) -> None:
    task, result = trained(tmp_path, reviews(), target="label", batch_size=8, patience=0)
    folder = tmp_path / "saved" / "model"
    folder.parent.mkdir()
    save_model(task, result.network, task.metadata, folder)
    model = Predictor.load(folder / "data" / "model.pt2")
    assert model.about["input"]["column"] == "review"
    found = model.predict(["خیلی خوب بود", "dreadful film", "great film"])
    assert list(found) == ["مثبت", "منفی", "مثبت"]
    assert list(model.predict(["خيلي  خوب بود!"])) == ["مثبت"]
    assert list(model.predict(reviews(8))) == list(reviews(8)["label"])
    assert len(model.predict(["", "كلمه " * 3000, *["great film"] * 300])) == 302
    assert list(model.predict([])) == []
    with pytest.raises(KargahError) as caught:
        model.predict(pd.DataFrame({"other": ["x"]}))
    assert caught.value.code == "text_column_missing"


def test_the_exported_model_answers_as_the_network_that_was_trained(tmp_path: Path) -> None:
    task, result = trained(tmp_path, reviews(), target="label", epochs=2, batch_size=8)
    how = TextFeatures.of(dict(task.metadata["input"]))
    bags = features(["خیلی خوب بود", "great"], how)
    numbers = torch.zeros(2, int(np.diff(bags.starts).max()), dtype=torch.int64)
    for i, (a, b) in enumerate(zip(bags.starts[:-1], bags.starts[1:], strict=True)):
        numbers[i, : b - a] = torch.from_numpy(bags.values[a:b])
    direct = result.network(torch.from_numpy(bags.values), torch.from_numpy(bags.starts[:-1]).int())
    assert torch.allclose(task.export(result.network)(numbers), torch.softmax(direct, 1), atol=1e-6)


def test_the_longest_column_is_the_text_unless_another_is_chosen(tmp_path: Path) -> None:
    assert prepared(tmp_path, reviews(), target="label").metadata["input"]["column"] == "review"
    assert prepared(tmp_path, reviews(), target="label", text="id").metadata["input"]["column"] == "id"


def test_rows_without_a_text_are_left_out_and_the_log_says_so(tmp_path: Path) -> None:
    frame = reviews()
    frame.loc[[0, 1], "review"] = None
    frame.loc[2, "review"] = ""
    notes = "\n".join(prepared(tmp_path, frame, target="label").notes)
    assert "WARN 3 rows have no review or no label; left out" in notes
