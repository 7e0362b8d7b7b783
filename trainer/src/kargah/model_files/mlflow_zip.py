"""Holds a whole MLflow model, as the bridge packs it, against the kinds of files that run nothing when read."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from kargah.model_files.archive import check
from kargah.model_files.refusal import UnsafeModelFile

_DESCRIPTIONS = re.compile(r"(.*/)?(MLmodel|LICENSE|[\w .\-]+\.(json|ya?ml|txt|md|csv|npy|parquet|safetensors|onnx))")


def check_mlflow_model(path: Path) -> None:
    """
    Raises:
        UnsafeModelFile: a `.pt2` file inside is refused, or a file is of a kind that may run code (a pickle, Python).
    """
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if entry.filename.endswith(".pt2"):
                    with archive.open(entry) as program:
                        try:
                            check(program)
                        except UnsafeModelFile as refusal:
                            raise UnsafeModelFile(f"{entry.filename} {refusal.part}", refusal.reason) from refusal
                elif not entry.is_dir() and _DESCRIPTIONS.fullmatch(entry.filename) is None:
                    raise UnsafeModelFile(entry.filename, "is of a kind that may run code when it is loaded")
    except zipfile.BadZipFile as error:
        raise UnsafeModelFile(path.name, "is no whole zip") from error
