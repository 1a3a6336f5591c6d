"""Between the messages of objections and the domain."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC
from typing import TypeVar

from leadgate.v1 import objection_service_pb2 as wire
from leadgate.v1 import types_pb2

from leadgate_service.domain import identity, normalise
from leadgate_service.domain.candidate import CrmRecord
from leadgate_service.domain.disclosure import initials
from leadgate_service.domain.fields import LeadFields
from leadgate_service.domain.objector import MOST_IDENTIFIERS, ContactScope, NameAtCompany, ObjectionPurpose, Objector
from leadgate_service.domain.policy import Policy
from leadgate_service.errors import invalid
from leadgate_service.receipts import LANGUAGES, Facts, receipt
from leadgate_service.records import Effect, Match, Registered
from leadgate_service.rpc.convert import (
    EnumTable,
    country_from_pb,
    crm_record_from_pb,
    domain_from_pb,
    email_from_pb,
    id_to_pb,
    lead_id_from_pb,
    text,
    time_to_pb,
)

CONTACT_SCOPES = EnumTable(wire.ContactScope, "CONTACT_SCOPE", ContactScope)
PURPOSES = EnumTable(wire.ObjectionPurpose, "OBJECTION_PURPOSE", ObjectionPurpose)
EFFECTS = EnumTable(wire.ObjectionEffect, "OBJECTION_EFFECT", Effect)

Given = TypeVar("Given")
Value = TypeVar("Value")

MOST_NAME_CHARACTERS = 200
MOST_PHONE_CHARACTERS = 64

_REFERENCE = re.compile(r"[A-Za-z0-9./#-]{0,64}")
_CHANNELS: Mapping[int, str] = {
    number: name.removeprefix("OBJECTION_CHANNEL_").lower()
    for name, number in wire.ObjectionChannel.items()
    if number != wire.OBJECTION_CHANNEL_UNSPECIFIED
}


def objector_from_pb(message: wire.Objector) -> Objector:
    """Read who objects."""
    given = [*message.emails, *message.phones, *message.crm_references, *message.lead_ids, *message.names]
    if not 1 <= len(given) <= MOST_IDENTIFIERS:
        raise invalid("objector", f"must have 1 to {MOST_IDENTIFIERS} identifiers")
    return Objector(
        emails=_each(message.emails, "emails", email_from_pb),
        phones=_each(message.phones, "phones", _phone),
        crm_records=_each(message.crm_references, "crm_references", _person_record),
        lead_ids=_each(message.lead_ids, "lead_ids", lead_id_from_pb),
        names=_each(message.names, "names", _name),
    )


def channel_from_pb(number: int) -> str:
    """Read how an objection came."""
    channel = _CHANNELS.get(number)
    if channel is None:
        raise invalid("channel", "must be one of the values of the contract, and not unspecified")
    return channel


def reference_from_pb(value: str) -> str | None:
    """Read the desk's own case number; empty means none."""
    if not _REFERENCE.fullmatch(value):
        raise invalid("reference", "must be at most 64 letters, digits, dots, slashes, hashes and hyphens")
    return value or None


def registered_to_pb(registered: Registered) -> bytes:
    """Write the acknowledgement."""
    return wire.RegisterObjectionResponse(
        objection_id=id_to_pb(registered.objection_id),
        effective_time=time_to_pb(registered.effective_time),
        erase_time=time_to_pb(registered.erase_time),
        matched_leads=registered.matched_leads,
        received_time=time_to_pb(registered.received_time),
        identifiers=registered.identifiers,
        linked_identifiers=registered.linked_identifiers,
    ).SerializeToString()


def with_receipts(acknowledgement: bytes, policy: Policy) -> wire.RegisterObjectionResponse:
    """Add the text to hand over, which is made of what is kept of the answer and never kept itself (R-024)."""
    response = wire.RegisterObjectionResponse.FromString(acknowledgement)
    told = policy.objections.receipt
    facts = Facts(
        objection_id=response.objection_id,
        received=response.received_time.ToDatetime(UTC),
        effective=response.effective_time.ToDatetime(UTC),
        erased=response.erase_time.ToDatetime(UTC),
        identifiers=response.identifiers,
        linked=response.linked_identifiers,
        controller=told.controller,
        contact=told.contact,
        authority=told.authority,
        evidence_years=policy.statement.evidence_years,
        backup_days=told.backup_days,
    )
    for language in LANGUAGES:
        response.receipts.add(language=language, text=receipt(language, facts, policy.retention.zone_info))
    return response


def preview_to_pb(matches: Sequence[Match]) -> wire.RegisterObjectionResponse:
    """Write whom an objection would reach: enough to recognise somebody whom one knows already."""
    return wire.RegisterObjectionResponse(
        matched_leads=sum(match.effect is not Effect.NUMBER_WITHHELD for match in matches),
        matches=map(_match, matches),
    )


def _match(match: Match) -> wire.ObjectionMatch:
    fields = match.lead.fields or LeadFields()
    return wire.ObjectionMatch(
        effect=EFFECTS.write(match.effect),
        company_name=fields.company_name or "",
        initials=initials(fields.full_name or ""),
    )


def _each(messages: Iterable[Given], name: str, read: Callable[[Given, str], Value]) -> tuple[Value, ...]:
    """Read each of the identifiers of one kind; an error says which."""
    return tuple(read(message, f"objector.{name}[{position}]") for position, message in enumerate(messages))


def _phone(message: wire.PhoneNumber, field: str) -> str:
    written = text(message.number, f"{field}.number", MOST_PHONE_CHARACTERS)
    number = normalise.phone(written, country_from_pb(message.country_code))
    if number is None:
        raise invalid(f"{field}.number", "must be a phone number, international or with its country_code")
    return number


def _person_record(message: types_pb2.CrmReference, field: str) -> CrmRecord:
    record = crm_record_from_pb(message)
    if not record.of_person:
        raise invalid(f"{field}.object", "must be a person's: Lead or Contact")
    return record


def _name(message: wire.NameAtCompany, field: str) -> NameAtCompany:
    name = text(message.full_name, f"{field}.full_name", MOST_NAME_CHARACTERS)
    if not identity.canonical_name(name):
        raise invalid(f"{field}.full_name", "must have a letter or a digit")
    domain = domain_from_pb(message.company_domain, f"{field}.company_domain")
    if identity.is_free_mail(domain) or identity.is_bare_suffix(domain):
        rule = "must be a company's: not a free-mail provider's, and not a public suffix"
        raise invalid(f"{field}.company_domain", rule)
    return NameAtCompany(name, domain)
