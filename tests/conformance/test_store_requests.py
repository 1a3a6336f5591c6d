"""What every store does with a request that is sent again: the same answer, and no second effect (P9)."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from leadgate_service.domain.decision import Outcome
from leadgate_service.errors import FailedPrecondition
from leadgate_service.records import Caller
from leadgate_service.storage import tables
from leadgate_service.storage.requests import LIFE

from tests.builders import IDA, candidate, intake, person
from tests.stores import Rings
from tests.worlds import World

Send = Callable[[World, Caller], object]

SENDING: dict[str, Send] = {
    "admit": lambda world, caller: world.admit(candidate(rules=world.policy, person=person()), caller=caller),
    "register_objections": lambda world, caller: world.register(IDA, caller=caller).objection_id,
    "apply_policy": lambda world, caller: world.run(
        world.store.apply_policy(world.policy_change({("retention", "lead_days"): 30}, caller=caller)),
    ),
}


@pytest.mark.proves("P9")
@pytest.mark.parametrize("method", SENDING)
def test_a_request_sent_again_is_answered_alike_and_does_nothing(world: World, method: str) -> None:
    """Sent fifty times, within 72 hours and whatever happened since: one answer, one effect, one audit entry."""
    caller = world.caller()
    first = SENDING[method](world, caller)
    counts = world.counts()
    for _ in range(50):
        world.now += timedelta(hours=1)
        assert SENDING[method](world, caller) == first
    assert world.counts() == counts


@pytest.mark.proves("P9")
@pytest.mark.parametrize("method", SENDING)
def test_a_request_id_with_another_body_is_refused(world: World, method: str) -> None:
    """The id belongs to the body that it first came with, and to the principal that used it."""
    caller = world.caller()
    SENDING[method](world, caller)
    counts = world.counts()
    other = Caller(caller.principal, caller.action, caller.request_id, b"another body")
    with pytest.raises(FailedPrecondition, match="request id was used before") as refused:
        SENDING[method](world, other)
    assert refused.value.reason == "REQUEST_ID_REUSED"
    assert world.counts() == counts


@pytest.mark.proves("P9")
def test_two_principals_may_use_the_same_id(world: World) -> None:
    """A request id is unique per principal, so nobody can take somebody else's answer."""
    mine = world.caller("same")
    theirs = Caller("demo-crm-sync", mine.action, "same", b"another body")
    world.admit(candidate(person=person()), caller=mine)
    assert world.admit(candidate(person=person()), caller=theirs)[0].outcome is Outcome.UPDATED


@pytest.mark.proves("P9")
def test_after_72_hours_an_id_is_free(world: World) -> None:
    """An answer is remembered for 72 hours; after that the id is a new request's."""
    caller = world.caller()
    world.admit(candidate(person=person()), caller=caller)
    world.now += LIFE - timedelta(seconds=1)
    assert world.admit(candidate(person=person()), caller=caller)[0].outcome is Outcome.STORED
    world.now += timedelta(seconds=1)
    assert world.admit(candidate(person=person()), caller=caller)[0].outcome is Outcome.UPDATED


@pytest.mark.proves("P9")
def test_a_request_is_known_again_after_a_restart(database_url: str, rings: Rings) -> None:
    """What was answered is in the database, not in the process."""
    with World.founded(database_url, rings) as world:
        first = world.admit(candidate(person=person()), caller=world.caller("once"))
    again = World(database_url, rings)
    again.policy = again.policy.numbered(1)
    try:
        assert again.admit(candidate(person=person()), caller=again.caller("once")) == first
        assert again.findings() == ()
    finally:
        again.close()


@pytest.mark.proves("P9")
def test_thirty_two_callers_with_one_request_have_one_effect(world: World) -> None:
    """A race of 32 calls with one id: all get the same bytes; one lead, one change and one entry are there."""
    caller = world.caller()

    async def race() -> list[bytes]:
        unit = world.admission(candidate(person=person()), caller=caller)
        return await asyncio.gather(*(world.store.admit(unit) for _ in range(32)))

    before = world.counts()
    assert len(set(world.run(race()))) == 1
    after = world.counts()
    grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    grown.pop("audit_chains", None)
    once = ("leads", "lead_sources", "lookups", "requests", "changes", "audit_entries")
    assert grown == {**dict.fromkeys(once, 1), "aliases": 5}


@pytest.mark.proves("P9")
def test_the_same_bytes_to_another_method_are_another_request(world: World) -> None:
    """Bytes that are a look-up may be an objection, too: what answered the one does not answer the other."""
    caller = world.caller()
    world.admit(candidate(person=person()), caller=caller)
    with pytest.raises(FailedPrecondition) as refused:
        world.register(IDA, caller=replace(caller, action="leadgate.v1.ObjectionService/RegisterObjection"))
    assert refused.value.reason == "REQUEST_ID_REUSED"


@pytest.mark.proves("P9", "R-003")
def test_what_is_kept_of_a_request_is_no_body(world: World) -> None:
    """The body is told apart by a keyed hash; the answer holds ids and codes."""
    caller = world.caller(body=IDA.encode())
    world.admit(candidate(said=intake(), person=person()), caller=caller)
    (row,) = world.rows(
        sa.select(tables.requests.c.body_mac, tables.requests.c.response).where(
            tables.requests.c.request_id == caller.request_id,
        ),
    )
    assert bytes(row[0]) == world.rings.keep.body_mac(caller.action.encode() + b"\0" + IDA.encode())
    assert b"Ida" not in bytes(row[1])
    assert IDA.encode() not in bytes(row[1])
