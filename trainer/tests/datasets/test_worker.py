"""The worker as the bridge sees it: questions in, answers out, limits kept, nothing half done."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kargah.datasets.cells import MAX_CELL_CHARS, cell_of
from kargah.datasets.sources import catalogue
from kargah.datasets.verbs.preview import thumbnails_of

from ..conftest import DEADLINE_SECONDS
from .conftest import Asked, picture


def test_it_answers_what_it_read_and_tells_of_columns_as_they_are_measured(worker: Asked, tmp_path: Path) -> None:
    (tmp_path / "original").write_text("a,b\n1,x\n2,y\n")
    worker.events.clear()
    answer = worker.read(tmp_path)
    assert answer["ok"]
    assert answer["result"]["rows"] == 2
    assert [column["name"] for event in worker.events for column in event["columns"]] == ["a", "b"]
    assert worker.events[-1]["done"] == worker.events[-1]["total"] == 2
    assert {event["rows"] for event in worker.events} == {2}
    rows = worker.ask("preview", tmp_path, kind="tabular", offset=1, limit=5, rows=2, conditions=[])
    assert rows == {"ok": True, "result": {"rows": [[2, "y"]], "images": [], "total_rows": 2}}


def test_it_may_fork_for_it_has_one_thread_and_keeps_it(worker: Asked, tmp_path: Path) -> None:
    (tmp_path / "original").write_text("a,b\n1,x\n2,y\n")
    worker.read(tmp_path)
    assert len(list(Path(f"/proc/{worker.process.pid}/task").iterdir())) == 1
    children = Path(f"/proc/{worker.process.pid}/task/{worker.process.pid}/children")
    _wait_until(lambda: children.read_text().split() == [])


def test_questions_do_not_wait_for_each_other(worker: Asked, tmp_path: Path) -> None:
    (tmp_path / "original").write_text("a,b\n1,x\n2,y\n")
    worker.read(tmp_path)
    endless = "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r"
    slow = worker.begin("query", tmp_path, sql=endless)
    assert worker.ask("query", tmp_path, sql="SELECT count(*) AS n FROM data")["result"]["rows"] == [[2]]
    worker.say({"cancel": slow})
    assert worker.answer(slow) == {"ok": False, "died": "signal"}


def test_what_takes_too_long_is_ended_and_leaves_nothing(worker: Asked, tmp_path: Path) -> None:
    (tmp_path / "original").write_text("a,b\n1,x\n2,y\n")
    worker.read(tmp_path)
    endless = "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r"
    assert worker.ask("query", tmp_path, sql=endless, seconds=0.5) == {"ok": False, "died": "time"}
    assert not list(tmp_path.glob(".spill-*"))


def test_it_ends_with_its_input_and_takes_its_forks_along(tmp_path: Path) -> None:
    (tmp_path / "original").write_text("a,b\n1,x\n2,y\n")
    mine = Asked()
    mine.read(tmp_path)
    endless = "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r"
    mine.begin("query", tmp_path, sql=endless)
    children = Path(f"/proc/{mine.process.pid}/task/{mine.process.pid}/children")
    _wait_until(lambda: children.read_text().split() != [])
    fork = int(children.read_text().split()[0])
    assert mine.process.stdin is not None
    mine.process.stdin.close()
    assert mine.process.wait(DEADLINE_SECONDS) == 0
    _wait_until(lambda: not _runs(fork))


def test_it_answers_a_reason(worker: Asked, tmp_path: Path) -> None:
    (tmp_path / "original").write_text("a,b\n1\n")
    assert worker.read(tmp_path) == {
        "ok": False,
        "error": {"code": "ragged_rows", "params": {"row": 2, "found": 1, "expected": 2}},
    }


def test_it_keeps_to_its_memory(worker: Asked, tmp_path: Path) -> None:
    (tmp_path / "original").write_text('a,b\n1,"' + "x" * (200 << 20) + '"\n')
    answer = worker.read(tmp_path, memory=900 << 20)
    # Libraries that get no memory end the process in their own ways; the bridge takes that for the limit.
    told = {"ok": False, "error": {"code": "reader_limit", "params": {"resource": "RAM"}}}
    assert answer in (told, {"ok": False, "died": "signal"})
    assert not (tmp_path / "data.parquet").exists()


def test_it_keeps_to_its_file_size(worker: Asked, tmp_path: Path) -> None:
    (tmp_path / "original").write_text("a,b\n" + "".join(f"{i},{i * 7919 % 104729}\n" for i in range(200_000)))
    told = worker.read(tmp_path, file_bytes=100_000)["error"]
    assert told == {"code": "reader_limit", "params": {"resource": "disk"}}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent ended")
def test_a_worker_that_is_killed_leaves_nothing_half_done(tmp_path: Path) -> None:
    (tmp_path / "original").write_text("a,b\n" + "".join(f"{i},{i * 7919 % 104729}\n" for i in range(400_000)))
    killed = Asked()
    killed.begin("read", tmp_path, filename="a.csv", max_image_bytes=1 << 30)
    children = Path(f"/proc/{killed.process.pid}/task/{killed.process.pid}/children")
    _wait_until(lambda: children.read_text().split() != [])
    fork = int(children.read_text().split()[0])

    def stopped_while_it_reads() -> bool:
        # It goes on only between two looks, so that it cannot come to its end unseen.
        os.kill(fork, signal.SIGSTOP)
        if any(tmp_path.glob(".reading-*")):
            return True
        os.kill(fork, signal.SIGCONT)
        return False

    _wait_until(stopped_while_it_reads)
    os.kill(killed.process.pid, signal.SIGKILL)
    killed.process.wait()
    _wait_until(lambda: not _runs(fork))
    assert not (tmp_path / "data.parquet").exists()
    again = Asked()
    assert again.read(tmp_path)["result"]["rows"] == 400_000
    again.process.kill()
    again.process.wait()
    assert not any(tmp_path.glob(".reading-*"))


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("source", catalogue(), ids=lambda source: source["source_id"])
def test_every_ready_dataset_is_what_the_catalogue_says(worker: Asked, tmp_path: Path, source: dict[str, Any]) -> None:
    result = worker.read(tmp_path, source_id=source["source_id"])["result"]
    assert (result["rows"], result["columns"]) == (source["rows"], source["columns"])
    assert result["suggested_target"] == source["target"]
    columns = {column["name"]: column for column in result["profile"]["columns"]}
    assert columns[source["target"]]["missing"] == 0
    if source["task"] == "classification":
        assert columns[source["target"]]["distinct"] <= 10


def test_ready_data_in_persian_has_jalali_days_and_tomans_as_figures(worker: Asked, tmp_path: Path) -> None:
    profile = worker.read(tmp_path, source_id="persian_homes")["result"]["profile"]
    columns = {column["name"]: column for column in profile["columns"]}
    assert (columns["تاریخ"]["type"], columns["تاریخ"]["calendar"]) == ("date", "jalali")
    assert (columns["قیمت"]["type"], columns["قیمت"]["written"]["currency"]) == ("integer", "تومان")
    assert (columns["متراژ"]["type"], columns["آسانسور"]["type"]) == ("integer", "category")


def test_cells_travel_as_json_can_carry_them() -> None:
    assert [cell_of(v) for v in (None, True, 2**53 + 1, 5, float("nan"), float("inf"))] == [
        None,
        True,
        "9007199254740993",
        5,
        None,
        "inf",
    ]
    assert len(str(cell_of("x" * 5_000))) == MAX_CELL_CHARS + 1


def test_thumbnails_show_each_class_in_turn(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for i in range(3):
            (tmp_path / name / f"{i}.png").write_bytes(picture(size=(300, 100)))
    shown = thumbnails_of(tmp_path, 1, 3)
    assert [(entry["class_name"], entry["filename"]) for entry in shown] == [
        ("b", "0.png"),
        ("a", "1.png"),
        ("b", "1.png"),
    ]
    assert all(entry["data_url"].startswith("data:image/png;base64,") for entry in shown)
