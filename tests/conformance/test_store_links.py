"""What belongs to one person: everything she was ever known by, under whichever key, and one clock for all of it."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
import sqlalchemy as sa
from leadgate_service.domain.candidate import Candidate, CrmRecord, Intake
from leadgate_service.domain.decision import Decision, Outcome, Reason
from leadgate_service.domain.register import SourceName
from leadgate_service.records import LeadRecord
from leadgate_service.storage import tables

from tests.builders import IDA, LAST_DAY, TODAY, candidate, company, crm_record, intake, of_domain, person
from tests.storage.faults import check_invariants
from tests.worlds import World

HUNTER = SourceName.HUNTER
BEN = "ben.okafor@elsewhere.example.net"
EVA = "eva@third.example.net"
TRADER = "jane@janetrader.example.org"
SOLE = "eenmanszaak"
SHOP = company("janetrader.example.org", name="Trading", id="company-shop")
LINE, OTHER_LINE = "+31 20 555 0123", "+31 20 555 0199"


def of(world: World, email: str, record: CrmRecord | None = None, **facts: Any) -> Candidate:
    """An answer of today about an address."""
    return candidate(said=intake(email, crm_record=record), **{"obtained_time": world.now, "person": person(), **facts})


def dates(lead: LeadRecord) -> tuple[Any, Any]:
    """First and last day."""
    return lead.first_obtained_date, lead.expire_date


@pytest.mark.proves("R-030")
@pytest.mark.parametrize("older", ["stale", "outranked"])
def test_a_dropped_name_takes_no_other_name_s_place(world: World, older: str) -> None:
    """An answer that writes nothing changes nothing that an objection is found by: name and line still block."""
    world.pass_days(2)
    world.admit(of(world, IDA, source=HUNTER if older == "stale" else SourceName.CLEARBIT, person=person(phone=LINE)))
    world.admit(
        of(
            world,
            IDA,
            source=HUNTER,
            person=person("Older Maiden", phone=OTHER_LINE),
            obtained_time=world.now - timedelta(hours=1),
        ),
    )
    world.register(IDA)
    again = of(world, "i.vermolen@northpier.example.com", person=person(id="person-new"))
    assert world.admit(again)[0].reason is Reason.SUPPRESSED


@pytest.mark.proves("R-030")
def test_an_objection_reaches_what_was_known_before_an_update(world: World) -> None:
    """She married and changed her name, and the provider its id of her: both old ones block as the new ones do."""
    world.admit(of(world, IDA, person=person("Ida Before", id="person-before")))
    world.admit(of(world, IDA, person=person("Ida After", id="person-after")))
    world.register(IDA)
    by_name = of(world, "ida.b@northpier.example.com", person=person("Ida Before", id="person-x"))
    by_id = of(world, BEN, person=person("Somebody Else", id="person-before"))
    assert [world.admit(item)[0].reason for item in (by_name, by_id)] == [Reason.SUPPRESSED, Reason.SUPPRESSED]


LINKS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    # What links two answers; of the first; of the second.
    ("CRM record", {"record": crm_record("00Q1")}, {"record": crm_record("00Q2")}),
    ("provider's id", {"person": person(id="person-1")}, {"person": person(id="person-2")}),
]


@pytest.mark.proves("R-041", "R-092")
@pytest.mark.parametrize(("first", "second"), [pytest.param(*row[1:], id=row[0]) for row in LINKS])
def test_a_second_link_does_not_replace_the_first(world: World, first: dict[str, Any], second: dict[str, Any]) -> None:
    """Known by one link and then by another, she lapsed under both: a new address by either starts no new clock."""
    unlinked: dict[str, Any] = {"record": None, "person": person(id=None)}
    world.admit(of(world, IDA, **{**unlinked, **first}))
    world.admit(of(world, IDA, **{**unlinked, **second}))
    world.pass_days(43)
    for email, link in ((BEN, first), (EVA, second)):
        assert world.admit(of(world, email, **{**unlinked, **link}))[0].reason is Reason.RETENTION_ELAPSED


@pytest.mark.proves("R-041")
def test_a_lead_that_is_linked_later_takes_over_the_earlier_start(world: World) -> None:
    """Two addresses are held, thirty days apart; then the caller says that they are one CRM record: one clock."""
    record = crm_record("00Q3")
    world.admit(of(world, IDA, record, person=person(id=None)))
    world.pass_days(30)
    world.admit(of(world, BEN, person=person(id=None)))
    assert world.held(BEN).first_obtained_date == TODAY + timedelta(days=30)
    world.admit(of(world, BEN, record, person=person(id=None)))
    assert dates(world.held(BEN)) == dates(world.held(IDA)) == (TODAY, LAST_DAY)
    assert world.content(BEN).full_name == "Ida Vermolen"


@pytest.mark.proves("R-041")
@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["older first", "newer first"])
def test_the_order_of_a_batch_does_not_matter_to_the_clock(world: World, order: tuple[int, int]) -> None:
    """Of two linked answers of one batch, one was obtained twenty days before: both leads begin with it."""
    world.pass_days(20)
    record = crm_record("00Q4")
    items = [
        of(world, IDA, record, person=person(id=None), obtained_time=world.now - timedelta(days=20)),
        of(world, BEN, record, person=person(id=None)),
    ]
    world.admit(*(items[position] for position in order))
    assert dates(world.held(IDA)) == dates(world.held(BEN)) == (TODAY, LAST_DAY)
    assert world.content(IDA).full_name == world.content(BEN).full_name == "Ida Vermolen"


Link = tuple[str, dict[str, Any], int]
CHAIN: list[Link] = [
    # An address; by what it is linked to others; how many days ago its answer was obtained.
    (IDA, {"record": None, "person": person(id="person-shared")}, 10),
    (BEN, {"record": crm_record("00Q7"), "person": person(id="person-shared")}, 0),
    (EVA, {"record": crm_record("00Q7"), "person": person(id=None)}, 20),
]


def orders() -> list[Any]:
    """Every order in which the chain may come in."""
    return [
        pytest.param(chain, id="-".join(email.partition("@")[0] for email, *_ in chain))
        for chain in permutations(CHAIN)
    ]


@pytest.mark.proves("R-041", "R-092")
@pytest.mark.parametrize("batched", [True, False], ids=["at once", "one by one"])
@pytest.mark.parametrize("chain", orders())
def test_a_chain_of_links_has_one_clock(world: World, chain: tuple[Link, ...], *, batched: bool) -> None:
    """Ida and Eva share nothing but Ben: whoever comes first, all begin with the earliest, and none comes back."""
    world.pass_days(20)
    answers = [of(world, email, obtained_time=world.now - timedelta(days=ago), **link) for email, link, ago in chain]
    for answer in [] if batched else answers:
        world.admit(answer)
    if batched:
        world.admit(*answers)
    assert {dates(world.held(email)) for email, *_ in chain} == {(TODAY, LAST_DAY)}
    world.pass_days(30)
    again = [of(world, email, **link) for email, link, _ in chain]
    assert {world.admit(answer)[0].reason for answer in again} == {Reason.RETENTION_ELAPSED}


@pytest.mark.proves("R-041")
def test_a_refused_answer_links_all_the_same(world: World) -> None:
    """Ida lapsed, Eva is held since. An answer for Ben, who is both, is not stored; Eva leaves with the day."""
    world.admit(of(world, IDA, person=person(id="person-shared")))
    world.pass_days(50)
    world.admit(of(world, EVA, crm_record("00Q8"), person=person(id=None)))
    both = of(world, BEN, crm_record("00Q8"), person=person(id="person-shared"))
    assert world.admit(both)[0].reason is Reason.RETENTION_ELAPSED
    assert dates(world.held(EVA)) == (TODAY, world.today)


@pytest.mark.proves("R-041", "R-092")
@pytest.mark.parametrize("told", ["a question that is not repeated", "a question that finds nothing"])
def test_a_question_links_as_an_answer_does(world: World, told: str) -> None:
    """Ida and Ben are held, twenty days apart; then a question names one record for both: one clock from then on."""
    record = crm_record("00QB")
    world.admit(of(world, IDA, record, person=person(id=None)))
    world.pass_days(20)
    world.claim(intake(BEN))
    world.admit(of(world, BEN, person=person(id=None)), claimed=True)
    if told == "a question that finds nothing":
        world.pass_days(30)
        asking = world.asking(intake(BEN, crm_record=record))
        assert world.run(world.store.claim(asking)) is None
        world.settle(asking, "miss", Decision(outcome=Outcome.NOT_STORED, reason=Reason.NOT_FOUND))
        assert dates(world.held(BEN)) == (TODAY, world.today)
    else:
        refused = world.claim(intake(BEN, crm_record=record))
        assert refused is not None
        assert refused.reason is Reason.NOT_REPEATED
        assert dates(world.held(BEN)) == dates(world.held(IDA)) == (TODAY, LAST_DAY)
        # Two stored, and Ben's twice again: for the earlier start, and for the record.
        assert len(world.rows(sa.select(tables.changes.c.change_id))) == 4
    world.pass_days(31)
    for email in (BEN, IDA):
        again = world.claim(intake(email))
        assert again is not None
        assert again.reason is Reason.RETENTION_ELAPSED


@pytest.mark.proves("R-041", "R-092")
def test_nobody_is_asked_about_whose_answer_could_not_be_kept(world: World) -> None:
    """Ida lapsed, and Ben is held; a question about her names the record that tells that both are one person."""
    record = crm_record("00QC")
    world.admit(of(world, IDA, person=person(id=None)))
    world.pass_days(43)
    world.admit(of(world, BEN, record, person=person(id=None)))
    asked = world.claim(intake(IDA, crm_record=record))
    assert asked is not None
    assert asked.reason is Reason.RETENTION_ELAPSED


@pytest.mark.proves("R-013", "R-041")
def test_a_trader_who_lapsed_is_not_asked_about(world: World) -> None:
    """The caller says that it is a sole trader's: then its clock is known before a provider is told of it."""
    said = of_domain("janetrader.example.org", legal_form=SOLE)
    world.admit(candidate(said=said, person=None, company=SHOP))
    world.pass_days(60)
    asked = world.claim(said)
    assert asked is not None
    assert asked.reason is Reason.RETENTION_ELAPSED


