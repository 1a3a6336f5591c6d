"""A business under its owner's own name is hers, whoever's answer tells so and in whatever order (R-013, R-019)."""

from itertools import permutations

import pytest
from leadgate_service.domain.decision import Outcome, Reason
from leadgate_service.domain.objector import Objector

from tests.builders import candidate, company, of_domain, person
from tests.conformance.held import FREE_MAIL, SOLE, due, of
from tests.storage.faults import check_invariants
from tests.worlds import World

DOMAIN = "kapsalon-ann.example.com"
ANN, INFO = f"ann@{DOMAIN}", f"info@{DOMAIN}"
SALON = company(DOMAIN, name="Kapsalon Ann Mulder", id=None)
OWNER = person("Ann Mulder", id="person-ann")

ORDERS = [
    order
    for order in permutations(("owner", "domain", "mailbox", "objection"))
    # An answer about her tells what the business is; refused before anybody is asked, there is none.
    if order.index("owner") < order.index("objection")
]


def bring_in(world: World, what: str) -> None:
    """Let one of the things happen of which the order does not matter."""
    match what:
        case "owner":
            world.admit(of(world, ANN, person=OWNER, company=SALON))
        case "domain":
            world.admit(candidate(said=of_domain(DOMAIN), person=None, company=SALON, obtained_time=world.now))
        case "mailbox":
            world.admit(of(world, INFO, person=None, company=SALON))
        case "objection":
            world.register(ANN)


@pytest.mark.proves("R-013", "R-018", "R-019")
@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_a_business_with_its_owner_s_name_goes_with_her(world: World, order: tuple[str, ...]) -> None:
    """Once an answer about her tells that the company has her name, her objection reaches it, held or asked about."""
    for what in order:
        bring_in(world, what)
    assert world.listed() == []
    assert due(world).count(True) == 1  # hers is erased, the business is withheld
    asked = world.claim(of_domain(DOMAIN))
    assert asked is not None
    assert asked.reason is Reason.SUPPRESSED
    check_invariants(world)


@pytest.mark.proves("R-013", "R-018")
@pytest.mark.parametrize("held", [True, False], ids=["held", "asked for"])
def test_the_form_that_is_said_with_her_address_is_the_business_s(world: World, *, held: bool) -> None:
    """She objected; her address comes in again with the legal form, is refused, and the business goes with her."""
    trading = company(DOMAIN, name="Trading", id=None)
    about_business = candidate(said=of_domain(DOMAIN), person=None, company=trading, obtained_time=world.now)
    if held:
        world.admit(about_business)
    world.register(ANN)
    asked = world.claim(of(world, ANN, legal=SOLE).intake)
    assert asked is not None
    assert asked.reason is Reason.SUPPRESSED
    assert world.admit(about_business)[0].reason is Reason.SUPPRESSED
    assert world.listed() == []


@pytest.mark.proves("R-013", "R-030")
def test_her_business_goes_with_her_private_address(world: World) -> None:
    """She is known at a free mailbox, and her business by its domain; its name is hers, so her objection reaches it."""
    bring_in(world, "domain")
    world.admit(of(world, FREE_MAIL, person=OWNER, company=SALON))
    world.register(FREE_MAIL)
    assert world.listed() == []


@pytest.mark.proves("R-013", "R-031")
def test_a_colleague_s_objection_reaches_the_business_and_not_its_owner(world: World) -> None:
    """Whose business it is nobody can tell from an address there; who is named speaks for herself, and is read."""
    bring_in(world, "owner")
    bring_in(world, "domain")
    world.register(f"piet@{DOMAIN}")
    assert [lead.fields.full_name for lead in world.listed() if lead.fields is not None] == ["Ann Mulder"]
    assert due(world) == [False]
    assert world.admit(of(world, ANN, person=OWNER, company=SALON))[0].outcome is Outcome.UPDATED


