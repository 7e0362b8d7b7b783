"""Kargah's Python half inside JupyterLab: starts the bridge, and hands kernels a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "@kargah/jupyterlab-extension"}]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "kargah_lab"}]


def _load_jupyter_server_extension(server_app: ServerApp) -> None:
    from kargah_lab.session import load

    load(server_app)
