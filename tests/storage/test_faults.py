"""That a failure anywhere leaves nothing half done, and that the same request sent again takes effect once (P8)."""

import itertools
import secrets
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest
from leadgate_service.audit import ChainHeader, Entry
from leadgate_service.domain.candidate import Candidate, Origin
from leadgate_service.domain.decision import Decision, Outcome, Reason
from leadgate_service.domain.objector import Objector
from leadgate_service.errors import Aborted, Unavailable
from leadgate_service.records import AccessToken, LeadFilter, LeadKey, ObjectionFilter, Settlement
from leadgate_service.storage.driver import CommitUnknown, Rejected
from leadgate_service.store import Store

from tests.builders import IDA, TODAY, candidate, company, crm_record, intake, person
from tests.storage.faults import METHODS, Fault, FaultyDriver, FaultyStore, Place, When, check_invariants
from tests.stores import Rings
from tests.worlds import World, erased_at

Send = Callable[[Store], Coroutine[Any, Any, Any]]
Prepare = Callable[[World, int], Send]

NOT_FOUND = Decision(outcome=Outcome.NOT_STORED, reason=Reason.NOT_FOUND)


def address(number: int) -> str:
    """The address of an invented person whom no other preparation has used."""
    return f"person{number}@harbour{number}.example.org"


def answer(world: World, number: int, **said: Any) -> Candidate:
    """A provider's answer about that person, of now."""
    return candidate(
        rules=world.policy,
        said=intake(address(number), crm_record=crm_record(f"00Q{number}"), **said),
        obtained_time=world.now,
        person=person(f"Person N{number}", id=f"person-{number}"),
        company=company(f"harbour{number}.example.org"),
    )


def claiming(world: World, number: int) -> Send:
    """Ask whether a provider may be asked."""
    asking = world.asking(intake(address(number)))
    return lambda store: store.claim(asking)


def settling(world: World, number: int) -> Send:
    """Say that a provider knew nobody."""
    asking = world.asking(intake(address(number)))
    world.run(world.store.claim(asking))
    settlement = Settlement(asking=asking, outcome="miss", decision=NOT_FOUND, final=True, releases=False)
    return lambda store: store.settle(settlement)


def admitting(world: World, number: int) -> Send:
    """Hand in an answer about somebody new."""
    unit = world.admission(answer(world, number))
    return lambda store: store.admit(unit)


def admitting_what_was_asked(world: World, number: int) -> Send:
    """Hand in the answer to a claimed question."""
    asking = world.asking(intake(address(number)))
    world.run(world.store.claim(asking))
    unit = world.admission(answer(world, number), caller=asking.caller, claimed=True)
    return lambda store: store.admit(unit)


def updating(world: World, number: int) -> Send:
    """Hand in a second answer about somebody who is held."""
    world.admit(answer(world, number))
    return admitting(world, number)


def replacing(world: World, number: int) -> Send:
    """Hand in an answer about somebody who lapsed and then filled in a form."""
    world.admit(answer(world, number))
    world.pass_days(43)
    unit = world.admission(answer(world, number, origin=Origin.WEB_FORM, act_date=world.today))
    return lambda store: store.admit(unit)


def objecting(world: World, number: int) -> Send:
    """Register the objection of somebody who is held, once under each of two addresses."""
    linked = candidate(
        rules=world.policy,
        said=intake(f"other{number}@elsewhere{number}.example.org"),
        obtained_time=world.now,
        person=person(f"Person N{number}", id=f"person-{number}"),
    )
    world.admit(answer(world, number), linked)
    objection = world.objection(address(number))
    return lambda store: store.register_objections(objection)


def erasing(world: World, number: int) -> Send:
    """Erase what an objection made unreadable."""
    world.admit(answer(world, number))
    world.now = erased_at(world.register(address(number)))
    return lambda store: store.erase_due(now=world.now)


def annulling(world: World, number: int) -> Send:
    """Agree to annul an objection that somebody else proposed to annul."""
    world.admit(answer(world, number))
    registered = world.register(address(number))
    world.annul(registered, "demo-support")
    wish = world.annulment(registered, "demo-privacy-officer")
    return lambda store: store.annul(wish)


def lifting(world: World, number: int) -> Send:
    """End the objections that named an address."""
    world.admit(answer(world, number))
    world.register(address(number))
    lift = world.lifting(address(number))
    return lambda store: store.lift(lift)


def applying(world: World, number: int) -> Send:
    """Put another policy in force."""
    world.policy = world.policy.numbered(world.counts()["policies"])
    change = world.policy_change({("retention", "lead_days"): 42 - number % 2})
    return lambda store: store.apply_policy(change)


def recording(world: World, number: int) -> Send:
    """Leave the entry of a read."""
    entry = Entry(
        time=world.now,
        principal="demo-marketing",
        action="leadgate.v1.LeadService/QueryLeads",
        purpose="outreach",
        outcome="OK",
        count=number,
        detail="filters=",
        policy_version=1,
        tokens=b"",
    )
    return lambda store: store.record(entry)


