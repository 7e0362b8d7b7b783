"""A dataset's folder and the reader, as the tests use them."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kargah.datasets.failures import ReadFailure
from kargah.datasets.model import ReadResult
from kargah.datasets.verbs.read import read_dataset

Read = Callable[..., ReadResult]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read `content` as the file `name`; what the reader leaves lies in `tmp_path`."""

    def run(content: str | bytes, name: str = "data.csv", **options: Any) -> ReadResult:
        (tmp_path / "original").write_bytes(content.encode() if isinstance(content, str) else content)
        reading: Any = options
        return read_dataset(tmp_path, name, reading=reading, memory_bytes=2 << 30, max_image_bytes=64 << 20)

    return run


def reason(
    read: Read, content: str | bytes, name: str = "data.csv", **options: Any
) -> tuple[str, dict[str, str | int]]:
    """Return why `content` is refused: the code and the parameters of its message."""
    with pytest.raises(ReadFailure) as caught:
        read(content, name, **options)
    return caught.value.code, caught.value.params


def types_of(result: ReadResult) -> dict[str, str]:
    """Return the type of each column."""
    return {column["name"]: column["type"] for column in result["profile"]["columns"]}


def codes_of(result: ReadResult) -> list[str]:
    """Return the codes of the warnings."""
    return [warning["code"] for warning in result["warnings"]]


def picture(color: str = "red", size: tuple[int, int] = (8, 6), kind: str = "PNG") -> bytes:
    """Return the bytes of an image of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, kind)
    return out.getvalue()


class Asked:
    """One worker, and questions to it."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kargah.datasets.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "JE_ARROW_MALLOC_CONF": "background_thread:false", "OPENBLAS_NUM_THREADS": "1"},
        )
        self.events: list[Any] = []
        self._next = 0
        assert self._line() == {"ready": True}

    def _line(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def say(self, message: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def begin(self, verb: str, folder: Path, **request: Any) -> int:
        self._next += 1
        limits = {
            "memory_bytes": request.pop("memory", 4 << 30),
            "cpu_seconds": 60,
            "file_bytes": request.pop("file_bytes", 1 << 30),
        }
        body = {"folder": str(folder), "seconds": 60, "memory_bytes": 1 << 30, "limits": limits, **request}
        self.say({"id": self._next, "verb": verb, "request": body})
        return self._next

    def answer(self, request_id: int) -> Any:
        while True:
            said = self._line()
            if said.pop("id") != request_id:
                continue
            if "event" not in said:
                return said
            self.events.append(said["event"])

    def ask(self, verb: str, folder: Path, **request: Any) -> Any:
        return self.answer(self.begin(verb, folder, **request))

    def read(self, folder: Path, **request: Any) -> Any:
        return self.ask("read", folder, **{"filename": "a.csv", "max_image_bytes": 1 << 30, **request})


@pytest.fixture(scope="package")
def worker() -> Iterator[Asked]:
    asked = Asked()
    yield asked
    asked.process.kill()
    asked.process.wait()
