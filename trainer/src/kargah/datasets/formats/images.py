"""Zips of images, one folder per class: opened with distrust, every image decoded once."""

from __future__ import annotations

import hashlib
import warnings as python_warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from kargah.datasets.failures import ReadFailure
from kargah.datasets.formats.given_parts import are_parts, part_named, whole_parts
from kargah.datasets.formats.zips import explodes, is_litter, open_zip, safe_path
from kargah.datasets.image_hash import ImageHash, dhash_of
from kargah.datasets.limits import MAX_IMAGE_PIXELS, MAX_IMAGES
from kargah.datasets.model import ClassCount, ImageFigures, Part, Warning
from kargah.datasets.profiling.histograms import histogram_of
from kargah.datasets.tables.columns import lookalikes
from kargah.datasets.warnings import warning_of
from kargah.upright import as_seen

_SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"}
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")
_MAX_IMAGE_BYTES = 256 << 20
# Photographs do not shrink when zipped, drawings shrink some; a hundredfold is no picture.
_MAX_RATIO = 100
_CLASS_TIMES = 10
_MAX_FILE_NAME = 200


@dataclass(frozen=True)
class Images:
    """What was taken out of an archive."""

    count: int
    classes: list[ClassCount]
    warnings: list[Warning]
    figures: ImageFigures
    hashes: list[ImageHash]
    # In which part the archive has them, in the order in which training reads them; None where it says nothing.
    parts: list[Part] | None = None

    @property
    def sha256(self) -> str:
        """Of the classes and contents, whatever the files' names."""
        digests = sorted(f"{one.class_name}/{one.sha256.hex()}" for one in self.hashes)
        return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def extract_images(archive: Path, target: Path, max_bytes: int) -> Images:
    """Write the images of `archive` to `target/<class>/<file>`, each proved decodable.

    Raises ReadFailure `archive_unsafe` (paths that lead out, links), `archive_bomb` (grows beyond `max_bytes`, a
    hundredfold, or in pixels), `archive_no_images`, `archive_one_class`, `damaged_file`.
    """
    try:
        with open_zip(archive) as opened:
            return _extract(opened, archive.stat().st_size, target, max_bytes)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ReadFailure("damaged_file") from error


def _extract(opened: zipfile.ZipFile, packed: int, target: Path, max_bytes: int) -> Images:
    declared = 0
    candidates: list[tuple[zipfile.ZipInfo, PurePosixPath]] = []
    ignored = 0
    for entry in opened.infolist():
        path = safe_path(entry)
        declared += entry.file_size
        if entry.is_dir() or is_litter(path):
            continue
        if path.suffix.lower() in _SUFFIXES:
            candidates.append((entry, path))
        else:
            ignored += 1
    if declared > max_bytes or explodes(declared, packed, _MAX_RATIO):
        raise ReadFailure("archive_bomb")
    placed, outside = _placed(candidates)
    if not placed:
        raise ReadFailure("archive_no_images")
    if len({one.class_name for one in placed}) < 2:
        raise ReadFailure("archive_one_class")
    return _write(opened, placed, target, max_bytes, ignored + outside)


@dataclass(frozen=True)
class _Placed:
    entry: zipfile.ZipInfo
    class_name: str
    file: str
    part: Part | None = None


def _placed(
    candidates: Sequence[tuple[zipfile.ZipInfo, PurePosixPath]],
) -> tuple[list[_Placed], int]:
    """Each image's class and file name; folders that hold all classes, and train/test folders, are looked through."""
    inside = [(entry, path.parts) for entry, path in candidates if len(path.parts) > 1]
    outside = len(candidates) - len(inside)
    while inside and len({parts[0] for _, parts in inside}) == 1 and all(len(parts) > 2 for _, parts in inside):
        inside = [(entry, parts[1:]) for entry, parts in inside]
    parts_of: dict[str, Part | None] = {}
    if inside and are_parts(parts[0] for _, parts in inside):
        inside = [(entry, _without_repeat(parts)) for entry, parts in inside]
        labelled = [(entry, (parts[1], parts[0], *parts[2:])) for entry, parts in inside if len(parts) > 2]
        classes = {parts[0].casefold() for _, parts in labelled}
        # What lies in no class, or in one more folder of test pictures, has no label.
        known = [(entry, parts) for entry, parts in labelled if not are_parts([parts[0]])]
        if len(classes) > 1 and known:
            outside += len(inside) - len(known)
            inside = known
            parts_of = {entry.filename: part_named(parts[1]) for entry, parts in known}
    elif inside and all(len(parts) > 2 for _, parts in inside) and are_parts(parts[1] for _, parts in inside):
        parts_of = {entry.filename: part_named(parts[1]) for entry, parts in inside}
    placed = [
        _Placed(entry, parts[0].strip(), "_".join(parts[1:]), parts_of.get(entry.filename)) for entry, parts in inside
    ]
    return placed, outside


def _without_repeat(parts: tuple[str, ...]) -> tuple[str, ...]:
    """`train/train/cat/1.png` as `train/cat/1.png`."""
    again = len(parts) > 2 and parts[0].casefold() == parts[1].casefold()
    return parts[1:] if again else parts


