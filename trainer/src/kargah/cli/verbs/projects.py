"""List projects, delete one, or bring a deleted one back.

`kargah projects list`, `contents NAME`, `delete NAME --yes`, `deleted`, `restore NAME`: by its name or its id.
"""

from __future__ import annotations

import argparse
import json

from kargah.cli.signed_in import signed_in
from kargah.client import Kargah, KargahError
from kargah.client.projects import DeletedProject


def arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(required=True, metavar="act")
    acts.add_parser("list", help="those that I am a member of").set_defaults(act=_list)
    contents = acts.add_parser("contents", help="what goes with a project when it is deleted, as JSON")
    contents.add_argument("project")
    contents.set_defaults(act=_contents)
    delete = acts.add_parser("delete", help="delete a project for everybody, and stop its jobs")
    delete.add_argument("project")
    delete.add_argument("--yes", action="store_true", help="I know what goes with it (see contents)")
    delete.set_defaults(act=_delete)
    acts.add_parser("deleted", help="those that can be restored").set_defaults(act=_deleted)
    restore = acts.add_parser("restore", help="bring a deleted project back")
    restore.add_argument("project")
    restore.set_defaults(act=_restore)


def run(options: argparse.Namespace) -> None:
    options.act(signed_in(options), options)


def _list(me: Kargah, _options: argparse.Namespace) -> None:
    for project in me.projects.list():
        print(f"{project.id}\t{project.role}\t{project.name}")


def _contents(me: Kargah, options: argparse.Namespace) -> None:
    print(json.dumps(me.projects.get(options.project).contents(), ensure_ascii=False, indent=2))


def _delete(me: Kargah, options: argparse.Namespace) -> None:
    project = me.projects.get(options.project)
    if not options.yes:
        goes = json.dumps(project.contents(), ensure_ascii=False)
        raise KargahError(
            "confirmation_needed",
            f"With “{project.name}” goes {goes}. Add --yes to delete it.",
            f"با «{project.name}» این‌ها می‌رود: {goes}. برای حذف --yes را بیفزایید.",
        )
    deleted = project.delete(project.name)
    print(f"{deleted.id}\t{deleted.purged_after}\t{deleted.name}")


def _deleted(me: Kargah, _options: argparse.Namespace) -> None:
    for project in me.projects.deleted():
        print(f"{project.id}\t{project.purged_after}\t{project.name}")


def _restore(me: Kargah, options: argparse.Namespace) -> None:
    project = _one(me.projects.deleted(), options.project).restore()
    print(f"{project.id}\t{project.role}\t{project.name}")


def _one(deleted: list[DeletedProject], wanted: str) -> DeletedProject:
    found = [project for project in deleted if wanted in (project.id, project.name)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise KargahError(
            "not_found", f"You own no deleted project “{wanted}”.", f"پروژهٔ حذف‌شدهٔ «{wanted}» از آنِ شما نیست."
        )
    ids = ", ".join(project.id for project in found)
    raise KargahError(
        "conflict",
        f"Several deleted projects are called “{wanted}”; name one by its id: {ids}.",
        f"چند پروژهٔ حذف‌شده «{wanted}» نام دارد؛ یکی را با شناسه‌اش نام ببرید: {ids}.",
    )
