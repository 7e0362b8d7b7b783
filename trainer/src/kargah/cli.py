"""`kargah …`: the client on the command line."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from pathlib import Path
from typing import Any

import kargah
from kargah.client import Kargah, KargahError
from kargah.client.predict import Predictor


def demo(options: argparse.Namespace) -> None:
    """The whole way, as a notebook cell would write it."""
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


def train(options: argparse.Namespace) -> None:
    client = _connect(options)
    params = dict(_pair(text) for text in options.param)
    job = client.train(options.dataset, options.recipe, target=options.target, name=options.name, **params)
    print(job)
    job.watch()
    print(job.download(options.out))


def upload(options: argparse.Namespace) -> None:
    print(_connect(options).datasets.upload(options.path, options.name).ready())


def recipes(options: argparse.Namespace) -> None:
    for recipe in _connect(options).recipes():
        print(f"{recipe['recipe']:<16} {recipe['title']} · {recipe['title_fa']}")


def datasets(options: argparse.Namespace) -> None:
    for dataset in _connect(options).datasets.list():
        print(dataset)


def jobs(options: argparse.Namespace) -> None:
    for job in _connect(options).jobs():
        print(job)


def watch(options: argparse.Namespace) -> None:
    _connect(options).job(options.job_id).watch()


def stop(options: argparse.Namespace) -> None:
    print(_connect(options).job(options.job_id).stop().wait())


def logs(options: argparse.Namespace) -> None:
    sys.stdout.write(_connect(options).job(options.job_id).logs())


def download(options: argparse.Namespace) -> None:
    print(_connect(options).job(options.job_id).download(options.out))


def main(argv: list[str] | None = None) -> int:
    """Exit code 0, or 1 with the reason on stderr in both languages."""
    options = _parser().parse_args(argv)
    try:
        options.run(options)
    except KargahError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _connect(options: argparse.Namespace) -> Kargah:
    return kargah.connect(email=options.email, password=options.password)


def _pair(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    for read in (int, float):
        try:
            return name, read(value)
        except ValueError:
            continue
    return name, [int(v) for v in value.strip("[]").split(",")] if value.startswith("[") else value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kargah", description="Datasets, training jobs and models from the command line."
    )
    parser.add_argument("--email", default=os.environ.get("KARGAH_EMAIL"), help="sign in as (or KARGAH_EMAIL)")
    parser.set_defaults(password=os.environ.get("KARGAH_PASSWORD"))
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, run: Any, about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about)
        added.set_defaults(run=run)
        return added

    command("demo", demo, "the whole way once: account, data, training, model").add_argument("--out", default=".")
    training = command("train", train, "train on a file or a dataset, and download the model")
    training.add_argument("dataset", help="a file, a folder of image folders, or ds_…")
    training.add_argument("--recipe", help="one of `kargah recipes`; else what suits the dataset")
    training.add_argument("--target")
    training.add_argument("--name")
    training.add_argument("--param", action="append", default=[], metavar="NAME=VALUE")
    training.add_argument("--out")
    uploading = command("upload", upload, "make a dataset from a file")
    uploading.add_argument("path")
    uploading.add_argument("--name")
    command("recipes", recipes, "what can be trained with")
    command("datasets", datasets, "my datasets")
    command("jobs", jobs, "my jobs")
    for name, run, about in (
        ("watch", watch, "follow a job until it has ended"),
        ("stop", stop, "stop a job and wait until nothing of it is left"),
        ("logs", logs, "the log of a job"),
        ("download", download, "the model of a job"),
    ):
        added = command(name, run, about)
        added.add_argument("job_id")
        if name == "download":
            added.add_argument("--out")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
