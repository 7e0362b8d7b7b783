"""A log that is bounded on disk and in memory."""

from __future__ import annotations

from pathlib import Path

from kargah.launch.bounded_log import BoundedLog


def test_text_below_the_limit_is_kept_as_it_is(tmp_path: Path) -> None:
    log = BoundedLog(tmp_path / "log.txt", head_bytes=100, tail_bytes=10)
    log.append(b"one ")
    log.append("دو".encode())
    log.close()
    assert (tmp_path / "log.txt").read_text(encoding="utf-8") == "one دو"


def test_beyond_the_limit_the_beginning_and_the_end_remain(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    log = BoundedLog(path, head_bytes=10, tail_bytes=20)
    for n in range(1000):
        log.append(f"{n:04d}\n".encode())
    size = path.stat().st_size
    assert size < 200
    log.close()
    text = path.read_text()
    assert text.startswith("0000\n0001\n\n[kargah] The log has reached its limit")
    assert text.endswith("left out here.\n0996\n0997\n0998\n0999\n")
    assert path.stat().st_size > size


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
