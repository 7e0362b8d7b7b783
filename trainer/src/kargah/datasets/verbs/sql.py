"""`python -m kargah.datasets.verbs.sql`: the rows of one SELECT in somebody's database, as a Parquet file.

Takes `{url, address, query, into, seconds, limits}` on standard input, the only place where the password is; without a
query the connection is only tried. The address is what the bridge found behind the host's name and allows. PostgreSQL
is asked within a read-only transaction by a cursor of the server's, which takes one statement and no more, SQLite
through a connection that can only read and attaches nothing.
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
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from kargah.datasets.failures import ReadFailure
from kargah.datasets.process import answer

_BATCH = 5_000
_FIRST_BATCH = 500
# Characters that a batch of long texts is to have at most.
_BATCH_CHARS = 4_000_000
_CONNECT_SECONDS = 10
_REASON_CHARS = 300
_UNREACHABLE = "no connection with this address, name and password"
# A cursor of the server's for a text that it takes as one statement: whatever stands behind a semicolon would end the
# read-only transaction and go on without it.
_OPEN = """DO $$ DECLARE found refcursor := 'kargah'; BEGIN
  OPEN found NO SCROLL FOR EXECUTE current_setting('kargah.query');
END $$"""
# What PostgreSQL says that a column is, by the numbers of its types, since its first rows may all be missing; others
# are text.
_KINDS = {16: "bool", 20: "int64", 21: "int64", 23: "int64", 700: "float64", 701: "float64", 1082: "date32"}
_KINDS |= {1114: "timestamp[us]", 1184: "timestamp[us]", 1700: "float64"}


@dataclass(frozen=True)
class Rows:
    """What a query answers: its columns, their types where the database knows them, and the rows as they come."""

    names: list[str]
    kinds: list[str | None]
    batches: Iterator[Sequence[tuple[Any, ...]]]


def read_into(url: str, query: str, into: Path, seconds: int, address: str | None = None) -> int:
    """Write the rows of `query` to the Parquet file `into`, which appears only when it is whole; return their number.

    Raises ReadFailure `connection_failed`, `query_failed`, `query_not_select` or `no_rows`.
    """
    part = into.with_name(into.name + ".part")
    with _rows_of(url, query, seconds, address) as found:
        rows = _write(found, part)
    if rows == 0:
        part.unlink(missing_ok=True)
        raise ReadFailure("no_rows")
    part.rename(into)
    return rows


@contextmanager
def _rows_of(url: str, query: str | None, seconds: int, address: str | None) -> Iterator[Rows]:
    opened = _sqlite(url, query) if url.startswith("sqlite:") else _postgres(url, query, seconds, address)
    with opened as found:
        yield found


@contextmanager
def _postgres(url: str, query: str | None, seconds: int, address: str | None) -> Iterator[Rows]:
    import psycopg2  # type: ignore[import-untyped]

    try:
        connection = psycopg2.connect(
            url,
            connect_timeout=_CONNECT_SECONDS,
            application_name="kargah",
            **({} if address is None else {"hostaddr": address}),
            **_nothing_of_ours(psycopg2.extensions.libpq_version()),
        )
    except (psycopg2.Error, ValueError):
        # Always the same answer: libpq's messages would reveal open ports and names of databases and users.
        raise ReadFailure("connection_failed", reason=_UNREACHABLE) from None
    with closing(connection):
        with _told_as("connection_failed", url, psycopg2.Error):
            connection.set_session(readonly=True)
            _set(connection, "statement_timeout", seconds * 1000)
            # Where the server can, a query whose asker is gone ends too.
            _set(connection, "client_connection_check_interval", 2000)
        if query is None:
            yield Rows([], [], iter(()))
            return
        cursor = connection.cursor()

        def fetched(count: int) -> list[tuple[Any, ...]]:
            with _told_as("query_failed", url, psycopg2.Error):
                cursor.execute(f"FETCH FORWARD {count} FROM kargah")
                return list(cursor.fetchall())

        with _told_as("query_failed", url, psycopg2.Error):
            cursor.execute("SELECT set_config('kargah.query', %s, true)", (query,))
            cursor.execute(_OPEN)
        first = fetched(_FIRST_BATCH)
        described = cursor.description or []

        def batches() -> Iterator[Sequence[tuple[Any, ...]]]:
            batch = first
            while batch:
                yield batch
                batch = fetched(_rows_like(batch))

        kinds = [_KINDS.get(column[1], "string") for column in described]
        yield Rows([str(column[0]) for column in described], [*kinds], batches())


def _nothing_of_ours(libpq: int) -> dict[str, str]:
    """Return options that give no host what this server's own account has: passwords, certificates, tickets."""
    options = {"passfile": os.devnull, "sslcert": f"{os.devnull}/none", "gssencmode": "disable"}
    return options | ({"require_auth": "!gss,!sspi"} if libpq >= 160_000 else {})


