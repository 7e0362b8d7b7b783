"""The report that a recipe's job ends with: what its model is worth on the rows that were held back."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from kargah.evaluation import ROWS_FILE, Column, HeldOut, Judged, JudgedRows, Plain, report_of
from kargah.protocols.task import LearnedFrom, Task
from kargah.training.baseline import plain_models
from kargah.training.loop import evaluate

REPORT_FILE = "report.json"
"""In the model's folder."""
ROWS_AT_ONCE = 16_384
MOST_LEFT_OUT = 200


@dataclass(frozen=True)
class Reported:
    """The report, and what was answered on each of its rows."""

    report: dict[str, Any]
    rows: JudgedRows

    def write(self, folder: Path) -> None:
        text = json.dumps(self.report, ensure_ascii=False, allow_nan=False)
        (folder / REPORT_FILE).write_text(text, encoding="utf-8")
        self.rows.write(folder / ROWS_FILE)


def report_on(
    task: Task, network: nn.Module, seed: int, stopping: Callable[[], bool], log: Callable[[str], None]
) -> Reported | None:
    """As `kargah.evaluation.report_of`; None for a recipe that does not say which rows it held back.

    Raises:
        Stopped: `stopping()` became true.
    """
    held = task.held
    if held is None:
        return None
    split = task.validation if task.test is None else task.test
    rows = HeldOut(
        part="validation" if task.test is None else "test",
        places=held.places.numpy(),
        rows=None if held.rows is None else held.rows.numpy(),
        columns=[Column(name, categories) for name, categories in held.columns],
    )
    classes = task.metadata.get("classes")
    plain = _plain(task, None if classes is None else len(classes), seed, log)
    if held.rows is None:
        answers = torch.softmax(evaluate(network, split, task.evaluation_rows, stopping), 1).numpy()
        judged = Judged(answers, held.truth.numpy(), classes)
    else:
        answer = _answering(task.export(network).eval())
        judged = Judged(answer(held.rows.numpy()), held.truth.numpy(), classes, answer)
    report = report_of(rows, judged, seed, plain)
    if report is None:
        return None
    if task.learned_from is not None:
        report["learned_from"] = _learned_from(task.learned_from)
    return Reported(report, JudgedRows.of(rows.places, judged.answers, judged.truth, classes))


def _learned_from(what: LearnedFrom) -> dict[str, Any]:
    return {
        "columns": what.columns,
        "rows_left_out": what.rows_left_out,
        "columns_left_out": len(what.left_out),
        "left_out": [asdict(one) for one in what.left_out[:MOST_LEFT_OUT]],
    }


def _plain(task: Task, classes: int | None, seed: int, log: Callable[[str], None]) -> list[Plain]:
    """A report without plain models is a report all the same."""
    if task.plain is None:
        return []
    try:
        return plain_models(task.plain(), classes, seed)
    except Exception as error:
        traceback.print_exc()
        log(f"WARN no plain model stands beside this one in the report: {type(error).__name__}: {error}")
        return []


def _answering(model: nn.Module) -> Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]:
    @torch.inference_mode()
    def answer(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        parts: list[Tensor] = [model(part) for part in torch.split(torch.from_numpy(rows), ROWS_AT_ONCE)]
        answers: npt.NDArray[np.float32] = torch.cat(parts).numpy()
        return answers

    return answer
