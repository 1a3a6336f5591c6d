"""What an objection makes unreadable: all of the person, in any order of events, and nothing of anybody else."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from leadgate_service.domain.candidate import Candidate, CrmRecord
from leadgate_service.domain.decision import Decision, Outcome, Reason
from leadgate_service.domain.identity import email_identifiers
from leadgate_service.domain.objector import MOST_COMPANY_LEADS, Company, NameAtCompany, Objector
from leadgate_service.domain.register import SourceName
from leadgate_service.storage import tables
from leadgate_service.storage.intake import WITHHELD

from tests.builders import IDA, candidate, company, crm_record, intake, of_domain, person
from tests.storage.faults import check_invariants, is_suppressed
from tests.worlds import World

HUNTER = SourceName.HUNTER
BEN = "ben.okafor@northpier.example.com"
EVA = "eva@third.example.net"
TRADER = "jane@janetrader.example.org"
FREE_MAIL = "jane.trader@gmail.com"
SOLE = "eenmanszaak"
LINE = "+31 20 555 0123"
SHOP = company("janetrader.example.org", name="Trading", id=None)


def of(world: World, email: str, record: CrmRecord | None = None, legal: str | None = None, **facts: Any) -> Candidate:
    """An answer of now about an address."""
    said = intake(email, crm_record=record, legal_form=legal)
    return candidate(said=said, **{"obtained_time": world.now, "person": person(), **facts})


def of_shop(world: World, **said: Any) -> Candidate:
    """An answer of now about the domain of a business."""
    return candidate(
        said=of_domain("janetrader.example.org", **said), person=None, company=SHOP, obtained_time=world.now
    )


def due(world: World) -> list[bool]:
    """Of every lead that is unreadable, whether it is due for erasure."""
    unreadable = sa.select(tables.leads.c.erase_time).where(tables.leads.c.suppressed_time.is_not(None))
    return [time is not None for (time,) in world.rows(unreadable)]


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


@pytest.mark.proves("R-031")
def test_a_guess_withholds_nobody(world: World) -> None:
    """A fuzzy answer for Eva names an objector's id: it is refused, and her own lead stays readable."""
    world.admit(of(world, IDA), of(world, EVA, person=person("Eva Lind", id=None)))
    world.register(IDA)
    guess = of(world, EVA, person=person("Somebody Else", fuzzy=True))
    assert world.admit(guess)[0].reason is Reason.SUPPRESSED
    assert not world.held(EVA).suppressed


@pytest.mark.proves("R-031")
def test_a_homonym_who_is_held_stays(world: World) -> None:
    """Two colleagues have one name. One objects by her address: answers that name the other are refused, she stays.

    Whose name alone is known is another matter (edge case 6; see `test_store_objectors`).
    """
    other = of(world, "i.vermolen@northpier.example.com", person=person(id="person-other"))
    world.admit(of(world, IDA), other)
    assert world.register(IDA).matched_leads == 1
    assert world.admit(other)[0].reason is Reason.SUPPRESSED
    assert not world.held("i.vermolen@northpier.example.com").suppressed


@pytest.mark.proves("R-031")
def test_a_shared_line_is_withheld_and_the_colleague_stays(world: World) -> None:
    """Two colleagues share a line; one objects. The other keeps all but the number, which is gone (edge case 5)."""
    ben = of(world, BEN, source=HUNTER, person=person("Ben Okafor", id="person-ben", phone=LINE))
    world.admit(of(world, IDA, source=HUNTER, person=person(phone=LINE)), ben)
    assert world.content(BEN).phone_number == "+31205550123"
    assert world.register(IDA).matched_leads == 1
    assert (world.content(BEN).phone_number, world.content(BEN).phone_kind) == (None, None)
    assert world.content(BEN).full_name == "Ben Okafor"
    assert world.admit(ben)[0].outcome is Outcome.UPDATED
    assert world.content(BEN).phone_number is None
    check_invariants(world)


