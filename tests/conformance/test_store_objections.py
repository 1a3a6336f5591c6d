"""What every store does with an objection: when it answers, the person is unprocessable everywhere here (R-018)."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from leadgate_service.domain import identity
from leadgate_service.domain.decision import Outcome, Reason
from leadgate_service.domain.identity import TokenKind
from leadgate_service.domain.register import SourceName
from leadgate_service.storage import tables
from leadgate_service.storage.work import Statement

from tests.builders import IDA, candidate, company, crm_record, intake, of_domain, person
from tests.worlds import World

HUNTER = SourceName.HUNTER
BEN = "ben.okafor@northpier.example.com"
IDA_ELSEWHERE = "i.vermolen@oldharbour.example.org"
LINE = "+31 20 555 0123"


def listed(world: World) -> list[bytes]:
    """Whoever is listed."""
    return [lead.lead_id for lead in world.listed()]


@pytest.mark.proves("R-018", "P5")
def test_an_acknowledged_objection_is_effective_everywhere(world: World) -> None:
    """From the answer on nothing lists the person, asks about them or stores them; the bystander is untouched."""
    stored, bystander = world.admit(
        candidate(person=person()), candidate(said=intake(BEN), person=person("Ben Okafor", id="person-ben"))
    )
    registered = world.register(IDA)
    assert registered.matched_leads == 1
    assert listed(world) == [bystander.lead_id]
    assert stored.lead_id is not None
    for key in (IDA, stored.lead_id):
        lead = world.held(key)
        assert lead.suppressed
    assert world.claim(intake()) is not None
    assert world.admit(candidate(person=person()))[0].reason is Reason.SUPPRESSED
    assert (
        world.admit(candidate(said=intake(BEN), person=person("Ben Okafor", id="person-ben")))[0].outcome
        is Outcome.UPDATED
    )
    assert world.findings() == ()


@pytest.mark.proves("R-018")
def test_content_waits_unreadable_for_its_erasure(world: World) -> None:
    """The lead is due for erasure at the stated time, and the CRM is told to stop at once."""
    (stored,) = world.admit(candidate(person=person()))
    registered = world.register(IDA)
    assert registered.erase_time == world.now + timedelta(hours=4)
    leads, changes = tables.leads.c, tables.changes.c
    (times,) = world.rows(sa.select(leads.suppressed_time, leads.erase_time))
    assert tuple(times) == (world.now, registered.erase_time)
    (last,) = world.rows(sa.select(changes.lead_id, changes.kind, changes.reason).where(changes.kind == "stop"))
    assert (bytes(last[0]), *last[1:]) == (stored.lead_id, "stop", "objection")


@pytest.mark.proves("R-018")
def test_a_person_of_whom_nothing_is_held_can_object(world: World) -> None:
    """An objection needs no lead: it works against whatever may come."""
    assert world.register(IDA).matched_leads == 0
    assert world.admit(candidate(person=person()))[0].reason is Reason.SUPPRESSED
    assert world.counts()["leads"] == 0


@pytest.mark.proves("R-029", "R-030")
@pytest.mark.parametrize(
    "later",
    [
        {"said": intake(IDA)},
        {"said": intake("ida.vermolen+sales@northpier.example.com")},
        {"said": intake("ida@home.example.net")},
        {"said": intake("ida@home.example.net"), "person": person("I. Vermolen")},
        {"said": intake("ida@home.example.net"), "person": person(id="another"), "company": company()},
        {
            "said": intake("ida@home.example.net"),
            "source": HUNTER,
            "person": person(id="another", phone=LINE),
            "company": company("elsewhere.example.org"),
        },
    ],
    ids=[
        "address",
        "address with a tag",
        "provider's id",
        "id under another name",
        "name at company",
        "name at direct line",
    ],
)
def test_who_objected_is_known_again_by_all_that_was_known_then(world: World, later: dict[str, Any]) -> None:
    """The objection covers every identifier of the leads that it met, not the address alone."""
    world.admit(candidate(source=HUNTER, person=person(phone=LINE), company=company()))
    world.admit(candidate(person=person(), company=company()))
    world.register(IDA)
    item = candidate(**{"person": person(), "company": None, **later})
    assert world.admit(item)[0].reason is Reason.SUPPRESSED
    assert listed(world) == []


@pytest.mark.proves("R-030")
def test_an_objection_reaches_leads_linked_by_the_provider_s_id(world: World) -> None:
    """A lead under another address that the provider knows as the same person is suppressed with it."""
    world.admit(candidate(said=intake(IDA_ELSEWHERE), person=person()), candidate(person=person()))
    assert world.register(IDA).matched_leads == 2
    assert listed(world) == []
    assert world.claim(intake(IDA_ELSEWHERE)) is not None


NEW_ADDRESS = "ida@newharbour.example.org"


@pytest.mark.proves("R-030")
def test_a_blocked_answer_teaches_the_list_who_else_it_is(world: World) -> None:
    """Nothing was held when she objected; the answer for her address tells the provider's id: it blocks ever after."""
    world.register(IDA)
    (blocked,) = world.admit(candidate(person=person()))
    assert blocked.reason is Reason.SUPPRESSED
    (again,) = world.admit(candidate(said=intake(NEW_ADDRESS), person=person("I. V.")))
    assert again.reason is Reason.SUPPRESSED
    assert world.counts()["leads"] == 0
    assert world.findings() == ()


