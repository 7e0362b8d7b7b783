"""Samples a second of the recipes, turn by turn with the training loops of PyTorch's tutorials.

Both train the same layers from the same weights on the same rows with the same optimizer and rate, and judge after each
epoch. The rival's rows are tensors already (`TensorDataset`; for texts a `collate` over lists), which is kinder
than the tutorials' own data of files. In the row that says so they are files, opened again in every epoch as in
"Writing Custom Datasets, DataLoaders and Transforms"; the rival splits them itself, and our time has the reading in
it. Every round has a seed and a split of its own, the same for both. Each has a process of its own, so that neither
sees how the other treats memory. Prints one JSON list.
"""

import dataclasses
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from babel import Locale
from PIL import Image
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset, random_split

from kargah.recipes import RECIPES, DatasetRef, parse_params
from kargah.training.checkpoint import Checkpoints
from kargah.training.loop import Listener, fit
from kargah.training.memory import keep_freed_memory
from kargah.training.threads import thread_choices

ROUNDS = 3
SILENT = Listener(metrics=lambda *_: None, progress=lambda *_: None, log=lambda *_: None, first_step=lambda: None)


class Numbers(nn.Module):
    """The table recipe's network as a tutorial writes it."""

    def __init__(self, ours, params):
        super().__init__()
        layers = [part for layer in ours.hidden for part in (layer, nn.ReLU(), nn.Dropout(params.dropout))]
        self.layers = nn.Sequential(*layers, ours.answer)

    def forward(self, numbers):
        return self.layers(numbers)


class Pictures(nn.Module):
    """The image recipe's network in the tutorials' order of layers: ReLU, then pooling."""

    def __init__(self, ours):
        super().__init__()
        self.mean, self.std, layers = ours.mean, ours.std, list(ours.features)
        for i, layer in enumerate(layers[:-1]):
            if isinstance(layer, nn.MaxPool2d):
                layers[i : i + 2] = [layers[i + 1], layer]
        self.layers = nn.Sequential(*layers, nn.AvgPool2d(ours.size), nn.Flatten(), ours.answer)

    def forward(self, pixels):
        return self.layers((pixels - self.mean) / self.std)


class PictureFiles(Dataset):
    """A folder per class, each picture opened when it is asked for."""

    def __init__(self, folder, size):
        classes = sorted(place.name for place in folder.iterdir())
        self.size = size
        self.files = [(path, number) for number, name in enumerate(classes) for path in (folder / name).iterdir()]

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        path, label = self.files[index]
        with Image.open(path) as picture:
            pixels = np.asarray(picture.convert("L").resize((self.size, self.size), Image.Resampling.BILINEAR))
        return torch.from_numpy(pixels.copy()).unsqueeze(0).float() / 255, label


def table_rival(task, params, _data):
    def rows(split):
        return TensorDataset(split.inputs[0], split.targets)

    return Numbers(task.network, params), rows(task.train), rows(task.validation), None


def image_rival(task, _params, _data):
    def rows(split):
        (pictures,) = split.part(0, len(split))
        return TensorDataset(pictures.contiguous(), split.targets)

    network = Pictures(task.network).to(memory_format=torch.contiguous_format)
    return network, rows(task.train), rows(task.validation), None


def files_rival(task, params, data):
    network, *_ = image_rival(task, params, data)
    parts = [len(task.train), len(task.validation)]
    seed = torch.Generator().manual_seed(params.seed)
    return network, *random_split(PictureFiles(data, params.image_size), parts, seed), None


def text_rival(task, _params, _data):
    def rows(split):
        return [(*split.part(i, i + 1)[:1], int(split.targets[i])) for i in range(len(split))]

    def collate(batch):
        starts = torch.tensor([0] + [len(numbers) for numbers, _ in batch])[:-1].cumsum(0).int()
        return torch.cat([numbers for numbers, _ in batch]), starts, torch.tensor([label for _, label in batch])

    return task.network, rows(task.train), rows(task.validation), collate


def tutorial(model, training, validation, collate, params):
    """`train` and `test` as the tutorials have them; returns when each epoch was judged and its accuracy."""
    loss_of = nn.CrossEntropyLoss()
    optimizer = torch.optim.AdamW(model.parameters(), lr=params.lr, weight_decay=params.weight_decay)
    train_loader = DataLoader(training, batch_size=params.batch_size, shuffle=True, collate_fn=collate)
    test_loader = DataLoader(validation, batch_size=params.batch_size, collate_fn=collate)
    judged = []
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
        judged.append((time.perf_counter(), correct / len(validation)))
    return judged


def prepared(row, data, seed):
    _, recipe, _, path, _, given = row
    recipe = RECIPES[recipe]
    params = parse_params(recipe.INFO.params, given | {"patience": 0, "seed": seed})
    torch.manual_seed(params.seed)
    return recipe.prepare(params, DatasetRef("bench", data / path)), params


