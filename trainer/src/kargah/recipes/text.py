"""Tell texts apart, Persian and English: hashed pieces of words and pairs of words, averaged, then a linear layer.

After Joulin et al., "Bag of Tricks for Efficient Text Classification" (2016). The exported model takes the numbers of
each text in a row, 0 where a row is shorter; `kargah.json` says how texts become numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from kargah.protocols.params import param
from kargah.protocols.task import DatasetRef, PlainRows, RecipeInfo, Task
from kargah.recipes.parts.figures import classification_metrics
from kargah.recipes.parts.plain import TfIdf
from kargah.recipes.parts.repeated import repeated
from kargah.recipes.parts.shared_params import TrainingParams, class_weights, target_column
from kargah.recipes.parts.split import Labels, split_for, weight_of_classes
from kargah.recipes.parts.text_features import Bags, TextFeatures, features
from kargah.recipes.parts.text_table import read_texts

LONG_TEXT = 300
LEAST_STEPS = 16
"""Of an epoch, however few the texts are."""
PIECES = (2, 5)


@dataclass(frozen=True, kw_only=True)
class TextParams(TrainingParams):
    target: str | None = target_column()
    text: str | None = param(
        None,
        "Text column",
        "ستون متن",
        "Empty: the column with the longest texts",
        "خالی: ستونی که بلندترین متن‌ها را دارد",
    )
    epochs: int = param(
        20, "Epochs", "شمار دوره‌ها", "Early stopping is on", "توقف زودهنگام روشن است", minimum=1, maximum=10_000
    )
    lr: float = param(
        0.01,
        "Learning rate",
        "نرخ یادگیری",
        "Usually between 1e-3 and 1e-1",
        "معمولاً میان 1e-3 و 1e-1",
        exclusive_minimum=0,
        maximum=100,
    )
    patience: int = param(
        4,
        "Early-stopping patience",
        "شکیبایی توقف زودهنگام",
        "Epochs without improvement before stopping; 0 turns it off",
        "چند دوره بی‌بهبود پیش از توقف؛ صفر یعنی خاموش",
        minimum=0,
        maximum=10_000,
    )
    pieces: Literal["auto", "words", "characters", "both"] = param(
        "auto",
        "Text units",
        "واحدهای متن",
        "Automatic: also pieces of words where texts are short",
        "خودکار: در متن‌های کوتاه تکه‌های واژه هم",
        extra={
            "x-enum-titles": ["Automatic", "Words", "Pieces of words", "Both"],
            "x-enum-titles-fa": ["خودکار", "واژه‌ها", "تکه‌های واژه", "هر دو"],
        },
    )
    buckets: int = param(
        65_536,
        "Hash buckets",
        "شمار سطل‌های درهم‌سازی",
        "Words and pieces share this many places",
        "واژه‌ها و تکه‌ها در این شمار سطل جا می‌گیرند",
        minimum=256,
        maximum=4_194_304,
    )
    dim: int = param(
        16,
        "Embedding width",
        "بُعد بردار تعبیه",
        "Numbers that stand for a word or a piece",
        "شمار عددهایی که جای یک واژه یا تکه می‌نشینند",
        minimum=1,
        maximum=1024,
    )
    longest: int = param(
        4000,
        "Longest text read",
        "حداکثر طول متن",
        "Characters of a text that are looked at",
        "شمار نویسه‌هایی از متن که خوانده می‌شود",
        minimum=16,
        maximum=100_000,
    )
    class_weights: Literal["equal", "balanced"] = class_weights()


INFO = RecipeInfo(
    recipe="text",
    version="1.0.0",
    title="Text, n-grams",
    title_fa="متن، ان‌گرم",
    description="Classify Persian or English texts of a table",
    description_fa="دسته‌بندی متن‌های فارسی یا انگلیسی یک جدول",
    icon="text",
    dataset_kind="tabular",
    params=TextParams,
    primary_params=("target", "text", "epochs", "lr"),
    place=30,
)


@dataclass(frozen=True)
class TextBatches:
    """Texts of different lengths, one behind the other: text i is `values[starts[i]:starts[i + 1]]`."""

    values: Tensor
    """int32."""
    starts: Tensor
    """int64 [texts + 1]."""
    targets: Tensor

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def row_bytes(self) -> int:
        return self.values.nbytes // max(1, len(self)) + 16

    def take(self, chosen: Tensor) -> TextBatches:
        lengths = self.starts.diff()[chosen]
        starts = torch.cat([torch.zeros(1, dtype=torch.int64), lengths.cumsum(0)])
        shift = torch.repeat_interleave(self.starts[chosen] - starts[:-1], lengths)
        values = self.values[shift + torch.arange(int(starts[-1]))]
        return TextBatches(values, starts, self.targets[chosen])

    def part(self, start: int, stop: int) -> tuple[Tensor, ...]:
        first, last = int(self.starts[start]), int(self.starts[stop])
        return self.values[first:last], (self.starts[start:stop] - first).to(torch.int32)


class BagOfWords(nn.Module):
    """int32 [numbers] of all texts of a batch, int32 [batch] where each begins → float32 [batch, classes]."""

    def __init__(self, buckets: int, dim: int, classes: int, dropout: float) -> None:
        super().__init__()
        self.bag = nn.EmbeddingBag(buckets + 1, dim, mode="mean")
        nn.init.uniform_(self.bag.weight, -1 / dim, 1 / dim)
        self.dropout = nn.Dropout(dropout)
        self.answer = nn.Linear(dim, classes)

    def forward(self, values: Tensor, starts: Tensor) -> Tensor:
        answer: Tensor = self.answer(self.dropout(self.bag(values, starts)))
        return answer


class Classifier(nn.Module):
    """int64 [texts, numbers], 0 behind a text's end → the probability of each class, float32 [texts, classes]."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        assert isinstance(network, BagOfWords)
        self.weight, self.answer = network.bag.weight, network.answer

    def forward(self, numbers: Tensor) -> Tensor:
        there = (numbers > 0).unsqueeze(2)
        total = (functional.embedding(numbers, self.weight) * there).sum(1)
        return torch.softmax(self.answer(total / there.sum(1).clamp(min=1)), 1)