def _file_name(wanted: str, taken: set[str]) -> str:
    path = PurePosixPath(wanted)
    name = wanted
    if len(wanted.encode()) > _MAX_FILE_NAME or wanted.casefold() in taken:
        name = f"{hashlib.sha256(f'{wanted}/{len(taken)}'.encode()).hexdigest()[:24]}{path.suffix.lower()}"
    taken.add(name.casefold())
    return name


def _write(
    opened: zipfile.ZipFile,
    placed: list[_Placed],
    target: Path,
    max_bytes: int,
    ignored: int,
) -> Images:
    if len(placed) > MAX_IMAGES:
        raise ReadFailure("archive_bomb")
    counts: Counter[str] = Counter()
    sizes: list[tuple[int, int, bool]] = []
    hashes: list[ImageHash] = []
    taken: dict[str, set[str]] = {}
    skipped = total = 0
    parts: dict[tuple[str, str], Part | None] = {}
    for one in placed:
        class_name = one.class_name
        if len(class_name.encode()) > _MAX_FILE_NAME or not class_name:
            raise ReadFailure("archive_unsafe", path=class_name[:120])
        content = _content(opened, one.entry)
        total += len(content)
        if total > max_bytes:
            raise ReadFailure("archive_bomb")
        seen = _decoded(content)
        if seen is None:
            skipped += 1
            continue
        folder = target / class_name
        folder.mkdir(parents=True, exist_ok=True)
        name = _file_name(one.file, taken.setdefault(class_name, set()))
        (folder / name).write_bytes(content)
        counts[class_name] += 1
        sizes.append(seen[0])
        hashes.append(ImageHash(class_name, name, hashlib.sha256(content).digest(), seen[1]))
        parts[class_name, name] = one.part
    if skipped * 2 > len(placed):
        raise ReadFailure("damaged_file")
    if len(counts) < 2:
        raise ReadFailure("archive_one_class" if counts else "damaged_file")
    classes: list[ClassCount] = [{"name": name, "count": counts[name]} for name in sorted(counts)]
    images = _images(classes, sizes, hashes, _notes(classes, {size[:2] for size in sizes}, skipped, ignored))
    return replace(images, parts=whole_parts([parts[place] for place in sorted(parts)]))


def images_in(folder: Path) -> Images:
    """Return what class folders hold that were written by us."""
    counts: Counter[str] = Counter()
    sizes: list[tuple[int, int, bool]] = []
    hashes: list[ImageHash] = []
    for file in sorted(folder.rglob("*.png")):
        content = file.read_bytes()
        seen = _decoded(content)
        assert seen is not None
        counts[file.parent.name] += 1
        sizes.append(seen[0])
        hashes.append(ImageHash(file.parent.name, file.name, hashlib.sha256(content).digest(), seen[1]))
    classes: list[ClassCount] = [{"name": name, "count": counts[name]} for name in sorted(counts)]
    return _images(classes, sizes, hashes, _notes(classes, {size[:2] for size in sizes}, 0, 0))


def _images(
    classes: list[ClassCount], sizes: list[tuple[int, int, bool]], hashes: list[ImageHash], notes: list[Warning]
) -> Images:
    copies = len(hashes) - len({(one.class_name, one.sha256) for one in hashes})
    if copies:
        notes.append(warning_of("duplicate_rows", count=copies))
    figures: ImageFigures = {
        "widths": histogram_of([size[0] for size in sizes]),
        "heights": histogram_of([size[1] for size in sizes]),
        "grey": sum(size[2] for size in sizes),
    }
    return Images(len(sizes), classes, notes, figures, hashes)


def _content(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of an entry; an archive may lie about their number, so no more than declared are taken."""
    if entry.file_size > _MAX_IMAGE_BYTES:
        raise ReadFailure("archive_bomb")
    with opened.open(entry) as file:
        content = file.read(entry.file_size + 1)
    if len(content) > entry.file_size:
        raise ReadFailure("archive_bomb")
    return content


def _decoded(content: bytes) -> tuple[tuple[int, int, bool], bytes] | None:
    """Width and height in pixels of an image that decodes whole, whether it is grey, and its hash; None if damaged."""
    import io

    from PIL import Image, UnidentifiedImageError

    try:
        with python_warnings.catch_warnings():
            python_warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
                if image.width * image.height > MAX_IMAGE_PIXELS:
                    raise ReadFailure("archive_bomb")
                image.load()
                seen = as_seen(image)
                return (seen.width, seen.height, image.mode in {"1", "L", "LA", "I;16"}), dhash_of(seen)
    except Image.DecompressionBombError as error:
        raise ReadFailure("archive_bomb") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, zlib.error):
        return None


def _notes(classes: list[ClassCount], sizes: set[tuple[int, int]], skipped: int, ignored: int) -> list[Warning]:
    notes: list[Warning] = []
    if skipped:
        notes.append(warning_of("images_skipped", count=skipped))
    if ignored:
        notes.append(warning_of("files_ignored", count=ignored))
    if len(sizes) > 1:
        notes.append(warning_of("mixed_sizes"))
    counts = [entry["count"] for entry in classes]
    notes += [warning_of("lookalike_classes", name=a, other=b) for a, b in lookalikes([one["name"] for one in classes])]
    if max(counts) >= _CLASS_TIMES * min(counts):
        notes.append(warning_of("class_imbalance", times=max(counts) // min(counts)))
    return notes