def _rows_like(batch: Sequence[tuple[Any, ...]]) -> int:
    """Return how many rows of this width may be held at once."""
    sample = batch[:: max(1, len(batch) // 50)]
    chars = sum(len(value) for row in sample for value in row if isinstance(value, str))
    return max(1, min(_BATCH, _BATCH_CHARS * len(sample) // max(1, chars)))


def _set(connection: Any, setting: str, value: int) -> None:
    import psycopg2

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, false)", (setting, str(value)))
        connection.commit()
    except (psycopg2.errors.UndefinedObject, psycopg2.errors.InvalidParameterValue):
        connection.rollback()


@contextmanager
def _sqlite(url: str, query: str | None) -> Iterator[Rows]:
    path = Path(url.removeprefix("sqlite:"))
    with _told_as("connection_failed", url, sqlite3.Error):
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=_CONNECT_SECONDS)
        connection.execute("SELECT count(*) FROM sqlite_master")
    with closing(connection):
        connection.set_authorizer(_may)
        if query is None:
            yield Rows([], [], iter(()))
            return
        with _told_as("query_failed", url, sqlite3.Error, sqlite3.Warning):
            cursor = connection.execute(query)
        names = [str(column[0]) for column in cursor.description or []]

        def batches() -> Iterator[Sequence[tuple[Any, ...]]]:
            while True:
                with _told_as("query_failed", url, sqlite3.Error):
                    batch = cursor.fetchmany(_BATCH)
                if not batch:
                    return
                yield batch

        yield Rows(names, [None] * len(names), batches())


@contextmanager
def _told_as(code: str, url: str, *kinds: type[Exception]) -> Iterator[None]:
    """Turn the driver's exceptions into ours; it raises ValueError for texts and dates that it cannot represent."""
    caught: tuple[type[Exception], ...] = (*kinds, ValueError, OverflowError)
    try:
        yield
    except caught as error:
        said = getattr(getattr(error, "diag", None), "message_primary", None)
        raise ReadFailure(code, reason=_without_secrets(said or str(error), url)) from None


_READS = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, 33}  # 33: SQLITE_RECURSIVE


def _may(action: int, first: str | None, second: str | None, *_: object) -> int:
    loads = action == sqlite3.SQLITE_FUNCTION and "load_extension" in {first, second}
    return sqlite3.SQLITE_OK if action in _READS and not loads else sqlite3.SQLITE_DENY


def _write(found: Rows, into: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from kargah.datasets.tables.columns import require_width, unique_names

    require_width(len(found.names))
    columns, _ = unique_names(found.names)
    rows = 0
    writer: pq.ParquetWriter | None = None
    schema: pa.Schema | None = None
    # What a column is shows in its first rows; all the same, a later row may be wider than they are.
    try:
        for batch in found.batches:
            arrays = [_array([_plain(row[at]) for row in batch]) for at in range(len(columns))]
            if schema is None:
                kinds = [_kind(*of) for of in zip(found.kinds, arrays, strict=True)]
                schema = pa.schema(list(zip(columns, kinds, strict=True)))
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


def _kind(told: str | None, array: Any) -> Any:
    import pyarrow as pa

    if told is not None:
        return pa.timestamp("us") if told == "timestamp[us]" else pa.type_for_alias(told)
    return pa.string() if pa.types.is_null(array.type) else array.type


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
        return json.dumps(value, ensure_ascii=False, default=_in_json)
    if value is None or isinstance(value, (bool, int, float, str, datetime.date, datetime.datetime)):
        return value
    return str(value)


def _in_json(value: object) -> object:
    return float(value) if isinstance(value, decimal.Decimal) else str(value)


def _without_secrets(message: str, url: str) -> str:
    """What the database says, without the password and without what libpq repeats of the address."""
    try:
        password = urlsplit(url).password if "://" in url else None
    except ValueError:
        return "the address cannot be read"
    for secret in filter(None, (url, password, unquote(password or ""))):
        message = message.replace(secret, "…")
    return " ".join(message.split())[:_REASON_CHARS]


def main() -> int:
    """Answer one request; see the module's description."""

    def ask(request: dict[str, Any]) -> Mapping[str, object]:
        url, query, seconds = request["url"], request["query"], int(request["seconds"])
        address = request.get("address")
        if query is None:
            with _rows_of(url, None, seconds, address):
                return {"rows": 0}
        return {"rows": read_into(url, query, Path(request["into"]), seconds, address)}

    return answer(ask)


if __name__ == "__main__":
    sys.exit(main())