@pytest.mark.proves("R-031")
def test_a_switchboard_is_nobody_s_line(world: World) -> None:
    """The company's main line is in both colleagues' answers; one objects: the other keeps it (edge case 5)."""
    firm = company(phone=LINE)
    ben = of(world, BEN, person=person("Ben Okafor", id="person-ben"), company=firm)
    world.admit(of(world, IDA, company=firm), ben)
    assert world.register(IDA).matched_leads == 1
    assert world.content(BEN).phone_number == "+31205550123"
    assert world.admit(ben)[0].outcome is Outcome.UPDATED
    assert world.content(BEN).phone_number == "+31205550123"
    check_invariants(world)


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


@pytest.mark.proves("R-030", "R-031")
@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["Ben first", "the guess first"])
def test_a_guess_does_not_make_somebody_s_name_hers(world: World, order: tuple[int, int]) -> None:
    """The only answer for Ida is a guess that shows Ben's name and line; she objects: he loses his number at most."""
    answers = [
        of(world, BEN, source=HUNTER, person=person("Ben Okafor", id="person-ben", phone=LINE)),
        of(world, IDA, source=HUNTER, person=person("Ben Okafor", id="person-ben", phone=LINE, fuzzy=True)),
    ]
    world.admit(*(answers[position] for position in order))
    assert world.register(IDA).matched_leads == 1
    assert world.content(BEN).full_name == "Ben Okafor"
    assert world.admit(of(world, BEN, person=person("Ben Okafor", id="person-ben")))[0].outcome is Outcome.UPDATED


@pytest.mark.proves("R-031")
def test_whose_mail_is_with_the_same_provider_is_somebody_else(world: World) -> None:
    """Two people have mailboxes at one internet provider. One objects: the other's business, elsewhere, stays."""
    business = company("bakker.example.org", name="Bakker", id=None)
    world.admit(of(world, "jane.bakker@provider.example.net", legal=SOLE, person=None, company=business))
    assert world.register("piet.devries@provider.example.net").matched_leads == 0


@pytest.mark.proves("R-013", "R-031")
def test_a_business_at_the_objector_s_domain_is_withheld_and_not_erased(world: World) -> None:
    """Whether she owns it nobody can tell: it is not readable, and what else is known of it stays out of the list."""
    record = CrmRecord("salesforce", "Contact", "0031")
    world.admit(of_shop(world, legal_form=SOLE, crm_record=record))
    world.admit(of(world, "jane@work.example.net", record, person=person("Jane Trader", id="person-jane")))
    assert world.register("ann@janetrader.example.org").matched_leads == 1
    assert due(world) == [False]
    assert not world.held("jane@work.example.net").suppressed
    assert world.register("jane@work.example.net").matched_leads == 1
    assert due(world) == [True, True]


@pytest.mark.proves("R-013", "R-031")
@pytest.mark.parametrize("objects_first", [True, False])
@pytest.mark.parametrize("somebody", [person(None), {**person("Jane Trader"), "fuzzy": True}], ids=["title", "guess"])
def test_a_title_is_no_name(world: World, somebody: dict[str, Any], *, objects_first: bool) -> None:
    """Of a business it is known what somebody does there, not for certain who: its owner's domain reaches it."""
    info = "info@janetrader.example.org"
    answer = of(world, info, legal=SOLE, person=somebody, company=company("janetrader.example.org", name="Trading"))
    if objects_first:
        world.register(TRADER)
    world.admit(answer)
    if not objects_first:
        world.register(TRADER)
    assert world.listed() == []
    assert due(world) == ([] if objects_first else [False])


@pytest.mark.proves("R-013", "R-031")
def test_an_employee_s_answer_does_not_bring_the_business_back(world: World) -> None:
    """The owner objected; an answer for a colleague of which only the company is kept is about the business."""
    world.admit(of_shop(world, legal_form=SOLE))
    world.register(TRADER)
    in_parts = {"id": None, "name": {"givenName": "Piet", "familyName": "Bakker"}, "fuzzy": False}
    (told,) = world.admit(of(world, "piet@janetrader.example.org", person=in_parts, company=SHOP))
    assert told.reason is Reason.SUPPRESSED
    assert world.listed() == []