def issuing(world: World, _number: int) -> Send:
    """Issue a token."""
    token_hash = secrets.token_bytes(32)
    token = AccessToken(
        token_id=token_hash.hex()[:8],
        principal="demo-support",
        issued_time=world.now,
        expire_time=world.now + timedelta(days=90),
        last_used_date=None,
        revoked_time=None,
    )
    return lambda store: store.issue_token(token, token_hash)


def revoking(world: World, number: int) -> Send:
    """Revoke a token."""
    world.run(issuing(world, number)(world.store))
    token_id = next(token.token_id for token in world.run(world.store.tokens()) if token.revoked_time is None)
    return lambda store: store.revoke_token(token_id, now=world.now)


def naming(world: World, _number: int) -> Send:
    """Look up whom a token names, on the first day of its use."""
    token_hash = secrets.token_bytes(32)
    token = AccessToken(
        token_id=token_hash.hex()[:8],
        principal="demo-support",
        issued_time=world.now,
        expire_time=world.now + timedelta(days=90),
        last_used_date=None,
        revoked_time=None,
    )
    world.run(world.store.issue_token(token, token_hash))
    return lambda store: store.principal_of(token_hash, now=world.now, today=world.today)


def reading(call: Send) -> Prepare:
    """Read something that is there."""

    def prepare(world: World, number: int) -> Send:
        world.admit(answer(world, number))
        return call

    return prepare


@dataclass(frozen=True, slots=True)
class Operation:
    """One call that may fail.

    Attributes:
        method: Of the store.
        prepare: Makes what it needs and returns the call, which sends the same request however often it is made.
        at_least_once: Sent again it leaves another audit entry, because nothing tells that it is the same.
        refused_again: What it meets when it is sent again after it took effect.
    """

    method: str
    prepare: Prepare
    at_least_once: bool = False
    refused_again: type[Exception] | None = None


OPERATIONS = {
    "claim": Operation("claim", claiming, refused_again=Aborted),
    "settle": Operation("settle", settling, at_least_once=True),
    "admit somebody new": Operation("admit", admitting),
    "admit what was asked": Operation("admit", admitting_what_was_asked),
    "admit an update": Operation("admit", updating),
    "admit after a lapse": Operation("admit", replacing),
    "register_objections": Operation("register_objections", objecting),
    "erase_due": Operation("erase_due", erasing),
    "annul": Operation("annul", annulling),
    "lift": Operation("lift", lifting),
    "apply_policy": Operation("apply_policy", applying),
    "record": Operation("record", recording, at_least_once=True),
    "principal_of": Operation("principal_of", naming),
    "issue_token": Operation("issue_token", issuing, refused_again=Rejected),
    "revoke_token": Operation("revoke_token", revoking),
    "check_ring": Operation("check_ring", reading(lambda store: store.check_ring())),
    "lead": Operation("lead", reading(lambda store: store.lead(LeadKey(lead_id=bytes(16))))),
    "leads": Operation("leads", lambda world, number: reading(_page(world))(world, number)),
    "objection_matches": Operation(
        "objection_matches", reading(lambda store: store.objection_matches(Objector(emails=(IDA,)), today=TODAY))
    ),
    "objection": Operation("objection", reading(lambda store: store.objection(bytes(16)))),
    "objections": Operation(
        "objections", reading(lambda store: store.objections(ObjectionFilter(), before=None, most=5))
    ),
    "objections_of": Operation("objections_of", reading(lambda store: store.objections_of(bytes(16)))),
    "is_suppressed": Operation("is_suppressed", reading(lambda store: store.is_suppressed(intake().identifiers))),
    "policy": Operation("policy", reading(lambda store: store.policy())),
    "tokens": Operation("tokens", reading(lambda store: store.tokens())),
    "audit_heads": Operation("audit_heads", reading(lambda store: store.audit_heads())),
    "audit_chains": Operation("audit_chains", reading(lambda store: store.audit_chains())),
}


def _page(world: World) -> Send:
    return lambda store: store.leads(LeadFilter(), today=world.today, after=None, most=5)


@pytest.fixture
def faulty_world(request: pytest.FixtureRequest, rings: Rings, kind: str) -> Iterator[World]:
    """A world whose database fails where it is told to."""
    url = request.getfixturevalue("sqlite_url" if kind == "sqlite" else "shared_postgres_url")
    with World.founded(url, rings, wrap=FaultyDriver) as world:
        yield world


def grown(world: World, before: dict[str, int]) -> dict[str, int]:
    """By how many rows each table has grown; headers of audit chains are not counted, since a fault opens one."""
    after = world.counts()
    return {
        name: after[name] - before[name] for name in after if after[name] != before[name] and name != "audit_chains"
    }


