"""`python -m kargah.recipes describe [--check | --write]`: the recipes as the bridge and the panels read them."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from kargah.recipes import describe

COMMITTED = Path(__file__).with_name("recipes.json")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m kargah.recipes")
    parser.add_argument("command", choices=["describe"])
    parser.add_argument("--check", action="store_true", help="fail when recipes.json is not what the recipes say")
    parser.add_argument("--write", action="store_true", help="write recipes.json")
    options = parser.parse_args()
    text = json.dumps(describe(), ensure_ascii=False, indent=2) + "\n"
    if options.check:
        if COMMITTED.read_text(encoding="utf-8") == text:
            return 0
        sys.stderr.write("recipes.json is old; run: python -m kargah.recipes describe --write\n")
        return 1
    if options.write:
        COMMITTED.write_text(text, encoding="utf-8")
        return 0
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
