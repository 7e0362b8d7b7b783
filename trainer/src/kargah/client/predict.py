"""Uses a downloaded model on rows or texts as they are; what they mean to it says the `kargah.json` inside the file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kargah.client.errors import KargahError
from kargah.client.rows import ModelColumn, RowsOfModel

if TYPE_CHECKING:
    import pandas
    import torch
    from torch import nn

    from kargah.model_files import LoadedProgram

ABOUT = "kargah.json"
TEXTS_AT_ONCE = 256


def load_model(path: str | Path) -> nn.Module:
    """The network of a `.pt2` file, ready to be called, after the file was held against an allow list.

    Unlike `torch.export.load` this runs nothing that the file holds: no pickle, no native code, no expression.

    Raises:
        KargahError: `model_unsafe`, with the part of the file that is not allowed.
    """
    return _load(path).program.module()


def _load(path: str | Path) -> LoadedProgram:
    from kargah.model_files import UnsafeModelFile, load_program

    try:
        return load_program(path)
    except UnsafeModelFile as refusal:
        raise KargahError(
            "model_unsafe",
            f"{path} was not loaded, because it may run code: {refusal.part} {refusal.reason}. "
            "If you trust whoever made it, load it with torch.export.load yourself.",
            f"{path} خوانده نشد، چون ممکن است کدی را اجرا کند: \u2066{refusal.part} {refusal.reason}\u2069. "
            "اگر به سازنده‌اش اعتماد دارید، آن را خودتان با torch.export.load باز کنید.",
        ) from refusal


class Predictor:
    """A trained table or text model with the words for its columns and classes."""

    def __init__(self, module: nn.Module, about: dict[str, Any]) -> None:
        """
        Raises:
            KargahError: `not_a_kargah_model` where `about`, the model's `kargah.json`, is none.
        """
        from kargah.datasets.tables.rules import RowReader, Rules

        self.module, self.about = module, about
        try:
            takes, answer = about["input"], about.get("answer") or {}
            # Models of the first releases do not tell how their rows were read.
            self._rows = RowsOfModel(RowReader(Rules.of(takes.get("reading") or {})))
            self._columns = [ModelColumn.of(column) for column in takes.get("columns", [])]
            self._classes: list[str] | None = about["classes"]
            self._kind: str = answer.get("kind", "text" if self._classes is not None else "number")
            self._target = ModelColumn.of(
                {**answer, "name": about["target"], "kind": _COLUMN.get(self._kind, "category")}
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _not_ours("The file") from error

    @classmethod
    def load(cls, path: str | Path) -> Predictor:
        """
        Raises:
            KargahError: `model_unsafe` as `load_model`; `not_a_kargah_model` when it does not say what its columns are.
        """
        loaded = _load(path)
        if not loaded.extra.get(ABOUT):
            raise _not_ours(str(path))
        return cls(loaded.program.module(), json.loads(loaded.extra[ABOUT]))

    def encode(self, frame: pandas.DataFrame) -> torch.Tensor:
        """float32 [rows, columns] as the model takes them, read as the rows that it learned from.

        Texts count as the dataset's file writes numbers, dates and truth values; names without spaces around them.

        Raises:
            KargahError: `column_missing`, `column_unreadable`.
        """
        import numpy as np
        import torch

        encoded = np.full((len(frame), len(self._columns)), np.nan, dtype=np.float32)
        values = self._rows.named(frame, [column.name for column in self._columns])
        with np.errstate(over="ignore"):
            for i, (column, cells) in enumerate(zip(self._columns, values, strict=True)):
                encoded[:, i] = self._rows.encoded(cells, column)
        return torch.from_numpy(encoded)

    def encode_texts(self, texts: Sequence[str]) -> torch.Tensor:
        """int64 [texts, numbers] as a text model takes them, 0 behind a text's end."""
        import torch

        from kargah.recipes.parts.text_features import TextFeatures, features
        from kargah.recipes.text import padded

        return torch.from_numpy(padded(features(texts, TextFeatures.of(self.about["input"]))))

    def predict(self, rows: pandas.DataFrame | Sequence[str]) -> pandas.Series[Any]:
        """The predicted value or class of each row, named and typed like the target. A text model also takes texts.

        Raises:
            KargahError: `column_missing`, `text_column_missing`, `column_unreadable`.
        """
        import pandas as pd

        if isinstance(rows, pd.DataFrame):
            index = rows.index
        else:
            index = rows.index if isinstance(rows, pd.Series) else pd.RangeIndex(len(rows))
        answer = self._answer(rows)
        found: Any = answer.numpy()
        if self._classes is not None:
            words = [_class_value(word, self._kind) for word in self._classes]
            found = [words[i] for i in answer.argmax(1).tolist()]
        series: pandas.Series[Any] = pd.Series(found, index=index, name=self.about["target"])
        return series

    def score(self, rows: pandas.DataFrame) -> float:
        """How good the answers are for rows that have the target: the share that is right, or R² of numbers.

        Rows without a target are left out.

        Raises:
            KargahError: `column_missing`, `column_unreadable`, `no_known_target`.
        """
        import numpy as np

        (told,) = self._rows.named(rows, [self._target.name])
        truth = self._truth(told)
        known = ~np.isnan(truth)
        if not known.any():
            raise KargahError(
                "no_known_target",
                f"No row has a value of {self._target.name!r}, by which the answers could be judged.",
                f"هیچ ردیفی مقداری برای «{self._target.name}» ندارد تا پاسخ‌ها با آن سنجیده شوند.",
            )
        answer = self._answer(rows[known]).numpy()
        if self._classes is not None:
            return float((answer.argmax(1) == truth[known]).mean())
        error = np.square(answer.astype(np.float64) - truth[known]).sum()
        spread = np.square(truth[known] - truth[known].mean()).sum()
        return float(1 - error / max(spread, 1e-12))

    def _truth(self, values: pandas.Series[Any]) -> Any:
        """float64 [rows]: the value, or the position of the class (-1 for one that the model does not know)."""
        import numpy as np

        if self._classes is None:
            return self._rows.encoded(values, self._target)
        if self._kind in {"text", "date"}:
            return self._rows.encoded(values, replace(self._target, categories=self._classes))
        places = {float(_class_value(word, self._kind)): float(at) for at, word in enumerate(self._classes)}
        found = self._rows.encoded(values, self._target)
        return np.array([np.nan if np.isnan(value) else places.get(float(value), -1.0) for value in found])

    def _answer(self, rows: pandas.DataFrame | Sequence[str]) -> torch.Tensor:
        import pandas as pd
        import torch

        with torch.no_grad():
            if self.about["input"].get("kind") != "text":
                answer: torch.Tensor = self.module(self.encode(pd.DataFrame(rows)))
                return answer
            column: pandas.Series[Any]
            if isinstance(rows, pd.DataFrame):
                (column,) = self._rows.named(rows, [self.about["input"]["column"]], "text_column_missing")
            else:
                column = pd.Series(rows, dtype=object)
            texts = ["" if text is None else text for text in self._rows.words(column)]
            # One at least: the exported model takes no empty batch.
            starts = range(0, max(1, len(texts)), TEXTS_AT_ONCE)
            parts = [self.module(self.encode_texts([*texts[i : i + TEXTS_AT_ONCE], ""])) for i in starts]
            # Each part ends with an empty text, so that none has a single row.
            return torch.cat([part[:-1] for part in parts])


_COLUMN = {"integer": "number", "number": "number", "boolean": "boolean"}


def _class_value(word: str, kind: str) -> str | int | float | bool:
    """A class as a value of the target's column."""
    if kind == "integer":
        return int(word)
    if kind == "number":
        return float(word)
    return word == "true" if kind == "boolean" else word


def _not_ours(what: str) -> KargahError:
    return KargahError(
        "not_a_kargah_model",
        f"{what} does not say what its columns are: no recipe of Kargah wrote it. Use kargah.load_model.",
        f"{what} نمی‌گوید ستون‌هایش چیستند: الگوهای کارگاه آن را ننوشته‌اند. برای آن kargah.load_model را به کار ببرید.",
    )