@pytest.mark.proves("R-018", "R-031")
@pytest.mark.parametrize("more", [{"emails": ("jane@unknown.example.net",)}, {"phones": ("+31205550123",)}])
def test_who_objects_again_is_no_more_readable_than_before(world: World, more: dict[str, Any]) -> None:
    """She objected by her name; what she adds is known of nobody here, and tells nobody that the lead is not hers."""
    world.admit(of(world, "jane@work.example.net", person=person("Jane Trader"), company=SHOP))
    by_name = NameAtCompany("Jane Trader", "janetrader.example.org")
    assert world.register(Objector(names=(by_name,))).matched_leads == 1
    world.register(Objector(names=(by_name,), **more))
    assert world.listed() == []


@pytest.mark.proves("R-031")
def test_an_answer_does_not_bring_back_who_is_withheld_for_a_name(world: World) -> None:
    """Whose lead it is only an objection can tell: the provider's next answer about her is refused."""
    jane = of(world, FREE_MAIL, person=person("Jane Trader"), company=SHOP)
    world.admit(jane)
    world.register(Objector(names=(NameAtCompany("Jane Trader", "janetrader.example.org"),)))
    (told,) = world.admit(of(world, FREE_MAIL, person=person("Jane Trader"), company=None))
    assert told.reason is Reason.SUPPRESSED
    assert world.listed() == []


