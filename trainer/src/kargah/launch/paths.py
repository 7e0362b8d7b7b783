"""Every file of a job's folder, by name; the protocol is described in `docs/protocols/job-folder.md`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast


@dataclass(frozen=True)
class JobPaths:
    """Names the files of one job's folder."""

    folder: Path

    @property
    def job(self) -> Path:
        return self.folder / "job.json"

    @property
    def token(self) -> Path:
        return self.folder / "token"

    @property
    def environment(self) -> Path:
        """The variables that a script was given, secrets among them; gone when the job has ended."""
        return self.folder / "environment.json"

    @property
    def lock(self) -> Path:
        return self.folder / "supervisor.lock"

    @property
    def supervisor(self) -> Path:
        return self.folder / "supervisor.json"

    @property
    def heartbeat(self) -> Path:
        return self.folder / "heartbeat"

    @property
    def stop(self) -> Path:
        return self.folder / "stop.json"

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"

    @property
    def failure(self) -> Path:
        return self.folder / "failure.json"

    @property
    def result(self) -> Path:
        return self.folder / "result.json"

    @property
    def pending_model(self) -> Path:
        """There while `model/` holds a model that MLflow does not have yet."""
        return self.folder / "pending_model.json"

    @property
    def spool(self) -> Path:
        return self.folder / "spool"

    @property
    def system_spool(self) -> Path:
        """As `spool`, of what the supervisor measured: two processes cannot write to one."""
        return self.folder / "spool-system"

    @property
    def reserve(self) -> Path:
        """Bytes held back, so that the outcome can be written on a disk that the job itself has filled."""
        return self.folder / ".outcome.reserve"

    @property
    def outcome(self) -> Path:
        return self.folder / "outcome.json"


def read_json(path: Path) -> dict[str, Any] | None:
    """The JSON object in `path`; None when there is no such file or it holds no JSON object.

    A job writes some of them: what never ends, or makes whoever opens it wait, is no file.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    except (FileNotFoundError, ValueError):
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def write_json(path: Path, value: object) -> None:
    """Replaces `path` in one step, so that a reader sees the old file or the whole new one, even after a power cut."""
    put_json(path, value, lambda file: os.fsync(file.fileno()))
    flush(path.parent)


def put_json(path: Path, value: object, whole: Callable[[IO[str]], object] = lambda _: None) -> None:
    """Replaces `path` in one step, on the disk when the system sees fit; `whole` is called before it has its name.

    Every process sees it at once, and it stays whatever is killed. A power cut may leave it empty.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(value, file, ensure_ascii=False)
            file.flush()
            whole(file)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def move(whole: Path, path: Path) -> None:
    """Replaces `path` by a file whose bytes are on the disk."""
    whole.replace(path)
    flush(path.parent)


def flush(path: Path) -> None:
    """Brings a file, or the names in a folder, to the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
