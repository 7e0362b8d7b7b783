"""Signs the kernels of this Jupyter server in: keeps the person's API token in a private file that kernels can read."""

from __future__ import annotations

import json
import os
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado.web import HTTPError, authenticated

from kargah_lab.paths import data_dir

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

_LONGEST_TOKEN = 4096


def bridge_url() -> str | None:
    """The bridge's loopback address from ``bridge.json``; None while no bridge runs."""
    try:
        url = json.loads((data_dir() / "bridge.json").read_text("utf-8")).get("url")
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return url if isinstance(url, str) else None


def write_private(path: Path, content: dict[str, str]) -> None:
    """Replaces ``path`` in one step with a file that only its owner reads (mode 0600)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


class SessionHandler(APIHandler):
    """``{base}/kargah-lab/session``: GET tells which token is held, PUT replaces it, DELETE forgets it.

    Jupyter authenticates each call and checks XSRF on PUT and DELETE.
    """

    def initialize(self, session_file: Path) -> None:
        """Takes the file that kernels find through ``KARGAH_SESSION_FILE``."""
        self.session_file = session_file

    @authenticated
    def get(self) -> None:
        """Answers ``{token_id}``, null if none is held. The token itself is never given back."""
        held: dict[str, Any] = {}
        if self.session_file.is_file():
            held = json.loads(self.session_file.read_text("utf-8"))
        self.finish({"token_id": held.get("token_id")})

    @authenticated
    def put(self) -> None:
        """Takes ``{token, token_id}``. 400 for anything else, 503 while no bridge is known.

        The address is the bridge's own, read here; the browser's word for it is not taken, since kernels send their
        token there.
        """
        body = self.get_json_body()
        token = body.get("token") if isinstance(body, dict) else None
        token_id = body.get("token_id") if isinstance(body, dict) else None
        if not isinstance(token, str) or not 0 < len(token) <= _LONGEST_TOKEN or not isinstance(token_id, str):
            raise HTTPError(HTTPStatus.BAD_REQUEST, "token and token_id are needed")
        url = os.environ.get("KARGAH_URL") or bridge_url()
        if url is None:
            raise HTTPError(HTTPStatus.SERVICE_UNAVAILABLE, "no bridge is running")
        write_private(self.session_file, {"url": url, "token": token, "token_id": token_id})
        self.set_status(HTTPStatus.NO_CONTENT)
        self.finish()

    @authenticated
    def delete(self) -> None:
        """Forgets the token; nothing to forget is as good."""
        self.session_file.unlink(missing_ok=True)
        self.set_status(HTTPStatus.NO_CONTENT)
        self.finish()


def load(server_app: ServerApp) -> None:
    """Adds the handler, and tells kernels (which inherit the environment) and the bridge what they need to know."""
    session_file = Path(server_app.runtime_dir) / f"kargah-session-{os.getpid()}.json"
    session_file.unlink(missing_ok=True)
    os.environ["KARGAH_SESSION_FILE"] = str(session_file)
    os.environ.setdefault("KARGAH_WORKSPACE_DIR", str(Path(server_app.root_dir).resolve()))
    base_url = server_app.web_app.settings["base_url"]
    route = (url_path_join(base_url, "kargah-lab", "session"), SessionHandler, {"session_file": session_file})
    server_app.web_app.add_handlers(".*$", [route])  # type: ignore[no-untyped-call]  # tornado leaves it untyped
