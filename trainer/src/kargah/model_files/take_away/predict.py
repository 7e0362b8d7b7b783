"""Predicts from a CSV with this model and PyTorch alone: `python predict.py rows.csv > answers.csv`."""

import csv
import json
import math
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

HERE = Path(__file__).parent
MISSING = ("", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None", "<NA>", "?", "-", "--")
TRUE = ("true", "1", "yes", "y", "t", "on", "بله", "بلی", "آری", "درست", "صحیح", "دارد", "هست")
FALSE = ("false", "0", "no", "n", "f", "off", "خیر", "نه", "نادرست", "غلط", "ندارد", "نیست")
FIGURES = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩٫−٪،", "01234567890123456789.-%,", "٬\u200e\u200f\u061c")


def number(text: str, reading: dict[str, Any]) -> float:
    """In the way of writing that the dataset's column has."""
    how = reading.get("number") or {"decimal": "."}
    bare = text.translate(FIGURES).replace(how.get("currency") or "\0", "").strip(" %\u00a0\u202f")
    bare = "-" + bare[1:-1] if bare.startswith("(") and bare.endswith(")") else bare
    bare = re.sub(r"(?<=\d)[ '’\u00a0\u202f](?=\d{3})", "", bare).replace({",": "."}.get(how["decimal"], ","), "")
    return float(bare.replace(how["decimal"], "."))


def boolean(text: str, reading: dict[str, Any]) -> float:
    word = text.translate(FIGURES).lower()
    return {**dict.fromkeys(TRUE, 1.0), **dict.fromkeys(FALSE, 0.0)}[word]


def date(text: str, reading: dict[str, Any]) -> float:
    """ISO 8601 in the Gregorian calendar, whatever the dataset had; without a time zone as it stands."""
    moment = datetime.fromisoformat(text.translate(FIGURES))
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return (moment - datetime(2000, 1, 1, tzinfo=UTC)).total_seconds() / 86400


def encoded(rows: list[dict[str, str]], column: dict[str, Any], missing: tuple[str, ...]) -> list[float]:
    """A column's cells as numbers: NaN is missing, -1 a word that the model does not know."""
    read, words = {"number": number, "boolean": boolean, "date": date}, column.get("categories") or []
    found: list[float] = []
    strange: list[str] = []
    for row in rows:
        text = row[column["name"]] or ""
        bare = text.strip()
        try:
            if bare in missing and text not in words:
                found.append(math.nan)
            elif column["kind"] == "category":
                found.append(float(words.index(text if text in words else bare)))
            else:
                found.append(read[column["kind"]](bare, column.get("reading") or {}))
        except (ValueError, KeyError):
            found.append(-1.0 if column["kind"] == "category" else math.nan)
            strange.append(text)
    if strange:
        # Few of them count as missing or unknown; where most cannot be read, an answer would say nothing.
        told = f"{column['name']}: {len(strange)} of {len(rows)} values are no {column['kind']}, such as {strange[0]!r}"
        if 2 * len(strange) > len(rows) and column["kind"] != "category":
            sys.exit(told)
        print(told, file=sys.stderr)
    return found


def main(path: str) -> None:
    schema = json.loads((HERE / "schema.json").read_text(encoding="utf-8"))
    columns, classes = schema["input"]["columns"], schema["classes"]
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file, skipinitialspace=True, strict=True)
        table.fieldnames = [name.strip() for name in table.fieldnames or []]
        rows = list(table)
    lacking = [column["name"] for column in columns if column["name"] not in table.fieldnames]
    if lacking or not rows:
        sys.exit(f"The file has no rows, or lacks columns: {', '.join(lacking)}")
    missing = (schema["input"].get("reading") or {}).get("missing") or MISSING
    values = torch.tensor([encoded(rows, column, ("", *missing)) for column in columns]).T.contiguous()
    model = torch.export.load(str(HERE / "model.pt2")).module()
    with torch.no_grad():
        # A row more, so that none comes alone.
        answers = model(torch.cat([values, values[-1:]]))[:-1].tolist()
    with open(1, "w", encoding="utf-8", newline="", closefd=False) as stdout:
        out = csv.writer(stdout, lineterminator="\n")
        out.writerow([schema["target"], *(f"P({name})" for name in classes or [])])
        for answer in answers:
            out.writerow([answer] if classes is None else [classes[answer.index(max(answer))], *answer])


if __name__ == "__main__":
    main(sys.argv[1])
