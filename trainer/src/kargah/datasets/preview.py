"""Rows of a read dataset from an offset, or thumbnails of an image set.

`python -m kargah.datasets.preview` takes `{folder, kind, offset, limit, limits}` on standard input and prints one
JSON object.
"""

from __future__ import annotations

import base64
import datetime
import io
import math
import sys
from pathlib import Path
from typing import TypedDict

from kargah.datasets.model import Cell

MAX_CELL_CHARS = 2_000
THUMBNAIL_PIXELS = 96
_SAFE_INTEGER = 2**53


class Thumbnail(TypedDict):
    """A small picture of an image, as a PNG data URL."""

    class_name: str
    filename: str
    data_url: str


def rows_of(data: Path, offset: int, limit: int) -> list[list[Cell]]:
    """Return up to `limit` rows of the Parquet file `data` from `offset`, reading only their row groups."""
    import pyarrow.parquet as pq

    rows: list[list[Cell]] = []
    with pq.ParquetFile(data, memory_map=True) as file:
        start = 0
        for group in range(file.metadata.num_row_groups):
            count = file.metadata.row_group(group).num_rows
            if start + count > offset and len(rows) < limit:
                table = file.read_row_group(group).slice(max(0, offset - start), limit - len(rows))
                columns = [column.to_pylist() for column in table.columns]
                rows.extend([cell_of(value) for value in row] for row in zip(*columns, strict=True))
            start += count
    return rows


def cell_of(value: object) -> Cell:
    """Return a value as JSON can carry it: NaN as missing, integers beyond 2^53 and times as text, long texts cut."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _SAFE_INTEGER else str(value)
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return value if math.isfinite(value) else str(value)
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    text = str(value)
    return text if len(text) <= MAX_CELL_CHARS else text[:MAX_CELL_CHARS] + "…"


def thumbnails_of(images: Path, offset: int, limit: int) -> list[Thumbnail]:
    """Return up to `limit` thumbnails from `offset`, the classes taking turns so that each is seen."""
    from PIL import Image

    by_class = [sorted(folder.iterdir()) for folder in sorted(images.iterdir()) if folder.is_dir()]
    longest = max((len(files) for files in by_class), default=0)
    in_turn = (files[i] for i in range(longest) for files in by_class if i < len(files))
    chosen = [path for index, path in enumerate(in_turn) if offset <= index < offset + limit]
    thumbnails: list[Thumbnail] = []
    for path in chosen:
        with Image.open(path, formats=("PNG", "JPEG", "BMP", "GIF", "WEBP")) as image:
            small = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
            small.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
            out = io.BytesIO()
            small.save(out, "PNG")
        url = "data:image/png;base64," + base64.b64encode(out.getvalue()).decode("ascii")
        thumbnails.append({"class_name": path.parent.name, "filename": path.name, "data_url": url})
    return thumbnails


def main() -> int:
    """Answer one request; see the module's description."""
    from kargah.datasets.process import answer

    def preview(request: dict[str, object]) -> dict[str, object]:
        folder = Path(str(request["folder"]))
        offset, limit = int(str(request["offset"])), int(str(request["limit"]))
        if request["kind"] == "images":
            return {"rows": [], "images": thumbnails_of(folder / "images", offset, limit)}
        return {"rows": rows_of(folder / "data.parquet", offset, limit), "images": []}

    return answer(preview)


if __name__ == "__main__":
    sys.exit(main())
