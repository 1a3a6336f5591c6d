"""`leadgate objections show` and `list`: what became of objections. Whose they are, nobody can say."""

from collections.abc import Sequence
from itertools import islice
from typing import Annotated, Any

import typer
from google.protobuf.timestamp_pb2 import Timestamp
from leadgate.v1.objection_service_pb2 import GetObjectionResponse
from leadgate_client import (
    AnnulmentReason,
    Client,
    ContactScope,
    Objection,
    ObjectionChannel,
    ObjectionPurpose,
    ObjectionScope,
    ObjectionState,
)

from leadgate_cli.connection import connected
from leadgate_cli.failures import Misused
from leadgate_cli.output import AsJson, print_facts, print_json, print_table, say
from leadgate_cli.words import word

MOST_IN_A_PAGE = 100
"""The most objections that the service sends at once."""

_COLUMNS = ("OBJECTION", "STATE", "CHANNEL", "REFERENCE", "IMPORT", "RECEIVED", "STILL HELD")
_SHOWN = ("objection_id", "state", "channel", "reference", "import_id", "received_time")


@connected
def show(
    client: Client,
    objection: Annotated[str, typer.Argument(metavar="ID", help="The id that was quoted to the person.")],
    *,
    receipt: Annotated[
        str | None, typer.Option(metavar="nl|en", help="Print the text to hand over, in this language.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show how far an objection is, and the text to hand over.

    leadgate objections show 019764c2-98a3-7d2e-8a2b-5c4e6f708192 --receipt nl
    """
    answer = client.get_objection(objection)
    if as_json:
        print_json({**_document(answer.objection), "receipts": _receipts(answer)})
        return
    print_facts(list(_document(answer.objection).items()))
    if receipt is not None:
        typer.echo(f"\n{_receipt(answer, receipt)}")


@connected
def list_(
    client: Client,
    *,
    reference: Annotated[str, typer.Option(help="Only those with this case number.")] = "",
    of_import: Annotated[str, typer.Option("--import", metavar="IMPORT", help="Only those of this import.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="The most objections to print.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List objections, the newest first.

    leadgate objections list --reference 4711
    leadgate objections list --import csv-5f2c81b09d3e4a67 --limit 1000 --json
    """
    page_size = min(limit, MOST_IN_A_PAGE)
    pager = client.list_objections(reference=reference, import_id=of_import, page_size=page_size)
    found = list(islice(pager, limit))
    if as_json:
        print_json([_document(one) for one in found])
    else:
        print_table(_COLUMNS, map(_row, found))
    if len(found) == limit:
        say(f"That is the limit of {limit}; there may be more: --limit.")


def _document(objection: Objection) -> dict[str, Any]:
    """Return an objection as plain data; what is not known, or not so, is None."""
    return {
        "objection_id": objection.objection_id,
        "state": word(ObjectionState.DESCRIPTOR, objection.state),
        "scope": word(ObjectionScope.DESCRIPTOR, objection.scope),
        "channel": word(ObjectionChannel.DESCRIPTOR, objection.channel),
        "contact_scope": word(ContactScope.DESCRIPTOR, objection.contact_scope),
        "purpose": word(ObjectionPurpose.DESCRIPTOR, objection.purpose) if objection.purpose else None,
        "reference": objection.reference or None,
        "import_id": objection.import_id or None,
        "registered_by": objection.registered_by,
        "received_time": _time(objection.received_time),
        "effective_time": _time(objection.effective_time),
        "erase_time": _time(objection.erase_time),
        "matched_leads": objection.matched_leads,
        "remaining_leads": objection.remaining_leads,
        "annulment_reason": (
            word(AnnulmentReason.DESCRIPTOR, objection.annulment_reason) if objection.annulment_reason else None
        ),
        "annulment_proposed_by": objection.annulment_proposed_by or None,
    }


def _row(objection: Objection) -> Sequence[object]:
    plain = _document(objection)
    held = f"{objection.remaining_leads} of {objection.matched_leads}"
    return [*(plain[name] for name in _SHOWN), held]


def _time(moment: Timestamp) -> str | None:
    return moment.ToJsonString() if moment.seconds else None


def _receipts(answer: GetObjectionResponse) -> dict[str, str]:
    return {one.language: one.text for one in answer.receipts}


def _receipt(answer: GetObjectionResponse, language: str) -> str:
    texts = _receipts(answer)
    if not texts:
        raise Misused("An objection that has ended has no text to hand over: leave out --receipt.")
    if language not in texts:
        raise Misused(f"--receipt must be one of {', '.join(texts)}.")
    return texts[language]
