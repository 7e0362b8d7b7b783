"""What a read dataset is described by; the keys are those of the bridge's contract."""

from __future__ import annotations

from typing import Literal, TypedDict

ColumnType = Literal["integer", "number", "boolean", "text", "category", "date", "datetime"]
Direction = Literal["ltr", "rtl"]
Format = Literal["csv", "parquet", "jsonl", "images"]
Cell = str | int | float | bool | None


class TopValue(TypedDict):
    """A frequent value as text, and how often it occurs."""

    value: str
    count: int


class Column(TypedDict):
    """One column and its figures."""

    name: str
    type: ColumnType
    missing: int
    distinct: int
    direction: Direction
    min: float | int | str | None
    max: float | int | str | None
    mean: float | None
    top: list[TopValue]


class ClassCount(TypedDict):
    """An image class and its number of images."""

    name: str
    count: int


class Warning(TypedDict, total=False):
    """Something a person should know before training, in both languages."""

    code: str
    detail: str
    detail_fa: str
    column: str


class Profile(TypedDict):
    """Columns of a table, or classes of an image set; `rows` counts rows or images."""

    rows: int
    columns: list[Column]
    classes: list[ClassCount]


class ReadResult(TypedDict):
    """What reading a file found out."""

    format: Format
    kind: Literal["tabular", "images"]
    rows: int
    columns: int | None
    encoding: str | None
    suggested_target: str | None
    warnings: list[Warning]
    profile: Profile
