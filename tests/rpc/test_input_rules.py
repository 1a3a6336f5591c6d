"""What a caller may not send: the refusal names the field and its rule, repeats nothing, and leaves nothing behind."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import grpc
import pytest
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from leadgate.v1 import intake_service_pb2, objection_service_pb2, types_pb2
from leadgate.v1.objection_service_pb2 import LiftSuppressionRequest, ListObjectionsRequest

from tests.builders import NOON
from tests.domain.policies import changed, written
from tests.rpc.messages import (
    annul,
    apply,
    check,
    enrich,
    get,
    get_objection,
    ingest,
    item,
    lift,
    object_,
    object_all,
    query,
)
from tests.rpc.wire import Answer, Caller, method_of
from tests.running_service import RunningService

CANARY = "lgcanary-input-0123456789"
LONG = CANARY + "x" * 300
CONTROL = f"{CANARY}\x00"
ADDRESS = "must be an e-mail address of at most 254 characters"
HOST = "must be a host name with a dot, without scheme, port or path"
LISTED = "must be one of the values of the contract, and not unspecified"
OPTIONAL = "must be one of the values of the contract"
LEGAL_FORM = "must be at most 40 letters, digits, spaces and . , & ( ) / ' -"
REFERENCE = "must be at most 64 letters, digits, dots, slashes, hashes and hyphens"
REQUEST_ID = "must be 1 to 64 letters, digits, dots, colons, underscores and hyphens"
NO_DAY = "must be a day that exists"
FUTURE = "must not lie in the future"
INSTANT = "must be an instant of the years 2000 to 9999"
RANGE = "must have 0 <= lower <= upper <= 10^15"
NO_CONTROLS = "must not have control characters"
RECIPIENT = "must be a recipient's name in the policy"

COMPANY_S = "must be a company's: not a free-mail provider's, and not a public suffix"
COUNT = "must have 1 to 20 identifiers"
COMPANY = objection_service_pb2.OBJECTION_SCOPE_COMPANY
OWN = "must not be the controller's own (`objections.own_domains` of the policy)"


def objector(**said: Any) -> objection_service_pb2.Objector:
    """Name somebody by anything."""
    return objection_service_pb2.Objector(**said)


def name(full_name: str = "Ida Vermolen", company_domain: str = "northpier.example.com") -> dict[str, str]:
    """A name at a company."""
    return {"full_name": full_name, "company_domain": company_domain}


def record(**said: str) -> dict[str, str]:
    """A CRM record."""
    return {"recipient": "salesforce", "object": "Lead", "record_id": "00Q1", **said}


BAD_OBJECTORS: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({}, ("objector", COUNT)),
    ({"emails": [f"ida{number}@example.com" for number in range(21)]}, ("objector", COUNT)),
    ({"emails": ["ida@example.com", CANARY]}, ("objector.emails[1]", ADDRESS)),
    (
        {"phones": [{"number": "020 555 0123"}]},
        ("objector.phones[0].number", "must be a phone number, international or with its country_code"),
    ),
    ({"phones": [{"number": LONG}]}, ("objector.phones[0].number", "must be at most 64 characters")),
    (
        {"phones": [{"number": "+31205550123", "country_code": "nl"}]},
        ("objector.phones[0].country_code", "must be two upper-case letters of ISO 3166-1"),
    ),
    (
        {"crm_references": [record(object="Account")]},
        ("objector.crm_references[0].object", "must be a person's: Lead or Contact"),
    ),
    (
        {"crm_references": [record(), record(recipient=CANARY)]},
        ("objector.crm_references[1].recipient", RECIPIENT),
    ),
    (
        {"lead_ids": [CANARY]},
        ("objector.lead_ids[0]", "must be a UUID in lower-case hexadecimal with hyphens"),
    ),
    ({"names": [name(full_name="...")]}, ("objector.names[0].full_name", "must have a letter or a digit")),
    ({"names": [name(full_name=CONTROL)]}, ("objector.names[0].full_name", NO_CONTROLS)),
    ({"names": [name(company_domain=CANARY)]}, ("objector.names[0].company_domain", HOST)),
    ({"names": [name(company_domain="gmail.com")]}, ("objector.names[0].company_domain", COMPANY_S)),
    ({"names": [name(company_domain="co.uk")]}, ("objector.names[0].company_domain", COMPANY_S)),
    (
        {"unsubscribe_tokens": [CANARY]},
        ("objector.unsubscribe_tokens[0]", "must be the end of an unsubscribe_url that this service made"),
    ),
]

NEVER = types_pb2.Date(year=2026, month=2, day=31)
TOMORROW = types_pb2.Date(year=2026, month=11, day=24)
TOMORROW_NOON = Timestamp(seconds=int(NOON.timestamp()) + 86_400)
YESTERDAY = types_pb2.Date(year=2026, month=11, day=22)


class Bad(NamedTuple):
    """A request that breaks a rule.

    Attributes:
        request: The request.
        field: The field that the refusal names.
        rule: The rule that it names.
        reason: The reason.
    """

    request: Message
    field: str
    rule: str
    reason: str = "FIELD_INVALID"


def crm(**parts: str) -> types_pb2.CrmReference:
    """Name a CRM record, wrong in some part."""
    return types_pb2.CrmReference(**{"recipient": "salesforce", "object": "Lead", "record_id": "00Q1", **parts})


def contract(reference: str = "C/1", start_date: types_pb2.Date = YESTERDAY) -> dict[str, Any]:
    """Name a contract, wrong in some part."""
    named = types_pb2.Contract(reference=reference, start_date=start_date)
    return {"origin": types_pb2.ORIGIN_CRM_CUSTOMER, "contract": named}


def web_form(act_date: types_pb2.Date, origin: int = types_pb2.ORIGIN_WEB_FORM) -> dict[str, Any]:
    """Name a web form, wrong in some part."""
    return {"origin": origin, "web_form": types_pb2.WebFormAct(act_date=act_date)}


def typed(person_id: str | None = None, **fields: Any) -> dict[str, Any]:
    """Hand in fields instead of a provider's answer."""
    content = types_pb2.LeadFields(**fields)
    answer = intake_service_pb2.TypedAnswer(fields=content, person_id=person_id)
    return {"provider_json": None, "typed": answer}


