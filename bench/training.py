"""Samples a second of the recipes, turn by turn with the training loop of PyTorch's quickstart tutorial.

Both train the same network from the same weights on the same rows with the same optimizer and judge it after each
epoch; the rival reads float tensors from a `TensorDataset` through a `DataLoader`, which is kinder than the tutorial's
own data set of picture files. Prints one JSON list.
"""

import copy
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from kargah.recipes import RECIPES, DatasetRef, parse_params
from kargah.training.checkpoint import Checkpoints
from kargah.training.loop import Listener, fit
from kargah.training.threads import thread_choices

ROUNDS = 5
SILENT = Listener(metrics=lambda *_: None, progress=lambda *_: None, log=lambda *_: None, first_step=lambda: None)


def tutorial(model, training, validation, params):
    """`train` and `test` as the tutorial has them; returns the last epoch's accuracy."""
    loss_of = nn.CrossEntropyLoss()
    optimizer = torch.optim.AdamW(model.parameters(), lr=params.lr, weight_decay=params.weight_decay)
    train_loader = DataLoader(training, batch_size=params.batch_size, shuffle=True)
    test_loader = DataLoader(validation, batch_size=params.batch_size)
    correct = 0
    for _ in range(params.epochs):
        model.train()
        for batch, (*inputs, truth) in enumerate(train_loader):
            loss = loss_of(model(*inputs), truth)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            if batch % 100 == 0:
                loss.item()
        model.eval()
        test_loss, correct = 0.0, 0
        with torch.no_grad():
            for *inputs, truth in test_loader:
                answer = model(*inputs)
                test_loss += loss_of(answer, truth).item()
                correct += (answer.argmax(1) == truth).type(torch.float).sum().item()
    return correct / len(validation)


def plain(recipe, task, split):
    """The rows as the tutorial would hold them."""
    if recipe == "image":
        (pictures,) = split.part(0, len(split))
        return TensorDataset(pictures.contiguous(), split.targets)
    return TensorDataset(*split.inputs, split.targets)


def measure(what, recipe_name, path, given, folder):
    recipe = RECIPES[recipe_name]
    params = parse_params(recipe.INFO.params, given | {"patience": 0})
    ours, theirs = [], []
    for _ in range(ROUNDS):
        torch.manual_seed(params.seed)
        task = recipe.prepare(params, DatasetRef(what, path))
        rival = copy.deepcopy(task.network).to(memory_format=torch.contiguous_format)
        training, validation = (plain(recipe_name, task, split) for split in (task.train, task.validation))
        samples = params.epochs * len(task.train)
        began = time.perf_counter()
        result = fit(
            task, params, SILENT, Checkpoints(folder), lambda: False, threads=thread_choices(task.threads, None)
        )
        ours.append((samples / (time.perf_counter() - began), result.best_metrics["val_accuracy"]))
        # The rival gets the threads that were found best: its own choice, all cores, is far slower on a busy machine.
        began = time.perf_counter()
        accuracy = tutorial(rival, training, validation, params)
        theirs.append((samples / (time.perf_counter() - began), accuracy))

    def middle(runs):
        return {
            "samples_per_second": statistics.median(r[0] for r in runs),
            "accuracy": statistics.median(r[1] for r in runs),
        }

    return {
        "what": what,
        "ours": middle(ours),
        "rival": middle(theirs),
        "ratio": statistics.median(a[0] / b[0] for a, b in zip(ours, theirs, strict=True)),
        "rounds": ROUNDS,
    }


def main():
    digits = load_digits(as_frame=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        digits.frame.to_parquet(folder / "digits.parquet", index=False)
        for i, (picture, label) in enumerate(zip(digits.images, digits.target, strict=True)):
            place = folder / "images" / str(label)
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray((picture * 15).astype(np.uint8)).save(place / f"{i}.png")
        table = measure(
            "MLP, digits table", "tabular", folder / "digits.parquet", {"target": "target", "epochs": 20}, folder / "a"
        )
        images = measure("CNN, digits pictures 8×8", "image", folder / "images", {"epochs": 5}, folder / "b")
    json.dump([table, images], sys.stdout)


if __name__ == "__main__":
    main()
