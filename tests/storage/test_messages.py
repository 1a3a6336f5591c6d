"""That what a unit of work does is the same in few messages as in many, with few rows as with many."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from leadgate_service.domain.candidate import Candidate
from leadgate_service.domain.decision import Outcome
from leadgate_service.storage import tables
from leadgate_service.storage.driver import Rejected
from leadgate_service.storage.postgres import MOST_IN_COMPANY, PostgresDriver
from leadgate_service.storage.sql_store import SqlStore
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
    together,
    up_to_last_writes,
)

from tests.builders import NOON, TODAY, candidate, company, crm_record, intake, person
from tests.stores import Rings
from tests.told import told
from tests.worlds import World

Result = TypeVar("Result")

ALIASES = ("key_token", "token", "kind")
LOOKUPS = tuple(tables.lookups.columns.keys())
CHANGES = ("lead_id", "kind", "reason", "recorded_time")
SELECT_LOOKUPS = sa.select(*tables.lookups.columns).order_by(tables.lookups.c.key_token)
SELECT_ALIASES = sa.select(*(tables.aliases.c[name] for name in ALIASES)).order_by(tables.aliases.c.token)
SELECT_CHANGES = sa.select(*(tables.changes.c[name] for name in CHANGES)).order_by(tables.changes.c.change_id)

INSERT_CHANGES = Insert(tables.changes, CHANGES)
UPDATE_LOOKUPS = Update(tables.lookups, ("key_token", "answered_time", "outcome"))


def token(number: int) -> bytes:
    """A token of its own for each number, in their order."""
    return number.to_bytes(16)


def lookup(number: int, outcome: str = "miss") -> Row:
    """A look-up record, of which every second was never answered and has no last day."""
    answered = (NOON, TODAY) if number % 2 else (None, None)
    return (token(number), "clearbit", bool(number % 3), outcome, NOON, answered[0], TODAY, answered[1], TODAY)


def change(number: int, kind: str = "upsert") -> Row:
    """A change of a lead."""
    return (token(number), kind, "stored", NOON + timedelta(microseconds=number))


def plain(rows: Sequence[Row]) -> list[Row]:
    """Rows as they were written: in UTC, bytes as bytes."""
    return [tuple(value.astimezone(UTC) if isinstance(value, datetime) else value for value in row) for row in rows]


@pytest.mark.parametrize("number", [0, 1, MOST_IN_COMPANY, MOST_IN_COMPANY + 1])
def test_what_is_written_together_is_read_as_it_was_written(world: World, number: int) -> None:
    """No row or one, few rows or many in each of three tables, in one step: each value is what it was."""
    aliases = [(token(0), token(one), "crm_record") for one in range(number)]
    lookups = [lookup(one) for one in range(number)]
    changes = [change(one) for one in range(number)]

    def work() -> Work[list[Row]]:
        return (
            yield together(
                Insert(tables.aliases, ALIASES, conflict="keep")(aliases),
                Insert(tables.lookups, LOOKUPS)(lookups),
                INSERT_CHANGES(changes),
            )
        )

    assert world.run(world.driver.transact(work, Latch.SHARED)) == [[], [], []]
    assert plain(world.rows(SELECT_ALIASES)) == aliases
    assert plain(world.rows(SELECT_LOOKUPS)) == lookups
    assert plain(world.rows(SELECT_CHANGES)) == changes


@pytest.mark.parametrize("number", [1, MOST_IN_COMPANY + 1])
def test_what_is_there_is_kept_replaced_or_updated(world: World, number: int) -> None:
    """Three kinds of writes meet rows that are there, beside new ones, in one step."""
    keep = Insert(tables.aliases, ALIASES, conflict="keep")
    replace = Insert(tables.lookups, LOOKUPS, conflict="replace")
    world.execute(keep([(token(0), token(one), "crm_record") for one in range(number)]))
    world.execute(replace([lookup(one) for one in range(2 * number)]))

    def work() -> Work[None]:
        yield together(
            keep([(token(0), token(one), "phone_e164") for one in range(2 * number)]),
            replace([lookup(one, "found") for one in range(number)]),
            UPDATE_LOOKUPS([(token(one), None, "failed") for one in range(number, 2 * number)]),
        )

    world.run(world.driver.transact(work, Latch.SHARED))
    kinds = [row[2] for row in world.rows(SELECT_ALIASES)]
    assert kinds == ["crm_record"] * number + ["phone_e164"] * number
    held = plain(world.rows(SELECT_LOOKUPS))
    assert held[:number] == [lookup(one, "found") for one in range(number)]
    assert [(row[3], row[5]) for row in held[number:]] == [("failed", None)] * number


def test_writes_that_travel_together_are_done_in_their_order(world: World) -> None:
    """Few rows of the feed, many, and few again: their ids tell which were first."""
    written = [[change(1), change(2)], [change(0)], [change(9)] * (MOST_IN_COMPANY + 1), [change(4)], [change(3)]]

    def work() -> Work[None]:
        yield together(*(INSERT_CHANGES(rows) for rows in written))

    world.run(world.driver.transact(work, Latch.SHARED))
    assert plain(world.rows(SELECT_CHANGES)) == [row for rows in written for row in rows]


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("number", [1, MOST_IN_COMPANY + 1])
def test_postgresql_refuses_what_is_too_long_and_cuts_nothing(
    shared_postgres_url: str, rings: Rings, number: int, *, alone: bool
) -> None:
    """A value that is longer than its column is a mistake, in the last of few rows or many; nothing is there then."""
    changes = INSERT_CHANGES([*map(change, range(number - 1)), change(number, "k" * 11)])
    beside = Insert(tables.lookups, LOOKUPS)([lookup(1)])
    with World.founded(shared_postgres_url, rings) as world:

        def work() -> Work[None]:
            yield changes if alone else together(beside, changes)

        with pytest.raises(Rejected):
            world.run(world.driver.transact(work, Latch.SHARED))
        assert world.rows(SELECT_CHANGES) == world.rows(SELECT_LOOKUPS) == []


def test_the_columns_of_postgresql_stand_in_the_order_of_the_code(shared_postgres_url: str, rings: Rings) -> None:
    """Rows are sent as values of the row type of their table, by place: a column may only be added at the end."""
    column = sa.table("columns", sa.column("table_name"), sa.column("column_name"), schema="information_schema").c
    place: sa.ColumnClause[int] = sa.column("ordinal_position")
    with World.founded(shared_postgres_url, rings) as world:
        rows = world.rows(sa.select(column.table_name, column.column_name).order_by(place))
    for table in tables.metadata.tables.values():
        assert [name for owner, name in rows if owner == table.name] == list(table.columns.keys())


class Counting(PostgresDriver):
    """PostgreSQL that notes what is sent to it before the commit.

    Attributes:
        sent: The text of each message.
    """

    async def _drive(self, connection: Any, work: Work[Result], latch: Latch | None = None) -> Result:
        self.sent: list[str] = []
        with connection.query_logger(lambda record: self.sent.append(record.query)):
            return await super()._drive(connection, work, latch)


def answer(number: int) -> Candidate:
    """An answer about an invented person, who is in the CRM."""
    return candidate(
        said=intake(f"person{number}@harbour{number}.example.org", crm_record=crm_record(f"00Q{number}")),
        person=person(f"Person N{number}", id=f"person-{number}"),
        company=company(f"harbour{number}.example.org"),
    )


@pytest.fixture
def counted(shared_postgres_url: str, rings: Rings) -> Iterator[tuple[World, SqlStore, Counting]]:
    """A second store whose messages are counted; it has an audit chain, and its connection has met every type."""
    with World.founded(shared_postgres_url, rings) as world:
        driver = world.run(Counting.connect(shared_postgres_url))
        assert isinstance(driver, Counting)
        second = world.another_store(driver)
        for _ in range(2):
            world.run(second.admit(world.admission(answer(0))))
        yield world, second, driver
        world.run(second.close())


@pytest.mark.parametrize("number", [1, MOST_IN_COMPANY])
def test_an_intake_is_four_messages_and_a_commit(counted: tuple[World, SqlStore, Counting], number: int) -> None:
    """The locks go with the beginning, and all that is written goes at once with its audit entry."""
    world, second, driver = counted
    unit = world.admission(*map(answer, range(1, number + 1)))
    assert {one.outcome for one in told(world.run(second.admit(unit)))} == {Outcome.STORED}
    begin, _, _, written = driver.sent
    assert "objection_latch" in begin
    assert begin.index("objection_latch") < begin.index("pg_advisory_xact_lock")
    for name in ("leads", "lead_sources", "crm_references", "changes", "aliases", "lookups", "requests"):
        assert f"INSERT INTO {name} " in written
    assert "INSERT INTO audit_entries " in written


def test_a_claim_is_four_messages_and_a_commit(counted: tuple[World, SqlStore, Counting]) -> None:
    """Before a provider is asked, the claim and its audit entry go at once."""
    world, second, driver = counted
    assert world.run(second.claim(world.asking(intake("new@harbour.example.org")))) is None
    _, _, _, written = driver.sent
    assert all(f"INSERT INTO {name} " in written for name in ("lookups", "requests", "audit_entries"))


def test_a_request_that_is_sent_again_is_only_read(counted: tuple[World, SqlStore, Counting]) -> None:
    """Its answer is known: after the beginning come the three reads, and nothing is sent that would write nothing."""
    world, second, driver = counted
    unit = world.admission(answer(1))
    first = world.run(second.admit(unit))
    assert world.run(second.admit(unit)) == first
    begin, *reads = driver.sent
    assert begin.startswith("BEGIN")
    assert ["FROM requests" in read for read in reads] == [True, False, False]
    assert not any("INSERT" in read for read in reads)


READ = Statement(sa.select(tables.policies.c.version))()
WRITE = INSERT_CHANGES([change(1)])
OTHER = INSERT_CHANGES([change(2)])


FOUND = ("row",)


def run_through(work: Work[Result], seen: list[Step | Together | Hold]) -> Result:
    """Run a unit of work on no database, where every step finds one row."""
    try:
        seen.append(next(work))
        while True:
            seen.append(work.send([FOUND]))
    except StopIteration as finished:
        result: Result = finished.value
        return result


@pytest.mark.parametrize(
    ("steps", "sent", "left"),
    [
        ([], [], ()),
        ([READ], [READ], ()),
        ([WRITE], [], (WRITE,)),
        ([READ, WRITE], [READ], (WRITE,)),
        ([WRITE, READ], [Together((WRITE,)), READ], ()),
        ([WRITE, OTHER], [Together((WRITE,))], (OTHER,)),
        ([Together((WRITE, OTHER))], [], (WRITE, OTHER)),
        ([Together((WRITE, READ))], [Together((WRITE, READ))], ()),
        ([WRITE, Hold(frozenset())], [Together((WRITE,)), Hold(frozenset())], ()),
    ],
)
def test_only_the_last_writes_are_left_to_the_caller(
    steps: list[Step | Together | Hold], sent: list[Step | Together | Hold], left: tuple[Step, ...]
) -> None:
    """Whatever a unit of work does, its steps go out once and in their order; what writes is answered without rows."""
    answered: list[list[Row]] = []
    seen: list[Step | Together | Hold] = []

    def work() -> Work[str]:
        for step in steps:
            rows = yield step
            answered.append(rows)
        return "done"

    assert run_through(up_to_last_writes(work()), seen) == ("done", left)
    assert seen == sent
    for step, rows in zip(steps, answered, strict=True):
        if step in sent:
            assert rows == [FOUND]
        else:
            assert rows == ([[], []] if isinstance(step, Together) else [])
