"""A candidate: one lead on its way in, brought into the form in which it would be kept.

Everything that can be said without knowing what is stored is said here: which fields the policy and the assessment
let in, what is left after screening and normalising, and by which identifiers the person or company may be known.
The provider's own values are gone once a candidate is made.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from leadgate_service.domain import identity, subject
from leadgate_service.domain.fields import PERSON_FIELDS, Field, LeadFields, PhoneKind
from leadgate_service.domain.identity import STRONG_KINDS, TRADER_DOMAINS, Identifier
from leadgate_service.domain.natural_persons import holds_name, is_legal_person, is_natural_person
from leadgate_service.domain.policy import Policy
from leadgate_service.domain.projection import Answer
from leadgate_service.domain.refine import Drop, refine
from leadgate_service.domain.register import SourceName


class Origin(StrEnum):
    """Where the caller has the identifier from. The two origins that are always refused never get here (R-006)."""

    CRM_LEAD = "crm_lead"
    CRM_CUSTOMER = "crm_customer"
    WEB_FORM = "web_form"


@dataclass(frozen=True, slots=True)
class CrmRecord:
    """A record in a CRM: the recipient's name in the policy, the object's type, and the CRM's own id."""

    recipient: str
    object: str
    record_id: str

    @property
    def of_person(self) -> bool:
        """Whether it stands for one person; all who work at a company share its account."""
        return self.object.lower() in _PERSON_OBJECTS


_PERSON_OBJECTS = frozenset({"lead", "contact"})
"""The types of CRM records that stand for one person each, in lower case."""


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
        mailbox: The base of the address, which all its ways of writing share; empty for a domain.
        trader: Where the owner has mail of a business that the caller calls one person's (R-013); else empty.
        of_person: A person is asked about, or a business that the caller calls one (R-013).
        of_firm: The caller says that the company is a legal person.
        crm_identifier: What the CRM record is known by, or None.
        crm_person: The same, if the record is a person's; an account's is shared by all who work there.
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
    mailbox: tuple[Identifier, ...] = field(init=False)
    trader: tuple[Identifier, ...] = field(init=False)
    of_person: bool = field(init=False)
    of_firm: bool = field(init=False)
    crm_identifier: Identifier | None = field(init=False)
    crm_person: Identifier | None = field(init=False)
    host: str = field(init=False)
    identifiers: tuple[Identifier, ...] = field(init=False)

    def __post_init__(self) -> None:
        domain = self.domain or identity.email_domain(self.email or "")
        by_key = identity.email_identifiers(self.email) if self.email else (identity.company_key(domain),)
        record = self.crm_record
        by_record = identity.crm_record(record.recipient, record.object, record.record_id) if record else None
        natural = is_natural_person(self.legal_form, "", None)
        trader = identity.trader_domains(domain) if natural else ()
        of_person = self.email is not None or natural
        of_trader = trader if self.email is None else ()  # an address may be a named employee's
        person = by_record if record is not None and record.of_person else None
        found = (*by_key, *identity.domain_and_parents(domain), *of_trader, *((person,) if person else ()))
        object.__setattr__(self, "host", domain)
        object.__setattr__(self, "lookup_key", by_key[0])
        object.__setattr__(self, "mailbox", by_key[1:])
        object.__setattr__(self, "trader", trader)
        object.__setattr__(self, "of_person", of_person)
        object.__setattr__(self, "of_firm", is_legal_person(self.legal_form))
        object.__setattr__(self, "crm_identifier", by_record)
        object.__setattr__(self, "crm_person", person)
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
        named: It says for certain, in words that are kept, who has the address; a question never does.
        key: What the lead would be known by; None if nothing tells whose it is.
        record: The provider's own record of it.
        links: What is this person's alone, in the provider's numbering or the CRM's: two addresses that share one are
            one person's. None is taken from an approximate match.
        held: By what else a person is found, besides the key, links and what the content tells: tokens at rest.
        identifiers: Every way in which it may be known, kept or not (R-019, check 2): these are only asked for.
        beside: What the answer tells of somebody else than was asked about; asked for, and in no way the candidate's.
        businesses: The domains of companies of which this tells that they are one person's (R-013).
        dropped_attributes: How often each path of the answer that was not taken had a value.
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
    named: bool = False
    key: Identifier | None = None
    record: Identifier | None = None
    links: tuple[Identifier, ...] = ()
    held: Sequence[Identifier] = ()
    identifiers: tuple[Identifier, ...] = ()
    beside: tuple[Identifier, ...] = ()
    businesses: tuple[str, ...] = ()
    dropped_attributes: Mapping[str, int] = field(default_factory=dict)

    @property
    def certain(self) -> tuple[Identifier, ...]:
        """The identifiers that count: of an approximate match, what the caller gave, and where a business may be.

        The domain of a business withholds and never erases, so a guess is good enough for it.
        """
        if not self.approximate:
            return self.identifiers
        return (*self.intake.identifiers, *(one for one in self.identifiers if one.kind in TRADER_DOMAINS))


