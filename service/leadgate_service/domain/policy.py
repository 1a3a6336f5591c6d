"""The policy: what the controller has promised, assessed, registered and allowed, as the gate reads it.

A policy is immutable and complete. It is written as YAML and read by `leadgate_service.policy_file`, which refuses
every mistake with its line; what stands here has passed. Reading it is plain attribute access: no rule is parsed when
a lead is decided on.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Self
from zoneinfo import ZoneInfo

import pydantic

from leadgate_service.domain.access import Principal, Purpose
from leadgate_service.domain.dates import add_months
from leadgate_service.domain.fields import Field
from leadgate_service.domain.register import Recipient, Source, SourceName
from leadgate_service.domain.relevance import RelevanceProfile
from leadgate_service.domain.section import CivilDate, CountryCode, Domain, Revision, Section, Text

_MIN_LEAD_DAYS = 7
_MAX_YEAR_DAYS = 366
_REVIEW_MONTHS = 12

LeadDays = Annotated[int, pydantic.Field(ge=_MIN_LEAD_DAYS, le=_MAX_YEAR_DAYS)]


class Statement(Section):
    """What the public privacy statement promises. The policy may be shorter, never longer (R-040).

    Attributes:
        version: The statement's own name, such as "2020".
        published_date: Since when it is public.
        lead_period_days: How long leads are kept at most, in days, 7 to 366.
        marketing_cap_months: The limit that no marketing data passes, in months from first acquisition, 1 to 12.
        evidence_years: How long evidence of honoured requests is kept, in years, 1 to 5.
        sources: The providers that it names.
        recipients: The recipients that it names.
    """

    version: Text
    published_date: CivilDate
    lead_period_days: LeadDays
    marketing_cap_months: Annotated[int, pydantic.Field(ge=1, le=12)]
    evidence_years: Annotated[int, pydantic.Field(ge=1, le=5)]
    sources: frozenset[Text]
    recipients: frozenset[Text]


class AssessmentState(StrEnum):
    """Whether somebody has answered for the assessment."""

    DRAFT = "draft"
    APPROVED = "approved"


class Coverage(Section):
    """What an assessment speaks of: every combination of these.

    Attributes:
        sources: Providers.
        fields: Fields.
        purposes: Purposes of the marketing and sales side; rights handling and accountability are legal duties.
    """

    sources: frozenset[SourceName]
    fields: frozenset[Field]
    purposes: frozenset[Purpose]


class Assessment(Section):
    """The legitimate-interest assessment (GDPR Art. 6(1)(f); R-009). Intake is closed while it is not in force.

    Attributes:
        version: Its number, kept with every lead.
        state: Draft until approved.
        approved_by: Who answers for it.
        approved_date: Since when it is in force.
        review_date: The last day on which it is in force without a review.
        interest: First step: the interest, lawful, precise and present.
        necessity: Second step: why less would not do.
        balancing: Third step: why the person's interests do not weigh more.
        engaged: The line that lets a person's own dated act extend storage (R-042); None, the default, is off.
        coverage: What it speaks of.
    """

    version: Revision
    state: AssessmentState
    approved_by: Text | None = None
    approved_date: CivilDate | None = None
    review_date: CivilDate | None = None
    interest: Text
    necessity: Text
    balancing: Text
    engaged: Text | None = None
    coverage: Coverage

    def in_force(self, today: date) -> bool:
        """Whether intake may rely on it today: approved, begun, and not past its review."""
        if self.state is not AssessmentState.APPROVED or self.approved_date is None or self.review_date is None:
            return False
        return self.approved_date <= today <= self.review_date

    def covers(self, source: SourceName, field: Field, purpose: Purpose) -> bool:
        """Whether it speaks of this field, from this source, for this purpose."""
        covered = self.coverage
        return source in covered.sources and field in covered.fields and purpose in covered.purposes


class Retention(Section):
    """How long leads are kept, in civil days of one zone (GDPR Art. 5(1)(e); R-040, R-084).

    Attributes:
        zone: IANA name of the zone whose midnights count.
        rule_version: Number of the rule of computation, kept with every date.
        lead_days: How long a lead is kept, in days, at least 7 and never above the statement's.
        countries: Shorter periods by country, in days, at least 7.
        repeat_after_days: How long the same key is not looked up again after an answer, in days, 1 to 366.
    """

    zone: Text
    rule_version: Revision
    lead_days: LeadDays = 42
    countries: Mapping[CountryCode, LeadDays] = pydantic.Field(default_factory=dict)
    repeat_after_days: Annotated[int, pydantic.Field(ge=1, le=_MAX_YEAR_DAYS)] = 30

    @property
    def zone_info(self) -> ZoneInfo:
        """The zone itself; the standard library caches it."""
        return ZoneInfo(self.zone)

    def days_for(self, country_code: str | None) -> int:
        """Return the period for a lead of this country, in days.

        An unknown country gets the shortest of all periods, because it may be the one that has it.
        """
        if country_code is None:
            return min(self.countries.values(), default=self.lead_days)
        return self.countries.get(country_code, self.lead_days)


class NoticeRelease(StrEnum):
    """Whether a lead may be released before its notice is given (GDPR Art. 14(3); R-061)."""

    IMMEDIATE = "immediate"
    STRICT = "strict"


class Notice(Section):
    """When leads may be used in view of the notice that is owed to the person.

    Attributes:
        release: At once, or only after the notice.
        grace_days: How long an overdue lead is withheld before it is erased, in days, 0 to 7 (R-063).
    """

    release: NoticeRelease = NoticeRelease.IMMEDIATE
    grace_days: Annotated[int, pydantic.Field(ge=0, le=7)] = 7


class ReceiptElements(Section):
    """What the person who objected is told beside the facts of the objection; none may be left out (R-024).

    Attributes:
        controller: Who answers, as it signs.
        contact: Where the person can write to.
        authority: Where the person can complain.
        backup_days: How long backups of the database are kept, in days, 1 to 90.
    """

    controller: Text
    contact: Text
    authority: Text
    backup_days: Annotated[int, pydantic.Field(ge=1, le=90)]


class Objections(Section):
    """What happens after an objection, which itself needs no policy.

    Attributes:
        erase_after_hours: How long unreadable content waits for a slip to be annulled, in hours, 1 to 20.
        own_domains: The controller's own domains, which nobody can opt out as a company. Who writes from there, or
            from below, is a colleague and nobody who objects.
        questions_per_minute: How often one caller may ask who is suppressed, 1 to 10,000.
        list_reviewed_date: When somebody last asked whether the suppression list is still needed as it is (R-033); None
            if nobody has yet.
        receipt: What the person is told.
    """

    erase_after_hours: Annotated[int, pydantic.Field(ge=1, le=20)] = 4
    own_domains: frozenset[Domain] = frozenset()
    questions_per_minute: Annotated[int, pydantic.Field(ge=1, le=10_000)] = 120
    list_reviewed_date: CivilDate | None = None
    receipt: ReceiptElements

    def review_due(self, today: date) -> bool:
        """Whether the yearly review of the suppression list is due (R-033)."""
        return self.list_reviewed_date is None or add_months(self.list_reviewed_date, _REVIEW_MONTHS) < today

    @property
    def erase_after(self) -> timedelta:
        """How long unreadable content waits."""
        return timedelta(hours=self.erase_after_hours)


class PolicyDocument(Section):
    """What a policy file says: these sections and nothing else.

    Attributes:
        demo: True marks a policy for invented people, which only a development server accepts.
        statement: What the public was promised.
        assessment: Why the processing is lawful.
        fields: Which of the eleven fields are kept.
        relevance: Which leads are kept.
        retention: How long.
        notice: When they may be used.
        sources: Where they come from, in the order in which sources are asked.
        recipients: Where they go.
        principals: Who may call.
        objections: What happens after an objection.
    """

    demo: bool = False
    statement: Statement
    assessment: Assessment
    fields: Annotated[frozenset[Field], pydantic.Field(min_length=1)]
    relevance: RelevanceProfile
    retention: Retention
    notice: Notice
    sources: tuple[Source, ...]
    recipients: tuple[Recipient, ...]
    principals: tuple[Principal, ...]
    objections: Objections


class Policy(PolicyDocument):
    """A policy document with its identity.

    Attributes:
        version: The number that the database gave it, from 1; 0 while it is only a file.
        digest: SHA-256 of the file's text in UTF-8, in hexadecimal.
    """

    version: Annotated[int, pydantic.Field(ge=0)] = 0
    digest: str

    def numbered(self, version: int) -> Self:
        """Return the same policy under the version that the database gave it."""
        return self.model_copy(update={"version": version})

    def source(self, name: SourceName) -> Source | None:
        """Return the register's entry of a source, or None: it is not registered."""
        return next((source for source in self.sources if source.name is name), None)

    def principal(self, name: str) -> Principal | None:
        """Return the entry of a principal, or None: nobody of that name may call (R-066)."""
        return next((principal for principal in self.principals if principal.name == name), None)
