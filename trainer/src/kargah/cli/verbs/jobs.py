"""My jobs."""

from __future__ import annotations

import argparse

from kargah.cli.signed_in import signed_in


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--search", help="in names, notes and tags")
    parser.add_argument("--tag", action="append", default=[], help="with this very tag; several: with all of them")
    parser.add_argument("--sort", choices=["newest", "oldest", "name", "state"], default="newest")


def run(options: argparse.Namespace) -> None:
    for job in signed_in(options).jobs(options.search, tags=options.tag, sort=options.sort):
        print(job)
