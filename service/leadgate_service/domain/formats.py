"""What providers' answers look like: which path supplies which field, and which other paths their documentation lists.

A format is data. Everything a provider may add later is `unknown` to it, and dropped like everything else that is not
taken (R-001): the list below is for counting by name, never for letting through.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from leadgate_service.domain.fields import Field, PhoneKind
from leadgate_service.domain.register import SourceName


@dataclass(frozen=True, slots=True)
class TakenPath:
    """A path whose value may become a field.

    Attributes:
        path: Dotted, from the top of the answer.
        field: What it supplies.
        phone_kind: Whose line it is, for a phone number.
    """

    path: str
    field: Field
    phone_kind: PhoneKind | None = None


@dataclass(frozen=True, slots=True)
class SourceFormat:
    """One provider's answer.

    Attributes:
        taken: Paths that supply fields; for one field the first that has a value of the right type.
        documented: Every other path that the provider documents, dropped and counted under its name.
    """

    taken: tuple[TakenPath, ...]
    documented: frozenset[str]


def _paths(prefix: str, names: str) -> frozenset[str]:
    return frozenset(f"{prefix}.{name}" for name in names.split())


_PERSON = _paths(
    "person",
    """
    id name.givenName name.familyName email location timeZone utcOffset geo.city geo.state geo.stateCode geo.country
    geo.countryCode geo.lat geo.lng bio site avatar employment.domain employment.subRole facebook.handle github.handle
    github.id github.avatar github.company github.blog github.followers github.following twitter.handle twitter.id
    twitter.bio twitter.followers twitter.following twitter.statuses twitter.favorites twitter.location twitter.site
    twitter.avatar linkedin.handle googleplus.handle gravatar.handle gravatar.urls gravatar.avatar gravatar.avatars
    fuzzy emailProvider indexedAt gender
    """,
)
_COMPANY = _paths(
    "company",
    """
    id legalName domainAliases site.phoneNumbers site.emailAddresses category.sector category.industryGroup
    category.subIndustry category.gicsCode category.sicCode category.sic4Codes category.naicsCode category.naics6Codes
    category.naics6Codes2022 tags foundedYear location timeZone utcOffset geo.streetNumber geo.streetName
    geo.subPremise geo.streetAddress geo.city geo.postalCode geo.state geo.stateCode geo.country geo.countryCode
    geo.lat geo.lng logo facebook.handle facebook.likes linkedin.handle twitter.handle twitter.id twitter.bio
    twitter.followers twitter.following twitter.location twitter.site twitter.avatar crunchbase.handle emailProvider
    type ticker identifiers.usEIN identifiers.usCIK metrics.alexaUsRank metrics.alexaGlobalRank metrics.trafficRank
    metrics.marketCap metrics.raised metrics.annualRevenue metrics.fiscalYearEnd indexedAt tech techCategories
    parent.domain ultimateParent.domain
    """,
)
_TAKEN = (
    TakenPath("company.name", Field.COMPANY_NAME),
    TakenPath("person.employment.name", Field.COMPANY_NAME),
    TakenPath("company.description", Field.COMPANY_DESCRIPTION),
    TakenPath("company.domain", Field.COMPANY_WEBSITE),
    TakenPath("company.metrics.estimatedAnnualRevenue", Field.COMPANY_ESTIMATED_REVENUE),
    TakenPath("company.metrics.employeesRange", Field.COMPANY_EMPLOYEE_RANGE),
    TakenPath("company.category.industry", Field.COMPANY_INDUSTRY),
    TakenPath("person.employment.role", Field.JOB_FUNCTION),
    TakenPath("person.employment.title", Field.JOB_TITLE),
    TakenPath("person.employment.seniority", Field.SENIORITY),
    TakenPath("person.name.fullName", Field.FULL_NAME),
)
_COMPANY_PHONE = TakenPath("company.phone", Field.PHONE_NUMBER, PhoneKind.COMPANY)

CLEARBIT = SourceFormat(
    taken=(*_TAKEN, _COMPANY_PHONE),
    documented=_PERSON | _COMPANY | {"company.metrics.employees"},
)
"""Clearbit's combined answer, API version 2019-12-19."""

HUNTER = SourceFormat(
    taken=(
        *_TAKEN,
        # Hunter's own form has the range under `employees`; its Clearbit-compatible form has a head count there.
        TakenPath("company.metrics.employees", Field.COMPANY_EMPLOYEE_RANGE),
        TakenPath("person.phone", Field.PHONE_NUMBER, PhoneKind.DIRECT),
        _COMPANY_PHONE,
    ),
    documented=_PERSON
    | _COMPANY
    | _paths("person", "activeAt inactiveAt")
    | _paths("company", "companyType youtube.handle instagram.handle fundingRounds"),
)
"""Hunter's combined answer, in its own and in its Clearbit-compatible form."""

FORMATS: Mapping[SourceName, SourceFormat] = MappingProxyType(
    {SourceName.CLEARBIT: CLEARBIT, SourceName.HUNTER: HUNTER},
)
"""The format of each source."""