@pytest.mark.proves("R-013")
def test_what_turns_out_to_be_a_person_s_gets_what_is_owed_to_a_person(world: World) -> None:
    """A company's lead was held without notice; the owner's answer tells, and a notice is due from its first day."""
    bring_in(world, "domain")
    (before,) = world.listed()
    assert (before.personal, before.notice_due_date) == (False, None)
    world.pass_days(3)
    bring_in(world, "owner")
    after = world.held(before.lead_id)
    assert after.personal
    assert after.notice_due_date is not None
    assert (after.first_obtained_date, after.expire_date) == (before.first_obtained_date, before.expire_date)
    world.pass_days(1)
    bring_in(world, "domain")
    assert world.held(before.lead_id).personal
    check_invariants(world)


@pytest.mark.proves("R-013")
def test_who_says_that_it_is_a_legal_person_s_may_ask(world: World) -> None:
    """The caller knows the register: a company of that name with a legal form of its own is nobody's."""
    bring_in(world, "owner")
    world.register(ANN)
    assert world.claim(of_domain(DOMAIN, legal_form="bv")) is None


@pytest.mark.proves("R-013", "R-019")
@pytest.mark.parametrize("form", ["onbekend", "unknown", "Overig", "-", "something else"])
def test_a_form_that_nobody_knows_says_nothing(world: World, form: str) -> None:
    """Only a form that is known to be a legal person's takes back what was said: an unknown word does not."""
    world.register(ANN)
    business = of_domain(DOMAIN, legal_form=SOLE)
    for said in (business, of_domain(DOMAIN, legal_form=form), of_domain(DOMAIN)):
        asked = world.claim(said)
        assert asked is not None
        assert asked.reason is Reason.SUPPRESSED


@pytest.mark.proves("R-013", "R-019")
@pytest.mark.parametrize("said", [{"type": "personal"}, {"legalName": "Ann Mulder sole trader"}], ids=["kind", "form"])
def test_the_provider_may_say_that_a_company_is_one_person_s(world: World, said: dict[str, str]) -> None:
    """By its kind or its registered name, which are looked at and not kept: the objection at its domain stops it."""
    world.register(ANN)
    answer = company(DOMAIN, name="Kapsalon", id=None, **said)
    about_business = candidate(said=of_domain(DOMAIN), person=None, company=answer, obtained_time=world.now)
    assert world.admit(about_business)[0].reason is Reason.SUPPRESSED


@pytest.mark.proves("R-019")
@pytest.mark.parametrize("told", [{"email": FREE_MAIL}, {"id": "person-ann"}], ids=["address", "id"])
def test_a_company_s_answer_that_tells_of_an_objector_is_dropped(world: World, told: dict[str, str]) -> None:
    """Every token of the answer counts, also of its person where a company was asked about; a stranger's does not."""
    world.admit(of(world, FREE_MAIL, person=OWNER, company=None))
    world.register(FREE_MAIL)
    for somebody, reason in (({"id": None, **told}, Reason.SUPPRESSED), ({"id": "person-piet"}, None)):
        answer = {"name": {"fullName": "Piet Bakker"}, "fuzzy": False, **somebody}
        about_company = candidate(
            said=of_domain("northpier.example.com"), person=answer, company=company(), obtained_time=world.now
        )
        assert world.admit(about_company)[0].reason is reason


@pytest.mark.proves("R-031")
def test_an_objector_s_line_is_nobody_s_company_line(world: World) -> None:
    """The number that somebody objected by comes back as a company's: the company is kept, the number is not."""
    world.register(Objector(phones=("+31205550123",)))
    shop = company("shop.example.org", name="Shop", phone="+31 20 555 0123")
    world.admit(candidate(said=of_domain("shop.example.org"), person=None, company=shop, obtained_time=world.now))
    (lead,) = world.listed()
    assert lead.fields is not None
    assert (lead.fields.company_name, lead.fields.phone_number) == ("Shop", None)
