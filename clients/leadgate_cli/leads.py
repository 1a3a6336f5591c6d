"""`leadgate leads`: read leads, for a purpose, as the principal that the token names."""

from datetime import date, datetime
from itertools import islice
from typing import Annotated

import typer
from leadgate_client import (
    Client,
    EmployeeBand,
    Purpose,
    RevenueBand,
    Seniority,
    Withheld,
    WithheldReason,
)

from leadgate_cli import lead_views
from leadgate_cli.connection import connected
from leadgate_cli.failures import EXIT_REFUSED, Misused
from leadgate_cli.identifiers import crm_reference, one_value
from leadgate_cli.output import AsJson, print_facts, print_json, print_table, say
from leadgate_cli.words import word, word_option

MOST_IN_A_PAGE = 500
"""The most leads that the service sends at once."""

app = typer.Typer(no_args_is_help=True, help="Read leads, for a purpose; every read leaves an audit entry.")

Why = Annotated[Purpose.ValueType, word_option(Purpose.DESCRIPTOR, "Why you read: your roles decide which you hold.")]
Level = Annotated[Seniority.ValueType | None, word_option(Seniority.DESCRIPTOR, "One level.")]
HeadCount = Annotated[EmployeeBand.ValueType | None, word_option(EmployeeBand.DESCRIPTOR, "One band of head count.")]
Revenue = Annotated[RevenueBand.ValueType | None, word_option(RevenueBand.DESCRIPTOR, "One band of revenue.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")]


@app.command()
@connected
def get(  # noqa: PLR0913 - one keyword for each option
    client: Client,
    *,
    purpose: Why,
    lead_id: Annotated[str | None, typer.Option("--id", metavar="ID", help="The lead's own id.")] = None,
    email: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="The address it was looked up by; - reads it from stdin."),
    ] = None,
    crm: Annotated[
        str | None, typer.Option(metavar="CRM/OBJECT/ID", help="A CRM record, such as salesforce/Lead/00Q1.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read one lead.

    Exit code 1 also says that the person may not be processed:
    stop, and remove what you hold.

    An address on the command line stays in the shell's history; with
    `--email -` it is read from stdin:

    leadgate leads get --email - --purpose rights_handling
    leadgate leads get --crm salesforce/Lead/00Q1 --purpose outreach --json
    """
    if [lead_id, email, crm].count(None) != 2:  # noqa: PLR2004 - one of the three is given
        raise Misused("Name the lead by exactly one of --id, --email and --crm.")
    address = one_value(email) if email is not None else None
    reference = crm_reference(crm) if crm is not None else None
    lead = client.get_lead(purpose=purpose, lead_id=lead_id, email=address, crm_reference=reference)
    if isinstance(lead, Withheld):
        _show_withheld(lead, as_json=as_json)
    elif as_json:
        print_json(lead_views.document(lead))
    else:
        print_facts(lead_views.facts(lead))


@app.command()
@connected
def query(  # noqa: PLR0913 - one keyword for each option
    client: Client,
    *,
    purpose: Why,
    industry: Annotated[str | None, typer.Option(help="The company's industry, letter by letter.")] = None,
    function: Annotated[str | None, typer.Option(help="The job function, letter by letter.")] = None,
    seniority: Level = None,
    domain: Annotated[str | None, typer.Option(help="Domain of the company's website.")] = None,
    employee_band: HeadCount = None,
    revenue_band: Revenue = None,
    obtained_from: Day = None,
    obtained_until: Day = None,
    limit: Annotated[int, typer.Option(min=1, help="The most leads to print.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the leads that may be processed and meet all filters.

    leadgate leads query --industry Software --seniority director --purpose outreach
    leadgate leads query --employee-band from_51 --purpose relevance --limit 500 --json
    """
    found = client.query_leads(
        purpose=purpose,
        company_industry=industry,
        job_function=function,
        seniority=seniority,
        company_domain=domain,
        employee_band=employee_band,
        revenue_band=revenue_band,
        first_obtained_from_date=_day(obtained_from),
        first_obtained_until_date=_day(obtained_until),
        page_size=min(limit, MOST_IN_A_PAGE),
    )
    leads = list(islice(found, limit))
    if as_json:
        print_json([lead_views.document(lead) for lead in leads])
    else:
        print_table(lead_views.COLUMNS, map(lead_views.row, leads))
    if len(leads) == limit:
        say(f"That is the limit of {limit}; there may be more: --limit.")


def _show_withheld(withheld: Withheld, *, as_json: bool) -> None:
    reason = word(WithheldReason.DESCRIPTOR, withheld.reason)
    if as_json:
        print_json({"withheld": reason})
    else:
        say(f"The person may not be processed ({reason}): stop, and remove what you hold.")
    raise typer.Exit(EXIT_REFUSED)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment is not None else None