def effect(world: World, operation: Operation, number: int) -> dict[str, int]:
    """What the call does when nothing fails."""
    send = operation.prepare(world, number)
    before = world.counts()
    world.run(send(world.store))
    return grown(world, before)


def send_again(world: World, operation: Operation, send: Send, *, took_effect: bool) -> None:
    """Send the request again, as a caller does who was told that the outcome is not known."""
    if took_effect and operation.refused_again is not None:
        with pytest.raises(operation.refused_again):
            world.run(send(world.store))
    else:
        world.run(send(world.store))


def expected(operation: Operation, once: dict[str, int], *, took_effect: bool) -> dict[str, int]:
    """What call and repetition together may have done."""
    if took_effect and operation.at_least_once:
        return {**once, "audit_entries": once["audit_entries"] + 1}
    return once


def test_every_method_of_the_store_is_tried() -> None:
    """Whatever the Protocol has, there is a call of it here: a new method fails this until it is covered."""
    assert sorted({operation.method for operation in OPERATIONS.values()}) == METHODS


@pytest.mark.proves("P8")
@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_method_that_fails_leaves_what_must_be_true(world: World, name: str, when: When) -> None:
    """Each method fails before or after its effect; the invariants hold; sent again, it has had one effect."""
    operation = OPERATIONS[name]
    once = effect(world, operation, 1)
    send = operation.prepare(world, 2)
    before = world.counts()
    with pytest.raises(Unavailable):
        world.run(send(cast(Store, FaultyStore(world.store, operation.method, when))))
    check_invariants(world)
    took_effect = when is When.AFTER
    assert grown(world, before) == (once if took_effect else {})
    send_again(world, operation, send, took_effect=took_effect)
    check_invariants(world)
    assert grown(world, before) == expected(operation, once, took_effect=took_effect)


def every_fault() -> Iterator[Fault]:
    """Before and after each step, however many there are, and around the commit."""
    yield Fault(Place.AFTER_COMMIT)
    yield Fault(Place.BEFORE_COMMIT)
    for step in itertools.count():
        yield Fault(Place.BEFORE_STEP, step)
        yield Fault(Place.AFTER_STEP, step)


READS_ONLY = {
    "lead",
    "leads",
    "objection",
    "objections",
    "objection_matches",
    "objections_of",
    "is_suppressed",
    "policy",
    "tokens",
    "audit_heads",
    "audit_chains",
}


@pytest.mark.proves("P8")
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_database_lost_anywhere_leaves_all_or_nothing(faulty_world: World, name: str) -> None:
    """The database is lost at every step of every call and around every commit: all of it is there, or nothing is."""
    world, operation = faulty_world, OPERATIONS[name]
    driver = world.driver
    assert isinstance(driver, FaultyDriver)
    numbers = itertools.count(1)
    once = effect(world, operation, next(numbers))
    tried = 0
    for fault in every_fault():
        if fault.place is Place.AFTER_COMMIT and operation.method in READS_ONLY:
            continue
        send = operation.prepare(world, next(numbers))
        before = world.counts()
        driver.fault = fault
        if not fails(world, send):
            driver.fault = None
            break
        took_effect = fault.place is Place.AFTER_COMMIT
        assert grown(world, before) == (once if took_effect else {}), fault
        send_again(world, operation, send, took_effect=took_effect)
        assert grown(world, before) == expected(operation, once, took_effect=took_effect), fault
        tried += 1
    check_invariants(world)
    assert tried >= 3


def fails(world: World, send: Send) -> bool:
    """Make the call, and say whether it failed."""
    try:
        world.run(send(world.store))
    except Unavailable:
        return True
    return False


@pytest.mark.proves("R-074", "P30")
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@pytest.mark.parametrize("place", [Place.BEFORE_COMMIT, Place.AFTER_COMMIT])
def test_after_an_unknown_commit_a_new_chain_names_the_old(faulty_world: World, place: Place) -> None:
    """The writer goes on with a chain whose header names the last entry that it knows to be there; both verify."""
    world, driver = faulty_world, faulty_world.driver
    assert isinstance(driver, FaultyDriver)
    world.admit(answer(world, 1))
    (known,) = [head for head in world.run(world.store.audit_heads()) if head.chain_id in writers(world, "intake")]
    driver.fault = Fault(place)
    with pytest.raises(CommitUnknown):
        world.admit(answer(world, 2))
    world.admit(answer(world, 3))
    (successor,) = [header for header in headers(world) if header.previous is not None]
    assert successor.previous == known
    assert successor.writer == "intake"
    check_invariants(world)


def writers(world: World, writer: str) -> set[UUID]:
    """The chains of a writer."""
    return {header.chain_id for header in headers(world) if header.writer == writer}


def headers(world: World) -> list[ChainHeader]:
    """How the chains began."""
    chains = world.run(world.store.audit_chains())
    return [chain.header for chain in chains if isinstance(chain.header, ChainHeader)]
