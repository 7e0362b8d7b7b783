"""Logs so many points of so many metrics through plain MLflow, a thousand at a time."""

import sys
import time

import mlflow
from mlflow.entities import Metric

names, points = int(sys.argv[1]), int(sys.argv[2])
with mlflow.start_run() as run:
    now = int(time.time() * 1000)
    every = [Metric(f"m{n}", 1 / (s + n + 1), now + s, s) for s in range(points) for n in range(names)]
    for at in range(0, len(every), 1000):
        mlflow.MlflowClient().log_batch(run.info.run_id, metrics=every[at : at + 1000])
