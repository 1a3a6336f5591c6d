"""Between the messages of objections and the domain."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeAlias, TypeVar

from leadgate.v1 import objection_service_pb2 as wire
from leadgate.v1 import types_pb2

from leadgate_service.domain import identity, normalise
from leadgate_service.domain.candidate import CrmRecord
from leadgate_service.domain.disclosure import initials
from leadgate_service.domain.fields import LeadFields
from leadgate_service.domain.objector import (
    MOST_IDENTIFIERS,
    Basis,
    Company,
    ContactScope,
    NameAtCompany,
    ObjectionPurpose,
    Objector,
    Scope,
)
from leadgate_service.domain.policy import Policy
from leadgate_service.errors import InvalidArgument, invalid
from leadgate_service.receipts import LANGUAGES, Facts, receipt
from leadgate_service.records import (
    Annulled,
    AnnulmentReason,
    Effect,
    Match,
    Objection,
    ObjectionRecord,
    ObjectionState,
    Registered,
)
from leadgate_service.rpc.convert import (
    REQUEST_ID,
    EnumTable,
    country_from_pb,
    crm_record_from_pb,
    domain_from_pb,
    email_from_pb,
    id_to_pb,
    lead_id_from_pb,
    matching,
    text,
    time_from_pb,
    time_to_pb,
)

CONTACT_SCOPES = EnumTable(wire.ContactScope, "CONTACT_SCOPE", ContactScope)
PURPOSES = EnumTable(wire.ObjectionPurpose, "OBJECTION_PURPOSE", ObjectionPurpose)
EFFECTS = EnumTable(wire.ObjectionEffect, "OBJECTION_EFFECT", Effect)
SCOPES = EnumTable(wire.ObjectionScope, "OBJECTION_SCOPE", Scope)
STATES = EnumTable(wire.ObjectionState, "OBJECTION_STATE", ObjectionState)
ANNULMENT_REASONS = EnumTable(wire.AnnulmentReason, "ANNULMENT_REASON", AnnulmentReason)

Given = TypeVar("Given")
Value = TypeVar("Value")

OpenLink: TypeAlias = Callable[[str], bytes | None]
"""Returns the token of an address that the token of a link was made of; None if it was not made here."""

ReadRecord: TypeAlias = Callable[[types_pb2.CrmReference, str], CrmRecord]
"""Reads the CRM record that a field holds."""

Told: TypeAlias = Callable[[InvalidArgument], None]
"""Learns of an identifier that it breaks a rule: raises that, or has it left out."""

_HasReceivedTime: TypeAlias = wire.RegisterObjectionRequest | wire.ObjectionItem

MOST_NAME_CHARACTERS = 200
MOST_PHONE_CHARACTERS = 64

_REFERENCE = re.compile(r"[A-Za-z0-9./#-]{0,64}")
_CHANNELS: Mapping[int, str] = {
    number: name.removeprefix("OBJECTION_CHANNEL_").lower()
    for name, number in wire.ObjectionChannel.items()
    if number != wire.OBJECTION_CHANNEL_UNSPECIFIED
}


def objector_from_pb(message: wire.Objector, open_link: OpenLink | None = None) -> Objector:
    """Read who objects, or is asked about; where nobody can open links, none is taken."""
    if not 1 <= identifiers_in(message) <= MOST_IDENTIFIERS:
        raise too_many_or_none()
    return identifiers_from_pb(message, open_link, person_record_from_pb, _refuse)


def identifiers_from_pb(
    message: wire.Objector, open_link: OpenLink | None, read_record: ReadRecord, told: Told
) -> Objector:
    """Read the identifiers of a person, however many; without those of which *told* is told, if it does not raise."""

    def each(name: str, read: Callable[[Any, str], Value]) -> tuple[Value, ...]:
        return tuple(_sound(getattr(message, name), f"objector.{name}", read, told))

    return Objector(
        emails=each("emails", email_from_pb),
        phones=each("phones", _phone),
        crm_records=each("crm_references", read_record),
        lead_ids=each("lead_ids", lead_id_from_pb),
        names=each("names", _name),
        address_tokens=each("unsubscribe_tokens", partial(_address_token, open_link)),
    )


def identifiers_in(message: wire.Objector) -> int:
    """Count the identifiers of a person."""
    return sum(len(values) for _, values in message.ListFields())


def too_many_or_none() -> InvalidArgument:
    """Say how many identifiers an objection may name."""
    return invalid("objector", f"must have 1 to {MOST_IDENTIFIERS} identifiers")


def person_record_from_pb(message: types_pb2.CrmReference, field: str) -> CrmRecord:
    """Read a CRM record of a person."""
    record = crm_record_from_pb(message, field)
    if not record.of_person:
        raise invalid(f"{field}.object", "must be a person's: Lead or Contact")
    return record


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


def import_id_from_pb(value: str) -> str | None:
    """Read the name of an import; empty means none."""
    rule = "must be 1 to 64 letters, digits, dots, colons, underscores and hyphens"
    return matching(value, REQUEST_ID, "import_id", rule) if value else None


def party_from_pb(request: wire.RegisterObjectionRequest, open_link: OpenLink) -> Objector | Company:
    """Read who objects: a person, or a company."""
    scope = SCOPES.read_optional(request.scope, "scope") or Scope.PERSON
    if scope is Scope.PERSON:
        if request.company_domains:
            raise invalid("company_domains", "must be empty unless a company objects")
        return objector_from_pb(request.objector, open_link)
    if request.HasField("objector"):
        raise invalid("objector", "must be absent if a company objects")
    if not 1 <= len(request.company_domains) <= MOST_IDENTIFIERS:
        raise invalid("company_domains", f"must be 1 to {MOST_IDENTIFIERS}")
    domains = enumerate(request.company_domains)
    return Company(domains=tuple(_company_domain(one, f"company_domains[{position}]") for position, one in domains))


def received_from_pb(message: _HasReceivedTime, now: datetime) -> datetime:
    """Read when an objection reached the organisation; absent means now."""
    return time_from_pb(message.received_time, "received_time", now) if message.HasField("received_time") else now


def registered_to_pb(registered: Registered) -> wire.RegisterObjectionResponse:
    """Write the acknowledgement."""
    return wire.RegisterObjectionResponse(
        objection_id=id_to_pb(registered.objection_id),
        effective_time=time_to_pb(registered.effective_time),
        erase_time=time_to_pb(registered.erase_time) if registered.erase_time is not None else None,
        matched_leads=registered.matched_leads,
        received_time=time_to_pb(registered.received_time),
        identifiers=registered.identifiers,
        linked_identifiers=registered.linked_identifiers,
    )


def id_of(answer: wire.RegisterObjectionResponse | wire.ObjectionResult) -> bytes:
    """Read the id of an objection in an answer of ours."""
    return lead_id_from_pb(answer.objection_id, "objection_id")


def receipts_to_pb(
    registered: Registered, policy: Policy, basis: Basis, contact_scope: ContactScope
) -> Iterator[wire.ObjectionReceipt]:
    """Write the text to hand over, which is made of what is kept and never kept itself (R-024)."""
    told = policy.objections.receipt
    facts = Facts(
        objection_id=id_to_pb(registered.objection_id),
        received=registered.received_time,
        effective=registered.effective_time,
        erased=registered.erase_time,
        identifiers=registered.identifiers,
        linked=registered.linked_identifiers,
        controller=told.controller,
        contact=told.contact,
        authority=told.authority,
        evidence_years=policy.statement.evidence_years,
        backup_days=told.backup_days,
        contact_scope=contact_scope,
        basis=basis,
    )
    for language in LANGUAGES:
        yield wire.ObjectionReceipt(language=language, text=receipt(language, facts, policy.retention.zone_info))


def with_receipts(acknowledgement: bytes, policy: Policy, objection: Objection) -> wire.RegisterObjectionResponse:
    """Add the text to hand over to the acknowledgement of an objection, which may be a replayed one."""
    response = wire.RegisterObjectionResponse.FromString(acknowledgement)
    registered = Registered(
        objection_id=lead_id_from_pb(response.objection_id),
        effective_time=response.effective_time.ToDatetime(UTC),
        erase_time=response.erase_time.ToDatetime(UTC) if response.HasField("erase_time") else None,
        matched_leads=response.matched_leads,
        received_time=response.received_time.ToDatetime(UTC),
        identifiers=response.identifiers,
        linked_identifiers=response.linked_identifiers,
    )
    basis = _acknowledged(objection.objector.basis, is_erased=registered.erase_time is not None)
    response.receipts.extend(receipts_to_pb(registered, policy, basis, objection.contact_scope))
    return response


def _acknowledged(basis: Basis, *, is_erased: bool) -> Basis:
    """Return what an objection told, now that it is known whether anybody whom it names is known here."""
    if basis is Basis.COMPANY:
        return basis
    if is_erased:
        return Basis.PERSON
    return Basis.UNKNOWN if basis is Basis.PERSON else basis


def objection_to_pb(record: ObjectionRecord) -> wire.Objection:
    """Write the evidence of an objection."""
    registered = record.registered
    return wire.Objection(
        objection_id=id_to_pb(registered.objection_id),
        state=STATES.write(record.state),
        scope=SCOPES.write(Scope.COMPANY if record.basis is Basis.COMPANY else Scope.PERSON),
        channel=wire.ObjectionChannel.Value(f"OBJECTION_CHANNEL_{record.channel.upper()}"),
        contact_scope=CONTACT_SCOPES.write(record.contact_scope),
        purpose=PURPOSES.write(record.purpose),
        reference=record.reference or "",
        import_id=record.import_id or "",
        registered_by=record.registered_by,
        received_time=time_to_pb(registered.received_time),
        effective_time=time_to_pb(registered.effective_time),
        erase_time=time_to_pb(registered.erase_time) if registered.erase_time is not None else None,
        matched_leads=registered.matched_leads,
        remaining_leads=record.remaining_leads,
        annulment_reason=ANNULMENT_REASONS.write(record.annulment_reason),
        annulment_proposed_by=record.annulment_proposed_by or "",
    )


def annulled_to_pb(annulled: Annulled) -> bytes:
    """Write how far an annulment is."""
    state = ObjectionState.ANNULLED if annulled.done else ObjectionState.ANNULMENT_PROPOSED
    return wire.AnnulObjectionResponse(
        state=STATES.write(state),
        annulled_objections=annulled.objections,
        restored_leads=annulled.leads,
    ).SerializeToString()


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


def _refuse(refusal: InvalidArgument) -> None:
    raise refusal


def _sound(messages: Iterable[Given], name: str, read: Callable[[Given, str], Value], told: Told) -> Iterator[Value]:
    """Read those of the identifiers of one kind that break no rule; an error says which does."""
    for position, message in enumerate(messages):
        try:
            yield read(message, f"{name}[{position}]")
        except InvalidArgument as refusal:
            told(refusal)


def _phone(message: wire.PhoneNumber, field: str) -> str:
    written = _pasted(message.number, f"{field}.number", MOST_PHONE_CHARACTERS)
    number = normalise.phone(written, country_from_pb(message.country_code, f"{field}.country_code"))
    if number is None:
        raise invalid(f"{field}.number", "must be a phone number, international or with its country_code")
    return number


def _pasted(value: str, field: str, most: int) -> str:
    """Check a text that may come from a sheet or a mail: a tab or the end of a line is white space like any other."""
    return text(" ".join(value.split()), field, most)


def _address_token(open_link: OpenLink | None, written: str, field: str) -> bytes:
    if open_link is None:
        raise invalid(field, "must be absent here: a link is for objecting, not for asking")
    token = open_link(written)
    if token is None:
        raise invalid(field, "must be the end of an unsubscribe_url that this service made")
    return token


def _company_domain(value: str, field: str) -> str:
    domain = domain_from_pb(value, field)
    above = [one.canonical for one in identity.domain_and_parents(domain)]
    if any(map(identity.is_free_mail, above)) or identity.is_bare_suffix(domain):
        raise invalid(field, "must be a company's: not a free-mail provider's, and not a public suffix")
    return domain


def _name(message: wire.NameAtCompany, field: str) -> NameAtCompany:
    name = _pasted(message.full_name, f"{field}.full_name", MOST_NAME_CHARACTERS)
    if not identity.canonical_name(name):
        raise invalid(f"{field}.full_name", "must have a letter or a digit")
    return NameAtCompany(name, _company_domain(message.company_domain, f"{field}.company_domain"))
