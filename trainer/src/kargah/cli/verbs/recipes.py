"""What can be trained with."""

from __future__ import annotations

import argparse

from kargah.cli.signed_in import signed_in


def arguments(_parser: argparse.ArgumentParser) -> None:
    pass


def run(options: argparse.Namespace) -> None:
    for recipe in signed_in(options).recipes():
        print(f"{recipe['recipe']:<16} {recipe['title']} · {recipe['title_fa']}")
