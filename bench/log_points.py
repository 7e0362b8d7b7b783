"""An unmodified MLflow script: `sent` is the moment of the call, `call_ms` how long the call before took."""

import sys
import time

import mlflow

count = int(sys.argv[1])
with mlflow.start_run():
    call_ms = 0.0
    for step in range(count):
        sent = time.time()
        mlflow.log_metrics({"sent": sent, "call_ms": call_ms}, step=step)
        call_ms = (time.time() - sent) * 1000
