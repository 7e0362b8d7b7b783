"""A model's package is used where there is nothing of Kargah, and answers as its predictor does."""

from __future__ import annotations

import csv
import hashlib
import importlib.metadata
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
import torch
from torch import nn

from kargah.datasets.tables.notation.number_notation import NumberNotation
from kargah.datasets.tables.rules import RowReader, Rules, described
from kargah.datasets.tables.ways import Way
from kargah.model_files import UnsafeModelFile
from kargah.model_files.package import write_package
from kargah.model_files.take_away import predict

from .test_rows import Learned, learned, lines

ROWS = lines(
    "سن,قیمت,شهر,نقد,روز,y",
    '۵۱٫۳,"$1,200.50",تهران,true,2024-01-05,آری',
    "۱۲,$30,شیراز,false,2023-11-30,نه",
    "۳۷٫۵,,تهران,true,2024-02-29,آری",
    "-,$7.25,,false,2022-06-01,نه",
)
FURTHER = "روز,شهر,سن,قیمت,نقد,y\n2024-03-01, تهران,۴۴٫۵,$80,TRUE,\n2021-01-01,یزد,,$5.5,false,\n"


def exported(model: Learned, path: Path) -> Path:
    rows = torch.zeros(4, len(model.predictor.about["input"]["columns"]))
    program = torch.export.export(model.predictor.module, (rows,), dynamic_shapes=({0: torch.export.Dim.DYNAMIC},))
    torch.export.save(program, path, extra_files={"kargah.json": json.dumps(model.predictor.about)})
    return path


def only_torch(folder: Path) -> Path:
    """The packages that PyTorch needs and no other, as an environment with nothing else in it has them."""
    wanted, seen = ["torch"], set[str]()
    while wanted:
        name = wanted.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            package = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        needs = [one for one in package.requires or [] if "extra ==" not in one]
        wanted += ["numpy"] * (name == "torch") + [re.split(r"[ ;<>=!~\[(]", one)[0] for one in needs]
        for top in {file.parts[0] for file in package.files or []} - {"..", "__pycache__"}:
            if not (folder / top).exists():
                (folder / top).symlink_to(Path(str(package.locate_file(top))))
    return folder


