"""Databases whose transactions can be held in the midst, each a second process beside the one that goes on."""

import asyncio
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from threading import Event
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from leadgate_service.storage.driver import Driver
from leadgate_service.storage.postgres import PostgresDriver
from leadgate_service.storage.sqlite import SqliteDriver
from leadgate_service.storage.work import Hold, Latch, Row, Statement, Step, Together, Work

from tests.stores import SQLITE

Result = TypeVar("Result")

PATIENCE = 30.0
"""Seconds after which a held transaction goes on by itself, so that a failing test ends."""


class Moment(Enum):
    """Where a transaction is held."""

    BEFORE_READS = "behind its latch, before its first statement"
    BEFORE_WRITES = "between its reads and its writes"
    BEFORE_COMMIT = "between its writes and its commit"


@dataclass(frozen=True, slots=True)
class Barrier:
    """Holds the next transaction at one moment until it is opened.

    Attributes:
        moment: Where.
        reached: Set when a transaction is held.
        opened: To be set for it to go on.
    """

    moment: Moment
    reached: Event = field(default_factory=Event)
    opened: Event = field(default_factory=Event)

    def holds(self, moment: Moment) -> bool:
        """Say whether a transaction is to wait here; only the first that comes is."""
        if moment is not self.moment or self.reached.is_set():
            return False
        self.reached.set()
        return True


class HeldDriver(Driver, Protocol):
    """A database of which the next transaction meets a barrier.

    Attributes:
        barrier: None holds nothing.
    """

    barrier: Barrier | None


def moments_of(step: Step | Together | Hold, *, first: bool) -> list[Moment]:
    """Say which moments of a transaction are right before a step."""
    steps = step.steps if isinstance(step, Together) else (step,)
    before = [Moment.BEFORE_READS] if first else []
    return [*before, Moment.BEFORE_WRITES] if any(map(_writes, steps)) else before


def _writes(step: Step | Hold) -> bool:
    if isinstance(step, Hold):
        return False
    return not (isinstance(step.statement, Statement) and isinstance(step.statement.clause, sa.Select))


class HeldPostgres(PostgresDriver):
    """PostgreSQL, with a barrier in its transactions."""

    barrier: Barrier | None = None

    async def _drive(self, connection: Any, work: Work[Result], latch: Latch | None = None) -> Result:
        result = await super()._drive(connection, work, latch)
        if latch is not None:
            await self._wait_at(Moment.BEFORE_COMMIT)
        return result

    async def _run(self, connection: Any, step: Step | Together | Hold) -> list[Row]:
        for moment in moments_of(step, first=not isinstance(step, Hold)):
            await self._wait_at(moment)
        return await super()._run(connection, step)

    async def _wait_at(self, moment: Moment) -> None:
        if self.barrier is not None and self.barrier.holds(moment):
            await asyncio.to_thread(self.barrier.opened.wait, PATIENCE)


class HeldSqlite(SqliteDriver):
    """A SQLite file, with a barrier in its transactions."""

    barrier: Barrier | None = None

    def _drive(self, work: Work[Result]) -> Result:
        result = super()._drive(work)
        self._wait_at(Moment.BEFORE_COMMIT)
        return result

    def _run(self, step: Step | Together | Hold) -> list[Row]:
        for moment in moments_of(step, first=not isinstance(step, Hold)):
            self._wait_at(moment)
        return super()._run(step)

    def _wait_at(self, moment: Moment) -> None:
        if self.barrier is not None and self.barrier.holds(moment):
            self.barrier.opened.wait(PATIENCE)


async def held_driver(url: str) -> HeldDriver:
    """Open a database that can be held."""
    if url.startswith(SQLITE):
        return HeldSqlite(Path(url.removeprefix(SQLITE)), exclusive=False)
    driver = await HeldPostgres.connect(url, connections=4)
    assert isinstance(driver, HeldPostgres)
    return driver
