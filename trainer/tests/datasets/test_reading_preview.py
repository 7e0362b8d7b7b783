"""A file looked at with other options, also one that cannot be read as it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kargah.datasets.failures import ReadFailure
from kargah.datasets.verbs.reading_preview import answer_request

from .formats.workbooks import rows, workbook

ImageHash = Callable[..., Any]
# UTF-8 but for one letter of windows-1256.
MIXED = "نام,شهر\nعلی,تهران\nرضا,شیراز\n".encode() + b"\xc7,1\n"


@pytest.fixture
def look(tmp_path: Path) -> ImageHash:
    """ImageHash at `content` as the file `name`."""

    def run(content: bytes, name: str = "data.csv", **reading: Any) -> Any:
        (tmp_path / "original").write_bytes(content)
        request = {"folder": str(tmp_path), "original": str(tmp_path / "original"), "filename": name}
        limits = {"memory_bytes": 1 << 30, "max_image_bytes": 1 << 20}
        return answer_request({**request, **limits, "reading": reading}, lambda _: None)

    return run


def test_a_text_that_cannot_be_read_shows_its_first_line_in_each_encoding(look: ImageHash) -> None:
    shown = look(MIXED)
    assert shown["error"] == {"code": "bad_encoding", "params": {}}
    assert (shown["columns"], shown["rows"], shown["reading"]) == ([], [], {})
    encodings = ["utf-8", "utf-16", "windows-1256", "windows-1252", "windows-1254", "windows-1251", "gb18030"]
    encodings += ["cp864", "iran-system"]
    assert [one["encoding"] for one in shown["encodings"]] == encodings
    assert shown["encodings"][0]["line"] == "نام,شهر"
    shown = look(MIXED, encoding="windows-1256")
    assert (shown["error"], len(shown["rows"]), shown["reading"]["encoding"]) == (None, 3, "windows-1256")


def test_a_workbook_whose_first_sheet_is_empty_shows_the_others(look: ImageHash) -> None:
    content = workbook({"cover": "", "data": rows(["a", "b"], [1, "x"])})
    shown = look(content, "a.xlsx")
    assert (shown["error"]["code"], shown["sheets"]) == ("no_rows", ["cover", "data"])
    assert look(content, "a.xlsx", sheet="data")["rows"] == [[1, "x"]]


def test_values_that_are_not_of_the_type_asked_for_are_told_of(look: ImageHash) -> None:
    wanted = {"a": {"type": "integer", "invalid": "fail"}}
    shown = look(b"a,b\n1,x\nmany,y\n", types=wanted)
    assert shown["error"]["code"] == "value_not_of_type"
    assert shown["error"]["params"]["value"] == "many"
    assert look(b"a,b\n1,x\nmany,y\n", types={"a": {"type": "integer", "invalid": "missing"}})["error"] is None


def test_what_no_options_can_help_is_refused(look: ImageHash) -> None:
    with pytest.raises(ReadFailure) as caught:
        look(b"\x89PNG\r\n\x1a\n" + bytes(40))
    assert caught.value.code == "not_tabular"
