"""Copy an ended job into a project, with its runs, log and model."""

from __future__ import annotations

import argparse

from kargah.cli.signed_in import signed_in


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job_id")
    parser.add_argument("to", metavar="project", help="its name or id; I may write there")


def run(options: argparse.Namespace) -> None:
    kargah = signed_in(options)
    print(kargah.job(options.job_id).copy_to(kargah.projects.get(options.to)))
