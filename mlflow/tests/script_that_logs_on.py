"""Logs with plain MLflow when told to, a line on standard input each time."""

import sys

import mlflow

with mlflow.start_run():
    # MLflow is asked once whether this run may be written.
    mlflow.log_metrics({"loss": 1.0, "acc": 0.0}, step=0)
    print("ready", flush=True)
    sys.stdin.readline()
    for step in range(1, 6):
        mlflow.log_metrics({"loss": 1.0 / (step + 1), "acc": step / 10}, step=step)
        mlflow.log_metric("single", float(step), step=step)
    mlflow.log_metrics({"odd": float("nan"), "most": float("inf")}, step=6)
    print("done", flush=True)
    sys.stdin.readline()
