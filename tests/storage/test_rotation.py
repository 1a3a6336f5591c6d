"""That a rotation of the token key is whole or not at all, and that intake and objections do not meet it (R-032)."""

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from leadgate_service.domain import identity
from leadgate_service.domain.decision import Outcome, Reason
from leadgate_service.errors import Unavailable
from leadgate_service.keep_ring import KeepRing
from leadgate_service.storage import tables
from leadgate_service.storage.lead_book import INSERT_LEADS
from leadgate_service.storage.rotation import SET_TOKEN_VERSION
from leadgate_service.storage.sql_store import SqlStore

from tests.builders import IDA, candidate, crm_record, intake, person
from tests.storage.faults import Fault, FaultyDriver, Place, check_invariants, is_suppressed
from tests.storage.test_concurrency import Barrier, Stepping, waits
from tests.stores import Rings
from tests.told import told
from tests.worlds import World

pytestmark = pytest.mark.proves("R-032")

BEN = "ben.okafor@northpier.example.com"


def quiet(_done: int, _total: int) -> None:
    """Tell nobody how far it is."""


@pytest.fixture
def rings(tmp_path: Path) -> Rings:
    """Keys of this world alone."""
    return Rings.made(tmp_path)


@pytest.fixture
def newer(rings: Rings, tmp_path: Path) -> KeepRing:
    """The ring with the next token key, which no database uses yet."""
    KeepRing.add_token_key(tmp_path / "keep", rings.keep.token_version + 1)
    return KeepRing.open(tmp_path / "keep")


@pytest.fixture
def pair(shared_postgres_url: str, rings: Rings) -> Iterator[tuple[World, SqlStore, Stepping]]:
    """One PostgreSQL database, and a second store on it whose steps can be held."""
    with World.founded(shared_postgres_url, rings) as world:
        driver = world.run(Stepping.connect(shared_postgres_url))
        assert isinstance(driver, Stepping)
        second = world.another_store(driver)
        yield world, second, driver
        world.run(second.close())


def state(world: World) -> dict[str, set[tuple[object, ...]]]:
    """Every row that a rotation might touch."""
    kept = (table for table in tables.metadata.tables.values() if not table.name.startswith("audit_"))
    return {table.name: {tuple(row) for row in world.rows(sa.select(table))} for table in kept}


@pytest.mark.proves("P8")
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_rotation_that_is_cut_short_anywhere_changed_nothing(
    request: pytest.FixtureRequest, kind: str, rings: Rings, newer: KeepRing
) -> None:
    """The database is lost at every step and around the commit: all is under the old key, or all is under the new."""
    url = request.getfixturevalue("sqlite_url" if kind == "sqlite" else "shared_postgres_url")
    with World.founded(url, rings, wrap=FaultyDriver) as world:
        driver = world.driver
        assert isinstance(driver, FaultyDriver)
        world.admit(candidate(said=intake(crm_record=crm_record()), person=person()))
        world.register(BEN)
        before = state(world)
        places = (Place.BEFORE_STEP, Place.AFTER_STEP)
        steps = (Fault(place, step) for step in itertools.count() for place in places)
        for fault in itertools.chain([Fault(Place.BEFORE_COMMIT)], steps):
            driver.fault = fault
            try:
                world.run(world.store.rotate_token_key(newer, quiet))
            except Unavailable:
                assert state(world) == before, fault
            else:
                driver.fault = None
                break
        assert fault.step > 20
        after = state(world)
        assert after["installation"] != before["installation"]
        assert after["suppressions"].isdisjoint(before["suppressions"])
        world.rings = Rings(newer, rings.burn)
        world.store = world.another_store(driver)
        assert is_suppressed(world, BEN)
        check_invariants(world)


def test_a_commit_of_which_nobody_knows_is_found_out_by_starting_again(
    shared_postgres_url: str, rings: Rings, newer: KeepRing
) -> None:
    """The connection is lost after the commit: whoever rotates again is told that it is done, and nothing is twice."""
    with World.founded(shared_postgres_url, rings, wrap=FaultyDriver) as world:
        driver = world.driver
        assert isinstance(driver, FaultyDriver)
        world.register(BEN)
        driver.fault = Fault(Place.AFTER_COMMIT)
        for reason in ("STORE_UNAVAILABLE", "TOKEN_KEY_ROTATED"):
            with pytest.raises(Unavailable) as refused:
                world.run(world.store.rotate_token_key(newer, quiet))
            assert refused.value.reason == reason
        world.rings = Rings(newer, rings.burn)
        world.store = world.another_store(driver)
        assert is_suppressed(world, BEN)
        check_invariants(world)


def test_a_rotation_waits_for_an_answer_that_is_being_stored(
    pair: tuple[World, SqlStore, Stepping], newer: KeepRing
) -> None:
    """The answer was judged under the old key and is not written yet; the rotation waits, and wraps what it brought."""
    world, second, driver = pair

    async def scenario() -> bytes:
        async with Barrier(INSERT_LEADS) as driver.pause:
            admitting = asyncio.create_task(second.admit(world.admission(candidate(person=person()))))
            await driver.pause.reached.wait()
            rotating = asyncio.create_task(world.store.rotate_token_key(newer, quiet))
            assert await waits(rotating)
        await rotating
        return await admitting

    stored = told(world.run(scenario()))[0]
    world.rings = Rings(newer, world.rings.burn)
    world.store = world.another_store(world.driver)
    assert world.held(IDA).lead_id == stored.lead_id
    check_invariants(world)


@pytest.mark.proves("R-034", "P5")
def test_what_meets_a_rotation_halfway_is_refused(pair: tuple[World, SqlStore, Stepping], newer: KeepRing) -> None:
    """All tokens are wrapped and nothing is committed yet: an answer and an objection wait, and then store nothing.

    A look-up meanwhile sees the list as it was, whole and under the old key; afterwards it is refused.
    """
    world, second, driver = pair
    world.register(BEN)
    ben = identity.email_identifiers(BEN)

    async def scenario() -> tuple[bytes | BaseException, ...]:
        async with Barrier(SET_TOKEN_VERSION) as driver.pause:
            rotating = asyncio.create_task(second.rotate_token_key(newer, quiet))
            await driver.pause.reached.wait()
            admission = world.admission(candidate(said=intake(BEN), person=person()))
            admitting = asyncio.create_task(world.store.admit(admission))
            objecting = asyncio.create_task(world.store.register_objections(world.objection(IDA)))
            assert await waits(admitting)
            assert await waits(objecting)
            assert await world.store.is_suppressed(ben)
        await rotating
        return await asyncio.gather(admitting, objecting, return_exceptions=True)

    before = world.counts()
    answers = world.run(scenario())
    reasons = [answer.reason for answer in answers if isinstance(answer, Unavailable)]
    assert reasons == ["TOKEN_KEY_ROTATED"] * 2
    with pytest.raises(Unavailable):
        world.run(world.store.is_suppressed(ben))
    after = world.counts()
    assert {name for name in after if after[name] != before[name]} <= {"audit_entries", "audit_chains"}
    world.rings = Rings(newer, world.rings.burn)
    world.store = world.another_store(world.driver)
    assert world.admit(candidate(person=person()))[0].outcome is Outcome.STORED
    ben_again = candidate(said=intake(BEN), person=person("Ben Okafor", id="person-ben"))
    assert world.admit(ben_again)[0].reason is Reason.SUPPRESSED
    check_invariants(world)
