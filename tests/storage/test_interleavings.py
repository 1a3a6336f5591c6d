"""Every pair of intake, answer, question, read, erasure and objection, one held in the midst (R-018, R-019).

Two stores share a database, as two processes do. One is held behind its latch, between its reads and its writes, or
between its writes and its commit, while the other does its part; then it goes on. Whatever the order was: after both
have answered nobody reads, lists, asks or stores the person who objected, nothing that was acknowledged is lost, and
what was erased does not come back.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from leadgate_service.domain import identity
from leadgate_service.domain.candidate import Candidate
from leadgate_service.domain.decision import Outcome, Reason
from leadgate_service.errors import FailedPrecondition
from leadgate_service.records import Admission, Annulment, LeadFilter, LeadKey, Lift, Registered
from leadgate_service.store import Store

from tests.builders import candidate, company, intake, person
from tests.storage.faults import check_invariants, is_suppressed
from tests.storage.held_drivers import PATIENCE, Barrier, HeldDriver, Moment, held_driver
from tests.stores import Rings
from tests.told import told
from tests.worlds import World

Send = Callable[[Store], Awaitable[Any]]

A_MOMENT = 0.05
"""Seconds that a call is given to overtake the one that is held; whether it waits instead is left to it."""


@dataclass(slots=True)
class Scene:
    """Two stores on one database, of which the second can be held, and a person whom it is about.

    Attributes:
        world: The database, through the first store.
        second: The other store.
        driver: The other store's, to hold it.
        number: Of the person.
        late: The answer to the question that was asked about the person in the beginning.
        ending: What ends the objection that the person is known by.
    """

    world: World
    second: Store
    driver: HeldDriver
    number: int = 0
    late: Admission | None = None
    ending: Annulment | Lift | None = None

    @property
    def email(self) -> str:
        """The person's address."""
        return f"person{self.number}@harbour{self.number}.example.org"

    @property
    def bystander(self) -> str:
        """The address of somebody who never objects."""
        return f"bystander{self.number}@quay{self.number}.example.org"

    def answer(self, email: str) -> Candidate:
        """What a provider says now of somebody."""
        local, _, domain = email.partition("@")
        letters = "".join("abcdefghij"[int(digit)] for digit in str(self.number))
        family = f"{'Van' if local.startswith('person') else 'By'}{letters}"
        return candidate(
            rules=self.world.policy,
            said=intake(email),
            obtained_time=self.world.now,
            person=person(f"Ida {family}", id=local),
            company=company(domain),
        )

    def begin(self, *, held: bool, due: bool, asked: bool) -> None:
        """Go on to the next person.

        Args:
            held: The person is held.
            due: The person has objected, and what is held is to be erased.
            asked: A provider has been asked about the person, before any objection.
        """
        self.number += 1
        world, question = self.world, self.world.asking(intake(self.email))
        if held:
            world.admit(self.answer(self.email))
        if asked:
            world.run(world.store.claim(question))
        if due:
            world.now = due_time(world.register(self.email))
        self.late = world.admission(self.answer(self.email), caller=question.caller, claimed=True) if asked else None

    def object_wrongly(self, ended_by: str) -> datetime:
        """Have an objection registered that is to be annulled or lifted, and return when it becomes due for erasure."""
        slip = self.world.register(self.email)
        if ended_by == "annulment":
            self.world.annul(slip, "demo-support")
            self.ending = self.world.annulment(slip, "demo-privacy-officer")
        else:
            self.ending = self.world.lifting(self.email)
        return due_time(slip)

    def call(self, act: str) -> Send:
        """Prepare a call about the person."""
        world, email, late, ending = self.world, self.email, self.late, self.ending
        if late is not None and act == "answer":
            return lambda store: store.admit(late)
        if isinstance(ending, Annulment) and act == "annulment":
            return lambda store: store.annul(ending)
        if isinstance(ending, Lift) and act == "lift":
            return lambda store: store.lift(ending)
        batch = world.admission(self.answer(email), self.answer(self.bystander))
        asking = world.asking(intake(email))
        objection = world.objection(email)
        identifiers = identity.email_identifiers(email)
        colleagues = LeadFilter(company_domain=email.partition("@")[2])
        calls: dict[str, Send] = {
            "intake": lambda store: store.admit(batch),
            "question": lambda store: store.claim(asking),
            "objection": lambda store: store.register_objections(objection),
            "erasure": lambda store: store.erase_due(now=world.now),
            "get": lambda store: store.lead(LeadKey(identifier=identifiers[0])),
            "list": lambda store: store.leads(colleagues, today=world.today, after=None, most=5),
            "check": lambda store: store.is_suppressed(identifiers),
        }
        return calls[act]

    def interleave(self, halfway: str, other: str, moment: Moment) -> None:
        """Hold one call in its midst, let the other do what it can, and let both end, which one may do by a refusal."""
        first, second = self.call(halfway), self.call(other)
        barrier = self.driver.barrier = Barrier(moment)

        async def scenario() -> None:
            held = asyncio.ensure_future(first(self.second))
            try:
                assert await asyncio.to_thread(barrier.reached.wait, PATIENCE), "it never came there"
                going = asyncio.ensure_future(second(self.world.store))
                alone = halfway in READS or other in READS
                await asyncio.wait([going], timeout=PATIENCE if alone else A_MOMENT)
                acknowledged = going.done()
            finally:
                barrier.opened.set()
            answer, *_ = ended = await asyncio.gather(held, going, return_exceptions=True)
            assert [one for one in ended if isinstance(one, BaseException) and not _is_overtaken(one)] == []
            assert acknowledged or not alone, "a read waits for nobody, and nobody for a read"
            if acknowledged and other == "objection" and halfway in INTAKE:
                assert isinstance(answer, bytes), "it may ask though the objection was acknowledged before"
                assert told(answer)[0].reason is Reason.SUPPRESSED

        self.world.run(scenario())
        self.driver.barrier = None

    def assert_lawful(self, *, erased: bool) -> None:
        """The person objected: nobody reads, lists, asks or stores, and everybody else is as before."""
        world = self.world
        lead = world.lead(self.email)
        assert is_suppressed(world, self.email)
        assert lead is None or (lead.suppressed and not erased)
        assert world.listed(LeadFilter(company_domain=self.email.partition("@")[2])) == []
        refused = world.claim(intake(self.email))
        assert refused is not None
        assert refused.reason is Reason.SUPPRESSED
        again, bystander = world.admit(self.answer(self.email), self.answer(self.bystander))
        assert again.reason is Reason.SUPPRESSED
        assert bystander.outcome in {Outcome.STORED, Outcome.UPDATED}
        assert len(world.listed(LeadFilter(company_domain=self.bystander.partition("@")[2]))) == 1
        assert (world.lead(self.email) is None) == (lead is None)


