"""Who objects: whatever a caller knows of one person, as identifiers for the suppression list (R-017, R-022)."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import NamedTuple

from leadgate_service.domain import identity
from leadgate_service.domain.candidate import CrmRecord
from leadgate_service.domain.identity import Identifier

MOST_IDENTIFIERS = 20
"""How many identifiers one objection may name."""


MOST_COMPANY_LEADS = 20
"""Above so many leads a company's are erased only after a privacy officer has registered its objection, too."""


class Scope(StrEnum):
    """For whom an objection is."""

    PERSON = "person"
    COMPANY = "company"


class Basis(StrEnum):
    """What an objection tells of whom it is by, which decides what can be done for them (R-031)."""

    PERSON = "person"
    NAME = "name"
    UNKNOWN = "unknown"
    """A name, and beside it nothing by which anybody is known here: whoever has the name may be meant."""
    LINE = "line"
    COMPANY = "company"


class ContactScope(StrEnum):
    """By which channels a person wants to hear nothing more: which opt-out flags a CRM is to set, and nothing else."""

    ALL = "all"
    EMAIL = "email"
    PHONE = "phone"


class ObjectionPurpose(StrEnum):
    """What a person objects to, as far as they said (GDPR Art. 21(1)-(2)); the effect is the same (R-020)."""

    DIRECT_MARKETING = "direct_marketing"
    OTHER = "other"


class NameAtCompany(NamedTuple):
    """A name, and the canonical domain at which its bearer works."""

    full_name: str
    domain: str

    def __repr__(self) -> str:
        return "NameAtCompany()"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Objector:
    """One person, by anything. Shows nothing when printed.

    Attributes:
        emails: Canonical addresses.
        phones: Numbers in E.164.
        crm_records: Records that stand for the person.
        lead_ids: Leads of the person, 16 bytes each; the store knows by what they are found.
        names: Names at companies.
        address_tokens: Tokens of exact addresses, 16 bytes each, from links that the person was sent.
    """

    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    crm_records: tuple[CrmRecord, ...] = ()
    lead_ids: tuple[bytes, ...] = ()
    names: tuple[NameAtCompany, ...] = ()
    address_tokens: tuple[bytes, ...] = ()

    @property
    def identifiers(self) -> tuple[Identifier, ...]:
        """What the person is found by, besides the leads."""
        found = [identifier for email in self.emails for identifier in identity.email_identifiers(email)]
        found += [identity.crm_record(one.recipient, one.object, one.record_id) for one in self.crm_records]
        found += [identity.name_at_domain(one.full_name, one.domain) for one in self.names]
        found += [identity.name_at_phone(one.full_name, number) for one, number in product(self.names, self.phones)]
        found += [identity.phone(number) for number in self.phones]
        return tuple(dict.fromkeys(found))

    @property
    def basis(self) -> Basis:
        """What it tells, besides leads: who it is, or only a name or a number that others may have, too."""
        if self.emails or self.crm_records or self.address_tokens or bool(self.names) == bool(self.phones):
            return Basis.PERSON
        return Basis.NAME if self.names else Basis.LINE

    @property
    def asked(self) -> tuple[Identifier, ...]:
        """What tells whether the person may be processed: a company's opt-out covers who has an address there."""
        hosts = dict.fromkeys(map(identity.email_domain, self.emails))
        return *self.identifiers, *(domain for host in hosts for domain in identity.domain_and_parents(host))

    @property
    def trader_domains(self) -> tuple[Identifier, ...]:
        """Where a business may be the person's: of a sole trader whom nobody knows yet, all that comes in (R-013)."""
        hosts = dict.fromkeys(map(identity.email_domain, self.emails))
        return tuple(identifier for host in hosts for identifier in identity.objector_domains(host))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Company:
    """One company, by its canonical domains; each covers its sub-domains. Shows nothing when printed."""

    domains: tuple[str, ...]

    @property
    def basis(self) -> Basis:
        """It is a company."""
        return Basis.COMPANY

    @property
    def identifiers(self) -> tuple[Identifier, ...]:
        """What the company and all who work there are found by."""
        return tuple(identity.domain_and_parents(domain)[0] for domain in dict.fromkeys(self.domains))
