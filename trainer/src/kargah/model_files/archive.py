"""Holds a `.pt2` archive against an allow list of entries, and writes a copy with nothing else in it.

Only the standard library is used, so that whoever serves files need not load PyTorch to judge one. The entries are
those of torch/export/pt2_archive (archive version 0): weights and constants as raw bytes with their shapes as JSON,
the program as JSON, texts under `extra/`, and example inputs as PyTorch's zip of a pickle, whose every global is
looked at.
"""

from __future__ import annotations

import io
import json
import pickletools
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from kargah.model_files.program import NAME, PATH, allowed_program
from kargah.model_files.refusal import UnsafeModelFile

PROGRAM = "models/model.json"
SAMPLE_INPUTS = "data/sample_inputs/model.pt"
WEIGHTS = "data/weights/model_weights_config.json"
CONSTANTS = "data/constants/model_constants_config.json"
JSON_BYTES = 256 << 20
TEXT_BYTES = 16 << 20
MOST_ENTRIES = 100_000

_FIXED = {"archive_format": b"pt2", "archive_version": b"0", "byteorder": b"little"}
_PLAIN = re.compile(
    r"data/weights/weight_[0-9]{1,9}|data/constants/tensor_[0-9]{1,9}|\.data/(version|serialization_id)"
)
_EXTRA = re.compile(r"extra/[\w .\-]{1,200}")
_PAYLOAD = re.compile(r"(weight|tensor)_[0-9]{1,9}")

# What `torch.save` of plain tensors names. Each makes a tensor or a container of what follows it, nothing else.
_GLOBALS = frozenset(
    {
        "torch._utils _rebuild_tensor_v2",
        "torch._utils _rebuild_parameter",
        "collections OrderedDict",
        "torch Size",
        "torch device",
    }
    | {
        f"torch {kind}Storage"
        for kind in [
            "Float",
            "Double",
            "Half",
            "BFloat16",
            "Long",
            "Int",
            "Short",
            "Char",
            "Byte",
            "Bool",
            "ComplexFloat",
            "ComplexDouble",
        ]
    }
    | {
        f"torch {dtype}"
        for dtype in [
            "float32",
            "float64",
            "float16",
            "bfloat16",
            "int64",
            "int32",
            "int16",
            "int8",
            "uint8",
            "uint16",
            "uint32",
            "uint64",
            "bool",
            "complex64",
            "complex128",
        ]
    }
    | {"torch.storage UntypedStorage", "torch._utils _rebuild_tensor_v3", "torch.serialization _get_layout"}
    # A tensor with attributes, as export marks the dimensions of example inputs that are free.
    | {"torch._tensor _rebuild_from_type_v2", "torch Tensor", "torch.nn.parameter Parameter"}
)
# They build what they call from strings on the stack, or look something up outside the pickle.
_REFUSED_OPCODES = frozenset(
    {"STACK_GLOBAL", "EXT1", "EXT2", "EXT4", "OBJ", "NEWOBJ", "NEWOBJ_EX", "BUILD", "PERSID", "INST"}
)


def check(path: str | Path | IO[bytes]) -> None:
    """Reads the whole archive, a file that can be sought in.

    Raises:
        UnsafeModelFile: it holds something that is not allowed, or is no `.pt2` archive of this form.
        OSError: it cannot be read.
    """
    _read(path, lambda name, data, size: None)


def copy_allowed(path: str | Path, to: IO[bytes]) -> None:
    """Writes a new archive to `to`, with only what was allowed, so that no other reading of the same bytes is possible.

    Raises:
        UnsafeModelFile, OSError: as `check`.
    """
    with zipfile.ZipFile(to, "w", zipfile.ZIP_STORED) as copy:

        def write(name: str, data: IO[bytes], size: int) -> None:
            entry = zipfile.ZipInfo(f"model/{name}")
            with copy.open(entry, "w", force_zip64=size > 1 << 30) as out:
                shutil.copyfileobj(data, out, 1 << 20)

        _read(path, write)


Write = Callable[[str, IO[bytes], int], None]


def _read(path: str | Path | IO[bytes], write: Write) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            _read_archive(archive, write)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        name = Path(path).name if isinstance(path, str | Path) else "the file"
        raise UnsafeModelFile(name, "is no whole .pt2 archive") from error


def _read_archive(archive: zipfile.ZipFile, write: Write) -> None:
    entries = _entries(archive)
    for needed in (PROGRAM, WEIGHTS, CONSTANTS, "archive_format", "archive_version"):
        if needed not in entries:
            raise UnsafeModelFile(needed, "is missing: the file is no torch.export program of PyTorch 2.8 or newer")

    def small(name: str, most: int) -> bytes:
        if entries[name].file_size > most:
            raise UnsafeModelFile(name, "is too large")
        return archive.read(entries[name])

    def made(name: str, data: bytes) -> None:
        write(name, io.BytesIO(data), len(data))

    for name in entries:
        if name in _FIXED:
            if small(name, 100).strip() != _FIXED[name]:
                raise UnsafeModelFile(name, "is of an unknown version or kind")
            made(name, _FIXED[name])
        elif name == PROGRAM:
            made(name, _as_json(allowed_program(_json(small(name, JSON_BYTES), name))))
        elif name in (WEIGHTS, CONSTANTS):
            made(name, _as_json(_allowed_payloads(_json(small(name, JSON_BYTES), name), name)))
        elif name == SAMPLE_INPUTS:
            inputs = small(name, JSON_BYTES)
            _check_tensors(inputs, name)
            made(name, inputs)
        elif _EXTRA.fullmatch(name):
            text = small(name, TEXT_BYTES)
            try:
                text.decode("utf-8")
            except UnicodeDecodeError as error:
                raise UnsafeModelFile(name, "is no text") from error
            made(name, text)
        elif _PLAIN.fullmatch(name):
            with archive.open(entries[name]) as data:
                write(name, data, entries[name].file_size)
        else:
            raise UnsafeModelFile(name, _why(name))


