"""Who has an account on this server, and how one ends.

For administrators: `kargah people list`, `leaving EMAIL`, `remove EMAIL --hand-to EMAIL --yes`. About oneself:
`kargah people leaving`, `kargah people leave --hand-to EMAIL --yes`.
"""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from kargah.cli.signed_in import signed_in
from kargah.client import Kargah, KargahError

if TYPE_CHECKING:
    from kargah.client import wire


def arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(required=True, metavar="act")
    everybody = acts.add_parser("list", help="everybody, for administrators")
    everybody.add_argument("--json", action="store_true", help="a JSON object on each line")
    everybody.set_defaults(act=_list)
    leaving = acts.add_parser("leaving", help="what is to be settled before an account ends, as JSON")
    leaving.add_argument("whose", metavar="EMAIL", nargs="?", help="whose; without it one's own")
    leaving.set_defaults(act=_leaving)
    remove = acts.add_parser("remove", help="remove somebody's account for good (for administrators, by password)")
    remove.add_argument("whose", metavar="EMAIL")
    remove.set_defaults(act=_remove)
    leave = acts.add_parser("leave", help="give up one's own account for good (by KARGAH_EMAIL and KARGAH_PASSWORD)")
    leave.set_defaults(act=_leave)
    for ending in (remove, leave):
        ending.add_argument("--hand-to", metavar="EMAIL", help="who gets the projects that nobody else owns")
        ending.add_argument("--yes", action="store_true", help="I know what goes to whom (see leaving)")


def run(options: argparse.Namespace) -> None:
    options.act(signed_in(options), options)


def _list(me: Kargah, options: argparse.Namespace) -> None:
    for person in me.people():
        if options.json:
            print(json.dumps(person, ensure_ascii=False))
            continue
        state = "disabled" if person["disabled_at"] else person["role"]
        print(f"{person['email']}\t{state}\t{person['last_used_at'] or '-'}\t{person['name']}")


def _leaving(me: Kargah, options: argparse.Namespace) -> None:
    found = me.leaving() if options.whose is None else me.server.leaving(_id_of(me, options.whose))
    print(json.dumps(found, ensure_ascii=False, indent=2))


def _remove(me: Kargah, options: argparse.Namespace) -> None:
    user_id = _id_of(me, options.whose)
    if not options.yes:
        raise _unsure(me.server.leaving(user_id))
    _ended(me.server.remove_person(user_id, hand_to=options.hand_to))


def _leave(me: Kargah, options: argparse.Namespace) -> None:
    if not options.yes:
        raise _unsure(me.leaving())
    _ended(me.leave(options.password or "", hand_to=options.hand_to))


def _ended(left: wire.Left) -> None:
    print(f"account removed\t{left['projects']} projects handed over")


def _unsure(found: wire.Leaving) -> KargahError:
    alone = ", ".join(project["name"] for project in found["hand_over"]["items"])
    return KargahError(
        "confirmation_needed",
        f"The account ends for good; nobody else owns: {alone or '-'}. Say who gets that by --hand-to, and add --yes.",
        f"حساب برای همیشه پایان می‌یابد؛ کس دیگری مالک این‌ها نیست: {alone or '-'}. با --hand-to بگویید به چه کسی "
        "برسد و --yes را بیفزایید.",
    )


def _id_of(me: Kargah, email: str) -> str:
    for person in me.people():
        if person["email"] == email.strip().lower():
            return person["user_id"]
    raise KargahError("not_found", f"Nobody here has the e-mail {email}.", f"این‌جا کسی نشانی {email} ندارد.")
