"""What every store does before and after a provider is asked: the claim commits first, and nobody is asked twice."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from leadgate_service.domain.candidate import Intake, Origin
from leadgate_service.domain.decision import Decision, Outcome, Reason
from leadgate_service.domain.register import SourceName
from leadgate_service.errors import Aborted
from leadgate_service.storage import tables
from leadgate_service.storage.intake import DISCLOSED
from leadgate_service.storage.requests import LEASE
from leadgate_service.store import PolicyMoved

from tests.builders import IDA, candidate, company, crm_record, intake, of_domain, person
from tests.told import Told, told
from tests.worlds import World

NOT_FOUND = Decision(outcome=Outcome.NOT_STORED, reason=Reason.NOT_FOUND)
FAILED = Decision(outcome=Outcome.NOT_STORED, reason=Reason.PROVIDER_FAILED)
QUEUED = Decision(outcome=Outcome.QUEUED)


def reason(refused: Told | None) -> Reason | None:
    """Why a question may not be asked; None if it may."""
    return refused.reason if refused is not None else None


@pytest.mark.proves("R-019", "R-074", "R-092")
def test_the_disclosure_is_on_record_before_the_provider_is_asked(world: World) -> None:
    """When a claim is granted, the look-up record and the entry of the disclosure are already durable."""
    assert world.claim(intake()) is None
    lookups, entries = tables.lookups.c, tables.audit_entries.c
    assert [tuple(row) for row in world.rows(sa.select(lookups.outcome, lookups.answered_time))] == [("asking", None)]
    ((outcome, token),) = world.rows(
        sa.select(entries.outcome, entries.tokens).where(entries.action == "disclosed_to_provider"),
    )
    asked = intake().lookup_key
    assert outcome == "clearbit"
    assert bytes(token) == world.rings.keep.evidence_token(asked.kind, asked.canonical.encode())
    assert world.findings() == ()


@pytest.mark.proves("R-092")
@pytest.mark.parametrize("said", [intake(), of_domain()], ids=["a person", "a company"])
@pytest.mark.parametrize("found", [True, False], ids=["found", "missed"])
def test_who_was_answered_about_is_not_asked_about_again_within_thirty_days(
    world: World,
    said: Intake,
    found: bool,  # noqa: FBT001 - both halves of one rule
) -> None:
    """Found or not found, the same key is not bought again before `repeat_after`; then it is."""
    asking = world.asking(said)
    world.run(world.store.claim(asking))
    if found:
        answer = candidate(said=said, person=person() if said.email else None, company=company())
        world.admit(answer, caller=asking.caller, claimed=True)
    else:
        world.settle(asking, "miss", NOT_FOUND)
    assert reason(world.claim(said)) is Reason.NOT_REPEATED
    world.pass_days(29)
    assert reason(world.claim(said)) is Reason.NOT_REPEATED
    world.pass_days(1)
    assert world.claim(said) is None


@pytest.mark.proves("R-092")
def test_an_answer_of_one_source_holds_for_all(world: World) -> None:
    """Who was missed by the first source is not disclosed to the second the day after."""
    asking = world.asking(intake())
    world.run(world.store.claim(asking))
    world.settle(asking, "miss", NOT_FOUND)
    assert reason(world.claim(intake(), SourceName.HUNTER)) is Reason.NOT_REPEATED


@pytest.mark.proves("R-092")
def test_an_answer_handed_in_is_no_look_up(world: World) -> None:
    """What somebody fetched elsewhere does not make a look-up a repetition; it does start the clock."""
    world.admit(candidate(person=person()))
    assert world.claim(intake()) is None
    world.pass_days(43)
    assert reason(world.claim(intake())) is Reason.RETENTION_ELAPSED


@pytest.mark.proves("R-092")
@pytest.mark.parametrize(("outcome", "decision"), [("queued", QUEUED), ("failed", FAILED)])
def test_what_was_no_answer_does_not_count(world: World, outcome: str, decision: Decision) -> None:
    """A failed or queued look-up may be repeated at once, by the same request too; nothing was acquired."""
    asking = world.asking(intake())
    world.run(world.store.claim(asking))
    told = world.settle(asking, outcome, decision)
    assert (told.outcome, told.reason) == (decision.outcome, decision.reason)
    assert world.claim(intake(), caller=asking.caller) is None
    world.pass_days(50)
    assert world.claim(intake()) is None


def test_after_a_failure_the_next_source_is_asked_under_the_same_claim(world: World) -> None:
    """The request id stays this call's own until a source answers; that answer is kept for the id."""
    asking = world.asking(intake())
    world.run(world.store.claim(asking))
    world.settle(asking, "failed", FAILED, last=False)
    with pytest.raises(Aborted, match="under way"):
        world.claim(intake(), caller=asking.caller)
    assert world.claim(intake(), SourceName.HUNTER, caller=asking.caller, claimed=True) is None
    answer = candidate(source=SourceName.HUNTER, person=person())
    (stored,) = world.admit(answer, caller=asking.caller, claimed=True)
    assert stored.outcome is Outcome.STORED
    assert world.claim(intake(), caller=asking.caller) == stored


