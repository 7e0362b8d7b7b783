"""`python -m kargah.model_files.package FOLDER ZIP`: a model with all that it needs elsewhere, as one zip.

FOLDER holds what its job wrote: `model.pt2`, and, where they are there, `requirements.txt`, `MLmodel` and
`report.json`; of a registered version also its card, `README.md` and `README.fa.md`. Prints what
`python -m kargah.model_files` prints, a file that could run code goes into no package; or
`{"ok": false, "weight", "kind"}` of a weight that safetensors has no kind for.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

from kargah.model_files.archive import copy_allowed
from kargah.model_files.limits import limit_process, told
from kargah.model_files.weights import write_safetensors

ABOUT = "kargah.json"
TAKEN = ("README.md", "README.fa.md", "MLmodel", "report.json")
"""As they are."""
_PINNED = re.compile(r"(?:torch|numpy)==[0-9][0-9A-Za-z.+]*")
_PIECE = 1 << 20
_TIME = (1980, 1, 1, 0, 0, 0)
"""Of all entries: the same model makes the same package."""


def write_package(folder: Path, to: Path) -> None:
    """
    Raises:
        UnsafeModelFile: the model may run code when it is loaded, or is no torch.export program.
        UnwritableWeights: a weight is of a kind that safetensors has not.
    """
    with (folder / "checked.pt2").open("wb") as checked:
        copy_allowed(folder / "model.pt2", checked)
    schema = _schema(folder / "checked.pt2")
    with (folder / "model.safetensors").open("wb") as weights:
        write_safetensors(folder / "checked.pt2", weights)
    is_table = isinstance(schema.get("input"), dict) and "columns" in schema["input"]
    script = "predict.py" if is_table else "load.py"
    files: dict[str, Path | bytes] = {
        "model.pt2": folder / "checked.pt2",
        "model.safetensors": folder / "model.safetensors",
        "schema.json": json.dumps(schema, ensure_ascii=False, indent=1).encode(),
        "requirements.txt": _requirements(folder / "requirements.txt"),
        script: Path(__file__).with_name("take_away") / script,
        **{name: folder / name for name in TAKEN if (folder / name).is_file()},
    }
    sums: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(to, "x", zipfile.ZIP_STORED) as package:
        for name, content in files.items():
            sums[name] = _add(package, name, content)
        manifest = {"format": 1, "run": f"python {script}" + (" rows.csv" if is_table else ""), "files": sums}
        _add(package, "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1).encode())
        lines = "".join(f"{one['sha256']}  {name}\n" for name, one in sums.items())
        _add(package, "SHA256SUMS", lines.encode())


def _schema(checked: Path) -> dict[str, Any]:
    """What the model says of its columns and classes; nothing, where a script made it."""
    with zipfile.ZipFile(checked) as archive:
        name = next((one for one in archive.namelist() if one.endswith(f"/extra/{ABOUT}")), None)
        try:
            found = json.loads(archive.read(name)) if name is not None else {}
        except ValueError:
            found = {}
    return found if isinstance(found, dict) else {}


def _requirements(path: Path) -> bytes:
    """The pinned lines alone that the model needs: whoever may write a model may have written the file."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    found = [line.strip() for line in lines if _PINNED.fullmatch(line.strip())]
    return "".join(f"{line}\n" for line in found or ["torch>=2.9", "numpy"]).encode()


def _add(package: zipfile.ZipFile, name: str, content: Path | bytes) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    entry = zipfile.ZipInfo(name, _TIME)
    entry.external_attr = 0o644 << 16
    expected = len(content) if isinstance(content, bytes) else content.stat().st_size
    with package.open(entry, "w", force_zip64=expected > 1 << 30) as out:
        if isinstance(content, bytes):
            digest.update(content)
            size = out.write(content)
        else:
            with content.open("rb") as file:
                while piece := file.read(_PIECE):
                    digest.update(piece)
                    size += out.write(piece)
    return {"sha256": digest.hexdigest(), "bytes": size}


if __name__ == "__main__":
    limit_process()
    folder, to = Path(sys.argv[1]), Path(sys.argv[2])
    told(folder / "model.pt2", lambda: write_package(folder, to))
