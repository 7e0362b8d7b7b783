"""Uses a downloaded model on rows or texts as they are; what they mean to it says the `kargah.json` inside the file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kargah.client.errors import KargahError

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
        self.module, self.about = module, about

    @classmethod
    def load(cls, path: str | Path) -> Predictor:
        """
        Raises:
            KargahError: `model_unsafe` as `load_model`; `not_a_kargah_model` when it does not say what its columns are.
        """
        loaded = _load(path)
        if not loaded.extra.get(ABOUT):
            raise KargahError(
                "not_a_kargah_model",
                f"{path} does not say what its columns are: no recipe of Kargah wrote it. Use kargah.load_model.",
                f"{path} نمی‌گوید ستون‌هایش چیستند: الگوهای کارگاه آن را ننوشته‌اند. "
                "برای آن kargah.load_model را به کار ببرید.",
            )
        return cls(loaded.program.module(), json.loads(loaded.extra[ABOUT]))

    def encode(self, frame: pandas.DataFrame) -> torch.Tensor:
        """float32 [rows, columns] as the model takes them; a column that `frame` lacks counts as missing."""
        import numpy as np
        import pandas as pd
        import torch

        encoded = np.full((len(frame), len(self.about["input"]["columns"])), np.nan, dtype=np.float32)
        for i, column in enumerate(self.about["input"]["columns"]):
            if column["name"] not in frame:
                continue
            values = frame[column["name"]]
            if column["kind"] == "category":
                places = {word: float(place) for place, word in enumerate(column["categories"])}
                encoded[:, i] = [places.get(str(v), -1.0) if pd.notna(v) else np.nan for v in values]
            elif column["kind"] == "date":
                # As in training: a moment with a time zone counts in UTC, one without as it stands.
                moments = pd.to_datetime(values, utc=True, errors="coerce")
                days = (moments - pd.Timestamp("2000-01-01", tz="UTC")) / pd.Timedelta(days=1)
                encoded[:, i] = days.to_numpy(dtype=np.float32)
            else:
                encoded[:, i] = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float32)
        return torch.from_numpy(encoded)

    def encode_texts(self, texts: Sequence[str]) -> torch.Tensor:
        """int64 [texts, numbers] as a text model takes them, 0 behind a text's end."""
        import torch

        from kargah.recipes.parts.text_features import TextFeatures, features
        from kargah.recipes.text import padded

        return torch.from_numpy(padded(features(texts, TextFeatures.of(self.about["input"]))))

    def predict(self, rows: pandas.DataFrame | Sequence[str]) -> pandas.Series[Any]:
        """The predicted value or class of each row, named like the target. A text model also takes the texts alone.

        Raises:
            KargahError: `text_column_missing`.
        """
        import pandas as pd

        if isinstance(rows, pd.DataFrame):
            index = rows.index
        else:
            index = rows.index if isinstance(rows, pd.Series) else pd.RangeIndex(len(rows))
        answer = self._answer(rows)
        found: Any = answer.numpy()
        if self.about["classes"] is not None:
            found = [self.about["classes"][i] for i in answer.argmax(1).tolist()]
        series: pandas.Series[Any] = pd.Series(found, index=index, name=self.about["target"])
        return series

    def _answer(self, rows: pandas.DataFrame | Sequence[str]) -> torch.Tensor:
        import pandas as pd
        import torch

        with torch.no_grad():
            if self.about["input"].get("kind") != "text":
                answer: torch.Tensor = self.module(self.encode(pd.DataFrame(rows)))
                return answer
            name = self.about["input"]["column"]
            if isinstance(rows, pd.DataFrame) and name not in rows:
                raise KargahError("text_column_missing", f"The rows have no column {name}.")
            column = rows[name] if isinstance(rows, pd.DataFrame) else rows
            texts = ["" if pd.isna(text) else str(text) for text in column]
            # One at least: the exported model takes no empty batch.
            starts = range(0, max(1, len(texts)), TEXTS_AT_ONCE)
            parts = [self.module(self.encode_texts([*texts[i : i + TEXTS_AT_ONCE], ""])) for i in starts]
            # Each part ends with an empty text, so that none has a single row.
            return torch.cat([part[:-1] for part in parts])
