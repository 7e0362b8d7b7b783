"""Loads a `.pt2` file by way of a copy that holds only what was allowed."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kargah.model_files.archive import copy_allowed

if TYPE_CHECKING:
    from torch.export import ExportedProgram


@dataclass(frozen=True)
class LoadedProgram:
    program: ExportedProgram
    extra: Mapping[str, str]
    """Texts that lie in the file, by name: `kargah.json` says what its columns and classes are."""


def load_program(path: str | Path) -> LoadedProgram:
    """The exported program of a file that anybody may have made. Needs room for a copy of it in the temporary folder.

    Raises:
        UnsafeModelFile: the file holds something that could run code, or is no torch.export program.
    """
    import torch

    with tempfile.NamedTemporaryFile(suffix=".pt2") as copy:
        copy_allowed(path, copy.file)
        copy.flush()
        # Filled only where it is not empty.
        extra = {"": ""}
        program = torch.export.load(copy.name, extra_files=extra)
    del extra[""]
    return LoadedProgram(program, extra)
