"""The whole way once: account, data, training, model."""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path

import kargah


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", default=".")


def run(options: argparse.Namespace) -> None:
    """As a notebook cell would write it."""
    from kargah.client.predict import Predictor

    client = kargah.connect()
    email = options.email or f"demo-{secrets.token_hex(4)}@example.com"
    client.register(email, options.password or secrets.token_urlsafe(18), name="Demo")
    print(f"Signed in as {email} at {client.url}")

    dataset = client.datasets.import_source("digits")
    print(f"Dataset: {dataset.name}, {dataset.rows} rows, {dataset.columns} columns")

    job = client.train(dataset, name="digits-demo")
    job.watch()

    path = job.download(Path(options.out) / "digits-demo.pt2")
    model = Predictor.load(path)
    print(f"Right on rows it did not learn from: {model.about['metrics']['val_accuracy']:.1%}")
    print("Its answers for the first ten rows:", *model.predict(dataset.preview(limit=10)))

    print(f"\nThe model is at {path}\nLoad it in PyTorch:\n")
    print(f'    import torch\n    model = torch.export.load("{path}").module()')
    print("    model(torch.zeros(2, 64))  # probabilities of the ten digits")
