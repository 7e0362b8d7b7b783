"""How jupyter-server-proxy starts the bridge and reaches it under ``{base}/kargah/``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from kargah_lab.paths import MissingPartError, bridge_command

_START_SECONDS = 30


def _literal(arguments: list[str]) -> list[str]:
    """The proxy fills ``{…}`` slots in what it is given, and a path may hold braces."""
    return [argument.replace("{", "{{").replace("}", "}}") for argument in arguments]


def _command(unix_socket: str) -> list[str]:
    try:
        return _literal(bridge_command(unix_socket))
    except MissingPartError:
        # Raising here would hide every other server the proxy knows, and the panel could only say that nobody answers.
        return _literal([sys.executable, "-m", "kargah_lab.stand_in", unix_socket])


def _environment(base_url: str) -> dict[str, str]:
    values = {
        "KARGAH_BASE_URL": base_url,
        # Set by our server extension, which knows Jupyter's root folder.
        "KARGAH_WORKSPACE_DIR": os.environ.get("KARGAH_WORKSPACE_DIR") or str(Path.cwd()),
        "KARGAH_PYTHON": sys.executable,
        # Jupyter that is killed cannot end its children: the bridge watches for it.
        "KARGAH_PARENT_WATCH": "1",
    }
    return dict(zip(values, _literal(list(values.values())), strict=True))


def server() -> dict[str, Any]:
    """The entry of group ``jupyter_serverproxy_servers``.

    The bridge listens on a unix socket in a private folder, is started by the first request, restarted when it dies and
    ended with Jupyter.
    """
    return {
        # Functions, so that both are settled at the first request: by then every server extension is loaded.
        "command": _command,
        "unix_socket": True,
        "environment": _environment,
        "timeout": _START_SECONDS,
        "absolute_url": False,
        "launcher_entry": {"enabled": False},
        "new_browser_tab": False,
    }
