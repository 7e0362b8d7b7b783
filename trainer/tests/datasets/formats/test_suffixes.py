"""What may be brought in by its name is what can be read."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import get_args

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kargah.client.wire import FileSuffix

from ..conftest import Read, picture
from .test_arrays import npz
from .test_tar import PICTURES, tar
from .workbooks import rows, workbook

TABLE = pa.table({"a": [1, 2], "b": ["x", "y"]})


def _parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(TABLE, out)
    return out.getvalue()


def _arrow(*, stream: bool) -> bytes:
    out = io.BytesIO()
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(out, TABLE.schema) as writer:
        writer.write_table(TABLE)
    return out.getvalue()


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("cat/1.png", picture())
        archive.writestr("dog/1.png", picture("blue"))
    return out.getvalue()


LINES = b'{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n'
SAMPLES: dict[str, bytes] = {
    ".csv": b"a,b\n1,x\n2,y\n",
    ".tsv": b"a\tb\n1\tx\n2\ty\n",
    ".txt": "سلام دنیا\nخداحافظ\n".encode(),
    ".parquet": _parquet(),
    ".pq": _parquet(),
    ".arrow": _arrow(stream=False),
    ".arrows": _arrow(stream=True),
    ".feather": _arrow(stream=False),
    ".ipc": _arrow(stream=False),
    ".jsonl": LINES,
    ".ndjson": LINES,
    ".json": LINES,
    ".xlsx": workbook({"Sheet1": rows(["a", "b"], [1, "x"], [2, "y"])}),
    ".npz": npz(a=np.array([1, 2]), b=np.array(["x", "y"])),
    ".zip": _zip(),
    ".tar": tar(PICTURES),
    ".tar.gz": tar(PICTURES, "w:gz"),
    ".tgz": tar(PICTURES, "w:gz"),
    ".csv.gz": gzip.compress(b"a,b\n1,x\n2,y\n"),
    ".tsv.gz": gzip.compress(b"a\tb\n1\tx\n2\ty\n"),
    ".jsonl.gz": gzip.compress(LINES),
    ".ndjson.gz": gzip.compress(LINES),
    ".json.gz": gzip.compress(LINES),
}


@pytest.mark.parametrize("suffix", get_args(FileSuffix))
def test_every_kind_of_file_that_is_taken_can_be_read(read: Read, suffix: str) -> None:
    assert read(SAMPLES[suffix], f"data{suffix}")["rows"] == 2
