"""What somebody enters about an objection: from the form to the message of the call, and back into the form."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import zip_longest
from typing import Any, Self
from zoneinfo import ZoneInfo

from leadgate.v1 import objection_service_pb2 as wire
from leadgate.v1 import types_pb2

from leadgate_service.domain.objector import Scope
from leadgate_service.errors import invalid
from leadgate_service.http.desk.forms import Form

CHANNELS = {
    "SUPPORT": "Support desk",
    "ACCOUNT_MANAGER": "Account manager or sales",
    "PRIVACY_MAILBOX": "Privacy mailbox",
    "LETTER": "Letter",
    "CRM": "Opt-out in the CRM",
    "PROVIDER": "Word of a data provider",
    "ONE_CLICK": "One-click unsubscribe",
}
"""How an objection came, by its name in the contract."""

CONTACT_SCOPES = {"ALL": "Any channel", "EMAIL": "E-mail only", "PHONE": "Telephone only"}
"""By what the person wants to hear nothing more, by its name in the contract."""

OBJECTS = ("Lead", "Contact")
"""The objects of a CRM that stand for a person."""

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Entries:
    """The fields of the form; rows that were left empty are gone. Shows nothing when printed.

    Attributes:
        scope: Whether a person or a company objects.
        form_id: Made when the form was shown first.
        emails: Addresses.
        phones: Numbers, each with a country code or an empty one.
        records: Recipient, object and id of records in a CRM.
        leads: Ids of leads.
        names: Names, each with a company's domain.
        domains: Of a company.
        channel: A key of `CHANNELS`, or empty.
        contact_scope: A key of `CONTACT_SCOPES`, or empty.
        reference: The desk's case number, or empty.
        received: The day as a date field sends it, or empty for today.
    """

    scope: Scope
    form_id: str
    emails: Sequence[Row] = ()
    phones: Sequence[Row] = ()
    records: Sequence[Row] = ()
    leads: Sequence[Row] = ()
    names: Sequence[Row] = ()
    domains: Sequence[Row] = ()
    channel: str = ""
    contact_scope: str = ""
    reference: str = ""
    received: str = ""

    @classmethod
    def read(cls, form: Form) -> Self:
        """Read what was posted. Nothing is checked here: that is for the call."""
        return cls(
            scope=Scope.COMPANY if form.one("scope") == Scope.COMPANY.value else Scope.PERSON,
            form_id=form.one("form_id"),
            emails=_rows(form, "email"),
            phones=[(number, country.upper()) for number, country in _rows(form, "phone", "phone_country")],
            records=_rows(form, "crm_id", "crm_object", "crm_recipient"),
            leads=[(lead_id.lower(),) for (lead_id,) in _rows(form, "lead_id")],
            names=_rows(form, "full_name", "company_domain", whole=True),
            domains=_rows(form, "domain"),
            channel=form.one("channel"),
            contact_scope=form.one("contact_scope"),
            reference=form.one("reference"),
            received=form.one("received"),
        )

    @property
    def posted(self) -> Iterator[tuple[str, str]]:
        """The fields that send the same again."""
        yield from (("scope", self.scope.value), ("form_id", self.form_id))
        yield from _fields(self.emails, "email")
        yield from _fields(self.phones, "phone", "phone_country")
        yield from _fields(self.records, "crm_id", "crm_object", "crm_recipient")
        yield from _fields(self.leads, "lead_id")
        yield from _fields(self.names, "full_name", "company_domain")
        yield from _fields(self.domains, "domain")
        yield from (("channel", self.channel), ("contact_scope", self.contact_scope))
        yield from (("reference", self.reference), ("received", self.received))

    def message(self, zone: ZoneInfo) -> wire.RegisterObjectionRequest:
        """Make the call's request, without its id.

        Args:
            zone: In which the day of receipt is meant.

        Raises:
            InvalidArgument: FIELD_INVALID: the day is none.
        """
        request = wire.RegisterObjectionRequest(
            scope=wire.OBJECTION_SCOPE_PERSON if self.scope is Scope.PERSON else wire.OBJECTION_SCOPE_COMPANY,
            company_domains=[domain for (domain,) in self.domains],
            channel=number_of(wire.ObjectionChannel, f"OBJECTION_CHANNEL_{self.channel}"),
            contact_scope=number_of(wire.ContactScope, f"CONTACT_SCOPE_{self.contact_scope}"),
            reference=self.reference,
        )
        if self.scope is Scope.PERSON:
            request.objector.CopyFrom(self._objector())
        if self.received:
            request.received_time.seconds = int(_begin_of(self.received, zone).timestamp())
        return request

    def _objector(self) -> wire.Objector:
        return wire.Objector(
            emails=[email for (email,) in self.emails],
            phones=[wire.PhoneNumber(number=number, country_code=country) for number, country in self.phones],
            crm_references=[
                types_pb2.CrmReference(recipient=recipient, object=kind, record_id=record_id)
                for record_id, kind, recipient in self.records
            ],
            lead_ids=[lead_id for (lead_id,) in self.leads],
            names=[wire.NameAtCompany(full_name=name, company_domain=domain) for name, domain in self.names],
        )


def number_of(enum: Any, name: str) -> Any:
    """Return a value of an enum of the contract by its name; unspecified, which the call judges, if there is none."""
    return dict(enum.items()).get(name, 0)


def _rows(form: Form, *names: str, whole: bool = False) -> Sequence[Row]:
    """Read rows of fields; one whose first field is empty is left out, with `whole` only if all are."""
    rows = zip_longest(*map(form.all, names), fillvalue="")
    return [row for row in rows if row[0] or (whole and any(row))]


def _fields(rows: Sequence[Row], *names: str) -> Iterator[tuple[str, str]]:
    for row in rows:
        yield from zip(names, row, strict=True)


def _begin_of(day: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(day), time(), zone)
    except ValueError:
        raise invalid("received_time", "must be a day, such as 2026-07-14") from None
