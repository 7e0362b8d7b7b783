"""What administrators set of the server: who may make an account."""

from __future__ import annotations

import argparse

from kargah.cli.signed_in import signed_in

MODES = ("first", "open", "invitation", "closed")


def arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(required=True, metavar="act")
    signup = acts.add_parser("signup", help="who may make an account; without a mode it is shown")
    signup.add_argument("mode", nargs="?", choices=[*MODES, "default"], help="default: as KARGAH_SIGNUP says")
    signup.set_defaults(act=_signup)


def run(options: argparse.Namespace) -> None:
    options.act(options)


def _signup(options: argparse.Namespace) -> None:
    server = signed_in(options).server
    if options.mode is None:
        found = server.settings()
    else:
        found = server.set_signup(None if options.mode == "default" else options.mode)
    print(f"{found['signup']}\t(KARGAH_SIGNUP: {found['signup_setting']})")
