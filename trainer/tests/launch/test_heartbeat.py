from __future__ import annotations

from pathlib import Path

from kargah.launch.supervision.heartbeat import SECONDS, Heartbeat


def test_a_sign_differs_from_the_one_before_and_takes_no_more_room(tmp_path: Path) -> None:
    path = tmp_path / "heartbeat"
    heartbeat = Heartbeat(path)
    signs = []
    for beat in range(5):
        assert heartbeat.beat(100 + beat * SECONDS) == 100 + (beat + 1) * SECONDS
        signs.append(path.read_bytes())
    assert len(set(signs)) == 5
    assert {len(sign) for sign in signs} == {len(signs[0])}


def test_no_sign_is_given_before_it_is_due(tmp_path: Path) -> None:
    heartbeat = Heartbeat(tmp_path / "heartbeat")
    heartbeat.beat(100)
    first = (tmp_path / "heartbeat").read_bytes()
    assert heartbeat.beat(100 + SECONDS / 2) == 100 + SECONDS
    assert (tmp_path / "heartbeat").read_bytes() == first


def test_a_folder_that_cannot_be_written_keeps_no_job_from_running(tmp_path: Path) -> None:
    assert Heartbeat(tmp_path / "gone" / "heartbeat").beat(100) == float("inf")
