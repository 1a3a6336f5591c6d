"""Between rows of `leads` and what the domain knows: the one place that seals and opens content."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeAlias

from leadgate_service.burn_ring import BurnRing, ContentDamaged, ContentKeyGone
from leadgate_service.domain.candidate import CrmRecord
from leadgate_service.domain.fields import LeadFields, PhoneKind, Seniority, Span
from leadgate_service.domain.normalise import WEBSITE_SCHEME, employee_band, revenue_band
from leadgate_service.domain.register import SourceName
from leadgate_service.records import LeadRecord, SourceRecord
from leadgate_service.storage import tables
from leadgate_service.storage.bits import from_bits

LeadRow: TypeAlias = dict[str, Any]
"""A row of `leads`, by column."""

LEAD_COLUMNS = tuple(column.name for column in tables.leads.columns)

_BETWEEN = "\x1f"  # a control character, which no normalised value contains


def content_columns(fields: LeadFields) -> LeadRow:
    """Spread the plain fields over their columns."""
    revenue, employees = fields.company_estimated_revenue, fields.company_employee_range
    return {
        "company_name": fields.company_name,
        "company_description": fields.company_description,
        "company_domain": fields.company_website.removeprefix(WEBSITE_SCHEME) if fields.company_website else None,
        "revenue_lower": revenue.lower if revenue else None,
        "revenue_upper": revenue.upper if revenue else None,
        "employees_lower": employees.lower if employees else None,
        "employees_upper": employees.upper if employees else None,
        "company_industry": fields.company_industry,
        "job_function": fields.job_function,
        "seniority": fields.seniority,
        "phone_kind": fields.phone_kind,
        "employee_band": employee_band(employees) if employees else None,
        "revenue_band": revenue_band(revenue) if revenue else None,
    }


def seal(burn: BurnRing, lead_id: bytes, expire_date: date, fields: LeadFields) -> bytes | None:
    """Seal the three sealed fields as one blob; None if there is nothing to seal."""
    values = (fields.full_name or "", fields.job_title or "", fields.phone_number or "")
    return burn.seal(expire_date, lead_id, _BETWEEN.join(values).encode()) if any(values) else None


def open_fields(burn: BurnRing, row: Mapping[str, Any]) -> LeadFields:
    """Put a row's content together again.

    Raises:
        ContentKeyGone: The key of its expiry date is destroyed.
        ContentDamaged: The blob is not what was sealed for this lead.
    """
    name, title, phone = "", "", ""
    if row["sealed"] is not None:
        opened = burn.unseal(row["expire_date"], bytes(row["lead_id"]), row["sealed"])
        name, title, phone = opened.decode().split(_BETWEEN)
    shown = not row["phone_withheld"]
    return LeadFields(
        company_name=row["company_name"],
        company_description=row["company_description"],
        company_website=WEBSITE_SCHEME + row["company_domain"] if row["company_domain"] else None,
        company_estimated_revenue=_span(row["revenue_lower"], row["revenue_upper"]),
        company_employee_range=_span(row["employees_lower"], row["employees_upper"]),
        company_industry=row["company_industry"],
        job_function=row["job_function"],
        job_title=title or None,
        seniority=Seniority(row["seniority"]) if row["seniority"] else None,
        full_name=name or None,
        phone_number=(phone or None) if shown else None,
        phone_kind=PhoneKind(row["phone_kind"]) if row["phone_kind"] and shown else None,
    )


def to_record(
    burn: BurnRing,
    row: Mapping[str, Any],
    sources: Sequence[SourceRecord],
    crm_records: Sequence[CrmRecord],
) -> LeadRecord:
    """Open a row for a reader. Content that cannot be opened is absent: other readers must not suffer for it."""
    try:
        fields = open_fields(burn, row)
    except (ContentKeyGone, ContentDamaged):
        fields = None
    return LeadRecord(
        lead_id=bytes(row["lead_id"]),
        fields=fields,
        personal=row["personal"],
        approximate=row["approximate"],
        origin=row["origin"],
        country_code=row["country_code"],
        relationship=row["relationship"],
        policy_version=row["policy_version"],
        first_obtained_date=row["first_obtained_date"],
        expire_date=row["expire_date"],
        notice_due_date=row["notice_due_date"],
        suppressed=row["suppressed_time"] is not None,
        restricted=row["restricted_time"] is not None,
        crm_records=tuple(crm_records),
        sources=tuple(sources),
        key_token=bytes(row["key_token"]) if row["personal"] else None,
    )


def source_record(source: str, first_obtained_date: date, obtained_time: datetime, bits: int) -> SourceRecord:
    """Read a row of `lead_sources`."""
    return SourceRecord(
        source=SourceName(source),
        first_obtained_date=first_obtained_date,
        obtained_time=obtained_time,
        fields=from_bits(bits),
    )


def _span(lower: int | None, upper: int | None) -> Span | None:
    return Span(lower, upper) if lower is not None else None
