"""The client against a real bridge with its MLflow and its jobs."""

from __future__ import annotations

import json
import math
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

import kargah
from kargah.client.jobs import Point
from kargah.client.report import Report
from kargah.client.transport.http import Http
from kargah.client.transport.uploads import CHUNK_BYTES, upload_file
from kargah.reporting.gateway import Address
from kargah.reporting.records import Shape, records
from kargah.reporting.reporter import Reporter
from kargah.reporting.run_ref import RunRef
from kargah.reporting.spool import KEYS, POINTS

from ..conftest import DEADLINE_SECONDS, LiveBridge

pytestmark = pytest.mark.e2e
PASSWORD = "یک جملهٔ بلند برای آزمون"


@pytest.fixture(scope="module")
def client(live_bridge: LiveBridge) -> kargah.Kargah:
    return live_bridge.register(f"sara-{secrets.token_hex(4)}@example.com", PASSWORD, "سارا")


@pytest.fixture(scope="module")
def digits(client: kargah.Kargah) -> kargah.Dataset:
    return client.datasets.import_source("digits")


@pytest.fixture(scope="module")
def finished(client: kargah.Kargah, digits: kargah.Dataset) -> kargah.Job:
    return client.train(digits, name="digits", epochs=8).watch()


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_the_last_values_of_a_job_are_what_they_are_also_where_they_are_no_numbers(finished: kargah.Job) -> None:
    told = {**finished.data, "metrics": {"loss": "NaN", "worst": "-Infinity", "acc": 0.5}}
    last = kargah.Job(finished._http, told).last_metrics
    assert math.isnan(last.pop("loss"))
    assert last == {"worst": -math.inf, "acc": 0.5}


def test_a_watched_job_ends_with_a_model_that_torch_loads(
    client: kargah.Kargah, digits: kargah.Dataset, finished: kargah.Job, tmp_path: Path
) -> None:
    assert finished.state == "succeeded"
    assert finished.last_metrics["val_accuracy"] >= 0.9
    path = finished.download(tmp_path)
    assert path.name == "digits.pt2"
    rows = digits.preview(limit=200)
    target = rows["label"].astype(int).to_numpy()
    pixels = torch.tensor(rows.drop(columns="label").to_numpy(dtype="float32"))
    about = {"kargah.json": ""}
    answer = torch.export.load(path, extra_files=about).module()(pixels)
    classes = json.loads(about["kargah.json"])["classes"]
    assert (np.array([int(classes[i]) for i in answer.argmax(1).tolist()]) == target).mean() >= 0.95
    assert torch.equal(finished.model()(pixels), answer)


def test_what_one_writes_about_a_job_is_kept_and_finds_it(client: kargah.Kargah, finished: kargah.Job) -> None:
    finished.write_note("کوچک‌ترین شبکه").tag("baseline", "پایه")
    again = client.job(finished.id)
    assert (again.note, again.tags) == ("کوچک‌ترین شبکه", ["baseline", "پایه"])
    assert finished.id in [job.id for job in client.jobs(search="شبکه")]
    tag = finished.tags[0]
    assert finished.id in [job.id for job in client.jobs(tags=[tag], sort="name")]
    assert client.jobs(tags=[tag, "no such tag"]) == []


def test_a_deleted_job_is_gone_until_it_is_restored_with_all_that_it_had(
    client: kargah.Kargah, finished: kargah.Job
) -> None:
    points = points_of(finished.metrics())
    assert [refused["error"]["code"] for refused in client.delete([finished, "job_nowhere"])] == ["not_found"]
    assert finished.id in [job.id for job in client.deleted_jobs()]
    with pytest.raises(kargah.KargahError) as caught:
        client.job(finished.id)
    assert caught.value.code == "not_found"
    assert points_of(finished.restore().metrics()) == points
    with pytest.raises(kargah.KargahError) as caught:
        client.restore([finished])
    assert caught.value.code == "not_found"
    assert finished.rename("digits 2").name == "digits 2"
    finished.rename("digits")


