"""tus 1.0 upload in chunks of 8 MiB. An upload that was cut off goes on where it stood, also in a later process."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import time
from pathlib import Path

from tqdm import tqdm

from .errors import BridgeNotFound, KargahError
from .http import API, Http

CHUNK_BYTES = 8 * 1024 * 1024
UPLOADS = f"{API}/uploads"
TUS = {"Tus-Resumable": "1.0.0"}
WAITS_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0, 5.0, 10.0)


def upload_file(http: Http, path: Path, name: str | None) -> str:
    """Sends a file, with a progress bar; returns the id of the dataset it becomes.

    Raises:
        KargahError: refused (`unsupported_format`, `file_too_large`, `empty_file`, `storage_full`, …).
        BridgeNotFound: no answer, also after several tries.
    """
    size = path.stat().st_size
    if size == 0:
        raise KargahError(
            "empty_file", "The file is empty; upload one with data.", "فایل خالی است؛ فایلی با داده بارگذاری کنید."
        )
    known = _Unfinished(http.url, path)
    upload_id, offset = _resume(http, known.get(), size)
    if upload_id is None:
        upload_id, offset = _create(http, path, size, name), 0
        known.put(upload_id)
    url = f"{UPLOADS}/{upload_id}"
    failures = 0
    with (
        path.open("rb") as file,
        tqdm(
            total=size, initial=offset, unit="B", unit_scale=True, unit_divisor=1024, desc=path.name, leave=False
        ) as bar,
    ):
        while True:
            file.seek(offset)
            try:
                answer = http.request(
                    "PATCH",
                    url,
                    content=file.read(CHUNK_BYTES),
                    headers=TUS | {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"},
                )
            except KargahError as error:
                again = isinstance(error, BridgeNotFound) or error.code in {
                    "upload_offset_mismatch",
                    "upload_locked",
                    "shutting_down",
                }
                if not again or failures >= len(WAITS_SECONDS):
                    raise
                time.sleep(WAITS_SECONDS[failures])
                failures += 1
                offset = _offset_again(http, url, offset)
                bar.n = offset
                continue
            failures = 0
            offset = int(answer.headers["Upload-Offset"])
            bar.update(offset - bar.n)
            if offset >= size:
                known.forget()
                return str(answer.headers["Kargah-Dataset-Id"])


def _create(http: Http, path: Path, size: int, name: str | None) -> str:
    metadata = {"filename": path.name} | ({"name": name} if name else {})
    encoded = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in metadata.items())
    answer = http.request("POST", UPLOADS, headers=TUS | {"Upload-Length": str(size), "Upload-Metadata": encoded})
    # Only the id counts: behind Jupyter's proxy the address in the answer is not the one we reach the bridge by.
    return str(answer.headers["Location"]).rstrip("/").rsplit("/", 1)[-1]


def _resume(http: Http, upload_id: str | None, size: int) -> tuple[str | None, int]:
    if upload_id is None:
        return None, 0
    try:
        answer = http.request("HEAD", f"{UPLOADS}/{upload_id}", headers=TUS)
    except BridgeNotFound:
        raise
    except KargahError:
        return None, 0
    offset = int(answer.headers.get("Upload-Offset", "0"))
    return (upload_id, offset) if offset < size else (None, 0)


def _offset_again(http: Http, url: str, before: int) -> int:
    try:
        return int(http.request("HEAD", url, headers=TUS).headers["Upload-Offset"])
    except BridgeNotFound:
        return before


class _Unfinished:
    """Which upload a file belongs to, kept in the user's cache folder until it is done."""

    def __init__(self, url: str, path: Path) -> None:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        self._file = cache / "kargah" / "uploads.json"
        stat = path.stat()
        told = f"{url}\n{path.resolve()}\n{stat.st_size}\n{stat.st_mtime_ns}"
        self._key = hashlib.sha256(told.encode()).hexdigest()

    def get(self) -> str | None:
        found = self._all().get(self._key)
        return found if isinstance(found, str) else None

    def put(self, upload_id: str) -> None:
        self._write(self._all() | {self._key: upload_id})

    def forget(self) -> None:
        self._write({k: v for k, v in self._all().items() if k != self._key})

    def _all(self) -> dict[str, str]:
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, entries: dict[str, str]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = self._file.with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps(entries), encoding="utf-8")
        temporary.replace(self._file)
