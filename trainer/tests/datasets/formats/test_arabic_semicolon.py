"""The Arabic semicolon between cells, as Persian spreadsheets write it."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from kargah.datasets.formats.delimited import open_delimited
from kargah.datasets.formats.encodings.encoding import to_utf8

from ..conftest import Read, reason, types_of

TEXT = 'نام؛شهر؛سن\n"علی؛ رضا"؛تهران, ری؛31\n"خط یک\nخط ""دو""؛"؛"؛"؛22\n'


@pytest.mark.parametrize("options", [{}, {"delimiter": "؛"}], ids=["found", "named"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "windows-1256"])
def test_it_parts_cells_and_stays_inside_quotes(
    read: Read, tmp_path: Path, codec: str, options: dict[str, str]
) -> None:
    # windows-1256 has the Arabic letter, which becomes the Persian one.
    text = TEXT.replace("ی", "ي") if codec == "windows-1256" else TEXT
    result = read(text.encode(codec), **options)
    assert result["reading"]["delimiter"] == "؛"
    assert types_of(result) == {"نام": "text", "شهر": "text", "سن": "integer"}
    assert pq.read_table(tmp_path / "data.parquet").to_pylist() == [
        {"نام": "علی؛ رضا", "شهر": "تهران, ری", "سن": 31},
        {"نام": 'خط یک\nخط "دو"؛', "شهر": "؛", "سن": 22},
    ]


def test_a_person_may_name_it_where_another_one_would_be_found(read: Read) -> None:
    text = "a,b؛c,d\n1,2؛3,4\n"
    assert list(types_of(read(text))) == ["a", "b؛c", "d"]
    assert list(types_of(read(text, delimiter="؛"))) == ["a,b", "c,d"]


@pytest.mark.parametrize("pad", ["", "x"])
def test_it_is_whole_where_a_large_file_is_cut_in_the_middle_of_it(tmp_path: Path, pad: str) -> None:
    names = pad + "؛".join(f"c{i}" for i in range(1_000))
    (tmp_path / "original").write_text(f"{names}\n" + ("؛" * 999 + "1\n") * 5_000, "utf-8")
    table = open_delimited(to_utf8(tmp_path / "original", tmp_path, "CSV"), tmp_path)
    batches = list(table.batches())
    assert (sum(batch.num_rows for batch in batches), len(table.names)) == (5_000, 1_000)
    assert {cell for batch in batches for cell in batch.column("c999").to_pylist()} == {"1"}


def test_a_row_of_another_width_is_named_and_a_quote_that_never_ends_too(read: Read) -> None:
    assert reason(read, "a؛b\n1؛2\n3؛4؛5\n") == ("ragged_rows", {"row": 3, "found": 3, "expected": 2})
    assert reason(read, 'a؛b\n1؛"2\n3؛4\n') == ("not_tabular", {"format": "CSV", "reason": '"'})