def ours(row, data, seed):
    """Its figures, and how many threads were found best."""
    reading = time.perf_counter()
    task, params = prepared(row, data, seed)
    judged = []

    def metrics(values, _step):
        if "val_accuracy" in values:
            judged.append((time.perf_counter(), values["val_accuracy"]))

    with tempfile.TemporaryDirectory() as folder:
        began = reading if row[2] == "files" else time.perf_counter()
        threads = thread_choices(task.threads, None)
        listener = dataclasses.replace(SILENT, metrics=metrics)
        fit(task, params, listener, Checkpoints(Path(folder)), lambda: False, threads=threads)
        ended = time.perf_counter()
    return figures(row, params.epochs * len(task.train), began, ended, judged), torch.get_num_threads()


def rival(row, data, seed, threads):
    # The rival gets the threads that were found best: its own choice, all cores, is far slower on a busy machine.
    torch.set_num_threads(threads)
    task, params = prepared(row, data, seed)
    given = RIVALS[row[2]](task, params, data / row[3])
    began = time.perf_counter()
    judged = tutorial(*given, params)
    return figures(row, params.epochs * len(task.train), began, time.perf_counter(), judged)


def figures(row, samples, began, ended, judged):
    """`seconds_to_goal` is the whole time where the goal was never reached, a lower bound in the rival's favour."""
    reached = next((when for when, accuracy in judged if accuracy >= row[4]), ended)
    return {
        "samples_per_second": samples / (ended - began),
        "accuracy": max(accuracy for _, accuracy in judged),
        "seconds_to_goal": reached - began,
    }


def first_optimizer():
    """Makes an optimizer, so that what the first one of a process loads counts for neither side."""
    torch.optim.AdamW([nn.Parameter(torch.zeros(1))], fused=True)


def as_a_job():
    keep_freed_memory()
    first_optimizer()


def measure(row, data, left, right):
    rounds = []
    for seed in range(1, ROUNDS + 1):
        mine, threads = left.submit(ours, row, data, seed).result()
        rounds.append((mine, right.submit(rival, row, data, seed, threads).result()))
    middle = [{key: statistics.median(pair[i][key] for pair in rounds) for key in rounds[0][0]} for i in (0, 1)]
    each = [a["samples_per_second"] / b["samples_per_second"] for a, b in rounds]
    ratios = {
        "speed": statistics.median(each),
        "goal": statistics.median(b["seconds_to_goal"] / a["seconds_to_goal"] for a, b in rounds),
    }
    return {
        "what": row[0],
        "key": row[6],
        "goal": row[4],
        "ours": middle[0],
        "rival": middle[1],
        "ratios": ratios,
        "each": each,
        "rounds": ROUNDS,
    }


def write_data(folder):
    digits = load_digits(as_frame=True)
    digits.frame.to_parquet(folder / "digits.parquet", index=False)
    for i, (picture, label) in enumerate(zip(digits.images, digits.target, strict=True)):
        place = folder / "images" / str(label)
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray((picture * 15).astype(np.uint8)).save(place / f"{i}.png")
    names = [
        (name, language)
        for language in ("fa", "ckb", "ug")
        for part in ("languages", "territories", "scripts", "currencies")
        for name in getattr(Locale(language), part).values()
    ]
    frame = pd.DataFrame(names, columns=["text", "language"]).drop_duplicates("text", keep=False)
    frame.to_parquet(folder / "names.parquet", index=False)


RIVALS = {"table": table_rival, "image": image_rival, "files": files_rival, "text": text_rival}
# Of the table recipe the one network that a tutorial has: no ensemble, no intervals.
ONE_NETWORK = {"target": "target", "members": 1, "intervals": 0}
ROWS = (
    ("MLP, digits as a table", "tabular", "table", "digits.parquet", 0.96, ONE_NETWORK, "table"),
    ("CNN, digits as 8×8 pictures", "image", "image", "images", 0.96, {"epochs": 5}, "pictures-8"),
    ("CNN, digits as 28×28 pictures", "image", "image", "images", 0.96, {"epochs": 7, "image_size": 28}, "pictures-28"),
    (
        "CNN, digits as 28×28 pictures, from files",
        "image",
        "files",
        "images",
        0.96,
        {"epochs": 7, "image_size": 28},
        "files",
    ),
    (
        "n-grams, names in 3 languages",
        "text",
        "text",
        "names.parquet",
        0.86,
        {"target": "language", "epochs": 10},
        "texts",
    ),
)


def main():
    spawn = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as name,
        ProcessPoolExecutor(1, spawn, as_a_job) as left,
        ProcessPoolExecutor(1, spawn, first_optimizer) as right,
    ):
        write_data(Path(name))
        json.dump([measure(row, Path(name), left, right) for row in ROWS], sys.stdout)


if __name__ == "__main__":
    main()
