"""PostgreSQL through asyncpg: values go column by column, as arrays, so that one text serves one row and a thousand.

Transactions run under READ COMMITTED. What must not race with an objection reads the objection latch first, and an
objection locks that table: a snapshot taken after the latch sees every objection that was acknowledged, and none can
be acknowledged before the transaction ends.
"""

import asyncio
import functools
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from leadgate_service.storage.driver import MOST_ATTEMPTS, Collision, CommitUnknown, Rejected, store_unavailable
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
    constants,
    on_conflict,
)

Result = TypeVar("Result")

COMMAND_SECONDS = 10.0
"""How long one statement may take before the call is given up."""

LOCK_MILLISECONDS = 5_000
"""How long an objection waits for the intakes that were there before it."""

_MARK = re.compile(r"\$([0-9]+)")

_DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]  # the dialect has no annotations

_BEGIN = {
    Latch.NONE: "BEGIN",
    Latch.SHARED: "BEGIN; SELECT 1 FROM objection_latch",
    Latch.EXCLUSIVE: f"BEGIN; SET LOCAL lock_timeout = {LOCK_MILLISECONDS}; "
    "LOCK TABLE objection_latch IN ACCESS EXCLUSIVE MODE",
}
"""How a transaction begins, in one message; a statement after it has a snapshot of its own, from behind the latch."""

_HOLD = "SELECT pg_advisory_xact_lock(token) FROM unnest($1::bigint[]) AS token"
"""In one order everywhere, so that two transactions do not wait for each other."""

_LOST_RACES = (
    asyncpg.UniqueViolationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    Collision,
)
_DEFECTS = (
    asyncpg.DataError,
    asyncpg.NotNullViolationError,
    asyncpg.ForeignKeyViolationError,
    asyncpg.CheckViolationError,
    asyncpg.SyntaxOrAccessError,
)
"""What the same request would meet again, however often it is sent: a mistake of ours, not an outage."""

_DATABASE_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


class PostgresDriver:
    """Runs units of work on a pool of held connections."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._compiled: dict[Statement | Insert | Update, _Compiled] = {}

    @classmethod
    async def connect(cls, dsn: str, *, connections: int = 6) -> "PostgresDriver":
        """Open the pool.

        Args:
            dsn: `postgresql://...`, as libpq writes it.
            connections: How many connections are held.

        Raises:
            Unavailable: STORE_UNAVAILABLE: the database cannot be reached.
        """
        try:
            pool = await asyncpg.create_pool(
                dsn,
                min_size=1,
                max_size=connections,
                init=_prepare,
                reset=_keep,
                command_timeout=COMMAND_SECONDS,
                server_settings={"application_name": "leadgate"},
            )
        except _DATABASE_ERRORS:
            raise store_unavailable() from None
        return cls(pool)

    async def transact(self, work: Callable[[], Work[Result]], latch: Latch) -> Result:
        """Run a unit of work in one transaction. See `Driver.transact`."""
        return await asyncio.shield(self._transact(work, latch))

    async def at_once(self, steps: Together) -> list[Row]:
        """Do several things in one statement. See `Driver.at_once`."""
        return await asyncio.shield(self._at_once(steps))

    async def read(self, work: Callable[[], Work[Result]]) -> Result:
        """Run a unit of work that only reads. See `Driver.read`."""
        try:
            async with self._pool.acquire() as connection:
                return await self._drive(connection, work())
        except _DEFECTS as error:
            raise Rejected(error) from None
        except _DATABASE_ERRORS:
            raise store_unavailable() from None

    async def close(self) -> None:
        """Close the pool."""
        await self._pool.close()

    async def _at_once(self, steps: Together) -> list[Row]:
        try:
            async with self._pool.acquire() as connection:
                return await self._run_together(connection, steps.steps)
        except _DEFECTS as error:
            raise Rejected(error) from None
        except _DATABASE_ERRORS:
            raise CommitUnknown from None

    async def _transact(self, work: Callable[[], Work[Result]], latch: Latch) -> Result:
        lost: Exception | None = None
        for _ in range(MOST_ATTEMPTS):
            try:
                return await self._attempt(work, latch)
            except _LOST_RACES as error:
                lost = error
            except _DEFECTS as error:
                raise Rejected(error) from None
            except _DATABASE_ERRORS:
                raise store_unavailable() from None
        if isinstance(lost, asyncpg.UniqueViolationError):
            raise Rejected(lost) from None  # what stands in its way is there to stay
        raise store_unavailable()

    async def _attempt(self, work: Callable[[], Work[Result]], latch: Latch) -> Result:
        async with self._pool.acquire() as connection:
            try:
                await connection.execute(_BEGIN[latch])
                result = await self._drive(connection, work())
            except BaseException:
                await _roll_back(connection)
                raise
            try:
                await connection.execute("COMMIT")
            except _LOST_RACES:
                raise
            except _DATABASE_ERRORS:
                _give_up(connection)
                raise CommitUnknown from None
            return result

    async def _drive(self, connection: Any, work: Work[Result]) -> Result:
        try:
            step = next(work)
            while True:
                step = work.send(await self._run(connection, step))
        except StopIteration as finished:
            result: Result = finished.value
            return result

    async def _run(self, connection: Any, step: Step | Together | Hold) -> list[Row]:
        if isinstance(step, Hold):
            await connection.execute(_HOLD, sorted(int.from_bytes(token[:8], signed=True) for token in step.tokens))
            return []
        if isinstance(step, Together):
            return await self._run_together(connection, step.steps)
        statement = step.statement
        if isinstance(statement, Insert) and statement.conflict == "fail":
            await connection.copy_records_to_table(
                statement.table.name,
                columns=statement.columns,
                records=step.values,
            )
            return []
        compiled = self._compiled_of(statement)
        rows: list[Row] = await connection.fetch(compiled.sql, *compiled.arguments(step.values))
        return rows

    async def _run_together(self, connection: Any, steps: Sequence[Step]) -> list[Row]:
        parts = [self._compiled_of(step.statement) for step in steps]
        arguments = [value for part, step in zip(parts, steps, strict=True) for value in part.arguments(step.values)]
        inserts = tuple(isinstance(step.statement, Insert) for step in steps)
        found = await connection.fetchrow(_together(tuple(part.sql for part in parts), inserts), *arguments)
        return list(found)

    def _compiled_of(self, statement: Statement | Insert | Update) -> "_Compiled":
        compiled = self._compiled.get(statement)
        if compiled is None:
            compiled = self._compiled[statement] = _compile(statement)
        return compiled


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement in PostgreSQL's words, and the order of its named values."""

    sql: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]

    def arguments(self, values: Mapping[str, Any] | Sequence[Row]) -> Sequence[Any]:
        if isinstance(values, Mapping):
            return [values[name] if name in values else self.constants[name] for name in self.names]
        return list(zip(*values, strict=True))


