"""The Persian normalisation: what it changes, what it leaves, and how it shows that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kargah.datasets.persian import changes_sql, normalised_sql
from kargah.datasets.verbs.reading_preview import answer_request

from ..conftest import Read

JOINER = "\u200c"


def normalised(texts: list[str]) -> list[tuple[str, bool]]:
    """Return each text normalised, and whether it is said to change."""
    table = pa.table({"place": range(len(texts)), "t": texts})
    with duckdb.connect() as connection:
        connection.register("texts", table)
        return connection.execute(
            f"SELECT {normalised_sql('t')}, {changes_sql('t')} FROM texts ORDER BY place"  # noqa: S608
        ).fetchall()


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("علي و ليلى، كرج", "علی و لیلی، کرج"),
        ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"),
        ("ســـلام", "سلام"),
        ("می\u200c\u200cشود", "می\u200cشود"),
        ("می\u200cـ\u200cشود", "می\u200cشود"),
        ("\u200cکتاب \u200cخانه\u200c ها\u200c", "کتاب خانه ها"),
        ("خانه\u200c\u200c \u200c\u200cما", "خانه ما"),
        ("خط\u200c\n\u200cنو\u200c\u00a0تر", "خط\nنو\u00a0تر"),
        ("\u200c", ""),
    ],
)
def test_what_old_programs_write_becomes_persian(text: str, normal: str) -> None:
    assert normalised([text]) == [(normal, True)]


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cشود و نمی\u200cشود",
        "کتاب\u200cها",
        "API\u200cها",
        "۱۲\u200cساله",
        "۵۰٪\u200cی",
        "«ایران»\u200cها",
        "خانه\u200cٔ",
        "👩\u200d💻 ه\u200d",
        "۱۲۳ 123",
        "أثر مؤثر جزئی آمد خانۀ",
        "two  spaces ",
        "",
    ],
)
def test_what_is_spelling_is_left(text: str) -> None:
    assert normalised([text]) == [(text, False)]


def test_what_is_normal_stays_as_it_is_and_only_what_changes_is_said_to() -> None:
    letters = np.array([*"می كa1٤ـ \n\u00a0.", JOINER, JOINER, JOINER])
    random = np.random.default_rng(0)
    texts = ["".join(random.choice(letters, random.integers(12))) for _ in range(5_000)]
    once = normalised(texts)
    assert [changed for _, changed in once] == [text != normal for text, (normal, _) in zip(texts, once, strict=True)]
    normal = [text for text, _ in once]
    assert normalised(normal) == [(text, False) for text in normal]


CSV = (
    "شهر,نام,كد,روز\n"
    + "كرج,علي,7,1403/01/02\n" * 3
    + "تبريز,می\u200cنا,8,1403/01/03\n"
    + "ري ,رضا \u200c,9,1403/01/04\n"
)


def test_the_option_changes_the_texts_of_a_table_and_nothing_else(read: Read, tmp_path: Path) -> None:
    result = read(CSV, normalise_persian=True)
    assert result["reading"]["normalise_persian"] is True
    table = pq.read_table(tmp_path / "data.parquet").to_pydict()
    assert table["شهر"] == ["کرج"] * 3 + ["تبریز", "ری "]
    assert table["نام"] == ["علی"] * 3 + ["می\u200cنا", "رضا "]
    assert table["كد"] == [7, 7, 7, 8, 9]
    assert [column["type"] for column in result["profile"]["columns"]] == ["text", "text", "integer", "date"]
    assert not [warning for warning in result["warnings"] if warning["code"] == "arabic_letters"]


def test_without_the_option_nothing_is_changed(read: Read, tmp_path: Path) -> None:
    read(CSV)
    assert pq.read_table(tmp_path / "data.parquet")["نام"].to_pylist()[-1] == "رضا \u200c"


@pytest.mark.parametrize("override", [None, "text", "category"])
def test_texts_of_a_parquet_file_are_changed_also_where_a_person_set_their_type(
    read: Read, tmp_path: Path, override: str | None
) -> None:
    pq.write_table(pa.table({"شهر": ["كرج", "ري"], "n": [1, 2]}), tmp_path / "given.parquet")
    types = {} if override is None else {"شهر": {"type": override}}
    read((tmp_path / "given.parquet").read_bytes(), "a.parquet", normalise_persian=True, types=types)
    assert pq.read_table(tmp_path / "data.parquet").to_pydict() == {"شهر": ["کرج", "ری"], "n": [1, 2]}


def look(folder: Path, content: str, **reading: Any) -> Any:
    (folder / "original").write_text(content, encoding="utf-8")
    request = {"folder": str(folder), "original": str(folder / "original"), "filename": "a.csv", "reading": reading}
    return answer_request({**request, "memory_bytes": 1 << 30, "max_image_bytes": 1 << 20}, lambda _: None)


def test_what_it_would_change_is_shown_by_column_with_its_count_before_it_is_chosen(tmp_path: Path) -> None:
    shown = look(tmp_path, CSV)
    assert shown["reading"]["normalise_persian"] is False
    assert shown["rows"][0][:2] == ["كرج", "علي"]
    assert shown["changes"] == [
        {"column": "شهر", "before": "كرج", "after": "کرج", "count": 3},
        {"column": "نام", "before": "علي", "after": "علی", "count": 3},
        {"column": "شهر", "before": "تبريز", "after": "تبریز", "count": 1},
        {"column": "نام", "before": "رضا \u200c", "after": "رضا ", "count": 1},
        {"column": "شهر", "before": "ري ", "after": "ری ", "count": 1},
    ]


def test_chosen_it_shows_the_rows_changed_and_still_what_changed(tmp_path: Path) -> None:
    shown = look(tmp_path, CSV, normalise_persian=True)
    assert shown["reading"]["normalise_persian"] is True
    assert [row[:2] for row in shown["rows"]] == [*[["کرج", "علی"]] * 3, ["تبریز", "می\u200cنا"], ["ری ", "رضا "]]
    assert shown["changes"] == look(tmp_path, CSV)["changes"]


def test_a_column_of_many_changes_hides_no_other(tmp_path: Path) -> None:
    rows = "".join(f"ي{at},{'ك' if at == 99 else 'س'}\n" for at in range(100))
    assert [one["column"] for one in look(tmp_path, f"a,b\n{rows}")["changes"]].count("b") == 1
