"""Whoever objects is found by anything that is known of them; what is shared withholds, and erases nobody (R-022)."""

from typing import Any

import pytest
import sqlalchemy as sa
from leadgate_service.domain.candidate import Candidate
from leadgate_service.domain.decision import Outcome, Reason
from leadgate_service.domain.objector import NameAtCompany, Objector
from leadgate_service.domain.register import SourceName
from leadgate_service.errors import NotFound
from leadgate_service.ids import Uuid7
from leadgate_service.records import Effect
from leadgate_service.storage import tables

from tests.builders import IDA, candidate, crm_record, intake, person
from tests.storage.faults import check_invariants
from tests.worlds import World

HUNTER = SourceName.HUNTER
OTHER = "i.vermolen@northpier.example.com"
ELSEWHERE = "ida@oldharbour.example.org"
LINE = "+31205550123"
NAMED = NameAtCompany("Vermolen, drs. Ida", "northpier.example.com")
RECORD = crm_record("00Q1")


def of(world: World, email: str = IDA, **facts: Any) -> Candidate:
    """An answer of now about an address, with a direct line."""
    told = {"source": HUNTER, "person": person(id=None, phone=LINE), **facts}
    return candidate(said=intake(email), obtained_time=world.now, **told)


def due(world: World) -> list[bool | None]:
    """Of every lead whether it is due for erasure, in the order of their ids; None for what can be read."""
    leads = tables.leads.c
    rows = world.rows(sa.select(leads.suppressed_time, leads.erase_time).order_by(leads.lead_id))
    return [erased is not None if since is not None else None for since, erased in rows]


CERTAIN: list[tuple[str, Objector]] = [
    ("an address in another writing", Objector(emails=("ida.vermolen+crm@northpier.example.com",))),
    ("a CRM record", Objector(crm_records=(crm_record("00Q1"),))),
    ("a name and a line", Objector(names=(NAMED,), phones=(LINE,))),
    ("an address among other things", Objector(emails=(IDA,), names=(NAMED,), phones=("+31205550199",))),
]


@pytest.mark.proves("R-017", "R-022", "R-029")
@pytest.mark.parametrize("objector", [pytest.param(row[1], id=row[0]) for row in CERTAIN])
@pytest.mark.parametrize("objects_first", [True, False], ids=["objection first", "answer first"])
def test_what_stands_for_one_person_is_enough(world: World, objector: Objector, *, objects_first: bool) -> None:
    """In either order nothing of her can be read, and what was held is erased in time."""
    answer = candidate(
        said=intake(crm_record=RECORD), source=HUNTER, person=person(id=None, phone=LINE), obtained_time=world.now
    )
    if objects_first:
        world.register(objector)
        assert world.admit(answer)[0].reason is Reason.SUPPRESSED
    else:
        assert world.admit(answer)[0].outcome is Outcome.STORED
        assert world.register(objector).matched_leads == 1
        assert due(world) == [True]
    assert world.listed() == []
    check_invariants(world)


@pytest.mark.proves("R-022", "R-027", "R-030")
def test_a_lead_s_own_id_is_enough(world: World) -> None:
    """The desk has the lead's id alone: the tokens of its address are on the list, though nobody knows the address."""
    stored = world.admit(of(world))[0]
    assert stored.lead_id is not None
    assert world.register(Objector(lead_ids=(stored.lead_id,))).matched_leads == 1
    assert due(world) == [True]
    assert world.claim(intake("Ida.Vermolen+news@northpier.example.com")) is not None
    assert world.admit(of(world, ELSEWHERE))[0].reason is Reason.SUPPRESSED
    check_invariants(world)


def test_an_id_that_is_not_held_recognises_nobody(world: World) -> None:
    """Nothing else was given, so nobody could be suppressed: that is said, and not taken for an objection."""
    unknown = Uuid7(world.clock)().bytes
    with pytest.raises(NotFound) as refused:
        world.register(Objector(lead_ids=(unknown,)))
    assert refused.value.reason == "LEAD_NOT_FOUND"
    assert world.rows(sa.select(tables.objections.c.objection_id)) == []
    assert world.register(Objector(lead_ids=(unknown,), emails=(IDA,))).matched_leads == 0


