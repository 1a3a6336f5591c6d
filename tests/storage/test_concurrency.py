"""That two at once are as one after the other: objections and intake, two stores, and callers that give up."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any, Self, TypeVar

import pytest
import sqlalchemy as sa
from leadgate_service.domain.decision import Outcome, Reason
from leadgate_service.errors import Unavailable
from leadgate_service.records import LeadFilter
from leadgate_service.storage import tables
from leadgate_service.storage.driver import CommitUnknown
from leadgate_service.storage.lead_book import INSERT_LEADS
from leadgate_service.storage.leads import MOST_EXAMINED
from leadgate_service.storage.lookups import INSERT_LOOKUPS
from leadgate_service.storage.objections import INSERT_OBJECTIONS
from leadgate_service.storage.postgres import PostgresDriver
from leadgate_service.storage.sql_store import SqlStore
from leadgate_service.storage.work import Hold, Latch, Row, Statement, Step, Together, Work, one_of

from tests.builders import IDA, TODAY, candidate, intake, person
from tests.copies import fill_with_copies
from tests.storage.faults import check_invariants, is_suppressed
from tests.stores import Rings
from tests.told import told
from tests.worlds import World

Result = TypeVar("Result")
Pause = Callable[[Any, Step | Together | Hold], Awaitable[None]]

A_MOMENT = 0.2
"""Seconds after which what has not happened is taken to be waiting."""


class Stepping(PostgresDriver):
    """PostgreSQL, with a pause before every step.

    Attributes:
        pause: Awaited with the connection and the step.
        latched: False leaves the objection latch alone.
    """

    pause: Pause | None = None
    latched = True

    async def transact(self, work: Callable[[], Work[Result]], latch: Latch) -> Result:
        """See `Driver.transact`."""
        return await super().transact(work, latch if self.latched else Latch.NONE)

    async def _run(self, connection: Any, step: Step | Together | Hold) -> list[Row]:
        if self.pause is not None:
            await self.pause(connection, step)
        return await super()._run(connection, step)


class Barrier:
    """Holds a transaction before one of its statements until it is let go.

    Args:
        statement: Which.
    """

    def __init__(self, statement: object) -> None:
        self._statement = statement
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Begin to hold."""
        return self

    async def __aexit__(self, *_failure: object) -> None:
        """Let go, however the test ended: a transaction that is held for ever would hold up the end, too."""
        self.opened.set()

    async def __call__(self, _connection: Any, step: Step | Together | Hold) -> None:
        """Wait, if this is the statement and nobody has opened yet."""
        if contains(step, self._statement):
            self.reached.set()
            await self.opened.wait()


def contains(step: Step | Together | Hold, statement: object) -> bool:
    """Whether a statement is sent with a step, alone or with others."""
    match step:
        case Hold():
            return False
        case Together(steps):
            return any(part.statement is statement for part in steps)
        case Step():
            return step.statement is statement


@pytest.fixture
def pair(shared_postgres_url: str, rings: Rings) -> Iterator[tuple[World, SqlStore, Stepping]]:
    """One PostgreSQL database, and a second store on it whose steps can be held."""
    with World.founded(shared_postgres_url, rings) as world:
        driver = world.run(Stepping.connect(shared_postgres_url))
        assert isinstance(driver, Stepping)
        second = world.another_store(driver)
        yield world, second, driver
        world.run(second.close())


async def waits(task: asyncio.Task[Any]) -> bool:
    """Whether a task is still waiting after a moment."""
    done, _ = await asyncio.wait([task], timeout=A_MOMENT)
    return not done


@pytest.mark.proves("R-019", "P5")
def test_an_answer_that_meets_an_objection_halfway_is_dropped(pair: tuple[World, SqlStore, Stepping]) -> None:
    """The objection is between its lock and its writes; the answer waits for it and is not stored: 0 rows."""
    world, second, driver = pair

    async def scenario() -> bytes:
        async with Barrier(INSERT_OBJECTIONS) as driver.pause:
            objecting = asyncio.create_task(second.register_objections(world.objection(IDA)))
            await driver.pause.reached.wait()
            admitting = asyncio.create_task(world.store.admit(world.admission(candidate(person=person()))))
            assert await waits(admitting)
        await objecting
        return await admitting

    (answer,) = told(world.run(scenario()))
    assert answer.reason is Reason.SUPPRESSED
    counts = world.counts()
    assert (counts["leads"], counts["lead_sources"], counts["changes"]) == (0, 0, 0)
    check_invariants(world)