def test_mlflow_loads_the_model_of_a_run_through_the_gateway(client: kargah.Kargah, finished: kargah.Job) -> None:
    code = """
import mlflow.pytorch, sys, torch
loaded = mlflow.pytorch.load_model(f"runs:/{sys.argv[1]}/model")
print(tuple((loaded.module() if hasattr(loaded, "module") else loaded)(torch.zeros(3, 64)).shape))
"""
    ended = subprocess.run(
        [sys.executable, "-c", code, str(finished.data["mlflow_run_id"])],
        env=os.environ
        | {"MLFLOW_TRACKING_URI": f"{client.url}/mlflow", "MLFLOW_TRACKING_TOKEN": str(client._http.token)},
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE_SECONDS,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[-1] == "(3, 10)"


def test_a_job_ends_with_a_report_on_the_rows_that_were_held_back(finished: kargah.Job, digits: kargah.Dataset) -> None:
    report = finished.report()
    assert (report.chosen_on_these, report.data["part"]) == (True, "validation")
    accuracy = report.metrics.loc["accuracy"]
    assert accuracy["value"] == pytest.approx(max(p.value for p in finished.metrics() if p.key == "val_accuracy"))
    assert accuracy["low"] < accuracy["value"] < accuracy["high"]
    assert report.confusion is not None
    assert report.confusion.to_numpy().sum() == report.data["rows"] == report.per_class["rows"].sum()
    assert len(report.importance) == 64
    truths = digits.pandas()[finished.data["params"]["target"] or digits.data["suggested_target"]].astype(str)
    assert all(truths[one["row"]] == one["truth"] for _, one in report.worst.iterrows())
    assert "the best epoch was chosen on these" in repr(report)
    # Each digit is as frequent as the others: a tenth of them is the most frequent class.
    assert report.baselines.index.tolist() == ["majority", "linear"]
    assert report.baselines.loc["majority", "accuracy"] < 0.2
    assert report.baselines.loc["linear", "accuracy"] > 0.8
    assert report.baselines.loc["majority", "verdict"] == "better"
    assert report.baselines.loc["majority", "gain_low"] > 0.5


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (("better", "better"), None),
        (("better", "hardly"), "; hardly better than a linear model>"),
        (("hardly", "worse"), "; hardly better than always the most frequent class>"),
        (("better", "sure"), "; right no more often than a linear model, with better probabilities>"),
    ],
)
def test_a_report_says_in_words_that_a_model_is_hardly_better_than_a_plain_one(
    verdicts: tuple[str, str], said: str | None, finished: kargah.Job
) -> None:
    data = finished.report().data
    changed = [one | {"verdict": verdict} for one, verdict in zip(data["baselines"], verdicts, strict=True)]
    words = repr(Report({**data, "baselines": changed}))  # type: ignore[typeddict-item]
    assert words.endswith(said) if said is not None else "than" not in words


def test_jobs_are_compared_by_their_curves_settings_and_reports(client: kargah.Kargah, finished: kargah.Job) -> None:
    compared = client.compare([finished, "job_nowhere"], metrics=["val_accuracy"])
    assert compared.not_found == ["job_nowhere"]
    values = [p.value for p in finished.metrics() if p.key == "val_accuracy"]
    assert compared.curves("val_accuracy")["mean"].tolist() == pytest.approx(values)
    row = compared.table(differs=False).loc[finished.id]
    assert row["val_accuracy"] == pytest.approx(max(values))
    assert row["validation accuracy"] == pytest.approx(finished.report().metrics.loc["accuracy"]["value"])
    assert row["dataset"] == finished.data["dataset_name"]


def test_two_jobs_are_held_against_each_other_on_the_rows_that_both_were_judged_on(finished: kargah.Job) -> None:
    found = finished.against(finished)
    assert (found.metric, found.difference, found.rows) == ("accuracy", 0.0, finished.report().data["rows"])
    assert f"not distinguishable by accuracy on the same {found.rows} rows" in found.sentence
    elsewhere = kargah.Job(finished._http, {**finished.data, "dataset_sha256": "0" * 64})
    with pytest.raises(kargah.KargahError) as refused:
        finished.against(elsewhere)
    assert refused.value.code == "rows_differ"


def points_of(points: list[Point]) -> list[tuple[str, int, int]]:
    """Those of the job itself: the last figures of its supervisor may still be on their way when it has ended."""
    return sorted((p.key, p.step, p.timestamp) for p in points if not p.key.startswith("system/"))


def logged_by(bridge: LiveBridge, job: kargah.Job) -> list[tuple[str, int, int]]:
    """What the job itself wrote down."""
    folder = bridge.data_dir / "jobs" / job.id / "spool"
    shapes = [Shape(n, json.loads(line)) for n, line in enumerate((folder / KEYS).read_text().splitlines(), 1)]
    data = (folder / POINTS).read_bytes()
    points = [point for record in records(data, shapes) for point in record.shape.points(data, record.start)]
    return points_of(points)


def test_the_history_holds_every_point_that_was_logged(live_bridge: LiveBridge, finished: kargah.Job) -> None:
    assert points_of(finished.metrics()) == logged_by(live_bridge, finished)
    assert "epoch 8/8" in finished.logs()