def package_of(model: Path, folder: Path, **beside: str) -> Path:
    """The package, unpacked; what it says of its own files is true."""
    made = folder / "made"
    made.mkdir()
    (made / "model.pt2").write_bytes(model.read_bytes())
    for name, text in beside.items():
        (made / name.replace("_", ".")).write_text(text, encoding="utf-8")
    write_package(made, folder / "package.zip")
    unpacked = folder / "unpacked"
    with zipfile.ZipFile(folder / "package.zip") as package:
        package.extractall(unpacked)
    sums = dict(reversed(line.split("  ")) for line in (unpacked / "SHA256SUMS").read_text().splitlines())
    assert {*sums, "SHA256SUMS", "manifest.json"} == {one.name for one in unpacked.iterdir()}
    manifest = json.loads((unpacked / "manifest.json").read_text())["files"]
    for name, sha256 in sums.items():
        data = (unpacked / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == sha256
        assert manifest[name] == {"sha256": sha256, "bytes": len(data)}
    return unpacked


def test_a_package_predicts_from_a_csv_with_pytorch_alone_what_its_predictor_predicts(tmp_path: Path) -> None:
    model = learned(tmp_path, ROWS, "y")
    asks = "torch==2.9.0\n--index-url https://example.org\nmlflow==3.17.2\nnumpy==2.3.0\n"
    unpacked = package_of(exported(model, tmp_path / "model.pt2"), tmp_path, requirements_txt=asks, report_json="{}")
    assert (unpacked / "requirements.txt").read_text() == "torch==2.9.0\nnumpy==2.3.0\n"
    assert (unpacked / "report.json").read_text() == "{}"
    (tmp_path / "rows.csv").write_text(FURTHER, encoding="utf-8")
    (tmp_path / "alone").mkdir()
    alone = {"PATH": os.environ["PATH"], "PYTHONPATH": str(only_torch(tmp_path / "alone")), "OMP_NUM_THREADS": "1"}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        # Without `site`, which would add this environment's own packages.
        return subprocess.run(
            [sys.executable, "-S", *words], cwd=tmp_path, env=alone, capture_output=True, encoding="utf-8", check=False
        )

    assert "No module named 'kargah'" in run("-c", "import kargah").stderr
    assert "No module named 'pandas'" in run("-c", "import pandas").stderr
    answered = run(str(unpacked / "predict.py"), "rows.csv")
    assert answered.returncode == 0, answered.stderr
    assert "شهر: 1 of 2 values are no category, such as 'یزد'" in answered.stderr
    told = list(csv.reader(io.StringIO(answered.stdout)))
    frame = pd.read_csv(tmp_path / "rows.csv", dtype=str, skipinitialspace=True)
    assert told[0] == ["y", "P(آری)", "P(نه)"]
    assert [row[0] for row in told[1:]] == list(model.predictor.predict(frame))
    expected = model.predictor._answer(frame)
    assert torch.tensor([[float(cell) for cell in row[1:]] for row in told[1:]]).allclose(expected, atol=1e-5)

    (tmp_path / "bad.csv").write_text("سن,قیمت,شهر,نقد\n1,2,تهران,true\n", encoding="utf-8")
    lacking = run(str(unpacked / "predict.py"), "bad.csv")
    assert (lacking.returncode, lacking.stdout) == (1, "")
    assert "lacks columns: روز" in lacking.stderr
    (tmp_path / "odd.csv").write_text("سن,قیمت,شهر,نقد,روز\nزیاد,2,تهران,true,2024-01-01\n", encoding="utf-8")
    odd = run(str(unpacked / "predict.py"), "odd.csv")
    assert (odd.returncode, "سن: 1 of 1 values are no number, such as 'زیاد'" in odd.stderr) == (1, True)


def test_the_safetensors_of_a_package_are_the_models_weights_whatever_order_they_lie_in(tmp_path: Path) -> None:
    class Pictures(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 2, 3)
            self.scale = nn.Parameter(torch.tensor([1.5, -2.0], dtype=torch.bfloat16))
            self.register_buffer("count", torch.tensor(7))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.relu(self.conv(x)).mean((2, 3)) * self.scale.float() + self.count

    network = Pictures().to(memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
    torch.export.save(torch.export.export(network, (torch.ones(2, 3, 8, 8),)), tmp_path / "model.pt2")
    unpacked = package_of(tmp_path / "model.pt2", tmp_path)
    assert {"load.py", "schema.json"} < {one.name for one in unpacked.iterdir()}
    data = (unpacked / "model.safetensors").read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    kinds = {"F32": torch.float32, "BF16": torch.bfloat16, "I64": torch.int64}
    assert set(header) == set(network.state_dict())
    for name, tensor in network.state_dict().items():
        start, end = header[name]["data_offsets"]
        found = torch.frombuffer(bytearray(data[8 + length :][start:end]), dtype=kinds[header[name]["dtype"]])
        assert torch.equal(found.reshape(header[name]["shape"]), tensor)


def test_a_model_that_could_run_code_comes_into_no_package(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "model.pt2", "w") as archive:
        archive.writestr("model/data/aotinductor/model.so", b"native")
    with pytest.raises(UnsafeModelFile):
        write_package(tmp_path, tmp_path / "package.zip")
    assert not (tmp_path / "package.zip").exists()


@pytest.mark.parametrize(
    ("notation", "texts"),
    [
        (NumberNotation("."), ["1,234.5", "-3", "(7.5)", "۱۲٬۳۴۵٫۶", "−2", "1e3", "x", "1.2.3"]),
        (NumberNotation(","), ["1.234,5", "0,5", "-3", "x"]),
        (NumberNotation("/"), ["12/5", "۱۲/۵"]),
        (NumberNotation(".", currency="$"), ["$1,200.50", "-$3", "30 $", "€5"]),
        (NumberNotation(".", percent=True), ["12.5%", "۳٪", "-1 %"]),
    ],
)
def test_the_packages_script_reads_numbers_as_the_datasets_column_writes_them(
    notation: NumberNotation, texts: list[str]
) -> None:
    reading = described(Way("number", notation))
    read = Way("number", notation).read(RowReader(Rules()).connection, pa.array(texts)).values.to_pylist()

    def own(text: str) -> float | None:
        try:
            return predict.number(text, reading)
        except ValueError:
            return None

    assert [own(text) for text in texts] == read
