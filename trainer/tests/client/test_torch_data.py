"""Tables and pictures as torch reads them: what training reads, with no more copies than are said."""

from __future__ import annotations

import io
import multiprocessing
import os
import pickle
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader

import kargah
from kargah.client.torch_data import of_images, of_table
from kargah.datasets.verbs.export import write_pictures
from kargah.datasets.verbs.read import read_dataset
from kargah.recipes.parts.pictures import read_pictures


def table(path: Path, columns: dict[str, Any], row_group: int = 4) -> Path:
    pq.write_table(pa.table(columns), path, row_group_size=row_group)
    return path


def test_numbers_of_a_table_are_features_and_a_missing_one_is_nan(tmp_path: Path) -> None:
    file = table(
        tmp_path / "t.parquet",
        {"x": [0.5, None, 1e308] * 3, "name": list("abcabcabc"), "n": [1, 2, None] * 3, "y": range(9)},
    )
    rows = of_table(file, "y")
    assert (len(rows), rows.columns, rows.classes) == (9, ["x", "n"], None)
    features, target = rows[0]
    assert (features.dtype, target.dtype, features.tolist(), int(target)) == (torch.float32, torch.int64, [0.5, 1.0], 0)
    assert torch.isnan(rows[1][0][0])
    assert torch.isinf(rows[2][0][0])
    assert of_table(file, None)[8][0].shape == (3,)


@pytest.mark.parametrize(
    ("labels", "classes", "targets"),
    [
        (["گربه", None, "سگ", "گربه", "سگ"], ["سگ", "گربه"], [1, 0, 1, 0]),
        ([True, None, False, True, False], ["False", "True"], [1, 0, 1, 0]),
        ([10, None, 30, 40, 50], None, [10, 30, 40, 50]),
        ([0.5, float("nan"), 1.5, 2.5, 3.5], None, [0.5, 1.5, 2.5, 3.5]),
    ],
)
def test_rows_without_a_target_are_left_out_and_classes_are_sorted(
    tmp_path: Path, labels: list[Any], classes: list[str] | None, targets: list[Any]
) -> None:
    rows = of_table(table(tmp_path / "t.parquet", {"x": range(5), "y": labels}, row_group=2), "y")
    assert rows.classes == classes
    assert [one.item() for _, one in rows] == targets
    assert [features.item() for features, _ in rows] == [0, 2, 3, 4]


@pytest.mark.parametrize(("target", "code"), [("nobody", "column_unknown"), ("x", "no_features")])
def test_a_target_that_is_not_there_or_leaves_nothing_is_refused_by_its_reason(
    tmp_path: Path, target: str, code: str
) -> None:
    file = table(tmp_path / "t.parquet", {"x": range(5), "name": list("abcde")})
    with pytest.raises(kargah.KargahError) as caught:
        of_table(file, target)
    assert caught.value.code == code