@pytest.mark.proves("R-030")
def test_a_refused_question_tells_which_record_is_the_objector_s(world: World) -> None:
    """She objected; then the CRM asks about her by her record: not asked, and the record is on the list from now on."""
    record = crm_record("00QA")
    world.admit(of(world, BEN, record, person=person(id=None)))
    world.register(IDA)
    refused = world.claim(intake(IDA, crm_record=record))
    assert refused is not None
    assert refused.reason is Reason.SUPPRESSED
    assert world.held(BEN).suppressed
    assert world.admit(of(world, EVA, record, person=person(id=None)))[0].reason is Reason.SUPPRESSED
    check_invariants(world)


@pytest.mark.proves("R-030")
def test_an_objection_reaches_what_was_only_looked_up(world: World) -> None:
    """Her answer was irrelevant and left a look-up record alone; the id and the CRM record in it block all the same."""
    world.apply({("relevance", "industries"): {"allow": ["software"], "when_absent": "discard"}})
    irrelevant = of(world, IDA, crm_record("00Q5"), company=company(category={"industry": "Fishing"}))
    assert world.admit(irrelevant)[0].reason is Reason.IRRELEVANT
    assert world.register(IDA).matched_leads == 0
    by_id = of(world, BEN, company=company())
    by_record = of(world, EVA, crm_record("00Q5"), person=person("Else", id="person-else"), company=company())
    assert [world.admit(item)[0].reason for item in (by_id, by_record)] == [Reason.SUPPRESSED, Reason.SUPPRESSED]


