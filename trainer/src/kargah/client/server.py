"""What administrators set of the server while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