@pytest.mark.proves("R-031")
def test_a_number_alone_withholds_the_number(world: World) -> None:
    """Nobody knows whose of the colleagues that share the line it is: they stay, without it."""
    world.admit(of(world), of(world, OTHER, person=person("Ben Okafor", id=None, phone=LINE)))
    assert world.register(Objector(phones=(LINE,))).matched_leads == 0
    assert due(world) == [None, None]
    assert {world.content(email).phone_number for email in (IDA, OTHER)} == {None}
    again = world.admit(of(world, ELSEWHERE, person=person("Cor Smid", id=None, phone=LINE)))[0]
    assert again.outcome is Outcome.STORED
    assert world.content(ELSEWHERE).phone_number is None
    check_invariants(world)


@pytest.mark.proves("R-031")
def test_a_name_alone_withholds_until_it_is_known_whose_it_is(world: World) -> None:
    """Two colleagues have one name: none is readable and none is erased, until one objects by something of her own.

    A name tells nobody apart (edge case 6).
    """
    world.admit(of(world, person=person(id=None)), of(world, OTHER, person=person(id=None)))
    assert world.register(Objector(names=(NAMED,))).matched_leads == 2
    assert due(world) == [False, False]
    assert world.admit(of(world, "ida3@northpier.example.com"))[0].reason is Reason.SUPPRESSED
    assert world.register(Objector(names=(NAMED,), emails=(IDA,))).matched_leads == 0
    assert due(world) == [True, None]
    assert world.held(IDA).suppressed
    assert not world.held(OTHER).suppressed
    check_invariants(world)


@pytest.mark.proves("R-022")
def test_the_check_answers_for_anything(world: World) -> None:
    """Suppressed is who has any of it: a lead that is unreadable by its id, a number, a name, a record."""
    stored = world.admit(of(world))[0]
    assert stored.lead_id is not None
    whole = Objector(emails=(IDA,), phones=(LINE,), crm_records=(RECORD,), names=(NAMED,))
    parts = [
        Objector(phones=(LINE,)),
        Objector(crm_records=(RECORD,)),
        Objector(names=(NAMED,)),
        Objector(lead_ids=(stored.lead_id,)),
        Objector(emails=("ida.vermolen+news@northpier.example.com",)),
    ]

    def suppressed(one: Objector) -> bool:
        return world.run(world.store.is_suppressed(one.asked, one.lead_ids))

    assert [suppressed(one) for one in parts] == [False] * 5
    world.register(whole)
    assert [suppressed(one) for one in parts] == [True] * 5
    assert not suppressed(Objector(emails=(OTHER,)))


@pytest.mark.proves("R-024", "R-031")
def test_a_lead_that_is_not_held_makes_a_name_no_more_certain(world: World) -> None:
    """With a name and the id of a lead that is gone, nothing tells who it is: nothing is erased, no time is told."""
    world.admit(of(world))
    gone = Uuid7(world.clock)().bytes
    assert world.register(Objector(names=(NAMED,), lead_ids=(gone,))).erase_time is None
    assert world.register(Objector(names=(NAMED,), emails=(IDA,))).erase_time is not None


@pytest.mark.proves("R-031")
def test_a_preview_says_whom_an_objection_would_reach_and_does_nothing(world: World) -> None:
    """Her own lead, a colleague who shares her line, and nobody else; afterwards all of them are as they were."""
    ben = of(world, OTHER, person=person("Ben Okafor", id=None, phone=LINE))
    world.admit(of(world), ben, of(world, "eva@northpier.example.com", person=person("Eva Lind", id=None)))
    objector = Objector(emails=(IDA,), names=(NAMED,))

    def matches(one: Objector) -> list[tuple[Effect, str | None]]:
        found = world.run(world.store.objection_matches(one, today=world.today)) or ()
        return [(match.effect, match.lead.fields.full_name if match.lead.fields else None) for match in found]

    assert matches(objector) == [(Effect.SUPPRESSED, "Ida Vermolen"), (Effect.NUMBER_WITHHELD, "Ben Okafor")]
    assert matches(Objector(names=(NAMED,))) == [(Effect.WITHHELD, "Ida Vermolen")]
    assert due(world) == [None, None, None]
    assert world.suppressions() == []
    world.register(objector)
    assert matches(objector) == []


def test_a_preview_of_nobody_says_so(world: World) -> None:
    """Only an id that is not held: there is nobody whom it could reach, as there is nobody who could object."""
    nobody = Objector(lead_ids=(Uuid7(world.clock)().bytes,))
    assert world.run(world.store.objection_matches(nobody, today=world.today)) is None
