"""What every store does with answers: it stores what passes the gate, whole, and remembers who was bought when."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from leadgate_service.domain.candidate import Origin
from leadgate_service.domain.decision import Decision, Outcome, Reason
from leadgate_service.domain.fields import Field, LeadFields, PhoneKind, Seniority, Span
from leadgate_service.domain.refine import Drop
from leadgate_service.domain.register import SourceName
from leadgate_service.errors import FailedPrecondition
from leadgate_service.records import SourceRecord
from leadgate_service.storage import tables
from leadgate_service.store import PolicyMoved

from tests.builders import IDA, LAST_DAY, NOON, TODAY, candidate, company, crm_record, intake, of_domain, person
from tests.stores import Rings
from tests.worlds import World

HUNTER = SourceName.HUNTER
BEN = "ben.okafor@northpier.example.com"
IDA_OLD = "i.vermolen@oldharbour.example.org"


@pytest.mark.proves("R-001", "R-004", "R-007")
def test_what_was_stored_is_read_back_whole(world: World) -> None:
    """Eleven fields, dates, basis of the decision and provenance come back as they went in."""
    said = intake(crm_record=crm_record())
    item = candidate(
        said=said, source=HUNTER, person=person(phone="+31 20 555 0123"), company=company(description="Plans freight.")
    )
    (answer,) = world.admit(item)
    assert (answer.outcome, answer.reason, answer.dropped) == (Outcome.STORED, None, {})
    assert answer.kept == set(Field)
    lead = world.held(IDA)
    assert lead.lead_id == answer.lead_id
    assert lead.fields == LeadFields(
        company_name="Northpier Analytics",
        company_description="Plans freight.",
        company_website="https://northpier.example.com",
        company_estimated_revenue=Span(50_000_000, 100_000_000),
        company_employee_range=Span(251, 1_000),
        company_industry="Software",
        job_function="operations",
        job_title="Head of Logistics",
        seniority=Seniority.DIRECTOR,
        full_name="Ida Vermolen",
        phone_number="+31205550123",
        phone_kind=PhoneKind.DIRECT,
    )
    assert (lead.first_obtained_date, lead.expire_date) == (TODAY, LAST_DAY)
    assert lead.notice_due_date is not None
    assert (lead.personal, lead.approximate, lead.suppressed, lead.restricted) == (True, False, False, False)
    assert (lead.origin, lead.country_code, lead.relationship) == ("crm_lead", "NL", "lead")
    assert lead.policy_version == 1
    assert lead.crm_records == (crm_record(),)
    assert lead.sources == (
        SourceRecord(source=HUNTER, first_obtained_date=TODAY, obtained_time=NOON, fields=frozenset(Field)),
    )


def test_a_lead_with_hardly_a_value_is_read_back_as_it_is(world: World) -> None:
    """Absent values stay absent; nothing is sealed where there is nothing to seal."""
    world.admit(candidate(person=person(None, title=None, seniority=None)))
    assert world.content(IDA) == LeadFields(job_function="operations")


def test_a_unit_of_many_items_answers_each_in_its_place(world: World) -> None:
    """Five hundred items go in as one; each has its own outcome, in order, and bad ones stop nobody."""
    decided = Decision(outcome=Outcome.NOT_STORED, reason=Reason.INVALID_ITEM)
    items = [
        decided
        if number % 5 == 0
        else candidate(said=intake(f"p{number}@harbour{number}.example.org"), person=person())
        for number in range(500)
    ]
    answers = world.admit(*items)
    assert [answer.reason for answer in answers] == [
        None if number % 5 else Reason.INVALID_ITEM for number in range(500)
    ]
    assert len({answer.lead_id for answer in answers if answer.lead_id}) == 400
    assert world.counts()["leads"] == 400


def test_a_second_item_of_one_person_sees_what_the_first_did(world: World) -> None:
    """Two answers about one person in one unit make one lead, and so do two units that share a flush."""
    one, two = world.admit(candidate(person=person()), candidate(person=person(title="Director of Freight")))
    assert (one.outcome, two.outcome) == (Outcome.STORED, Outcome.UPDATED)
    assert one.lead_id == two.lead_id
    assert world.content(IDA).job_title == "Director of Freight"
    assert world.counts()["leads"] == 1


@pytest.mark.proves("R-041")
@pytest.mark.parametrize(
    "days",
    [0, 10, 41, 42],
)
def test_an_update_moves_no_date(world: World, days: int) -> None:
    """Asked again, changed jobs, handed in again: first day, last day and notice stay where they were."""
    world.admit(candidate(person=person()))
    world.pass_days(days)
    (answer,) = world.admit(
        candidate(obtained_time=world.now, person=person(title="Chief of Freight"), said=intake(country_code="DE"))
    )
    assert answer.outcome is Outcome.UPDATED
    lead = world.held(IDA)
    assert world.content(IDA).job_title == "Chief of Freight"
    assert (lead.first_obtained_date, lead.expire_date) == (TODAY, LAST_DAY)
    assert lead.sources[0].first_obtained_date == TODAY
    assert lead.sources[0].obtained_time == world.now


def test_an_update_leaves_what_the_answer_lacks(world: World) -> None:
    """What a source no longer tells stays until the lead's own day: the new answer writes only what it has."""
    world.admit(candidate(person=person(), company=company()))
    world.admit(candidate(person=person(title="Chief of Freight")))
    content = world.content(IDA)
    assert (content.job_title, content.company_name) == ("Chief of Freight", "Northpier Analytics")


