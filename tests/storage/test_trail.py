"""That whatever somebody wrote into a cell of the audit trail is found at its row, and hides no other (P30)."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from leadgate_service.audit import Entry, Head
from leadgate_service.audit_checkpoints import Checkpoint, Checkpoints
from leadgate_service.audit_verify import Report, verify
from leadgate_service.storage import tables, trail
from leadgate_service.storage.driver import CommitUnknown, Driver
from leadgate_service.storage.journal import Journal
from leadgate_service.storage.work import together

from tests.databases import Postgres
from tests.storage.faults import Fault, FaultyDriver, Place
from tests.stores import SQLITE, connected

pytestmark = pytest.mark.proves("P30", "R-074")

START = datetime(2027, 3, 14, 9, 26, 53, 589793, tzinfo=UTC)
FIRST, SECOND = UUID(int=1), UUID(int=2)
LENGTH = 6
"""Entries of each of the two chains."""

VALUES = {
    "nothing": "NULL",
    "text": "'x'",
    "text that is no UTF-8": "CAST(x'ff' AS TEXT)",
    "a number": "7",
    "a number of more bytes than there is memory": "1000000000000000",
    "a fraction": "5.5",
    "bytes": "x'00ff'",
    "its own bytes, as text": "CAST({0} AS TEXT)",
    "its own text, as bytes": "CAST({0} AS BLOB)",
}
"""What SQLite lets into any column that does not refuse it."""


def entry(number: int) -> Entry:
    """An entry unlike its neighbours."""
    return Entry(
        time=START + timedelta(seconds=number),
        principal=f"job-{number}",
        action="leadgate.v1.LeadService/GetLead",
        purpose="outreach" if number % 2 else None,
        outcome="OK",
        count=number,
        detail=f"suppressed={number}",
        policy_version=100 + number,
        tokens=b"sixteen bytes of" * (number % 3),
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """A trail in a database: a chain, the chain that continues it, and a checkpoint of both heads."""

    runner: asyncio.Runner
    driver: Driver
    checkpoints: Checkpoints

    def report(self) -> Report:
        """What the verifier finds."""
        return verify(self.runner.run(self.driver.read(trail.chains)), self.checkpoints)

    def places(self) -> set[tuple[UUID | None, int | None]]:
        """Where the verifier finds something."""
        return {(finding.chain_id, finding.sequence) for finding in self.report().findings}

    def heads(self) -> set[Head]:
        """What a checkpoint would witness."""
        return set(self.runner.run(self.driver.read(trail.heads)))


async def written(driver: FaultyDriver) -> Checkpoints:
    """Write two chains, between which a commit is lost, and witness them."""
    journal = Journal(driver, "a writer", lambda: START, iter((FIRST, SECOND)).__next__)
    for number in range(2 * LENGTH):
        if number == LENGTH:
            driver.fault = Fault(Place.BEFORE_COMMIT)
            with pytest.raises(CommitUnknown):
                await journal.append([entry(99)], together())
        await journal.append([entry(number)], together())
    heads = await driver.read(trail.heads)
    return Checkpoints(signed=(Checkpoint(time=START, heads=tuple(heads)),), rejected=())


@contextmanager
def kept(url: str) -> Iterator[Kept]:
    """Write a trail into a database."""
    with asyncio.Runner() as runner:
        driver = FaultyDriver(runner.run(connected(url)))
        try:
            yield Kept(runner, driver, runner.run(written(driver)))
        finally:
            runner.run(driver.close())


@dataclass(frozen=True, slots=True)
class Tampering:
    """Somebody who writes to the SQLite file behind the service's back."""

    file: sqlite3.Connection

    def rows(self, table: str) -> list[tuple[int, UUID, int]]:
        """The rows of a table: number, chain and place; a header has place 0."""
        place = "sequence" if table == "audit_entries" else "0"
        found = self.file.execute(f"SELECT rowid, chain_id, {place} FROM {table} ORDER BY chain_id, 3")  # noqa: S608 - names of our tables
        return [(row, UUID(bytes=chain_id), sequence) for row, chain_id, sequence in found]

    def write(self, table: str, row: int, change: str, *values: object) -> None:
        """Change a row."""
        self.file.execute(f"UPDATE {table} SET {change} WHERE rowid = {row}", values)  # noqa: S608 - texts of this file

    @contextmanager
    def cell(self, table: str, row: int, column: str, value: str) -> Iterator[bool]:
        """Put a value into a cell, and back what was there; gives False if there is nothing to be seen of it."""
        look = f"SELECT typeof({column}), {column} FROM {table} WHERE rowid = {row}"  # noqa: S608 - names of our tables
        before = self.file.execute(look).fetchone()
        try:
            self.write(table, row, f"{column} = {value.format(column)}")
        except sqlite3.IntegrityError:
            yield False
            return
        yield self.file.execute(look).fetchone() != before
        self.write(table, row, f"{column} = ?", before[1])


@pytest.fixture
def sqlite_trail(sqlite_url: str) -> Iterator[Kept]:
    """A trail in SQLite."""
    with kept(sqlite_url) as trail_there:
        yield trail_there


@pytest.fixture
def tampering(sqlite_url: str) -> Iterator[Tampering]:
    """Somebody who tampers with it."""
    file = sqlite3.connect(Path(sqlite_url.removeprefix(SQLITE)), isolation_level=None)
    file.execute("PRAGMA synchronous = OFF")
    file.text_factory = lambda raw: raw.decode(errors="surrogateescape")
    yield Tampering(file)
    file.close()


