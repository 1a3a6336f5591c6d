"""The schema of a database: how it is founded, brought up to date, and told from another release's.

These functions are for commands and for the start of a service: they block, and must not be called inside a running
event loop (hand them to a thread). They speak through the drivers that serve, so a database's address means the same
here: `sqlite:///leadgate.db`, or `postgresql://...` as libpq writes it.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine

import leadgate_service
from leadgate_service.errors import FailedPrecondition, InvalidArgument, LeadgateError, Unavailable
from leadgate_service.storage.driver import store_unavailable
from leadgate_service.storage.tables import metadata

Result = TypeVar("Result")
Action = Callable[[sa.Connection], Result]

COMPARISON: dict[str, Any] = {"target_metadata": metadata, "compare_type": True, "compare_server_default": True}
"""How the tables of a database are compared with those of this release: types, defaults and comments included."""

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    # To change a table, SQLite copies it and drops the old one, which would cascade to the rows that refer to it.
    "PRAGMA foreign_keys = OFF",
)

_DATABASE_ERRORS = (sa.exc.DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
_LOCKED = {"55P03", "57014", "SQLITE_BUSY"}
"""The codes with which a database says that it waited for another transaction and gave up."""


class Standing(StrEnum):
    """How a database's schema stands to this release."""

    CURRENT = "current"
    """It is the one that this release needs."""
    OUTDATED = "outdated"
    """It is empty or of an earlier release; `leadgate db upgrade` brings it up to date."""
    AHEAD = "ahead"
    """A later release has upgraded it."""
    ALTERED = "altered"
    """Its revision is right, but somebody has changed a table by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaState:
    """What a database's schema is.

    Attributes:
        standing: How it stands to this release.
        current: Its revision; None for an empty database.
        head: The revision that this release needs.
        differences: Where an altered schema is not that of this release, a line for each; else empty.
    """

    standing: Standing
    current: str | None
    head: str
    differences: tuple[str, ...] = ()


def migrations_folder() -> Path:
    """Where the migrations are: inside the installed package, or at the top of a checkout."""
    package = Path(leadgate_service.__file__).parent
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parents[1] / "migrations"


def upgrade(database_url: str, revision: str = "head") -> None:
    """Found the database, or bring it up to date; a database that is up to date is left as it is.

    Args:
        database_url: The database; a SQLite file that does not exist is made.
        revision: How far to go.

    Raises:
        FailedPrecondition: SCHEMA_AHEAD: a later release has upgraded it.
        Unavailable: SCHEMA_LOCKED: a running transaction holds a table; nothing was changed. STORE_UNAVAILABLE: the
            database cannot be reached, or refused; nothing was changed.
        InvalidArgument: DATABASE_URL_INVALID.
    """
    _run(command.upgrade, database_url, revision)


def downgrade(database_url: str, revision: str) -> None:
    """Take back what came after a revision, **with the data in it**: for development and for tests.

    Args:
        database_url: The database.
        revision: Where to stop; `base` leaves an empty database.

    Raises:
        LeadgateError: As `upgrade` does.
    """
    _run(command.downgrade, database_url, revision)


def check(database_url: str) -> SchemaState:
    """Compare a database's schema with the one that this release needs, to the last column and comment.

    Raises:
        Unavailable: STORE_UNAVAILABLE.
        InvalidArgument: DATABASE_URL_INVALID.
    """
    return on_connection(database_url, _compare, found=False)


def require_current(database_url: str) -> None:
    """Refuse to serve a database of another release, and say what to do (P33).

    Raises:
        FailedPrecondition: SCHEMA_OUTDATED or SCHEMA_AHEAD, with `current` and `head` in the metadata.
        Unavailable: STORE_UNAVAILABLE.
        InvalidArgument: DATABASE_URL_INVALID.
    """
    state = on_connection(database_url, _read_state, found=False)
    if state.standing is not Standing.CURRENT:
        raise _refusal(state)


def on_connection(database_url: str, action: Action[Result], *, found: bool = True) -> Result:
    """Run a synchronous action on a connection of its own, whichever driver the database has.

    Args:
        database_url: The database.
        action: Commits what it changes.
        found: True to make a SQLite file that does not exist; False to take it for an empty database.

    Raises:
        Unavailable: SCHEMA_LOCKED or STORE_UNAVAILABLE, without a word of what the database said (P17).
        InvalidArgument: DATABASE_URL_INVALID.
    """
    url = _parsed(database_url)
    try:
        if url.get_backend_name() == "sqlite":
            return _on_sqlite(url.database or "", action, found=found)
        return asyncio.run(_on_postgresql(database_url, action))
    except _DATABASE_ERRORS as error:
        raise _unavailable(error) from None


def _parsed(database_url: str) -> sa.URL:
    try:
        url = sa.make_url(database_url)
    except sa.exc.ArgumentError:
        url = None
    if url is None or url.drivername not in {"sqlite", "postgresql"} or not url.database:
        raise InvalidArgument(
            "DATABASE_URL_INVALID",
            "A database is named by sqlite:///path/to/file or by postgresql://user@host/name.",
        )
    return url


def _on_sqlite(path: str, action: Action[Result], *, found: bool) -> Result:
    place = path if found or Path(path).exists() else ":memory:"
    engine = sa.create_engine("sqlite://", creator=lambda: _open(place), poolclass=sa.NullPool)
    with engine.connect() as connection:
        return action(connection)


def _open(place: str) -> sqlite3.Connection:
    # Without an isolation level the module leaves transactions alone; with one it would commit before each change.
    connection = sqlite3.connect(place, isolation_level=None)
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    return connection


async def _on_postgresql(dsn: str, action: Action[Result]) -> Result:
    # asyncpg reads the address itself, as it does for the service: SQLAlchemy knows fewer of libpq's parameters.
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(dsn), poolclass=sa.NullPool
    )
    async with engine.connect() as connection:
        return await connection.run_sync(action)


def _run(run: Callable[[Config, str], None], database_url: str, revision: str) -> None:
    state = on_connection(database_url, _read_state, found=False)
    if state.standing is Standing.AHEAD:
        raise _refusal(state)

    def act(connection: sa.Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        run(config, revision)

    on_connection(database_url, act)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    return config


def _read_state(connection: sa.Connection) -> SchemaState:
    scripts = ScriptDirectory.from_config(_config())
    head = scripts.get_current_head() or ""
    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if current == head:
        standing = Standing.CURRENT
    elif current is None or current in known:
        standing = Standing.OUTDATED
    else:
        standing = Standing.AHEAD
    return SchemaState(standing=standing, current=current, head=head)


def _compare(connection: sa.Connection) -> SchemaState:
    state = _read_state(connection)
    if state.standing is not Standing.CURRENT:
        return state
    found = compare_metadata(MigrationContext.configure(connection, opts=COMPARISON), metadata)
    differences = tuple(_described(one) for entry in found for one in (entry if isinstance(entry, list) else [entry]))
    standing = Standing.ALTERED if differences else Standing.CURRENT
    return SchemaState(standing=standing, current=state.current, head=state.head, differences=differences)


def _described(difference: tuple[Any, ...]) -> str:
    """Write a difference as its kind and the names that it is about, such as `add_column leads seniority`."""
    names = (getattr(part, "name", part) for part in difference)
    return " ".join(name for name in names if isinstance(name, str))


def _refusal(state: SchemaState) -> LeadgateError:
    facts = {"current": state.current or "none", "head": state.head}
    if state.standing is Standing.AHEAD:
        return FailedPrecondition(
            "SCHEMA_AHEAD",
            f"The database is at revision {state.current}, which this release does not know: run the release that "
            "upgraded it, or restore the backup from before.",
            **facts,
        )
    return FailedPrecondition(
        "SCHEMA_OUTDATED",
        f"The database is at revision {facts['current']}, this release needs {state.head}: run `leadgate db upgrade`.",
        **facts,
    )


def _unavailable(error: BaseException) -> Unavailable:
    cause = getattr(error, "orig", error)
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    if code in _LOCKED:
        return Unavailable(
            "SCHEMA_LOCKED",
            "Another transaction kept the change waiting, so it was given up and nothing was changed: run the command "
            "again when long reads, backups and other upgrades have ended.",
        )
    return store_unavailable() if code is None else _refused(code)


def _refused(code: str) -> Unavailable:
    return Unavailable("STORE_UNAVAILABLE", f"The database refused with {code}; nothing was changed.", code=code)