_FIELDS = tuple(Field)  # going through an enumeration itself is slow


def question(policy: Policy, intake: Intake, source: SourceName, now: datetime) -> Candidate:
    """Make the candidate that stands for a question that may be asked of a source."""
    return Candidate(
        intake=intake,
        source=source,
        obtained_time=now,
        policy_version=policy.version,
        personal=intake.of_person,
        key=intake.lookup_key,
        links=_known(intake.crm_person if intake.of_person else None),
        held=intake.mailbox or intake.trader,
        identifiers=intake.identifiers,
        businesses=(intake.host,) if intake.trader else (),
    )


def prepare(policy: Policy, intake: Intake, source: SourceName, obtained_time: datetime, answer: Answer) -> Candidate:
    """Make a candidate of an answer: narrow, screen, normalise, identify."""
    of_company = intake.email is None
    fields, dropped = refine(policy, source, answer, intake.country_code, of_company=of_company)
    present = tuple(name for name in _FIELDS if getattr(fields, name) is not None)
    said = subject.of_answer(answer, fields, intake.country_code)
    natural = is_natural_person(
        intake.legal_form, said.company_name or "", said.full_name, registered_as=answer.registered_as
    )
    of_person = not PERSON_FIELDS.isdisjoint(present) or fields.phone_kind is PhoneKind.DIRECT
    by_address = not of_company and (of_person or natural)
    # What was asked about is who it is: an answer's website may be one that many share.
    key = intake.lookup_key if by_address else _company_key(intake.domain or subject.domain_of(fields))
    person_record = identity.provider_person_id(source.value, answer.person_id) if answer.person_id else None
    company_record = identity.provider_company_id(source.value, answer.company_id) if answer.company_id else None
    asked = [*intake.identifiers, *subject.company_identifiers(said, intake.host)]
    of_somebody = (*subject.person_identifiers(said, intake.host), *_known(person_record))
    asked += of_somebody if not of_company else ()
    asked += [key] if not by_address and key is not None else []
    named = by_address and fields.full_name is not None and not answer.approximate
    # A person who is named is known by the name; the domain would reach everybody else there, too.
    businesses = _businesses(intake, said) if natural else ()
    traded = _traded(businesses) if not named else []
    # Who is named speaks for herself, also at a business; by her objection it is reached if it is hers for all we know.
    own = _traded(at for at in businesses if at == intake.host or _is_named_after(said)) if named else traded
    business = company_record if natural and not named else None
    asked += [*traded, *_known(business)]
    of_records = _known(person_record if not of_company else None, business) if not answer.approximate else ()
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
        named=named,
        key=key,
        record=person_record if of_person else company_record,
        links=(*of_records, *_known(intake.crm_person if natural or not of_company else None)),
        held=[*own, *intake.mailbox],
        identifiers=tuple(dict.fromkeys(asked)),
        beside=(*(one for one in of_somebody if of_company and one.kind in STRONG_KINDS), *_company_line(fields)),
        businesses=businesses,
        dropped_attributes=answer.dropped_attributes,
    )


def _businesses(intake: Intake, said: subject.Subject) -> tuple[str, ...]:
    """Return where the owner of a company that is a person may have objected from (R-013).

    That is the business's own domain; the host of an address may be anybody's, and counts if no other is known.
    """
    known = [at for at in (intake.domain, said.domain, said.employer) if at is not None]
    return tuple(dict.fromkeys(known or [intake.host]))


def _traded(businesses: Iterable[str]) -> list[Identifier]:
    return [one for at in businesses for one in identity.trader_domains(at)]


def _is_named_after(said: subject.Subject) -> bool:
    """Whether the company has the person's own name."""
    return said.full_name is not None and holds_name(said.company_name or "", said.full_name)


def _company_line(fields: LeadFields) -> tuple[Identifier, ...]:
    """Return the company's line, which may turn out to be the one that somebody objected by (R-031)."""
    number = fields.phone_number
    return (identity.phone(number),) if number is not None and fields.phone_kind is PhoneKind.COMPANY else ()


def _company_key(domain: str | None) -> Identifier | None:
    """Return what a company is known by; a provider's answer may name a free-mail domain, which is nobody's."""
    return identity.company_key(domain) if domain is not None and not identity.is_free_mail(domain) else None


def _known(*identifiers: Identifier | None) -> tuple[Identifier, ...]:
    return tuple(identifier for identifier in identifiers if identifier is not None)
