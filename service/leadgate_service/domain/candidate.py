"""A candidate: one lead on its way in, brought into the form in which it would be kept.

Everything that can be said without knowing what is stored is said here: which fields the policy and the assessment
let in, what is left after screening and normalising, and by which identifiers the person or company may be known.
The provider's own values are gone once a candidate is made.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from leadgate_service.domain import identity, normalise, screening
from leadgate_service.domain.fields import PERSON_FIELDS, Field, LeadFields, PhoneKind, Span
from leadgate_service.domain.identity import Identifier
from leadgate_service.domain.natural_persons import is_natural_person
from leadgate_service.domain.policy import Policy
from leadgate_service.domain.projection import Answer, RawValue
from leadgate_service.domain.register import SourceName


class Origin(StrEnum):
    """Where the caller has the identifier from. The two origins that are always refused never get here (R-006)."""

    CRM_LEAD = "crm_lead"
    CRM_CUSTOMER = "crm_customer"
    WEB_FORM = "web_form"


class Drop(StrEnum):
    """Why a field of the answer was dropped, by its name in the contract."""

    NOT_IN_POLICY = "NOT_IN_POLICY"
    NOT_ASSESSED = "NOT_ASSESSED"
    WRONG_TYPE = "WRONG_TYPE"
    INVALID = "INVALID"
    SCREENED = "SCREENED"
    SUPPRESSED = "SUPPRESSED"
    PINNED = "PINNED"
    OUTRANKED = "OUTRANKED"


@dataclass(frozen=True, slots=True)
class CrmRecord:
    """A record in a CRM: the recipient's name in the policy, the object's type, and the CRM's own id."""

    recipient: str
    object: str
    record_id: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Intake:
    """What the caller says of one lead. Shows nothing when printed.

    Attributes:
        email: Canonical address that is looked up, or None.
        domain: Canonical domain that is looked up, or None; exactly one of the two is set.
        origin: Where the caller has it from.
        country_code: ISO 3166-1 alpha-2, or None if unknown.
        legal_form: The company's, or None if unknown.
        crm_record: The CRM record that the lead is, or None.
        act_date: Day of the person's own act (with WEB_FORM) or of a new contract (with CRM_CUSTOMER), or None.
        lookup_key: What is asked about, and what the look-up record remembers.
        crm_identifier: What the CRM record is known by, or None.
        host: The domain, or that of the address.
        identifiers: All that the caller's own words identify: asked before any provider is (R-019, check 1).
    """

    email: str | None
    domain: str | None
    origin: Origin
    country_code: str | None = None
    legal_form: str | None = None
    crm_record: CrmRecord | None = None
    act_date: date | None = None

    lookup_key: Identifier = field(init=False)
    crm_identifier: Identifier | None = field(init=False)
    host: str = field(init=False)
    identifiers: tuple[Identifier, ...] = field(init=False)

    def __post_init__(self) -> None:
        domain = self.domain or identity.email_domain(self.email or "")
        by_key = identity.email_identifiers(self.email) if self.email else (identity.company_key(domain),)
        record = self.crm_record
        by_record = identity.crm_record(record.recipient, record.object, record.record_id) if record else None
        found = (*by_key, *identity.domain_and_parents(domain), *((by_record,) if by_record else ()))
        object.__setattr__(self, "host", domain)
        object.__setattr__(self, "lookup_key", by_key[0])
        object.__setattr__(self, "crm_identifier", by_record)
        object.__setattr__(self, "identifiers", found)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Candidate:
    """One lead as it would be kept, or, with `fields` None, a question that has not been asked yet.

    Attributes:
        intake: What the caller says.
        source: Who supplies it.
        obtained_time: When it was, or is being, obtained.
        policy_version: The policy it was prepared under.
        fields: The content; None before the provider is asked.
        present: Which of the eleven fields have a value.
        dropped: Fields that the answer had and that are not in `fields`, with the reason.
        personal: It speaks of a person, or of a company that is one (R-013).
        minor: The person may be under 18.
        approximate: The provider matched the person only approximately.
        key: What the lead would be known by; None if nothing tells whose it is.
        record: The provider's own record of it.
        base: The address without its tag, or None.
        name_at_domain: Person and company, or None.
        phone: A direct line, or None.
        name_at_phone: Person and direct line, or None.
        identifiers: Every way in which it may be known (R-019, check 2).
        dropped_attributes: How often each other path of the answer had a value.
    """

    intake: Intake
    source: SourceName
    obtained_time: datetime
    policy_version: int
    fields: LeadFields | None = None
    present: tuple[Field, ...] = ()
    dropped: Mapping[Field, Drop] = field(default_factory=dict)
    personal: bool = True
    minor: bool = False
    approximate: bool = False
    key: Identifier | None = None
    record: Identifier | None = None
    base: Identifier | None = None
    name_at_domain: Identifier | None = None
    phone: Identifier | None = None
    name_at_phone: Identifier | None = None
    identifiers: tuple[Identifier, ...] = ()
    dropped_attributes: Mapping[str, int] = field(default_factory=dict)


