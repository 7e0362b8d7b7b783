"""A dataset's folder and the reader, as the tests use them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from kargah.datasets.model import ReadResult
from kargah.datasets.read import read_dataset

Read = Callable[..., ReadResult]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read `content` as the file `name`; what the reader leaves lies in `tmp_path`."""

    def run(content: str | bytes, name: str = "data.csv") -> ReadResult:
        (tmp_path / "original").write_bytes(content.encode() if isinstance(content, str) else content)
        return read_dataset(tmp_path, name, memory_bytes=2 << 30, max_image_bytes=64 << 20)

    return run


def picture(color: str = "red", size: tuple[int, int] = (8, 6), kind: str = "PNG") -> bytes:
    """Return the bytes of an image of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, kind)
    return out.getvalue()
