"""Zips of many entries, and of texts."""

from __future__ import annotations

import io
import stat
import struct
import time
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ..conftest import Read, codes_of, picture, reason

TEXTS = {"neg/1.txt": "بد\nبود".encode(), "pos/1.txt": b"good", "pos/2.txt": "خوب".encode("cp1256")}


def packed(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def of_a_million(name: bytes) -> bytes:
    """A zip with a million entries in its directory, all of one empty file, and the true number in its end."""
    count, local = 1_000_000, struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0x800, 0, 0, 33, 0, 0, 0, len(name), 0) + name
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, 0x800, 0, 0, 33, 0, 0, 0, len(name), *[0] * 6) + name
    directory = entry * count
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(directory), len(local))
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(local) + len(directory), 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0)
    return local + directory + end64 + locator + end


@pytest.mark.parametrize(
    ("name", "filename"),
    [(b"a/000.txt", "a.zip"), (b"a/000.png", "a.zip"), (b"000.npy", "a.npz"), (b"xl/00.xml", "a.xlsx")],
)
def test_a_million_entries_are_counted_and_not_opened(read: Read, name: bytes, filename: str) -> None:
    content = of_a_million(name)
    began = time.process_time()
    assert reason(read, content, filename) == ("archive_bomb", {})
    # Opening it takes this machine ten seconds of its processor.
    assert time.process_time() - began < 3


def test_the_number_of_entries_that_an_archive_claims_is_not_believed(read: Read) -> None:
    content = bytearray(of_a_million(b"a/000.txt"))
    end = content.rindex(b"PK\6\6")
    struct.pack_into("<2Q", content, end + 24, 2, 2)
    assert reason(read, bytes(content), "a.zip") == ("archive_bomb", {})


def test_documents_in_folders_become_texts_with_labels(read: Read, tmp_path: Path) -> None:
    result = read(packed({f"set/{name}": content for name, content in TEXTS.items()}), "a.zip")
    assert (result["format"], result["suggested_target"]) == ("text", "label")
    assert pq.read_table(tmp_path / "data.parquet").to_pylist() == [
        {"text": "بد\nبود", "label": "neg"},
        {"text": "good", "label": "pos"},
        {"text": "خوب", "label": "pos"},
    ]


def test_what_macos_adds_to_every_zip_is_passed_over_and_other_files_are_counted(read: Read) -> None:
    litter = {"__MACOSX/pos/._1.txt": b"\x00\x05\x16", "pos/.DS_Store": b"\x00", "pos/._2.txt": b"\x00"}
    result = read(packed({**TEXTS, **litter, "readme.txt": b"x", "pos/list.csv": b"x"}), "a.zip")
    assert result["rows"] == 3
    assert next(w for w in result["warnings"] if w["code"] == "files_ignored")["detail"].startswith("2 ")


@pytest.mark.parametrize(
    ("entries", "refusal"),
    [
        ({**TEXTS, "../x.txt": b"x"}, ("archive_unsafe", {"path": "../x.txt"})),
        ({**TEXTS, "/etc/x.txt": b"x"}, ("archive_unsafe", {"path": "/etc/x.txt"})),
        ({**TEXTS, "C:\\x.txt": b"x"}, ("archive_unsafe", {"path": "C:\\x.txt"})),
        ({**TEXTS, "pos\u202e/x.txt": b"x"}, ("archive_unsafe", {"path": "pos/x.txt"})),
        ({**TEXTS, "pos/x.txt": b"a\x01"}, ("not_tabular", {"format": "text", "reason": "U+0001"})),
        ({**TEXTS, "pos/x.txt": b"\xff\xfe\x00\xd8"}, ("bad_encoding", {})),
        ({**TEXTS, "pos/x.txt": bytes(17 << 20)}, ("archive_bomb", {})),
        ({"a/1.txt": b"x", "a/2.txt": b"y"}, ("archive_one_class", {})),
        ({f"{'ab'[at % 2]}/{at}.txt": b" " * (15 << 20) for at in range(8)}, ("archive_bomb", {})),
    ],
    ids=["..", "absolute", "drive", "bidi", "control", "encoding", "long text", "one class", "bomb"],
)
def test_texts_are_refused_with_the_reason(
    read: Read, tmp_path: Path, entries: dict[str, bytes], refusal: tuple[str, dict[str, str | int]]
) -> None:
    assert reason(read, packed(entries), "a.zip") == refusal
    assert [path.name for path in tmp_path.iterdir()] == ["original"]


def test_a_link_among_texts_is_refused(read: Read) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("neg/link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("pos/1.txt", "x")
    assert reason(read, out.getvalue(), "a.zip") == ("archive_unsafe", {"path": "neg/link.txt"})


def test_classes_whose_names_look_alike_are_told(read: Read) -> None:
    latin, cyrillic = "cat", "c\u0430t"
    result = read(packed({f"{name}/1.png": picture() for name in (latin, cyrillic)}), "a.zip")
    assert len(result["profile"]["classes"]) == 2
    assert "lookalike_classes" in codes_of(result)


def test_lines_of_a_plain_text_become_rows(read: Read, tmp_path: Path) -> None:
    result = read("سلام، دنیا.\r\n\n=cmd|x\nیک خط، با ویرگول، و باز هم\n", "a.txt")
    assert result["format"] == "text"
    texts = pq.read_table(tmp_path / "data.parquet")["text"].to_pylist()
    assert texts == ["سلام، دنیا.", "=cmd|x", "یک خط، با ویرگول، و باز هم"]


def test_a_text_file_that_holds_a_table_is_one(read: Read) -> None:
    assert (read("a;b\n1;2\n3;4\n", "a.txt")["format"], read("one\n", "b.txt")["format"]) == ("csv", "text")