@pytest.mark.proves("R-019", "R-031")
@pytest.mark.parametrize(
    ("objector", "first", "second", "is_due"),
    [
        (
            Objector(names=(NameAtCompany("Jane Trader", "janetrader.example.org"),)),
            {"person": person("Jane Trader", id=None), "company": None},
            {"person": person(None, id=None), "company": SHOP},
            False,
        ),
        (
            Objector(names=(NameAtCompany("Jane Trader", "third.example.net"),), phones=("+31205550123",)),
            {"person": person("Jane Trader", id=None), "company": None},
            {"person": person(None, id=None, phone=LINE), "company": None, "source": HUNTER},
            True,
        ),
    ],
    ids=["name and company", "name and line"],
)
def test_what_two_answers_tell_together_is_asked_for(
    world: World,
    objector: Objector,
    first: dict[str, Any],
    second: dict[str, Any],
    is_due: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Neither answer has both halves of what the objector is known by; the lead that has them is not readable."""
    world.register(objector)
    for facts in (first, second):
        world.admit(of(world, "jane@work.example.net", **facts))
    assert world.listed() == []
    assert due(world) == [is_due]


@pytest.mark.proves("R-019", "R-031", "R-074")
def test_what_is_told_together_of_two_is_asked_for_of_both(world: World) -> None:
    """Two leads of one name learn of the company in one unit: both are withheld, and the audit trail says so."""
    emails = ("jane@work.example.net", "jane@third.example.net")
    world.register(Objector(names=(NameAtCompany("Jane Trader", "janetrader.example.org"),)))
    world.admit(*(of(world, email, person=person("Jane Trader", id=None), company=None) for email in emails))
    world.admit(*(of(world, email, person=person(None, id=None), company=SHOP) for email in emails))
    assert world.listed() == []
    entries = tables.audit_entries.c
    assert [tuple(row) for row in world.rows(sa.select(entries.count).where(entries.action == WITHHELD))] == [(2,)]


@pytest.mark.proves("R-018", "R-031")
def test_what_is_known_of_one_objector_tells_nothing_of_a_namesake(world: World) -> None:
    """Withheld for a name alone; another of that name objects by his address: she stays withheld, whoever objects."""
    namesake = of(world, FREE_MAIL, person=person("Jane Trader", id="person-other"), company=SHOP)
    world.admit(of(world, "jane@work.example.net", person=person("Jane Trader"), company=SHOP), namesake)
    by_name = Objector(names=(NameAtCompany("Jane Trader", "janetrader.example.org"),))
    for objector in (by_name, FREE_MAIL, by_name):
        world.register(objector)
        assert world.listed() == []


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


@pytest.mark.proves("R-013", "R-030")
def test_a_refused_answer_tells_where_her_business_is(world: World) -> None:
    """She objected by her free mailbox; the answer for it is refused, and so is the business that it tells of."""
    world.register(FREE_MAIL)
    at_home = of(world, FREE_MAIL, legal=SOLE, person=None, company=SHOP)
    for answer in (at_home, of_shop(world, legal_form=SOLE)):
        assert world.admit(answer)[0].reason is Reason.SUPPRESSED


@pytest.mark.proves("R-013")
def test_a_business_that_was_called_one_person_s_stays_so(world: World) -> None:
    """Refused with the legal form, it is refused without; only who says that it is a legal person may ask."""
    world.register(TRADER)
    for said in (of_domain("janetrader.example.org", legal_form=SOLE), of_domain("janetrader.example.org")):
        asked = world.claim(said)
        assert asked is not None
        assert asked.reason is Reason.SUPPRESSED
    assert world.claim(of_domain("janetrader.example.org", legal_form="bv")) is None


@pytest.mark.proves("R-019")
def test_a_record_s_refusal_is_remembered_without_a_person_too(world: World) -> None:
    """Of Ben only his company is told, with the CRM record that objected: his address is not asked about either."""
    world.register(Objector(crm_records=(crm_record("0031"),)))
    (told,) = world.admit(of(world, BEN, crm_record("0031"), person=None, company=company()))
    assert told.reason is Reason.SUPPRESSED
    asked = world.claim(intake(BEN))
    assert asked is not None
    assert asked.reason is Reason.SUPPRESSED


@pytest.mark.proves("R-013", "R-031")
def test_who_is_named_at_last_speaks_for_herself(world: World) -> None:
    """A partner objects, and Ann's nameless lead at the partnership is withheld, until an answer names her."""
    ann = "ann@maten.example.org"
    partnership = company("maten.example.org", name="Maten", id=None)
    world.admit(of(world, ann, legal="maatschap", person=None, company=partnership))
    assert world.register("cor@maten.example.org").matched_leads == 1
    assert world.held(ann).suppressed
    assert is_suppressed(world, ann)
    assert world.admit(of(world, ann, legal="maatschap", person=None, company=partnership))[0].reason is (
        Reason.SUPPRESSED
    )
    named = of(world, ann, legal="maatschap", person=person("Ann Mulder", id="person-ann"), company=partnership)
    assert world.admit(named)[0].outcome is Outcome.UPDATED
    assert not world.held(ann).suppressed
    assert not is_suppressed(world, ann)


@pytest.mark.proves("R-013", "R-018")
@pytest.mark.parametrize("tells", ["the caller", "the answer"])
def test_a_business_that_turns_out_to_be_a_person_is_withheld(world: World, tells: str) -> None:
    """Nobody knew that it is a sole trader's when she objected; the answer that tells is refused, and it is hidden."""
    world.admit(of_shop(world))
    assert world.register(TRADER).matched_leads == 0
    telling = (
        of_shop(world, legal_form=SOLE)
        if tells == "the caller"
        else candidate(
            said=of_domain("janetrader.example.org"),
            person=None,
            company=company("janetrader.example.org", name="Trading eenmanszaak", id=None),
            obtained_time=world.now,
        )
    )
    for answer in (telling, of_shop(world)):
        assert world.admit(answer)[0].reason is Reason.SUPPRESSED
    assert world.listed() == []
    assert due(world) == [False]


@pytest.mark.proves("R-013", "R-018")
@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["address first", "domain first"])
def test_a_trader_s_business_is_withheld_with_her_own_lead(world: World, order: tuple[int, int]) -> None:
    """Her free mailbox is known to belong to the business, which is held under its own domain, too."""
    answers = [
        of(world, FREE_MAIL, legal=SOLE, person=None, company=SHOP),
        of_shop(world, legal_form=SOLE),
    ]
    world.admit(*(answers[position] for position in order))
    assert world.register(FREE_MAIL).matched_leads == 2
    assert world.listed() == []
    assert sorted(due(world)) == [False, True]


@pytest.mark.proves("R-041", "R-092")
def test_an_old_answer_does_not_make_us_forget(world: World) -> None:
    """An answer of four hundred days ago is handed in for a lead of yesterday: it ends, and no new period begins."""
    world.admit(of(world, IDA))
    world.pass_days(1)
    world.admit(of(world, IDA, source=HUNTER, obtained_time=world.now - timedelta(days=400)))
    world.pass_days(1)
    assert world.admit(of(world, IDA))[0].reason is Reason.RETENTION_ELAPSED
    assert world.claim(intake(IDA)) is not None


