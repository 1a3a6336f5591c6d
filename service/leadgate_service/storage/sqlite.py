"""SQLite: one thread with one connection, which is the one writer of the database.

Every unit of work runs in `BEGIN IMMEDIATE`, so nothing can be between another's checks and its writes: what the
objection latch does on PostgreSQL holds here by itself. `synchronous=FULL` makes a commit durable.
"""

import asyncio
import fcntl
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from leadgate_service.errors import FailedPrecondition
from leadgate_service.storage.driver import Rejected, store_unavailable
from leadgate_service.storage.tables import Instant
from leadgate_service.storage.work import (
    Hold,
    Insert,
    Latch,
    Row,
    Statement,
    Step,
    Together,
    Update,
    Work,
    alone,
    constants,
    on_conflict,
)

Result = TypeVar("Result")
Convert = Callable[[Any], Any]

BUSY_SECONDS = 5.0
"""How long a statement waits for a command of the operator that is writing at the same time."""

_DEFECTS = (sqlite3.DataError, sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError)
"""What the same request would meet again, however often it is sent: a mistake of ours, not an outage."""

_DIALECT = SQLiteDialect_pysqlite(paramstyle="named")

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # freed pages are overwritten: deleted content leaves no readable bytes
    "PRAGMA trusted_schema = OFF",
)


class SqliteDriver:
    """Runs units of work on a SQLite file.

    Args:
        path: The database file; `leadgate db upgrade` makes it.
        exclusive: True for a serving process, of which there may be only one; commands of the operator pass False.

    Raises:
        FailedPrecondition: DATABASE_IN_USE: another service is serving this file.
    """

    def __init__(self, path: Path, *, exclusive: bool) -> None:
        self._lock = _lock_for_serving(path) if exclusive else None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="leadgate-sqlite")
        self._connection = self._thread.submit(_connect, path).result()
        self._compiled: dict[Statement | Insert | Update, _Compiled] = {}

    async def transact(self, work: Callable[[], Work[Result]], latch: Latch) -> Result:
        """Run a unit of work in one transaction. See `Driver.transact`; the latch is the database's one writer."""
        del latch
        return await self._in_thread(lambda: self._transact(work, "BEGIN IMMEDIATE"))

    async def at_once(self, steps: Together) -> list[Row]:
        """Do several things in one transaction. See `Driver.at_once`."""
        return await self.transact(lambda: alone(steps), Latch.NONE)

    async def read(self, work: Callable[[], Work[Result]]) -> Result:
        """Run a unit of work that only reads. See `Driver.read`."""
        return await self._in_thread(lambda: self._transact(work, "BEGIN"))

    async def close(self) -> None:
        """Close the connection and end its thread."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._connection.close)
        self._thread.shutdown()
        if self._lock is not None:
            self._lock.close()

    async def _in_thread(self, call: Callable[[], Result]) -> Result:
        try:
            return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, call))
        except _DEFECTS as error:
            raise Rejected(error) from None
        except sqlite3.Error:
            raise store_unavailable() from None

    def _transact(self, work: Callable[[], Work[Result]], begin: str) -> Result:
        self._connection.execute(begin)
        try:
            result = self._drive(work())
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        return result

    def _drive(self, work: Work[Result]) -> Result:
        try:
            step = next(work)
            while True:
                step = work.send(self._run(step))
        except StopIteration as finished:
            result: Result = finished.value
            return result

    def _run(self, step: Step | Together | Hold) -> list[Row]:
        if isinstance(step, Hold):
            return []  # the one writer is held already
        if isinstance(step, Together):
            return [self._run(part) for part in step.steps]
        compiled = self._compiled.get(step.statement)
        if compiled is None:
            compiled = self._compiled[step.statement] = _compile(step.statement)
        return compiled.run(self._connection, step.values)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement in SQLite's words, with how values go in and come out."""

    sql: str
    constants: Mapping[str, Any]
    to_database: Mapping[int, Convert]
    from_database: Mapping[int, Convert]

    def run(self, connection: sqlite3.Connection, values: Mapping[str, Any] | Sequence[Row]) -> list[Row]:
        if isinstance(values, Mapping):
            sql, named = _expand(self.sql, {**self.constants, **values})
            return [_converted(row, self.from_database) for row in connection.execute(sql, named)]
        connection.executemany(self.sql, [_converted(row, self.to_database) for row in values])
        return []


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=True)
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    # Text that is none keeps no row beside it from being read; whoever encodes it again meets a UnicodeEncodeError.
    connection.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
    return connection


def _lock_for_serving(path: Path) -> Any:
    lock = path.with_name(path.name + ".serving").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise FailedPrecondition(
            "DATABASE_IN_USE",
            "Another service is serving this SQLite database: stop it, or use PostgreSQL for several.",
        ) from None
    return lock


def _compile(statement: Statement | Insert | Update) -> _Compiled:
    match statement:
        case Statement(clause):
            outgoing = _converters(clause.selected_columns, _FROM_DATABASE) if isinstance(clause, sa.Select) else {}
            compiled = clause.compile(dialect=_DIALECT)
            return _Compiled(str(compiled), constants(compiled), {}, outgoing)
        case Insert(table, columns):
            marks = ", ".join("?" * len(columns))
            sql = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - names of our tables
            incoming = _converters([table.c[name] for name in columns], _TO_DATABASE)
            return _Compiled(sql + on_conflict(statement), {}, incoming, {})
        case Update(table, (key, *others)):
            assignments = ", ".join(f"{name} = ?{position + 2}" for position, name in enumerate(others))
            sql = f"UPDATE {table.name} SET {assignments} WHERE {key} = ?1"  # noqa: S608 - names of our tables
            return _Compiled(sql, {}, _converters([table.c[name] for name in (key, *others)], _TO_DATABASE), {})
    raise AssertionError(statement)


def _expand(sql: str, values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Write each sequence of values out as named marks, in sizes of powers of two so that few texts are prepared."""
    named: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, list | tuple | set | frozenset):
            members = [_plain(member) for member in value]
            members += members[-1:] * ((1 << (len(members) - 1).bit_length()) - len(members) if members else 0)
            sql = sql.replace(f"__[POSTCOMPILE_{name}]", ", ".join(f":{name}_{n}" for n in range(len(members))))
            named.update({f"{name}_{n}": member for n, member in enumerate(members)})
        else:
            named[name] = _plain(value)
    return sql, named


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _instant_to_text(value)
    return value.isoformat() if isinstance(value, date) else value


def _converted(row: Row, converters: Mapping[int, Convert]) -> Row:
    if not converters:
        return row
    values = list(row)
    for position, convert in converters.items():
        if values[position] is not None:
            values[position] = convert(values[position])
    return values


def _converters(columns: Any, by_type: Mapping[type, Convert]) -> dict[int, Convert]:
    return {
        position: convert
        for position, column in enumerate(columns)
        for kind, convert in by_type.items()
        if isinstance(column.type, kind)
    }


def _instant_to_text(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


_TO_DATABASE: Mapping[type, Convert] = {Instant: _instant_to_text, sa.Date: date.isoformat}
_FROM_DATABASE: Mapping[type, Convert] = {
    Instant: datetime.fromisoformat,
    sa.Date: date.fromisoformat,
    sa.Boolean: bool,
}