@pytest.mark.proves("R-018", "R-019", "P5")
def test_an_objection_that_meets_an_answer_halfway_waits_for_it(pair: tuple[World, SqlStore, Stepping]) -> None:
    """The answer has been checked and not yet written; the objection waits, and then finds and suppresses the lead."""
    world, second, driver = pair

    async def scenario() -> tuple[bytes, bytes]:
        async with Barrier(INSERT_LEADS) as driver.pause:
            admitting = asyncio.create_task(second.admit(world.admission(candidate(person=person()))))
            await driver.pause.reached.wait()
            objecting = asyncio.create_task(world.store.register_objections(world.objection(IDA)))
            assert await waits(objecting)
        return await admitting, await objecting

    stored, registered = world.run(scenario())
    assert told(stored)[0].outcome is Outcome.STORED
    (acknowledged,) = world.told(registered)
    assert acknowledged is not None
    assert acknowledged.matched_leads == 1
    assert world.listed() == []
    assert world.held(IDA).suppressed
    check_invariants(world)


@pytest.mark.proves("R-019")
@pytest.mark.parametrize("halfway", ["objection", "answer"])
def test_without_the_latch_both_orders_would_store_an_objector(
    pair: tuple[World, SqlStore, Stepping],
    halfway: str,
) -> None:
    """The control: take the latch away and somebody who has objected is readable; so it is the latch that is tested."""
    world, second, driver = pair
    driver.latched = False

    async def scenario() -> None:
        unit, objection = world.admission(candidate(person=person())), world.objection(IDA)
        held_at = INSERT_OBJECTIONS if halfway == "objection" else INSERT_LEADS
        async with Barrier(held_at) as driver.pause:
            call = second.register_objections(objection) if halfway == "objection" else second.admit(unit)
            first = asyncio.create_task(call)
            await driver.pause.reached.wait()
            await (world.store.admit(unit) if halfway == "objection" else world.store.register_objections(objection))
        await first

    world.run(scenario())
    assert is_suppressed(world, IDA)
    assert len(world.listed()) == 1


def test_two_stores_that_take_in_the_same_person_make_one_lead(pair: tuple[World, SqlStore, Stepping]) -> None:
    """Both have found nobody; the second to write starts over, finds the first's lead and updates it."""
    world, second, driver = pair

    async def scenario() -> tuple[bytes, bytes]:
        async with Barrier(INSERT_LEADS) as driver.pause:
            held = asyncio.create_task(
                second.admit(world.admission(candidate(person=person(title="Held up", id=None))))
            )
            await driver.pause.reached.wait()
            through = await world.store.admit(world.admission(candidate(person=person(title="Went through", id=None))))
        return through, await held

    (first,), (later,) = map(told, world.run(scenario()))
    assert (first.outcome, later.outcome) == (Outcome.STORED, Outcome.UPDATED)
    assert first.lead_id == later.lead_id
    assert world.content(IDA).job_title == "Held up"
    counts = world.counts()
    assert (counts["leads"], counts["lookups"], counts["lead_sources"]) == (1, 1, 1)
    check_invariants(world)


