"""A script as the bridge is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def script_request(
    script: str | Path,
    args: Sequence[object] | None,
    cwd: str | Path | None,
    env: Mapping[str, object] | None,
    secrets: Mapping[str, str] | None,
) -> dict[str, Any]:
    """Paths that lead somewhere from here, a notebook's folder, are told whole; others are the workspace's."""
    found: dict[str, Any] = {"path": _path(script), "args": [str(arg) for arg in args or ()]}
    if cwd is not None:
        found["cwd"] = _path(cwd)
    if env:
        found["env"] = {name: str(value) for name, value in env.items()}
    if secrets:
        found["secrets"] = dict(secrets)
    return found


def _path(given: str | Path) -> str:
    path = Path(given).expanduser()
    # Not resolved: a link of the workspace is named by where it lies.
    return str(path.absolute()) if path.exists() else str(given)