def _entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Entries by their name below the archive's one folder."""
    found: dict[str, zipfile.ZipInfo] = {}
    roots = set()
    for entry in archive.infolist():
        root, slash, name = entry.filename.partition("/")
        roots.add(root)
        if not slash or name in found or len(roots) > 1 or len(found) >= MOST_ENTRIES:
            raise UnsafeModelFile(entry.filename, "does not belong into a .pt2 archive")
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 0x1:
            raise UnsafeModelFile(entry.filename, "is compressed or encrypted; PyTorch stores its entries as they are")
        found[name] = entry
    return found


def _why(name: str) -> str:
    if name.startswith("data/aotinductor/") or name.endswith((".so", ".dll", ".dylib")):
        return "is native code, which runs when the file is loaded"
    if name.rsplit("/", 1)[-1].startswith(("custom_obj_", "opaque_obj_")) or name.endswith((".pkl", ".pickle")):
        return "is a pickled object, which runs code when it is loaded"
    if name.endswith(".pt"):
        return "is in the old form, which is unpickled; save the program again with PyTorch 2.8 or newer"
    return "is not among the entries of a torch.export program"


def _json(data: bytes, part: str) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UnsafeModelFile(part, "is no JSON") from error


def _as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _allowed_payloads(config: Any, part: str) -> dict[str, Any]:
    """Weights or constants by name: where their bytes lie, and their shape."""
    entries = config.get("config") if isinstance(config, dict) else None
    if not isinstance(entries, dict):
        raise UnsafeModelFile(part, "is not what PyTorch writes")
    allowed = {}
    for name, entry in entries.items():
        meta = entry.get("tensor_meta") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or PATH.fullmatch(name) is None:
            raise UnsafeModelFile(part, f"has an entry {name!r}")
        if entry.get("use_pickle") is not False:
            raise UnsafeModelFile(part, f"says that {name} is pickled, which runs code when it is loaded")
        place = entry.get("path_name")
        if not isinstance(place, str) or _PAYLOAD.fullmatch(place) is None or not isinstance(meta, dict):
            raise UnsafeModelFile(part, f"says that {name} is no plain tensor")
        allowed[name] = {
            "path_name": place,
            "is_param": entry.get("is_param") is True,
            "use_pickle": False,
            "tensor_meta": _allowed_meta(meta, part),
        }
    return {"config": allowed}


def _allowed_meta(meta: dict[str, Any], part: str) -> dict[str, Any]:
    def number(value: Any) -> int:
        if type(value) is not int or not -1 <= value < 2**62:
            raise UnsafeModelFile(part, "has a tensor whose shape is no numbers")
        return value

    def size(value: Any) -> dict[str, int]:
        if not isinstance(value, dict) or set(value) != {"as_int"}:
            raise UnsafeModelFile(part, "has a tensor whose shape is no numbers")
        return {"as_int": number(value["as_int"])}

    device = meta.get("device")
    kind = device.get("type") if isinstance(device, dict) else None
    if not isinstance(device, dict) or not isinstance(kind, str) or NAME.fullmatch(kind) is None:
        raise UnsafeModelFile(part, "has a tensor on an unknown device")
    sizes, strides = meta.get("sizes"), meta.get("strides")
    if not isinstance(sizes, list) or not isinstance(strides, list):
        raise UnsafeModelFile(part, "has a tensor without a shape")
    return {
        "dtype": number(meta.get("dtype")),
        "sizes": [size(s) for s in sizes],
        "requires_grad": meta.get("requires_grad") is True,
        "device": {"type": kind, "index": None if device.get("index") is None else number(device["index"])},
        "strides": [size(s) for s in strides],
        "storage_offset": size(meta.get("storage_offset")),
        "layout": number(meta.get("layout")),
    }


def _check_tensors(data: bytes, part: str) -> None:
    """Takes nothing, or what `torch.save` writes of tensors in tuples, lists and dictionaries."""
    if not data:
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as inner:
            pickles = [entry for entry in inner.infolist() if entry.filename.endswith(".pkl")]
            if len(pickles) != 1 or pickles[0].file_size > JSON_BYTES:
                raise UnsafeModelFile(part, "does not hold one pickle of tensors")
            for entry in inner.infolist():
                place = entry.filename.partition("/")[2]
                if (
                    entry is not pickles[0]
                    and re.fullmatch(
                        r"data/[0-9]{1,9}|version|byteorder|\.data/serialization_id|\.format_version|\.storage_alignment",
                        place,
                    )
                    is None
                ):
                    raise UnsafeModelFile(part, f"holds {entry.filename}")
            pickled = inner.read(pickles[0])
    except zipfile.BadZipFile as error:
        raise UnsafeModelFile(part, "is no archive of tensors; the old form is unpickled") from error
    try:
        for opcode, argument, _ in pickletools.genops(pickled):
            if opcode.name in _REFUSED_OPCODES:
                raise UnsafeModelFile(part, f"is pickled with {opcode.name}")
            if opcode.name == "GLOBAL" and argument not in _GLOBALS:
                raise UnsafeModelFile(part, f"unpickles {argument}, which may run code")
    except ValueError as error:
        if isinstance(error, UnsafeModelFile):
            raise
        raise UnsafeModelFile(part, "is no whole pickle") from error
