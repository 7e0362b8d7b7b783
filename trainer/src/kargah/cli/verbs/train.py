"""Train on a file or a dataset, and download the model."""

from __future__ import annotations

import argparse
from typing import Any

from kargah.cli.signed_in import signed_in


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", help="a file, a folder of image folders, or ds_…")
    parser.add_argument("--recipe", help="one of `kargah recipes`; else what suits the dataset")
    parser.add_argument("--target")
    parser.add_argument("--name")
    parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--out")


def run(options: argparse.Namespace) -> None:
    params = dict(_pair(text) for text in options.param)
    job = signed_in(options).train(options.dataset, options.recipe, target=options.target, name=options.name, **params)
    print(job)
    job.watch()
    print(job.download(options.out))


def _pair(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    for read in (int, float):
        try:
            return name, read(value)
        except ValueError:
            continue
    return name, [int(v) for v in value.strip("[]").split(",")] if value.startswith("[") else value