def question(policy: Policy, intake: Intake, source: SourceName, now: datetime) -> Candidate:
    """Make the candidate that stands for a question that may be asked of a source."""
    return Candidate(
        intake=intake,
        source=source,
        obtained_time=now,
        policy_version=policy.version,
        personal=intake.email is not None,
        key=intake.lookup_key,
        identifiers=intake.identifiers,
    )


def prepare(policy: Policy, intake: Intake, source: SourceName, obtained_time: datetime, answer: Answer) -> Candidate:
    """Make a candidate of an answer: narrow, screen, normalise, identify."""
    dropped: dict[Field, Drop] = dict.fromkeys(answer.wrong_type, Drop.WRONG_TYPE)
    fields, present = _refine(policy, source, intake, answer, dropped)
    company_name = fields.company_name or _said(answer, Field.COMPANY_NAME, normalise.company_name)
    full_name = fields.full_name or _said(answer, Field.FULL_NAME, normalise.full_name)
    natural = is_natural_person(intake.legal_form, company_name or "", full_name)
    of_person = not PERSON_FIELDS.isdisjoint(present) or fields.phone_kind is PhoneKind.DIRECT
    domain = fields.company_website.removeprefix("https://") if fields.company_website is not None else None
    known_as_person = intake.email is not None and (of_person or natural)
    name_at_domain, phone, name_at_phone = _of_person(fields, domain, intake) if of_person else (None, None, None)
    key = intake.lookup_key if known_as_person else _company_key(domain or intake.domain)
    record_id = answer.person_id if of_person else answer.company_id
    record = identity.provider_person_id(source.value, record_id) if record_id is not None else None
    trader = identity.objector_domain(key.canonical) if natural and not known_as_person and key is not None else None
    by_key = None if known_as_person else key
    named = (name_at_domain, phone, name_at_phone, record if of_person else None, by_key, trader)
    return Candidate(
        intake=intake,
        source=source,
        obtained_time=obtained_time,
        policy_version=policy.version,
        fields=fields,
        present=present,
        dropped=dropped,
        personal=of_person or natural,
        minor=answer.minor,
        approximate=answer.approximate,
        key=key,
        record=record,
        base=intake.identifiers[1] if known_as_person else None,
        name_at_domain=name_at_domain,
        phone=phone,
        name_at_phone=name_at_phone,
        identifiers=_all_identifiers(intake, domain, named),
        dropped_attributes=answer.dropped_attributes,
    )


def _refine(
    policy: Policy,
    source: SourceName,
    intake: Intake,
    answer: Answer,
    dropped: dict[Field, Drop],
) -> tuple[LeadFields, tuple[Field, ...]]:
    """Keep what the policy and the assessment let in, screened and normalised; note the rest in `dropped`."""
    coverage = policy.assessment.coverage
    assessed = coverage.fields if source in coverage.sources else frozenset[Field]()
    of_company = intake.email is None
    direct = answer.phone_kind is PhoneKind.DIRECT
    kept: dict[str, object] = {}
    for name, raw in answer.values.items():
        if name not in policy.fields:
            dropped[name] = Drop.NOT_IN_POLICY
        elif name not in assessed:
            dropped[name] = Drop.NOT_ASSESSED
        elif of_company and (name in PERSON_FIELDS or (name is Field.PHONE_NUMBER and direct)):
            dropped[name] = Drop.INVALID
        else:
            value = _REFINERS[name](raw, intake.country_code)
            if isinstance(value, Drop):
                dropped[name] = value
            else:
                kept[name] = value
    phone_kind = answer.phone_kind if Field.PHONE_NUMBER in kept else None
    present = tuple(name for name in _FIELDS if name in kept)
    return LeadFields(**kept, phone_kind=phone_kind), present  # type: ignore[arg-type]  # each refiner returns its field's type


