"""The eleven fields: the closed list of what may be kept of a provider's answer (statement C-22; R-001).

Policy may narrow the list. Only this module and the schema could widen it.
"""

from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """One of the eleven fields, by its name in the contract."""

    COMPANY_NAME = "company_name"
    COMPANY_DESCRIPTION = "company_description"
    COMPANY_WEBSITE = "company_website"
    COMPANY_ESTIMATED_REVENUE = "company_estimated_revenue"
    COMPANY_EMPLOYEE_RANGE = "company_employee_range"
    COMPANY_INDUSTRY = "company_industry"
    JOB_FUNCTION = "job_function"
    JOB_TITLE = "job_title"
    SENIORITY = "seniority"
    FULL_NAME = "full_name"
    PHONE_NUMBER = "phone_number"


PERSON_FIELDS = frozenset({Field.JOB_FUNCTION, Field.JOB_TITLE, Field.SENIORITY, Field.FULL_NAME})
"""Fields that speak of a person. A direct phone line does too; a company line does not."""


class Seniority(StrEnum):
    """How senior a job is: a closed vocabulary."""

    OWNER = "owner"
    EXECUTIVE = "executive"
    VP = "vp"
    DIRECTOR = "director"
    MANAGER = "manager"
    SENIOR = "senior"
    ENTRY = "entry"
    OTHER = "other"


class PhoneKind(StrEnum):
    """Whose line a phone number is, by the provider's path; only a direct line identifies a person."""

    COMPANY = "company"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class Span:
    """A whole-number range, as providers estimate head counts and revenue.

    Attributes:
        lower: Smallest value, at least 0.
        upper: Largest value, not below `lower`; None where the range is open.
    """

    lower: int
    upper: int | None


class EmployeeBand(StrEnum):
    """Head count, in the bands that queries and relevance rules use. A band is found by the lower bound."""

    FROM_1 = "from_1"
    FROM_11 = "from_11"
    FROM_51 = "from_51"
    FROM_251 = "from_251"
    FROM_1K = "from_1k"
    FROM_5K = "from_5k"
    FROM_10K = "from_10k"
    FROM_50K = "from_50k"
    FROM_100K = "from_100k"


class RevenueBand(StrEnum):
    """Estimated yearly revenue in US dollars, in the bands that queries and relevance rules use."""

    FROM_0 = "from_0"
    FROM_1M = "from_1m"
    FROM_10M = "from_10m"
    FROM_50M = "from_50m"
    FROM_100M = "from_100m"
    FROM_250M = "from_250m"
    FROM_500M = "from_500m"
    FROM_1B = "from_1b"
    FROM_10B = "from_10b"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFields:
    """The content of a lead: at most the eleven fields, each normalised or absent.

    Attributes:
        company_name: At most 255 characters.
        company_description: At most 255 characters, contact data of persons removed (R-008).
        company_website: `https://` and a lower-case IDNA domain without `www.`.
        company_estimated_revenue: Whole US dollars; always an estimate (R-007).
        company_employee_range: Head count.
        company_industry: At most 100 characters.
        job_function: A lower-snake word of an open vocabulary.
        job_title: At most 128 characters, contact data and special-category terms removed (R-008).
        seniority: One of the closed vocabulary.
        full_name: At most 200 characters.
        phone_number: E.164.
        phone_kind: Whose line `phone_number` is; None without a number.
    """

    company_name: str | None = None
    company_description: str | None = None
    company_website: str | None = None
    company_estimated_revenue: Span | None = None
    company_employee_range: Span | None = None
    company_industry: str | None = None
    job_function: str | None = None
    job_title: str | None = None
    seniority: Seniority | None = None
    full_name: str | None = None
    phone_number: str | None = None
    phone_kind: PhoneKind | None = None
