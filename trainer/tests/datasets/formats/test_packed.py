"""Tables that are packed are taken out and read; what holds several, or pictures in no folder, is refused by name."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from kargah.datasets.verbs.reading_preview import answer_request

from ..conftest import Read, picture, reason

CSV = "a,b,y\n" + "".join(f"{at},{at * 2},{at % 2}\n" for at in range(60))


def zipped(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (gzip.compress(CSV.encode()), "data.csv.gz"),
        (zipped({"train.csv": CSV.encode()}), "data.zip"),
        (zipped({"folder/train.csv": CSV.encode(), "readme.md": b"x", "__MACOSX/._train.csv": b"x"}), "data.zip"),
    ],
)
def test_a_packed_table_is_read_and_looked_at_as_the_table_alone(
    read: Read, tmp_path: Path, content: bytes, name: str
) -> None:
    result = read(content, name)
    assert (result["format"], result["rows"], result["columns"]) == ("csv", 60, 3)
    request = {"folder": str(tmp_path), "original": str(tmp_path / "original"), "filename": name, "reading": {}}
    shown = answer_request({**request, "memory_bytes": 1 << 30, "max_image_bytes": 1 << 30}, lambda _: None)
    assert (shown["error"], [one["name"] for one in shown["columns"]]) == (None, ["a", "b", "y"])  # type: ignore[attr-defined]


def test_several_tables_and_pictures_in_no_folder_are_refused_by_name(read: Read) -> None:
    both = zipped({"train.csv": CSV.encode(), "test.csv": CSV.encode()})
    assert reason(read, both, "a.zip") == ("archive_holds_tables", {"files": "train.csv, test.csv"})
    flat = zipped({f"circle_{at}.png": picture() for at in range(3)})
    assert reason(read, flat, "a.zip") == ("archive_flat", {"count": 3})


def test_a_packed_table_that_is_cut_or_grows_beyond_measure_is_refused(read: Read, tmp_path: Path) -> None:
    assert reason(read, gzip.compress(CSV.encode())[:-9], "a.csv.gz") == ("damaged_file", {})
    bomb = gzip.compress(b"a,b\n" + b"1,2\n" * (40 << 20))
    assert reason(read, bomb, "a.csv.gz") == ("archive_bomb", {})
    assert [path.name for path in tmp_path.iterdir()] == ["original"]
