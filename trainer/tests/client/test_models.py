"""Registered models, from Python and on the command line, against a real bridge."""

from __future__ import annotations

import io
import json
import secrets
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import kargah
from kargah.cli import main
from kargah.client.models import ModelVersion, RegisteredModel
from kargah.client.transport.http import API

from ..conftest import LiveBridge

pytestmark = pytest.mark.e2e
PASSWORD = "یک جملهٔ بلند برای آزمون"


def someone(live_bridge: LiveBridge, name: str) -> tuple[str, kargah.Kargah]:
    email = f"{name}-{secrets.token_hex(4)}@example.com"
    return email, live_bridge.register(email, PASSWORD, name)


def set_rules(client: kargah.Kargah, project: str, aliases: dict[str, object]) -> None:
    body = {"aliases": aliases, "revision": 0}
    client.http.json("PUT", f"{API}/projects/{project}/model-rules", json=body)


def are_compared(model: RegisteredModel, jobs: list[kargah.Job], said: list[dict[str, object]]) -> None:
    """Two versions on the same rows, as their jobs say it."""
    found = model.version(1).against(model.version(2))
    assert found.sentence == jobs[0].against(jobs[1]).sentence.replace("n0", "قیمت 1").replace("n1", "قیمت 2")
    assert [one["sentence"] for one in said] == [found.sentence]
    assert [one["sentence_fa"] for one in said] == [found.persian]


def is_taken_away(version: ModelVersion, job: kargah.Job, folder: Path, said: list[dict[str, object]]) -> None:
    [one], taken = said, version.download_package(folder)
    assert taken.name == f"{version.name} {version.version}.zip"
    assert Path(str(one["path"])).read_bytes() == taken.read_bytes()
    with zipfile.ZipFile(taken) as package, zipfile.ZipFile(job.download_package(folder)) as of_job:
        names = {"model.pt2", "model.safetensors", "schema.json", "predict.py", "requirements.txt", "report.json"}
        cards = {"README.md", "README.fa.md"}
        assert set(package.namelist()) == names | cards | {"MLmodel", "manifest.json", "SHA256SUMS"}
        assert set(of_job.namelist()) == set(package.namelist()) - cards
        assert all(package.read(name) == of_job.read(name) for name in names)
        assert package.read("README.md").decode() == version.card().markdown("en")
        assert package.read("README.fa.md").decode() == version.card().markdown("fa")
        pinned = package.read("requirements.txt").decode().split()
        assert [line.partition("==")[0] for line in pinned] == ["torch", "numpy"]
        assert json.loads(package.read("report.json")) == version.report().data


def has_a_card(version: ModelVersion, said: Callable[..., list[dict[str, object]]]) -> None:
    card = version.card()
    assert card.missing == ["intended_use", "limitations", "license", "contact"]
    dataset = card.facts["dataset"]
    assert dataset is not None
    # As the catalogue has it.
    assert (dataset["name"], dataset["rows"], dataset["license"]) == ("iris.csv", 150, "CC BY 4.0")
    assert version.fill_card(intended_use="آموزش", license="mit").missing == ["limitations", "contact"]
    with pytest.raises(kargah.KargahError) as moved:
        card.fill(contact="sara")
    assert moved.value.code == "card_moved"
    [filled] = said("card", version.name, "1", "--set", "limitations=سه گونه", "--set", "contact=sara=omid")
    fields = version.card().fields
    assert (filled["missing"], filled["fields"], fields["contact"]) == ([], fields, "sara=omid")
    assert version.card().markdown("en").startswith("---\nlicense: mit\n")
    assert '<div dir="rtl">' in version.card()._repr_markdown_()


def is_judged_on_other_data(
    version: ModelVersion, client: kargah.Kargah, iris: kargah.Dataset, said: Callable[..., list[dict[str, object]]]
) -> None:
    """On all rows of data that it never saw, and on those that it learned from, where the figures flatter."""
    rows = iris.pandas().iloc[::4].assign(more=1.5)
    other = client.datasets.upload(rows, "دیگر").ready()
    report = version.report(other)
    assert (report.data["part"], report.data["rows"], report.chosen_on_these) == ("all", 38, False)
    assert report.data["judged_on"]["dataset_id"] == other.id
    same = version.report(iris)
    assert (same.data["rows"], same.chosen_on_these) == (150, True)
    [known, mine] = version.evaluations()
    assert (mine.data["dataset_id"], mine.data["recipe"], mine.data["has_model"]) == (other.id, "evaluation", False)
    assert mine.last_metrics["accuracy"] == report.metrics.value["accuracy"]
    assert len(mine.report_rows().places) == 38
    assert [one["job_id"] for one in said("evaluations", "قیمت", "1")] == [known.id, mine.id]
    lacking = str(rows.columns[0])
    unfit = client.datasets.upload(rows.drop(columns=lacking), "بی‌ستون").ready()
    with pytest.raises(kargah.KargahError) as refused:
        version.evaluate(unfit)
    assert refused.value.code == "dataset_not_for_model"
    assert [(one["path"], one["code"]) for one in refused.value.errors] == [(lacking, "missing")]
    with pytest.raises(kargah.KargahError) as again:
        mine.clone()
    assert again.value.code == "evaluation_elsewhere"


