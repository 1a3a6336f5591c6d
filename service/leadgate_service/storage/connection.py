"""One short-lived connection for work on the schema, whichever database it is.

It speaks through the drivers that serve, so that a database's address means the same to every command:
`sqlite:///leadgate.db`, or `postgresql://...` as libpq writes it.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from leadgate_service.errors import InvalidArgument, Unavailable
from leadgate_service.storage.driver import store_unavailable

Result = TypeVar("Result")
Action = Callable[[sa.Connection], Result]

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    # To change a table, SQLite copies it and drops the old one, which would cascade to the rows that refer to it.
    "PRAGMA foreign_keys = OFF",
)

_BUSY_SECONDS = 1.0
"""How long SQLite lets a change wait for another process's."""

_DATABASE_ERRORS = (sa.exc.DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)

_WAITED = {"55P03", "57014", "SQLITE_BUSY"}
"""The codes with which a database says that it waited for another transaction and gave up."""


def on_connection(database_url: str, action: Action[Result], *, may_create: bool = True) -> Result:
    """Run a synchronous action on a connection of its own; not inside a running event loop.

    Args:
        database_url: The database.
        action: Commits what it changes.
        may_create: Whether a SQLite file that does not exist is made; if not, it is taken for an empty database.

    Raises:
        Unavailable: SCHEMA_LOCKED or STORE_UNAVAILABLE, without a word of what the database said (P17).
        InvalidArgument: DATABASE_URL_INVALID.
    """
    url = _parsed(database_url)
    try:
        if url.drivername == "sqlite":
            return _on_sqlite(url.database or "", action, may_create=may_create)
        return asyncio.run(_on_postgresql(database_url, action))
    except _DATABASE_ERRORS as error:
        raise _unavailable(error) from None


def _parsed(database_url: str) -> sa.URL:
    try:
        url = sa.make_url(database_url)
    except (sa.exc.ArgumentError, ValueError):
        url = None
    if url is None or url.drivername not in {"sqlite", "postgresql"} or not url.database:
        raise InvalidArgument(
            "DATABASE_URL_INVALID",
            "Name the database as sqlite:///path/to/file or as postgresql://user@host/name.",
        )
    return url


def _on_sqlite(path: str, action: Action[Result], *, may_create: bool) -> Result:
    if Path(path).is_dir() or not Path(path).parent.is_dir():
        raise InvalidArgument(
            "DATABASE_URL_INVALID",
            "The database must be a file in a directory that exists: make the directory, or correct "
            "LEADGATE_DATABASE_URL.",
        )
    place = path if may_create or Path(path).exists() else ":memory:"
    engine = sa.create_engine("sqlite://", creator=lambda: _open(place), poolclass=sa.NullPool)
    with engine.connect() as connection:
        return action(connection)


def _open(place: str) -> sqlite3.Connection:
    connection = sqlite3.connect(place, timeout=_BUSY_SECONDS)
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    return connection


async def _on_postgresql(dsn: str, action: Action[Result]) -> Result:
    # asyncpg reads the address itself, as it does for the service; SQLAlchemy would refuse some of libpq's parameters.
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(dsn), poolclass=sa.NullPool
    )
    async with engine.connect() as connection:
        return await connection.run_sync(action)


def _unavailable(error: BaseException) -> Unavailable:
    cause = getattr(error, "orig", error)
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    if code is None:
        return store_unavailable()
    if code in _WAITED:
        return Unavailable(
            "SCHEMA_LOCKED",
            "Another transaction kept the change waiting, so it was given up and nothing was changed: run the command "
            "again when long reads, backups and other upgrades have ended.",
        )
    return Unavailable("STORE_UNAVAILABLE", f"The database refused with {code}; nothing was changed.", code=code)
