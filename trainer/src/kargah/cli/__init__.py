"""`kargah …`: the client on the command line.

Each module of `kargah.cli.verbs` is a verb and has its name (`-` for `_`): the first line of its docstring says what it
does, `arguments(parser)` adds what it takes, `run(options)` does it. It imports what is heavy where it runs.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from typing import Protocol, cast

from kargah.cli import verbs
from kargah.client import KargahError


class Verb(Protocol):
    """The interface of a module of `kargah.cli.verbs`."""

    __doc__: str | None

    @staticmethod
    def arguments(parser: argparse.ArgumentParser) -> None: ...

    @staticmethod
    def run(options: argparse.Namespace) -> None: ...


def main(argv: list[str] | None = None) -> int:
    """Exit code 0, or 1 with the reason on stderr in both languages."""
    options = _parser().parse_args(argv)
    try:
        options.run(options)
    except KargahError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kargah", description="Datasets, training jobs and models from the command line."
    )
    parser.add_argument("--email", default=os.environ.get("KARGAH_EMAIL"), help="sign in as (or KARGAH_EMAIL)")
    parser.set_defaults(password=os.environ.get("KARGAH_PASSWORD"))
    commands = parser.add_subparsers(required=True, metavar="command")
    for found in pkgutil.iter_modules(verbs.__path__):
        verb = cast(Verb, importlib.import_module(f"{verbs.__name__}.{found.name}"))
        about = (verb.__doc__ or "").partition("\n")[0].rstrip(".")
        added = commands.add_parser(found.name.replace("_", "-"), help=about, description=about)
        verb.arguments(added)
        added.set_defaults(run=verb.run)
    return parser
