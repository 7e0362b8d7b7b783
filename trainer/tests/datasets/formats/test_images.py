"""Zips of image folders: what is taken out, and what is refused."""

from __future__ import annotations

import base64
import io
import json
import stat
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from kargah.datasets.failures import ReadFailure
from kargah.recipes.parts.pictures import pixels_of

from ..conftest import Read, picture


def archive(entries: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as opened:
        for name, content in entries.items():
            opened.writestr(name, content)
    return out.getvalue()


def refused(read: Read, content: bytes) -> tuple[str, dict[str, str | int]]:
    with pytest.raises(ReadFailure) as caught:
        read(content, "images.zip")
    return caught.value.code, caught.value.params


def test_folders_become_classes(read: Read, tmp_path: Path) -> None:
    result = read(
        archive(
            {
                "set/گربه/1.png": picture("red"),
                "set/گربه/2.jpg": picture("blue", kind="JPEG"),
                "set/سگ/1.webp": picture("green", kind="WEBP"),
                "__MACOSX/set/سگ/._1.webp": b"x",
                "set/.DS_Store": b"x",
                "set/readme.txt": b"x",
            }
        ),
        "images.zip",
    )
    assert (result["kind"], result["rows"], result["columns"]) == ("images", 3, None)
    assert result["profile"]["classes"] == [{"name": "سگ", "count": 1}, {"name": "گربه", "count": 2}]
    assert [w["code"] for w in result["warnings"]] == ["files_ignored"]
    files = sorted(str(path.relative_to(tmp_path / "images")) for path in (tmp_path / "images").rglob("*.*"))
    assert files == ["سگ/1.webp", "گربه/1.png", "گربه/2.jpg"]


def test_train_and_test_folders_are_looked_through(read: Read) -> None:
    entries = {f"d/{part}/{name}/1.png": picture() for part in ("train", "test") for name in ("cat", "dog")}
    assert read(archive(entries), "images.zip")["profile"]["classes"] == [
        {"name": "cat", "count": 2},
        {"name": "dog", "count": 2},
    ]


def test_a_damaged_image_is_left_out_and_told(read: Read) -> None:
    entries = {"a/1.png": picture(), "a/2.png": picture()[:40], "b/1.png": picture()}
    result = read(archive(entries), "images.zip")
    assert (result["rows"], [w["code"] for w in result["warnings"]]) == (2, ["images_skipped"])


@pytest.mark.parametrize(
    "name", ["../evil.png", "a/../../evil.png", "/etc/evil.png", "C:/evil.png", "a\\..\\..\\e.png"]
)
def test_a_path_that_leads_out_is_refused(read: Read, tmp_path: Path, name: str) -> None:
    code, params = refused(read, archive({"a/1.png": picture(), "b/1.png": picture(), name: picture()}))
    assert code == "archive_unsafe"
    assert ".." in str(params["path"]) or "evil" in str(params["path"])
    assert [path.name for path in tmp_path.iterdir()] == ["original"]


def test_a_link_is_refused(read: Read) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as opened:
        link = zipfile.ZipInfo("a/link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        opened.writestr(link, "/etc/passwd")
    assert refused(read, out.getvalue())[0] == "archive_unsafe"


def test_a_bomb_is_refused_before_it_is_opened(read: Read) -> None:
    zeros = b"\x00" * (30 << 20)
    assert refused(read, archive({f"a/{i}.png": zeros for i in range(3)}))[0] == "archive_bomb"


def test_an_archive_that_lies_about_sizes_is_refused(read: Read) -> None:
    content = bytearray(archive({"a/1.bmp": picture(size=(200, 200), kind="BMP"), "b/1.png": picture()}))
    central = content.index(b"PK\x01\x02")
    content[central + 24 : central + 28] = (10).to_bytes(4, "little")
    assert refused(read, bytes(content))[0] in {"archive_bomb", "damaged_file"}


def test_an_image_of_too_many_pixels_is_refused(read: Read) -> None:
    huge = bytearray(picture())
    import struct
    import zlib

    huge[16:24] = struct.pack(">II", 30_000, 30_000)
    huge[29:33] = struct.pack(">I", zlib.crc32(bytes(huge[12:29])))
    assert refused(read, archive({"a/1.png": bytes(huge), "b/1.png": picture()}))[0] == "archive_bomb"


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ({"readme.txt": b"x"}, "archive_no_images"),
        ({"1.png": picture(), "2.png": picture()}, "archive_flat"),
        ({"a/1.png": picture(), "a/2.png": picture()}, "archive_one_class"),
        ({"a/1.png": b"x", "b/1.png": b"y"}, "damaged_file"),
    ],
)
def test_an_archive_without_classes_of_images_is_refused(read: Read, entries: dict[str, bytes], code: str) -> None:
    assert refused(read, archive(entries))[0] == code


