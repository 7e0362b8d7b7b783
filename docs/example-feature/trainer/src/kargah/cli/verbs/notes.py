"""Notes of the project, and a new one where a text is given."""

from __future__ import annotations

import argparse

from kargah.cli.signed_in import signed_in
from kargah.client.transport.http import API
from kargah.client.transport.pages import pages


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", help="what the new one says")


def run(options: argparse.Namespace) -> None:
    http = signed_in(options).http
    if options.text is not None:
        http.json("POST", f"{API}/notes", json={"text": options.text})
    for note in pages(http, f"{API}/notes", {}):
        print(note["text"])
