"""Rows of a read dataset from an offset, or thumbnails of an image set."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from kargah.datasets.cells import cell_of
from kargah.datasets.model import Cell
from kargah.upright import as_seen

if TYPE_CHECKING:
    import pyarrow.parquet as pq

THUMBNAIL_PIXELS = 96
Event = Callable[[Mapping[str, object]], None]


class Thumbnail(TypedDict):
    """A small picture of an image, as a PNG data URL."""

    class_name: str
    filename: str
    data_url: str


def rows_of(data: Path, offset: int, limit: int) -> list[list[Cell]]:
    """Return up to `limit` rows of the Parquet file `data` from `offset`, decoding only their pages."""
    import pyarrow.parquet as pq

    rows: list[list[Cell]] = []
    with pq.ParquetFile(data, memory_map=True) as file:
        start = 0
        for group in range(file.metadata.num_row_groups):
            count = file.metadata.row_group(group).num_rows
            if start + count > offset and len(rows) < limit:
                rows.extend(_rows_of_group(file, group, max(0, offset - start), limit - len(rows)))
            start += count
    return rows


def _rows_of_group(file: pq.ParquetFile, group: int, skip: int, limit: int) -> Iterator[list[Cell]]:
    for batch in file.iter_batches(max(skip, limit), row_groups=[group], use_threads=False):
        if skip >= batch.num_rows:
            skip -= batch.num_rows
            continue
        piece = batch.slice(skip, limit)
        columns = [column.to_pylist() for column in piece.columns]
        yield from ([cell_of(value) for value in row] for row in zip(*columns, strict=True))
        limit -= piece.num_rows
        skip = 0
        if limit <= 0:
            return


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
            small = as_seen(image).convert("RGB")
            small.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
            out = io.BytesIO()
            small.save(out, "PNG")
        url = "data:image/png;base64," + base64.b64encode(out.getvalue()).decode("ascii")
        thumbnails.append({"class_name": path.parent.name, "filename": path.name, "data_url": url})
    return thumbnails


def answer_request(request: dict[str, Any], _tell: Event) -> dict[str, object]:
    """Answer `{folder, kind, offset, limit, rows, sort?, order?, conditions}` with rows or thumbnails, and how many."""
    folder = Path(request["folder"])
    offset, limit = int(request["offset"]), int(request["limit"])
    if request["kind"] == "images":
        thumbnails = thumbnails_of(folder / "images", offset, limit)
        return {"rows": [], "images": thumbnails, "total_rows": request["rows"]}
    if request.get("sort") is None and not request["conditions"]:
        return {"rows": rows_of(folder / "data.parquet", offset, limit), "images": [], "total_rows": request["rows"]}
    from kargah.datasets.verbs.query import arranged_rows

    return {**arranged_rows(folder, request), "images": []}
