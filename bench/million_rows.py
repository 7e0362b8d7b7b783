"""A CSV of a million rows: ours reads, types and profiles it; pandas reads and describes it. One of them a process."""

from __future__ import annotations

import json
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

ROWS = 1_000_000
CITIES = ["تهران", "شیراز", "تبریز", "رشت", "اصفهان", "مشهد", "یزد", "کرمان"]


def make(path: Path) -> None:
    """Write the CSV: 12 columns, numbers, dates, truth values, categories and two of Persian text."""
    rng = random.Random(0)  # noqa: S311
    with path.open("w", encoding="utf-8") as file:
        file.write("id,a,b,c,d,e,f,flag,day,city,note,label\n")
        for row in range(ROWS):
            numbers = ",".join(f"{rng.gauss(0, 10):.4f}" for _ in range(4))
            file.write(
                f"{row},{numbers},{rng.randrange(1000)},{rng.randrange(10**9)},{'true' if row % 3 else 'false'},"
                f"20{10 + row % 15}-{1 + row % 12:02}-{1 + row % 28:02},{CITIES[row % 8]},"
                f"نظر {rng.randrange(10**6)} دربارهٔ کالا,{'ab'[row % 2]}\n"
            )


def ours(path: Path) -> None:
    """Read as an uploaded file is."""
    from kargah.datasets.verbs.read import read_dataset

    with tempfile.TemporaryDirectory() as folder:
        result = read_dataset(Path(folder), "rows.csv", original=path, memory_bytes=6 << 30, max_image_bytes=1 << 30)
    assert result["rows"] == ROWS


def pandas(path: Path) -> None:
    """What a notebook would do."""
    import pandas as pd

    frame = pd.read_csv(path)
    assert len(frame) == ROWS
    frame.describe(include="all")


if __name__ == "__main__":
    what, path = sys.argv[1], Path(sys.argv[2])
    began, cpu = time.perf_counter(), time.process_time()
    {"make": make, "ours": ours, "pandas": pandas}[what](path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu, "peak": peak}))