def test_a_trail_as_it_was_written_is_whole(database_url: str) -> None:
    """Two chains, the second of which continues the first, verify in either database."""
    with kept(database_url) as there:
        report = there.report()
        assert (report.chains, report.rows, report.checkpoints, report.findings) == (2, 2 * LENGTH, 1, ())
        assert {(head.chain_id, head.sequence) for head in there.heads()} == {(FIRST, LENGTH), (SECOND, LENGTH)}


@pytest.mark.parametrize("column", tables.audit_entries.columns.keys())
def test_a_value_of_any_type_in_an_entry_is_found_at_its_place(
    sqlite_trail: Kept, tampering: Tampering, column: str
) -> None:
    """Put anything into any one cell of any entry: its place is named, and no other but those of a changed key."""
    changes = 0
    for row, chain_id, sequence in tampering.rows("audit_entries"):
        for value in VALUES.values():
            with tampering.cell("audit_entries", row, column, value) as changed:
                places = sqlite_trail.places()
            changes += changed
            if column not in {"chain_id", "sequence"}:
                assert places == ({(chain_id, sequence)} if changed else set()), value
            elif changed:
                assert (chain_id, sequence) in places, value
    assert changes >= 2 * LENGTH * 5
    assert sqlite_trail.places() == set()


@pytest.mark.parametrize("column", tables.audit_chains.columns.keys())
def test_a_value_of_any_type_in_a_header_is_found_at_its_chain(
    sqlite_trail: Kept, tampering: Tampering, column: str
) -> None:
    """Put anything into any one cell of any header: its chain is named, and of others only one that it speaks of."""
    changes, before = 0, {FIRST} if column.startswith("previous_") else set()
    for row, chain_id, _ in tampering.rows("audit_chains"):
        for value in VALUES.values():
            with tampering.cell("audit_chains", row, column, value) as changed:
                places = sqlite_trail.places()
            changes += changed
            assert bool(places & {(chain_id, 0), (chain_id, 1)}) == changed, value
            assert {place[0] for place in places} <= {chain_id, None} | before, value
    assert changes >= 2 * 5
    assert sqlite_trail.places() == set()


def test_what_cannot_be_read_hides_nothing_else(sqlite_trail: Kept, tampering: Tampering) -> None:
    """However many cells are malformed, each is named, what stands in no chain at all included."""
    numbers = {(chain_id, sequence): row for row, chain_id, sequence in tampering.rows("audit_entries")}
    headers = {chain_id: row for row, chain_id, _ in tampering.rows("audit_chains")}
    for place, cell in {
        (FIRST, 2): "recorded_time = 'x'",
        (FIRST, 3): "chain_id = 1000000000000000",
        (FIRST, 4): "detail = x'00'",
        (FIRST, 6): "count = 'many', hash = x''",
        (SECOND, 1): "tokens = 'x'",
        (SECOND, 3): "sequence = 'x'",
        (SECOND, 4): "principal = CAST(x'ff' AS TEXT)",
    }.items():
        tampering.write("audit_entries", numbers[place], cell)
    tampering.write("audit_chains", headers[SECOND], "chain_id = 'x'")
    report = sqlite_trail.report()
    assert {(finding.chain_id, finding.sequence) for finding in report.findings} == {
        *((FIRST, place) for place in (2, 3, 4, 6)),
        *((SECOND, place) for place in (0, 1, 3, 4)),
        (None, 0),
        (None, 3),
        (SECOND, None),
    }
    assert (report.chains, report.rows) == (2, 2 * LENGTH)


@pytest.mark.parametrize("cell", ["hash = 'x'", "sequence = 'x'", "chain_id = 1000000000000000"])
def test_a_head_that_cannot_be_read_leaves_the_others_witnessed(
    sqlite_trail: Kept, tampering: Tampering, cell: str
) -> None:
    """Checkpoints go on for the other chains."""
    (last,) = [row for row, *place in tampering.rows("audit_entries") if place == [FIRST, LENGTH]]
    (of_second,) = [head for head in sqlite_trail.heads() if head.chain_id == SECOND]
    tampering.write("audit_entries", last, cell)
    assert {head for head in sqlite_trail.heads() if head.sequence == LENGTH} == {of_second}


@pytest.mark.parametrize("moment", ["infinity", "-infinity", "20000-01-01", "4000-01-01 BC"])
def test_a_moment_that_only_postgresql_has_is_found_at_its_row(postgres_url: str, moment: str) -> None:
    """PostgreSQL's times go beyond what a year of four digits can say: such an entry is named, as such a header is."""
    with kept(postgres_url) as there:
        entries = "UPDATE audit_entries SET recorded_time = $1::text::timestamptz WHERE count = 1"
        there.runner.run(executed(postgres_url, entries, moment))
        assert there.places() == {(FIRST, 2)}
        there.runner.run(executed(postgres_url, "UPDATE audit_chains SET opened_time = $1::text::timestamptz", moment))
        assert {chain_id for chain_id, sequence in there.places() if sequence in {0, 1}} == {FIRST, SECOND}


async def executed(url: str, sql: str, value: str) -> None:
    """Run one statement in a PostgreSQL database."""
    connection = await asyncpg.connect(url)
    await connection.execute(sql, value)
    await connection.close()


def test_how_a_session_writes_times_changes_nothing(postgres: Postgres, postgres_url: str) -> None:
    """A database with a zone and a date order of its own holds the same trail."""
    name = postgres_url.removeprefix("postgresql://postgres@/").partition("?")[0]
    for setting in ("TimeZone = 'Asia/Kathmandu'", "DateStyle = 'SQL, DMY'"):
        postgres.execute(f"ALTER DATABASE {name} SET {setting}")
    with kept(postgres_url) as there:
        assert there.places() == set()
