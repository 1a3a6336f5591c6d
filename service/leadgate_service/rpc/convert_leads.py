"""Between the messages of reading and the domain."""

from collections.abc import Callable
from datetime import date

from leadgate.v1 import lead_service_pb2 as wire
from leadgate.v1 import types_pb2

from leadgate_service.domain import identity
from leadgate_service.domain.candidate import Origin
from leadgate_service.domain.disclosure import Withheld, estimated
from leadgate_service.domain.fields import LeadFields
from leadgate_service.domain.normalise import employee_band, revenue_band
from leadgate_service.domain.retention import is_expired
from leadgate_service.errors import invalid
from leadgate_service.records import LeadFilter, LeadKey, LeadRecord, SourceRecord
from leadgate_service.rpc.convert import (
    EMPLOYEE_BANDS,
    FIELDS,
    PHONE_KINDS,
    REVENUE_BANDS,
    SENIORITIES,
    EnumTable,
    crm_record_from_pb,
    crm_record_to_pb,
    date_from_pb,
    date_to_pb,
    domain_from_pb,
    email_from_pb,
    id_to_pb,
    lead_id_from_pb,
    span_to_pb,
    text,
    time_to_pb,
)

DEFAULT_PAGE = 50
MOST_PAGE = 500

MakeLink = Callable[[bytes], str]
"""Makes the link by which a person objects with one click, of the token of their address; empty where there is none."""

ORIGINS = EnumTable(types_pb2.Origin, "ORIGIN", Origin)
WITHHELD = EnumTable(wire.WithheldReason, "WITHHELD_REASON", Withheld)


def key_from_pb(request: wire.GetLeadRequest) -> LeadKey:
    """Read by what a lead is asked for."""
    match request.WhichOneof("key"):
        case "lead_id":
            return LeadKey(lead_id=lead_id_from_pb(request.lead_id))
        case "crm_reference":
            return LeadKey(crm_record=crm_record_from_pb(request.crm_reference))
        case "email":
            return LeadKey(identifier=identity.email_identifiers(email_from_pb(request.email, "email"))[0])
        case _:
            raise invalid("key", "must be lead_id, crm_reference or email")


def filter_from_pb(request: wire.QueryLeadsRequest) -> LeadFilter:
    """Read which leads are wanted."""

    def day(field: str) -> date | None:
        return date_from_pb(getattr(request, field), field) if request.HasField(field) else None  # type: ignore[arg-type]  # a field's name

    def given(field: str, read: Callable[[str, str], str]) -> str | None:
        return read(getattr(request, field), field) if request.HasField(field) else None  # type: ignore[arg-type]  # a field's name

    return LeadFilter(
        company_industry=given("company_industry", lambda value, field: text(value, field, 100)),
        job_function=given("job_function", lambda value, field: text(value, field, 50)),
        seniority=SENIORITIES.read_optional(request.seniority, "seniority"),
        company_domain=given("company_domain", domain_from_pb),
        employee_band=EMPLOYEE_BANDS.read_optional(request.employee_band, "employee_band"),
        revenue_band=REVENUE_BANDS.read_optional(request.revenue_band, "revenue_band"),
        first_obtained_from_date=day("first_obtained_from_date"),
        first_obtained_until_date=day("first_obtained_until_date"),
    )


def withheld_to_pb(reason: Withheld) -> wire.Withheld:
    """Write that a lead may not be processed."""
    return wire.Withheld(reason=WITHHELD.write(reason))


def lead_to_pb(record: LeadRecord, today: date, link: MakeLink) -> types_pb2.Lead:
    """Write what a reader may see of a lead."""
    fields = record.fields or LeadFields()
    employees, revenue = fields.company_employee_range, fields.company_estimated_revenue
    message = types_pb2.Lead(
        lead_id=id_to_pb(record.lead_id),
        fields=fields_to_pb(fields),
        estimated_fields=map(FIELDS.write, estimated(fields, approximate=record.approximate)),
        employee_band=EMPLOYEE_BANDS.write(employee_band(employees) if employees is not None else None),
        revenue_band=REVENUE_BANDS.write(revenue_band(revenue) if revenue is not None else None),
        relationship=types_pb2.RELATIONSHIP_LEAD,
        origin=ORIGINS.write(Origin(record.origin)),
        country_code=record.country_code or "",
        first_obtained_date=date_to_pb(record.first_obtained_date),
        expire_date=date_to_pb(record.expire_date),
        crm_references=map(crm_record_to_pb, record.crm_records),
        sources=map(_source_to_pb, record.sources),
        policy_version=record.policy_version,
        unsubscribe_url=link(record.key_token) if record.key_token is not None else "",
    )
    if record.notice_due_date is not None:
        overdue = is_expired(record.notice_due_date, today)
        message.notice_state = types_pb2.NOTICE_STATE_OVERDUE if overdue else types_pb2.NOTICE_STATE_DUE
        message.notice_due_date.CopyFrom(date_to_pb(record.notice_due_date))
    return message


def fields_to_pb(fields: LeadFields) -> types_pb2.LeadFields:
    """Write content."""
    revenue, employees = fields.company_estimated_revenue, fields.company_employee_range
    return types_pb2.LeadFields(
        company_name=fields.company_name,
        company_description=fields.company_description,
        company_website=fields.company_website,
        company_estimated_revenue=span_to_pb(revenue) if revenue is not None else None,
        company_employee_range=span_to_pb(employees) if employees is not None else None,
        company_industry=fields.company_industry,
        job_function=fields.job_function,
        job_title=fields.job_title,
        seniority=SENIORITIES.write(fields.seniority),
        full_name=fields.full_name,
        phone_number=fields.phone_number,
        phone_kind=PHONE_KINDS.write(fields.phone_kind),
    )


def _source_to_pb(source: SourceRecord) -> types_pb2.SourceRecord:
    return types_pb2.SourceRecord(
        source=source.source,
        first_obtained_date=date_to_pb(source.first_obtained_date),
        obtained_time=time_to_pb(source.obtained_time),
        fields=sorted(map(FIELDS.write, source.fields)),
    )
