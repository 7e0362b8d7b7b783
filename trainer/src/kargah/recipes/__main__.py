"""`python -m kargah.recipes`: the recipes as the bridge and the panels read them.

`describe [--check | --write]`: ours, in the file that is kept beside them. `installed [--cache FILE]`: all that this
Python has, and what is wrong with the others. `answer NAME`: one of them, imported in this process.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path

from kargah.recipes._described import LIMIT_SECONDS, RECORDED, answer_for, installed, record


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m kargah.recipes")
    commands = parser.add_subparsers(dest="command", required=True)
    describing = commands.add_parser("describe")
    describing.add_argument("--check", action="store_true", help="fail when recipes.json is not what the recipes say")
    describing.add_argument("--write", action="store_true", help="write recipes.json")
    commands.add_parser("installed").add_argument("--cache", type=Path, help="where answers are kept")
    commands.add_parser("answer").add_argument("name")
    options = parser.parse_args()
    if options.command == "installed":
        print(json.dumps(installed(options.cache), ensure_ascii=False))
        return 0
    return _answer(options.name) if options.command == "answer" else _describe(options.check, options.write)


def _answer(name: str) -> int:
    # Ends this process even where importing hangs in code that never comes back to Python.
    signal.setitimer(signal.ITIMER_REAL, LIMIT_SECONDS)
    # What a package prints goes to the errors; the answer is the only line of the output.
    said = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    said.write(json.dumps(answer_for(name), ensure_ascii=False) + "\n")
    said.flush()
    # Threads that a package left behind have nothing to say.
    os._exit(0)


def _describe(check: bool, write: bool) -> int:
    text = json.dumps(record(), ensure_ascii=False, indent=2) + "\n"
    if check:
        if RECORDED.read_text(encoding="utf-8") == text:
            return 0
        sys.stderr.write("recipes.json is old; run: python -m kargah.recipes describe --write\n")
        return 1
    if write:
        RECORDED.write_text(text, encoding="utf-8")
        return 0
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
