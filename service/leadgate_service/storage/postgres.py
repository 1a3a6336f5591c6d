"""PostgreSQL through asyncpg: what can go in one message does, since messages are most of what a small flush costs.

Transactions run under READ COMMITTED. What must not race with an objection reads the objection latch first, and an
objection locks that table: a snapshot taken after the latch sees every objection that was acknowledged, and none can
be acknowledged before the transaction ends.
"""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import asyncpg

from leadgate_service.storage.driver import MOST_ATTEMPTS, Collision, CommitUnknown, Rejected, store_unavailable
from leadgate_service.storage.postgres_sql import Compiled, begin, compile_statement, hold, joined
from leadgate_service.storage.work import Hold, Insert, Latch, Row, Statement, Step, Together, Update, Work

Result = TypeVar("Result")

COMMAND_SECONDS = 10.0
"""How long one statement may take before the call is given up."""

MOST_IN_COMPANY = 128
"""How many rows of a table travel with others; measured: of more, COPY saves more than its own message costs."""

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
        self._compiled: dict[Statement | Insert | Update, Compiled] = {}

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
                return await self._send(connection, steps.steps)
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
                result = await self._drive(connection, work(), latch)
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

    async def _drive(self, connection: Any, work: Work[Result], latch: Latch | None = None) -> Result:
        """Run each step of a unit of work, in a transaction if there is a latch."""
        try:
            step = next(work)
            if latch is not None:
                await connection.execute(begin(latch, step))
                if isinstance(step, Hold):
                    step = work.send([])
            while True:
                step = work.send(await self._run(connection, step))
        except StopIteration as finished:
            result: Result = finished.value
            return result

    async def _run(self, connection: Any, step: Step | Together | Hold) -> list[Row]:
        match step:
            case Hold():
                await connection.execute(hold(step))
                return []
            case Together(steps):
                return await self._run_all(connection, steps)
            case Step():
                return list((await self._run_all(connection, (step,)))[0])

    async def _run_all(self, connection: Any, steps: Sequence[Step]) -> list[Row]:
        """Run steps of a transaction, in their order and in as few messages as are cheap."""
        found: list[Row] = []
        for many, some in itertools.groupby(steps, key=_brings_many):
            if many:
                found += [await _copy(connection, step.statement, step.values) for step in some]
            else:
                found += await self._send(connection, tuple(some))
        return found

    async def _send(self, connection: Any, steps: Sequence[Step]) -> list[Row]:
        """Send steps as one message, and return the rows of each."""
        parts = tuple(self._compiled_of(step.statement) for step in steps)
        arguments = [value for part, step in zip(parts, steps, strict=True) for value in part.arguments(step.values)]
        if len(parts) == 1:
            return [await connection.fetch(parts[0].sql, *arguments)]
        return list(await connection.fetchrow(joined(parts), *arguments))

    def _compiled_of(self, statement: Statement | Insert | Update) -> Compiled:
        compiled = self._compiled.get(statement)
        if compiled is None:
            compiled = self._compiled[statement] = compile_statement(statement)
        return compiled


def _brings_many(step: Step) -> bool:
    """Whether a step is for COPY, which knows nothing of rows that are there already."""
    statement = step.statement
    return isinstance(statement, Insert) and statement.conflict == "fail" and len(step.values) > MOST_IN_COMPANY


async def _copy(connection: Any, insert: Any, rows: Any) -> list[Row]:
    await connection.copy_records_to_table(insert.table.name, columns=insert.columns, records=rows)
    return []


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
