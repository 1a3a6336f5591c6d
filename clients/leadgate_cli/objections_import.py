"""`leadgate objections import`: a file of objections, each row with an outcome of its own (R-026).

Request ids come from the file: to go on after a crash is to send everything again, which changes nothing twice.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from io import BufferedReader
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from leadgate.v1.objection_service_pb2 import CONTACT_SCOPE_UNSPECIFIED, ObjectionResult
from leadgate_client import Client, LeadgateClientError, ObjectionChannel, ObjectionOutcome
from rich.console import Console
from rich.progress import Progress

from leadgate_cli.connection import connected
from leadgate_cli.failures import EXIT_INCOMPLETE, Interrupted, Misused
from leadgate_cli.objections import Channel, Contact, Country
from leadgate_cli.objections_csv.columns import Column, Columns, familiarity, find_columns
from leadgate_cli.objections_csv.reading import opened_table
from leadgate_cli.objections_csv.results import results_file
from leadgate_cli.objections_csv.rows import Outcome, Reading, Result, ToSend, read_rows
from leadgate_cli.output import AsJson, print_json, print_table, say
from leadgate_cli.words import word

ROWS_AT_ONCE = 500
"""The most rows of one call, and of what is held in memory."""

READY = "ready"
"""What `--check` says of a row that would be sent."""

_PART_BYTES = 2**20
_Row = TypeVar("_Row")
_DONE = {READY, Outcome.REGISTERED, Outcome.DUPLICATE}

File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE", help="CSV with a row of heads.")
]
Results = Annotated[
    Path | None,
    typer.Option(metavar="FILE", dir_okay=False, help="Where the outcome of each row goes; else FILE.results.csv."),
]


@connected
def command(  # noqa: PLR0913 - one keyword for each option
    client: Client,
    file: File,
    *,
    channel: Channel,
    country: Country = "",
    crm_recipient: Annotated[str, typer.Option(metavar="CRM", help="Whose record ids there are: salesforce.")] = "",
    crm_object: Annotated[str, typer.Option(metavar="OBJECT", help="And of which kind they are: Lead.")] = "",
    contact: Contact = None,
    label: Annotated[str, typer.Option(help="Tells it from an import of the same file that was annulled.")] = "",
    results: Results = None,
    check: Annotated[bool, typer.Option("--check", help="Say how the file is understood, and send nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Register the objections of a CSV file, one outcome for each row.

    The first row names the columns, in Dutch, English, German or French:
    e-mail, phone, name, company domain, lead id, CRM record id, received,
    reference. What is wrong with a row stops no other. Typed again with the same
    token, within 72 hours, the command goes on and registers nobody twice.

    Exit code 4: some rows were not registered; the results say which and why.
    130: interrupted.

    leadgate objections import list.csv --channel support --country NL --check
    leadgate objections import list.csv --channel support --country NL
    leadgate objections import leads.csv --channel crm --crm-recipient salesforce --crm-object Lead
    """
    if bool(crm_recipient) != bool(crm_object):
        raise Misused("--crm-recipient and --crm-object go together.")
    place = results or file.with_name(f"{file.name}.results.csv")
    if place.exists() and place.samefile(file):
        raise Misused("--results must be another file than the one that is read.")
    crm = (crm_recipient, crm_object) if crm_recipient else None
    contact_scope = contact or CONTACT_SCOPE_UNSPECIFIED
    counts: Counter[str] = Counter()
    with ExitStack() as stack:
        stream = stack.enter_context(file.open("rb"))
        import_id = _import_id(client, stream, (channel, country, crm, contact_scope, label))
        progress = stack.enter_context(_progress(hidden=as_json))
        watched = progress.wrap_file(stream, file.stat().st_size, description=file.name)
        table = stack.enter_context(opened_table(watched, familiarity))
        columns = find_columns(table.heads, crm_known=crm is not None)
        _require(columns, crm_known=crm is not None)
        reading = Reading(columns=columns, country=country, crm=crm, contact_scope=contact_scope)
        rows = read_rows(table.rows, reading)
        if check:
            counts.update(_checked(rows))
        else:
            write = stack.enter_context(results_file(place))
            say(f"This is import {import_id}; by that name the whole of it can be annulled.")
            with _told_how_to_go_on(counts):
                for result in _registered(client, rows, channel, import_id):
                    write(result)
                    counts[result.outcome] += 1
    document = {
        "import_id": import_id,
        "columns": [{"column": columns.heads[at], "read_as": column} for at, column in columns.read.items()],
        "ignored_columns": columns.ignored,
        "outcomes": dict(counts),
        "results": None if check else str(place),
    }
    _show(document, as_json=as_json)
    if not _DONE.issuperset(counts):
        raise typer.Exit(EXIT_INCOMPLETE)


