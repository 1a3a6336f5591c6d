"""What tests build leads of: invented people, what a provider says of them, and what a caller says.

Everything has a default, so that a test names only what it is about. Policies are built by `tests.domain.policies`.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from leadgate_service.domain import identity
from leadgate_service.domain.candidate import Candidate, CrmRecord, Intake, Origin, prepare
from leadgate_service.domain.dates import today_in
from leadgate_service.domain.policy import Policy
from leadgate_service.domain.projection import Answer, project
from leadgate_service.domain.register import SourceName

from tests.domain.policies import policy

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)
"""Noon in Amsterdam, whose midnights the demo policy counts."""

TODAY = date(2026, 11, 23)
LAST_DAY = date(2027, 1, 4)
"""Until when the demo policy keeps what was first obtained on TODAY."""

POLICY = policy({}).numbered(1)
IDA = "ida.vermolen@northpier.example.com"


def person(
    name: str | None = "Ida Vermolen",
    *,
    title: str | None = "Head of Logistics",
    role: str | None = "operations",
    seniority: str | None = "director",
    **others: Any,
) -> dict[str, Any]:
    """Invent a person as Clearbit tells of one; `others` are attributes beside name and employment."""
    employment = {"title": title, "role": role, "seniority": seniority}
    return {"id": "person-ida", "name": {"fullName": name}, "employment": employment, "fuzzy": False, **others}


def company(domain: str | None = "northpier.example.com", **others: Any) -> dict[str, Any]:
    """Invent a company as Clearbit tells of one; `others` are attributes beside name, domain and size."""
    metrics = {"employeesRange": "251-1K", "estimatedAnnualRevenue": "$50M-$100M"}
    return {
        "id": "company-northpier",
        "name": "Northpier Analytics",
        "domain": domain,
        "category": {"industry": "Software"},
        "metrics": metrics,
        **others,
    }


def intake(email: str | None = IDA, **said: Any) -> Intake:
    """Build what a caller says; `said` are attributes of `Intake` beside the address."""
    facts = {"domain": None, "origin": Origin.CRM_LEAD, "country_code": "NL", **said}
    return Intake(email=identity.canonical_email(email) if email is not None else None, **facts)


def of_domain(domain: str = "northpier.example.com", **said: Any) -> Intake:
    """Build what a caller says who asks about a company."""
    return intake(None, domain=domain, **said)


def candidate(  # noqa: PLR0913 - each has a default, and a test names one or two
    *,
    rules: Policy = POLICY,
    said: Intake | None = None,
    source: SourceName = SourceName.CLEARBIT,
    obtained_time: datetime = NOON,
    person: Mapping[str, Any] | None = None,
    company: Mapping[str, Any] | None = None,
    answer: Answer | None = None,
) -> Candidate:
    """Build a candidate as the service does: project the answer, then prepare what is left of it."""
    if answer is None:
        today = today_in(rules.retention.zone_info, obtained_time)
        answer = project(source, {"person": person, "company": company}, today)
    return prepare(rules, said or intake(), source, obtained_time, answer)


def crm_record(record_id: str = "00Q1") -> CrmRecord:
    """Name a record of the CRM that the demo policy knows."""
    return CrmRecord("salesforce", "Lead", record_id)