def prepare(params: TextParams, dataset: DatasetRef) -> Task:
    name = dataset.target(params.target)
    table = read_texts(dataset.path, name, params.text)
    labels, classes = table.labels, table.classes
    labelled = Labels(labels, "classification", table.places)
    kept = split_for(dataset, labelled, params.validation, params.seed)
    how = _features(params, table.texts)
    whole = _batches(features(table.texts, how), labels)
    weight = weight_of_classes(params.class_weights, labels[kept.train], len(classes))
    metadata: dict[str, Any] = {
        "recipe": INFO.recipe,
        "task": "classification",
        "target": name,
        "input": {
            "dtype": "int64",
            "shape": ["texts", "numbers"],
            "column": table.column,
            **how.describe(),
            "reading": table.reading,
        },
        "classes": classes,
        "answer": table.answer,
    }

    def plain() -> PlainRows:
        numbers = TfIdf(whole.values, whole.starts, kept.train, how.buckets)
        return labelled.plain(kept, numbers, numbers.columns, numbers.filled)

    return Task(
        network=BagOfWords(how.buckets, params.dim, len(classes), params.dropout),
        train=repeated(whole.take(kept.train), LEAST_STEPS * params.batch_size),
        validation=whole.take(kept.validation),
        test=whole.take(kept.test) if len(kept.test) else None,
        loss=nn.CrossEntropyLoss(weight=weight),
        metrics=classification_metrics,
        best_metric=("val_accuracy", "max"),
        export=Classifier,
        held=labelled.held(kept),
        plain=plain,
        example=torch.from_numpy(padded(features(table.texts[:2], how))),
        metadata=metadata,
        last_counts=kept.is_too_small_to_choose,
        free_dimensions=2,
        threads=4,
        evaluation_rows=1024,
        notes=(
            f"kargah.recipes.text | rows={len(labels)} classes={len(classes)} text={table.column}",
            f"target={name} {kept.counts()} "
            f"numbers={len(whole.values)} buckets={how.buckets} characters={how.characters} words={how.words}",
            *table.notes,
        ),
    )


def padded(bags: Bags) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """int64 [texts, longest]: at least two wide, so that an exported model keeps its second dimension free."""
    lengths = np.diff(bags.starts)
    rows = np.zeros((len(lengths), max(2, int(lengths.max(initial=0)))), dtype=np.int64)
    rows[np.arange(rows.shape[1]) < lengths[:, None]] = bags.values
    return rows


def _features(params: TextParams, texts: list[str]) -> TextFeatures:
    pieces = params.pieces
    if pieces == "auto":
        middle = float(np.median([len(text) for text in texts]))
        pieces = "both" if middle <= LONG_TEXT else "words"
    return TextFeatures(
        buckets=params.buckets,
        characters=(0, 0) if pieces == "words" else PIECES,
        words=0 if pieces == "characters" else 2,
        longest=params.longest,
    )


def _batches(bags: Bags, labels: Tensor) -> TextBatches:
    return TextBatches(torch.from_numpy(bags.values), torch.from_numpy(bags.starts), labels)