def _import_id(client: Client, stream: BufferedReader, options: object) -> str:
    """Name an import after what is in the file and how it is meant: the same command again is the same import."""
    try:
        stream.seek(0)
    except OSError:
        raise Misused("What can be read only once cannot be imported: save it as a file first.") from None
    parts = iter(lambda: stream.read(_PART_BYTES), b"")
    name = client.derive_id(chain([repr(options).encode()], parts))
    stream.seek(0)
    return f"csv-{name[:16]}"


def _progress(*, hidden: bool) -> Progress:
    console = Console(stderr=True)
    return Progress(console=console, transient=True, disable=hidden or not console.is_terminal)


def _require(columns: Columns, *, crm_known: bool) -> None:
    """Refuse a file that cannot name anybody, before anything is sent.

    Raises:
        Misused: No column is known that could, or there is none for the CRM that is meant.
    """
    if not columns.can_identify:
        raise Misused("No column names anybody: the first row must name the columns, such as email, phone or name.")
    if crm_known and Column.CRM_RECORD_ID not in columns.read.values():
        raise Misused("There is no column of CRM record ids: call it `crm record id`, or leave out --crm-recipient.")


def _checked(rows: Iterable[ToSend | Result]) -> Iterator[str]:
    return (READY if isinstance(row, ToSend) else row.outcome for row in rows)


def _registered(
    client: Client, rows: Iterator[ToSend | Result], channel: ObjectionChannel.ValueType, import_id: str
) -> Iterator[Result]:
    """Send rows, so many at once, and yield what became of each, in order."""
    for number, chunk in enumerate(_chunks(rows)):
        items = [row.item for row in chunk if isinstance(row, ToSend)]
        answers: Iterator[ObjectionResult] = iter(())
        if items:
            response = client.batch_register_objections(
                items, channel=channel, import_id=import_id, request_id=f"{import_id}.{number}"
            )
            answers = iter(response.results)
        for row in chunk:
            yield _result(row.row, next(answers)) if isinstance(row, ToSend) else row


def _chunks(rows: Iterator[_Row]) -> Iterator[list[_Row]]:
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        yield chunk


def _result(row: int, answer: ObjectionResult) -> Result:
    outcome = word(ObjectionOutcome.DESCRIPTOR, answer.outcome)
    return Result(row, outcome, objection_id=answer.objection_id, field=answer.field, rule=answer.rule)


@contextmanager
def _told_how_to_go_on(counts: Counter[str]) -> Iterator[None]:
    """Say, whatever ends an import before its time, how far it came and how to go on."""
    try:
        yield
    except (KeyboardInterrupt, LeadgateClientError) as error:
        how = f"{counts.total()} rows are done. To go on, type the same command again: nobody is registered twice."
        if isinstance(error, KeyboardInterrupt):
            raise Interrupted(f"Interrupted: {how}") from None
        say(how)
        raise


def _show(document: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(document)
        return
    if document["results"] is None:
        print_table(("COLUMN", "READ AS"), [tuple(one.values()) for one in document["columns"]])
    print_table(("OUTCOME", "ROWS"), sorted(document["outcomes"].items()))
    if document["ignored_columns"]:
        say(f"Not read: {', '.join(document['ignored_columns'])}.")
    say(f"What became of each row: {document['results']}" if document["results"] else "Nothing was sent.")
