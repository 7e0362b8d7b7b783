"""Files that come from the bridge: each is there whole, or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from pathlib import Path

from kargah.client.errors import KargahError
from kargah.client.transport.cache import cache_folder
from kargah.client.transport.http import Http

# What stands between may call it weak; the bridge's own are the sha256 of the bytes.
_ETAG = re.compile(r'(?:W/)?"([0-9a-f]{64})"')


def download(http: Http, path: str, into: Path, sha256: str | None = None) -> Path:
    """Streams an answer into the file `into`, which appears when it is whole and on the disk.

    Args:
        sha256: what its bytes must hash to; without it, what the bridge says that they do.

    Raises:
        KargahError: refused, or `download_damaged`: other bytes arrived than were sent.
        BridgeNotFound: no answer, or one that was cut off.
    """
    into.parent.mkdir(parents=True, exist_ok=True)
    # Its name is short, whatever that of the file, and no other process writes it.
    temporary = into.with_name(f".{secrets.token_hex(8)}.part")
    digest = hashlib.sha256()
    try:
        with http.stream(path) as answer, temporary.open("xb") as file:
            for chunk in answer.iter_bytes(1 << 20):
                file.write(chunk)
                digest.update(chunk)
            file.flush()
            os.fsync(file.fileno())
            told = _ETAG.fullmatch(answer.headers.get("ETag", ""))
        wanted = sha256 or (told and told[1])
        if wanted and digest.hexdigest() != wanted:
            raise KargahError(
                "download_damaged",
                "The bytes arrived changed; download the file again.",
                "بایت‌ها در راه تغییر کردند؛ فایل را دوباره دانلود کنید.",
            )
        temporary.replace(into)
    finally:
        temporary.unlink(missing_ok=True)
    return into.resolve()


def kept(http: Http, path: str, name: str, sha256: str | None = None) -> Path:
    """The file `name` of the cache folder, which its name says everything about; fetched where it is not there yet.

    Raises:
        KargahError, BridgeNotFound: as `download`.
    """
    folder = cache_folder() / "datasets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / name
    return file if file.exists() else download(http, path, file, sha256)


def download_into(http: Http, path: str, into: str | Path | None, name: str) -> Path:
    """As `download`: into a file, into a folder under `name`, or, where nothing is said, into the current one."""
    given = Path(name) if into is None else Path(into).expanduser()
    return download(http, path, given / name if given.is_dir() else given)


def plain_name(name: str) -> str:
    """What every file system takes of a name."""
    return "".join(c if c.isalnum() or c in "-_. " else "_" for c in name).strip()
