"""Projects of several people, from Python, against a real bridge."""

from __future__ import annotations

import secrets

import pytest

import kargah

from ..conftest import LiveBridge

pytestmark = pytest.mark.e2e
PASSWORD = "یک جملهٔ بلند برای آزمون"


def someone(live_bridge: LiveBridge, name: str) -> tuple[str, kargah.Kargah]:
    email = f"{name}-{secrets.token_hex(4)}@example.com"
    return email, live_bridge.register(email, PASSWORD, name)


def test_a_project_is_worked_in_by_those_who_were_invited_and_by_nobody_else(
    live_bridge: LiveBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, sara = someone(live_bridge, "sara")
    reza_email, reza = someone(live_bridge, "reza")
    name = f"تیم\u200cما {secrets.token_hex(4)}"
    team = sara.projects.create(name)
    sara.use_project(name)
    sara.datasets.import_source("iris").ready()

    with pytest.raises(kargah.KargahError) as refused:
        reza.use_project(team.id)
    assert refused.value.code == "not_found"
    assert reza.projects.accept(team.invite("viewer")).role == "viewer"
    assert [member["name"] for member in team.members()] == ["sara", "reza"]

    there = kargah.connect(live_bridge.url, email=reza_email, password=PASSWORD, project=name)
    assert [dataset.name for dataset in there.datasets.list()] == [dataset.name for dataset in sara.datasets.list()]
    assert reza.datasets.list() == []
    monkeypatch.setenv("KARGAH_PROJECT", team.id)
    again = kargah.connect(live_bridge.url, email=reza_email, password=PASSWORD)
    assert len(again.datasets.list()) == 1
    with pytest.raises(kargah.KargahError) as forbidden:
        there.train(there.datasets.list()[0], epochs=1)
    assert forbidden.value.code == "forbidden"
    there.projects.get(name).leave()
    with pytest.raises(kargah.KargahError) as gone:
        there.datasets.list()
    assert gone.value.code == "not_found"


def test_a_name_that_several_projects_have_is_not_guessed(live_bridge: LiveBridge) -> None:
    _, mina = someone(live_bridge, "mina")
    both = [mina.projects.create("same").id for _ in range(2)]
    with pytest.raises(kargah.KargahError) as unclear:
        mina.use_project("same")
    assert unclear.value.code == "conflict"
    assert all(one in str(unclear.value) for one in both)
    assert mina.use_project(both[0]).projects.get(both[0]).id == both[0]


def test_a_deleted_project_is_gone_and_comes_back_whole(live_bridge: LiveBridge) -> None:
    email, sara = someone(live_bridge, "sara")
    team = sara.projects.create(f"تیم {secrets.token_hex(4)}")
    sara.use_project(team.id)
    sara.datasets.import_source("iris").ready()
    assert team.contents()["datasets"] == 1
    with pytest.raises(kargah.KargahError) as differs:
        team.delete("another")
    assert differs.value.code == "project_name_differs"
    assert team.delete(team.name).id == team.id
    with pytest.raises(kargah.KargahError) as gone:
        sara.datasets.list()
    assert gone.value.code == "not_found"
    me = kargah.connect(live_bridge.url, email=email, password=PASSWORD)
    with pytest.raises(kargah.KargahError) as first:
        me.projects.list()[0].delete(me.projects.list()[0].name)
    assert first.value.code == "project_is_first"
    (deleted,) = me.projects.deleted()
    assert deleted.restore().name == team.name
    assert me.projects.deleted() == []
    assert len(me.use_project(team.id).datasets.list()) == 1


def test_a_dataset_is_copied_and_moved_to_another_project(live_bridge: LiveBridge) -> None:
    _, sara = someone(live_bridge, "sara")
    team = sara.projects.create(f"تیم {secrets.token_hex(4)}")
    mine = sara.datasets.import_source("iris").ready()
    copy = mine.copy_to(team, name="iris of the team")
    assert (copy.name, copy.rows) == ("iris of the team", mine.rows)
    assert copy.id != mine.id
    assert mine.move_to(team.id).id == mine.id
    assert sara.datasets.list() == []
    sara.use_project(team.id)
    assert {one.name for one in sara.datasets.list()} == {"iris of the team", mine.name}