def test_sources_supply_fields_by_the_policy_s_order(world: World) -> None:
    """The first source of the policy writes over the second; the second adds what the first does not have."""
    hunter = candidate(source=HUNTER, person=person(title="By Hunter", phone="+31 20 555 0123"))
    world.admit(hunter)
    world.admit(candidate(person=person(title="By Clearbit")))
    (again,) = world.admit(hunter)
    assert again.outcome is Outcome.UPDATED
    assert again.dropped[Field.JOB_TITLE] is Drop.OUTRANKED
    content = world.content(IDA)
    assert (content.job_title, content.phone_number) == ("By Clearbit", "+31205550123")
    supplied = {one.source: one.fields for one in world.held(IDA).sources}
    assert Field.JOB_TITLE in supplied[SourceName.CLEARBIT]
    assert supplied[HUNTER] == {Field.PHONE_NUMBER}


def test_an_older_answer_puts_nothing_back(world: World) -> None:
    """What the source said last stays, whichever answer comes in last; where it comes from stays, too."""
    world.pass_days(2)
    world.admit(candidate(obtained_time=world.now, person=person(title="Chief of Freight")))
    latest = world.now
    (late,) = world.admit(candidate(obtained_time=latest - timedelta(hours=1), person=person(title="Head of Freight")))
    assert late.outcome is Outcome.UPDATED
    assert late.dropped[Field.JOB_TITLE] is Drop.STALE
    assert world.content(IDA).job_title == "Chief of Freight"
    assert world.held(IDA).sources[0].obtained_time == latest


@pytest.mark.proves("R-040", "R-041")
def test_an_answer_obtained_earlier_shortens_the_period(world: World) -> None:
    """It turns out that the person was bought a week before: the lead goes a week earlier, and is read until then."""
    world.pass_days(10)
    world.admit(candidate(obtained_time=world.now, person=person()))
    later = world.held(IDA).expire_date
    (answer,) = world.admit(candidate(obtained_time=world.now - timedelta(days=7), source=HUNTER, person=person()))
    assert answer.outcome is Outcome.UPDATED
    lead = world.held(IDA)
    assert lead.expire_date == later - timedelta(days=7)
    assert lead.first_obtained_date == TODAY + timedelta(days=3)
    assert world.content(IDA).full_name == "Ida Vermolen"
    world.now += lead.expire_date - world.today + timedelta(days=1)
    assert world.listed() == []
    assert world.claim(intake()).reason is Reason.RETENTION_ELAPSED  # type: ignore[union-attr]  # it is refused


