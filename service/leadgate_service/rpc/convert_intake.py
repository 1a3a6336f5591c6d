"""Between intake's messages and the domain."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from leadgate.v1 import intake_service_pb2 as wire
from leadgate.v1 import types_pb2

from leadgate_service.domain import identity
from leadgate_service.domain.candidate import Intake, Origin
from leadgate_service.domain.decision import Decision, Outcome, Reason
from leadgate_service.domain.fields import Field, PhoneKind
from leadgate_service.domain.projection import MOST_ID_CHARACTERS, Answer, RawValue
from leadgate_service.domain.refine import Drop
from leadgate_service.domain.register import SourceName
from leadgate_service.errors import InvalidArgument, invalid
from leadgate_service.records import Judged
from leadgate_service.rpc.convert import (
    FIELDS,
    PHONE_KINDS,
    SENIORITIES,
    EnumTable,
    contract_reference_from_pb,
    country_from_pb,
    crm_record_from_pb,
    date_from_pb,
    domain_from_pb,
    email_from_pb,
    id_to_pb,
    span_from_pb,
    text,
    time_from_pb,
)
from leadgate_service.usecases.clock import Moment
from leadgate_service.usecases.intake import Delivery, invalid_item

MOST_JSON_BYTES = 256 * 1024
"""The longest answer that is taken in one item."""

_LEGAL_FORM = re.compile(r"[\w .,&()/'-]{1,40}")
ORIGINS = EnumTable(types_pb2.Origin, "ORIGIN", Origin)
OUTCOMES = EnumTable[Outcome](wire.Outcome, "OUTCOME", set(Outcome) - {Outcome.ASK})
REASONS = EnumTable[Reason](wire.NotStoredReason, "NOT_STORED_REASON", set(Reason) - {Reason.ASSESSMENT_NOT_IN_FORCE})
DROPS = EnumTable(wire.DropReason, "DROP_REASON", Drop)

_REFUSED_ORIGINS: Mapping[int, str] = {
    types_pb2.ORIGIN_END_USER_TRAFFIC: "END_USER_TRAFFIC",
    types_pb2.ORIGIN_CUSTOMER_ADDRESS_BOOK: "CUSTOMER_ADDRESS_BOOK",
}
_SOURCES = {source.value: source for source in SourceName}
_MOST_CHARACTERS = {
    Field.COMPANY_NAME: 255,
    Field.COMPANY_DESCRIPTION: 255,
    Field.COMPANY_WEBSITE: 261,
    Field.COMPANY_INDUSTRY: 100,
    Field.JOB_FUNCTION: 50,
    Field.JOB_TITLE: 128,
    Field.FULL_NAME: 200,
    Field.PHONE_NUMBER: 40,
}
"""The text fields, and how long each may be when it is handed in."""

_TEXTS = {field.value: (field, f"typed.fields.{field}", most) for field, most in _MOST_CHARACTERS.items()}
_RANGES = {
    field.value: (field, f"typed.fields.{field}")
    for field in (Field.COMPANY_ESTIMATED_REVENUE, Field.COMPANY_EMPLOYEE_RANGE)
}


def intake_from_pb(request: wire.EnrichLeadRequest | wire.IngestItem, today: date) -> Intake:
    """Read what the caller says of one lead.

    Raises:
        InvalidArgument: ORIGIN_REFUSED, or FIELD_INVALID.
    """
    email, domain = _lookup(request.lookup)
    return Intake(
        email=email,
        domain=domain,
        origin=_origin(request.origin),
        country_code=country_from_pb(request.country_code),
        legal_form=_legal_form(request.legal_form) if request.legal_form else None,
        crm_record=crm_record_from_pb(request.crm_reference) if request.HasField("crm_reference") else None,
        act_date=_act_date(request, today),
    )


def delivery_from_pb(item: wire.IngestItem, moment: Moment) -> Delivery | Decision:
    """Read one item of a batch; one that breaks a rule is decided on here, so that it stops no other."""
    try:
        return Delivery(
            intake=intake_from_pb(item, moment.today),
            source=_source(item.source),
            obtained_time=_obtained_time(item, moment.now),
            answer=_answer(item),
        )
    except InvalidArgument as error:
        return invalid_item(error)


def enriched_to_pb(judged: Sequence[Judged]) -> bytes:
    """Write the answer of EnrichLead."""
    one = judged[0]
    return wire.EnrichLeadResponse(
        outcome=OUTCOMES.write(one.decision.outcome),
        not_stored_reason=REASONS.write(one.decision.reason),
        lead_id=id_to_pb(one.lead_id) if one.lead_id is not None else "",
        kept_fields=map(FIELDS.write, one.decision.kept),
        dropped_fields=_dropped_fields(one.decision.dropped),
        dropped_attributes=_dropped_attributes([one.dropped_attributes]),
    ).SerializeToString()


def ingested_to_pb(judged: Sequence[Judged]) -> bytes:
    """Write the answer of BatchIngestLeads."""
    return wire.BatchIngestLeadsResponse(
        results=map(_result, judged),
        dropped_attributes=_dropped_attributes(one.dropped_attributes for one in judged),
    ).SerializeToString()


def _lookup(lookup: types_pb2.LookupKey) -> tuple[str | None, str | None]:
    match lookup.WhichOneof("key"):
        case "email":
            return email_from_pb(lookup.email, "lookup.email"), None
        case "domain":
            return None, _company_domain(lookup.domain)
        case _:
            raise invalid("lookup", "must name an e-mail address or a domain")


def _legal_form(value: str) -> str:
    if not _LEGAL_FORM.fullmatch(value) or value.isspace():
        raise invalid("legal_form", "must be at most 40 letters, digits, spaces and . , & ( ) / ' -")
    return value


def _company_domain(value: str) -> str:
    domain = domain_from_pb(value, "lookup.domain")
    if identity.is_free_mail(domain) or identity.is_bare_suffix(domain):
        raise invalid("lookup.domain", "must be a company's: not a free-mail provider's, and not a public suffix")
    return domain


def _origin(number: int) -> Origin:
    refused = _REFUSED_ORIGINS.get(number)
    if refused is not None:
        rule = f"must not be {refused}"
        raise InvalidArgument("ORIGIN_REFUSED", f"origin {rule}: do not send it.", field="origin", rule=rule)
    return ORIGINS.read(number, "origin")


def _source(name: str) -> SourceName:
    source = _SOURCES.get(name)
    if source is None:
        raise invalid("source", "must be a source that leadgate can read: " + ", ".join(_SOURCES))
    return source


def _act_date(request: wire.EnrichLeadRequest | wire.IngestItem, today: date) -> date | None:
    match request.WhichOneof("act"):
        case "web_form":
            field, origin, message = "web_form.act_date", types_pb2.ORIGIN_WEB_FORM, request.web_form.act_date
        case "contract":
            field, origin, message = "contract.start_date", types_pb2.ORIGIN_CRM_CUSTOMER, request.contract.start_date
            contract_reference_from_pb(request.contract.reference, "contract.reference")
        case _:
            return None
    if request.origin != origin:
        raise invalid(field, "must go with the origin that it belongs to")
    day = date_from_pb(message, field)
    if day > today:
        raise invalid(field, "must not lie in the future")
    return day


def _obtained_time(item: wire.IngestItem, now: datetime) -> datetime | None:
    return time_from_pb(item.obtained_time, "obtained_time", now) if item.HasField("obtained_time") else None


def _answer(item: wire.IngestItem) -> bytes | Answer:
    match item.WhichOneof("answer"):
        case "provider_json":
            if len(item.provider_json) > MOST_JSON_BYTES:
                raise invalid("provider_json", f"must be at most {MOST_JSON_BYTES} bytes")
            return item.provider_json
        case "typed":
            return _typed(item.typed, of_domain=item.lookup.WhichOneof("key") == "domain")
        case _:
            raise invalid("answer", "must be provider_json or typed")


def _typed(typed: wire.TypedAnswer, *, of_domain: bool) -> Answer:
    fields = typed.fields
    values: dict[Field, RawValue] = {}
    for descriptor, value in fields.ListFields():
        name = descriptor.name
        if name in _TEXTS:
            field, path, most = _TEXTS[name]
            values[field] = text(value, path, most)
        elif name in _RANGES:
            field, path = _RANGES[name]
            values[field] = span_from_pb(value, path)
    seniority = SENIORITIES.read_optional(fields.seniority, "typed.fields.seniority")
    if seniority is not None:
        values[Field.SENIORITY] = seniority
    website = values.get(Field.COMPANY_WEBSITE)
    if isinstance(website, str):
        values[Field.COMPANY_WEBSITE] = website.removeprefix("https://")
    phone_kind = PHONE_KINDS.read_optional(fields.phone_kind, "typed.fields.phone_kind") or PhoneKind.COMPANY
    record_id = text(typed.person_id, "typed.person_id", MOST_ID_CHARACTERS) if typed.HasField("person_id") else None
    return Answer(
        values=values,
        phone_kind=phone_kind if Field.PHONE_NUMBER in values else None,
        person_id=None if of_domain else record_id,
        company_id=record_id if of_domain else None,
        approximate=typed.approximate,
    )


def _result(judged: Judged) -> wire.IngestResult:
    decision = judged.decision
    return wire.IngestResult(
        outcome=OUTCOMES.write(decision.outcome),
        not_stored_reason=REASONS.write(decision.reason),
        lead_id=id_to_pb(judged.lead_id) if judged.lead_id is not None else "",
        kept_fields=map(FIELDS.write, decision.kept),
        dropped_fields=_dropped_fields(decision.dropped),
        invalid_field=decision.invalid_field,
        broken_rule=decision.broken_rule,
    )


def _dropped_fields(dropped: Mapping[Field, Drop]) -> list[wire.DroppedField]:
    return [
        wire.DroppedField(field=FIELDS.write(field), reason=DROPS.write(reason)) for field, reason in dropped.items()
    ]


def _dropped_attributes(counts: Iterable[Mapping[str, int]]) -> list[wire.DroppedAttribute]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return [wire.DroppedAttribute(path=path, count=count) for path, count in sorted(total.items())]
