"""That a candidate holds what may be kept, in the form in which it is kept, and every way to know whose it is."""

from typing import Any

import pytest
from leadgate_service.domain import identity
from leadgate_service.domain.candidate import Candidate, CrmRecord, Intake, Origin, question
from leadgate_service.domain.fields import Field, LeadFields, PhoneKind, Seniority, Span
from leadgate_service.domain.identity import Identifier, TokenKind
from leadgate_service.domain.projection import Answer
from leadgate_service.domain.refine import Drop
from leadgate_service.domain.register import SourceName

from tests.builders import IDA, NOON, POLICY, candidate, company, crm_record, intake, of_domain, person
from tests.domain.policies import policy

HUNTER = SourceName.HUNTER
LINE = "+31 20 555 0123"
E164 = "+31205550123"
DIRECT = person(phone=LINE)
NORTHPIER = identity.company_key("northpier.example.com")
BY_ADDRESS = identity.email_identifiers(IDA)


def kinds(item: Candidate | Intake) -> set[TokenKind]:
    """By what somebody may be known."""
    return {identifier.kind for identifier in item.identifiers}


def test_each_field_is_kept_in_its_one_form() -> None:
    """All eleven fields, from a provider's words to what is stored."""
    item = candidate(
        source=HUNTER,
        person=person(phone=LINE),
        company=company(description="Plans freight. Mail jan@northpier.example.com for a tour."),
    )
    assert item.fields == LeadFields(
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
        phone_number=E164,
        phone_kind=PhoneKind.DIRECT,
    )
    assert item.present == tuple(Field)
    assert item.dropped == {}


@pytest.mark.proves("R-001")
@pytest.mark.parametrize(
    ("values", "dropped"),
    [
        ({Field.JOB_TITLE: "Shop steward"}, {Field.JOB_TITLE: Drop.SCREENED}),
        ({Field.JOB_TITLE: "\x00"}, {Field.JOB_TITLE: Drop.INVALID}),
        ({Field.FULL_NAME: "ida@home.example.com"}, {Field.FULL_NAME: Drop.INVALID}),
        ({Field.COMPANY_NAME: Span(1, 2)}, {Field.COMPANY_NAME: Drop.INVALID}),
        ({Field.PHONE_NUMBER: Span(1, 2)}, {Field.PHONE_NUMBER: Drop.INVALID}),
        ({Field.PHONE_NUMBER: "call me"}, {Field.PHONE_NUMBER: Drop.INVALID}),
        ({Field.COMPANY_EMPLOYEE_RANGE: "many"}, {Field.COMPANY_EMPLOYEE_RANGE: Drop.INVALID}),
        ({Field.COMPANY_EMPLOYEE_RANGE: Span(1, 5)}, {}),
        ({Field.JOB_FUNCTION: "x" * 60}, {Field.JOB_FUNCTION: Drop.INVALID}),
        ({Field.COMPANY_WEBSITE: "https://user@host/path"}, {Field.COMPANY_WEBSITE: Drop.INVALID}),
        ({Field.COMPANY_DESCRIPTION: "Ask Ida: ida@home.example.com"}, {Field.COMPANY_DESCRIPTION: Drop.SCREENED}),
    ],
    ids=str,
)
def test_a_value_that_cannot_be_kept_costs_that_field_alone(
    values: dict[Field, Any], dropped: dict[Field, Drop]
) -> None:
    """A provider's nonsense is dropped with a reason, and the fields beside it stay."""
    item = candidate(answer=Answer(values={Field.COMPANY_INDUSTRY: "Software", **values}))
    assert item.dropped == dropped
    assert item.fields is not None
    assert item.fields.company_industry == "Software"
    assert set(item.present) == {Field.COMPANY_INDUSTRY, *values} - dropped.keys()


@pytest.mark.proves("R-001", "R-009")
def test_the_policy_and_the_assessment_narrow_the_list() -> None:
    """A field that the policy leaves out, and one that the assessment does not cover for this source, are dropped."""
    kept = ["company_name", "full_name"]
    rules = policy(
        {
            ("fields",): kept,
            ("assessment", "coverage", "fields"): kept,
            ("assessment", "coverage", "sources"): ["clearbit"],
            ("sources", 1, "state"): "suspended",
            ("relevance",): {"version": 2},
            ("principals",): [],
        },
    )
    item = candidate(rules=rules, person=person(), company=company())
    assert item.present == (Field.COMPANY_NAME, Field.FULL_NAME)
    assert set(item.dropped.values()) == {Drop.NOT_IN_POLICY}
    unassessed = candidate(rules=rules, source=HUNTER, person=person(), company=company())
    assert unassessed.present == ()
    assert unassessed.dropped[Field.FULL_NAME] is Drop.NOT_ASSESSED


