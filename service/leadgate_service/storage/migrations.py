"""The schema of a database: how it is founded, brought up to date, and told from another release's.

These functions are for commands and for the start of a service: they block, must not be called inside a running event
loop (hand them to a thread), and one at a time, since Alembic keeps the command under way in a global variable. Several
processes may upgrade at once.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from leadgate_service.errors import FailedPrecondition
from leadgate_service.storage.connection import on_connection
from leadgate_service.storage.tables import metadata

COMPARISON: dict[str, Any] = {"target_metadata": metadata, "compare_type": True, "compare_server_default": True}
"""How the tables of a database are compared with those of this release: types and defaults as well as names."""


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
    package = Path(__file__).resolve().parents[1]
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
        FailedPrecondition: SCHEMA_AHEAD.
        Unavailable: SCHEMA_LOCKED or STORE_UNAVAILABLE; nothing was changed.
        InvalidArgument: DATABASE_URL_INVALID.
    """
    _run(command.downgrade, database_url, revision)


def check(database_url: str) -> SchemaState:
    """Compare a database's schema with the one that this release needs, down to types, defaults and comments.

    Raises:
        Unavailable: STORE_UNAVAILABLE.
        InvalidArgument: DATABASE_URL_INVALID.
    """
    return on_connection(database_url, _compare, may_create=False)


def require_current(database_url: str) -> None:
    """Refuse to serve a database of another release, and say what to do (P33).

    Raises:
        FailedPrecondition: SCHEMA_OUTDATED or SCHEMA_AHEAD, with `current` and `head` in the metadata.
        Unavailable: STORE_UNAVAILABLE.
        InvalidArgument: DATABASE_URL_INVALID.
    """
    state = on_connection(database_url, _read_state, may_create=False)
    if state.standing is not Standing.CURRENT:
        raise _refusal(state)


def _run(run: Callable[[Config, str], None], database_url: str, revision: str) -> None:
    state = on_connection(database_url, _read_state, may_create=False)
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
    if current == head:
        standing = Standing.CURRENT
    elif current is None or current in {script.revision for script in scripts.walk_revisions()}:
        standing = Standing.OUTDATED
    else:
        standing = Standing.AHEAD
    return SchemaState(standing=standing, current=current, head=head)


def _compare(connection: sa.Connection) -> SchemaState:
    state = _read_state(connection)
    if state.standing is not Standing.CURRENT:
        return state
    found = compare_metadata(MigrationContext.configure(connection, opts=COMPARISON), metadata)
    # The changes of one column come as a list of their own.
    differences = tuple(_described(one) for entry in found for one in (entry if isinstance(entry, list) else [entry]))
    return replace(state, standing=Standing.ALTERED, differences=differences) if differences else state


def _described(difference: tuple[Any, ...]) -> str:
    """Write a difference as its kind and the names that it is about, such as `remove_column leads birth_year`."""
    names = (getattr(part, "name", part) for part in difference)
    return " ".join(name for name in names if isinstance(name, str))


def _refusal(state: SchemaState) -> FailedPrecondition:
    current = state.current or "none"
    if state.standing is Standing.AHEAD:
        return FailedPrecondition(
            "SCHEMA_AHEAD",
            f"The database is at revision {current}, which this release does not know: run the release that upgraded "
            "it, or restore the backup from before.",
            current=current,
            head=state.head,
        )
    return FailedPrecondition(
        "SCHEMA_OUTDATED",
        f"The database is at revision {current} and this release needs {state.head}: run `leadgate db upgrade`.",
        current=current,
        head=state.head,
    )
