"""`kargah ledger`: the chain is checked without a bridge. The bridge's own tests hold the same example."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kargah.cli import ledger_file, main

EXAMPLE = Path(__file__).with_name("ledger-example.jsonl")


def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in EXAMPLE.read_text(encoding="utf-8").split("\n") if line]


def written(folder: Path, changed: list[dict[str, Any]]) -> str:
    path = folder / "export.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in changed), encoding="utf-8")
    return str(path)


def database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as made:
        made.execute("pragma journal_mode = wal")
        made.execute(
            "create table ledger (seq, at, actor_kind, actor_id, actor_name, credential, on_behalf_of, action,"
            " object_kind, object_id, project_id, before_json, after_json, reason, count, request_id, from_address,"
            " previous_hash, hash)"
        )
        for row in rows():
            facts = [None if row[part] is None else json.dumps(row[part]) for part in ("before", "after")]
            values = [row["seq"], row["at"], *row["actor"].values(), row["on_behalf_of"], row["action"]]
            values += [
                row["object"]["kind"],
                row["object"]["id"],
                row["project_id"],
                *facts,
                row["reason"],
                row["count"],
            ]
            values += [row["request_id"], row["from"], row["previous_hash"], row["hash"]]
            made.execute(f"insert into ledger values ({', '.join('?' * 19)})", values)  # noqa: S608
        made.commit()


def test_an_export_that_holds_is_said_to_with_its_head(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ledger", "verify", str(EXAMPLE)]) == 0
    assert capsys.readouterr().out == f"5 rows hold, head 5:{rows()[-1]['hash']}\n"


def test_a_copy_of_the_database_is_checked_too_and_left_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "kargah.db"
    database(copy)
    before = copy.read_bytes()
    assert main(["ledger", "verify", str(copy)]) == 0
    assert capsys.readouterr().out.startswith("5 rows hold")
    assert copy.read_bytes() == before
    with closing(sqlite3.connect(copy)) as changed:
        changed.execute("update ledger set after_json = '{' where seq = 3")
        changed.commit()
    assert main(["ledger", "verify", str(copy)]) == 1
    assert "Row 3 is not as it was written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda all_rows: all_rows[1]["after"].update(scopes=["admin"]), "Row 2 is not as it was written"),
        (lambda all_rows: all_rows[2].update(at="2026-11-28T13:00:01.000Z"), "Row 3 is not as it was written"),
        (lambda all_rows: all_rows.pop(3), "Row 4 is missing"),
        (lambda all_rows: all_rows.pop(0), "Row 1 is missing"),
        (lambda all_rows: all_rows[3].update(extra=1), "Row 4 is not as it was written"),
    ],
)
def test_the_first_row_that_is_not_as_it_was_written_is_named_in_both_languages(
    change: Any, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = rows()
    change(changed)
    assert main(["ledger", "verify", written(tmp_path, changed)]) == 1
    error = capsys.readouterr().err
    assert said in error
    assert f"ردیف {said.split()[1]} " in error


def test_a_row_that_was_written_anew_with_its_own_hash_breaks_the_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = rows()
    changed[1]["actor"]["id"] = "u_reza"
    changed[1]["hash"] = ledger_file._hash_of(changed[1])
    assert main(["ledger", "verify", written(tmp_path, changed)]) == 1
    assert "Row 3 is not linked to the row before it" in capsys.readouterr().err


def test_an_end_that_was_cut_shows_by_a_head_that_was_noted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = f"5:{rows()[-1]['hash']}"
    assert main(["ledger", "verify", str(EXAMPLE), "--head", head]) == 0
    assert main(["ledger", "verify", written(tmp_path, rows()[:4]), "--head", head]) == 1
    assert "was cut or written anew" in capsys.readouterr().err


def test_an_export_with_a_filter_is_checked_row_by_row(tmp_path: Path) -> None:
    own = [row for row in rows() if row["project_id"] == "prj_1"]
    assert main(["ledger", "verify", written(tmp_path, own), "--part"]) == 0
    own[1]["action"] = "dataset.share"
    assert main(["ledger", "verify", written(tmp_path, own), "--part"]) == 1


@pytest.mark.parametrize("content", ["no JSON\n", "[1]\n", '{"seq": 1'])
def test_what_is_no_ledger_is_refused_by_name(content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(content, encoding="utf-8")
    assert main(["ledger", "verify", str(path)]) == 1
    assert "notes.txt is no export of a ledger" in capsys.readouterr().err
    assert main(["ledger", "verify", str(tmp_path / "nothing")]) == 1


@pytest.mark.parametrize(
    ("at", "facts", "seq"),
    [
        ("2026-11-28T10:00:00Z", {}, None),
        ("2026-11-28T11:00:00+00:00", {"role": "admin"}, 1),
        ("2026-11-28T16:30:00+03:30", {"role": "user", "disabled": True}, 3),
    ],
)
def test_how_a_person_stood_at_a_moment_is_shown(
    at: str, facts: dict[str, Any], seq: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ledger", "show", str(EXAMPLE), "--object", "person/u_sara", "--at", at]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert {name: shown["facts"][name] for name in facts} == facts
    assert (shown["last"] and shown["last"]["seq"]) == seq