@pytest.mark.proves("R-041")
def test_two_stores_that_link_two_leads_give_them_one_clock(pair: tuple[World, SqlStore, Stepping]) -> None:
    """Both answers carry one provider's id that neither store knows yet; one was obtained twenty days before."""
    world, second, driver = pair
    world.pass_days(20)
    older = candidate(obtained_time=world.now - timedelta(days=20), person=person())
    newer = candidate(said=intake("ida@elsewhere.example.net"), obtained_time=world.now, person=person())

    async def scenario() -> None:
        async with Barrier(INSERT_LEADS) as driver.pause:
            held = asyncio.create_task(second.admit(world.admission(newer)))
            await driver.pause.reached.wait()
            other = asyncio.create_task(world.store.admit(world.admission(older)))
            assert await waits(other)
        await held
        await other

    world.run(scenario())
    one, other = world.held(IDA), world.held("ida@elsewhere.example.net")
    assert (one.first_obtained_date, one.expire_date) == (other.first_obtained_date, other.expire_date)
    assert one.first_obtained_date == TODAY
    check_invariants(world)


@pytest.mark.proves("R-092")
def test_two_stores_do_not_ask_about_the_same_person_at_once(pair: tuple[World, SqlStore, Stepping]) -> None:
    """Both have found nobody asking; one may ask, and the other starts over and is told that somebody does."""
    world, second, driver = pair

    async def scenario() -> tuple[bytes | None, bytes | None]:
        async with Barrier(INSERT_LOOKUPS) as driver.pause:
            held = asyncio.create_task(second.claim(world.asking(intake())))
            await driver.pause.reached.wait()
            through = await world.store.claim(world.asking(intake()))
        return through, await held

    through, held = world.run(scenario())
    assert through is None
    assert held is not None
    assert told(held)[0].reason is Reason.LOOKUP_IN_PROGRESS
    entries = tables.audit_entries.c
    assert len(world.rows(sa.select(entries.sequence).where(entries.action == "disclosed_to_provider"))) == 1


@pytest.mark.proves("P9")
def test_one_request_sent_to_two_stores_has_one_effect(pair: tuple[World, SqlStore, Stepping]) -> None:
    """Thirty-two calls with one request id, half to each of two processes: one answer, one effect."""
    world, second, _ = pair
    unit = world.admission(candidate(person=person()))

    async def race() -> list[bytes]:
        return await asyncio.gather(*((world.store, second)[number % 2].admit(unit) for number in range(32)))

    before = world.counts()
    assert len(set(world.run(race()))) == 1
    after = world.counts()
    assert {name: after[name] - before[name] for name in after if after[name] - before[name] > 1} == {"aliases": 5}
    assert (after["leads"], after["changes"], after["requests"] - before["requests"]) == (1, 1, 1)
    assert after["audit_entries"] - before["audit_entries"] == 1


@pytest.mark.proves("R-018", "P5")
def test_in_whatever_order_they_come_nobody_who_objected_is_shown(world: World) -> None:
    """Forty people are taken in and half of them object, all at once: the objectors are gone, the others are there."""
    people = [f"person{number}@harbour{number}.example.org" for number in range(40)]
    objectors = people[::2]

    async def everything() -> None:
        calls: list[Awaitable[bytes]] = [world.store.register_objections(world.objection(email)) for email in objectors]
        for number, email in enumerate(people):
            item = candidate(said=intake(email), person=person(f"Person N{number}", id=f"person-{number}"))
            calls += [world.store.admit(world.admission(item)) for _ in range(2)]
        random.Random(7).shuffle(calls)
        await asyncio.gather(*calls)

    world.run(everything())
    listed = {lead.lead_id for lead in world.listed()}
    assert listed == {world.held(email).lead_id for email in people[1::2]}
    assert all(is_suppressed(world, email) for email in objectors)
    check_invariants(world)


@pytest.mark.proves("P4")
def test_a_caller_that_gives_up_leaves_all_or_nothing(world: World) -> None:
    """Calls are cancelled at every moment of their life; each took effect whole or not at all."""

    async def scenario() -> None:
        for turns in range(12):
            email = f"person{turns}@harbour{turns}.example.org"
            item = candidate(said=intake(email), person=person(id=f"person-{turns}"))
            calls = [
                asyncio.create_task(world.store.claim(world.asking(intake(email)))),
                asyncio.create_task(world.store.admit(world.admission(item))),
                asyncio.create_task(world.store.register_objections(world.objection(email))),
            ]
            for _ in range(turns):
                await asyncio.sleep(0)
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)

    world.run(scenario())
    assert world.admit(candidate(person=person()))[0].outcome is Outcome.STORED
    check_invariants(world)


