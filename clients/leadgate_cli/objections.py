"""`leadgate objections`: stop the processing of a person or a company, and ask whether it has stopped."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer
from leadgate.v1.objection_service_pb2 import (
    CONTACT_SCOPE_UNSPECIFIED,
    OBJECTION_PURPOSE_UNSPECIFIED,
    ObjectionEffect,
    RegisterObjectionResponse,
)
from leadgate_client import Client, Company, ContactScope, ObjectionChannel, ObjectionPurpose, Objector, PhoneNumber

from leadgate_cli.connection import connected
from leadgate_cli.failures import EXIT_REFUSED, Misused
from leadgate_cli.identifiers import addresses, crm_reference, name_at_company
from leadgate_cli.output import AsJson, print_facts, print_json, print_table, say
from leadgate_cli.words import word, word_option

app = typer.Typer(no_args_is_help=True, help="Stop the processing of a person, and see what came of it.")

_LANGUAGES = ("nl", "en")
"""In which languages the service writes receipts."""

_COMPANY_WAITS = (
    "Nothing is erased yet: the company has so many leads that a privacy officer must register its objection, too."
)
_NOBODY_TOLD_APART = (
    "Nothing is erased: what you gave does not tell for certain whose data are held. Ask for an address by which the "
    "person may be known here."
)

Emails = Annotated[list[str] | None, typer.Option("--email", metavar="ADDRESS", help="An address; - reads from stdin.")]
Phones = Annotated[list[str] | None, typer.Option("--phone", metavar="NUMBER", help="A direct number.")]
Country = Annotated[str, typer.Option(metavar="CC", help="Country of national numbers, such as NL.")]
Records = Annotated[
    list[str] | None,
    typer.Option("--crm", metavar="CRM/OBJECT/ID", help="Their record, as salesforce/Lead/00Q1."),
]
Leads = Annotated[list[str] | None, typer.Option("--lead", metavar="ID", help="A lead's own id.")]
Names = Annotated[
    list[str] | None, typer.Option("--name", metavar="NAME@DOMAIN", help="A name, and the domain of the company.")
]
Domains = Annotated[
    list[str] | None,
    typer.Option("--company", metavar="DOMAIN", help="Instead of a person: a company, for all who work there."),
]
Channel = Annotated[ObjectionChannel.ValueType, word_option(ObjectionChannel.DESCRIPTOR, "How the objection came.")]
Contact = Annotated[
    ContactScope.ValueType | None,
    word_option(ContactScope.DESCRIPTOR, "What they want to hear nothing more by; else all."),
]
Purpose = Annotated[
    ObjectionPurpose.ValueType | None,
    word_option(ObjectionPurpose.DESCRIPTOR, "What they object to, if they said; it is recorded and changes nothing."),
]
Received = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%dT%H:%M%z"], metavar="YYYY-MM-DDTHH:MM+00:00", help="When it came; else now."),
]


def _language(text: str) -> str:
    """Read in which language a text is wanted: before anything is registered."""
    if text not in _LANGUAGES:
        raise typer.BadParameter(f"it must be one of {', '.join(_LANGUAGES)}.")
    return text


Receipt = Annotated[
    str | None,
    typer.Option(parser=_language, metavar="|".join(_LANGUAGES), help="Print the text to hand over, in this language."),
]


@app.command()
@connected
def register(  # noqa: PLR0913 - one keyword for each option
    client: Client,
    *,
    channel: Channel,
    email: Emails = None,
    phone: Phones = None,
    country: Country = "",
    crm: Records = None,
    lead: Leads = None,
    name: Names = None,
    company: Domains = None,
    received: Received = None,
    reference: Annotated[str, typer.Option(help="Your own case number; no name.")] = "",
    contact: Contact = None,
    purpose: Purpose = None,
    preview: Annotated[bool, typer.Option("--preview", help="Say whom it would reach, and do nothing.")] = False,
    receipt: Receipt = None,
    as_json: AsJson = False,
) -> None:
    """Stop the processing of a person, by everything that you know of them; or of a company.

    When it answers, nothing here shows the person or asks about them. Name
    all you have, each option as often as you need it: an address, a record or
    a lead tells for certain who it is, a name or a number alone is shared.

    leadgate objections register --channel support --email - --reference 4711 --receipt nl
    leadgate objections register --channel letter --name 'Ida Vermolen@northpier.example.com' --preview
    leadgate objections register --channel letter --company northpier.example.com --receipt en
    """
    if company and (email or phone or crm or lead or name):
        raise Misused("Register a company or a person, each with a command of its own.")
    answer = client.register_objection(
        Company(domains=company) if company else _objector(email, phone, country, crm, lead, name),
        channel=channel,
        received_time=received,
        reference=reference,
        contact_scope=contact or CONTACT_SCOPE_UNSPECIFIED,
        purpose=purpose or OBJECTION_PURPOSE_UNSPECIFIED,
        validate_only=preview,
    )
    if preview:
        _show_preview(answer, as_json=as_json)
    else:
        show_registered(answer, receipt, of_company=bool(company), as_json=as_json)


@app.command()
@connected
def check(  # noqa: PLR0913 - one keyword for each option
    client: Client,
    *,
    email: Emails = None,
    phone: Phones = None,
    country: Country = "",
    crm: Records = None,
    lead: Leads = None,
    name: Names = None,
    as_json: AsJson = False,
) -> None:
    """Ask whether a person may not be processed.

    Exit code 1 says that the person may not: stop, and remove what you hold.

    leadgate objections check --email -
    leadgate objections check --crm salesforce/Lead/00Q1 --json
    """
    suppressed = client.check_suppression(_objector(email, phone, country, crm, lead, name))
    if as_json:
        print_json({"suppressed": suppressed})
    else:
        say("The person may not be processed: stop." if suppressed else "Nothing says that the person objected.")
    if suppressed:
        raise typer.Exit(EXIT_REFUSED)


def show_registered(
    answer: RegisterObjectionResponse,
    receipt: str | None,
    *,
    others: Sequence[RegisterObjectionResponse] = (),
    of_company: bool = False,
    as_json: bool,
) -> None:
    """Print the acknowledgement of an objection.

    Args:
        answer: The acknowledgement.
        receipt: The language in which the text to hand over is printed; None prints none.
        others: Of whom objected together with the person, each by an objection of their own.
        of_company: It is a company's.
        as_json: Print one JSON document, with the text in every language.
    """
    if as_json:
        with_others = {"others": [_acknowledged(one) for one in others]} if others else {}
        print_json({**_acknowledged(answer), **with_others})
        return
    for one in (answer, *others):
        print_facts(list(_document(one).items()))
        if not one.HasField("erase_time"):
            say(_COMPANY_WAITS if of_company else _NOBODY_TOLD_APART)
        _print_receipt(one, receipt)


def _objector(  # noqa: PLR0913, PLR0917 - one argument for each option
    emails: list[str] | None,
    phones: list[str] | None,
    country: str,
    records: list[str] | None,
    leads: list[str] | None,
    names: list[str] | None,
) -> Objector:
    return Objector(
        emails=addresses(emails or ()),
        phones=[PhoneNumber(number=number, country_code=country) for number in phones or ()],
        crm_references=[crm_reference(text) for text in records or ()],
        lead_ids=leads or (),
        names=[name_at_company(text) for text in names or ()],
    )


def _acknowledged(answer: RegisterObjectionResponse) -> dict[str, object]:
    return {**_document(answer), "receipts": {one.language: one.text for one in answer.receipts}}


def _document(answer: RegisterObjectionResponse) -> dict[str, str | int | None]:
    return {
        "objection_id": answer.objection_id,
        "effective_time": answer.effective_time.ToJsonString(),
        "erase_time": answer.erase_time.ToJsonString() if answer.HasField("erase_time") else None,
        "matched_leads": answer.matched_leads,
    }


def _print_receipt(answer: RegisterObjectionResponse, language: str | None) -> None:
    texts = {one.language: one.text for one in answer.receipts}
    if language is None:
        say("The text to hand over comes with --receipt nl, --receipt en or --json.")
    else:
        typer.echo(f"\n{texts[language]}")


def _show_preview(answer: RegisterObjectionResponse, *, as_json: bool) -> None:
    matches = [
        {
            "effect": word(ObjectionEffect.DESCRIPTOR, match.effect),
            "company": match.company_name,
            "initials": match.initials,
        }
        for match in answer.matches
    ]
    if as_json:
        print_json({"matched_leads": answer.matched_leads, "matches": matches})
        return
    print_table(("EFFECT", "COMPANY", "INITIALS"), [tuple(match.values()) for match in matches])
    say("Nothing was done; leave out --preview to register it. Whoever is not held yet will be blocked all the same.")