@pytest.mark.proves("R-030")
def test_a_new_address_under_the_provider_s_id_is_remembered(world: World) -> None:
    """Her lead was held with the provider's id; what the provider tells under a new address blocks that address.

    She has a new employer, and the new address alone is refused from then on (edge case 4).
    """
    world.admit(candidate(person=person()))
    world.register(IDA)
    assert world.claim(intake(NEW_ADDRESS)) is None
    (blocked,) = world.admit(candidate(said=intake(NEW_ADDRESS), person=person()))
    assert blocked.reason is Reason.SUPPRESSED
    asked = world.claim(intake(NEW_ADDRESS))
    assert asked is not None
    assert asked.reason is Reason.SUPPRESSED


@pytest.mark.proves("R-018", "R-030")
def test_what_is_held_under_a_new_link_is_unreadable_at_once(world: World) -> None:
    """The blocked answer names another address of hers; the lead that is held under that address is withheld."""
    world.admit(candidate(said=intake(NEW_ADDRESS), person=person(id="person-elsewhere")))
    world.register(IDA)
    assert len(listed(world)) == 1
    world.admit(candidate(person=person(email=NEW_ADDRESS)))
    assert listed(world) == []
    assert world.held(NEW_ADDRESS).suppressed


@pytest.mark.proves("R-030", "R-031")
def test_links_go_one_step_from_the_original(world: World) -> None:
    """What was added by a link adds nothing further: else one mistaken record would spread through the file.

    Whom it blocked once, it blocks again; whoever shares something with that one is another step, and is stored.
    """
    world.register(IDA)
    world.admit(candidate(person=person()))
    listed_now = world.counts()["suppressions"]
    else_known = person("Somebody Else", id="person-else")
    for known in (person("Somebody Else"), else_known):
        (blocked,) = world.admit(candidate(said=intake(NEW_ADDRESS), person=known))
        assert blocked.reason is Reason.SUPPRESSED
    assert world.counts()["suppressions"] == listed_now
    (third,) = world.admit(candidate(said=intake("else@third.example.net"), person=else_known))
    assert third.outcome is Outcome.STORED


@pytest.mark.proves("R-031")
def test_a_guess_links_nobody_to_an_objection(world: World) -> None:
    """Blocked, but the provider was not sure who it is: nothing is added to the list."""
    world.register(IDA)
    before = world.counts()["suppressions"]
    (blocked,) = world.admit(candidate(person=person(fuzzy=True)))
    assert blocked.reason is Reason.SUPPRESSED
    assert world.counts()["suppressions"] == before