def test_a_model_that_was_saved_while_no_bridge_ran_is_sent_by_the_next_one(
    client: kargah.Kargah, live_bridge: LiveBridge, digits: kargah.Dataset
) -> None:
    job = client.train(digits, epochs=2)
    folder = live_bridge.data_dir / "jobs" / job.id
    until((folder / "supervisor.json").exists)
    live_bridge.kill()
    until((folder / "pending_model.json").exists)
    begun = json.loads((folder / "supervisor.json").read_text())
    # As a power cut would: nothing says how it ended, and the model waits in the folder.
    os.kill(begun["pid"], signal.SIGKILL)
    live_bridge.start()
    again = client.job(job.id)
    until(lambda: again.refresh().data["has_model"])
    assert again.state == "lost"
    pixels = torch.zeros(2, 64)
    assert again.model()(pixels).shape == (2, 10)
    assert not (folder / "pending_model.json").exists()
    assert not (folder / "model").exists()


def test_a_bridge_killed_in_training_loses_no_point_and_stores_none_twice(
    live_bridge: LiveBridge, client: kargah.Kargah, digits: kargah.Dataset, tmp_path: Path
) -> None:
    job = client.train(digits, epochs=60, patience=0)
    seen: list[Point] = []
    killed = False
    for update in job.stream():
        seen += update.points
        if seen and not killed:
            killed = True
            live_bridge.kill()
            live_bridge.start()
    assert job.state == "succeeded"
    logged = logged_by(live_bridge, job)
    assert points_of(seen) == logged
    assert not any(math.isnan(point.value) for point in seen)
    assert points_of(job.metrics()) == logged

    # As if every acknowledgement had been lost: all of it is sent once more.
    spool = live_bridge.data_dir / "jobs" / job.id / "spool"
    (spool / "acknowledged").unlink()
    token = tmp_path / "token"
    token.write_text(str(client._http.token))
    run_id = str(job.data["mlflow_run_id"])
    assert Reporter(spool, Address(live_bridge.data_dir / "bridge.json", token), lambda: RunRef(run_id, "")).close(
        timeout=DEADLINE_SECONDS
    )
    assert points_of(job.metrics()) == logged


def test_a_stopped_job_has_no_model_and_goes_on_from_its_checkpoint(
    client: kargah.Kargah, digits: kargah.Dataset
) -> None:
    job = client.train(digits, epochs=10_000, patience=0)
    for update in job.stream():
        if any(point.key == "val_loss" for point in update.points):
            job.stop()
            break
    assert job.wait().state == "stopped"
    with pytest.raises(kargah.KargahError) as caught:
        job.download()
    assert caught.value.code == "model_not_ready"
    assert job.can_resume
    reached, epoch = max(p.step for p in job.metrics("val_loss")), job.data["progress"]["epoch"] or 0
    resumed = job.resume(name="further", epochs=epoch + 2).wait()
    assert (resumed.state, resumed.data["resumed_from"], resumed.name) == ("succeeded", job.id, "further")
    assert min(p.step for p in resumed.metrics("val_loss")) > reached
    assert not resumed.can_resume
    with pytest.raises(kargah.KargahError) as caught:
        resumed.resume()
    assert caught.value.code == "job_has_no_checkpoint"


def test_a_plan_shows_what_would_run_and_runs_nothing(client: kargah.Kargah, digits: kargah.Dataset) -> None:
    before = len(client.jobs())
    [default, *_] = client.pythons()
    plan = client.plan(digits, epochs=3, priority="high", resources={"cpus": 1, "python": default["python"]})
    assert (plan["params"]["epochs"], plan["resources"]["cpus"], plan["python"]) == (3, 1, default["executable"])
    assert plan["jobs_before"] == 0
    assert "TOKEN" not in " ".join(plan["env"])
    with pytest.raises(kargah.KargahError) as caught:
        client.plan(digits, resources={"cpus": 256})
    assert caught.value.code == "resources_too_large"
    assert len(client.jobs()) == before


def test_a_failed_job_raises_its_reason_in_both_languages(client: kargah.Kargah) -> None:
    frame = pd.DataFrame({"x": range(200), "y": [float(i * i) for i in range(200)]})
    dataset = client.datasets.upload(frame, name="squares").ready()
    job = client.train(dataset, target="y", lr=100, optimizer="sgd", grad_clip=0)
    with pytest.raises(kargah.JobFailed) as caught:
        job.watch()
    assert caught.value.code == "loss_diverged"
    assert any("\u0600" <= c <= "\u06ff" for c in caught.value.message_fa)


