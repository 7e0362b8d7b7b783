"""A script whose steps are `time.time_ns()`, which MLflow keeps in 64 bits: run by the bridge's tests as a job."""

import time

import mlflow
from mlflow import MlflowClient

with mlflow.start_run() as run:
    steps = []
    for value in (3.0, 2.0, 1.0):
        steps.append(time.time_ns())
        mlflow.log_metric("loss", value, step=steps[-1])
    with mlflow.start_run(nested=True):
        mlflow.log_metric("fold", 1.0)
with mlflow.start_run():
    mlflow.log_metric("after", 1.0)
assert [point.step for point in MlflowClient().get_metric_history(run.info.run_id, "loss")] == steps
print("steps", *steps)