def test_a_table_is_decoded_piece_by_piece_into_the_one_tensor_that_its_rows_are_views_of(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    columns = {f"x{i}": random.random(200_000) for i in range(8)} | {"note": [f"{i:064}" for i in range(200_000)]}
    file = table(tmp_path / "t.parquet", columns, row_group=10_000)
    pool, before = pa.proxy_memory_pool(pa.default_memory_pool()), pa.default_memory_pool()
    pa.set_memory_pool(pool)
    try:
        rows = of_table(file, "x0")
    finally:
        pa.set_memory_pool(before)
    numbers = 8 * 8 * 200_000
    # Two row groups' numbers and what decoding needs beside them, not the table; of the texts nothing.
    assert pool.max_memory() < numbers / 4
    assert rows.tensors[0].element_size() * rows.tensors[0].nelement() == 7 * 4 * 200_000
    assert rows[199_999][0].untyped_storage().data_ptr() == rows.tensors[0].untyped_storage().data_ptr()


def noise(seed: int, mode: str = "RGB", size: tuple[int, int] = (14, 10)) -> Image.Image:
    values = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    if mode == "I;16":
        return Image.fromarray(values[:, :, 0].astype(np.uint16) * 200)
    return Image.fromarray(values).convert(mode)


def encoded(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def files() -> dict[str, bytes]:
    """What the reader has to look through: folders of parts, names in an order of their own, litter, a damaged file."""
    found = {"set/__MACOSX/train/سگ/._1.png": b"x", "set/test/گربه/damaged.png": encoded(noise(0), "PNG")[:90]}
    for at, part in enumerate(("train", "test")):
        for label, name in enumerate(("گربه", "سگ", "Fox")):
            for number in (10, 9, 1):
                seed = 100 * at + 10 * label + number
                kind, suffix = (("PNG", "png"), ("JPEG", "jpg"), ("BMP", "bmp"))[number % 3]
                found[f"set/{part}/{name}/{number}.{suffix}"] = encoded(noise(seed, size=(14 + number, 10)), kind)
    found["set/train/Fox/grey.png"] = encoded(noise(7, "L"), "PNG")
    found["set/train/Fox/deep.png"] = encoded(noise(8, "I;16"), "PNG")
    return found


def as_zip(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def as_tar(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in entries.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def as_npz(_: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    random = np.random.default_rng(1)
    np.savez(out, x=random.integers(0, 256, (12, 9, 7), dtype=np.uint8), y=np.arange(12) % 3)
    return out.getvalue()


@pytest.fixture(params=[("a.zip", as_zip), ("a.tar.gz", as_tar), ("a.npz", as_npz)], ids=lambda one: one[0])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A dataset's folder, read from a file of each kind that holds pictures, with the zip that a client fetches."""
    name, packed = request.param
    (tmp_path / "original").write_bytes(packed(files()))
    read_dataset(tmp_path, name, memory_bytes=2 << 30, max_image_bytes=64 << 20)
    write_pictures(tmp_path / "images", tmp_path / "fetched.zip")
    return tmp_path


def test_pictures_their_classes_and_their_order_are_those_that_training_reads(folder: Path) -> None:
    read = read_pictures(folder / "images", 8, "rgb")
    pictures = of_images(folder / "fetched.zip", size=8)
    assert pictures.classes == read.classes
    assert pictures.targets == read.labels.tolist()
    assert torch.equal(torch.stack([pixels for pixels, _ in pictures]), read.pixels)
    assert [label for _, label in pictures] == pictures.targets


def test_pictures_are_as_large_as_they_are_unless_a_size_is_asked_for(folder: Path) -> None:
    pictures = of_images(folder / "fetched.zip")
    names = [file for one in sorted((folder / "images").iterdir()) for file in sorted(one.iterdir())]
    for file, (pixels, _) in zip(names, pictures, strict=True):
        with Image.open(file) as picture:
            assert (pixels.dtype, *pixels.shape) == (torch.uint8, 3, picture.height, picture.width)


@pytest.fixture
def sixty(tmp_path: Path) -> Path:
    """A zip of sixty pictures of one size, in two classes."""
    for at in range(60):
        (tmp_path / "images" / "ab"[at % 2]).mkdir(parents=True, exist_ok=True)
        noise(at, size=(40, 40)).save(tmp_path / "images" / "ab"[at % 2] / f"{at:02}.png")
    write_pictures(tmp_path / "images", tmp_path / "fetched.zip")
    return tmp_path / "fetched.zip"


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_workers_of_a_data_loader_read_the_same_pictures(sixty: Path, start: str) -> None:
    pictures = of_images(sixty)
    # Opened here, before the workers begin.
    alone = torch.stack([pixels for pixels, _ in pictures])
    batches = list(DataLoader(pictures, batch_size=5, num_workers=2, multiprocessing_context=start))
    assert torch.equal(torch.cat([pixels for pixels, _ in batches]), alone)
    assert torch.cat([labels for _, labels in batches]).tolist() == pictures.targets
    assert torch.equal(pickle.loads(pickle.dumps(pictures))[59][0], alone[59])  # noqa: S301


@pytest.mark.skipif(sys.platform != "linux", reason="open files are looked at in /proc")
def test_a_forked_process_reads_through_a_file_of_its_own(sixty: Path) -> None:
    pictures = of_images(sixty)
    pictures[0]
    [file] = [int(one.name) for one in Path("/proc/self/fd").iterdir() if one.resolve() == sixty]
    before = os.lseek(file, 0, os.SEEK_CUR)
    child = multiprocessing.get_context("fork").Process(target=pictures.__getitem__, args=(59,))
    child.start()
    child.join()
    assert (child.exitcode, os.lseek(file, 0, os.SEEK_CUR)) == (0, before)
