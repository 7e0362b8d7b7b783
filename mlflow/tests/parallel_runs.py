"""Runs of several processes, open at once and nested, as scripts make them: run by the bridge's tests as a job."""

import multiprocessing
import os

import mlflow
from mlflow import MlflowClient


def train(lr: float) -> str:
    with mlflow.start_run(run_name=f"lr {lr}") as run:
        mlflow.log_param("lr", lr)
        for step in range(3):
            mlflow.log_metric("loss", lr * step, step=step)
        run_id: str = run.info.run_id
        return run_id


if __name__ == "__main__":
    mlflow.set_experiment("grid")
    with multiprocessing.get_context("fork").Pool(2) as pool:
        runs = pool.map(train, [0.1, 0.2, 0.3, 0.4], chunksize=1)
    print("trained", *runs, flush=True)

    client = MlflowClient()
    found = client.get_experiment_by_name("compare")
    experiment = found.experiment_id if found else client.create_experiment("compare")
    one, two = (client.create_run(experiment, run_name=name).info.run_id for name in ("cnn", "mlp"))
    client.log_param(one, "model", "cnn")
    client.log_param(two, "model", "mlp")
    for run_id in (one, two):
        client.set_terminated(run_id)
    assert client.get_run(one).data.params == {"model": "cnn"}
    assert client.get_run(two).data.params == {"model": "mlp"}

    with mlflow.start_run(run_name="folds"):
        for fold in range(2):
            with mlflow.start_run(nested=True, run_name=f"fold {fold}") as run:
                mlflow.log_metric("loss", float(fold), step=0)
    print("open", mlflow.start_run(nested=True, run_name="left open").info.run_id, flush=True)
    # As when it is killed: nobody ends the run.
    os._exit(0)
