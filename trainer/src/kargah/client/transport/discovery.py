"""Where the bridge is and who asks: arguments, then the environment, then JupyterLab, then this machine's folder."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kargah.client.errors import BridgeNotFound


@dataclass(frozen=True)
class Found:
    url: str
    """Without a slash at its end."""
    token: Callable[[], str | None]
    """Reads the newest token; JupyterLab writes a fresh one into the session file before the old one expires."""


def find_bridge(url: str | None = None, token: str | None = None) -> Found:
    """
    Raises:
        BridgeNotFound: nothing names a bridge.
    """
    given = url or os.environ.get("KARGAH_URL")
    fixed = token or os.environ.get("KARGAH_TOKEN")
    session = os.environ.get("KARGAH_SESSION_FILE")
    session_file = Path(session) if session else None
    if session_file is not None and not session_file.is_file():
        session_file = None
    if given is None and session_file is not None:
        given = _read(session_file).get("url")
    if given is None:
        bridge_file = data_dir() / "bridge.json"
        if not bridge_file.is_file():
            raise BridgeNotFound(f"there is no {bridge_file}")
        given = _read(bridge_file).get("url")
    if not given:
        raise BridgeNotFound("its address is not written down")

    def newest() -> str | None:
        if fixed is not None or session_file is None:
            return fixed
        return _read(session_file).get("token")

    return Found(given.rstrip("/"), newest)


def first_account_code(url: str) -> str | None:
    """The code of the bridge at `url`, where it works on this person's own data folder and has no account yet."""
    try:
        if _read(data_dir() / "bridge.json").get("url") != url:
            return None
        return (data_dir() / "signup-code").read_text(encoding="utf-8").strip() or None
    except (BridgeNotFound, OSError):
        # Not this machine's bridge, or it has its first account.
        return None


def data_dir() -> Path:
    given = os.environ.get("KARGAH_DATA_DIR")
    if given:
        return Path(given)
    share = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(share) / "kargah" if sys.platform != "win32" else Path(os.environ.get("LOCALAPPDATA", share)) / "kargah"


def _read(file: Path) -> dict[str, str]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BridgeNotFound(f"{file.name} cannot be read") from error
    return found if isinstance(found, dict) else {}
