"""µs of one `log()` of our reporter and of MLflow's synchronous client, same metrics, same run, turn by turn."""

import itertools
import json
import os
import statistics
import sys
import time
from pathlib import Path

import mlflow

from kargah.reporting.gateway import Address
from kargah.reporting.reporter import Reporter
from kargah.reporting.run_ref import RunRef

METRICS = {"train_loss": 0.123456789, "lr": 1e-3}
OURS, RIVALS, ROUNDS = 2_000, 20, 5

folder = Path(os.environ["KARGAH_JOB_DIR"])
bridge_file = Path(json.loads((folder / "job.json").read_text())["bridge_file"])
steps = itertools.count()


def timed(count: int, call) -> list[float]:
    """µs of each call."""
    times = []
    for step in itertools.islice(steps, count):
        began = time.perf_counter_ns()
        call(METRICS, step)
        times.append((time.perf_counter_ns() - began) / 1000)
    return times


with mlflow.start_run() as run:
    reporter = Reporter(
        folder / "bench-spool", Address(bridge_file, folder / "token"), lambda: RunRef(run.info.run_id, "")
    )
    ours, means, rivals, delivered = [], [], [], True
    for _ in range(ROUNDS):
        began = time.perf_counter()
        ours += timed(OURS, reporter.log)
        means.append((time.perf_counter() - began) / OURS * 1e6)
        # Waits until the sender is idle, so that it does not slow down the rival.
        delivered &= reporter.flush(timeout=120)
        rivals += timed(RIVALS, lambda metrics, at: mlflow.log_metrics(metrics, step=at))
    reporter.close(timeout=120)

figures = {
    "median": statistics.median(ours),
    "p99": statistics.quantiles(ours, n=100)[98],
    "mean": statistics.median(means),
    "rival": statistics.median(rivals),
    "calls": len(ours),
    "delivered": delivered,
}
Path(sys.argv[1]).write_text(json.dumps(figures))
