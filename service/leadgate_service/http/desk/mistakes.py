"""Where on a page an error of a call belongs, and how it is said there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from leadgate_service.errors import InvalidArgument, LeadgateError
from leadgate_service.http.answers import told

_PLACE = re.compile(r"(?P<field>[a-z_.]+?)(\[(?P<row>\d+)\])?(?P<part>\.[a-z_]+)?")


@dataclass(frozen=True, slots=True)
class _Field:
    control: str
    label: str
    rows: bool = True


_FIELDS: Mapping[str, _Field] = {
    "objector": _Field("email", "Who objects"),
    "objector.emails": _Field("email", "E-mail address"),
    "objector.phones.number": _Field("phone", "Telephone number"),
    "objector.phones.country_code": _Field("phone-country", "Country"),
    "objector.crm_references.object": _Field("crm-object", "Kind of record"),
    "objector.crm_references.record_id": _Field("crm-id", "Record id"),
    "objector.crm_references.recipient": _Field("crm-recipient", "CRM"),
    "objector.lead_ids": _Field("lead-id", "Lead id"),
    "objector.names.full_name": _Field("full-name", "Name"),
    "objector.names.company_domain": _Field("company-domain", "Domain of the company"),
    "company_domains": _Field("domain", "Domain"),
    "channel": _Field("channel", "How it came", rows=False),
    "contact_scope": _Field("contact-scope", "By what", rows=False),
    "reference": _Field("reference", "Case number", rows=False),
    "received_time": _Field("received", "Received on", rows=False),
    "import_id": _Field("import-id", "Import", rows=False),
    "reason": _Field("reason", "Reason", rows=False),
}
"""Where the controls of a page belong in a message: each field with the beginning of its controls' ids."""

_PLAINLY: Mapping[tuple[str, str], str] = {
    ("objector", "must have 1 to 20 identifiers"): "must be named by at least one of these, and by at most 20",
    ("company_domains", "must be 1 to 20"): "must be given: at least one, and at most 20",
    ("channel", "must be one of the values of the contract, and not unspecified"): "must be chosen",
    ("reason", "must be one of the values of the contract, and not unspecified"): "must be chosen",
    (
        "objector.phones.number",
        "must be a phone number, international or with its country_code",
    ): "must be a telephone number: international, or with its country",
    ("objector.phones.country_code", "must be two upper-case letters of ISO 3166-1"): "must be two letters, such as NL",
}
"""What rules that speak of the contract mean on a page."""


_CONTROLS: Mapping[str, str] = {"LEAD_NOT_FOUND": "lead-id-1"}
"""Where an error belongs that names no field, by its reason."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, and where.

    Attributes:
        control: The id of the control that has to be corrected; empty if it is none of the page's.
        text: What is wrong, in a sentence without any value.
    """

    control: str
    text: str


def mistake(error: LeadgateError) -> Mistake:
    """Say of an error what somebody at the desk has to correct."""
    if not isinstance(error, InvalidArgument):
        return Mistake(_CONTROLS.get(error.reason, ""), told(error))
    said, rule = error.metadata.get("field", ""), error.metadata.get("rule", "")
    place = _PLACE.fullmatch(said)
    name = f"{place['field']}{place['part'] or ''}" if place is not None else ""
    field = _FIELDS.get(name)
    if place is None or field is None:
        return Mistake("", told(error))
    row = f"-{int(place['row'] or 0) + 1}" if field.rows else ""
    return Mistake(f"{field.control}{row}", f"{field.label} {_PLAINLY.get((name, rule), rule)}.")
