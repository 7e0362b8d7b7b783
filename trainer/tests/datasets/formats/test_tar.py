"""Tars of class folders: what is taken out, and what is refused."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pytest

from kargah.datasets.formats import archives

from ..conftest import Read, codes_of, picture, reason

Entry = tuple[str, bytes] | tarfile.TarInfo
PICTURES: list[Entry] = [("set/گربه/1.png", picture()), ("set/سگ/1.png", picture("blue"))]


def tar(entries: Sequence[Entry], mode: Literal["w", "w:gz"] = "w", form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=form, errors="surrogateescape") as archive:
        for entry in entries:
            if isinstance(entry, tarfile.TarInfo):
                archive.addfile(entry)
            else:
                info = tarfile.TarInfo(entry[0])
                info.size = len(entry[1])
                archive.addfile(info, io.BytesIO(entry[1]))
    return out.getvalue()


def special(kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo("set/سگ/2.png")
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (tar(PICTURES), "a.tar"),
        (tar(PICTURES, form=tarfile.GNU_FORMAT), "a.tar"),
        (tar(PICTURES, "w:gz"), "a.tar.gz"),
        (tar(PICTURES, "w:gz"), "a.tgz"),
    ],
)
def test_folders_become_classes(read: Read, tmp_path: Path, content: bytes, name: str) -> None:
    assert read(content, name)["profile"]["classes"] == [{"name": "سگ", "count": 1}, {"name": "گربه", "count": 1}]
    assert (tmp_path / "images" / "گربه" / "1.png").read_bytes() == picture()


def test_folders_of_texts_become_a_table(read: Read) -> None:
    result = read(tar([("a/1.txt", "خوب".encode()), ("b/1.txt", b"bad"), ("b/.DS_Store", b"\x00")]), "a.tar")
    assert (result["format"], result["rows"]) == ("text", 2)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_files_of_one_name_none_is_lost(read: Read, tmp_path: Path) -> None:
    assert read(tar([*PICTURES, ("set/سگ/1.png", picture("green"))]), "a.tar")["rows"] == 3
    assert len(list((tmp_path / "images" / "سگ").iterdir())) == 2


@pytest.mark.parametrize(
    "entry",
    [
        special(tarfile.SYMTYPE, "/etc/passwd"),
        special(tarfile.SYMTYPE, "../../../etc"),
        special(tarfile.LNKTYPE, "/etc/passwd"),
        special(tarfile.LNKTYPE, "set/گربه/1.png"),
        special(tarfile.CHRTYPE),
        special(tarfile.BLKTYPE),
        special(tarfile.FIFOTYPE),
        special(b"Z"),
        ("../evil.png", picture()),
        ("set/../../evil.png", picture()),
        ("/etc/evil.png", picture()),
        ("C:/evil.png", picture()),
        ("set\\..\\..\\evil.png", picture()),
        ("set/سگ/\u202egnp.png", picture()),
        ("set/سگ/\x1b[2J.png", picture()),
        ("set/سگ/\udcff.png", picture()),
    ],
    ids=lambda entry: ascii(entry[0]) if isinstance(entry, tuple) else f"type {entry.type!r} to {entry.linkname!a}",
)
def test_links_devices_and_paths_that_lead_out_are_refused(read: Read, tmp_path: Path, entry: Entry) -> None:
    code, params = reason(read, tar([*PICTURES, entry]), "a.tar")
    assert code == "archive_unsafe"
    assert str(params["path"]).isprintable()
    assert [path.name for path in tmp_path.iterdir()] == ["original"]
    assert not list(tmp_path.parent.rglob("evil.png"))


def lying(size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    info = tarfile.TarInfo("a/1.png")
    info.size, info.type = size, kind
    return info.tobuf(tarfile.GNU_FORMAT) + bytes(512)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (tar(PICTURES)[:900], "damaged_file"),
        (tar(PICTURES, "w:gz")[:200], "damaged_file"),
        (gzip.compress(b"no tar at all"), "damaged_file"),
        (lying(5_000), "damaged_file"),
        (lying(1 << 60), "archive_bomb"),
        (lying(1 << 40, kind=tarfile.XHDTYPE), "damaged_file"),
        # Thousands of long names, each for the next.
        (lying(2, kind=tarfile.GNUTYPE_LONGNAME) * 3_000, "damaged_file"),
        # Cut between two of its files, as an upload may be.
        (tar(PICTURES)[:1_536], "damaged_file"),
        (tar(PICTURES, "w:gz")[:-8], "damaged_file"),
        (tar([]), "damaged_file"),
        (tar([("1.png", picture())]), "archive_no_images"),
        (tar([("a/1.png", picture())]), "archive_one_class"),
    ],
)
def test_what_is_damaged_or_holds_no_classes_is_told_so(read: Read, content: bytes, code: str) -> None:
    assert reason(read, content, "a.tgz" if content[:1] == b"\x1f" else "a.tar")[0] == code


def test_a_bomb_is_refused_by_what_it_declares(read: Read) -> None:
    out = io.BytesIO()
    with gzip.open(out, "wb", 1) as packed:
        packed.write(lying(60 << 20)[:512])
        for _ in range(30):
            packed.write(bytes(2 << 20))
        packed.write(lying(60 << 20))
    assert reason(read, out.getvalue(), "a.tgz") == ("archive_bomb", {})


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_more_entries_than_a_dataset_may_have_are_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_ENTRIES", 1_000)
    entries = gzip.compress(tarfile.TarInfo("a/1.txt").tobuf() * 1_001)
    assert reason(read, entries, "a.tgz") == ("archive_bomb", {})


def test_a_packed_table_is_told_from_a_packed_tar(read: Read) -> None:
    packed = gzip.compress(b"a,b\n1,2\n")
    assert read(packed, "a.csv.gz")["rows"] == 1
    assert reason(read, packed, "a.csv") == ("not_tabular", {"format": "CSV", "reason": "GZIP"})


def test_files_of_no_class_are_counted(read: Read) -> None:
    result = read(tar([*PICTURES, ("set/readme.md", b"x"), ("__MACOSX/set/._1.png", b"x")]), "a.tar")
    assert next(w for w in result["warnings"] if w["code"] == "files_ignored")["detail"].startswith("1 ")
    assert codes_of(result) == ["files_ignored"]