def out_of_range(name: str) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Hand in ranges that are none."""
    for lower, upper in ((-1, 5), (5, 4), (10**15 + 1, 10**15 + 2)):
        values: dict[str, Any] = {name: types_pb2.Range(lower=lower, upper=upper)}
        yield typed(**values), f"typed.fields.{name}", RANGE


NO_ADDRESSES = (
    "",
    CANARY,
    f"{CANARY}@",
    f"{CANARY}@host",
    f"a@b@{CANARY}.com",
    f"{CANARY}@[127.0.0.1]",
    f"@{CANARY}.com",
)
NO_RECIPIENTS = ("", "hubspot", "Salesforce", CANARY)
NO_HOSTS = ("", CANARY, f"https://{CANARY}.com", f"{CANARY}.com/a", f"{CANARY}.com:80", "127.0.0.1", f"{CANARY}..com")

OF_LEAD: list[tuple[dict[str, Any], str, str]] = [
    ({"lookup": None}, "lookup", "must name an e-mail address or a domain"),
    *(({"lookup": types_pb2.LookupKey(email=value)}, "lookup.email", ADDRESS) for value in NO_ADDRESSES),
    ({"lookup": types_pb2.LookupKey(email=f"{LONG}@example.com")}, "lookup.email", ADDRESS),
    ({"lookup": types_pb2.LookupKey(email=f"{CONTROL}@example.com")}, "lookup.email", NO_CONTROLS),
    *(({"lookup": types_pb2.LookupKey(domain=value)}, "lookup.domain", HOST) for value in NO_HOSTS),
    ({"lookup": types_pb2.LookupKey(domain=f"{LONG}.com")}, "lookup.domain", HOST),
    ({"lookup": types_pb2.LookupKey(domain=f"{CONTROL}.com")}, "lookup.domain", NO_CONTROLS),
    *(({"origin": number}, "origin", LISTED) for number in (0, 6, 99, -1)),
    *(
        ({"country_code": code}, "country_code", "must be two upper-case letters of ISO 3166-1")
        for code in ("nl", "NLD", "ZZ", "EU", CANARY)
    ),
    *(({"crm_reference": crm(recipient=name)}, "crm_reference.recipient", RECIPIENT) for name in NO_RECIPIENTS),
    ({"crm_reference": crm(object=CANARY)}, "crm_reference.object", "must be 1 to 40 letters, digits and underscores"),
    ({"crm_reference": crm(record_id=CANARY)}, "crm_reference.record_id", "must be 1 to 40 letters and digits"),
    (web_form(NEVER), "web_form.act_date", NO_DAY),
    (web_form(TOMORROW), "web_form.act_date", FUTURE),
    (web_form(YESTERDAY, types_pb2.ORIGIN_CRM_LEAD), "web_form.act_date", "must go with the origin that it belongs to"),
    (contract(start_date=NEVER), "contract.start_date", NO_DAY),
    (contract(start_date=TOMORROW), "contract.start_date", FUTURE),
    *(
        (contract(value), "contract.reference", "must be 1 to 64 letters, digits, dots, slashes and hyphens")
        for value in ("", LONG, CONTROL, f"{CANARY} Vermolen")
    ),
    ({"legal_form": LONG}, "legal_form", LEGAL_FORM),
    ({"legal_form": CONTROL}, "legal_form", LEGAL_FORM),
    (
        {"legal_form": "ida@northpier.example.com"},
        "legal_form",
        LEGAL_FORM,
    ),
]
"""What EnrichLead and an item of a batch have in common."""

OF_CALL = [
    *(Bad(enrich(**facts), field, rule) for facts, field, rule in OF_LEAD),
    *(Bad(enrich(request_id=value), "request_id", REQUEST_ID) for value in ("", LONG, f"a {CANARY}", f"é{CANARY}")),
    Bad(ingest(request_id=""), "request_id", REQUEST_ID),
    Bad(intake_service_pb2.BatchIngestLeadsRequest(request_id="none"), "items", "must be 1 to 500"),
    Bad(ingest(*[item()] * 501), "items", "must be 1 to 500"),
    *(Bad(get(purpose=number), "purpose", LISTED) for number in (0, 6, -1)),
    Bad(get(CANARY), "email", ADDRESS),
    Bad(get(CONTROL + "@example.com"), "email", NO_CONTROLS),
    Bad(get(lead_id=CANARY), "lead_id", "must be a UUID in lower-case hexadecimal with hyphens"),
    *(Bad(get(crm_reference=crm(recipient=name)), "crm_reference.recipient", RECIPIENT) for name in NO_RECIPIENTS),
    Bad(get(crm_reference=crm(object="")), "crm_reference.object", "must be 1 to 40 letters, digits and underscores"),
    *(Bad(query(purpose=number), "purpose", LISTED) for number in (0, 6, -1)),
    Bad(query(page_size=-1), "page_size", "must not be negative"),
    Bad(query(page_token=CANARY), "page_token", "must be a next_page_token of this service", "PAGE_TOKEN_INVALID"),
    Bad(query(company_industry=LONG), "company_industry", "must be at most 100 characters"),
    Bad(query(company_industry=CONTROL), "company_industry", NO_CONTROLS),
    Bad(query(job_function=LONG), "job_function", "must be at most 50 characters"),
    Bad(query(job_function=""), "job_function", "must not be empty"),
    Bad(query(company_domain=CANARY), "company_domain", HOST),
    *(Bad(query(**{name: 99}), name, OPTIONAL) for name in ("seniority", "employee_band", "revenue_band")),
    Bad(query(first_obtained_from_date=NEVER), "first_obtained_from_date", NO_DAY),
    Bad(query(first_obtained_until_date=types_pb2.Date(year=10_000)), "first_obtained_until_date", NO_DAY),
    *(Bad(object_(value), "objector.emails[0]", ADDRESS) for value in NO_ADDRESSES),
    Bad(object_(CONTROL + "@example.com"), "objector.emails[0]", NO_CONTROLS),
    *(Bad(object_(objector=objector(**said)), *told) for said, told in BAD_OBJECTORS),
    *(Bad(object_(channel=number), "channel", LISTED) for number in (0, 99, -1)),
    Bad(object_(contact_scope=9), "contact_scope", OPTIONAL),
    Bad(object_(purpose=9), "purpose", OPTIONAL),
    Bad(object_(request_id=""), "request_id", REQUEST_ID),
    Bad(object_(received_time=TOMORROW_NOON), "received_time", FUTURE),
    *(
        Bad(object_(received_time=instant), "received_time", INSTANT)
        for instant in (Timestamp(seconds=2**62), Timestamp(seconds=946_684_799), Timestamp(nanos=-1))
    ),
    *(
        Bad(
            object_(reference=value),
            "reference",
            REFERENCE,
        )
        for value in (LONG, f"{CANARY} Vermolen", f"{CANARY}@example.com")
    ),
    *(Bad(check(value), "objector.emails[0]", ADDRESS) for value in NO_ADDRESSES),
    Bad(check(CONTROL + "@example.com"), "objector.emails[0]", NO_CONTROLS),
    Bad(object_(scope=9), "scope", OPTIONAL),
    Bad(
        object_(company_domains=["northpier.example.com"]), "company_domains", "must be empty unless a company objects"
    ),
    Bad(object_(scope=COMPANY), "objector", "must be absent if a company objects"),
    *(
        Bad(object_(scope=COMPANY, objector=None, company_domains=domains), *told)
        for domains, told in (
            ([], ("company_domains", "must be 1 to 20")),
            (["northpier.example.com"] * 21, ("company_domains", "must be 1 to 20")),
            ([CANARY], ("company_domains[0]", HOST)),
            (["northpier.example.com", "gmail.com"], ("company_domains[1]", COMPANY_S)),
            (["co.uk"], ("company_domains[0]", COMPANY_S)),
            (["mail.gmail.com"], ("company_domains[0]", COMPANY_S)),
            (["mail.demo-controller.example.net"], ("company_domains", OWN)),
            (["example.net"], ("company_domains", OWN)),
        )
    ),
    Bad(object_all(items=[]), "items", "must be 1 to 500"),
    Bad(object_all(*["ida@example.com"] * 501), "items", "must be 1 to 500"),
    Bad(object_all(channel=0), "channel", LISTED),
    Bad(object_all(import_id=f"{CANARY}@"), "import_id", REQUEST_ID),
    Bad(object_all(request_id=""), "request_id", REQUEST_ID),
    Bad(get_objection(CANARY), "objection_id", "must be a UUID in lower-case hexadecimal with hyphens"),
    Bad(ListObjectionsRequest(page_size=-1), "page_size", "must not be negative"),
    Bad(ListObjectionsRequest(reference=f"{CANARY}@"), "reference", REFERENCE),
    Bad(annul(CANARY), "objection_id", "must be a UUID in lower-case hexadecimal with hyphens"),
    Bad(annul(reason=0), "reason", LISTED),
    Bad(annul(import_id=""), "target", "must be an objection_id or an import_id"),
    Bad(annul(request_id=""), "request_id", REQUEST_ID),
    Bad(lift(CANARY), "email", ADDRESS),
    Bad(LiftSuppressionRequest(request_id="lift-1"), "step", "must be an email or a challenge"),
    Bad(apply("demo: true", expected_version=-1), "expected_version", "must not be negative"),
    Bad(apply("demo: true", request_id=""), "request_id", REQUEST_ID),
]

OF_ITEM: list[tuple[dict[str, Any], str, str]] = [
    *OF_LEAD,
    *(
        ({"origin": number}, "origin", f"must not be {name}")
        for number, name in ((4, "END_USER_TRAFFIC"), (5, "CUSTOMER_ADDRESS_BOOK"))
    ),
    ({"source": CANARY}, "source", "must be a source that leadgate can read: clearbit, hunter"),
    ({"obtained_time": TOMORROW_NOON}, "obtained_time", FUTURE),
    ({"obtained_time": Timestamp(seconds=2**62)}, "obtained_time", INSTANT),
    ({"provider_json": None}, "answer", "must be provider_json or typed"),
    ({"provider_json": CANARY.encode() * 11_000}, "provider_json", "must be at most 262144 bytes"),
    (typed(person_id=LONG), "typed.person_id", "must be at most 128 characters"),
    (typed(person_id=CONTROL), "typed.person_id", NO_CONTROLS),
    (typed(company_name=""), "typed.fields.company_name", "must not be empty"),
    (typed(full_name=CONTROL), "typed.fields.full_name", NO_CONTROLS),
    *(
        (typed(**{name: CANARY * 20}), f"typed.fields.{name}", f"must be at most {most} characters")
        for name, most in (
            ("company_name", 255),
            ("company_description", 255),
            ("company_website", 261),
            ("company_industry", 100),
            ("job_function", 50),
            ("job_title", 128),
            ("full_name", 200),
            ("phone_number", 40),
        )
    ),
    *out_of_range("company_estimated_revenue"),
    *out_of_range("company_employee_range"),
    (typed(seniority=99), "typed.fields.seniority", OPTIONAL),
    (typed(phone_number="+31201234567", phone_kind=99), "typed.fields.phone_kind", OPTIONAL),
]


def assert_refused(answer: Answer, bad: Bad) -> None:
    """The refusal names field and rule in all three places, and nothing else; its message is one sentence."""
    assert (answer.code, answer.reason) == (grpc.StatusCode.INVALID_ARGUMENT, bad.reason)
    assert answer.metadata == {"field": bad.field, "rule": bad.rule}
    assert answer.violations == ((bad.field, bad.rule),)
    assert bad.field in answer.text
    assert re.search(r"[^.]\.\Z", answer.text)


@pytest.mark.proves("R-078")
def test_a_call_that_breaks_a_rule_learns_field_and_rule(shared_service: RunningService) -> None:
    """Each bad value is INVALID_ARGUMENT naming field and rule; it is stored nowhere and repeated nowhere."""
    kept, audited = shared_service.kept(), len(shared_service.audit())
    for bad in OF_CALL:
        answer = shared_service.as_allowed(method_of(bad.request)).send(bad.request)
        assert_refused(answer, bad)
        assert CANARY.encode() not in answer.everything
    assert shared_service.kept() == kept
    assert len(shared_service.audit()) == audited + len(OF_CALL)
    assert CANARY not in shared_service.log.getvalue()


@pytest.mark.proves("R-078")
def test_an_item_that_breaks_a_rule_stops_no_other(shared_service: RunningService) -> None:
    """Each bad item is INVALID_ITEM naming field and rule, and the good ones between them are stored."""
    bad = [item(**facts) for facts, _, _ in OF_ITEM]
    good = [
        item(f"person-{number}@northpier.example.com", name=f"Ida {chr(65 + number)}vermolen") for number in range(2)
    ]
    answer = shared_service.as_("intake").send(ingest(good[0], *bad, good[1]))
    first, *middle, last = answer.read(intake_service_pb2.BatchIngestLeadsResponse).results
    told = [(one.not_stored_reason, one.invalid_field, one.broken_rule) for one in middle]
    invalid = intake_service_pb2.NOT_STORED_REASON_INVALID_ITEM
    assert told == [(invalid, field, rule) for _, field, rule in OF_ITEM]
    assert {first.outcome, last.outcome} == {intake_service_pb2.OUTCOME_STORED}
    assert CANARY.encode() not in answer.everything
    assert shared_service.counts()["leads"] == len(good)


@pytest.mark.proves("R-006")
def test_an_origin_passes_or_is_refused_for_ever(sqlite_service: RunningService) -> None:
    """CRM leads, CRM customers and web forms alone are enriched; what belongs to customers has a reason of its own."""
    caller = sqlite_service.as_("intake")
    answers = {name: caller.send(enrich(origin=number)) for name, number in types_pb2.Origin.items()}
    passed = {name for name, answer in answers.items() if answer.code is grpc.StatusCode.OK}
    assert passed == {"ORIGIN_CRM_LEAD", "ORIGIN_CRM_CUSTOMER", "ORIGIN_WEB_FORM"}
    refused = {name for name, answer in answers.items() if answer.reason == "ORIGIN_REFUSED"}
    assert refused == {"ORIGIN_END_USER_TRAFFIC", "ORIGIN_CUSTOMER_ADDRESS_BOOK"}
    assert answers["ORIGIN_UNSPECIFIED"].reason == "FIELD_INVALID"


def test_a_mistaken_policy_is_refused_line_by_line(shared_service: RunningService) -> None:
    """A policy's mistakes are told with line, reason and remedy, none with its value; the one in force stays."""
    officer: Caller = shared_service.as_("privacy_officer")
    answer = officer.send(apply(f"demo: {CANARY}\nretention:\n  lead_days: {CANARY}\n"))
    assert (answer.code, answer.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "POLICY_INVALID")
    assert int(answer.metadata["mistakes"]) == len(answer.violations)
    assert any(field == "line 3: retention.lead_days" for field, _ in answer.violations)
    assert all("; " in description for _, description in answer.violations)
    assert CANARY.encode() not in answer.everything
    assert shared_service.counts()["policies"] == 1


def test_a_policy_with_many_mistakes_is_refused_like_any_other(shared_service: RunningService) -> None:
    """However many mistakes there are, the answer fits what clients take: how many, and the first of them."""
    principals = [{"name": f"Bad Name {number}", "kind": "job", "roles": ["nobody"]} for number in range(300)]
    draft = written(changed({("principals",): principals}))
    answer = shared_service.as_("privacy_officer").send(apply(draft))
    assert (answer.code, answer.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "POLICY_INVALID")
    assert int(answer.metadata["mistakes"]) >= len(principals) > len(answer.violations) > 10
