"""The SQL engine that types and measures tables: in memory, one folder in reach, no network, no extensions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def connect(folders: list[Path], memory_bytes: int) -> duckdb.DuckDBPyConnection:
    """Return a connection that reaches only `folders` and spills into the first of them beyond `memory_bytes`."""
    import duckdb

    connection = duckdb.connect(
        config={
            "threads": 2,
            "memory_limit": f"{memory_bytes // 1_000_000}MB",
            "temp_directory": str(folders[0] / "spill"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    )
    reachable = ", ".join(literal(str(folder)) for folder in folders)
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET allowed_directories = [{reachable}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def name(identifier: str) -> str:
    """Return `identifier` quoted for SQL."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return `text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"