@pytest.mark.proves("R-019", "R-030")
@pytest.mark.parametrize(
    ("said", "known_by"),
    [
        (intake(), {TokenKind.EMAIL_EXACT, TokenKind.EMAIL_BASE, TokenKind.DOMAIN}),
        (
            intake(crm_record=crm_record()),
            {TokenKind.EMAIL_EXACT, TokenKind.EMAIL_BASE, TokenKind.DOMAIN, TokenKind.CRM_RECORD},
        ),
        (of_domain(), {TokenKind.COMPANY_KEY, TokenKind.DOMAIN}),
        (of_domain(crm_record=crm_record()), {TokenKind.COMPANY_KEY, TokenKind.DOMAIN, TokenKind.CRM_RECORD}),
    ],
    ids=["address", "address and record", "domain", "domain and record"],
)
def test_a_question_carries_all_that_the_caller_said(said: Intake, known_by: set[TokenKind]) -> None:
    """Before a provider is asked, the caller's own words are looked for on the suppression list."""
    asked = question(POLICY, said, SourceName.CLEARBIT, NOON)
    assert kinds(asked) == known_by
    assert asked.fields is None
    assert asked.key == said.lookup_key


@pytest.mark.proves("R-019", "R-030")
def test_an_answer_carries_every_way_in_which_the_person_may_be_known() -> None:
    """After the answer, name at company, direct line, both together and the provider's id are looked for as well."""
    item = candidate(source=HUNTER, person=DIRECT, company=company("sub.northpier.example.com"))
    assert set(item.identifiers) == {
        *BY_ADDRESS,
        identity.name_at_domain("Ida Vermolen", "sub.northpier.example.com"),
        identity.name_at_domain("Ida Vermolen", "northpier.example.com"),
        identity.phone(E164),
        identity.name_at_phone("Ida Vermolen", E164),
        identity.provider_person_id("hunter", "person-ida"),
        *identity.domain_and_parents("northpier.example.com"),
        *identity.domain_and_parents("sub.northpier.example.com"),
    }


@pytest.mark.proves("R-019", "R-030")
def test_a_narrow_policy_does_not_narrow_whom_an_objection_protects() -> None:
    """Name, line, website and id are asked for though the policy keeps none of them; at rest is only what is kept."""
    kept = ["company_name", "job_title"]
    rules = policy(
        {
            ("fields",): kept,
            ("assessment", "coverage", "fields"): kept,
            ("relevance",): {"version": 2},
            ("principals",): [],
        },
    )
    firm = company("sub.northpier.example.com")
    narrow = candidate(rules=rules, source=HUNTER, person=DIRECT, company=firm)
    assert narrow.present == (Field.COMPANY_NAME, Field.JOB_TITLE)
    assert set(narrow.identifiers) == set(candidate(source=HUNTER, person=DIRECT, company=firm).identifiers)
    assert {identifier.kind for identifier in narrow.held} == {TokenKind.EMAIL_BASE}


@pytest.mark.proves("R-019", "R-030")
def test_the_answer_s_own_address_and_employer_are_asked_for() -> None:
    """The provider may know the person by another address and at another company; neither is kept."""
    employed = {"title": "Head of Logistics", "domain": "Employer.example.org"}
    item = candidate(person=person(email=" Ida@Private.example.net", employment=employed))
    assert set(identity.email_identifiers("ida@private.example.net")) <= set(item.identifiers)
    assert identity.name_at_domain("Ida Vermolen", "employer.example.org") in item.identifiers
    assert set(identity.domain_and_parents("employer.example.org")) <= set(item.identifiers)
    assert identity.email_identifiers(IDA)[1] in item.held
    assert "private" not in repr([identifier.canonical for identifier in item.held])


