"""Check the ledger without a bridge, or see how something stood at a moment.

`kargah ledger verify export.jsonl` checks an export (JSON Lines) or a copy of kargah.db, and names the first row that
is not as it was written. `kargah ledger show --object dataset/ds_… --at 2026-11-28T12:00:00Z` asks the bridge.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from kargah.cli import ledger_file
from kargah.cli.signed_in import signed_in
from kargah.client import KargahError


def arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(required=True, metavar="act")
    verify = acts.add_parser("verify", help="check the chain of an export or of a copy of kargah.db")
    verify.add_argument("file", type=Path)
    verify.add_argument(
        "--part", action="store_true", help="the export has a filter: rows may be missing between others"
    )
    verify.add_argument(
        "--head", metavar="SEQ:HASH", help="a head that was noted before: the row must be there, so that no end was cut"
    )
    verify.set_defaults(act=_verify)
    show = acts.add_parser("show", help="how something stood at a moment, as JSON")
    show.add_argument(
        "file", type=Path, nargs="?", help="an export or a copy of kargah.db; left out, the bridge is asked"
    )
    show.add_argument("--object", required=True, metavar="KIND/ID", help="such as dataset/ds_… or person/…")
    show.add_argument("--at", type=_moment, default=None, help="RFC 3339; left out: now")
    show.set_defaults(act=_show)


def run(options: argparse.Namespace) -> None:
    options.act(options)


def _verify(options: argparse.Namespace) -> None:
    expected = _head(options.head)
    seen: list[bool] = []

    def watched() -> Iterator[ledger_file.Row]:
        for row in ledger_file.read(options.file):
            if expected is not None and row.get("seq") == expected[0]:
                seen.append(row.get("hash") == expected[1])
            yield row

    verdict = ledger_file.verify(watched(), part=options.part)
    if verdict.broken is not None:
        seq, why = verdict.broken.seq, verdict.broken.why
        raise KargahError(
            "ledger_broken",
            f"Row {seq} is {_IN_ENGLISH[why]}; the {verdict.rows} rows before it hold.",
            f"ردیف {seq} {_IN_PERSIAN[why]}؛ {verdict.rows} ردیفِ پیش از آن درست است.",
        )
    if expected is not None and seen != [True]:
        raise KargahError(
            "ledger_broken",
            f"Row {expected[0]} with the hash that was noted is not there: the ledger was cut or written anew.",
            f"ردیف {expected[0]} با هشی که یادداشت شده نیست: دفتر کوتاه یا از نو نوشته شده است.",
        )
    print(f"{verdict.rows} rows hold" + (f", head {verdict.head[0]}:{verdict.head[1]}" if verdict.head else ""))


_IN_ENGLISH = {
    "missing": "missing",
    "changed": "not as it was written",
    "not_linked": "not linked to the row before it",
}
_IN_PERSIAN = {"missing": "نیست", "changed": "همان نیست که نوشته شده بود", "not_linked": "به ردیف پیشین پیوسته نیست"}


def _show(options: argparse.Namespace) -> None:
    moment = options.at or _text(datetime.now(UTC))
    kind, _, name = options.object.partition("/")
    if options.file is None:
        rows = [dict(row) for row in signed_in(options).ledger(object=options.object)][::-1]
    else:
        rows = [row for row in ledger_file.read(options.file) if row["object"] == {"kind": kind, "id": name}]
    facts, last = ledger_file.standing(rows, moment)
    said = None if last is None else {part: last[part] for part in ("seq", "at", "action", "actor")}
    print(
        json.dumps({"object": options.object, "at": moment, "facts": facts, "last": said}, ensure_ascii=False, indent=2)
    )


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return _text(moment if moment.tzinfo else moment.astimezone())


def _text(moment: datetime) -> str:
    """As rows have it, so that texts compare as times do."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _head(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    seq, _, digest = text.partition(":")
    if not seq.isdigit():
        raise KargahError(
            "validation_failed", "--head is SEQ:HASH, as verify prints it.", "‎--head به شکل SEQ:HASH است."
        )
    return int(seq), digest