@pytest.mark.proves("R-030")
def test_an_objection_reaches_leads_of_the_same_crm_record(world: World) -> None:
    """Two addresses that the caller calls one CRM record are one person: both leads are suppressed."""
    other = candidate(said=intake(BEN, crm_record=crm_record("00Q8")), person=person("Ida V.", id="person-other"))
    world.admit(candidate(said=intake(crm_record=crm_record("00Q8")), person=person()), other)
    assert world.register(IDA).matched_leads == 2
    assert listed(world) == []


@pytest.mark.proves("R-031")
@pytest.mark.parametrize("fuzzy", [(True, False), (False, True), (True, True)])
def test_a_guess_of_the_provider_suppresses_nobody_else(world: World, fuzzy: tuple[bool, bool]) -> None:
    """Where one of two matches was approximate, an objection of the one leaves the other alone, now and later."""
    mine, theirs = fuzzy
    other = candidate(said=intake(BEN), person=person("Ben Okafor", fuzzy=theirs), company=company())
    world.admit(candidate(person=person(fuzzy=mine), company=company()), other)
    assert world.register(IDA).matched_leads == 1
    assert len(listed(world)) == 1
    again = candidate(said=intake(BEN), person=person("Ben Okafor"), company=company())
    assert world.admit(again)[0].reason is (Reason.SUPPRESSED if not mine else None)


@pytest.mark.proves("R-013", "R-018")
def test_a_sole_trader_s_company_lead_goes_with_its_owner(world: World) -> None:
    """A lead of a company that is one person is reached by an address at its domain, and does not come back."""
    sole = candidate(said=of_domain(legal_form="eenmanszaak"), company=company())
    world.admit(sole)
    assert world.register(IDA).matched_leads == 1
    assert listed(world) == []
    assert world.admit(sole)[0].reason is Reason.SUPPRESSED


def test_a_company_s_data_is_not_a_person_s_to_withdraw(world: World) -> None:
    """Data of a legal person stays when one of its people objects."""
    world.admit(candidate(said=of_domain(), company=company()))
    assert world.register(IDA).matched_leads == 0
    assert len(listed(world)) == 1


def test_objecting_twice_is_objecting(world: World) -> None:
    """A second objection is registered as its own and meets nothing that is not suppressed already."""
    world.admit(candidate(person=person()))
    first, second = world.register(IDA), world.register(IDA)
    assert (first.matched_leads, second.matched_leads) == (1, 0)
    assert first.objection_id != second.objection_id
    assert world.counts()["objections"] == 2
    (times,) = world.rows(sa.select(tables.leads.c.erase_time))
    assert times[0] == first.erase_time


@pytest.mark.proves("R-018", "R-036")
@pytest.mark.parametrize(
    ("columns", "reason"),
    [(("suppressed_time", "erase_time"), Reason.SUPPRESSED), (("restricted_time",), Reason.RESTRICTED)],
)
def test_a_lead_that_is_marked_stands_still(world: World, columns: tuple[str, ...], reason: Reason) -> None:
    """Whatever the list says, a lead that is marked is neither asked about nor updated."""
    world.admit(candidate(person=person()))
    now = sa.bindparam("now", type_=tables.Instant)
    mark = Statement(sa.update(tables.leads).values(dict.fromkeys(columns, now)))
    world.execute(mark(now=world.now))
    refused = world.claim(intake())
    assert refused is not None
    assert refused.reason is reason
    assert world.admit(candidate(person=person(title="Chief of Freight")))[0].reason is reason
    assert world.content(IDA).job_title == "Head of Logistics"


def test_the_list_answers_yes_or_no(world: World) -> None:
    """Any identifier of several is enough; none, and an empty question, is no."""
    world.register(IDA)
    ida, ben = identity.email_identifiers(IDA), identity.email_identifiers(BEN)

    def suppressed(*identifiers: identity.Identifier) -> bool:
        return world.run(world.store.is_suppressed(identifiers))

    assert suppressed(*ida)
    assert suppressed(ida[1])
    assert suppressed(*ben, ida[0])
    assert not suppressed(*ben)
    assert not suppressed()