@pytest.mark.proves("R-019", "R-030")
def test_every_address_of_the_answer_is_asked_for() -> None:
    """A list of addresses is asked for in full; what is no address in it is passed over."""
    listed = ["mailto:Ida@Private.example.net", "ida@@broken", "i.vermolen@other.example.org"]
    item = candidate(person=person(email=listed))
    for address in ("ida@private.example.net", "i.vermolen@other.example.org"):
        assert set(identity.email_identifiers(address)) <= set(item.identifiers)
    assert "broken" not in repr([identifier.canonical for identifier in item.identifiers])
    assert "private" not in repr([identifier.canonical for identifier in item.held])


@pytest.mark.proves("R-019", "R-030")
@pytest.mark.parametrize("full_name", [None, 7, "", "ida@home.example.com"], ids=ascii)
def test_a_name_in_two_parts_is_asked_for_and_not_kept(full_name: object) -> None:
    """Without a usable full name the joined one is asked for, with company and line; nothing keeps it."""
    name = {"fullName": full_name, "givenName": " Ida", "familyName": "Vermolen"}
    item = candidate(source=HUNTER, person={**DIRECT, "name": name}, company=company())
    asked = {identity.name_at_domain("Ida Vermolen", "northpier.example.com")}
    assert asked | {identity.name_at_phone("Ida Vermolen", E164)} <= set(item.identifiers)
    assert item.fields is not None
    assert item.fields.full_name is None
    assert {identifier.kind for identifier in item.held} == {TokenKind.EMAIL_BASE}


@pytest.mark.proves("R-019")
def test_a_full_name_goes_before_its_parts() -> None:
    """Where the answer has a full name, that is the name; its parts may be of another spelling and are not read."""
    named = {"fullName": "Ida Vermolen", "givenName": "Adelaida", "familyName": "Vermolen"}
    assert candidate(person={**person(), "name": named}).identifiers == candidate(person=person()).identifiers


def test_of_an_asked_company_no_person_is_asked_for() -> None:
    """Where a company was asked about, nothing of a person is kept; so nobody else's word takes the company away."""
    item = candidate(said=of_domain(), person=person(email=IDA), company=company())
    assert kinds(item) == {TokenKind.COMPANY_KEY, TokenKind.DOMAIN}


@pytest.mark.parametrize(
    ("facts", "key", "personal"),
    [
        ({"person": person(), "company": company()}, BY_ADDRESS[0], True),
        ({"person": person(None, title=None, seniority=None), "company": company()}, BY_ADDRESS[0], True),
        ({"person": None, "company": company()}, NORTHPIER, False),
        ({"person": {"id": "person-ida"}, "company": company()}, NORTHPIER, False),
        ({"person": None, "company": company("www.Northpier.example.com")}, NORTHPIER, False),
        ({"person": None, "company": company(None)}, None, False),
        ({"said": of_domain(), "person": None, "company": company(None)}, NORTHPIER, False),
        ({"said": of_domain(), "person": None, "company": company("shops.example.org")}, NORTHPIER, False),
        ({"source": HUNTER, "person": {"phone": LINE}, "company": company()}, BY_ADDRESS[0], True),
        ({"source": HUNTER, "person": None, "company": company(phone=LINE)}, NORTHPIER, False),
    ],
    ids=[
        "a person",
        "a function alone makes a person",
        "a company",
        "an id alone makes no person",
        "www is no other company",
        "nobody knows whose",
        "the caller knows whose",
        "a website that many share is nobody's name",
        "a direct line makes a person",
        "a company line makes none",
    ],
)
def test_whose_lead_it_is(facts: dict[str, Any], key: Identifier | None, personal: bool) -> None:  # noqa: FBT001 - a column of the table
    """A person is known by the exact address, a company by the domain that was asked about, else by its own."""
    item = candidate(**facts)
    assert (item.key, item.personal) == (key, personal)


