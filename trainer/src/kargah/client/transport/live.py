"""What happens, as it happens, by Socket.IO. Reconnects by itself and asks for what it missed."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

import socketio

from kargah.client.errors import BridgeNotFound, KargahError
from kargah.client.transport.http import Http

CONNECT_SECONDS = 10

Kind = Literal["update", "reload", "job", "dataset", "sweep", "log"]


@dataclass(frozen=True)
class Event:
    kind: Kind
    data: Any
    """What the contract says of this event."""


class LiveFeed:
    """One connection; events wait in a queue until they are taken."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._events: queue.Queue[Event] = queue.Queue()
        self._socket = socketio.Client(
            reconnection=True, reconnection_delay=0.2, reconnection_delay_max=5, logger=False
        )
        self._job_id: str | None = None
        self._seq: int | None = None
        self._on("connect", self._subscribe)
        self._on("job_update", self._take_update)
        self._on("job_gap", self._take_gap)
        self._on("job_changed", lambda data: self._events.put(Event("job", data)))
        self._on("dataset_changed", lambda data: self._events.put(Event("dataset", data)))
        self._on("sweep_changed", lambda data: self._events.put(Event("sweep", data)))
        self._on("job_log", lambda data: self._events.put(Event("log", data)))
        self._on("token_expired", lambda *_: self._renew())
        self._on("connect_error", lambda *_: self._renew())

    def open(self) -> None:
        """
        Raises:
            BridgeNotFound: the bridge takes no live connection.
        """
        used = self._http.token
        try:
            self._connect()
        except socketio.exceptions.ConnectionError as error:
            # The token may have ended since it was last used.
            if not self._http.renew(used):
                raise BridgeNotFound(f"no live connection: {error}") from error
            try:
                self._connect()
            except socketio.exceptions.ConnectionError as again:
                raise BridgeNotFound(f"no live connection: {again}") from again

    def follow_job(self, job_id: str, after: int | None) -> None:
        """From now on `update` events of this job come, beginning after sequence number `after`."""
        self._job_id, self._seq = job_id, after
        if self._socket.connected:
            self._subscribe()

    def next(self, timeout: float) -> Event | None:
        """The next event, or None when none came within `timeout` seconds."""
        try:
            return self._events.get(timeout=timeout)
        except queue.Empty:
            return None

    def close(self) -> None:
        self._socket.disconnect()

    def _connect(self) -> None:
        parts = urlsplit(self._http.url)
        self._socket.connect(
            urlunsplit((parts.scheme, parts.netloc, "", "", "")),
            socketio_path=f"{parts.path}/socket.io".lstrip("/"),
            transports=["websocket"],
            auth=lambda: {"token": self._http.token},
            wait_timeout=CONNECT_SECONDS,
        )

    def _on(self, name: str, handler: Callable[..., None]) -> None:
        self._socket.on(name, handler)

    def _subscribe(self) -> None:
        if self._job_id is None:
            return
        request: dict[str, Any] = {"job_id": self._job_id}
        if self._seq is not None:
            request["after"] = self._seq
        self._socket.emit("subscribe_job", request, callback=self._subscribed)

    def _subscribed(self, answer: Any = None) -> None:
        if not isinstance(answer, dict) or not answer.get("ok") or answer.get("reload"):
            self._events.put(Event("reload", answer if isinstance(answer, dict) else {}))

    def _take_update(self, data: dict[str, Any]) -> None:
        if data.get("job_id") != self._job_id:
            return
        if self._seq is not None and data["seq"] <= self._seq:
            return
        self._seq = data["seq"]
        self._events.put(Event("update", data))

    def _take_gap(self, data: dict[str, Any]) -> None:
        """The bridge skipped updates because this client was too slow; the history has them."""
        if data.get("job_id") == self._job_id and (self._seq is None or data["seq"] > self._seq):
            self._events.put(Event("reload", data))

    def _renew(self) -> None:
        try:
            renewed = self._http.renew(self._http.token)
        except KargahError:
            # The bridge is away; the next attempt to connect asks again.
            return
        if renewed and self._socket.connected:
            self._socket.emit("authenticate", {"token": self._http.token})

    def reached(self, seq: int | None) -> None:
        """The history was read again up to `seq`; None: there is none, so any number is new."""
        self._seq = seq


@contextmanager
def live_feed(http: Http) -> Iterator[LiveFeed]:
    feed = LiveFeed(http)
    feed.open()
    try:
        yield feed
    finally:
        feed.close()