def test_what_it_is_too_late_to_ask_is_not_claimed(world: World) -> None:
    """No disclosure is on record, nothing is remembered, and the request id is free, though a source before failed."""
    asking, before = world.asking(intake()), world.counts()
    late = told(world.run(world.store.claim(replace(asking, in_time=False))) or b"")
    assert [(one.outcome, one.reason) for one in late] == [(FAILED.outcome, FAILED.reason)]
    assert [world.counts()[name] - before[name] for name in ("requests", "lookups", "audit_entries")] == [0, 0, 1]
    world.run(world.store.claim(asking))
    world.settle(asking, "failed", FAILED, last=False)
    second = world.asking(intake(), SourceName.HUNTER, caller=asking.caller, claimed=True)
    assert told(world.run(world.store.claim(replace(second, in_time=False))) or b"") == late
    disclosed = sa.select(tables.audit_entries.c.outcome).where(tables.audit_entries.c.action == DISCLOSED)
    assert [outcome for (outcome,) in world.rows(disclosed)] == ["clearbit"]
    assert world.claim(intake(), caller=asking.caller) is None


def test_nobody_is_asked_about_by_two_calls_at_once(world: World) -> None:
    """While one call asks about a key another is told so; a call that died gives way after its lease."""
    assert world.claim(intake()) is None
    assert reason(world.claim(intake())) is Reason.LOOKUP_IN_PROGRESS
    assert reason(world.claim(intake(), SourceName.HUNTER)) is Reason.LOOKUP_IN_PROGRESS
    world.now += LEASE - timedelta(seconds=1)
    assert reason(world.claim(intake())) is Reason.LOOKUP_IN_PROGRESS
    world.now += timedelta(seconds=1)
    assert world.claim(intake()) is None


def test_a_call_that_died_gives_its_request_id_free(world: World) -> None:
    """The same request is refused while the first may still be alive, and takes over after its lease."""
    caller = world.caller()
    assert world.claim(intake(), caller=caller) is None
    with pytest.raises(Aborted, match="under way"):
        world.claim(intake(), caller=caller)
    world.now += LEASE
    assert world.claim(intake(), caller=caller) is None
    (stored,) = world.admit(candidate(person=person()), caller=caller, claimed=True)
    assert stored.outcome is Outcome.STORED


@pytest.mark.proves("R-019")
@pytest.mark.parametrize(
    "said",
    [
        intake(),
        intake("ida.vermolen+events@northpier.example.com"),
        intake("IDA.Vermolen@Northpier.Example.com"),
    ],
    ids=["as registered", "with a tag", "spelled otherwise"],
)
def test_of_who_objected_no_provider_is_told(world: World, said: Intake) -> None:
    """The first check comes before the provider: no claim, no entry of a disclosure, and the look-up is not noted."""
    world.register(IDA)
    assert reason(world.claim(said)) is Reason.SUPPRESSED
    entries = tables.audit_entries.c
    assert world.rows(sa.select(entries.sequence).where(entries.action == "disclosed_to_provider")) == []
    assert world.counts()["lookups"] == 0


@pytest.mark.proves("R-019")
def test_an_answer_that_arrives_after_the_objection_is_dropped(world: World) -> None:
    """Between the provider's reply and the store somebody objects: nothing is stored, nothing is told to the CRM."""
    asking = world.asking(intake())
    world.run(world.store.claim(asking))
    world.register(IDA)
    (dropped,) = world.admit(candidate(person=person()), caller=asking.caller, claimed=True)
    assert dropped.reason is Reason.SUPPRESSED
    counts = world.counts()
    assert (counts["leads"], counts["lead_sources"], counts["changes"]) == (0, 0, 0)
    entries = tables.audit_entries.c
    ((detail,),) = world.rows(sa.select(entries.detail).where(entries.detail == "NOT_STORED.SUPPRESSED=1"))
    assert detail


@pytest.mark.proves("R-041", "R-042", "R-092")
def test_after_the_lapse_no_provider_is_asked_without_a_new_act(world: World) -> None:
    """A lapsed person is not bought again; a form since then opens one new acquisition, from that source."""
    world.admit(candidate(person=person()))
    world.pass_days(43)
    assert reason(world.claim(intake())) is Reason.RETENTION_ELAPSED
    form = intake(origin=Origin.WEB_FORM, act_date=world.today)
    assert world.claim(form) is None


def test_under_another_policy_nothing_is_claimed(world: World) -> None:
    """A question that was prepared under the policy before is prepared again."""
    asking = world.asking(intake())
    world.apply({("retention", "lead_days"): 30})
    with pytest.raises(PolicyMoved):
        world.run(world.store.claim(asking))
    assert world.counts()["lookups"] == 0


def test_a_refused_question_is_answered_alike_when_sent_again(world: World) -> None:
    """What was refused once under a request id is refused under it, though the reason has gone meanwhile."""
    caller, asking = world.caller(), world.asking(intake())
    assert world.run(world.store.claim(asking)) is None
    world.settle(asking, "miss", NOT_FOUND)
    refused = world.claim(intake(), caller=caller)
    world.apply({("retention", "repeat_after_days"): 1})
    world.pass_days(1)
    assert refused is not None
    assert refused.reason is Reason.NOT_REPEATED
    assert world.claim(intake(), caller=caller) == refused
    assert world.claim(intake()) is None


@pytest.mark.proves("R-003", "R-092")
def test_a_look_up_record_holds_no_content(world: World) -> None:
    """Tokens, provider, dates and an outcome class: no other column, and no lead's id."""
    assert {column.name for column in tables.lookups.columns} == {
        "key_token",
        "source",
        "personal",
        "outcome",
        "asked_time",
        "answered_time",
        "first_obtained_date",
        "expire_date",
        "delete_date",
    }
    world.admit(candidate(said=intake(crm_record=crm_record()), person=person()))
    keep = world.rings.keep
    (row,) = world.rows(sa.select(tables.lookups.c.key_token))
    assert bytes(row[0]) == keep.token(intake().lookup_key)
