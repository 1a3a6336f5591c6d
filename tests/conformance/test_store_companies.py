"""A company objects: nothing at its domains is asked for or shown, whoever it is (requirements, edge case 8)."""

from datetime import timedelta

import pytest
from leadgate_service.domain.decision import Outcome, Reason
from leadgate_service.domain.objector import MOST_COMPANY_LEADS, Basis, Company
from leadgate_service.records import Effect, ObjectionRecord, ObjectionState, Registered

from tests.builders import IDA, candidate, company, intake, of_domain, person
from tests.storage.faults import check_invariants
from tests.worlds import World, erased_at

NORTHPIER = Company(domains=("northpier.example.com",))
AT_HOME = "ida.vermolen@gmail.com"
BELOW = "eva@lab.northpier.example.com"
ELSEWHERE = "ben@oldharbour.example.org"


def fill(world: World) -> None:
    """Hold the company, people there by address, by the answer's word and below it, and somebody elsewhere."""
    world.admit(candidate(said=of_domain(), company=company()))
    world.admit(candidate(said=intake(IDA), person=person(), company=company()))
    at_home = person("Ida Vermolen", id="person-home")
    world.admit(candidate(said=intake(AT_HOME), person=at_home, company=company()))
    world.admit(candidate(said=intake(BELOW), person=person("Eva Lind", id="person-eva"), company=None))
    ben = person("Ben Okafor", id="person-ben")
    world.admit(candidate(said=intake(ELSEWHERE), person=ben, company=company("oldharbour.example.org")))


@pytest.mark.proves("R-017", "R-018", "R-030")
def test_a_company_s_word_covers_all_who_work_there(world: World) -> None:
    """The company's own lead and everybody's at its domains, sub-domains included, are unreadable, and then gone.

    Whoever else was held stays (edge case 8).
    """
    fill(world)
    registered = world.register(NORTHPIER)
    assert registered.matched_leads == 4
    assert [lead.lead_id for lead in world.listed()] == [world.held(ELSEWHERE).lead_id]
    world.now = erased_at(registered)
    assert world.run(world.store.erase_due(now=world.now)) == 4
    assert world.lead(IDA) is None
    check_invariants(world)


@pytest.mark.proves("R-017", "R-019")
def test_nobody_there_is_asked_about_or_stored(world: World) -> None:
    """By address, by domain, below it, or by the answer's own word that somebody works there: refused."""
    world.register(NORTHPIER)
    for said in (intake(IDA), intake(BELOW), of_domain(), of_domain("lab.northpier.example.com")):
        asked = world.claim(said)
        assert asked is not None
        assert asked.reason is Reason.SUPPRESSED
    at_home = candidate(said=intake(AT_HOME), person=person(), company=company())
    assert world.admit(at_home)[0].reason is Reason.SUPPRESSED
    (other,) = world.admit(candidate(said=of_domain("pier.example.com"), company=company("pier.example.com")))
    assert other.outcome is Outcome.STORED_COMPANY_ONLY


@pytest.mark.proves("R-030")
def test_one_person_s_objection_is_not_the_company_s(world: World) -> None:
    """Ida objects; the company and her colleagues stay."""
    fill(world)
    assert world.register(IDA).matched_leads == 1
    assert len(world.listed()) == 4
    colleague = candidate(said=intake("ann@northpier.example.com"), person=person("Ann Mulder", id="person-ann"))
    assert world.admit(colleague)[0].outcome is Outcome.STORED


def fill_with_many(world: World) -> None:
    """Hold so many people at a company that a privacy officer must confirm that they are erased."""
    for number in range(MOST_COMPANY_LEADS + 1):
        told = person(f"Person N{number}", id=f"person-{number}")
        world.admit(candidate(said=intake(f"person{number}@northpier.example.com"), person=told))


def evidence(world: World, registered: Registered) -> ObjectionRecord:
    """Read what became of an objection."""
    record = world.run(world.store.objection(registered.objection_id))
    assert record is not None
    return record


def test_many_leads_are_erased_only_when_it_is_confirmed(world: World) -> None:
    """Above twenty leads all are unreadable at once; a privacy officer's own registration has them erased."""
    fill_with_many(world)
    first = world.register(NORTHPIER)
    assert (first.erase_time, first.matched_leads) == (None, MOST_COMPANY_LEADS + 1)
    assert world.listed() == []
    record = evidence(world, first)
    assert (record.state, record.basis) == (ObjectionState.AWAITING_CONFIRMATION, Basis.COMPANY)
    world.pass_days(1)
    assert world.run(world.store.erase_due(now=world.now)) == 0
    second = world.register(NORTHPIER, confirmed=True)
    world.now = erased_at(second)
    assert world.run(world.store.erase_due(now=world.now)) == MOST_COMPANY_LEADS + 1
    assert evidence(world, first).state is ObjectionState.ERASED


