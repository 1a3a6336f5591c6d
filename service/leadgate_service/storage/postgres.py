"""PostgreSQL through asyncpg: values go column by column, as arrays, so that one text serves one row and a thousand.

Transactions run under READ COMMITTED. What must not race with an objection reads the objection latch first, and an
objection locks that table: a snapshot taken after the latch sees every objection that was acknowledged, and none can
be acknowledged before the transaction ends.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from leadgate_service.storage.driver import MOST_ATTEMPTS, Collision, CommitUnknown, store_unavailable
from leadgate_service.storage.work import Insert, Latch, Row, Statement, Step, Update, Work, constants, replacing

Result = TypeVar("Result")

COMMAND_SECONDS = 10.0
"""How long one statement may take before the call is given up."""

LOCK_MILLISECONDS = 5_000
"""How long an objection waits for the intakes that were there before it."""

_DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]  # the dialect has no annotations

_LATCH = {
    Latch.NONE: (),
    Latch.SHARED: ("SELECT 1 FROM objection_latch",),
    Latch.EXCLUSIVE: (
        f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}",
        "LOCK TABLE objection_latch IN ACCESS EXCLUSIVE MODE",
    ),
}

_LOST_RACES = (
    asyncpg.UniqueViolationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    Collision,
)
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

    async def read(self, work: Callable[[], Work[Result]]) -> Result:
        """Run a unit of work that only reads. See `Driver.read`."""
        try:
            async with self._pool.acquire() as connection:
                return await self._drive(connection, work())
        except _DATABASE_ERRORS:
            raise store_unavailable() from None

    async def close(self) -> None:
        """Close the pool."""
        await self._pool.close()

    async def _transact(self, work: Callable[[], Work[Result]], latch: Latch) -> Result:
        for _ in range(MOST_ATTEMPTS):
            try:
                return await self._attempt(work, latch)
            except _LOST_RACES:
                continue
            except _DATABASE_ERRORS:
                break
        raise store_unavailable()

    async def _attempt(self, work: Callable[[], Work[Result]], latch: Latch) -> Result:
        async with self._pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                for sql in _LATCH[latch]:
                    await connection.execute(sql)
                result = await self._drive(connection, work())
            except BaseException:
                await _roll_back(transaction)
                raise
            try:
                await transaction.commit()
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

    async def _run(self, connection: Any, step: Step) -> list[Row]:
        statement = step.statement
        if isinstance(statement, Insert) and statement.conflict == "fail":
            await connection.copy_records_to_table(
                statement.table.name,
                columns=statement.columns,
                records=step.values,
            )
            return []
        compiled = self._compiled.get(statement)
        if compiled is None:
            compiled = self._compiled[statement] = _compile(statement)
        rows: list[Row] = await connection.fetch(compiled.sql, *compiled.arguments(step.values))
        return rows


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


async def _roll_back(transaction: Any) -> None:
    try:
        await transaction.rollback()
    except _DATABASE_ERRORS:
        return


def _compile(statement: Statement | Insert | Update) -> _Compiled:
    match statement:
        case Statement(clause):
            compiled = clause.compile(dialect=_DIALECT)
            return _Compiled(str(compiled), tuple(compiled.positiontup or ()), constants(compiled))
        case Insert(table, columns, conflict):
            sql = f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT * FROM {_unnest(table, columns)}"  # noqa: S608 - names of our tables
            return _Compiled(sql + (replacing(table, columns) if conflict == "replace" else ""), (), {})
        case Update(table, (key, *others)):
            assignments = ", ".join(f"{name} = new.{name}" for name in others)
            source = f"{_unnest(table, statement.columns)} AS new({', '.join(statement.columns)})"
            sql = f"UPDATE {table.name} SET {assignments} FROM {source} WHERE {table.name}.{key} = new.{key}"  # noqa: S608 - names of our tables
            return _Compiled(sql, (), {})
    raise AssertionError(statement)


def _unnest(table: sa.Table, columns: Sequence[str]) -> str:
    arrays = (
        f"${position}::{table.c[name].type.compile(dialect=_DIALECT)}[]" for position, name in enumerate(columns, 1)
    )
    return f"unnest({', '.join(arrays)})"
