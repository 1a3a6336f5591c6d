"""Businesses of one person: hers is withheld with her, and nobody else's is (R-013)."""

from typing import Any

import pytest
from leadgate_service.domain.candidate import CrmRecord
from leadgate_service.domain.decision import Outcome, Reason

from tests.builders import IDA, candidate, company, crm_record, intake, of_domain, person
from tests.conformance.held import EVA, FREE_MAIL, SHOP, SOLE, TRADER, due, of, of_shop
from tests.storage.faults import check_invariants, is_suppressed
from tests.worlds import World


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


@pytest.mark.proves("R-031")
def test_another_s_business_is_not_the_objector_s(world: World) -> None:
    """A sole trader is held. Ann, who objected, comes in with an answer that tells of that business alone."""
    ann = "ann@work.example.net"
    world.admit(of_shop(world, legal_form=SOLE))
    world.register(ann)
    assert world.admit(of(world, ann, person=None, company=SHOP))[0].reason is Reason.SUPPRESSED
    assert len(world.listed()) == 1


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


@pytest.mark.proves("R-031")
def test_traders_under_a_public_suffix_do_not_meet(world: World) -> None:
    """A public suffix is nobody's domain: who has mail there, and no website, is known by the address alone."""
    nameless = company(None, name="Bakker", id=None)
    piet = of(world, "piet@notaires.fr", legal=SOLE, person=None, company=nameless)
    world.admit(piet)
    assert world.register("jane@notaires.fr").matched_leads == 0
    assert world.admit(piet)[0].outcome is Outcome.UPDATED


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