@pytest.mark.proves("R-024")
def test_who_waited_for_a_confirmation_is_told_when_it_has_come(world: World) -> None:
    """The first objection tells the time that the privacy officer's set, before the erasure and after it."""
    fill_with_many(world)
    first = world.register(NORTHPIER)
    assert evidence(world, first).registered.erase_time is None
    world.pass_days(1)
    second = world.register(NORTHPIER, confirmed=True)
    assert evidence(world, first).registered.erase_time == second.erase_time
    assert evidence(world, first).state is ObjectionState.UNREADABLE
    world.now = erased_at(second)
    world.run(world.store.erase_due(now=world.now))
    assert evidence(world, first).registered.erase_time == second.erase_time


@pytest.mark.proves("R-024")
def test_a_confirmation_of_one_domain_is_none_of_another(world: World) -> None:
    """The company objected for two domains, and the privacy officer for one: what is at the other one waits."""
    fill_with_many(world)
    world.admit(candidate(said=intake(ELSEWHERE), person=person("Ben Okafor", id="person-ben")))
    both = world.register(Company(domains=(*NORTHPIER.domains, "oldharbour.example.org")))
    world.register(NORTHPIER, confirmed=True)
    assert evidence(world, both).registered.erase_time is None
    latest = world.register(Company(domains=("oldharbour.example.org",)))
    assert evidence(world, both).registered.erase_time == latest.erase_time


@pytest.mark.proves("R-024", "R-091")
def test_who_comes_after_the_confirmation_is_told_its_time(world: World) -> None:
    """Support registers what a privacy officer has registered: it is told when that is, and confirms nothing itself."""
    fill_with_many(world)
    slip = world.register(NORTHPIER, confirmed=True)
    world.now += timedelta(minutes=1)
    after = world.register(NORTHPIER)
    assert after.erase_time is not None
    assert evidence(world, after).registered.erase_time == slip.erase_time
    world.annul(slip, "demo-support")
    world.annul(slip, "demo-privacy-officer")
    assert evidence(world, after).registered.erase_time is None
    assert evidence(world, after).state is ObjectionState.AWAITING_CONFIRMATION


@pytest.mark.proves("R-024")
def test_one_of_a_companys_people_confirms_nothing_for_the_others(world: World) -> None:
    """She objects herself, and hers is erased; the company's objection waits for the privacy officer as before."""
    fill_with_many(world)
    first = world.register(NORTHPIER)
    world.register(IDA)
    assert evidence(world, first).state is ObjectionState.AWAITING_CONFIRMATION


@pytest.mark.proves("R-091")
def test_an_annulled_confirmation_erases_nothing(world: World) -> None:
    """The privacy officer's registration was a slip: the leads wait, unreadable, as they did before it."""
    fill_with_many(world)
    first = world.register(NORTHPIER)
    slip = world.register(NORTHPIER, confirmed=True)
    world.annul(slip, "demo-support")
    world.annul(slip, "demo-privacy-officer")
    world.now = erased_at(slip)
    assert world.run(world.store.erase_due(now=world.now)) == 0
    assert world.listed() == []
    record = evidence(world, first)
    assert (record.state, record.registered.erase_time) == (ObjectionState.AWAITING_CONFIRMATION, None)


@pytest.mark.proves("R-018")
def test_who_is_told_to_work_there_only_later_is_withheld_too(world: World) -> None:
    """Her private address was held; the answer that tells of the company is refused, and her lead goes with it."""
    world.admit(candidate(said=intake(AT_HOME), person=person(), company=None))
    registered = world.register(NORTHPIER)
    assert len(world.listed()) == 1
    (told,) = world.admit(candidate(said=intake(AT_HOME), person=person(), company=company(), obtained_time=world.now))
    assert told.reason is Reason.SUPPRESSED
    assert world.listed() == []
    world.annul(registered, "demo-support")
    world.annul(registered, "demo-privacy-officer")
    assert len(world.listed()) == 1


@pytest.mark.proves("R-091")
def test_a_company_s_objection_that_was_a_slip_is_undone(world: World) -> None:
    """Two people annul it: everybody is readable again, but whoever objected for themselves."""
    fill(world)
    world.register(BELOW)
    slip = world.register(NORTHPIER)
    world.annul(slip, "demo-support")
    assert world.annul(slip, "demo-privacy-officer").leads == 3
    assert world.held(BELOW).suppressed
    assert len(world.listed()) == 4


def test_a_preview_shows_the_company_s_own_lead_too(world: World) -> None:
    """Before a slip is made, it can be seen how many it would cost."""
    fill(world)
    matches = world.run(world.store.objection_matches(NORTHPIER, today=world.today))
    assert matches is not None
    assert [match.effect for match in matches] == [Effect.SUPPRESSED] * 4
    assert len(world.listed()) == 5
