"""Runs the MLflow server: `python -m kargah_mlflow.serve --root <folder> --bind unix:<path> --public-key <pem>`."""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from kargah_mlflow.settings import ServerFiles, environment, hosts, write_auth_config

_PR_SET_PDEATHSIG = 1


def gunicorn_arguments(bind: str, threads: int) -> list[str]:
    """How gunicorn is run: one worker, since SQLite has one writer, with threads for requests that wait."""
    return [
        *("--bind", bind, "--umask", "0077"),
        *("--workers", "1", "--worker-class", "gthread", "--threads", str(threads), "--worker-connections", "512"),
        # Longer than the gateway keeps an idle connection, so that the gateway is the one that closes it.
        *("--keep-alive", "75", "--timeout", "120", "--graceful-timeout", "5"),
        *("--limit-request-line", "8190", "--log-level", "warning", "--no-control-socket"),
        "kargah_mlflow.app:create_app()",
    ]


def end_with(parent: int) -> None:
    """Ends this process when `parent` ends, however it ends. Survives exec.

    Raises:
        SystemExit: the parent has already ended.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit("the process that asked for MLflow is gone")


def main(arguments: Sequence[str] | None = None) -> None:
    """Prepares the folder and becomes gunicorn."""
    parser = argparse.ArgumentParser(prog="kargah_mlflow.serve", description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help="folder of MLflow's databases, artifacts and secrets")
    parser.add_argument("--bind", required=True, help="unix:<path> or <host>:<port>")
    parser.add_argument("--public-key", type=Path, required=True, help="PEM of the key that the bridge signs with")
    parser.add_argument("--store", help="database URI (default: SQLite in the folder)")
    parser.add_argument("--permissions", help="database URI of users and roles (default: SQLite in the folder)")
    parser.add_argument("--artifacts", help="where artifacts go (default: in the folder)")
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--parent", type=int, help="end when this process ends")
    given = parser.parse_args(arguments)

    if given.parent is not None:
        end_with(given.parent)
    os.umask(0o077)
    files = ServerFiles(given.root.resolve())
    files.root.mkdir(parents=True, exist_ok=True)
    files.artifacts.mkdir(exist_ok=True)
    write_auth_config(files, given.permissions or files.permissions_uri)
    variables = environment(
        files,
        given.public_key.resolve(),
        given.store or files.store_uri,
        given.artifacts or str(files.artifacts),
        hosts(given.bind),
    )
    command = [sys.executable, "-m", "gunicorn", *gunicorn_arguments(given.bind, given.threads)]
    os.execve(sys.executable, command, {**os.environ, **variables})  # noqa: S606 (arguments are a list; no shell)


if __name__ == "__main__":
    main()
