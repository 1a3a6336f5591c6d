"""What an objection makes unreadable: all of the person, in any order of events, and nothing of anybody else."""

import pytest
from leadgate_service.domain.decision import Outcome, Reason
from leadgate_service.domain.identity import email_identifiers
from leadgate_service.domain.objector import MOST_COMPANY_LEADS, Company, NameAtCompany, Objector

from tests.builders import IDA, candidate, company, crm_record, intake, of_domain, person
from tests.conformance.held import BEN, EVA, FREE_MAIL, HUNTER, LINE, due, of
from tests.storage.faults import check_invariants
from tests.worlds import World


@pytest.mark.proves("R-018", "R-030")
@pytest.mark.parametrize("link", ["provider's id", "CRM record"])
def test_who_is_refused_as_an_objector_is_not_readable_either(world: World, link: str) -> None:
    """Eva is held without a link. Ida objects, and is linked to an id; an answer for Eva with that id is refused."""
    record = crm_record("00Q1") if link == "CRM record" else None
    linked = person("Eva Lind", id="person-shared" if record is None else None)
    world.admit(of(world, EVA, person=person("Eva Lind", id=None)))
    world.register(IDA)
    for email in (IDA, EVA):
        assert world.admit(of(world, email, record, person=linked))[0].reason is Reason.SUPPRESSED
    assert world.held(EVA).suppressed
    assert due(world) == [True]
    assert world.listed() == []
    check_invariants(world)


@pytest.mark.proves("R-018", "R-030")
def test_who_may_not_be_asked_about_is_not_readable_either(world: World) -> None:
    """The CRM asks about Eva by the record of an objector: no provider hears of her, and her lead is withheld."""
    record = crm_record("00Q1")
    world.admit(of(world, IDA, record), of(world, EVA, person=person("Eva Lind", id=None)))
    world.register(IDA)
    refused = world.claim(intake(EVA, crm_record=record))
    assert refused is not None
    assert refused.reason is Reason.SUPPRESSED
    assert world.held(EVA).suppressed
    check_invariants(world)


@pytest.mark.proves("R-018")
def test_a_person_s_own_objection_counts_beside_a_company_s(world: World) -> None:
    """An answer tells of her CRM record, which objected, and of a company that awaits a word: she is erased in time."""
    for number in range(MOST_COMPANY_LEADS + 1):
        told = person(f"Person N{number}", id=f"person-{number}")
        world.admit(of(world, f"person{number}@northpier.example.com", person=told, company=None))
    world.admit(of(world, FREE_MAIL, person=person("Jane Trader", id=None), company=None))
    world.register(Company(domains=("northpier.example.com",)))
    world.register(Objector(crm_records=(crm_record("0031"),)))
    answer = of(world, FREE_MAIL, crm_record("0031"), person=person("Jane Trader", id=None), company=company())
    assert world.admit(answer)[0].reason is Reason.SUPPRESSED
    assert due(world).count(True) == 1


@pytest.mark.proves("R-019", "R-030")
@pytest.mark.parametrize(
    "objector",
    [
        Company(domains=("northpier.example.com",)),
        Objector(names=(NameAtCompany("Jane Trader", "third.example.net"),), phones=("+31205550123",)),
    ],
    ids=["company", "name and line"],
)
def test_why_somebody_was_refused_is_remembered(world: World, objector: Objector | Company) -> None:
    """The answer told of the company, or of name and line; the next one does not, and is refused all the same."""
    world.register(objector)
    told = person("Jane Trader", id=None, phone=LINE)
    for facts in ({"person": told, "company": company(), "source": HUNTER}, {"person": person(None), "company": None}):
        assert world.admit(of(world, FREE_MAIL, **facts))[0].reason is Reason.SUPPRESSED
    asked = world.claim(intake(FREE_MAIL))
    assert asked is not None
    assert asked.reason is Reason.SUPPRESSED


@pytest.mark.proves("R-018")
def test_whose_lead_is_withheld_is_told_to_be_suppressed(world: World) -> None:
    """Eva shares a CRM record with one who shares an id with the objector: unreadable, so the answer is yes."""
    record = crm_record("00Q9")
    world.admit(of(world, IDA), of(world, BEN, record), of(world, EVA, record, person=person("Eva Lind", id="e")))
    world.register(IDA)
    assert world.held(EVA).suppressed
    assert world.run(world.store.is_suppressed(email_identifiers(EVA)))


@pytest.mark.proves("R-031")
@pytest.mark.parametrize("door", ["handed in", "in flight", "the domain with her record"])
def test_a_company_is_nobody_s(world: World, door: str) -> None:
    """The company is held. What is refused because of one who works there leaves it readable, and asked about."""
    record = crm_record("00Q1")
    of_company = candidate(said=of_domain(), person=None, company=company(), obtained_time=world.now)
    world.admit(of_company)
    company_only = of(world, IDA, person=None, company=company())
    if door == "handed in":
        world.register(IDA)
        assert world.admit(company_only)[0].reason is Reason.SUPPRESSED
    elif door == "in flight":
        asking = world.asking(intake(IDA))
        assert world.run(world.store.claim(asking)) is None
        world.register(IDA)
        world.admit(company_only, caller=asking.caller, claimed=True)
    else:
        world.admit(of(world, IDA, record))
        world.register(IDA)
        refused = world.claim(of_domain(crm_record=record))
        assert refused is not None
        assert refused.reason is Reason.SUPPRESSED
    assert len(world.listed()) == 1
    assert world.admit(of_company)[0].outcome is Outcome.UPDATED
    check_invariants(world)
