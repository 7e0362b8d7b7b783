"""What a read dataset is described by; the keys are those of the bridge's contract."""

from __future__ import annotations

from typing import Literal, TypedDict

from typing_extensions import NotRequired

ColumnType = Literal["integer", "number", "boolean", "text", "category", "date", "datetime"]
Direction = Literal["ltr", "rtl"]
Format = Literal["csv", "tsv", "parquet", "arrow", "jsonl", "excel", "npz", "text", "images"]
Encoding = Literal[
    "utf-8",
    "utf-16",
    "windows-1256",
    "windows-1252",
    "windows-1254",
    "windows-1251",
    "gb18030",
    "cp864",
    "iran-system",
    "utf-8-as-windows-1252",
    "utf-8-as-windows-1256",
]
Part = Literal["train", "validation", "test"]
Cell = str | int | float | bool | None


class TypeOverride(TypedDict):
    """A type that a person set, and what becomes of values that do not fit: `fail` or `missing`.

    Numbers may have their decimal mark said, dates the order of their parts and their calendar.
    """

    type: ColumnType
    invalid: Literal["fail", "missing"]
    decimal: NotRequired[Literal[".", ",", "/"]]
    order: NotRequired[Literal["ymd", "dmy", "mdy"]]
    calendar: NotRequired[Literal["gregorian", "jalali"]]


class Written(TypedDict, total=False):
    """How a file writes the numbers or dates of a column, where that is not the plain form."""

    decimal: Literal[".", ",", "/"]
    percent: bool
    currency: str
    order: Literal["ymd", "dmy", "mdy"]
    months: bool


class ReadingOptions(TypedDict, total=False):
    """How a file is to be read, or was; what is absent is found out."""

    encoding: Encoding
    delimiter: str
    header: bool
    normalise_persian: bool
    unify: bool
    sheet: str
    missing: list[str]
    skip_rows: int
    comment: str
    header_rows: int
    units: bool
    types: dict[str, TypeOverride]


class TopValue(TypedDict):
    """A frequent value as text, and how often it occurs."""

    value: str
    count: int


class Histogram(TypedDict):
    """How many values lie between each two edges; one edge more than counts."""

    edges: list[float | str]
    counts: list[int]


class TextFigures(TypedDict):
    """Lengths in characters, and the share of letters by script."""

    min_length: int
    mean_length: float
    max_length: int
    scripts: dict[str, float]


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
    std: NotRequired[float | None]
    quantiles: NotRequired[list[float]]
    histogram: NotRequired[Histogram]
    text: NotRequired[TextFigures]
    calendar: NotRequired[Literal["jalali"]]
    written: NotRequired[Written]


class ClassCount(TypedDict):
    """An image class and its number of images."""

    name: str
    count: int


class ImageFigures(TypedDict):
    """Widths and heights in pixels, and how many images have no colour."""

    widths: Histogram
    heights: Histogram
    grey: int


class Warning(TypedDict, total=False):
    """Something a person should know before training, in both languages."""

    code: str
    detail: str
    detail_fa: str
    params: dict[str, str | int | float]
    column: str


class Profile(TypedDict):
    """Columns of a table, or classes of an image set; `rows` counts rows or images."""

    rows: int
    columns: list[Column]
    classes: list[ClassCount]
    images: NotRequired[ImageFigures]
    # How many rows the file itself has in each part; which they are stands in `given.parquet`.
    parts: NotRequired[dict[Part, int]]


class ReadResult(TypedDict):
    """What reading a file found out."""

    format: Format
    kind: Literal["tabular", "images"]
    rows: int
    columns: int | None
    encoding: str | None
    reading: ReadingOptions
    data_sha256: str
    suggested_target: str | None
    warnings: list[Warning]
    profile: Profile
