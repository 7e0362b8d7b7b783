"""Stop a job and wait until nothing of it is left."""

from __future__ import annotations

import argparse

from kargah.cli.signed_in import signed_in


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job_id")


def run(options: argparse.Namespace) -> None:
    print(signed_in(options).job(options.job_id).stop().wait())