@pytest.mark.proves("R-013")
@pytest.mark.parametrize(
    ("said", "name", "somebody", "personal"),
    [
        (of_domain(legal_form="Eenmanszaak"), "Northpier Analytics", None, True),
        (of_domain(legal_form="GmbH"), "Northpier Analytics", None, False),
        (of_domain(), "Bakkerij Vermolen eenmanszaak", None, True),
        (intake(), "Ida Vermolen Consulting", person(title=None, role=None, seniority=None), True),
        (intake(legal_form="zzp"), "Northpier Analytics", None, True),
    ],
    ids=[
        "by legal form",
        "a legal person",
        "by name and form",
        "by the person's name",
        "by legal form, with an address",
    ],
)
def test_a_company_that_is_one_person_is_a_person(
    said: Intake,
    name: str,
    somebody: dict[str, Any] | None,
    personal: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """A sole trader's lead is personal, and with an address it is known by that address."""
    item = candidate(said=said, person=somebody, company=company(name=name))
    assert item.personal is personal
    assert (item.key == said.lookup_key) is (personal or said.email is None)


@pytest.mark.proves("R-013")
def test_a_sole_trader_is_told_by_a_name_that_the_policy_does_not_keep() -> None:
    """Leaving the full name out of the policy does not make the company of that name a legal person."""
    kept = ["company_name", "company_website"]
    rules = policy(
        {
            ("fields",): kept,
            ("assessment", "coverage", "fields"): kept,
            ("relevance",): {"version": 2},
            ("principals",): [],
        },
    )
    item = candidate(rules=rules, person=person(), company=company(name="Ida Vermolen Consulting"))
    assert item.present == (Field.COMPANY_NAME, Field.COMPANY_WEBSITE)
    assert item.personal


@pytest.mark.parametrize(
    ("somebody", "firm", "record"),
    [
        (person(), company(), identity.provider_person_id("clearbit", "person-ida")),
        (None, company(), identity.provider_company_id("clearbit", "company-northpier")),
        (person(id=None), company(), None),
    ],
    ids=["of the person", "of the company", "none"],
)
def test_the_provider_s_own_record_is_remembered(
    somebody: dict[str, Any] | None, firm: dict[str, Any], record: Identifier | None
) -> None:
    """A person's values come from the person's record, a company's from the company's."""
    assert candidate(person=somebody, company=firm).record == record


def test_the_name_is_at_the_company_and_else_at_the_address() -> None:
    """Where the provider knows no company, the name is at the domain of the address."""
    at_address = identity.name_at_domain("Ida Vermolen", "northpier.example.com")
    assert at_address in candidate(person=person()).identifiers
    elsewhere = candidate(person=person(), company=company("other.example.org"))
    assert {identity.name_at_domain("Ida Vermolen", "other.example.org"), at_address} <= set(elsewhere.identifiers)


def test_a_company_line_identifies_nobody() -> None:
    """The switchboard's number is kept and blocks nobody: it is everybody's."""
    item = candidate(person=person(), company=company(phone=LINE))
    assert item.fields is not None
    assert item.fields.phone_kind is PhoneKind.COMPANY
    assert kinds(item).isdisjoint({TokenKind.PHONE_E164, TokenKind.NAME_AT_PHONE})


def test_a_number_is_read_with_the_caller_s_country() -> None:
    """A national number means nothing without a country; the caller's is used, and without one it is dropped."""
    firm = company(phone="020 555 0123")
    dutch = candidate(person=person(), company=firm)
    assert dutch.fields is not None
    assert dutch.fields.phone_number == E164
    unknown = candidate(said=intake(country_code=None), person=person(), company=firm)
    assert unknown.dropped == {Field.PHONE_NUMBER: Drop.INVALID}


@pytest.mark.proves("R-003", "R-078")
def test_nothing_of_a_lead_is_shown_when_it_is_printed() -> None:
    """What ends up in a traceback by accident holds neither address, nor value, nor record."""
    said = intake(crm_record=crm_record("00QCANARY"))
    item = candidate(said=said, person=DIRECT, company=company())
    shown = repr((said, item, item.identifiers, question(POLICY, said, HUNTER, NOON)))
    assert "Ida" not in shown
    assert IDA not in shown
    assert "northpier" not in shown
    assert "00QCANARY" not in shown


def test_two_records_of_one_crm_are_two_identifiers() -> None:
    """Recipient, object and id together name a record."""
    records = [
        CrmRecord("salesforce", "Lead", "1"),
        CrmRecord("salesforce", "Contact", "1"),
        CrmRecord("hubspot", "Lead", "1"),
        CrmRecord("salesforce", "Lead", "2"),
    ]
    assert len({intake(crm_record=record).crm_identifier for record in records}) == len(records)
    assert (
        intake(crm_record=CrmRecord("salesforce", "LEAD", "1")).crm_identifier
        == intake(crm_record=records[0]).crm_identifier
    )


@pytest.mark.proves("R-006")
def test_an_origin_is_one_of_three() -> None:
    """End-user traffic and customers' address books cannot even be written down here."""
    assert {origin.value for origin in Origin} == {"crm_lead", "crm_customer", "web_form"}
