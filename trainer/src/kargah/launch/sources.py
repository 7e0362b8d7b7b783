"""Where a Python's modules come from, and whether that is still what it was when they were loaded."""

from __future__ import annotations

import hashlib
import os
import site
import sys
from collections.abc import Iterator
from pathlib import Path

_OURS = ("launch", "training", "recipes")
_INSTALLED = (".dist-info", ".egg-info", ".egg-link", ".pth")


class Sources:
    """Looked at before anything is loaded, and from then on again and again.

    Counts: the interpreter; in every folder on its path, whatever put it there, what is installed and the files of
    modules that are loaded, or would be loaded instead of them; and Kargah's own files. Whatever else changes there is
    loaded by nobody, or by each fork for itself: a folder on the path may well be the one that jobs write to.
    """

    def __init__(self) -> None:
        self._folders = _folders()
        self._loaded: frozenset[str] = frozenset()
        self._as_loaded = self._look()

    def loaded(self) -> bool:
        """To be called once everything is loaded; False where it changed meanwhile."""
        same = not self.changed()
        self._loaded = frozenset(name for name in sys.modules if "." not in name and name != "__main__")
        self._as_loaded = self._look()
        return same

    def changed(self) -> bool:
        return self._look() != self._as_loaded

    def _look(self) -> bytes:
        digest = hashlib.sha256()
        for file in self._files():
            try:
                stat = file.stat()
                digest.update(b"%s\0%d %d\n" % (os.fsencode(file), stat.st_mtime_ns, stat.st_size))
            except OSError:
                digest.update(b"%s\0-\n" % os.fsencode(file))
        return digest.digest()

    def _files(self) -> Iterator[Path | os.DirEntry[str]]:
        yield Path(sys.executable)
        yield Path(sys.prefix, "pyvenv.cfg")
        for folder in self._folders:
            try:
                with os.scandir(folder) as entries:
                    yield from sorted(filter(self._counts, entries), key=lambda entry: entry.name)
            except OSError:
                # An archive, or not there (yet).
                yield folder
        package = Path(__file__).resolve().parents[1]
        for part in _OURS:
            yield from sorted((package / part).glob("*.py"))

    def _counts(self, entry: os.DirEntry[str]) -> bool:
        return entry.name.endswith(_INSTALLED) or entry.name.partition(".")[0] in self._loaded


def _folders() -> list[Path]:
    """Those that may appear later, too."""
    own = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    return [Path(folder) for folder in dict.fromkeys([*sys.path, *site.getsitepackages(), *own])]