def test_a_model_is_registered_promoted_by_two_people_and_rolled_back(
    live_bridge: LiveBridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, sara = someone(live_bridge, "sara")
    email, omid = someone(live_bridge, "omid")
    team = sara.projects.create(f"team {secrets.token_hex(4)}")
    omid.projects.accept(team.invite("editor"))
    sara.use_project(team.id)
    omid.use_project(team.id)
    # What the gates say is told elsewhere; here it is who may do what.
    set_rules(sara, team.id, {"champion": {"approval": "another"}})
    iris = sara.datasets.import_source("iris").ready()
    jobs = [sara.train(iris, epochs=1, name=f"n{n}").wait() for n in range(2)]
    versions = [sara.models.register("قیمت", job) for job in jobs]
    assert [version.version for version in versions] == [1, 2]
    assert sara.models.register("قیمت", jobs[0]).version == 1
    model = sara.models["قیمت"]
    assert [one.version for one in model.versions()] == [2, 1]
    assert model.version(1).report().metrics.index.size > 0

    asked = model.promote(1, why="اولی")
    assert asked.state == "waiting"
    with pytest.raises(kargah.KargahError) as refused:
        asked.approve()
    assert refused.value.code == "own_request"
    assert [one.id for one in omid.models.waiting()] == [asked.id]
    assert omid.models["قیمت"].approve().state == "done"
    assert model.promote(2).state == "waiting"
    assert omid.models["قیمت"].refuse("کم است").state == "refused"

    own = {"URL": live_bridge.url, "PROJECT": team.id, "EMAIL": email, "PASSWORD": PASSWORD}
    for name, value in own.items():
        monkeypatch.setenv(f"KARGAH_{name}", value)

    def said(*words: str) -> list[dict[str, object]]:
        capsys.readouterr()
        assert main(["models", *words, "--json"]) == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    has_a_card(model.version(1), said)
    are_compared(model, jobs, said("against", "قیمت", "1", "2"))
    is_taken_away(model.version(1), jobs[0], tmp_path, said("download", "قیمت", "1", "--into", f"{tmp_path}/cli.zip"))
    is_judged_on_other_data(model.version(1), sara, iris, said)
    [request] = said("promote", "قیمت", "2", "--why", "بهتر است")
    assert request["state"] == "waiting"
    assert [waiting.approve("خوب").state for waiting in sara.models.waiting()] == ["done"]
    assert model.refresh().aliases == {"champion": 2}
    assert model.version("champion").version == 2
    with pytest.raises(kargah.KargahError) as held:
        model.version(2).delete()
    assert held.value.code == "version_aliased"

    [moved] = said("rollback", "قیمت", "--why", "خطا")
    assert (moved["from_version"], moved["to_version"]) == (2, 1)
    history = model.history("champion")
    assert [move["to_version"] for move in history] == [1, 2, 1]
    assert [move["to_version"] for move in model.history(at=history[1]["at"])] == [2]
    assert [move["kind"] for move in said("history", "قیمت", "--at", str(history[0]["at"]))] == ["roll_back"]
    assert [one["name"] for one in said("list", "--alias", "champion")] == ["قیمت"]
    assert main(["models", "rollback", "قیمت"]) == 1
    assert "nothing_before" in capsys.readouterr().err


def test_the_rules_of_a_project_are_read_and_set_as_one_file(
    live_bridge: LiveBridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    email, sara = someone(live_bridge, "sara")
    rules = sara.models.rules()
    assert (list(rules["aliases"]), rules["revision"]) == (["challenger", "champion"], 0)
    with pytest.raises(kargah.KargahError) as unreadable:
        sara.models.set_rules("aliases:\n  champion:\n    aproval: another\n")
    assert (unreadable.value.code, "line 3" in str(unreadable.value)) == ("rules_unreadable", True)
    for name, value in {"URL": live_bridge.url, "EMAIL": email, "PASSWORD": PASSWORD}.items():
        monkeypatch.setenv(f"KARGAH_{name}", value)
    monkeypatch.delenv("KARGAH_PROJECT", raising=False)
    capsys.readouterr()
    assert main(["models", "rules"]) == 0
    shown = capsys.readouterr().out
    assert shown == rules["yaml"]
    file = tmp_path / "rules.yaml"
    file.write_text(f"{shown}  candidate:\n    card: true\n", encoding="utf-8")
    assert main(["models", "rules", "--set", str(file)]) == 0
    assert list(sara.models.rules()["aliases"]) == ["challenger", "champion", "candidate"]
    monkeypatch.setattr("sys.stdin", io.StringIO(shown))
    assert main(["models", "rules", "--set", "-"]) == 0
    assert list(sara.models.rules()["aliases"]) == ["challenger", "champion"]
    capsys.readouterr()
    assert main(["models", "rules", "--set", str(tmp_path / "none.yaml")]) == 1
    assert "none.yaml" in capsys.readouterr().err
    with pytest.raises(kargah.KargahError) as moved:
        sara.models.set_rules(shown, revision=0)
    assert moved.value.code == "rules_moved"
