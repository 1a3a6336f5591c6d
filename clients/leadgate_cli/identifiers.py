"""How people are named on the command line."""

import sys
from collections.abc import Iterable

from leadgate_client import CrmReference, NameAtCompany

from leadgate_cli.failures import Misused

CRM_PARTS = 3


def addresses(given: Iterable[str]) -> list[str]:
    """Return addresses; `-` stands for those on stdin, one a line, which no shell's history keeps."""
    found: list[str] = []
    for address in given:
        found += [line.strip() for line in sys.stdin if line.strip()] if address == "-" else [address]
    return found


def one_value(given: str) -> str:
    """Return a value; `-` stands for the first line of stdin, which no shell's history keeps."""
    return next(iter(addresses([given])), "")


def crm_reference(text: str) -> CrmReference:
    """Read a CRM record, such as salesforce/Lead/00Q1."""
    parts = text.split("/")
    if len(parts) != CRM_PARTS:
        raise Misused("--crm names CRM, object and record id, such as salesforce/Lead/00Q1.")
    recipient, kind, record_id = parts
    return CrmReference(recipient=recipient, object=kind, record_id=record_id)


def name_at_company(text: str) -> NameAtCompany:
    """Read a name at a company, such as `Ida Vermolen@northpier.example.com`."""
    name, at, domain = text.rpartition("@")
    if not at:
        raise Misused("--name names a person and the company's domain, such as 'Ida Vermolen@northpier.example.com'.")
    return NameAtCompany(full_name=name, company_domain=domain)