def _said(answer: Answer, name: Field, normaliser: Callable[[str], str | None]) -> str | None:
    """Read a name that is not kept, in memory: without it a sole trader would pass for a legal person (R-013)."""
    raw = answer.values.get(name)
    return normaliser(raw) if isinstance(raw, str) else None


def _of_person(
    fields: LeadFields,
    domain: str | None,
    intake: Intake,
) -> tuple[Identifier | None, Identifier | None, Identifier | None]:
    """Return person at company, direct line, and person at direct line, as far as the fields tell."""
    name = fields.full_name
    phone = fields.phone_number if fields.phone_kind is PhoneKind.DIRECT else None
    # Thousands share a free-mail domain: a name there says nothing.
    place = domain or (None if identity.is_free_mail(intake.host) else intake.host)
    at_domain = identity.name_at_domain(name, place) if name is not None and place is not None else None
    at_phone = identity.name_at_phone(name, phone) if name is not None and phone is not None else None
    return at_domain, identity.phone(phone) if phone is not None else None, at_phone


def _company_key(domain: str | None) -> Identifier | None:
    """Return what a company is known by; a provider's answer may name a free-mail domain, which is nobody's."""
    return identity.company_key(domain) if domain is not None and not identity.is_free_mail(domain) else None


def _all_identifiers(
    intake: Intake,
    domain: str | None,
    named: tuple[Identifier | None, ...],
) -> tuple[Identifier, ...]:
    of_company = identity.domain_and_parents(domain) if domain is not None and domain != intake.host else ()
    found = (*intake.identifiers, *of_company, *(identifier for identifier in named if identifier is not None))
    return tuple(dict.fromkeys(found))


_FIELDS = tuple(Field)

Refined = str | Span | Drop
Refiner = Callable[[RawValue, str | None], Refined]


def _text(normaliser: Callable[[str], str | None]) -> Refiner:
    def refine(raw: RawValue, _country: str | None) -> Refined:
        return (normaliser(raw) if isinstance(raw, str) else None) or Drop.INVALID

    return refine


def _screened(screen: Callable[[str], str | None], normaliser: Callable[[str], str | None]) -> Refiner:
    def refine(raw: RawValue, _country: str | None) -> Refined:
        text = normaliser(raw) if isinstance(raw, str) else None
        if text is None:
            return Drop.INVALID
        rest = screen(text)
        return (normaliser(rest) if rest is not None else None) or Drop.SCREENED

    return refine


def _range(normaliser: Callable[[str], Span | None]) -> Refiner:
    def refine(raw: RawValue, _country: str | None) -> Refined:
        return raw if isinstance(raw, Span) else normaliser(raw) or Drop.INVALID

    return refine


def _phone(raw: RawValue, country: str | None) -> Refined:
    return (normalise.phone(raw, country) if isinstance(raw, str) else None) or Drop.INVALID


_REFINERS: Mapping[Field, Refiner] = MappingProxyType(
    {
        Field.COMPANY_NAME: _text(normalise.company_name),
        Field.COMPANY_DESCRIPTION: _screened(screening.company_description, normalise.company_description),
        Field.COMPANY_WEBSITE: _text(normalise.website),
        Field.COMPANY_ESTIMATED_REVENUE: _range(normalise.revenue_range),
        Field.COMPANY_EMPLOYEE_RANGE: _range(normalise.employee_range),
        Field.COMPANY_INDUSTRY: _text(normalise.company_industry),
        Field.JOB_FUNCTION: _text(normalise.job_function),
        Field.JOB_TITLE: _screened(screening.job_title, normalise.job_title),
        Field.SENIORITY: _text(normalise.seniority),
        Field.FULL_NAME: _text(normalise.full_name),
        Field.PHONE_NUMBER: _phone,
    },
)
