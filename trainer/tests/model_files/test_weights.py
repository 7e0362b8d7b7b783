"""Weights written as safetensors: of archives that say of their tensors what is not so."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from kargah.model_files.archive import WEIGHTS
from kargah.model_files.limits import told
from kargah.model_files.refusal import UnsafeModelFile, UnwritableWeights
from kargah.model_files.weights import write_safetensors


def archive(tmp_path: Path, sizes: list[int], strides: list[int], place: str = "w0", dtype: int = 7) -> Path:
    meta = {
        "dtype": dtype,
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


@pytest.mark.parametrize(("dtype", "kind", "width"), [(28, "U16", 2), (34, "U32", 4), (35, "U64", 8)])
def test_unsigned_integers_are_written_as_what_they_are(tmp_path: Path, dtype: int, kind: str, width: int) -> None:
    written = io.BytesIO()
    write_safetensors(archive(tmp_path, [2], [1], dtype=dtype), written)
    length = int.from_bytes(written.getvalue()[:8], "little")
    header = json.loads(written.getvalue()[8 : 8 + length])
    assert header == {"layer.weight": {"dtype": kind, "shape": [2], "data_offsets": [0, 2 * width]}}
    assert written.getvalue()[8 + length :] == bytes(range(2 * width))


def test_a_complex_weight_is_named_with_its_kind_and_is_nothing_unsafe(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = archive(tmp_path, [2], [1], dtype=10)
    with pytest.raises(UnwritableWeights, match=r"layer\.weight is of complex64"):
        write_safetensors(made, io.BytesIO())
    told(made, lambda: write_safetensors(made, io.BytesIO()))
    assert json.loads(capsys.readouterr().out) == {"ok": False, "weight": "layer.weight", "kind": "complex64"}
