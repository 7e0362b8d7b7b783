"""Answers in the bridge's place while a part of it is missing, so that the panel can say what to do.

`python -m kargah_lab.stand_in <unix socket>`: every request gets 503 with the reason in both languages; as soon as the
part is there, the bridge takes this process over.
"""

from __future__ import annotations

import json
import os
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer

from kargah_lab.paths import MissingPartError, bridge_command


def problem(missing: MissingPartError) -> bytes:
    """An RFC 9457 answer as the bridge would give it."""
    return json.dumps(
        {
            "type": "about:blank",
            "title": HTTPStatus.SERVICE_UNAVAILABLE.phrase,
            "status": HTTPStatus.SERVICE_UNAVAILABLE,
            "code": missing.code,
            "detail": str(missing),
            "detail_fa": missing.message_fa,
        },
        ensure_ascii=False,
    ).encode()


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def _answer(self) -> None:
        try:
            command = bridge_command(str(self.server.server_address))
        except MissingPartError as missing:
            body = problem(missing)
            self.send_response(HTTPStatus.SERVICE_UNAVAILABLE)
            self.send_header("Content-Type", "application/problem+json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Retry-After", "5")
            self.end_headers()
            self.wfile.write(body)
            return
        # The proxy keeps supervising this process; who asked is told to ask again by the closed connection.
        Path(str(self.server.server_address)).unlink(missing_ok=True)
        os.execv(command[0], command)  # noqa: S606

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

    def address_string(self) -> str:
        return "proxy"

    def log_message(self, format: str, *args: object) -> None:
        """Said once, at the start."""


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True


def main(socket: str) -> None:
    """Serves until the missing part is there."""
    try:
        command = bridge_command(socket)
    except MissingPartError as missing:
        sys.stderr.write(f"[kargah] {missing}\n")
        sys.stderr.flush()
        with _Server(socket, _Answer) as server:
            server.serve_forever()
    else:
        os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1])