def due_time(registered: Registered) -> datetime:
    """When what an objection of a person made unreadable is to be erased."""
    assert registered.erase_time is not None
    return registered.erase_time


def _is_overtaken(error: BaseException) -> bool:
    """Whether a lift was refused because the person objected meanwhile."""
    return isinstance(error, FailedPrecondition) and error.reason == "CHALLENGE_INVALID"


READS = ("check", "get", "list")
INTAKE = ("answer", "intake", "question")
OF_WHOM = [*((act, held) for act in INTAKE for held in (False, True)), *((act, True) for act in READS)]
"""What meets an objection, and whether the person is held already."""


@pytest.fixture(params=["sqlite", "postgres"])
def scene(request: pytest.FixtureRequest, rings: Rings) -> Iterator[Scene]:
    """Two stores on each kind of database."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "shared_postgres_url")
    with World.founded(url, rings) as world:
        driver = world.run(held_driver(url))
        second = world.another_store(driver)
        yield Scene(world, second, driver)
        world.run(second.close())


def moments(act: str) -> list[Moment]:
    """Where a call can be held: a read has neither writes nor a commit."""
    return [Moment.BEFORE_READS] if act in READS else list(Moment)


@pytest.mark.proves("R-018", "R-019", "P5")
@pytest.mark.parametrize(("other", "held"), OF_WHOM)
def test_an_objection_that_is_halfway(scene: Scene, other: str, held: bool) -> None:  # noqa: FBT001 - a parameter
    """Whatever comes while an objection is being written, before and after each of its halves."""
    for moment in Moment:
        scene.begin(held=held, due=False, asked=other == "answer")
        scene.interleave("objection", other, moment)
        scene.assert_lawful(erased=False)
    check_invariants(scene.world)


@pytest.mark.proves("R-018", "R-019", "P5")
@pytest.mark.parametrize(("halfway", "held"), OF_WHOM)
def test_an_objection_that_comes_halfway(scene: Scene, halfway: str, held: bool) -> None:  # noqa: FBT001 - a parameter
    """An objection comes while the person is being taken in, answered for, asked about, read or listed."""
    for moment in moments(halfway):
        scene.begin(held=held, due=False, asked=halfway == "answer")
        scene.interleave(halfway, "objection", moment)
        scene.assert_lawful(erased=False)
    check_invariants(scene.world)


@pytest.mark.proves("R-018", "R-027", "R-053")
@pytest.mark.parametrize("other", [*INTAKE, "objection", *READS])
def test_an_erasure_that_is_halfway(scene: Scene, other: str) -> None:
    """Whatever comes while content is being erased: none of it comes back, and the person stays on the list."""
    for moment in Moment:
        scene.begin(held=True, due=True, asked=other == "answer")
        scene.interleave("erasure", other, moment)
        scene.assert_lawful(erased=True)
    check_invariants(scene.world)


@pytest.mark.proves("R-018", "R-027", "R-053")
@pytest.mark.parametrize("halfway", [*INTAKE, "objection", *READS])
def test_an_erasure_that_comes_halfway(scene: Scene, halfway: str) -> None:
    """Content is erased while the person is being taken in, asked about, read, or objects once more."""
    for moment in moments(halfway):
        scene.begin(held=True, due=True, asked=halfway == "answer")
        scene.interleave(halfway, "erasure", moment)
        scene.assert_lawful(erased=True)
    check_invariants(scene.world)


@pytest.mark.proves("R-018", "R-025", "R-091", "P5")
@pytest.mark.parametrize("end", ["annulment", "lift"])
@pytest.mark.parametrize("first", ["objection", "end"])
def test_an_objection_outlives_the_end_of_an_earlier_one(scene: Scene, end: str, first: str) -> None:
    """The person objects while an earlier objection of theirs is annulled or lifted: they stay on the list."""
    halfway, other = ("objection", end) if first == "objection" else (end, "objection")
    for moment in Moment:
        # What a lift leaves to be erased would keep the person suppressed, whatever became of the list.
        scene.begin(held=end == "annulment", due=False, asked=False)
        scene.object_wrongly(end)
        scene.interleave(halfway, other, moment)
        scene.assert_lawful(erased=False)
    check_invariants(scene.world)


@pytest.mark.proves("R-053", "R-091")
@pytest.mark.parametrize(("halfway", "other"), [("annulment", "erasure"), ("erasure", "annulment")])
def test_a_slip_is_annulled_or_erased_and_not_half_of_each(scene: Scene, halfway: str, other: str) -> None:
    """At the instant of erasure a slip is annulled: nobody is left on the list, and what is left is whole."""
    for moment in Moment:
        scene.begin(held=True, due=False, asked=False)
        scene.world.now = scene.object_wrongly("annulment")
        scene.interleave(halfway, other, moment)
        lead = scene.world.lead(scene.email)
        assert not is_suppressed(scene.world, scene.email)
        assert lead is None or (lead.fields is not None and not lead.suppressed)
        listed = scene.world.listed(LeadFilter(company_domain=scene.email.partition("@")[2]))
        assert len(listed) == (lead is not None)
    check_invariants(scene.world)
