"""What the recipes that are installed say of themselves, without loading what was asked before.

Ours are written down in `recipes.json`, with the hash of the files that it was made from. Any other, and ours once they
were changed, is imported in a process of its own, within a limit: one that hangs, crashes or prints harms no other.
What it said is kept in a file until something of it, or of what is installed, changes.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kargah.protocols.params import Json
from kargah.recipes import FOLDER, BrokenRecipe, Source, every_source, recorded

RECORDED = FOLDER / "recipes.json"
# Importing torch takes seconds, on a busy machine a minute.
LIMIT_SECONDS = 60
# A failure is tried again after this time, since its cause may be mended without a change to these files.
_RETRY_FAILED_SECONDS = 600
_AT_ONCE = 2
_MOST_FILES = 2_000
_NO_TORCH = "PyTorch is not installed (pip install torch)"


def describe(source: Source) -> Json:
    """The contract's `recipe` object, and where the recipe is offered.

    Raises:
        BrokenRecipe: it cannot be used.
    """
    info = source.load().INFO
    try:
        return {**info.describe(), "place": info.place}
    except Exception as error:
        raise BrokenRecipe(f"{type(error).__name__}: {error}") from error


def record() -> Json:
    """What `recipes.json` is to hold.

    Raises:
        BrokenRecipe: one of ours cannot be used.
    """
    own = [describe(source) for source in every_source() if source.entry is None]
    return {"made_from": fingerprint_of_ours(), "recipes": _ordered(own)}


def installed(cache: Path | None) -> Json:
    """`{recipes, problems: [{recipe, package, reason}], torch: whether it is there}`; kept in the file `cache`."""
    found, kept = every_source(), _read(cache)
    first = {source.name: source for source in reversed(found)}
    written = recorded()
    torch = find_spec("torch") is not None
    valid = not torch or fingerprint_of_ours() == written["made_from"]
    known = {one["recipe"]: one for one in written["recipes"]} if valid else {}
    asked = [source for source in first.values() if source.entry is not None or source.name not in known]
    environment = fingerprint_of_environment()

    def answer(source: Source) -> Json:
        return _ask(source, _fingerprint(source, environment), kept) if torch else {"reason": _NO_TORCH}

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = dict(zip([source.name for source in asked], pool.map(answer, asked), strict=True))
    if cache is not None and torch and answers != kept:
        _write(cache, answers)
    own = [known[source.name] for source in first.values() if source.entry is None and source.name in known]
    told = [one["described"] for one in answers.values() if "described" in one]
    problems = [_problem(one, answers[one.name]["reason"]) for one in asked if "reason" in answers[one.name]]
    hidden = [one for one in found if one is not first[one.name]]
    problems += [_problem(one, f"{first[one.name].package} has a recipe of this name already") for one in hidden]
    return {"recipes": _ordered([*own, *told]), "problems": problems, "torch": torch}


def answer_for(name: str) -> Json:
    """In the process that imports it: `{"described": …}` or `{"reason": …}`."""
    source = next(one for one in every_source() if one.name == name)
    try:
        return {"described": describe(source)}
    except BrokenRecipe as broken:
        return {"reason": str(broken)}


def fingerprint_of_ours() -> str:
    """Of the contents of everything that our recipes' descriptions follow from."""
    protocols = FOLDER.parent / "protocols"
    finding = set(FOLDER.glob("_*.py"))
    files = [*(file for file in FOLDER.rglob("*.py") if file not in finding), *protocols.glob("*.py")]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file.relative_to(FOLDER.parent).as_posix()}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


def fingerprint_of_environment() -> str:
    """Of what is installed: every folder on the path changes its time when something is added to it or taken away."""
    return _digest(f"{entry}\0{_changed(Path(entry))}" for entry in [sys.executable, *sys.path])


def _fingerprint(source: Source, environment: str) -> str:
    if source.entry is None:
        return _digest([fingerprint_of_ours(), environment])
    parts = [source.entry.value, source.package, environment]
    spec = find_spec(source.entry.module.partition(".")[0])
    if spec is not None:
        folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
        files = [Path(spec.origin)] if spec.origin and not folders else []
        for folder in folders:
            files += sorted(folder.rglob("*.py"))[:_MOST_FILES]
        parts += [f"{file}\0{_changed(file)}" for file in files]
    return _digest(parts)


def _ask(source: Source, key: str, kept: Json) -> Json:
    """From what is kept, or from a process that imports the recipe: what it says, or why it cannot be used."""
    known = kept.get(source.name)
    failed_long_ago = known is not None and time.time() - known.get("failed_at", time.time()) > _RETRY_FAILED_SECONDS
    if known is not None and known["key"] == key and not failed_long_ago:
        return dict(known)
    command = [sys.executable, "-P", "-m", "kargah.recipes", "answer", source.name]
    failure: Json = {"key": key, "failed_at": time.time()}
    with tempfile.TemporaryFile() as errors:
        try:
            ran = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                timeout=LIMIT_SECONDS + 10,
                check=False,
            )
            # Its last line: a package may print while it is imported.
            answer: Json = json.loads(ran.stdout.decode().rstrip().rpartition("\n")[2])
        except (subprocess.TimeoutExpired, ValueError):
            errors.seek(0, os.SEEK_END)
            errors.seek(max(0, errors.tell() - 2_000))
            last = errors.read().decode(errors="replace").strip().rpartition("\n")[2]
            return failure | {"reason": f"importing it ended without an answer, or took over {LIMIT_SECONDS} s. {last}"}
    return {"key": key, **answer} if "described" in answer else failure | answer


def _problem(source: Source, reason: str) -> Json:
    return {"recipe": source.name, "package": source.package, "reason": reason}


def _ordered(described: list[Json]) -> list[Json]:
    return sorted(described, key=lambda one: (one["place"], one["recipe"]))


def _read(cache: Path | None) -> Json:
    try:
        found: Any = json.loads(cache.read_text(encoding="utf-8")) if cache is not None else {}
        return found if isinstance(found, dict) and all("key" in one for one in found.values()) else {}
    except (OSError, ValueError, TypeError):
        return {}


def _write(cache: Path, kept: Json) -> None:
    temporary = cache.with_name(f".{cache.name}.{os.getpid()}")
    try:
        cache.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        temporary.replace(cache)
    except OSError:
        # The cache only saves time, so a failed write is ignored.
        temporary.unlink(missing_ok=True)


def _changed(path: Path) -> str:
    try:
        stat = path.stat()
        return f"{stat.st_mtime_ns} {stat.st_size}"
    except OSError:
        return "-"


def _digest(parts: Iterator[str] | list[str]) -> str:
    return hashlib.sha256("\1".join(parts).encode()).hexdigest()
