"""My jobs."""

from __future__ import annotations

import argparse

from kargah.cli.signed_in import signed_in


def arguments(_parser: argparse.ArgumentParser) -> None:
    pass


def run(options: argparse.Namespace) -> None:
    for job in signed_in(options).jobs():
        print(job)