@pytest.mark.proves("R-040")
def test_a_country_that_is_told_later_may_shorten_the_period(world: World) -> None:
    """Stored as Dutch, then said to be German, where the policy keeps leads for two weeks only."""
    world.apply({("retention", "countries"): {"DE": 14}})
    world.admit(of(world, IDA))
    first = world.held(IDA)
    german = candidate(said=intake(IDA, country_code="DE"), person=person(), obtained_time=world.now)
    world.admit(german)
    held = world.held(IDA)
    assert held.first_obtained_date == first.first_obtained_date
    assert held.expire_date == first.first_obtained_date + timedelta(days=14)


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


@pytest.mark.proves("R-031")
def test_another_s_business_is_not_the_objector_s(world: World) -> None:
    """A sole trader is held. Ann, who objected, comes in with an answer that tells of that business alone."""
    ann = "ann@work.example.net"
    world.admit(of_shop(world, legal_form=SOLE))
    world.register(ann)
    assert world.admit(of(world, ann, person=None, company=SHOP))[0].reason is Reason.SUPPRESSED
    assert len(world.listed()) == 1


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


UNNAMED: list[tuple[str, dict[str, Any]]] = [
    ("another website", {"person": None, "company": company("shop.example.net", name="Trading", id=None)}),
    ("a title", {"person": person(None, title="Owner", id=None)}),
    ("a guess", {"person": person("Jane Trader", id=None, fuzzy=True), "company": SHOP}),
]


@pytest.mark.proves("R-013", "R-018")
@pytest.mark.parametrize("facts", [pytest.param(row[1], id=row[0]) for row in UNNAMED])
def test_what_names_nobody_does_not_bring_a_business_back(world: World, facts: dict[str, Any]) -> None:
    """A trader's mailbox is withheld for the domain; whatever comes in without a name for certain leaves it so."""
    info = "info@janetrader.example.org"
    world.admit(of(world, info, legal=SOLE, person=None, company=SHOP))
    world.register(TRADER)
    world.admit(of(world, info, legal=SOLE, **facts))
    assert world.held(info).suppressed


@pytest.mark.proves("R-031")
def test_a_shared_line_does_not_come_back_with_a_name(world: World) -> None:
    """A withheld business shares its line with an objector; named at last, its owner is readable without it."""
    info = "info@janetrader.example.org"
    nameless = person(None, title=None, role=None, seniority=None, id=None, phone=LINE)
    world.admit(of(world, info, legal=SOLE, person=None, company=SHOP))
    world.admit(of(world, info, legal=SOLE, source=HUNTER, person=nameless))
    world.register(TRADER)
    world.admit(of(world, IDA, source=HUNTER, person=person(phone=LINE)))
    world.register(IDA)
    named = of(world, info, person=person("Otto Trader", id="person-otto"), company=SHOP)
    assert world.admit(named)[0].outcome is Outcome.UPDATED
    assert not world.held(info).suppressed
    assert world.content(info).phone_number is None


@pytest.mark.proves("R-030")
def test_the_caller_s_own_word_counts_beside_a_guess(world: World) -> None:
    """A fuzzy answer for an objector is refused; the CRM record that came with it is the caller's, and is hers."""
    record = crm_record("00Q1")
    world.admit(of(world, EVA, record, person=person("Eva Lind", id=None)))
    world.register(IDA)
    assert world.admit(of(world, IDA, record, person=person(id="p1", fuzzy=True)))[0].reason is Reason.SUPPRESSED
    assert world.held(EVA).suppressed


@pytest.mark.proves("R-031")
def test_who_is_held_by_name_is_not_withheld_for_a_nameless_answer(world: World) -> None:
    """Otto is known by name at a partnership whose domain is an objector's; then an answer tells of it alone."""
    otto = "otto@janetrader.example.org"
    named = of(world, otto, legal="vof", person=person("Otto Boss", id="person-otto"), company=SHOP)
    world.admit(named)
    assert world.register(TRADER).matched_leads == 0
    assert world.admit(of(world, otto, legal="vof", person=None, company=SHOP))[0].reason is Reason.SUPPRESSED
    assert not world.held(otto).suppressed


