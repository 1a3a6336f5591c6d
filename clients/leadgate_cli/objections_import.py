"""`leadgate objections import`: a file of objections, each row with an outcome of its own (R-026).

Request ids come from the file: to go on after a crash is to send everything again, which changes nothing twice.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from io import BufferedReader
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, NamedTuple, TypeVar

import typer
from leadgate.v1.objection_service_pb2 import CONTACT_SCOPE_UNSPECIFIED, ObjectionResult
from leadgate_client import (
    Client,
    ContactScope,
    ImportAnnulled,
    LeadgateClientError,
    ObjectionChannel,
    ObjectionItem,
    ObjectionOutcome,
)
from rich.console import Console
from rich.progress import Progress

from leadgate_cli.connection import connected
from leadgate_cli.failures import EXIT_INCOMPLETE, Interrupted, Misused
from leadgate_cli.objections import Channel, Contact, Country
from leadgate_cli.objections_csv.columns import Column, Columns, familiarity, find_columns
from leadgate_cli.objections_csv.reading import opened_table
from leadgate_cli.objections_csv.results import results_file
from leadgate_cli.objections_csv.rows import Broken, Outcome, Reading, Result, ToSend, listed, read_rows
from leadgate_cli.output import AsJson, print_json, print_table, say
from leadgate_cli.words import word

ROWS_AT_ONCE = 500
"""The most rows of one call, and of what is held in memory."""

_PART_BYTES = 2**20
_Row = TypeVar("_Row")
_Send = Callable[[int, Sequence[ObjectionItem]], Iterable[ObjectionResult]]
"""Sends the chunk of a number, and returns the result of each item."""

_DONE = {Outcome.VALID, Outcome.REGISTERED, Outcome.DUPLICATE}

File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE", help="CSV with a row of heads.")
]
Results = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", dir_okay=False, help="Where the outcome of each row goes; else FILE.results.csv, or nowhere."
    ),
]


class _Meaning(NamedTuple):
    """How a file is meant; meant in another way, it is another import."""

    channel: ObjectionChannel.ValueType
    country: str
    crm: tuple[str, str] | None
    contact_scope: ContactScope.ValueType
    label: str


@dataclass(frozen=True, slots=True)
class _Understood:
    """A file that can be imported.

    Attributes:
        import_id: The import's name.
        columns: Which column is what.
        rows: Its rows, read as they are asked for.
    """

    import_id: str
    columns: Columns
    rows: Iterator[ToSend | Result]


@dataclass(slots=True)
class _Tally:
    """What became of the rows so far.

    Attributes:
        outcomes: How many have which outcome.
        in_part: How many count without a part that cannot be read.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    in_part: int = 0

    def add(self, result: Result) -> None:
        """Count a row."""
        self.outcomes[result.outcome] += 1
        self.in_part += bool(result.left_out)


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
    check: Annotated[bool, typer.Option("--check", help="Have every row judged, and register nobody.")] = False,
    as_json: AsJson = False,
) -> None:
    """Register the objections of a CSV file, one outcome for each row.

    The first row names the columns, in Dutch, English, German or French:
    e-mail, phone, name, company domain, lead id, CRM record id, received,
    reference. What is wrong with a row stops no other, and what is wrong with a
    cell does not stop its row if another says who it is. Days are written as
    2026-11-24 or 24-11-2026, or are a spreadsheet's numbers; a time counts only
    with its zone (2026-11-24T10:30+01:00), else its day does. Typed again with
    the same token, within 72 hours, the command goes on and registers nobody
    twice; an import that was annulled registers nobody any more.

    Exit code 4: some rows were not registered; the results say which and why.
    2: the file has no rows, or cannot be read. 130: interrupted.

    leadgate objections import list.csv --channel support --country NL --check --results check.csv
    leadgate objections import list.csv --channel support --country NL
    leadgate objections import leads.csv --channel crm --crm-recipient salesforce --crm-object Lead
    """
    crm = _crm(crm_recipient, crm_object)
    place = _place(file, results, check=check)
    meaning = _Meaning(channel, country, crm, contact or CONTACT_SCOPE_UNSPECIFIED, label)
    tally = _Tally()
    with _understood(client, file, meaning, hidden=as_json) as understood:
        if check:
            _check(client, understood, channel, place, tally)
        else:
            _register(client, understood, channel, place, tally)
    _show(understood, tally, place, check=check, as_json=as_json)
    if not _DONE.issuperset(tally.outcomes):
        raise typer.Exit(EXIT_INCOMPLETE)


def _crm(recipient: str, kind: str) -> tuple[str, str] | None:
    if bool(recipient) != bool(kind):
        raise Misused("--crm-recipient and --crm-object go together.")
    return (recipient, kind) if recipient else None


def _place(file: Path, results: Path | None, *, check: bool) -> Path | None:
    """Say where results go; those of a check only where it is said."""
    place = results or (None if check else file.with_name(f"{file.name}.results.csv"))
    if place is not None and place.exists() and place.samefile(file):
        raise Misused("--results must be another file than the one that is read.")
    return place


