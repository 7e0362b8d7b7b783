"""How much I and my project may use at once, and use; for administrators, those of others.

`kargah limits` shows one's own; `kargah limits person/<id>` or `project/<id>` another's, and with `--jobs`, `--cpus`,
`--gpus` or `--gb` an administrator sets them: what is left out is as for everybody then.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from kargah.cli.signed_in import signed_in

if TYPE_CHECKING:
    from kargah.client import wire


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("subject", nargs="?", type=_subject, metavar="person/ID | project/ID")
    parser.add_argument("--jobs", type=int, help="jobs that run at once")
    parser.add_argument("--cpus", type=int, help="cores that they take together")
    parser.add_argument("--gpus", type=int, help="GPUs that they take together")
    parser.add_argument("--gb", type=float, help="what datasets may come to")
    parser.add_argument("--clear", action="store_true", help="none of its own from now on")


def run(options: argparse.Namespace) -> None:
    client = signed_in(options)
    if options.subject is None:
        mine = client.limits()
        _show("person", mine["person"])
        _show("project", mine["project"])
        return
    asked = {"jobs": options.jobs, "cpus": options.cpus, "gpus": options.gpus}
    size = None if options.gb is None else int(options.gb * 2**30)
    if options.clear or size is not None or any(value is not None for value in asked.values()):
        _show(options.subject, client.server.set_limits(options.subject, **asked, size_bytes=size))
    else:
        _show(options.subject, client.server.limits_of(options.subject))


def _show(name: str, found: wire.LimitsInUse) -> None:
    limits, use = found["limits"], found["use"]
    rows = (
        ("jobs", use["jobs"], limits["jobs"]),
        ("cpus", use["cpus"], limits["cpus"]),
        ("gpus", use["gpus"], limits["gpus"]),
        ("bytes", use["bytes"], limits["bytes"]),
    )
    cells = (f"{kind} {used}/{'-' if most is None else most}" for kind, used, most in rows)
    print("\t".join((name, *cells)))


def _subject(text: str) -> str:
    kind, _, name = text.partition("/")
    if kind not in ("person", "project") or not name:
        raise argparse.ArgumentTypeError("must be person/ID or project/ID")
    return text