@pytest.mark.proves("R-013", "R-031")
def test_shops_on_one_platform_do_not_meet_above_it(world: World) -> None:
    """Two sole traders have shops under one domain, which is no public suffix: one objects, the other stays."""
    jane = of(
        world, FREE_MAIL, legal=SOLE, person=None, company=company("jane.shops.example.net", name="Jane's", id=None)
    )
    otto = candidate(
        said=of_domain("otto.shops.example.net", legal_form=SOLE),
        person=None,
        company=company("otto.shops.example.net", name="Otto's", id=None),
        obtained_time=world.now,
    )
    world.admit(jane, otto)
    assert world.register(FREE_MAIL).matched_leads == 1
    assert len(world.listed()) == 1
    assert world.claim(of_domain("piet.shops.example.net", legal_form=SOLE)) is None
    assert world.register("jane@shops.example.net").matched_leads == 1
    assert world.listed() == []


@pytest.mark.proves("R-013", "R-031")
def test_a_company_that_may_be_the_objector_s_is_withheld_and_not_erased(world: World) -> None:
    """Held as a company; then it is said to be a sole trader's with the CRM record of somebody who objected."""
    record = crm_record("00Q1")
    world.admit(of_shop(world), of(world, IDA, record))
    world.register(IDA)
    assert world.admit(of_shop(world, legal_form=SOLE, crm_record=record))[0].reason is Reason.SUPPRESSED
    assert world.listed() == []
    assert sorted(due(world)) == [False, True]
    check_invariants(world)


@pytest.mark.proves("R-013", "R-018")
def test_a_trader_s_business_is_withheld_when_it_may_not_be_asked_about(world: World) -> None:
    """Her business is held; she objected elsewhere, by her CRM record; now the CRM asks about it with that record."""
    record = crm_record("00Q1")
    world.admit(of_shop(world, legal_form=SOLE), of(world, IDA, record))
    world.register(IDA)
    refused = world.claim(of_domain("janetrader.example.org", legal_form=SOLE, crm_record=record))
    assert refused is not None
    assert refused.reason is Reason.SUPPRESSED
    assert due(world) == [True, True]


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


@pytest.mark.proves("R-031")
def test_traders_under_a_public_suffix_do_not_meet(world: World) -> None:
    """A public suffix is nobody's domain: who has mail there, and no website, is known by the address alone."""
    nameless = company(None, name="Bakker", id=None)
    piet = of(world, "piet@notaires.fr", legal=SOLE, person=None, company=nameless)
    world.admit(piet)
    assert world.register("jane@notaires.fr").matched_leads == 0
    assert world.admit(piet)[0].outcome is Outcome.UPDATED


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


@pytest.mark.proves("R-031")
def test_a_named_employee_is_not_reached_by_the_business_s_id(world: World) -> None:
    """An answer without a name told that Piet works at Jane's business; she objects: named, he is stored and stays."""
    piet = "piet@janetrader.example.org"
    business = company("janetrader.example.org", name="Trading", id="company-shop")
    world.admit(of(world, piet, legal=SOLE, person=None, company=business))
    world.register(TRADER)
    world.admit(of(world, TRADER, legal=SOLE, person=None, company=business))
    named = of(world, piet, legal=SOLE, person=person("Piet Bakker", id="person-piet"), company=business)
    assert world.admit(named)[0].outcome is Outcome.UPDATED
    assert not world.held(piet).suppressed
    assert world.register(TRADER).matched_leads == 0
    assert not world.held(piet).suppressed
    world.pass_days(31)
    assert world.claim(intake(piet)) is None


@pytest.mark.proves("R-013", "R-018")
def test_a_business_that_was_refused_for_its_id_is_not_asked_about_again(world: World) -> None:
    """She objected, and an answer for another mailbox of hers told of the same business: it is not told of again."""
    world.admit(of(world, TRADER, legal=SOLE, person=None, company={**SHOP, "id": "company-shop"}))
    world.register(TRADER)
    elsewhere = of(world, EVA, legal=SOLE, person=None, company=company("other.example.com", id="company-shop"))
    assert world.admit(elsewhere)[0].reason is Reason.SUPPRESSED
    refused = world.claim(intake(EVA))
    assert refused is not None
    assert refused.reason is Reason.SUPPRESSED