async def _prepare(connection: Any) -> None:
    """Pass UUIDs as their 16 bytes, as SQLite does."""
    await connection.set_type_codec("uuid", schema="pg_catalog", encoder=_same, decoder=_same, format="binary")


async def _keep(connection: Any) -> None:
    """Leave a returned connection as it is: a reset would cost a round trip, and nothing sets session state."""


def _same(value: bytes) -> bytes:
    return value


def _give_up(connection: Any) -> None:
    """End a connection of which nobody knows what it last did; one that broke has left the pool by itself."""
    with suppress(asyncpg.InterfaceError):
        connection.terminate()


async def _roll_back(connection: Any) -> None:
    """Undo what was done; a connection on which even that fails must not be used again."""
    try:
        await connection.execute("ROLLBACK")
    except _DATABASE_ERRORS:
        _give_up(connection)


def _compile(statement: Statement | Insert | Update) -> _Compiled:
    match statement:
        case Statement(clause):
            compiled = clause.compile(dialect=_DIALECT)
            return _Compiled(str(compiled), tuple(compiled.positiontup or ()), constants(compiled))
        case Insert(table, columns):
            sql = f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT * FROM {_unnest(table, columns)}"  # noqa: S608 - names of our tables
            return _Compiled(sql + on_conflict(statement), (), {})
        case Update(table, (key, *others)):
            assignments = ", ".join(f"{name} = new.{name}" for name in others)
            source = f"{_unnest(table, statement.columns)} AS new({', '.join(statement.columns)})"
            sql = f"UPDATE {table.name} SET {assignments} FROM {source} WHERE {table.name}.{key} = new.{key}"  # noqa: S608 - names of our tables
            return _Compiled(sql, (), {})
    raise AssertionError(statement)


@functools.cache
def _together(statements: tuple[str, ...], inserts: tuple[bool, ...]) -> str:
    """Join statements into one, whose one row has an array of rows for each; an insert's is empty."""
    written: list[str] = []
    arrays: list[str] = []
    marks = 0
    for sql, is_insert in zip(statements, inserts, strict=True):
        numbered = _renumbered(sql, marks)
        marks += max((int(number) for number in _MARK.findall(sql)), default=0)
        if is_insert:
            written.append(f"written_{len(written)} AS ({numbered})")
        arrays.append("'{}'::int[]" if is_insert else f"ARRAY(SELECT found FROM ({numbered}) found)")  # noqa: S608 - statements of ours
    return f"{'WITH ' if written else ''}{', '.join(written)} SELECT {', '.join(arrays)}"


def _renumbered(sql: str, by: int) -> str:
    return _MARK.sub(lambda mark: f"${int(mark[1]) + by}", sql)


def _unnest(table: sa.Table, columns: Sequence[str]) -> str:
    arrays = (
        f"${position}::{table.c[name].type.compile(dialect=_DIALECT)}[]" for position, name in enumerate(columns, 1)
    )
    return f"unnest({', '.join(arrays)})"
