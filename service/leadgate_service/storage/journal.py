"""The audit chain of one writer: every unit of work that it commits carries its entries in the same transaction."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from leadgate_service.audit import Chain, ChainedEntry, ChainHeader, Entry
from leadgate_service.storage import tables
from leadgate_service.storage.driver import CommitUnknown, Driver
from leadgate_service.storage.work import Insert, Latch, Row, Step, Together, Work, together, up_to_last_writes

Result = TypeVar("Result")

Record = Callable[[Entry], None]
"""What a unit of work calls to leave an entry."""

INSERT_CHAINS = Insert(
    tables.audit_chains,
    ("chain_id", "writer", "opened_time", "previous_chain_id", "previous_sequence", "previous_hash"),
)
INSERT_ENTRIES = Insert(tables.audit_entries, tuple(column.name for column in tables.audit_entries.columns))


class Journal:
    """Commits units of work one after another, each with its audit entries chained to the last.

    Args:
        driver: The database.
        writer: What the chain is called.
        now: The clock.
        new_id: Makes chain ids.
    """

    def __init__(self, driver: Driver, writer: str, now: Callable[[], datetime], new_id: Callable[[], UUID]) -> None:
        self._driver = driver
        self._now = now
        self._new_id = new_id
        self._lock = asyncio.Lock()
        self._chain = Chain(ChainHeader(chain_id=new_id(), writer=writer, opened_time=now(), previous=None))

    async def commit(self, work: Callable[[Record], Work[Result]], latch: Latch = Latch.NONE) -> Result:
        """Run a unit of work that may leave audit entries, and chain those it left.

        The lock is held until the outcome is known, even if the caller gives up meanwhile: only then does the chain
        know its head.

        Raises:
            Unavailable: STORE_UNAVAILABLE, see `Driver.transact`.
        """
        return await asyncio.shield(self._commit(work, latch))

    async def append(self, entries: Sequence[Entry], besides: Together) -> list[Row]:
        """Chain entries that belong to no other change, and do something else in the same message.

        Returns:
            The rows of what was done besides.

        Raises:
            Unavailable: STORE_UNAVAILABLE, see `Driver.at_once`.
        """
        return await asyncio.shield(self._append(entries, besides))

    async def _commit(self, work: Callable[[Record], Work[Result]], latch: Latch) -> Result:
        async with self._lock, self._leaving_the_unknown():
            result, links = await self._driver.transact(lambda: self._chained(work), latch)
            if links:
                self._chain.advance(links)
            return result

    async def _append(self, entries: Sequence[Entry], besides: Together) -> list[Row]:
        async with self._lock, self._leaving_the_unknown():
            links = self._chain.link(entries)
            steps = [*self._rows(links), *besides.steps]
            found = await self._driver.at_once(together(*steps))
            self._chain.advance(links)
            return found[-len(besides.steps) :] if besides.steps else []

    @asynccontextmanager
    async def _leaving_the_unknown(self) -> AsyncIterator[None]:
        """Go on with a new chain after a commit of which nobody knows whether it happened."""
        try:
            yield
        except CommitUnknown:
            self._chain = self._chain.successor(self._new_id(), self._now())
            raise

    def _chained(self, work: Callable[[Record], Work[Result]]) -> Work[tuple[Result, list[ChainedEntry]]]:
        entries: list[Entry] = []
        result, last = yield from up_to_last_writes(work(entries.append))
        links = self._chain.link(entries)
        yield together(*last, *self._rows(links))
        return result, links

    def _rows(self, links: Sequence[ChainedEntry]) -> list[Step]:
        """Make the rows of entries; the first of a chain bring its header."""
        header = [INSERT_CHAINS([_header_row(self._chain.header)])] if links and links[0].sequence == 1 else []
        return [*header, INSERT_ENTRIES([_entry_row(link) for link in links])] if links else []


def _header_row(header: ChainHeader) -> Row:
    previous: Sequence[object] = (None, None, None)
    if header.previous is not None:
        previous = (header.previous.chain_id.bytes, header.previous.sequence, header.previous.hash)
    return (header.chain_id.bytes, header.writer, header.opened_time, *previous)


def _entry_row(link: ChainedEntry) -> Row:
    entry = link.entry
    return (
        link.chain_id.bytes,
        link.sequence,
        entry.time,
        entry.principal,
        entry.action,
        entry.purpose,
        entry.outcome,
        entry.count,
        entry.detail,
        entry.policy_version,
        entry.tokens,
        link.hash,
    )
