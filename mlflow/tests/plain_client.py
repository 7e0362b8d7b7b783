"""What people do with plain MLflow, each part a use of its client: `python plain_client.py <part> [argument …]`.

The bridge's tests run it against the gateway, with a personal token or as a job. It passes on a plain server, too.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import uuid
import warnings
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

warnings.simplefilter("ignore")


def default_experiment() -> None:
    """Logs where no experiment is named."""
    with mlflow.start_run() as run:
        mlflow.log_metric("loss", 0.5)
    assert mlflow.get_run(run.info.run_id).data.metrics == {"loss": 0.5}
    assert mlflow.get_experiment(run.info.experiment_id).name == "Default"
    assert run.info.run_id in set(mlflow.search_runs(experiment_ids=["0"])["run_id"])


def own_store() -> None:
    """Logs to the tracking store that the script itself names."""
    mlflow.set_tracking_uri(f"sqlite:///{tempfile.mkdtemp()}/mine.db")
    with mlflow.start_run() as run:
        mlflow.log_metric("loss", 1.0)
    assert mlflow.get_run(run.info.run_id).data.metrics == {"loss": 1.0}
    mlflow.set_experiment("mine")
    with mlflow.start_run() as run:
        mlflow.log_param("lr", 0.1)
    assert mlflow.get_run(run.info.run_id).data.params == {"lr": "0.1"}


def no_experiment() -> None:
    """Logs, itself and from a process that it starts, where no experiment is named."""
    child = "import mlflow; run = mlflow.start_run(); mlflow.log_metric('loss', 2.0); print(run.info.experiment_id)"
    with mlflow.start_run() as run:
        mlflow.log_metric("loss", 1.0)
        with mlflow.start_run(nested=True, run_name="below") as below:
            mlflow.log_metric("loss", 3.0)
    done = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True, check=True)
    wanted = os.environ["KARGAH_EXPERIMENT_ID"]
    there = (
        run.info.experiment_id,
        below.info.experiment_id,
        done.stdout.split()[0],
        mlflow.get_experiment("0").experiment_id,
    )
    assert there == (wanted,) * 4, there
    assert sorted(mlflow.search_runs()["metrics.loss"].dropna())[-3:] == [1.0, 2.0, 3.0]


def files() -> None:
    """Keeps folders, tables, settings, texts and a figure, by names of any letters, and gets them back."""
    from matplotlib.figure import Figure

    folder = Path(tempfile.mkdtemp()) / "پوشهٔ خروجی"
    (folder / "a" / "b").mkdir(parents=True)
    names = {"a/b/متن.txt": "سلام", "c +1 & ۵%.txt": "c", "empty": ""}
    for name, text in names.items():
        (folder / name).write_text(text, encoding="utf-8")
    with mlflow.start_run() as run:
        mlflow.log_artifacts(str(folder), artifact_path="out dir")
        mlflow.log_artifact(str(folder))
        mlflow.log_dict({"نام": [1, 2]}, "conf/settings.json")
        mlflow.log_figure(Figure(), "figures/f.png")
        mlflow.log_table({"text": ["سلام", "b"], "n": [1, 2]}, "t.json")
        mlflow.log_table({"text": ["c"], "n": [3]}, "t.json")
    there = Path(mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="out dir"))
    assert {name: (there / name).read_text(encoding="utf-8") for name in names} == names
    top = {file.path for file in MlflowClient().list_artifacts(run.info.run_id)}
    assert {"out dir", folder.name, "conf", "figures", "t.json"} <= top, top
    assert mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/conf/settings.json") == {"نام": [1, 2]}
    assert list(mlflow.load_table("t.json", run_ids=[run.info.run_id])["n"]) == [1, 2, 3]


def threads() -> None:
    """Logs batches from eight threads at once: every point is there, and the newest is the value."""
    from concurrent.futures import ThreadPoolExecutor

    from mlflow.entities import Metric, Param, RunTag

    client = MlflowClient()
    with mlflow.start_run() as run:
        identifier = run.info.run_id

        def log(thread: int) -> None:
            for at in range(10):
                points = [Metric(f"t{thread}", at + i / 10, 1, at * 10 + i) for i in range(10)]
                client.log_batch(identifier, points, [Param(f"p{thread} {at}", "x")], [RunTag("رشته", str(thread))])

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(log, range(8)))
        for thread in range(8):
            history = client.get_metric_history(identifier, f"t{thread}")
            assert sorted(point.step for point in history) == list(range(100)), len(history)
    data = client.get_run(identifier).data
    assert {name: data.metrics[name] for name in (f"t{k}" for k in range(8))} == {f"t{k}": 9.9 for k in range(8)}
    assert len([name for name in data.params if name.startswith("p")]) >= 80


def search() -> None:
    """Looks for its runs by metric, parameter, tags with Persian names, state and name, page by page."""
    name = "جست‌وجو " + uuid.uuid4().hex[:6]
    mlflow.set_experiment(name)
    for at in range(4):
        with mlflow.start_run(run_name=f"r{at}", tags={"تیم": "بینایی", "k": str(at)}, description=f"شرح {at}"):
            mlflow.log_param("مدل", "cnn")
            mlflow.log_metric("acc", at / 10)

    def found(condition: str, **how: object) -> int:
        return len(mlflow.search_runs(experiment_names=[name], filter_string=condition, **how))

    assert found("metrics.acc > 0.15") == 2
    assert found("params.`مدل` = 'cnn' and tags.k = '1'") == 1
    assert found("tags.`تیم` = 'بینایی'") == 4
    assert found("attributes.status = 'FINISHED'", max_results=3) == 3
    assert found("attributes.run_name LIKE 'r%'") >= 3
    client = MlflowClient()
    experiment = client.get_experiment_by_name(name)
    page = client.search_runs([experiment.experiment_id], max_results=3)
    assert (len(page), len(client.search_runs([experiment.experiment_id], page_token=page.token))) == (3, 1)
    assert {run.data.tags["mlflow.note.content"] for run in page} <= {f"شرح {at}" for at in range(4)}
    with contextlib.suppress(MlflowException):
        found("acc > (")
        raise AssertionError("a malformed filter was taken")


def named_experiment() -> None:
    """The best of the runs of an experiment is looked for by its name."""
    name = "search " + uuid.uuid4().hex[:6]
    mlflow.set_experiment(name)
    mine = set()
    for rate in (0.1, 0.2, 0.3):
        with mlflow.start_run() as run:
            mlflow.log_metric("case_loss", rate)
            mine.add(run.info.run_id)
    found = mlflow.search_runs(experiment_names=[name], order_by=["metrics.case_loss ASC"])
    assert set(found["run_id"]) == mine, f"{len(found)} runs"
    assert list(found["metrics.case_loss"]) == [0.1, 0.2, 0.3]


def get_or_create() -> None:
    """Asks for a registered model that is not there, and makes it."""
    client, name = MlflowClient(), "case-" + uuid.uuid4().hex[:8]
    try:
        client.get_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        client.create_registered_model(name)
    assert client.get_registered_model(name).name == name


def large_batch() -> None:
    """Many parameters of as many letters as MLflow takes."""
    with mlflow.start_run() as run:
        mlflow.log_params({f"p{k}": "ی" * 5900 for k in range(99)})
    assert len(mlflow.get_run(run.info.run_id).data.params) >= 99


def multipart() -> None:
    """Uploads in parts are switched on, and the file has a percent sign in its name."""
    os.environ |= {
        "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD": "true",
        "MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE": str(6 << 20),
        "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE": str(5 << 20),
    }
    path = Path(tempfile.mkdtemp()) / "۵۰% وزن.bin"
    path.write_bytes(os.urandom(8 << 20))
    with mlflow.start_run() as run:
        mlflow.log_artifact(str(path))
    there = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path=path.name)
    assert Path(there).read_bytes() == path.read_bytes()


def trace() -> None:
    """A traced function can be read back, with its spans."""

    @mlflow.trace
    def predict(x: int) -> int:
        return x + 1

    with mlflow.start_run():
        predict(1)
        mlflow.flush_trace_async_logging()
        identifier = mlflow.get_last_active_trace_id()
        assert identifier is not None
        assert [span.name for span in mlflow.get_trace(identifier).data.spans] == ["predict"]
        mlflow.set_trace_tag(identifier, "reviewed", "yes")


def registry() -> None:
    """Logs a model, registers, tags, promotes and describes it."""
    from sklearn.linear_model import LinearRegression

    name, client = "case-" + uuid.uuid4().hex[:8], MlflowClient()
    model = LinearRegression().fit([[0.0], [1.0]], [0, 1])
    with mlflow.start_run() as run:
        info = mlflow.sklearn.log_model(model, name="model", registered_model_name=name, pip_requirements=[])
    assert int(info.registered_model_version) == 1
    version = mlflow.register_model(f"runs:/{run.info.run_id}/model", name).version
    assert int(version) == 2
    client.set_registered_model_alias(name, "champion", version)
    client.set_model_version_tag(name, version, "validated", "yes")
    client.update_model_version(name, version, "the second one")
    client.update_registered_model(name, "a line")
    client.set_registered_model_tag(name, "team", "vision")
    found = client.get_model_version_by_alias(name, "champion")
    assert (found.version, found.description, found.tags) == (version, "the second one", {"validated": "yes"})
    client.delete_registered_model_alias(name, "champion")
    assert client.transition_model_version_stage(name, version, "Production").current_stage == "Production"
    assert abs(mlflow.pyfunc.load_model(f"models:/{name}/1").predict([[2.0]])[0] - 2.0) < 1e-9


def experiment_tags() -> None:
    """Tags the experiment it logs to."""
    mlflow.set_experiment("tagged")
    mlflow.set_experiment_tag("team", "vision")
    mlflow.set_experiment_tags({"a": "b"})


def prompts() -> None:
    """Registers a prompt, and loads it by its alias."""
    name = "prompt-" + uuid.uuid4().hex[:8]
    first = mlflow.genai.register_prompt(name=name, template="سلام {{name}}")
    mlflow.genai.set_prompt_alias(name, alias="live", version=first.version)
    assert mlflow.genai.load_prompt(f"prompts:/{name}@live").format(name="سارا") == "سلام سارا"


def evaluation_dataset() -> None:
    """Keeps records to evaluate with."""
    experiment = os.environ.get("KARGAH_EXPERIMENT_ID") or mlflow.create_experiment("records " + uuid.uuid4().hex[:6])
    dataset = mlflow.genai.datasets.create_dataset(name="d-" + uuid.uuid4().hex[:6], experiment_id=[experiment])
    dataset.merge_records([{"inputs": {"x": 1}, "expectations": {"y": 2}}])
    assert len(mlflow.genai.datasets.get_dataset(dataset_id=dataset.dataset_id).to_df()) == 1


def resume(run_id: str) -> None:
    """Goes on in the run of an earlier time."""
    with mlflow.start_run(run_id=run_id):
        mlflow.log_metric("more", 1.0)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