@contextmanager
def _understood(client: Client, file: Path, meaning: _Meaning, *, hidden: bool) -> Iterator[_Understood]:
    """Read a file while the block lasts, under a progress bar."""
    crm_known = meaning.crm is not None
    with file.open("rb") as stream, _progress(hidden=hidden) as progress:
        import_id = _import_id(client, stream, tuple(meaning))
        watched = progress.wrap_file(stream, file.stat().st_size, description=file.name)
        with opened_table(watched, familiarity) as table:
            columns = find_columns(table.heads, crm_known=crm_known)
            _require(columns, crm_known=crm_known)
            reading = Reading(
                columns=columns, country=meaning.country, crm=meaning.crm, contact_scope=meaning.contact_scope
            )
            yield _Understood(import_id, columns, _some(read_rows(table.rows, reading)))


def _some(rows: Iterator[_Row]) -> Iterator[_Row]:
    """Return rows as they are.

    Raises:
        Misused: There are none.
    """
    first = list(islice(rows, 1))
    if not first:
        raise Misused("The file has no rows below its heads: nobody was registered.")
    return chain(first, rows)


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


def _check(
    client: Client,
    understood: _Understood,
    channel: ObjectionChannel.ValueType,
    place: Path | None,
    tally: _Tally,
) -> None:
    """Have rows judged, and register nobody."""

    def judge(_: int, items: Sequence[ObjectionItem]) -> Iterable[ObjectionResult]:
        return client.batch_register_objections(items, channel=channel, validate_only=True).results

    _tell(_outcomes(understood.rows, judge), place, tally)


def _register(
    client: Client,
    understood: _Understood,
    channel: ObjectionChannel.ValueType,
    place: Path | None,
    tally: _Tally,
) -> None:
    """Register rows, and say how the whole of them can be annulled."""
    import_id = understood.import_id

    def register(number: int, items: Sequence[ObjectionItem]) -> Iterable[ObjectionResult]:
        return client.batch_register_objections(
            items, channel=channel, import_id=import_id, request_id=f"{import_id}.{number}"
        ).results

    say(f"This is import {import_id}; by that name the whole of it can be annulled.")
    with _told_how_to_go_on(tally):
        _tell(_outcomes(understood.rows, register), place, tally)


def _tell(results: Iterable[Result], place: Path | None, tally: _Tally) -> None:
    """Count results as they come, and write them where they go."""
    with results_file(place) if place is not None else nullcontext() as write:
        for result in results:
            if write is not None:
                write(result)
            tally.add(result)


def _outcomes(rows: Iterator[ToSend | Result], send: _Send) -> Iterator[Result]:
    """Send rows, so many at once, and yield what became of each, in order."""
    for number, chunk in enumerate(_chunks(rows)):
        items = [row.item for row in chunk if isinstance(row, ToSend)]
        answers = iter(send(number, items) if items else ())
        for row in chunk:
            yield _result(row, next(answers)) if isinstance(row, ToSend) else row


def _chunks(rows: Iterator[_Row]) -> Iterator[list[_Row]]:
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        yield chunk


def _result(row: ToSend, answer: ObjectionResult) -> Result:
    there = (Broken(row.told(one.field), one.rule) for one in answer.left_out)
    return Result(
        row.row,
        word(ObjectionOutcome.DESCRIPTOR, answer.outcome),
        objection_id=answer.objection_id,
        field=row.told(answer.field),
        rule=answer.rule,
        left_out=listed([*row.left_out, *there]),
    )


@contextmanager
def _told_how_to_go_on(tally: _Tally) -> Iterator[None]:
    """Say, whatever ends an import before its time, how far it came and how to go on."""
    try:
        yield
    except ImportAnnulled:
        raise
    except (KeyboardInterrupt, LeadgateClientError) as error:
        done = tally.outcomes.total()
        how = f"{done} rows are done. To go on, type the same command again: nobody is registered twice."
        if isinstance(error, KeyboardInterrupt):
            raise Interrupted(f"Interrupted: {how}") from None
        say(how)
        raise


def _show(understood: _Understood, tally: _Tally, place: Path | None, *, check: bool, as_json: bool) -> None:
    columns = understood.columns
    read = [{"column": columns.heads[at], "read_as": column} for at, column in columns.read.items()]
    if as_json:
        print_json(
            {
                "import_id": understood.import_id,
                "columns": read,
                "ignored_columns": columns.ignored,
                "outcomes": dict(tally.outcomes),
                "rows_in_part": tally.in_part,
                "results": None if place is None else str(place),
            }
        )
        return
    if check:
        print_table(("COLUMN", "READ AS"), [tuple(one.values()) for one in read])
    print_table(("OUTCOME", "ROWS"), sorted(tally.outcomes.items()))
    _comment(columns.ignored, tally.in_part, place, check=check)


def _comment(ignored: Sequence[str], in_part: int, place: Path | None, *, check: bool) -> None:
    if ignored:
        say(f"Not read: {', '.join(ignored)}.")
    if in_part:
        say(f"Of {in_part} rows something cannot be read and is left out; the results name it.")
    if check:
        say("Nobody was registered.")
    say(f"What became of each row: {place}" if place else "What is wrong with which row is told with --results FILE.")