@pytest.mark.proves("R-054")
def test_a_lead_that_cannot_be_opened_stops_no_other(database_url: str, tmp_path: Path) -> None:
    """One of three items meets a lead whose key is gone: that item says so, the others are stored."""
    with World.founded(database_url, Rings.made(tmp_path / "own")) as world:
        world.admit(candidate(person=person()))
        world.rings.burn.destroy(LAST_DAY)
        world.pass_days(1)
        others = [
            candidate(said=intake(email), obtained_time=world.now, person=person(name, id=name))
            for email, name in (("ben@harbour.example.org", "Ben Okafor"), ("eva@harbour.example.org", "Eva Lind"))
        ]
        answers = world.admit(others[0], candidate(obtained_time=world.now, person=person()), others[1])
        assert [one.outcome for one in answers] == [Outcome.STORED, Outcome.NOT_STORED, Outcome.STORED]
        assert answers[1].reason is Reason.CONTENT_UNREADABLE
        assert world.held(IDA).fields is None


@pytest.mark.proves("R-007")
def test_a_lead_stays_a_guess_while_guessed_values_are_in_it(world: World) -> None:
    """An exact answer that may write nothing does not turn another source's guess into knowledge."""
    world.admit(candidate(person=person(fuzzy=True)))
    (second,) = world.admit(candidate(source=HUNTER, person=person()))
    assert second.kept == frozenset()
    assert world.held(IDA).approximate
    world.admit(candidate(person=person()))
    assert not world.held(IDA).approximate


@pytest.mark.proves("R-042", "R-044")
def test_after_the_lapse_only_a_new_act_brings_the_person_back(world: World) -> None:
    """A lapsed lead is not bought again; a form since then opens a lead of its own, and nothing old is in it."""
    (first,) = world.admit(
        candidate(person=person(title="Old title"), company=company(), said=intake(crm_record=crm_record()))
    )
    world.pass_days(43)
    answer = candidate(obtained_time=world.now, person=person(title=None))
    assert world.admit(answer)[0].reason is Reason.RETENTION_ELAPSED
    form = intake(origin=Origin.WEB_FORM, act_date=world.today)
    (second,) = world.admit(candidate(said=form, obtained_time=world.now, person=person(title=None)))
    assert second.outcome is Outcome.STORED
    assert second.lead_id != first.lead_id
    lead = world.held(IDA)
    assert (lead.first_obtained_date, lead.expire_date) == (world.today, world.today + timedelta(days=42))
    assert lead.fields == LeadFields(job_function="operations", seniority=Seniority.DIRECTOR, full_name="Ida Vermolen")
    assert lead.crm_records == ()
    assert first.lead_id is not None
    assert world.lead(first.lead_id) is None
    changes = world.rows(
        sa.select(tables.changes.c.lead_id, tables.changes.c.kind).order_by(tables.changes.c.change_id)
    )
    assert [(bytes(lead_id), kind) for lead_id, kind in changes][1:] == [
        (first.lead_id, "remove"),
        (second.lead_id, "upsert"),
    ]


@pytest.mark.proves("R-041", "R-092")
def test_what_was_obtained_is_remembered_even_if_nothing_was_stored(world: World) -> None:
    """An irrelevant person leaves a look-up record without content, and its clock: 43 days on nothing may come back."""
    assert world.admit(candidate(person=person(seniority="entry")))[0].reason is Reason.IRRELEVANT
    counts = world.counts()
    assert (counts["leads"], counts["lead_sources"], counts["changes"], counts["lookups"]) == (0, 0, 0, 1)
    world.pass_days(43)
    assert world.admit(candidate(obtained_time=world.now, person=person()))[0].reason is Reason.RETENTION_ELAPSED


@pytest.mark.proves("R-041", "R-092")
def test_twelve_months_after_the_first_acquisition_a_person_may_be_bought_anew(world: World) -> None:
    """The look-up record lives twelve months and no longer: the day after its last, the person is new."""
    world.admit(candidate(person=person()))
    world.now = NOON.replace(year=NOON.year + 1)
    assert world.admit(candidate(obtained_time=world.now, person=person()))[0].reason is Reason.RETENTION_ELAPSED
    world.pass_days(1)
    assert world.admit(candidate(obtained_time=world.now, person=person()))[0].outcome is Outcome.STORED


