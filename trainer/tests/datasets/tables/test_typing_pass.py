"""Texts are typed while they are read: what is supposed of a column is proved of every piece, and by the same rules."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kargah.datasets.engine import connect
from kargah.datasets.tables.plain_values import plain_values
from kargah.datasets.tables.typing_rules import Found, cast_sql
from kargah.datasets.tables.typing_rules import test_sql as proof_sql

from ..conftest import Read, codes_of, reason, types_of

# More than one piece of a file of these.
MANY = 100_000
LONG = "x" * 100
KINDS: tuple[Found, ...] = ("integer", "number", "boolean", "jalali", "date", "datetime")
PLAIN: dict[Found, list[str]] = {
    "integer": ["0", "-0", "7", "-12", "999999999999999999", "100"],
    "number": ["1.5", "-0.25", ".5", "5.", "1e5", "-1.5E-300", "0", "0.12345678901234567", "123456789012345678"],
    "boolean": ["true", "False", "TRUE"],
    "jalali": ["1403/12/30", "1402-07-30", "1300/01/31"],
    "date": ["2024-02-29", "1999/12/31", "1000-01-01", "1199-12-31", "1500-01-01", "9999-12-31"],
    "datetime": ["2024-03-20 15:30:00", "1999/12/31T23:59:59"],
}
ODD = [
    "+5", " 7", "8 ", "007", "-07", "+07", "1234567890123456789", "0x1F", "--3", "5-", "-", "1e400", "1e0005",
    "01.5", "-01.5", "inf", "nan", "1_0", ".", "e5", "1,5", "1e5.5", "yes", " true", "2023-02-29",
    "0000-01-01", "0001-01-01", "2024-13-01", "2024-00-10", "2024-01-00", "1300-01-01", "1402/12/30",
    "1402/07/31", "1402/1/5", "1500/01/01", "2024-01-01 24:00:00", "2024-01-01 10:60:00",
    "2024-01-01 10:00:60", "2024-01-01 10-00-00", "2024-01-01x10:00:00", "2024-01-01 10:00",
    "2024-01-01 10:00:00Z", "2024-01-01 10:00:00.5", "۱۲", "متن", "",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_short_way_says_what_the_rules_say_or_nothing(tmp_path: Path, kind: Found) -> None:
    plain = PLAIN[kind]
    others = [text for values in PLAIN.values() for text in values]
    told = 0
    with connect([tmp_path], 1 << 30) as connection:
        for texts in [*([text] for text in ODD + others), plain, [None, *plain, None], [plain[0], ODD[0]]]:
            # Cut out of a longer one, as pieces of a file are.
            array = pa.array(["0", *texts, "0"], pa.string()).slice(1, len(texts))
            connection.register("cells", pa.table({"c": array}))
            test = f"SELECT coalesce(bool_and({proof_sql(kind, 'c')}) FILTER (WHERE c IS NOT NULL), true) FROM cells"  # noqa: S608
            holds = connection.execute(test).fetchall()[0][0]
            found = plain_values(kind, array)
            if found is None:
                assert not (holds and set(texts) <= {None, *plain}), texts
                continue
            told += 1
            assert holds, texts
            by_rule = connection.sql(f"SELECT {cast_sql(kind, 'c')} AS v FROM cells").to_arrow_table()["v"]  # noqa: S608
            assert found.to_pylist() == by_rule.to_pylist()
            assert found.type == by_rule.type
    assert told >= len(plain)


@pytest.mark.parametrize(
    ("first", "odd", "kind"),
    [
        ("1", "1.5", "number"),
        ("1", "x", "integer"),
        ("1", "007", "category"),
        ("1.5", "1e999", "number"),
        ("true", "yes", "boolean"),
        ("2024-01-01", "2024-02-30", "date"),
        ("2024-01-01", "2024-01-01 10:00", "datetime"),
        ("1402/01/01", "1402/12/30", "date"),
        ("", "7", "integer"),
        ("", "x", "text"),
        ("12", "۱۳", "integer"),
    ],
)
def test_one_value_far_down_a_long_file_decides_what_its_column_is(
    read: Read, tmp_path: Path, first: str, odd: str, kind: str
) -> None:
    rows = [f"{first},{LONG}"] * MANY
    rows[MANY - 2] = f"{odd},x"
    result = read("a,b\n" + "\n".join(rows))
    assert (result["rows"], types_of(result)["a"]) == (MANY, kind)
    kept = pq.read_table(tmp_path / "data.parquet", columns=["a"]).column("a")
    read_so: dict[str, object] = {
        "1.5": 1.5,
        "7": 7,
        "۱۳": 13,
        "007": "007",
        "2024-01-01 10:00": datetime(2024, 1, 1, 10),
    }
    wanted = read_so.get(odd, odd if kind == "text" else None)
    assert kept[MANY - 2].as_py() == wanted
    # What fits nothing is missing and told; nothing else is.
    assert kept.null_count == (MANY - 1 if first == "" else 0 if wanted is not None else 1)
    assert [one["column"] for one in result["warnings"] if one["code"] == "odd_values"] == (
        ["a"] if wanted is None else []
    )
    if kind == "category":
        assert kept[0].as_py() == first


def test_a_column_with_as_many_words_as_numbers_stays_text_however_late_they_come(read: Read, tmp_path: Path) -> None:
    cells = [str(at) if at < MANY * 3 // 4 else f"word {at}" for at in range(MANY)]
    result = read("a,b\n" + "\n".join(f"{cell},{LONG}" for cell in cells))
    assert types_of(result)["a"] == "text"
    assert pq.read_table(tmp_path / "data.parquet")["a"].to_pylist() == cells
    assert "odd_values" not in codes_of(result)


def test_a_value_that_a_person_s_type_does_not_fit_is_named_by_its_row_far_down_too(read: Read) -> None:
    rows = [f"1,{LONG}"] * MANY
    rows[MANY - 2] = "x,y"
    told = {"column": "a", "row": MANY - 1, "value": "x", "type": "integer"}
    types = {"a": {"type": "integer", "invalid": "fail"}}
    assert reason(read, "a,b\n" + "\n".join(rows), types=types) == ("value_not_of_type", told)


def test_a_column_without_a_value_is_text_and_the_year_0_is_no_year(read: Read, tmp_path: Path) -> None:
    result = read("a,b\n,0000-01-01\n,0000-01-02\n")
    assert types_of(result) == {"a": "text", "b": "text"}
    assert pq.read_table(tmp_path / "data.parquet").column("b").to_pylist() == ["0000-01-01", "0000-01-02"]


def test_rows_of_a_page_lie_in_row_groups_that_are_soon_read(read: Read, tmp_path: Path) -> None:
    read("a\n" + "\n".join(map(str, range(100_000))))
    with pq.ParquetFile(tmp_path / "data.parquet") as file:
        sizes = [file.metadata.row_group(at).num_rows for at in range(file.metadata.num_row_groups)]
    assert (sum(sizes), max(sizes)) == (100_000, 20_480)
