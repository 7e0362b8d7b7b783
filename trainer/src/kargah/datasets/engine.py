"""The SQL engine that types, measures and questions tables: in memory, one folder in reach, no network."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kargah.datasets.limits import spill_bytes, spill_of
from kargah.datasets.persian import figures_sql, gregorian_sql, jalali_sql
from kargah.folding import search_sql

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

THREADS = 2


def connect(folders: list[Path], memory_bytes: int) -> duckdb.DuckDBPyConnection:
    """Return a connection that reaches only `folders` and spills into the first of them beyond `memory_bytes`."""
    connection = _open(memory_bytes, folders[0] / "spill")
    reachable = ", ".join(literal(str(folder)) for folder in folders)
    connection.execute(f"SET allowed_directories = [{reachable}]")
    _lock(connection)
    return connection


def connect_to_tables(tables: dict[str, Path], memory_bytes: int, spill: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection with a view of each Parquet file of `tables`, in reach of nothing but these and `spill`."""
    connection = _open(memory_bytes, spill)
    for view, path in tables.items():
        connection.execute(f"CREATE VIEW {name(view)} AS SELECT * FROM read_parquet({literal(str(path))})")  # noqa: S608
    # Functions for queries in the Jalali calendar and with Persian letters.
    for macro, body in (("jalali(d)", jalali_sql("d")), ("fa_fold(x)", search_sql("CAST(x AS VARCHAR)"))):
        connection.execute(f"CREATE MACRO {macro} AS {body}")
    connection.execute(f"CREATE MACRO from_jalali(t) AS {gregorian_sql(figures_sql('t'))}")
    reachable = ", ".join(literal(str(path)) for path in tables.values())
    connection.execute(f"SET allowed_paths = [{reachable}]")
    connection.execute(f"SET allowed_directories = [{literal(str(spill))}]")
    _lock(connection)
    return connection


def own_spill(folder: Path) -> Path:
    """Return the place in `folder` for what does not fit into memory; the worker removes it when this process ends."""
    return spill_of(folder, os.getpid())


def _open(memory_bytes: int, spill: Path) -> duckdb.DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect(
        config={
            "threads": THREADS,
            "memory_limit": f"{memory_bytes // 1_000_000}MB",
            "temp_directory": str(spill),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    # Nothing is kept between two questions, and the path of this account's home appears in no answer.
    for setting in ("home_directory", "extension_directory", "secret_directory"):
        connection.execute(f"SET {setting} = {literal(os.devnull)}")
    connection.execute("SET allow_persistent_secrets = false")
    # Among the options of the connection itself it is shown but not kept to.
    connection.execute(f"SET max_temp_directory_size = '{spill_bytes(spill.parent)}B'")
    return connection


def _lock(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def name(identifier: str) -> str:
    """Return `identifier` quoted for SQL."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return `text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def made_of(connection: duckdb.DuckDBPyConnection, expression: str, values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return what the SQL `expression` makes of values, which it calls `c`."""
    import pyarrow as pa

    # Another question to the same engine may be unfinished.
    with connection.cursor() as own:
        own.register("cells", pa.table({"c": values}))
        return own.sql(f"SELECT {expression} AS v FROM cells").to_arrow_table().column("v").combine_chunks()  # noqa: S608


def texts_of(connection: duckdb.DuckDBPyConnection, values: pa.Array) -> list[str]:
    """Return values as the engine writes them."""
    return [str(text) for text in made_of(connection, "CAST(c AS VARCHAR)", values).to_pylist()]
