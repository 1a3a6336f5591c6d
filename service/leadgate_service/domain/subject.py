"""Who an answer is about, whether or not the policy lets in what says so (R-019, check 2; R-013).

A policy that narrows the fields must not narrow whom an objection protects. These values are looked at in memory,
become identifiers that are asked for, and are gone with the answer.
"""

from typing import NamedTuple

from leadgate_service.domain import identity, normalise
from leadgate_service.domain.emails import canonical_address
from leadgate_service.domain.fields import Field, LeadFields, PhoneKind, Span
from leadgate_service.domain.hosts import host_name
from leadgate_service.domain.identity import Identifier, TokenKind
from leadgate_service.domain.normalise import WEBSITE_SCHEME
from leadgate_service.domain.projection import Answer
from leadgate_service.domain.refine import Drop, refined


class Subject(NamedTuple):
    """Who an answer is about, in the fields' one form each.

    Attributes:
        company_name: The company's name.
        full_name: The person's name.
        direct_line: A phone number that is the person's alone.
        domain: The company's.
        employer: The domain at which the person works, by the answer.
        emails: The answer's own addresses of the person, which may be others than was asked about.
    """

    company_name: str | None
    full_name: str | None
    direct_line: str | None
    domain: str | None
    employer: str | None
    emails: tuple[str, ...]

    def __repr__(self) -> str:
        return "Subject()"


def of_fields(fields: LeadFields) -> Subject:
    """Say who content is about."""
    return Subject(
        company_name=fields.company_name,
        full_name=fields.full_name,
        direct_line=fields.phone_number if fields.phone_kind is PhoneKind.DIRECT else None,
        domain=domain_of(fields),
        employer=None,
        emails=(),
    )


def domain_of(fields: LeadFields) -> str | None:
    """Return the company's domain, which its website is made of."""
    website = fields.company_website
    return website.removeprefix(WEBSITE_SCHEME) if website is not None else None


def of_answer(answer: Answer, kept: LeadFields, country: str | None) -> Subject:
    """Say who an answer is about.

    Args:
        answer: What the provider says.
        kept: What is kept of it, already in form.
        country: Of the lead, for a national phone number.
    """

    def value(name: Field, held: str | None) -> str | None:
        raw = answer.values.get(name) if held is None else None
        found = refined(name, raw, country) if raw is not None else held
        return None if isinstance(found, Drop | Span) else found

    addresses = map(canonical_address, answer.emails)
    website = value(Field.COMPANY_WEBSITE, kept.company_website)
    direct = answer.phone_kind is PhoneKind.DIRECT
    return Subject(
        company_name=value(Field.COMPANY_NAME, kept.company_name),
        full_name=value(Field.FULL_NAME, kept.full_name) or normalise.full_name(answer.joined_name or ""),
        direct_line=value(Field.PHONE_NUMBER, kept.phone_number) if direct else None,
        domain=website.removeprefix(WEBSITE_SCHEME) if website is not None else None,
        employer=host_name(answer.employer_domain) if answer.employer_domain is not None else None,
        emails=tuple(address for address in addresses if address is not None),
    )


def company_identifiers(subject: Subject, host: str) -> tuple[Identifier, ...]:
    """Return what companies' objections are found by, besides the host that was asked about."""
    domains = dict.fromkeys((subject.domain, subject.employer))
    others = [domain for domain in domains if domain is not None and domain != host]
    return tuple(identifier for domain in others for identifier in identity.domain_and_parents(domain))


def workplaces(held: Subject, key: Identifier, host: str) -> tuple[Identifier, ...]:
    """Return the companies whose own objection covers a lead: one's domain, and each above it.

    Args:
        held: Who the lead is about, as it is held.
        key: What the lead is known by.
        host: The domain that was asked about, or that of the address; what mail providers have is no company's.
    """
    at = key.canonical if key.kind is TokenKind.COMPANY_KEY else host
    own = () if identity.is_free_mail(at) else identity.domain_and_parents(at)
    return (*own, *company_identifiers(held, at))


def person_identifiers(subject: Subject, host: str) -> tuple[Identifier, ...]:
    """Return every way in which the person may have objected, besides the address that was asked about."""
    found: list[Identifier] = []
    name, line = subject.full_name, subject.direct_line
    for address in subject.emails:
        found += identity.email_identifiers(address)
    if name is not None:
        # Thousands share a free-mail domain: a name there says nothing.
        places = [at for at in (subject.domain, subject.employer, host) if at and not identity.is_free_mail(at)]
        found += [identity.name_at_domain(name, at) for at in dict.fromkeys(places)]
    if line is not None:
        found.append(identity.phone(line))
    if name is not None and line is not None:
        found.append(identity.name_at_phone(name, line))
    return tuple(found)
