"""The reading process as the bridge sees it: one answer, limits, nothing half done."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kargah.datasets.preview import MAX_CELL_CHARS, cell_of, thumbnails_of
from kargah.datasets.sources import catalogue

from .conftest import picture


def ask(module: str, folder: Path, *, memory: int = 4 << 30, file_bytes: int = 1 << 30, **request: Any) -> Any:
    body = {
        "folder": str(folder),
        "limits": {"memory_bytes": memory, "cpu_seconds": 60, "file_bytes": file_bytes},
        **request,
    }
    done = subprocess.run(
        [sys.executable, "-m", f"kargah.datasets.{module}"],
        input=json.dumps(body),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout)


def read(folder: Path, **request: Any) -> Any:
    return ask("read", folder, **{"filename": "a.csv", "memory_bytes": 1 << 30, "max_image_bytes": 1 << 30, **request})


def test_it_answers_what_it_read(tmp_path: Path) -> None:
    (tmp_path / "original").write_text("a,b\n1,x\n2,y\n")
    answer = read(tmp_path)
    assert answer["ok"]
    assert answer["result"]["rows"] == 2
    rows = ask("preview", tmp_path, kind="tabular", offset=1, limit=5)
    assert rows == {"ok": True, "result": {"rows": [[2, "y"]], "images": []}}


def test_it_answers_a_reason(tmp_path: Path) -> None:
    (tmp_path / "original").write_text("a,b\n1\n")
    assert read(tmp_path) == {
        "ok": False,
        "error": {"code": "ragged_rows", "params": {"row": 2, "found": 1, "expected": 2}},
    }


def test_it_keeps_to_its_memory(tmp_path: Path) -> None:
    (tmp_path / "original").write_text('a,b\n1,"' + "x" * (200 << 20) + '"\n')
    answer = None
    # Libraries that get no memory end the process in their own ways; the bridge takes that for the limit.
    with contextlib.suppress(subprocess.CalledProcessError):
        answer = read(tmp_path, memory=700 << 20)["error"]
    assert answer in (None, {"code": "reader_limit", "params": {"resource": "RAM"}})
    assert not (tmp_path / "data.parquet").exists()


def test_it_keeps_to_its_file_size(tmp_path: Path) -> None:
    (tmp_path / "original").write_text("a,b\n" + "".join(f"{i},{i * 7919 % 104729}\n" for i in range(200_000)))
    assert read(tmp_path, file_bytes=100_000)["error"] == {"code": "reader_limit", "params": {"resource": "disk"}}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent ended")
def test_it_ends_with_a_bridge_that_is_killed_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    (tmp_path / "original").write_text("a,b\n" + "".join(f"{i},{i * 7919 % 104729}\n" for i in range(400_000)))
    request = {
        "folder": str(tmp_path),
        "filename": "a.csv",
        "memory_bytes": 1 << 30,
        "max_image_bytes": 1 << 30,
        "limits": {"memory_bytes": 4 << 30, "cpu_seconds": 60, "file_bytes": 1 << 30},
    }
    script = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-m', 'kargah.datasets.read'], stdin=subprocess.PIPE, text=True)\n"
        "child.stdin.write(sys.argv[1]); child.stdin.close()\n"
        "print(child.pid, flush=True); time.sleep(60)\n"
    )
    bridge = subprocess.Popen([sys.executable, "-c", script, json.dumps(request)], stdout=subprocess.PIPE, text=True)
    assert bridge.stdout is not None
    reader = int(bridge.stdout.readline())
    _wait_until(lambda: any(tmp_path.glob(".reading-*")))
    bridge.kill()
    bridge.communicate()
    _wait_until(lambda: not _runs(reader))
    assert not (tmp_path / "data.parquet").exists()
    assert read(tmp_path)["result"]["rows"] == 400_000
    assert not any(tmp_path.glob(".reading-*"))


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("source", catalogue(), ids=lambda source: source["source_id"])
def test_every_ready_dataset_is_what_the_catalogue_says(tmp_path: Path, source: dict[str, Any]) -> None:
    result = read(tmp_path, source_id=source["source_id"])["result"]
    assert (result["rows"], result["columns"]) == (source["rows"], source["columns"])
    assert result["suggested_target"] == source["target"]
    columns = {column["name"]: column for column in result["profile"]["columns"]}
    assert columns[source["target"]]["missing"] == 0
    if source["task"] == "classification":
        assert columns[source["target"]]["distinct"] <= 10


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
