"""Sign access tokens with a new key, without signing anybody out (for administrators)."""

from __future__ import annotations

import argparse

from kargah.cli.signed_in import signed_in


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=["rotate"])


def run(options: argparse.Namespace) -> None:
    print(f"new key since {signed_in(options).server.rotate_keys()}")
