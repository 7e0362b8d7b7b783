"""One HTTP client for everything: signs requests, renews the session when it ends, turns problems into exceptions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from kargah.client.errors import BridgeNotFound, KargahError
from kargah.version import __version__

API = "/api/v1"
CLIENT = f"python/{__version__}"


class Http:
    """`url` is the bridge's, with its prefix when it stands behind Jupyter (which reads `Authorization` itself)."""

    def __init__(self, url: str, token: Callable[[], str | None]) -> None:
        self.url = url
        self._token_source = token
        self._token = token()
        #: Id of the project that every request is about; None: my own.
        self.project: str | None = None
        self._renew_with: tuple[str, str] | None = None
        self._renewing = threading.Lock()
        self._client = httpx.Client(
            base_url=url, timeout=httpx.Timeout(60.0, connect=5.0), headers={"X-Kargah-Client": CLIENT}
        )

    @property
    def token(self) -> str | None:
        return self._token

    def sign_in(self, email: str, password: str) -> dict[str, Any]:
        """Opens a session that is renewed by itself from now on."""
        return self._begin_session(f"{API}/auth/login", {"email": email, "password": password})

    def register(
        self, email: str, password: str, name: str | None, code: str | None, invitation: str | None
    ) -> dict[str, Any]:
        body = {"email": email, "password": password}
        body |= {"name": name} if name else {}
        body |= {"signup_code": code} if code else {}
        body |= {"invitation": invitation} if invitation else {}
        return self._begin_session(f"{API}/auth/register", body)

    def json(self, method: str, path: str, **options: Any) -> Any:
        """Body of a successful answer; None when it has none.

        Raises:
            KargahError: any other answer.
            BridgeNotFound: no answer.
        """
        answer = self.request(method, path, **options)
        return answer.json() if answer.content else None

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        answer = self._send(method, path, **options)
        if answer.status_code == 401 and self.renew(self._token):
            answer = self._send(method, path, **options)
        return self._checked(answer)

    @contextmanager
    def stream(self, path: str, params: Mapping[str, Any] | None = None) -> Iterator[httpx.Response]:
        """An answer that is read as it comes."""
        # Given none at all, those in the path stay.
        options: dict[str, Any] = {"params": dict(params)} if params else {}
        try:
            with self._client.stream("GET", path, headers=self._headers(), **options) as answer:
                if answer.status_code != 401 or not self.renew(self._token):
                    yield self._checked_stream(answer)
                    return
            with self._client.stream("GET", path, headers=self._headers(), **options) as answer:
                yield self._checked_stream(answer)
        except httpx.TransportError as error:
            raise BridgeNotFound(_cause(error, self.url)) from error

    def renew(self, used: str | None) -> bool:
        """A newer token than `used`: from where the first one came, or from the session. False when there is none."""
        with self._renewing:
            if self._token != used:
                return True
            newest = self._token_source()
            if newest is not None and newest != used:
                self._token = newest
                return True
            if self._renew_with is None:
                return False
            email, password = self._renew_with
            answer = self._send("POST", f"{API}/auth/refresh")
            if answer.status_code != 200:
                answer = self._send("POST", f"{API}/auth/login", json={"email": email, "password": password})
            if answer.status_code != 200:
                return False
            self._token = str(answer.json()["token"])
            return True

    def close(self) -> None:
        self._client.close()

    def _begin_session(self, path: str, body: dict[str, str]) -> dict[str, Any]:
        session: dict[str, Any] = self._checked(self._send("POST", path, json=body)).json()
        self._token = str(session["token"])
        self._renew_with = (body["email"], body["password"])
        user: dict[str, Any] = session["user"]
        return user

    def _headers(self) -> dict[str, str]:
        project = {} if self.project is None else {"X-Kargah-Project": self.project}
        if self._token is None:
            return project
        if urlsplit(self.url).path:
            return project | {"X-Kargah-Token": self._token}
        return project | {"Authorization": f"Bearer {self._token}"}

    def _send(self, method: str, path: str, headers: Mapping[str, str] | None = None, **options: Any) -> httpx.Response:
        try:
            return self._client.request(method, path, headers=self._headers() | dict(headers or {}), **options)
        except httpx.TransportError as error:
            raise BridgeNotFound(_cause(error, self.url)) from error

    def _checked(self, answer: httpx.Response) -> httpx.Response:
        if answer.is_success:
            return answer
        try:
            body = answer.json()
        except ValueError:
            body = None
        raise KargahError.from_problem(answer.status_code, body)

    def _checked_stream(self, answer: httpx.Response) -> httpx.Response:
        if not answer.is_success:
            answer.read()
        return self._checked(answer)


def _cause(error: httpx.TransportError, url: str) -> str:
    return f"{url}: {str(error) or type(error).__name__}"
