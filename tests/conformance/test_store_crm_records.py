"""CRM records that are named with a question or an answer: remembered, and what they tell of an objector."""

from typing import Any

import pytest
import sqlalchemy as sa
from leadgate_service.domain.decision import Decision, Outcome, Reason
from leadgate_service.domain.objector import Objector
from leadgate_service.storage import tables
from leadgate_service.storage.intake import WITHHELD

from tests.builders import IDA, company, crm_record, intake, person
from tests.conformance.held import BEN, EVA, of
from tests.storage.faults import check_invariants
from tests.worlds import World


@pytest.mark.proves("R-018", "R-030")
@pytest.mark.parametrize("answer", [None, {"id": "person-shared", "fuzzy": False}], ids=["none", "an id alone"])
def test_what_links_a_person_is_known_without_a_field_of_hers(world: World, answer: dict[str, Any] | None) -> None:
    """Only her company could be stored. Her CRM record, and the provider's id of her, are remembered all the same."""
    record = crm_record("00Q1")
    stored = world.admit(of(world, IDA, record, person=answer, company=company()))[0]
    assert stored.outcome is Outcome.STORED_COMPANY_ONLY
    world.register(IDA)
    asked = world.claim(intake(EVA, crm_record=record))
    assert asked is not None
    assert asked.reason is Reason.SUPPRESSED
    if answer is not None:
        by_id = of(world, EVA, person=person("Somebody Else", id="person-shared"))
        assert world.admit(by_id)[0].reason is Reason.SUPPRESSED


@pytest.mark.proves("R-018")
def test_a_company_is_not_found_by_an_objector_s_record(world: World) -> None:
    """A company lead was handed in as her CRM record: it stays, and whoever asks by the record is told of nothing."""
    record = crm_record("00Q1")
    world.admit(of(world, IDA, record, person=None, company=company()))
    assert world.lead(record) is not None
    world.register(IDA)
    assert world.lead(record) is None
    assert len(world.listed()) == 1


@pytest.mark.proves("R-030")
def test_a_record_is_remembered_of_whom_nothing_was_found(world: World) -> None:
    """No provider knew her; she objects, and her CRM record is not asked about under another address."""
    record = crm_record("00Q1")
    assert world.claim(intake(IDA, crm_record=record)) is None
    world.register(IDA)
    asked = world.claim(intake(EVA, crm_record=record))
    assert asked is not None
    assert asked.reason is Reason.SUPPRESSED


@pytest.mark.proves("R-019")
def test_a_record_s_refusal_is_remembered_without_a_person_too(world: World) -> None:
    """Of Ben only his company is told, with the CRM record that objected: his address is not asked about either."""
    world.register(Objector(crm_records=(crm_record("0031"),)))
    (told,) = world.admit(of(world, BEN, crm_record("0031"), person=None, company=company()))
    assert told.reason is Reason.SUPPRESSED
    asked = world.claim(intake(BEN))
    assert asked is not None
    assert asked.reason is Reason.SUPPRESSED


@pytest.mark.proves("R-018", "R-030")
def test_who_is_refused_for_a_record_is_withheld_whatever_the_answer_tells(world: World) -> None:
    """Eva is held. An answer that tells of her company alone comes in with an objector's CRM record."""
    record = crm_record("00Q1")
    world.admit(of(world, IDA, record), of(world, EVA, person=person("Eva Lind", id=None)))
    world.register(IDA)
    assert world.admit(of(world, EVA, record, person=None, company=company()))[0].reason is Reason.SUPPRESSED
    assert world.held(EVA).suppressed
    (tokens,) = world.rows(sa.select(tables.audit_entries.c.tokens).where(tables.audit_entries.c.action == WITHHELD))
    assert bytes(tokens[0]) == world.rings.keep.evidence_token("lead", world.held(EVA).lead_id)


@pytest.mark.proves("R-030")
def test_a_record_that_is_named_later_is_remembered(world: World) -> None:
    """She was enriched; days later the CRM names her record, and is told that nobody is asked again so soon."""
    record = crm_record("00Q1")
    world.claim(intake(IDA))
    world.admit(of(world, IDA), claimed=True)
    again = world.claim(intake(IDA, crm_record=record))
    assert again is not None
    assert again.reason is Reason.NOT_REPEATED
    assert world.held(record).crm_records == (record,)
    world.register(IDA)
    asked = world.claim(intake(EVA, crm_record=record))
    assert asked is not None
    assert asked.reason is Reason.SUPPRESSED


@pytest.mark.proves("R-030")
def test_the_caller_s_own_word_counts_beside_a_guess(world: World) -> None:
    """A fuzzy answer for an objector is refused; the CRM record that came with it is the caller's, and is hers."""
    record = crm_record("00Q1")
    world.admit(of(world, EVA, record, person=person("Eva Lind", id=None)))
    world.register(IDA)
    assert world.admit(of(world, IDA, record, person=person(id="p1", fuzzy=True)))[0].reason is Reason.SUPPRESSED
    assert world.held(EVA).suppressed


@pytest.mark.proves("R-018", "R-019")
def test_what_is_known_of_her_counts_when_it_is_not_named_again(world: World) -> None:
    """Her record was told when nobody was found; then an objector turns out to have it: she is not asked about."""
    record = crm_record("00Q1")
    asking = world.asking(intake(EVA, crm_record=record))
    assert world.run(world.store.claim(asking)) is None
    world.settle(asking, "miss", Decision(outcome=Outcome.NOT_STORED, reason=Reason.NOT_FOUND))
    world.register(IDA)
    world.claim(intake(IDA, crm_record=record))
    world.pass_days(31)
    asked = world.claim(intake(EVA))
    assert asked is not None
    assert asked.reason is Reason.SUPPRESSED
    assert world.admit(of(world, EVA, person=person("Eva Lind", id=None)))[0].reason is Reason.SUPPRESSED
    check_invariants(world)


def test_a_record_that_is_named_again_is_no_change(world: World) -> None:
    """The recipients are told once that a lead has a record, however often a question names it."""
    record = crm_record("00Q1")
    world.claim(intake(IDA))
    world.admit(of(world, IDA), claimed=True)
    for _ in range(3):
        world.claim(intake(IDA, crm_record=record))
    assert len(world.rows(sa.select(tables.changes.c.change_id))) == 2


@pytest.mark.proves("R-018", "R-030")
def test_what_a_refused_question_told_is_remembered(world: World) -> None:
    """A question is refused for a record on the list; asked again without it, a moment later, it is refused, too."""
    record = crm_record("00Q1")
    world.admit(of(world, IDA, record))
    world.register(IDA)
    for said in (intake(EVA, crm_record=record), intake(EVA)):
        refused = world.claim(said)
        assert refused is not None
        assert refused.reason is Reason.SUPPRESSED


def test_a_record_that_was_known_before_the_lead_is_attached_to_it(world: World) -> None:
    """It was named when nobody was found; the lead came later, without it; named again, the lead is found by it."""
    record = crm_record("00Q1")
    asking = world.asking(intake(IDA, crm_record=record))
    assert world.run(world.store.claim(asking)) is None
    world.settle(asking, "miss", Decision(outcome=Outcome.NOT_STORED, reason=Reason.NOT_FOUND))
    world.pass_days(31)
    world.claim(intake(IDA))
    world.admit(of(world, IDA), claimed=True)
    for _ in range(2):
        world.claim(intake(IDA, crm_record=record))
    assert world.held(record).crm_records == (record,)
    assert len(world.rows(sa.select(tables.changes.c.change_id))) == 2
