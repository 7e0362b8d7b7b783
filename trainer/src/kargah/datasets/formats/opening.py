"""A file of any table format as one that can be typed: a Parquet file, or a table of texts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kargah.datasets.failures import ReadFailure
from kargah.datasets.formats.archives import read_lines, read_text_folders
from kargah.datasets.formats.delimited import delimiter_of, open_delimited
from kargah.datasets.formats.encodings.encoding import TextFile, to_utf8
from kargah.datasets.formats.excel import read_excel
from kargah.datasets.formats.json_lines import read_json_lines
from kargah.datasets.formats.sniff import expected_format
from kargah.datasets.model import Format, Part, ReadingOptions, Warning
from kargah.datasets.tables.text_table import Texts
from kargah.datasets.tables.typing_rules import ALL_TYPES, JSON_TEXT_TYPES, Found

if TYPE_CHECKING:
    import pyarrow as pa

_SAMPLE_CHARS = 200_000
# Below it the lines of a text file have commas as any prose has.
_TABLE_SHARE = 0.95


@dataclass(frozen=True)
class Opened:
    """A table of texts to be typed, or a Parquet file that says itself what its columns are."""

    format: Format
    used: ReadingOptions
    table: Texts | Path
    candidates: tuple[Found, ...] = ALL_TYPES
    encoding: str | None = None
    warnings: tuple[Warning, ...] = ()
    # In which part the file has each row, where it says so.
    parts: list[Part] | None = None


def open_table(source: Path, work: Path, content: str, options: ReadingOptions, filename: str) -> Opened:
    """Return the table that `source` holds, and as what it was read among its options. Raises ReadFailure."""
    kept = kept_options(options)
    if content == "parquet":
        return Opened("parquet", kept, source)
    if content.startswith("arrow"):
        return Opened("arrow", kept, _arrow_to_parquet(source, work, stream=content == "arrow_stream"))
    if content == "excel":
        return _of_texts("excel", read_excel(source, work, options), kept, None)
    if content == "zip":
        folders = read_text_folders(source, work)
        return replace(_of_texts("text", folders, kept, None), parts=folders.parts)
    text = to_utf8(source, work, expected_format(filename), options.get("encoding"))
    return _open_text(text, work, content, options, {**kept, "encoding": text.encoding}, filename)


def kept_options(options: ReadingOptions) -> ReadingOptions:
    """Return what a person set that holds whatever the file's format is."""
    kept: ReadingOptions = {}
    if "types" in options:
        kept["types"] = options["types"]
    if "missing" in options:
        kept["missing"] = options["missing"]
    if "normalise_persian" in options:
        kept["normalise_persian"] = options["normalise_persian"]
    if "unify" in options:
        kept["unify"] = options["unify"]
    return kept


def _open_text(  # noqa: PLR0917
    text: TextFile, work: Path, content: str, options: ReadingOptions, kept: ReadingOptions, filename: str
) -> Opened:
    if content == "jsonl":
        return _of_texts("jsonl", read_json_lines(text, work), kept, text.encoding, JSON_TEXT_TYPES)
    with text.path.open(encoding="utf-8", newline="") as file:
        sample = file.read(_SAMPLE_CHARS)
    if is_prose(sample, filename, options, complete=len(sample) < _SAMPLE_CHARS):
        return _of_texts("text", read_lines(text.path, work), kept, text.encoding, ())
    table = open_delimited(text, work, options)
    return _of_texts("tsv" if table.used.get("delimiter") == "\t" else "csv", table, kept, text.encoding)


def _of_texts(
    format_: Format,
    table: Texts,
    kept: ReadingOptions,
    encoding: str | None,
    candidates: tuple[Found, ...] = ALL_TYPES,
) -> Opened:
    used: ReadingOptions = {**kept, **table.used}
    return Opened(format_, used, table, candidates, encoding, tuple(table.warnings))


def is_prose(sample: str, filename: str, options: ReadingOptions, *, complete: bool) -> bool:
    """Return whether a text that begins with `sample` is read line by line rather than as a table."""
    if not filename.lower().endswith(".txt") or "delimiter" in options:
        return False
    return delimiter_of(sample[:_SAMPLE_CHARS], complete=complete)[1] < _TABLE_SHARE


def _arrow_to_parquet(source: Path, work: Path, *, stream: bool) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    into = work / "arrow.parquet"
    try:
        with pa.OSFile(str(source), "rb") as file:
            if stream:
                reader = pa.ipc.open_stream(file)
                batches, schema = iter(reader), reader.schema
            else:
                whole = pa.ipc.open_file(file)
                batches, schema = map(whole.get_batch, range(whole.num_record_batches)), whole.schema
            plain = pa.schema([_decoded(field) for field in schema])
            with pq.ParquetWriter(into, plain, compression="lz4") as writer:
                for batch in batches:
                    batch.validate(full=True)
                    writer.write_batch(pa.Table.from_batches([batch]).cast(plain).combine_chunks().to_batches()[0])
    except (pa.ArrowException, OSError, ValueError, IndexError) as error:
        raise ReadFailure("damaged_file") from error
    return into


def _decoded(field: pa.Field) -> pa.Field:
    """Dictionaries as what they stand for."""
    import pyarrow as pa

    return pa.field(field.name, field.type.value_type if pa.types.is_dictionary(field.type) else field.type)