@pytest.mark.proves("R-041")
def test_who_comes_back_under_another_address_keeps_the_first_clock(world: World) -> None:
    """A lead with the same provider's person id takes over the earliest dates; dates after a lapse included."""
    world.admit(candidate(said=intake(IDA_OLD), person=person()))
    world.pass_days(10)
    (linked,) = world.admit(candidate(obtained_time=world.now, person=person()))
    assert linked.outcome is Outcome.STORED
    lead = world.held(IDA)
    assert (lead.first_obtained_date, lead.expire_date) == (TODAY, LAST_DAY)
    world.pass_days(33)
    third = candidate(said=intake("ida@third.example.net"), obtained_time=world.now, person=person())
    assert world.admit(third)[0].reason is Reason.RETENTION_ELAPSED


@pytest.mark.proves("R-041")
def test_who_comes_back_as_the_same_crm_record_keeps_the_first_clock(world: World) -> None:
    """The provider gives no id, but the caller names one CRM record for both addresses: it is one person's clock."""
    of_record = crm_record("00Q7")
    world.admit(candidate(said=intake(IDA_OLD, crm_record=of_record), person=person(id=None)))
    world.pass_days(10)
    (linked,) = world.admit(
        candidate(said=intake(crm_record=of_record), obtained_time=world.now, person=person(id=None)),
    )
    assert linked.outcome is Outcome.STORED
    assert world.held(IDA).expire_date == LAST_DAY
    world.pass_days(33)
    third = world.claim(intake("ida@third.example.net", crm_record=of_record))
    assert third is not None
    assert third.reason is Reason.RETENTION_ELAPSED


@pytest.mark.proves("R-041", "R-042")
def test_a_company_s_answer_does_not_restart_a_person_s_clock(world: World) -> None:
    """The person lapsed; an answer for the address tells of the company alone; the person stays lapsed."""
    world.admit(candidate(person=person()))
    world.pass_days(43)
    (firm,) = world.admit(candidate(obtained_time=world.now, person=None, company=company()))
    assert firm.outcome is Outcome.STORED_COMPANY_ONLY
    (again,) = world.admit(candidate(obtained_time=world.now, person=person()))
    assert again.reason is Reason.RETENTION_ELAPSED


@pytest.mark.proves("R-041")
@pytest.mark.parametrize("fuzzy", ["first", "second"])
def test_an_approximate_match_links_nobody(world: World, fuzzy: str) -> None:
    """Where the provider only guesses who it is, the other person's clock is the other person's."""
    world.admit(candidate(said=intake(BEN), person=person("Ben Okafor", fuzzy=fuzzy == "first")))
    world.pass_days(10)
    world.admit(candidate(obtained_time=world.now, person=person(fuzzy=fuzzy == "second")))
    assert world.held(IDA).first_obtained_date == world.today


def test_the_same_id_at_another_provider_is_somebody_else(world: World) -> None:
    """Providers number people each in their own way."""
    world.admit(candidate(said=intake(BEN), source=HUNTER, person=person("Ben Okafor")))
    world.pass_days(10)
    world.admit(candidate(obtained_time=world.now, person=person()))
    assert world.held(IDA).first_obtained_date == world.today


def test_a_company_is_one_lead_for_all_who_ask(world: World) -> None:
    """Asked by domain, or learnt from an answer without a person: it is the same company's lead, and has no clock."""
    (first,) = world.admit(candidate(said=of_domain(), company=company()))
    (second,) = world.admit(candidate(company=company(name="Northpier")))
    assert (first.outcome, second.outcome) == (Outcome.STORED_COMPANY_ONLY, Outcome.UPDATED)
    assert first.lead_id == second.lead_id
    world.pass_days(60)
    (third,) = world.admit(candidate(said=of_domain(), obtained_time=world.now, company=company()))
    assert third.outcome is Outcome.STORED_COMPANY_ONLY
    assert first.lead_id is not None
    assert world.lead(first.lead_id) is None


