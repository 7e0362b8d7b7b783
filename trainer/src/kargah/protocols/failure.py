"""Coded reasons why a job fails; the codes and their words stand in the bridge's `contract/errors.ts`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Literal

Code = Literal[
    "target_required",
    "target_missing",
    "target_constant",
    "target_all_missing",
    "target_not_numeric",
    "columns_missing",
    "no_features",
    "too_few_rows",
    "too_few_validation_rows",
    "too_many_classes",
    "target_all_different",
    "numbers_too_large",
    "no_text_column",
    "text_column_missing",
    "loss_diverged",
    "out_of_memory",
    "gpu_unusable",
    "storage_full",
    "unknown_recipe",
    "recipe_broken",
    "damaged_file",
    "dataset_deleted",
    "job_has_no_checkpoint",
    "checkpoint_mismatch",
    "recipe_failed",
]


class JobFailure(Exception):
    """A failure that has a code; `params` fill the slots of its sentence."""

    def __init__(self, code: Code, **params: str | int | float) -> None:
        super().__init__(f"{code} {params}" if params else code)
        self.code: Code = code
        self.params = params


def write_json(path: Path, value: object) -> None:
    """Writes to a temporary name, fsyncs and renames, so that a reader sees all of it or nothing."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def write_failure(job_dir: Path, failure: JobFailure) -> None:
    write_json(job_dir / "failure.json", {"code": failure.code, "params": failure.params})
