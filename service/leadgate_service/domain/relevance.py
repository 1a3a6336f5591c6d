"""Whether a lead is relevant: closed comparisons of the policy's `relevance` section (R-014, R-015).

Only industry, company size, function and seniority are compared, with lists of what is allowed. There is no score
and no expression language, and nothing that names or reaches a person can be compared: the only outcome is to keep
the person's fields or to leave them.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Generic, TypeVar

import pydantic

from leadgate_service.domain.fields import EmployeeBand, Field, RevenueBand, Seniority
from leadgate_service.domain.section import Revision, Section, SnakeWord

_ValueT = TypeVar("_ValueT", bound=str)

Industry = Annotated[
    str,
    pydantic.StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=100),
]


class WhenAbsent(StrEnum):
    """What a comparison says of a lead whose value the provider did not give."""

    KEEP = "keep"
    DISCARD = "discard"


class Comparison(Section, Generic[_ValueT]):
    """One comparison: the values that are allowed, and what the absence of a value means.

    Attributes:
        allow: At least one value.
        when_absent: No default, because either answer decides about people.
    """

    allow: Annotated[frozenset[_ValueT], pydantic.Field(min_length=1)]
    when_absent: WhenAbsent

    def passes(self, value: _ValueT | None) -> bool:
        """Whether a lead with this value is relevant by this comparison."""
        if value is None:
            return self.when_absent is WhenAbsent.KEEP
        return value in self.allow


class RelevanceProfile(Section):
    """The relevance section: which comparisons are made. A lead is relevant when all of them pass.

    Attributes:
        version: The profile's number, named in every decision.
        industries: Compared without regard to case.
        job_functions: Words of the open vocabulary of functions.
        seniorities: Levels of the closed vocabulary.
        employee_bands: Head count.
        revenue_bands: Estimated yearly revenue.
    """

    version: Revision
    industries: Comparison[Industry] | None = None
    job_functions: Comparison[SnakeWord] | None = None
    seniorities: Comparison[Seniority] | None = None
    employee_bands: Comparison[EmployeeBand] | None = None
    revenue_bands: Comparison[RevenueBand] | None = None


COMPARED_FIELDS = {
    "industries": Field.COMPANY_INDUSTRY,
    "job_functions": Field.JOB_FUNCTION,
    "seniorities": Field.SENIORITY,
    "employee_bands": Field.COMPANY_EMPLOYEE_RANGE,
    "revenue_bands": Field.COMPANY_ESTIMATED_REVENUE,
}
"""The field that each comparison looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelevanceFacts:
    """The five facts that may be compared, each None where the provider gave none.

    Attributes:
        industry: The company's industry.
        job_function: The person's function.
        seniority: The person's seniority.
        employee_band: The band of the company's head count.
        revenue_band: The band of the company's estimated revenue.
    """

    industry: str | None = None
    job_function: str | None = None
    seniority: Seniority | None = None
    employee_band: EmployeeBand | None = None
    revenue_band: RevenueBand | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RelevanceDecision:
    """Keep or discard, and why.

    Attributes:
        failed_rule: The first comparison that did not pass, such as `industries`; None if the lead is relevant.
    """

    failed_rule: str | None

    @property
    def is_relevant(self) -> bool:
        """Whether every comparison passed."""
        return self.failed_rule is None


def decide_relevance(profile: RelevanceProfile, facts: RelevanceFacts) -> RelevanceDecision:
    """Compare the facts with the profile, in the order in which the profile lists its comparisons (R-014)."""
    industry = facts.industry.lower() if facts.industry is not None else None
    results = (
        ("industries", profile.industries is None or profile.industries.passes(industry)),
        ("job_functions", profile.job_functions is None or profile.job_functions.passes(facts.job_function)),
        ("seniorities", profile.seniorities is None or profile.seniorities.passes(facts.seniority)),
        ("employee_bands", profile.employee_bands is None or profile.employee_bands.passes(facts.employee_band)),
        ("revenue_bands", profile.revenue_bands is None or profile.revenue_bands.passes(facts.revenue_band)),
    )
    return RelevanceDecision(failed_rule=next((rule for rule, passed in results if not passed), None))
