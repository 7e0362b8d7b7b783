"""The log of a job."""

from __future__ import annotations

import argparse
import sys

from kargah.cli.signed_in import signed_in


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job_id")


def run(options: argparse.Namespace) -> None:
    sys.stdout.write(signed_in(options).job(options.job_id).logs())
