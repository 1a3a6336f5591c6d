"""What a change of the schema does to others who are at work, and they to it."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from functools import partial

import asyncpg
import pytest
from leadgate_service.errors import Unavailable
from leadgate_service.storage.migrations import Standing, check, downgrade, upgrade

from tests.storage.schemas import REVISIONS, fill, rows


async def while_another_upgrades(database_url: str, change: Callable[[], None]) -> None:
    """Begins a change while another process is upgrading, and ends that one when the change is seen waiting."""
    other = await asyncpg.connect(database_url)
    await other.execute("SELECT pg_advisory_lock(hashtext('leadgate.migrations'))")
    changing = asyncio.create_task(asyncio.to_thread(change))
    while not await other.fetch("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
        assert not changing.done(), "it did not wait"
    await other.close()
    await changing


@pytest.mark.proves("P33")
def test_an_upgrade_waits_for_the_one_under_way(postgres_url: str) -> None:
    """Replicas that start together may all upgrade: one does, the others wait and then go on."""
    downgrade(postgres_url, "base")
    asyncio.run(while_another_upgrades(postgres_url, partial(upgrade, postgres_url)))
    assert check(postgres_url).standing is Standing.CURRENT


async def beside_a_reader(database_url: str, change: Callable[[], None]) -> tuple[float, BaseException | None]:
    """Changes the schema while a transaction that has read every table stays open.

    Returns:
        The longest that a third party had to wait for a read meanwhile, in seconds, and how the change failed.
    """
    reader, third = await asyncpg.connect(database_url), await asyncpg.connect(database_url)
    names = [name for (name,) in await third.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    reads = [f"SELECT count(*) FROM {name}" for name in names] or ["SELECT 1"]  # noqa: S608 - names of our tables
    longest = 0.0
    async with reader.transaction():
        for read in reads:
            await reader.fetch(read)
        changing = asyncio.create_task(asyncio.to_thread(change))
        while not changing.done():
            for read in reads:
                start = time.monotonic()
                await third.fetch(read)
                longest = max(longest, time.monotonic() - start)
    await asyncio.wait([changing])
    await reader.close()
    await third.close()
    return longest, changing.exception()


@pytest.mark.proves("P33")
@pytest.mark.parametrize(("start", "end"), list(zip(["base", *REVISIONS], REVISIONS, strict=False)))
def test_an_upgrade_beside_a_long_read_blocks_nobody(postgres_url: str, start: str, end: str) -> None:
    """No upgrade, from any revision, makes others wait for a second because somebody is reading for long."""
    downgrade(postgres_url, start)
    fill(postgres_url)
    longest, error = asyncio.run(beside_a_reader(postgres_url, partial(upgrade, postgres_url, end)))
    assert longest < 1
    assert error is None


@pytest.mark.proves("P33")
def test_a_change_that_must_wait_for_a_reader_gives_up(postgres_url: str) -> None:
    """A change that needs a table which somebody reads for long is given up within a second, whole, and says so."""
    fill(postgres_url)
    before = rows(postgres_url)
    longest, error = asyncio.run(beside_a_reader(postgres_url, partial(downgrade, postgres_url, "base")))
    assert 0.2 < longest < 1, "others wait behind the change, but not for long"
    assert isinstance(error, Unavailable)
    assert error.reason == "SCHEMA_LOCKED"
    assert rows(postgres_url) == before


@pytest.mark.proves("P33")
def test_on_sqlite_a_long_read_keeps_no_upgrade_waiting(sqlite_url: str) -> None:
    """SQLite changes its tables beside an open reader, who goes on seeing what was there."""
    downgrade(sqlite_url, REVISIONS[0])
    reader = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM leads").fetchall()
    start = time.monotonic()
    upgrade(sqlite_url)
    assert time.monotonic() - start < 1
    assert reader.execute("SELECT count(*) FROM sqlite_master WHERE name = 'suppressions'").fetchone() == (0,)
    reader.close()


def test_on_sqlite_a_writer_makes_an_upgrade_give_up(sqlite_url: str) -> None:
    """An upgrade does not wait forever for a process that is writing, and says that nothing was changed."""
    downgrade(sqlite_url, REVISIONS[0])
    writer = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable) as refused:
        upgrade(sqlite_url)
    writer.close()
    assert refused.value.reason == "SCHEMA_LOCKED"
    assert check(sqlite_url).current == REVISIONS[0]
