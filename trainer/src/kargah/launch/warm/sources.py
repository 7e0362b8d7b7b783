"""Where a Python's modules come from, and whether that is still what it was when they were loaded."""

from __future__ import annotations

import site
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_OURS = ("launch", "protocols", "recipes", "reporting", "training")
_INSTALLED = (".dist-info", ".egg-info", ".egg-link", ".pth")
# Longer than the grain of any file system's times.
_SETTLED_NS = 2_000_000_000


class Sources:
    """Looked at before anything is loaded, and from then on again and again.

    Counts: the interpreter; in every folder on its path, whatever put it there, what is installed and the files of
    modules that are loaded, or would be loaded instead of them; and Kargah's own files. Whatever else changes there is
    loaded by nobody, or by each fork for itself: a folder on the path may well be the one that jobs write to.
    """

    def __init__(self) -> None:
        self._loaded: frozenset[str] = frozenset()
        self._folders = self._all_folders()
        self._as_loaded = self._look()

    def loaded(self) -> bool:
        """To be called once everything is loaded; False where it changed meanwhile."""
        same = not self.changed()
        self._loaded = frozenset(name for name in sys.modules if "." not in name and name != "__main__")
        self._folders = self._all_folders()
        self._as_loaded = self._look()
        return same

    def changed(self) -> bool:
        return self._look() != self._as_loaded

    def _look(self) -> list[tuple[Path, int, int]]:
        """The name, time and size of every file that counts; -1 where there is none."""
        found = []
        for file in self._files():
            try:
                stat = file.stat()
                found.append((file, stat.st_mtime_ns, stat.st_size))
            except OSError:
                found.append((file, -1, -1))
        return found

    def _files(self) -> Iterator[Path]:
        yield Path(sys.executable)
        yield Path(sys.prefix, "pyvenv.cfg")
        for folder in self._folders:
            yield from folder.files()

    def _all_folders(self) -> list[_Folder]:
        package = Path(__file__).resolve().parents[2]
        parts = [package / part for part in _OURS]
        folders = [folder for part in parts for folder in (part, *part.rglob("*/")) if folder.name != "__pycache__"]
        ours = [_Folder(folder, lambda name: name.endswith(".py")) for folder in sorted(folders)]
        return [*(_Folder(path, self._counts) for path in _paths()), *ours]

    def _counts(self, name: str) -> bool:
        return name.endswith(_INSTALLED) or name.partition(".")[0] in self._loaded


class _Folder:
    """What a folder holds, listed again only where its names changed: this is asked for every job that begins."""

    def __init__(self, path: Path, counts: Callable[[str], bool]) -> None:
        self._path = path
        self._counts = counts
        self._files: list[Path] = []
        self._as_of: int | None = None

    def files(self) -> list[Path]:
        """The paths of what counts, sorted; the folder's own where it is an archive, or not there (yet)."""
        try:
            changed = self._path.stat().st_mtime_ns
            if self._as_of != changed:
                self._files = sorted(file for file in self._path.iterdir() if self._counts(file.name))
                # What changes within one grain of its time leaves the folder's time as it is.
                self._as_of = changed if time.time_ns() - changed > _SETTLED_NS else None
        except OSError:
            self._as_of = None
            return [self._path]
        return self._files


def _paths() -> list[Path]:
    """Those that may appear later, too."""
    own = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    return [Path(folder) for folder in dict.fromkeys([*sys.path, *site.getsitepackages(), *own])]
