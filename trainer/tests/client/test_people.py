"""People of a server, from Python: accounts by invitation, personal tokens, the list of people and the ledger."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

import kargah
from kargah.cli import main

from ..conftest import BRIDGE, LiveBridge

pytestmark = pytest.mark.e2e
PASSWORD = "یک جملهٔ بلند برای آزمون"


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveBridge]:
    """A bridge whose first person is known: the others of the run share one where somebody else was first."""
    if not BRIDGE.is_file():
        pytest.fail("the bridge is not built; run `npm run setup`")
    folders: list[Path] = [tmp_path_factory.mktemp(name) for name in ("people", "workspace")]
    settings = {"KARGAH_SIGNUP": "first", "KARGAH_MLFLOW_URL": "http://127.0.0.1:1", "KARGAH_LAUNCHER": "local-cold"}
    bridge = LiveBridge(folders[0], folders[1], settings)
    try:
        bridge.start()
        yield bridge
    finally:
        bridge.end()


@pytest.fixture(scope="module")
def admin(bridge: LiveBridge) -> kargah.Kargah:
    return bridge.register("mina@example.com", PASSWORD, "مینا")


def _email() -> str:
    return f"{secrets.token_hex(4)}@example.com"


def test_an_account_is_made_by_invitation_once_an_administrator_says_so(
    bridge: LiveBridge, admin: kargah.Kargah
) -> None:
    token = admin.projects.create("تیم").invite("editor")
    with pytest.raises(kargah.KargahError) as closed:
        kargah.register(_email(), PASSWORD, url=bridge.url, invitation=token)
    assert closed.value.code == "signup_closed"
    assert admin.server.set_signup("invitation") == {"signup": "invitation", "signup_setting": "first"}
    with pytest.raises(kargah.KargahError) as uninvited:
        kargah.register(_email(), PASSWORD, url=bridge.url)
    assert uninvited.value.code == "signup_by_invitation"
    reza = kargah.register(_email(), PASSWORD, "رضا", url=bridge.url, invitation=token)
    assert sorted(project.name for project in reza.projects.list()) == ["تیم", "رضا"]
    with pytest.raises(kargah.KargahError) as forbidden:
        reza.server.set_signup("open")
    assert forbidden.value.code == "forbidden"
    assert [row["action"] for row in admin.ledger(action="server.signup")] == ["server.signup"]


def test_a_token_reaches_what_its_scopes_say_and_an_administrator_lists_people_and_the_ledger(
    bridge: LiveBridge, admin: kargah.Kargah, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = admin.make_token("روزانه", scopes=["admin"], days=1)
    assert made["scopes"] == ["admin"]
    script = kargah.connect(bridge.url, token=made["token"])
    assert "mina@example.com" in [person["email"] for person in script.people()]
    newest = next(script.ledger())
    assert (newest["action"], newest["object"]["id"], newest["actor"]["name"]) == (
        "token.make",
        made["token_id"],
        "مینا",
    )
    assert made["token"] not in str(newest)
    with pytest.raises(kargah.KargahError) as scope:
        script.datasets.list()
    assert scope.value.code == "scope_missing"
    with pytest.raises(kargah.KargahError) as session:
        script.make_token("another")
    assert session.value.code == "session_required"

    monkeypatch.setenv("KARGAH_URL", bridge.url)
    monkeypatch.setenv("KARGAH_TOKEN", made["token"])
    assert main(["server", "signup", "closed"]) == 0
    assert main(["server", "signup", "default"]) == 0
    assert main(["server", "signup"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "closed\t(KARGAH_SIGNUP: first)",
        "first\t(KARGAH_SIGNUP: first)",
        "first\t(KARGAH_SIGNUP: first)",
    ]
    assert main(["people", "list"]) == 0
    assert "mina@example.com\tadmin" in capsys.readouterr().out


def test_limits_are_seen_by_everybody_and_set_by_administrators(
    bridge: LiveBridge, admin: kargah.Kargah, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    admin.server.set_signup("open")
    reza = kargah.register(_email(), PASSWORD, "رضا", url=bridge.url)
    subject = f"person/{reza.me()['user_id']}"
    set_to = admin.server.set_limits(subject, jobs=1, cpus=2, size_bytes=10)
    assert set_to["limits"] == {"jobs": 1, "cpus": 2, "gpus": None, "bytes": 10}
    assert reza.limits()["person"] == set_to
    with pytest.raises(kargah.KargahError) as full:
        reza.datasets.import_source("iris")
    assert full.value.code == "quota_exceeded"
    with pytest.raises(kargah.KargahError) as forbidden:
        reza.server.set_limits(subject)
    assert forbidden.value.code == "forbidden"

    monkeypatch.setenv("KARGAH_URL", bridge.url)
    monkeypatch.setenv("KARGAH_TOKEN", admin.make_token("cli", scopes=["admin", "read"])["token"])
    assert main(["limits", subject, "--gpus", "0"]) == 0
    assert capsys.readouterr().out == f"{subject}\tjobs 0/{_usual(admin)}\tcpus 0/-\tgpus 0/0\tbytes 0/-\n"
    assert main(["limits", subject, "--clear"]) == 0
    assert main(["limits"]) == 0
    assert "project\tjobs 0/-" in capsys.readouterr().out


def _usual(admin: kargah.Kargah) -> int | None:
    return admin.limits()["person"]["limits"]["jobs"]


def test_keys_are_replaced_and_everybody_stays_signed_in(
    bridge: LiveBridge, admin: kargah.Kargah, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KARGAH_URL", bridge.url)
    monkeypatch.setenv("KARGAH_TOKEN", admin.make_token("cli", scopes=["admin"])["token"])
    assert main(["keys", "rotate"]) == 0
    assert capsys.readouterr().out.startswith("new key since 20")
    assert admin.me()["name"] == "مینا"
    assert kargah.connect(bridge.url, email="mina@example.com", password=PASSWORD).me()["role"] == "admin"
    assert [row["action"] for row in admin.ledger(action="server.rotate_keys")] == ["server.rotate_keys"]


def test_whoever_leaves_hands_over_what_nobody_else_owns_and_is_asked_first(
    bridge: LiveBridge, admin: kargah.Kargah, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    admin.server.set_signup("open")
    emails = [_email(), _email()]
    for email, name in zip(emails, ("سیما", "رضا"), strict=True):
        kargah.register(email, PASSWORD, name, url=bridge.url)
    monkeypatch.setenv("KARGAH_URL", bridge.url)
    monkeypatch.delenv("KARGAH_TOKEN", raising=False)

    monkeypatch.setenv("KARGAH_EMAIL", emails[0])
    monkeypatch.setenv("KARGAH_PASSWORD", PASSWORD)
    assert main(["people", "leaving"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [project["name"] for project in found["hand_over"]["items"]] == ["سیما"]
    assert main(["people", "leave", "--hand-to", emails[1]]) == 1
    assert "سیما" in capsys.readouterr().err
    assert main(["people", "leave", "--yes"]) == 1
    assert "projects_to_hand_over" in capsys.readouterr().err
    assert main(["people", "leave", "--yes", "--hand-to", emails[1]]) == 0
    assert capsys.readouterr().out == "account removed\t1 projects handed over\n"

    monkeypatch.setenv("KARGAH_EMAIL", "mina@example.com")
    assert main(["people", "leaving", emails[1]]) == 0
    assert json.loads(capsys.readouterr().out)["hand_over"]["count"] == 2
    assert main(["people", "remove", emails[0], "--yes"]) == 1
    assert "not_found" in capsys.readouterr().err
    assert main(["people", "remove", emails[1], "--yes", "--hand-to", "mina@example.com"]) == 0
    assert {"سیما", "رضا"} <= {project.name for project in admin.projects.list()}
    assert [row["action"] for row in admin.ledger(action="person.leave")] == ["person.leave"]