@pytest.mark.proves("R-013")
def test_a_company_that_turns_out_to_be_one_person_becomes_a_person(world: World) -> None:
    """From the first answer that tells so, a sole trader is owed a notice; a later, shorter answer does not undo it."""
    world.admit(candidate(said=of_domain(), company=company()))
    (sole,) = world.admit(candidate(said=of_domain(legal_form="eenmanszaak"), company=company()))
    assert sole.outcome is Outcome.UPDATED
    assert sole.lead_id is not None
    for _ in range(2):
        lead = world.held(sole.lead_id)
        assert lead.personal
        assert lead.notice_due_date is not None
        world.admit(candidate(said=of_domain(), company=company()))


@pytest.mark.proves("R-041", "R-092")
def test_a_lead_s_crm_records_add_up(world: World) -> None:
    """A lead may be several records of the CRM, and is found by each."""
    for record_id in ("00Q1", "00Q2", "00Q1"):
        world.admit(candidate(said=intake(crm_record=crm_record(record_id)), person=person()))
    by_first, by_second = world.lead(crm_record("00Q1")), world.lead(crm_record("00Q2"))
    assert by_first is not None
    assert by_second is not None
    assert by_first.lead_id == by_second.lead_id
    assert set(by_first.crm_records) == {crm_record("00Q1"), crm_record("00Q2")}


def test_a_crm_record_is_one_however_its_id_is_written(world: World) -> None:
    """Salesforce's 15 and 18 characters name one record; the lead shows the one that came last."""
    for record_id in ("00Q000000000001", "00Q000000000001EAA"):
        world.admit(candidate(said=intake(crm_record=crm_record(record_id)), person=person()))
        lead = world.lead(crm_record("00Q000000000001"))
        assert lead is not None
        assert lead.crm_records == (crm_record(record_id),)


@pytest.mark.proves("R-009")
def test_under_another_policy_nothing_is_stored(world: World) -> None:
    """An answer that was prepared under the policy before is prepared again, not stored as it is."""
    unit = world.admission(candidate(person=person()))
    world.apply({("retention", "lead_days"): 30})
    with pytest.raises(PolicyMoved):
        world.run(world.store.admit(unit))
    assert world.counts()["leads"] == 0


@pytest.mark.proves("R-009")
def test_without_an_assessment_the_whole_call_is_refused(world: World) -> None:
    """While the assessment is a draft nothing is taken in, and the refusal is not kept: it may be sent again."""
    world.apply({("assessment", "state"): "draft"})
    caller = world.caller()
    with pytest.raises(FailedPrecondition, match="assessment"):
        world.admit(candidate(rules=world.policy, person=person()), caller=caller)
    with pytest.raises(FailedPrecondition, match="assessment"):
        world.claim(intake())
    world.apply({})
    assert world.admit(candidate(rules=world.policy, person=person()), caller=caller)[0].outcome is Outcome.STORED


@pytest.mark.proves("R-014")
def test_an_irrelevant_answer_changes_nothing_that_is_held(world: World) -> None:
    """A living lead whose new answer does not fit keeps its values until its day or the profile's change."""
    world.admit(candidate(person=person()))
    assert world.admit(candidate(person=person(seniority="entry")))[0].reason is Reason.IRRELEVANT
    assert world.content(IDA).seniority is Seniority.DIRECTOR


@pytest.mark.proves("R-074")
def test_one_entry_tells_of_a_unit(world: World) -> None:
    """The entry of a unit counts outcomes and names what is held by evidence tokens alone."""
    unit = [
        candidate(person=person()),
        candidate(said=intake(BEN), person=person("Ben Okafor", id="ben", seniority="entry")),
    ]
    (stored, _) = world.admit(*unit)
    entry = world.rows(
        sa.select(tables.audit_entries).order_by(tables.audit_entries.c.recorded_time, tables.audit_entries.c.sequence)
    )[-1]
    by_name = dict(zip([column.name for column in tables.audit_entries.columns], entry, strict=True))
    assert by_name["detail"] == "NOT_STORED.IRRELEVANT=1 STORED=1"
    assert by_name["count"] == 1
    assert stored.lead_id is not None
    assert bytes(by_name["tokens"]) == world.rings.keep.evidence_token("lead", stored.lead_id)
    assert world.findings() == ()