def test_a_target_that_cannot_be_learned_is_refused_before_anything_starts(client: kargah.Kargah) -> None:
    frame = pd.DataFrame({"x": range(50), "y": ["a"] * 50})
    with pytest.raises(kargah.KargahError) as caught:
        client.train(frame, target="y")
    assert (caught.value.code, caught.value.status) == ("target_constant", 422)


def test_a_clone_changes_only_what_it_is_told(finished: kargah.Job) -> None:
    clone = finished.clone(name="again", epochs=1)
    assert clone.data["params"]["epochs"] == 1
    assert clone.data["dataset_id"] == finished.data["dataset_id"]
    assert clone.wait().state == "succeeded"


def test_a_dataset_is_uploaded_renamed_previewed_downloaded_and_deleted(client: kargah.Kargah, tmp_path: Path) -> None:
    file = tmp_path / "فروش.csv"
    file.write_text("شهر,price\nتهران,1\nشیراز,2\n" * 1, encoding="utf-8")
    dataset = client.datasets.upload(file).ready()
    assert (dataset.rows, dataset.columns) == (2, 2)
    assert list(dataset.preview()["شهر"]) == ["تهران", "شیراز"]
    assert dataset.rename("فروش تازه").name == "فروش تازه"
    assert [d.id for d in client.datasets.list("تازه")] == [dataset.id]
    assert dataset.download(tmp_path / "back.csv").read_bytes() == file.read_bytes()
    dataset.delete()
    with pytest.raises(kargah.KargahError) as caught:
        dataset.refresh()
    assert caught.value.code == "not_found"


def test_a_version_is_read_asked_split_and_learned_from(client: kargah.Kargah) -> None:
    frame = pd.DataFrame({"x": [float(i) for i in range(200)], "label": ["ab"[i % 2] for i in range(200)]})
    first = client.datasets.upload(frame, "two versions").ready()
    assert first.pandas().equals(frame)
    assert first.query("SELECT label, count(*) AS n FROM data GROUP BY 1 ORDER BY 1").values.tolist() == [
        ["a", 100],
        ["b", 100],
    ]
    features, target = first.torch("label")[3]
    assert (features.tolist(), int(target)) == ([3.0], 1)
    split = first.split("stratified", column="label", train=0.5, validation=0.25, test=0.25, seed=3)
    assert split["rows"] == {"train": 100, "validation": 50, "test": 50}
    job = client.train(first, epochs=1).watch()
    assert (job.data["dataset_version"], job.data["split_id"]) == (1, split["split_id"])
    assert "test_accuracy" in job.last_metrics
    assert [one["models"] for one in first.refresh().versions()] == [1]
    assert first.tag("فروش").tags == ["فروش"]
    other = first.split("ratio", train=0.6, validation=0.2, test=0.2)
    old = client.train(first, epochs=1, version=1, split=split["split_id"])
    assert (old.data["dataset_version"], old.data["split_id"]) == (1, split["split_id"])
    # A dataset that was asked for at a version is learned from at it.
    at = client.train(first.at(1), epochs=1)
    assert (at.data["dataset_version"], at.data["split_id"]) == (1, other["split_id"])
    with pytest.raises(kargah.KargahError) as refused:
        client.train(first.at(2), epochs=1)
    assert refused.value.code == "version_unknown"


