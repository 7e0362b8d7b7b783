"""A log that is bounded on disk and in memory."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from kargah.launch.supervision.bounded_log import MEBIBYTE, BoundedLog


def test_text_below_the_limit_is_kept_as_it_is(tmp_path: Path) -> None:
    log = BoundedLog(tmp_path / "log.txt", head_bytes=100, tail_bytes=10)
    log.append(b"one ")
    log.append("دو".encode())
    log.close()
    assert (tmp_path / "log.txt").read_text(encoding="utf-8") == "one دو"


def test_beyond_the_limit_the_beginning_and_the_end_remain_and_what_is_left_out_is_said(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    log = BoundedLog(path, head_bytes=10, tail_bytes=20)
    for n in range(1000):
        log.append(f"{n:04d}\n".encode())
    size = path.stat().st_size
    assert size < 300
    log.close()
    text = path.read_text(encoding="utf-8")
    assert text.startswith("0000\n0001\n\n[kargah] لاگ به اندازهٔ مجاز رسید")
    assert "The log has reached its limit" in text
    assert "4970 بایت" in text
    assert text.endswith("4970 bytes are left out here.\n0996\n0997\n0998\n0999\n")


@pytest.mark.parametrize("head", range(20, 30))
def test_no_letter_is_cut(tmp_path: Path, head: int) -> None:
    path = tmp_path / "log.txt"
    log = BoundedLog(path, head_bytes=head, tail_bytes=head)
    for _ in range(50):
        log.append("گزارش€😀".encode())
    log.close()
    text = path.read_text(encoding="utf-8")
    assert text.startswith("گزارش")
    assert text.endswith("😀")


def test_nothing_is_left_out_of_a_log_that_ends_soon_after_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    log = BoundedLog(path, head_bytes=4, tail_bytes=100)
    log.append(b"1234567")
    log.close()
    text = path.read_text(encoding="utf-8")
    assert text.startswith("1234\n")
    assert text.endswith(" 0 bytes are left out here.\n567")


def test_whatever_the_pieces_memory_stays_bounded(tmp_path: Path) -> None:
    log = BoundedLog(tmp_path / "log.txt", head_bytes=0, tail_bytes=MEBIBYTE // 4)
    tracemalloc.start()
    for _ in range(MEBIBYTE):
        log.append(b"x")
    block = bytes(65536)
    for _ in range(1000):
        log.append(block)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * MEBIBYTE
    log.close()
    assert (tmp_path / "log.txt").stat().st_size < MEBIBYTE


def test_a_log_goes_on_where_the_file_ends(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text("before ")
    log = BoundedLog(path)
    log.append(b"after")
    log.close()
    assert path.read_text() == "before after"


def test_a_log_that_cannot_be_written_stops_nobody() -> None:
    log = BoundedLog(Path("/dev/full"))
    log.append(b"x" * 100_000)
    log.close()
