"""Make a dataset from a file."""

from __future__ import annotations

import argparse

from kargah.cli.signed_in import signed_in


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path")
    parser.add_argument("--name")


def run(options: argparse.Namespace) -> None:
    print(signed_in(options).datasets.upload(options.path, options.name).ready())
