"""The rows of a dataset as a model takes them, with what is true of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import torch
from torch import Tensor, nn

from kargah.evaluation import Column
from kargah.judging.columns import Words, class_words, target_kind
from kargah.protocols.failure import JobFailure
from kargah.protocols.task import DatasetRef
from kargah.recipes.parts.pictures import read_pictures
from kargah.recipes.parts.split import parts_of
from kargah.recipes.parts.table import numbers_in, read_columns
from kargah.recipes.parts.text_features import TextFeatures, features
from kargah.recipes.text import padded

TEST = 2
FEWEST_ROWS = 2
TEXTS_AT_ONCE = 256
PICTURES_AT_ONCE = 64
ROWS_AT_ONCE = 16_384
Ints = npt.NDArray[np.int64]
Singles = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Known:
    """Rows of which the truth is known, in the order of the dataset."""

    places: Ints
    truth: npt.NDArray[Any]
    """int64 class numbers, or float64."""
    answer: Callable[[Ints], Singles]
    """What the model answers for the rows at these places of `places`."""
    part: Literal["test", "all"] = "all"
    table: Singles | None = None
    """[n, columns] of a table, as the model takes them."""
    answer_rows: Callable[[Singles], Singles] | None = None
    """What it answers for other rows of a table."""
    columns: tuple[Column, ...] = ()
    left_out: int = 0
    """Rows without a truth, or with one that the model does not know."""


def known_rows(about: Mapping[str, Any], network: nn.Module, dataset: DatasetRef) -> Known:
    """Those of the test part, where the dataset has a split that has one, else all.

    The dataset was held against the model before, as `columns.fitting` does.

    Raises:
        JobFailure: `dataset_deleted`, `damaged_file`; `too_few_rows` where so few of them can be judged.
    """
    takes = about["input"]
    if "columns" in takes:
        found = _of_table(about, network, dataset)
    elif takes.get("kind") == "text":
        found = _of_texts(about, network, dataset)
    else:
        found = _of_pictures(about, network, dataset)
    known = _tested(found, dataset)
    if len(known.places) < FEWEST_ROWS:
        raise JobFailure("too_few_rows", rows=len(known.places), min=FEWEST_ROWS)
    return known


def _tested(known: Known, dataset: DatasetRef) -> Known:
    if dataset.parts is None:
        return known
    part = parts_of(dataset)
    if not (part == TEST).any():
        return known
    # None of them where the model knows no class of theirs: other rows are no test of it.
    chosen = np.flatnonzero(part[known.places] == TEST)
    answer = known.answer
    return replace(
        known,
        places=known.places[chosen],
        truth=known.truth[chosen],
        answer=lambda at: answer(chosen[at]),
        part="test",
        table=None if known.table is None else known.table[chosen],
        left_out=int((part == TEST).sum()) - len(chosen),
    )


def _of_table(about: Mapping[str, Any], network: nn.Module, dataset: DatasetRef) -> Known:
    takes = about["input"]
    table = read_columns(dataset.path)
    words = Words(takes.get("reading") or {})
    truth = _truth(table.column(about["target"]).combine_chunks(), about, words)
    places = np.flatnonzero(~np.isnan(truth))
    rows = np.empty((len(places), len(takes["columns"])), dtype=np.float32)
    for i, column in enumerate(takes["columns"]):
        cells = table.column(column["name"]).combine_chunks()
        if column["kind"] == "category":
            values = _positions(cells, column.get("categories") or (), words)
        else:
            values = numbers_in(cells)
        with np.errstate(over="ignore"):
            rows[:, i] = values[places]

    def answer(some: Singles) -> Singles:
        return _answered(network, torch.from_numpy(some), ROWS_AT_ONCE)

    columns = tuple(
        Column(one["name"], tuple(one["categories"]) if one.get("categories") is not None else None)
        for one in takes["columns"]
    )
    return Known(
        places,
        _typed(truth[places], about),
        lambda at: answer(rows[at]),
        table=rows,
        answer_rows=answer,
        columns=columns,
        left_out=len(truth) - len(places),
    )


def _of_texts(about: Mapping[str, Any], network: nn.Module, dataset: DatasetRef) -> Known:
    takes = about["input"]
    table = read_columns(dataset.path)
    words = Words(takes.get("reading") or {})
    truth = _truth(table.column(about["target"]).combine_chunks(), about, words)
    texts = ["" if text is None else text for text in table.column(takes["column"]).cast(pa.large_string()).to_pylist()]
    truth[[not text for text in texts]] = np.nan
    places = np.flatnonzero(~np.isnan(truth))
    how = TextFeatures.of(takes)

    def answer(at: Ints) -> Singles:
        parts = []
        for start in range(0, len(at), TEXTS_AT_ONCE):
            part = [texts[place] for place in places[at[start : start + TEXTS_AT_ONCE]]]
            parts.append(_answered(network, torch.from_numpy(padded(features(part, how))), TEXTS_AT_ONCE))
        return np.concatenate(parts)

    return Known(places, _typed(truth[places], about), answer, left_out=len(truth) - len(places))


def _of_pictures(about: Mapping[str, Any], network: nn.Module, dataset: DatasetRef) -> Known:
    _, channels, size, _ = about["input"]["shape"]
    pictures = read_pictures(dataset.path, size, "grayscale" if channels == 1 else "rgb")
    known = _class_numbers(pictures.classes, about["classes"], Words({}))
    truth = known[pictures.labels.numpy()]
    chosen = np.flatnonzero(~np.isnan(truth))
    places = np.arange(len(truth)) if pictures.places is None else pictures.places

    def answer(at: Ints) -> Singles:
        parts = []
        for start in range(0, len(at), PICTURES_AT_ONCE):
            pixels = pictures.pixels[torch.from_numpy(chosen[at[start : start + PICTURES_AT_ONCE]])]
            parts.append(_answered(network, pixels.float().div_(255), PICTURES_AT_ONCE))
        return np.concatenate(parts)

    return Known(places[chosen], truth[chosen].astype(np.int64), answer, left_out=len(truth) - len(chosen))


def _truth(column: Any, about: Mapping[str, Any], words: Words) -> npt.NDArray[np.float64]:
    """float64 [rows]: the number, or that of the class; NaN where it is missing, or unknown to the model."""
    if about["classes"] is None:
        return numbers_in(column)
    told = class_words(column, target_kind(about))
    distinct = sorted({word for word in told if word is not None})
    numbers = dict(zip(distinct, _class_numbers(distinct, about["classes"], words), strict=True))
    return np.array([np.nan if word is None else numbers[word] for word in told], dtype=np.float64)


def _class_numbers(names: list[str], classes: list[str], words: Words) -> npt.NDArray[np.float64]:
    return np.array([np.nan if at is None or at < 0 else at for at in words.places(names, classes)], dtype=np.float64)


def _positions(column: Any, categories: Any, words: Words) -> npt.NDArray[np.float64]:
    encoded = column.cast(pa.large_string()).dictionary_encode()
    places = [np.nan if at is None else at for at in words.places(encoded.dictionary.to_pylist(), categories)]
    values = np.array([*places, np.nan], dtype=np.float64)
    found: npt.NDArray[np.float64] = values[encoded.indices.fill_null(len(places)).to_numpy(zero_copy_only=False)]
    return found


def _typed(truth: npt.NDArray[np.float64], about: Mapping[str, Any]) -> npt.NDArray[Any]:
    return truth if about["classes"] is None else truth.astype(np.int64)


@torch.inference_mode()
def _answered(network: nn.Module, inputs: Tensor, at_once: int) -> Singles:
    parts = []
    for part in torch.split(inputs, at_once):
        # An exported program need not take a batch of one.
        parts.append(network(part) if len(part) > 1 else network(part.expand(2, *part.shape[1:]))[:1])
    answers: Singles = torch.cat(parts).numpy()
    return answers