def test_an_upload_that_was_cut_off_goes_on_where_it_stood(
    client: kargah.Kargah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "large.csv"
    line = "1234567,abcdefgh,0.5\n"
    file.write_text("a,b,c\n" + line * (2 * CHUNK_BYTES // len(line)), encoding="utf-8")
    sent: list[int] = []
    whole = Http.request

    def cut(self: Http, method: str, path: str, **options: object) -> object:
        if method == "PATCH":
            if len(sent) == 1:
                raise KeyboardInterrupt
            sent.append(len(options["content"]))  # type: ignore[arg-type]
        return whole(self, method, path, **options)

    monkeypatch.setattr(Http, "request", cut)
    with pytest.raises(KeyboardInterrupt):
        client.datasets.upload(file)
    sent.append(0)
    dataset_id, _ = upload_file(client._http, file, None)
    assert sum(sent) == file.stat().st_size
    client.datasets.delete(dataset_id)


def test_an_empty_file_and_a_wrong_kind_of_file_are_refused(client: kargah.Kargah, tmp_path: Path) -> None:
    for name, content, code in (("empty.csv", b"", "empty_file"), ("prog.exe", b"MZ", "unsupported_format")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(kargah.KargahError) as caught:
            client.datasets.upload(tmp_path / name)
        assert caught.value.code == code


def test_a_session_that_has_ended_is_renewed_without_a_word(client: kargah.Kargah) -> None:
    client._http._token = "ended"
    assert client.me()["name"] == "سارا"


def test_a_wrong_password_and_no_account_are_said_so(live_bridge: LiveBridge) -> None:
    with pytest.raises(kargah.KargahError) as caught:
        kargah.connect(live_bridge.url, email="nobody@example.com", password="not the password")
    assert (caught.value.code, caught.value.status) == ("bad_credentials", 401)
    with pytest.raises(kargah.KargahError) as caught:
        kargah.connect(live_bridge.url).me()
    assert caught.value.code == "unauthenticated"


def test_the_notebook_of_the_documentation_runs_as_it_stands(
    live_bridge: LiveBridge, client: kargah.Kargah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import nbformat
    from nbclient import NotebookClient

    session = tmp_path / "session.json"
    session.write_text(json.dumps({"url": live_bridge.url, "token": client._http.token}))
    for name in [name for name in os.environ if name.startswith("KARGAH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KARGAH_SESSION_FILE", str(session))
    source = Path(__file__).resolve().parents[3] / "docs" / "notebooks" / "first-model.ipynb"
    notebook = nbformat.read(source, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "notebooks are committed without outputs"
    NotebookClient(notebook, timeout=int(DEADLINE_SECONDS), resources={"metadata": {"path": str(tmp_path)}}).execute()
    said = "".join(out.get("text", "") for cell in notebook.cells for out in cell.get("outputs", []))
    assert float(said.split("right:")[1].split()[0]) >= 0.95


def test_the_readme_shows_the_cell_of_the_notebook_in_at_most_twenty_lines() -> None:
    import nbformat

    root = Path(__file__).resolve().parents[3]
    notebook = nbformat.read(root / "docs" / "notebooks" / "first-model.ipynb", as_version=4)
    cell = next(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert f"```python\n{cell}\n```" in (root / "README.md").read_text(encoding="utf-8")
    assert 10 <= len([line for line in cell.splitlines() if line.strip()]) <= 20


def test_watch_shows_what_a_script_logs_whatever_it_calls_it(
    client: kargah.Kargah, live_bridge: LiveBridge, capsys: pytest.CaptureFixture[str]
) -> None:
    (live_bridge.workspace / "watched.py").write_text(
        "import mlflow\nfor step in range(3):\n    mlflow.log_metric('perplexity', 9 - step, step=step)\n"
    )
    client.train(script="watched.py").watch()
    shown = capsys.readouterr().out
    assert "perplexity=7" in shown
    assert "system/" not in shown
    # Nobody knows how much of it is done.
    assert " 0%" not in shown


def test_a_script_is_named_from_here_and_runs_in_its_own_folder_with_its_variables(
    client: kargah.Kargah, live_bridge: LiveBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = live_bridge.workspace / "lessons" / "one"
    project.mkdir(parents=True)
    source = "import os, sys\nprint(os.getcwd(), *sys.argv[1:], os.environ['MODE'], os.environ['KEY_OF_MINE'])\n"
    (project / "train.py").write_text(source)
    monkeypatch.chdir(project.parent)
    given: dict[str, Any] = {"args": ["--lr", 0.5], "env": {"MODE": 3}, "secrets": {"KEY_OF_MINE": "hidden"}}
    for script in (Path("one/train.py"), "one/train.py", "lessons/one/train.py", project / "train.py"):
        job = client.train(script=script, **given).wait()
        assert job.logs() == f"{project} --lr 0.5 3 hidden\n"
        assert job.data["script"] is not None
        assert job.data["script"]["path"] == "lessons/one/train.py"
        assert job.data["script"]["secrets"] == ["KEY_OF_MINE"]
    assert client.train(script="one/train.py", cwd=".", **given).wait().logs().startswith(f"{project.parent} ")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"script": "train_me.py", "lr": 0.5}, "script_params"),
        ({"script": "train_me.py", "target": "y"}, "script_params"),
        ({"script": "not_there.py"}, "script_not_found"),
        ({"script": "/etc/hostname"}, "script_outside"),
        ({"env": {"A": "b"}}, "validation_failed"),
    ],
)
def test_what_would_go_nowhere_is_refused(
    client: kargah.Kargah, live_bridge: LiveBridge, given: dict[str, Any], code: str
) -> None:
    (live_bridge.workspace / "train_me.py").write_text("print(1)\n")
    with pytest.raises(kargah.KargahError) as refused:
        client.train(**given)
    assert refused.value.code == code


def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