@pytest.mark.proves("R-030", "R-031")
def test_a_guess_that_writes_nothing_links_nothing(world: World) -> None:
    """A fuzzy answer whose fields are all outranked names Ben's id for Ida; when Ben objects, Ida is left alone."""
    world.admit(of(world, IDA))
    world.admit(of(world, IDA, source=HUNTER, person=person("Ben Okafor", id="person-ben", fuzzy=True)))
    world.admit(of(world, BEN, source=HUNTER, person=person("Ben Okafor", id="person-ben")))
    assert world.register(BEN).matched_leads == 1
    assert not world.held(IDA).suppressed


@pytest.mark.proves("R-018", "R-030")
@pytest.mark.parametrize("link", ["provider's id", "CRM record"])
def test_what_a_blocked_answer_teaches_reaches_what_is_held(world: World, link: str) -> None:
    """Ben's lead is held; then an answer for the objector names Ben's id, or record, as hers: it is withheld."""
    record = crm_record("00Q6") if link == "CRM record" else None
    known = person(id="person-shared" if record is None else None)
    world.admit(of(world, BEN, record, person=known))
    world.register(IDA)
    assert not world.held(BEN).suppressed
    assert world.admit(of(world, IDA, record, person=known))[0].reason is Reason.SUPPRESSED
    assert world.held(BEN).suppressed
    assert world.listed() == []
    check_invariants(world)


