"""Who has an account on this server (for administrators)."""

from __future__ import annotations

import argparse
import json

from kargah.cli.signed_in import signed_in


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=["list"])
    parser.add_argument("--json", action="store_true", help="a JSON object on each line")


def run(options: argparse.Namespace) -> None:
    for person in signed_in(options).people():
        if options.json:
            print(json.dumps(person, ensure_ascii=False))
            continue
        state = "disabled" if person["disabled_at"] else person["role"]
        print(f"{person['email']}\t{state}\t{person['last_used_at'] or '-'}\t{person['name']}")
