"""Logs with plain MLflow when told to, a line on standard input each time, and says how long the calls took (ms)."""

import sys
import time

import mlflow

with mlflow.start_run():
    # MLflow is asked once whether this run may be written.
    mlflow.log_metrics({"loss": 1.0, "acc": 0.0}, step=0)
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    for step in range(1, 6):
        mlflow.log_metrics({"loss": 1.0 / (step + 1), "acc": step / 10}, step=step)
        mlflow.log_metric("single", float(step), step=step)
    mlflow.log_metrics({"odd": float("nan"), "most": float("inf")}, step=6)
    print(f"took {1000 * (time.perf_counter() - began):.0f}", flush=True)
    sys.stdin.readline()