@pytest.mark.proves("R-027")
def test_a_suppression_holds_tokens_and_dates_and_nothing_else(world: World) -> None:
    """The columns are a closed list; a group is one objection's; no table ties an objection to a lead or a token."""
    assert [column.name for column in tables.suppressions.columns] == [
        "token",
        "group_id",
        "kind",
        "scope",
        "parent_token",
        "key_version",
        "canonicaliser_version",
        "created_date",
    ]
    world.admit(candidate(source=HUNTER, person=person(phone=LINE), company=company()))
    registered = world.register(IDA)
    rows = world.suppressions()
    assert {row[2] for row in rows} == {
        TokenKind.EMAIL_EXACT,
        TokenKind.EMAIL_BASE,
        TokenKind.EMAIL_DOMAIN,
        TokenKind.EMAIL_ABOVE,
        TokenKind.NAME_AT_DOMAIN,
        TokenKind.NAME_AT_PHONE,
        TokenKind.PHONE_E164,
        TokenKind.PROVIDER_PERSON_ID,
    }
    assert {len(bytes(row[0])) for row in rows} == {16}
    keep = world.rings.keep
    assert {bytes(row[1]) for row in rows} == {keep.group_id(registered.objection_id)}
    own = keep.token(identity.email_identifiers(IDA)[0])
    assert {bytes(row[4]) for row in rows if row[4] is not None} == {own}  # under which her name was known
    assert {(row[3], *row[5:]) for row in rows} == {("person", keep.token_version, 1, world.today)}
    assert bytes(rows[0][1]) != registered.objection_id


@pytest.mark.proves("R-031")
def test_a_shared_number_withholds_the_number_and_nobody(world: World) -> None:
    """A colleague on the same direct line is stored, without the number."""
    world.admit(candidate(source=HUNTER, person=person(phone=LINE), company=company()))
    world.register(IDA)
    colleague = person("Ben Okafor", id="person-ben", phone=LINE)
    (stored,) = world.admit(candidate(said=intake(BEN), source=HUNTER, person=colleague, company=company()))
    assert stored.outcome is Outcome.STORED
    content = world.content(BEN)
    assert (content.phone_number, content.phone_kind) == (None, None)


@pytest.mark.proves("R-013", "R-019")
@pytest.mark.parametrize("objects_first", [True, False])
def test_a_sole_trader_who_objects_is_not_stored_by_domain(world: World, objects_first: bool) -> None:  # noqa: FBT001 - the two orders
    """A trader's company is a person: an objection by an address there stops it in either order; a firm stays."""
    trader = candidate(said=of_domain(legal_form="eenmanszaak"), company=company())
    if objects_first:
        world.register(IDA)
        (judged,) = world.admit(trader)
        assert judged.reason is Reason.SUPPRESSED
        (firm,) = world.admit(candidate(said=of_domain(legal_form="besloten vennootschap"), company=company()))
        assert listed(world) == [firm.lead_id]
    else:
        world.admit(trader)
        world.register(IDA)
        assert listed(world) == []


@pytest.mark.proves("R-033")
def test_suppression_outlives_the_evidence(world: World) -> None:
    """Six years on the evidence is gone, and the person is not asked about or stored."""
    world.register(IDA)
    world.pass_days(6 * 366)
    world.execute(Statement(sa.delete(tables.objections))())
    asked = world.claim(intake(IDA))
    assert asked is not None
    assert asked.reason is Reason.SUPPRESSED
    assert world.admit(candidate(person=person(), obtained_time=world.now))[0].reason is Reason.SUPPRESSED


@pytest.mark.proves("R-019")
def test_an_objection_reaches_the_crm_record(world: World) -> None:
    """Whoever comes again under another address, but as the same CRM record, is not stored."""
    world.admit(candidate(said=intake(crm_record=crm_record("00Q1")), person=person()))
    world.register(IDA)
    again = candidate(said=intake(BEN, crm_record=crm_record("00Q1")), person=person("Somebody Else", id="person-new"))
    (judged,) = world.admit(again)
    assert judged.reason is Reason.SUPPRESSED
