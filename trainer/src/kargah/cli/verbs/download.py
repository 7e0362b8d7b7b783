"""The model of a job."""

from __future__ import annotations

import argparse

from kargah.cli.signed_in import signed_in


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job_id")
    parser.add_argument("--out")


def run(options: argparse.Namespace) -> None:
    print(signed_in(options).job(options.job_id).download(options.out))