@pytest.mark.proves("P2")
@pytest.mark.parametrize("statement", [INSERT_LEADS, INSERT_LOOKUPS])
def test_a_connection_that_breaks_takes_its_transaction_with_it(
    pair: tuple[World, SqlStore, Stepping],
    statement: object,
) -> None:
    """The database drops the connection in the middle: the call is told so, nothing is there, the next call works."""
    world, second, driver = pair
    unit = world.admission(candidate(person=person()))

    async def sever(connection: Any, step: Step | Together | Hold) -> None:
        if contains(step, statement):
            driver.pause = None
            await end_connection(world, connection)

    before = world.counts()
    driver.pause = sever
    with pytest.raises(Unavailable) as lost:
        world.run(second.admit(unit))
    assert not isinstance(lost.value, CommitUnknown)
    assert world.counts() == before
    assert told(world.run(second.admit(unit)))[0].outcome is Outcome.STORED
    check_invariants(world)


class Severed(Stepping):
    """PostgreSQL that loses the next connection right before its commit.

    Attributes:
        world: Through which the connection is ended; None to end none.
    """

    world: World | None = None

    async def _drive(self, connection: Any, work: Work[Result], latch: Latch | None = None) -> Result:
        result = await super()._drive(connection, work, latch)
        if self.world is not None:
            world, self.world = self.world, None
            await end_connection(world, connection)
        return result


async def end_connection(world: World, connection: Any) -> None:
    """Have the server end a connection, and wait until it has."""
    process = connection.get_server_pid()

    def work() -> Work[list[Row]]:
        ended = sa.func.pg_terminate_backend(process, 2_000)
        return (yield Statement(sa.select(ended))())

    assert await world.driver.read(work)


@pytest.mark.proves("P2", "P9")
def test_a_connection_lost_at_the_commit_leaves_the_outcome_open(shared_postgres_url: str, rings: Rings) -> None:
    """Nobody can say whether the commit happened: the caller is told to send again, and that takes effect once."""
    with World.founded(shared_postgres_url, rings) as world:
        driver = world.run(Severed.connect(shared_postgres_url))
        assert isinstance(driver, Severed)
        second = world.another_store(driver)
        unit = world.admission(candidate(person=person()))
        driver.world = world
        with pytest.raises(CommitUnknown):
            world.run(second.admit(unit))
        assert told(world.run(second.admit(unit)))[0].outcome is Outcome.STORED
        assert world.counts()["leads"] == 1
        check_invariants(world)
        world.run(second.close())


def test_a_page_skips_nobody_while_others_are_removed(pair: tuple[World, SqlStore, Stepping]) -> None:
    """Fifty leads are removed between two statements of a page; one that stays is not lost between two pages."""
    world, second, driver = pair
    world.admit(candidate(person=person()))
    tomorrow = TODAY + timedelta(days=1)
    lead_ids = fill_with_copies(world, MOST_EXAMINED + 20, first_obtained={MOST_EXAMINED + 9: tomorrow})
    remove = Statement(sa.delete(tables.leads).where(one_of(tables.leads.c.lead_id, "gone")))
    steps = 0

    def removing() -> Work[None]:
        yield remove(gone=lead_ids[:50])

    async def remove_between(_connection: Any, _step: Step | Together | Hold) -> None:
        nonlocal steps
        steps += 1
        if steps == 2:
            await world.driver.transact(removing, Latch.NONE)

    async def walk() -> list[bytes]:
        found: list[bytes] = []
        after = None
        driver.pause = remove_between
        while True:
            wanted = LeadFilter(first_obtained_from_date=tomorrow)
            page = await second.leads(wanted, today=world.today, after=after, most=500)
            found.extend(lead.lead_id for lead in page.leads)
            after = page.last_examined
            if after is None:
                return found

    assert world.run(walk()) == [lead_ids[MOST_EXAMINED + 9]]