@pytest.mark.proves("R-018", "R-030", "R-031")
def test_nothing_that_has_a_listed_identifier_can_be_read(world: World) -> None:
    """Ida's id links Ben, whose CRM record is Eva's, too: Eva is two steps away. She is withheld, and not listed."""
    record = crm_record("00Q9")
    world.admit(of(world, IDA))
    world.admit(of(world, BEN, record))
    world.admit(of(world, EVA, record, person=person("Eva Lind", id="person-eva")))
    world.register(IDA)
    assert world.listed() == []
    by_id = of(world, "eva@new.example.net", person=person("Eva Lind", id="person-eva"))
    assert world.admit(by_id)[0].outcome is Outcome.STORED
    check_invariants(world)


@pytest.mark.proves("R-041", "R-092")
def test_a_link_that_is_named_later_restarts_no_clock(world: World) -> None:
    """Ida lapsed. Ben was stored without a link; linked to her afterwards, he takes over her start; she stays out."""
    record = crm_record("00Q0")
    world.admit(of(world, IDA, record, person=person(id=None)))
    world.pass_days(60)
    world.admit(of(world, BEN, person=person(id=None)))
    world.admit(of(world, BEN, record, person=person(id=None)))
    assert dates(world.held(BEN)) == (TODAY, world.today)
    assert world.admit(of(world, IDA, record, person=person(id=None)))[0].reason is Reason.RETENTION_ELAPSED


@pytest.mark.proves("R-031")
def test_a_partner_s_objection_leaves_the_other_partners_alone(world: World) -> None:
    """A partnership is natural persons, each of whom speaks for himself: his colleagues stay, here and elsewhere."""
    said = intake("ann@maten.example.org", legal_form="maatschap")
    world.admit(candidate(said=said, person=person("Ann Mulder", id="person-ann")))
    assert world.register("cor@maten.example.org").matched_leads == 0
    assert not world.held("ann@maten.example.org").suppressed
    assert world.admit(of(world, EVA, person=person("Ann Mulder", id="person-ann")))[0].outcome is Outcome.STORED


@pytest.mark.proves("R-031")
@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["named first", "company first"])
def test_who_is_named_is_not_reached_by_the_domain(world: World, order: tuple[int, int]) -> None:
    """One answer names Ann, another for her address tells of the partnership alone; a partner objects: she stays."""
    said = intake("ann@maten.example.org", legal_form="maatschap")
    answers = [
        candidate(said=said, person=person("Ann Mulder", id="person-ann")),
        candidate(said=said, source=HUNTER, person=None, company=company("maten.example.org")),
    ]
    for position in order:
        world.admit(answers[position])
    world.register("cor@maten.example.org")
    assert not world.held("ann@maten.example.org").suppressed
    assert world.admit(of(world, EVA, person=person("Ann Mulder", id="person-ann")))[0].outcome is Outcome.STORED


