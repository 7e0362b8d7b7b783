"""The way from a job to the bridge's MLflow gateway: one kept connection, found again through `bridge.json`."""

from __future__ import annotations

import http.client
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii as _quoted
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from kargah.reporting.records import Point
from kargah.reporting.run_ref import RunRef

LOG_BATCH = "/mlflow/api/2.0/mlflow/runs/log-batch"
TIMEOUT_SECONDS = 60
Answer = Literal["ok", "refused", "away", "early"]
FindRun = Callable[[], RunRef | None]


@dataclass(frozen=True)
class Address:
    """Where the bridge is written down, and the job's token; both are read again on every new connection."""

    bridge_file: Path
    token_file: Path

    def url(self) -> str:
        """
        Raises:
            OSError, ValueError, KeyError: no bridge is written down.
        """
        return str(json.loads(self.bridge_file.read_text(encoding="utf-8"))["url"]).rstrip("/")

    def token(self) -> str:
        return self.token_file.read_text(encoding="utf-8").strip()


class Gateway:
    """Posts batches of points for one run. Not for several threads at once."""

    def __init__(self, address: Address, find_run: FindRun) -> None:
        self.address = address
        self._find_run = find_run
        self._run: RunRef | None = None
        self._connection: http.client.HTTPConnection | None = None
        self._path = ""
        self._token = ""

    def post(self, points: Sequence[Point], progress: Mapping[str, Any] | None) -> Answer:
        """`away`: try later; `early`: very soon, its run is being made; `refused`: this batch will never be taken."""
        self._run = self._run or self._find_run()
        if self._run is None:
            return "early"
        body = f'{{"run_id":{json.dumps(self._run.run_id)},"metrics":[{",".join(map(_to_json, points))}]}}'.encode()
        headers = {"Content-Type": "application/json"}
        if progress:
            headers["X-Kargah-Progress"] = json.dumps(progress, separators=(",", ":"), allow_nan=False)
        try:
            status = self._send(body, headers)
        except (OSError, http.client.HTTPException, ValueError, KeyError):
            self.close()
            return "away"
        if status == 200:
            return "ok"
        if status in (400, 413, 422):
            return "refused"
        # Also for 401, 403 and 404: the token file or the run may be on its way; the caller decides how long to wait.
        self.close()
        return "away"

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _send(self, body: bytes, headers: dict[str, str]) -> int:
        reused = self._connection is not None
        try:
            return self._request(body, headers)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # A kept connection may have been closed meanwhile; log-batch may be repeated, MLflow keeps a point once.
            self.close()
            if not reused:
                raise
            return self._request(body, headers)

    def _request(self, body: bytes, headers: dict[str, str]) -> int:
        connection = self._connection or self._connect()
        connection.request("POST", self._path, body, headers | {"Authorization": f"Bearer {self._token}"})
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def _connect(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.address.url())
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._path = parts.path.rstrip("/") + LOG_BATCH
        self._token = self.address.token()
        self._connection = kind(parts.hostname or "127.0.0.1", parts.port, timeout=TIMEOUT_SECONDS)
        return self._connection


def _to_json(point: Point) -> str:
    # Written by hand, for it is faster, and this thread shares the interpreter with the training loop.
    key, value, step, timestamp = point
    number = repr(value) if math.isfinite(value) else _NOT_FINITE[str(value)]
    return f'{{"key":{_quoted(key)},"value":{number},"step":{step},"timestamp":{timestamp}}}'


_NOT_FINITE = {"nan": '"NaN"', "inf": '"Infinity"', "-inf": '"-Infinity"'}
