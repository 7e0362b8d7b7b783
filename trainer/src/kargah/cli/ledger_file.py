"""Reads a ledger from a file and checks its chain, without a bridge: decision 63 says how rows are chained."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kargah.client import KargahError

Row = dict[str, Any]
GENESIS = "0" * 64


@dataclass(frozen=True)
class Broken:
    """The first row that is not as it was written."""

    seq: int
    why: Literal["missing", "changed", "not_linked"]


@dataclass(frozen=True)
class Verdict:
    """The result of a check: how many rows hold, the last of them, and what follows where the chain is broken."""

    rows: int
    head: tuple[int, str] | None
    broken: Broken | None


def verify(rows: Iterable[Row], *, part: bool = False) -> Verdict:
    """Goes through rows in their order and stops at the first that does not follow.

    Args:
        part: rows were left out (an owner's export, or one with a filter): each is checked by itself, and by the one
            before it where that is there.
    """
    count = 0
    head: tuple[int, str] | None = None
    for row in rows:
        seq = head[0] + 1 if head else 1
        follows = row.get("seq") == seq
        if not follows and not (part and isinstance(row.get("seq"), int) and row["seq"] > (head[0] if head else 0)):
            return Verdict(count, head, Broken(seq, "missing"))
        if row.get("hash") != _hash_of(row):
            return Verdict(count, head, Broken(row["seq"], "changed"))
        if follows and row.get("previous_hash") != (head[1] if head else GENESIS):
            return Verdict(count, head, Broken(seq, "not_linked"))
        count += 1
        head = (row["seq"], row["hash"])
    return Verdict(count, head, None)


def _hash_of(row: Row) -> str:
    unhashed = {name: value for name, value in row.items() if name != "hash"}
    text = json.dumps(unhashed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def read(path: Path) -> Iterator[Row]:
    """Rows of an export in JSON Lines, or of a copy of `kargah.db`, oldest first.

    Raises:
        KargahError: `ledger_unreadable`, which names the line.
    """
    try:
        with path.open("rb") as file:
            is_database = file.read(16) == b"SQLite format 3\0"
        yield from _of_database(path) if is_database else _of_lines(path)
    except (OSError, sqlite3.Error) as error:
        raise _unreadable(path, str(error)) from error


def _of_lines(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig") as lines:
        try:
            for number, line in enumerate(lines, 1):
                row = json.loads(line) if line.strip() else None
                if row is not None and not isinstance(row, dict):
                    raise _unreadable(path, f"line {number} is no row")
                if row is not None:
                    yield row
        except ValueError as error:
            raise _unreadable(path, str(error)) from error


def _of_database(path: Path) -> Iterator[Row]:
    with closing(_opened(path)) as database:
        for columns in database.execute("select * from ledger order by seq"):
            yield _row(dict(columns))


def _opened(path: Path) -> sqlite3.Connection:
    uri = path.resolve().as_uri()
    database = sqlite3.connect(f"{uri}?mode=ro", uri=True)
    database.row_factory = sqlite3.Row
    try:
        database.execute("select 1 from ledger limit 1")
    except sqlite3.OperationalError:
        database.close()
        # The file lies in a folder that cannot be written to, without its write-ahead log.
        if path.with_name(f"{path.name}-wal").exists():
            raise
        database = sqlite3.connect(f"{uri}?immutable=1", uri=True)
        database.row_factory = sqlite3.Row
    return database


def _row(columns: dict[str, Any]) -> Row:
    """The row in the form in which the bridge sends it, which its hash was taken of."""
    return {
        "seq": columns["seq"],
        "at": columns["at"],
        "actor": {
            "kind": columns["actor_kind"],
            "id": columns["actor_id"],
            "name": columns["actor_name"],
            "credential": columns["credential"],
        },
        "on_behalf_of": columns["on_behalf_of"],
        "action": columns["action"],
        "object": {"kind": columns["object_kind"], "id": columns["object_id"]},
        "project_id": columns["project_id"],
        "before": _facts(columns["before_json"]),
        "after": _facts(columns["after_json"]),
        "reason": columns["reason"],
        "count": columns["count"],
        "request_id": columns["request_id"],
        "from": columns["from_address"],
        "previous_hash": columns["previous_hash"],
        "hash": columns["hash"],
    }


def _facts(text: str | None) -> Any:
    """Leaves what is not JSON any more as it is: the row's hash shows that it was changed."""
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return text


def standing(rows: Iterable[Row], moment: str) -> tuple[Row, Row | None]:
    """How an object stood at a moment: its facts, and the row that said so last; rows are the object's, oldest first.

    The order is that of `seq`: where the clock was set back, what was written up to the last row of before that moment
    counts.
    """
    of_object = list(rows)
    until = max((number for number, row in enumerate(of_object) if row["at"] <= moment), default=-1)
    if until < 0:
        return dict((of_object[0]["before"] or {}) if of_object else {}), None
    facts: Row = {}
    for row in of_object[: until + 1]:
        facts |= (row["before"] or {}) | (row["after"] or {})
    return facts, of_object[until]


def _unreadable(path: Path, why: str) -> KargahError:
    return KargahError(
        "ledger_unreadable",
        f"{path} is no export of a ledger (JSON Lines) and no copy of kargah.db: {why}.",
        f"{path} نه خروجیِ دفتر کارها (JSON Lines) است و نه رونوشتی از kargah.db: {why}.",
    )
