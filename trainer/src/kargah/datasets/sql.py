"""`python -m kargah.datasets.sql`: the rows of one SELECT in somebody's database, as a Parquet file.

Takes `{url, query, into, seconds, limits}` on standard input, the only place where the password is; without a query the
connection is only tried. PostgreSQL is asked within a read-only transaction by a cursor of the server's, SQLite through
a connection that can only read and attaches nothing.
"""

from __future__ import annotations

import datetime
import decimal
import json
import os
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from kargah.datasets.failures import ReadFailure
from kargah.datasets.process import answer

_BATCH = 5_000
_CONNECT_SECONDS = 10
_REASON_CHARS = 300
Rows = tuple[list[str], Iterator[Sequence[tuple[Any, ...]]]]


def read_into(url: str, query: str, into: Path, seconds: int) -> int:
    """Write the rows of `query` to the Parquet file `into`, which appears only when it is whole; return their number.

    Raises ReadFailure `connection_failed`, `query_failed`, `query_not_select` or `no_rows`.
    """
    part = into.with_name(into.name + ".part")
    with _rows_of(url, query, seconds) as (names, batches):
        rows = _write(names, batches, part)
    if rows == 0:
        part.unlink(missing_ok=True)
        raise ReadFailure("no_rows")
    part.rename(into)
    return rows


@contextmanager
def _rows_of(url: str, query: str | None, seconds: int) -> Iterator[Rows]:
    opened = _sqlite if url.startswith("sqlite:") else _postgres
    with opened(url, query, seconds) as found:
        yield found


@contextmanager
def _postgres(url: str, query: str | None, seconds: int) -> Iterator[Rows]:
    import psycopg2  # type: ignore[import-untyped]

    try:
        connection = psycopg2.connect(url, connect_timeout=_CONNECT_SECONDS, application_name="kargah")
    except (psycopg2.Error, ValueError) as error:
        raise ReadFailure("connection_failed", reason=_without_secrets(str(error), url)) from None
    with closing(connection):
        connection.set_session(readonly=True)
        try:
            with connection.cursor() as settings:
                settings.execute("SET statement_timeout = %s", (seconds * 1000,))
            if query is None:
                yield [], iter(())
                return
            with connection.cursor(name="kargah") as cursor:
                cursor.itersize = _BATCH
                cursor.execute(query)
                first = cursor.fetchmany(_BATCH)
                names = [str(column[0]) for column in cursor.description or []]

                def batches() -> Iterator[Sequence[tuple[Any, ...]]]:
                    batch = first
                    while batch:
                        yield batch
                        batch = cursor.fetchmany(_BATCH)

                yield names, batches()
        except psycopg2.Error as error:
            raise ReadFailure("query_failed", reason=_without_secrets(str(error), url)) from None


@contextmanager
def _sqlite(url: str, query: str | None, _seconds: int) -> Iterator[Rows]:
    path = Path(url.removeprefix("sqlite:"))
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=_CONNECT_SECONDS)
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.Error as error:
        raise ReadFailure("connection_failed", reason=_without_secrets(str(error), url)) from None
    with closing(connection):
        connection.set_authorizer(_may)
        if query is None:
            yield [], iter(())
            return
        try:
            cursor = connection.execute(query)
            names = [str(column[0]) for column in cursor.description or []]

            def batches() -> Iterator[Sequence[tuple[Any, ...]]]:
                while batch := cursor.fetchmany(_BATCH):
                    yield batch

            yield names, batches()
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise ReadFailure("query_failed", reason=_without_secrets(str(error), url)) from None


_READS = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, 33}  # 33: SQLITE_RECURSIVE


def _may(action: int, first: str | None, second: str | None, *_: object) -> int:
    loads = action == sqlite3.SQLITE_FUNCTION and "load_extension" in {first, second}
    return sqlite3.SQLITE_OK if action in _READS and not loads else sqlite3.SQLITE_DENY


def _write(names: list[str], batches: Iterator[Sequence[tuple[Any, ...]]], into: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from kargah.datasets.columns import require_width, unique_names

    require_width(len(names))
    columns, _ = unique_names(names)
    rows = 0
    writer: pq.ParquetWriter | None = None
    schema: pa.Schema | None = None
    # What a column is shows in its first rows; all the same, a later row may be wider than they are.
    try:
        for batch in batches:
            arrays = [_array([_plain(row[at]) for row in batch]) for at in range(len(columns))]
            if schema is None:
                fields = [(column, _storable(array.type)) for column, array in zip(columns, arrays, strict=True)]
                schema = pa.schema(fields)
                writer = pq.ParquetWriter(into, schema, compression="zstd")
            cast = [
                _cast(array, field, batch, at) for at, (array, field) in enumerate(zip(arrays, schema, strict=True))
            ]
            assert writer is not None
            writer.write_batch(pa.record_batch(cast, schema=schema))
            rows += len(batch)
    finally:
        if writer is not None:
            writer.close()
    return rows


def _array(values: list[object]) -> Any:
    import pyarrow as pa

    try:
        return pa.array(values)
    except (pa.ArrowException, OverflowError):
        return pa.array([None if value is None else str(value) for value in values], pa.string())


def _storable(kind: Any) -> Any:
    import pyarrow as pa

    return pa.string() if pa.types.is_null(kind) else kind


def _cast(array: Any, field: Any, batch: Sequence[tuple[Any, ...]], at: int) -> Any:
    import pyarrow as pa

    if array.type == field.type:
        return array
    try:
        return array.cast(field.type)
    except (pa.ArrowException, ValueError):
        if pa.types.is_string(field.type):
            return pa.array([None if row[at] is None else str(row[at]) for row in batch], pa.string())
        raise ReadFailure(
            "query_failed", reason=f"{field.name}: {array.type} after {field.type}; cast the column in the query"
        ) from None


def _plain(value: object) -> object:
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, (memoryview, bytes)):
        return None
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    if value is None or isinstance(value, (bool, int, float, str, datetime.date, datetime.datetime)):
        return value
    return str(value)


def _without_secrets(message: str, url: str) -> str:
    """What the database says, without the password and without what libpq repeats of the address."""
    password = urlsplit(url).password if "://" in url else None
    for secret in filter(None, (url, password, unquote(password or ""))):
        message = message.replace(secret, "…")
    return " ".join(message.split())[:_REASON_CHARS]


def main() -> int:
    """Answer one request; see the module's description."""

    def ask(request: dict[str, Any]) -> Mapping[str, object]:
        os.environ.pop("PGPASSWORD", None)
        url, query, seconds = request["url"], request["query"], int(request["seconds"])
        if query is None:
            with _rows_of(url, None, seconds):
                return {"rows": 0}
        return {"rows": read_into(url, query, Path(request["into"]), seconds)}

    return answer(ask)


if __name__ == "__main__":
    sys.exit(main())
