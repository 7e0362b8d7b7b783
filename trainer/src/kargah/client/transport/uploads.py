"""tus 1.0 upload in chunks of 8 MiB with checksums. One that was cut off goes on, also in a new process."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import httpx
from tqdm import tqdm

from kargah.client.errors import BridgeNotFound, KargahError
from kargah.client.transport.cache import cache_folder
from kargah.client.transport.http import API, Http

CHUNK_BYTES = 8 * 1024 * 1024
UPLOADS = f"{API}/uploads"
TUS = {"Tus-Resumable": "1.0.0"}
WAITS_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0, 5.0, 10.0)
AGAIN = {"upload_offset_mismatch", "upload_locked", "upload_checksum_mismatch", "shutting_down"}


class _Standing(NamedTuple):
    upload_id: str
    offset: int
    dataset_id: str
    same: str | None = None


def upload_file(
    http: Http,
    path: Path,
    name: str | None,
    *,
    dataset_id: str | None = None,
    reading: Mapping[str, object] | None = None,
) -> tuple[str, str | None]:
    """Sends a file, with a progress bar. What is there already is not sent.

    Returns the id of the dataset it becomes, and of another one of the project that holds the very same file.

    Args:
        dataset_id: the dataset whose next version it is; without it, the file makes a new one.
        reading: how it is to be read (`encoding`, `delimiter`, …) where that should not be found out.

    Raises:
        KargahError: refused (`unsupported_format`, `file_too_large`, `empty_file`, `quota_exceeded`, …).
        BridgeNotFound: no answer, also after several tries.
    """
    size = path.stat().st_size
    if size == 0:
        raise KargahError(
            "empty_file", "The file is empty; upload one with data.", "فایل خالی است؛ فایلی با داده بارگذاری کنید."
        )
    metadata = {"filename": path.name}
    if name:
        metadata["name"] = name
    if dataset_id:
        metadata["dataset_id"] = dataset_id
    if reading:
        metadata["reading"] = json.dumps(dict(reading), ensure_ascii=False, sort_keys=True)
    known = _Unfinished(http.url, path, metadata)
    standing = _resume(http, known.get(), size)
    if standing is None:
        standing = _create(http, size, metadata | {"sha256": sha256_of(path)})
        known.put(standing.upload_id)
    try:
        if standing.offset < size:
            standing = _send(http, path, size, standing)
    except KargahError as error:
        # It was refused as a whole, and is gone.
        if error.code == "upload_checksum_mismatch":
            known.forget()
        raise
    known.forget()
    return standing.dataset_id, standing.same


def _send(http: Http, path: Path, size: int, standing: _Standing) -> _Standing:
    failures = 0
    with (
        path.open("rb") as file,
        tqdm(
            total=size,
            initial=standing.offset,
            unit="B",
            unit_scale=True,
            unit_divisor=1024,
            desc=path.name,
            leave=False,
        ) as bar,
    ):
        while standing.offset < size:
            file.seek(standing.offset)
            try:
                standing = _send_chunk(http, file.read(CHUNK_BYTES), standing)
                failures = 0
            except KargahError as error:
                again = isinstance(error, BridgeNotFound) or error.code in AGAIN
                if not again or failures >= len(WAITS_SECONDS):
                    raise
                time.sleep(WAITS_SECONDS[failures])
                failures += 1
                standing = _look_again(http, standing, error)
            bar.update(standing.offset - bar.n)
    return standing


def _send_chunk(http: Http, chunk: bytes, standing: _Standing) -> _Standing:
    answer = http.request(
        "PATCH",
        f"{UPLOADS}/{standing.upload_id}",
        content=chunk,
        headers=TUS
        | {
            "Upload-Offset": str(standing.offset),
            "Upload-Checksum": f"sha256 {base64.b64encode(hashlib.sha256(chunk).digest()).decode()}",
            "Content-Type": "application/offset+octet-stream",
        },
    )
    return _standing(standing.upload_id, answer)


def _create(http: Http, size: int, metadata: Mapping[str, str]) -> _Standing:
    encoded = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in metadata.items())
    answer = http.request("POST", UPLOADS, headers=TUS | {"Upload-Length": str(size), "Upload-Metadata": encoded})
    # Only the id counts: behind Jupyter's proxy the address in the answer is not the one we reach the bridge by.
    return _standing(str(answer.headers["Location"]).rstrip("/").rsplit("/", 1)[-1], answer)


def _resume(http: Http, upload_id: str | None, size: int) -> _Standing | None:
    if upload_id is None:
        return None
    try:
        standing = _standing(upload_id, http.request("HEAD", f"{UPLOADS}/{upload_id}", headers=TUS))
    except BridgeNotFound:
        raise
    except KargahError:
        return None
    return standing if standing.offset < size else None


def _look_again(http: Http, before: _Standing, failure: KargahError) -> _Standing:
    """Where the upload stands after a request that failed; raises what ended it where it is gone."""
    try:
        answer = http.request("HEAD", f"{UPLOADS}/{before.upload_id}", headers=TUS)
    except BridgeNotFound:
        return before
    except KargahError as error:
        if error.status not in {404, 410}:
            return before
        raise (failure if failure.code == "upload_checksum_mismatch" else error) from error
    return _standing(before.upload_id, answer)


def _standing(upload_id: str, answer: httpx.Response) -> _Standing:
    headers = answer.headers
    return _Standing(
        upload_id,
        int(headers.get("Upload-Offset", "0")),
        str(headers.get("Kargah-Dataset-Id", "")),
        headers.get("Kargah-Same-Dataset-Id"),
    )


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while piece := file.read(CHUNK_BYTES):
            digest.update(piece)
    return digest.hexdigest()


class _Unfinished:
    """Which upload a file belongs to, kept in the user's cache folder until it is done."""

    def __init__(self, url: str, path: Path, metadata: Mapping[str, str]) -> None:
        self._file = cache_folder() / "uploads.json"
        stat = path.stat()
        wanted = json.dumps(metadata, sort_keys=True)
        told = f"{url}\n{path.resolve()}\n{stat.st_size}\n{stat.st_mtime_ns}\n{wanted}"
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