@pytest.mark.proves("R-013", "R-030")
def test_a_sole_trader_is_known_again_by_the_provider_s_id_of_the_business(world: World) -> None:
    """She objected; her business comes again under another domain and the same id: it is not stored."""
    world.admit(candidate(said=intake(TRADER, legal_form=SOLE), person=None, company=SHOP))
    assert world.register(TRADER).matched_leads == 1
    elsewhere = candidate(
        said=of_domain("jane-shop.example.net", legal_form=SOLE),
        person=None,
        company={**SHOP, "domain": "jane-shop.example.net"},
    )
    assert world.admit(elsewhere)[0].reason is Reason.SUPPRESSED
    assert world.listed() == []


@pytest.mark.proves("R-030", "R-031")
def test_a_guess_teaches_nobody_else_s_name(world: World) -> None:
    """A fuzzy answer, outranked in every field, names Ben beside Ida; when she objects, Ben can still be stored."""
    world.admit(of(world, IDA))
    world.admit(of(world, IDA, source=HUNTER, person=person("Ben Okafor", id="person-ben", fuzzy=True)))
    world.register(IDA)
    colleague = of(world, "ben.okafor@northpier.example.com", person=person("Ben Okafor", id="person-ben"))
    assert world.admit(colleague)[0].outcome is Outcome.STORED


@pytest.mark.proves("R-030", "R-031")
def test_an_account_of_the_crm_links_nobody(world: World) -> None:
    """Two colleagues are handed in with the account of their company: it is found by it, and is not one person."""
    account = CrmRecord("salesforce", "Account", "001000000000001")
    world.admit(of(world, IDA, account), of(world, BEN, account, person=person("Ben Okafor", id="person-ben")))
    assert world.held(account)
    assert world.register(IDA).matched_leads == 1
    assert not world.held(BEN).suppressed


TRADERS: list[tuple[str, Intake, str]] = [
    # By which door the sole trader comes; what the caller says; the website of the answer.
    ("another mailbox", intake("info@janetrader.example.org", legal_form=SOLE), "janetrader.example.org"),
    ("a website elsewhere", of_domain("janetrader.example.org", legal_form=SOLE), "jane-shop.example.net"),
    ("a free mailbox", intake("jane.trader@gmail.com", legal_form=SOLE), "janetrader.example.org"),
    ("a sub-domain", of_domain("shop.janetrader.example.org", legal_form=SOLE), "shop.janetrader.example.org"),
    ("the domain", of_domain("janetrader.example.org", legal_form=SOLE), "janetrader.example.org"),
]


@pytest.mark.proves("R-013", "R-019")
@pytest.mark.parametrize("objects_first", [True, False], ids=["objection first", "answer first"])
@pytest.mark.parametrize(("said", "website"), [pytest.param(*row[1:], id=row[0]) for row in TRADERS])
def test_a_sole_trader_who_objects_is_not_held_by_any_door(
    world: World, said: Intake, website: str, *, objects_first: bool
) -> None:
    """Whichever comes first, and however the business is asked about: nothing of it can be read."""
    trader = candidate(said=said, person=None, company=company(website, name="Trading"))
    if objects_first:
        world.register(TRADER)
        assert world.admit(trader)[0].reason is Reason.SUPPRESSED
    else:
        assert world.admit(trader)[0].outcome is Outcome.STORED
        assert world.register(TRADER).matched_leads == 1
    assert world.listed() == []


@pytest.mark.proves("R-013", "R-019")
def test_no_provider_is_asked_about_a_sole_trader_who_objected(world: World) -> None:
    """The legal form is the caller's own word, so it is known before anybody is told of the business."""
    world.register(TRADER)
    asked = world.claim(of_domain("janetrader.example.org", legal_form=SOLE))
    assert asked is not None
    assert asked.reason is Reason.SUPPRESSED
    assert world.claim(of_domain("janetrader.example.org", legal_form="bv")) is None


def test_a_look_up_that_met_another_may_be_sent_again(world: World) -> None:
    """Somebody else was asking; the same request, sent again a moment later, is decided anew."""
    assert world.claim(intake()) is None
    caller = world.caller()
    refused = world.claim(intake(), caller=caller)
    assert refused is not None
    assert refused.reason is Reason.LOOKUP_IN_PROGRESS
    world.pass_days(1)
    assert world.claim(intake(), caller=caller) is None
