"""What loading costs of an epoch: a table of a million rows brought into memory, then every batch of one epoch taken.

Turn by turn with pandas → `TensorDataset` → `DataLoader`. Both split the same way, standardise the numbers, code the
words, and stop short of the network. Each has a process of its own, which reads the file anew. Prints one JSON object.
"""

import json
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from torch.utils.data import DataLoader, TensorDataset

from kargah.recipes import RECIPES, DatasetRef, parse_params
from kargah.training.batches import epoch_batches
from kargah.training.memory import keep_freed_memory

ROUNDS = 3
ROWS = 1_000_000
NUMBERS, WORDS = 17, 2
BATCH = 64


def write_table(path):
    random = np.random.default_rng(0)
    columns = {f"x{i}": random.normal(i, 1 + i, ROWS) for i in range(NUMBERS)}
    columns["x0"][random.random(ROWS) < 0.01] = np.nan
    for i in range(WORDS):
        words = pa.array([f"شهر {n}" for n in range(50)])
        columns[f"city{i}"] = pa.DictionaryArray.from_arrays(random.integers(0, 50, ROWS), words).cast(pa.string())
    columns["y"] = pa.array(random.integers(0, 2, ROWS))
    pq.write_table(pa.table(columns), path)


def ours(path):
    # As a job does before it reads its dataset.
    keep_freed_memory()
    recipe = RECIPES["tabular"]
    params = parse_params(recipe.INFO.params, {"target": "y", "batch_size": BATCH})
    began = time.perf_counter()
    task = recipe.prepare(params, DatasetRef("bench", Path(path)))
    loaded = time.perf_counter()
    seen = sum(len(targets) for _, targets in epoch_batches(task.train, BATCH, seed=0))
    return told(began, loaded, seen)


def rival(path):
    began = time.perf_counter()
    frame = pd.read_parquet(path)
    labels, _ = pd.factorize(frame.pop("y"), sort=True)
    words = frame.select_dtypes(exclude="number").columns
    codes = torch.tensor(np.stack([pd.factorize(frame.pop(name))[0] for name in words], 1))
    flag = frame.isna().any(axis=1).to_numpy(dtype="float32")[:, None]
    numbers = torch.tensor(
        np.hstack([((frame - frame.mean()) / frame.std()).fillna(0).to_numpy(dtype="float32"), flag])
    )
    order = torch.randperm(len(labels))[: int(0.8 * len(labels))]
    training = TensorDataset(numbers[order], codes[order], torch.from_numpy(labels)[order])
    loaded = time.perf_counter()
    seen = sum(len(targets) for _, _, targets in DataLoader(training, batch_size=BATCH, shuffle=True))
    return told(began, loaded, seen)


def told(began, loaded, seen):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"load": loaded - began, "epoch": time.perf_counter() - loaded, "rows": seen, "peak": peak}


def one(measure, path):
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(measure, path).result()


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "data.parquet")
        write_table(path)
        rounds = [(one(ours, path), one(rival, path)) for _ in range(ROUNDS)]
    middle = [{key: statistics.median(r[i][key] for r in rounds) for key in rounds[0][i]} for i in (0, 1)]
    each = {key: [b[key] / a[key] for a, b in rounds] for key in ("load", "epoch", "peak")}
    ratios = {key: statistics.median(values) for key, values in each.items()}
    told = {"ours": middle[0], "rival": middle[1], "ratios": ratios, "each": each, "rounds": ROUNDS, "batch": BATCH}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
