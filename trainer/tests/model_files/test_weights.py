"""Weights written as safetensors: of archives that say of their tensors what is not so."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from kargah.model_files.archive import WEIGHTS
from kargah.model_files.refusal import UnsafeModelFile
from kargah.model_files.weights import write_safetensors


def archive(tmp_path: Path, sizes: list[int], strides: list[int], place: str = "w0") -> Path:
    meta = {
        "dtype": 7,
        "sizes": [{"as_int": size} for size in sizes],
        "strides": [{"as_int": step} for step in strides],
        "storage_offset": {"as_int": 0},
    }
    path = tmp_path / "model.pt2"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(
            f"m/{WEIGHTS}", json.dumps({"config": {"layer.weight": {"path_name": place, "tensor_meta": meta}}})
        )
        made.writestr(f"m/{Path(WEIGHTS).parent}/w0", bytes(range(16)))
    return path


def test_a_tensor_is_written_in_rows_whatever_order_it_lies_in(tmp_path: Path) -> None:
    written = io.BytesIO()
    write_safetensors(archive(tmp_path, [2, 2], [1, 2]), written)
    assert written.getvalue()[-16:] == bytes([0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15])


@pytest.mark.parametrize(
    ("sizes", "strides", "place"),
    [([50_000_000], [0], "w0"), ([2**62, 2**62], [0, 0], "w0"), ([4], [1], "elsewhere"), ([2, 2], [1], "w0")],
)
def test_a_tensor_that_is_larger_than_its_bytes_or_has_none_is_refused_before_it_fills_the_disk(
    tmp_path: Path, sizes: list[int], strides: list[int], place: str
) -> None:
    written = io.BytesIO()
    with pytest.raises(UnsafeModelFile):
        write_safetensors(archive(tmp_path, sizes, strides, place), written)
    assert len(written.getvalue()) < 1000