def test_a_cut_archive_is_damaged(read: Read) -> None:
    assert refused(read, archive({"a/1.png": picture(), "b/1.png": picture()})[:-30])[0] == "damaged_file"


def test_long_and_equal_names_do_not_overwrite_each_other(read: Read, tmp_path: Path) -> None:
    entries = {
        f"a/{'ن' * 120}.png": picture(),
        f"a/x/{'ن' * 110}.png": picture("blue"),
        "a/A.png": picture(),
        "a/a.png": picture("green"),
        "b/1.png": picture(),
    }
    assert read(archive(entries), "images.zip")["rows"] == 5
    assert len(list((tmp_path / "images" / "a").iterdir())) == 4


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("training_set/training_set", "test_set/test_set"),
        ("seg_train/seg_train", "seg_test/seg_test"),
        ("train", "valid"),
    ],
)
def test_the_folders_that_repeat_below_train_and_test_are_the_classes(read: Read, train: str, test: str) -> None:
    names = [
        f"{folder}/{kind}/{at}.png" for folder in (train, test) for kind in ("circle", "square") for at in range(2)
    ]
    result = read(archive({name: picture(size=(8 + at, 6)) for at, name in enumerate(names)}), "images.zip")
    assert result["profile"]["classes"] == [{"name": "circle", "count": 4}, {"name": "square", "count": 4}]


@pytest.mark.parametrize("unlabelled", ["test/{}.png", "test1/test1/{}.png", "seg_pred/seg_pred/{}.png"])
def test_test_pictures_without_a_class_are_left_out_and_counted(read: Read, unlabelled: str) -> None:
    names = [f"train/{kind}/{at}.png" for kind in ("circle", "square") for at in range(3)]
    names += [unlabelled.format(at) for at in range(2)]
    result = read(archive({name: picture(size=(8 + at, 6)) for at, name in enumerate(names)}), "images.zip")
    assert result["profile"]["classes"] == [{"name": "circle", "count": 3}, {"name": "square", "count": 3}]
    told = next(one["detail"] for one in result["warnings"] if one["code"] == "files_ignored")
    assert told.startswith("2 files")


def turned(orientation: int) -> bytes:
    """A picture 8 wide and 6 high, red on its left half, as a camera held in this way stores it."""
    upright = Image.new("RGB", (8, 6), "blue")
    upright.paste("red", (0, 0, 4, 6))
    back = {6: Image.Transpose.ROTATE_90, 3: Image.Transpose.ROTATE_180, 8: Image.Transpose.ROTATE_270}
    stored = upright.transpose(back[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    stored.save(out, "PNG", exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_picture_that_says_how_it_is_turned_is_upright(read: Read, tmp_path: Path, orientation: int) -> None:
    result = read(archive({"a/1.png": turned(orientation), "b/1.png": picture()}), "images.zip")
    assert [result["profile"]["images"][side]["edges"] for side in ("widths", "heights")] == [[8, 9], [6, 7]]
    shown = json.loads((tmp_path / "preview.json").read_text())["images"][0]["data_url"]
    with Image.open(io.BytesIO(base64.b64decode(shown.split(",")[1]))) as thumbnail:
        assert (thumbnail.size, thumbnail.getpixel((1, 3)), thumbnail.getpixel((6, 3))) == (
            (8, 6),
            (255, 0, 0),
            (0, 0, 255),
        )
    with Image.open(tmp_path / "images/a/1.png") as kept:
        assert pixels_of(kept, None)[3, 1].tolist() == [255, 0, 0]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_is_white_in_training(tmp_path: Path, mode: str) -> None:
    clear = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (0, 0, 2, 4))
    clear.convert(mode).save(tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as opened:
        pixels = pixels_of(opened, None)
    assert (pixels[0, 0].tolist(), pixels[0, 3].tolist()) == ([0, 0, 0], [255, 255, 255])
