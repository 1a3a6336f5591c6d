"""What is shown of a lead: everything that the caller was sent, as JSON or as lines; and a row of a list."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from leadgate_client import (
    EmployeeBand,
    Field,
    Lead,
    NoticeState,
    Origin,
    PhoneKind,
    Range,
    Relationship,
    RevenueBand,
    Seniority,
)

from leadgate_cli.words import word

COLUMNS = ("LEAD", "COMPANY", "INDUSTRY", "EMPLOYEES", "FUNCTION", "SENIORITY", "NAME", "LAST DAY")
"""Heads of `row`."""

_ENUMS = {
    "seniority": Seniority.DESCRIPTOR,
    "phone_kind": PhoneKind.DESCRIPTOR,
    "employee_band": EmployeeBand.DESCRIPTOR,
    "revenue_band": RevenueBand.DESCRIPTOR,
    "relationship": Relationship.DESCRIPTOR,
    "origin": Origin.DESCRIPTOR,
    "notice_state": NoticeState.DESCRIPTOR,
}


def document(lead: Lead) -> dict[str, Any]:
    """Return a lead as plain data; what is not known, or not for the caller to see, is None."""
    plain = asdict(lead)
    return {
        **_worded(plain),
        "fields": _worded(plain["fields"]),
        "estimated_fields": _field_names(lead.estimated_fields),
        "sources": [{**source, "fields": _field_names(source["fields"])} for source in plain["sources"]],
    }


def facts(lead: Lead) -> Iterator[tuple[str, object]]:
    """Yield what there is to read of a lead, a name and a value for each line."""
    plain = _worded(asdict(lead))
    content = _worded(plain.pop("fields"))
    content["company_employee_range"] = _range(lead.fields.company_employee_range)
    content["company_estimated_revenue"] = _range(lead.fields.company_estimated_revenue)
    yield "lead_id", plain.pop("lead_id")
    yield from content.items()
    plain["estimated_fields"] = ", ".join(_field_names(lead.estimated_fields)) or None
    plain["crm_references"] = ", ".join("/".join(one.values()) for one in plain["crm_references"]) or None
    plain["sources"] = ", ".join(source.source for source in lead.sources) or None
    yield from plain.items()


def row(lead: Lead) -> tuple[object, ...]:
    """Return a lead's place in a list, under `COLUMNS`."""
    fields = lead.fields
    return (
        lead.lead_id,
        fields.company_name,
        fields.company_industry,
        _range(fields.company_employee_range),
        fields.job_function,
        word(Seniority.DESCRIPTOR, fields.seniority) if fields.seniority else None,
        fields.full_name,
        lead.expire_date,
    )


def _worded(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: word(_ENUMS[name], value) if name in _ENUMS and value is not None else value
        for name, value in values.items()
    }


def _field_names(numbers: Iterable[int]) -> list[str]:
    return [word(Field.DESCRIPTOR, number) for number in numbers]


def _range(value: Range | None) -> str | None:
    if value is None:
        return None
    return f"{value.lower:,} or more" if value.upper is None else f"{value.lower:,} to {value.upper:,}"
