"""What administrators set of the server while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from kargah.client.transport.http import API, Http

if TYPE_CHECKING:
    from kargah.client import wire

SETTINGS = f"{API}/server/settings"


class Server:
    """For administrators, signed in or by a personal token with the scope `admin`."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def settings(self) -> wire.ServerSettings:
        found: wire.ServerSettings = self._http.json("GET", SETTINGS)
        return found

    def set_signup(self, mode: wire.SignUpMode | None) -> wire.ServerSettings:
        """Who may make an account from now on: `first`, `open`, `invitation` or `closed`; None: as KARGAH_SIGNUP says.

        Raises:
            KargahError: `forbidden` for all but administrators.
        """
        found: wire.ServerSettings = self._http.json("PATCH", SETTINGS, json={"signup": mode})
        return found

    def leaving(self, user_id: str) -> wire.Leaving:
        """What is to be settled before somebody is removed: which projects somebody else gets, and what is in the way.

        Raises:
            KargahError: `not_found`; `forbidden` for all but administrators.
        """
        found: wire.Leaving = self._http.json("GET", f"{API}/people/{quote(user_id, safe='')}/leaving")
        return found

    def remove_person(self, user_id: str, hand_to: str | None = None) -> wire.Left:
        """Removes somebody's account for good; `hand_to`, an e-mail, gets the projects that nobody else owns.

        Raises:
            KargahError: `projects_to_hand_over`, `heir_unknown`, `sweeps_to_stop`, `last_admin`, `not_found`;
                `session_required` unless signed in with a password.
        """
        params = {} if hand_to is None else {"hand_to": hand_to}
        found: wire.Left = self._http.json("DELETE", f"{API}/people/{quote(user_id, safe='')}", params=params)
        return found

    def rotate_keys(self) -> str:
        """Signs access tokens with a new key from now on, without signing anybody out; answers since when."""
        made: wire.KeysRotated = self._http.json("POST", f"{API}/server/keys/rotate")
        return made["since"]

    def limits_of(self, subject: str) -> wire.LimitsInUse:
        """How much `person/<id>` or `project/<id>` may use, and uses now.

        Raises:
            KargahError: `not_found`; `forbidden` for all but administrators.
        """
        found: wire.LimitsInUse = self._http.json("GET", _limits_path(subject))
        return found

    def set_limits(
        self,
        subject: str,
        *,
        jobs: int | None = None,
        cpus: int | None = None,
        gpus: int | None = None,
        size_bytes: int | None = None,
    ) -> wire.LimitsInUse:
        """Says how much `person/<id>` or `project/<id>` may use at once; what is left out is as for everybody.

        Raises:
            KargahError: as `limits_of`.
        """
        body: wire.Limits = {"jobs": jobs, "cpus": cpus, "gpus": gpus, "bytes": size_bytes}
        found: wire.LimitsInUse = self._http.json("PUT", _limits_path(subject), json=body)
        return found


def _limits_path(subject: str) -> str:
    kind, _, name = subject.partition("/")
    if kind == "person":
        return f"{API}/people/{quote(name, safe='')}/limits"
    return f"{API}/server/projects/{quote(name, safe='')}/limits"
