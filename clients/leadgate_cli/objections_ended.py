"""`leadgate objections annul` and `lift`: it was never theirs, or they took it back."""

from typing import Annotated

import typer
from leadgate_client import AnnulmentReason, Client, ObjectionState

from leadgate_cli.connection import connected
from leadgate_cli.failures import Misused
from leadgate_cli.identifiers import one_value
from leadgate_cli.output import AsJson, print_facts, print_json, say
from leadgate_cli.words import word, word_option


@connected
def annul(
    client: Client,
    objection: Annotated[str | None, typer.Argument(metavar="ID", help="The objection.")] = None,
    *,
    reason: Annotated[
        AnnulmentReason.ValueType, word_option(AnnulmentReason.DESCRIPTOR, "Why it was never the person's.")
    ],
    of_import: Annotated[
        str | None, typer.Option("--import", metavar="IMPORT", help="Instead: every objection of an import.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take back what was never the person's objection: it takes two people.

    The first proposes; the second types the same, as somebody else, and it is
    annulled. That somebody changed their mind is no reason: see `lift`. An
    import that was annulled stays so: whatever sends it again is refused.

    leadgate objections annul 019764c2-98a3-7d2e-8a2b-5c4e6f708192 --reason wrong_person
    leadgate objections annul --import csv-5f2c81b09d3e4a67 --reason wrong_list
    """
    if (objection is None) == (of_import is None):
        raise Misused("Name either one objection by its id, or a whole import by --import.")
    answer = client.annul_objection(reason=reason, objection_id=objection, import_id=of_import)
    document = {
        "state": word(ObjectionState.DESCRIPTOR, answer.state),
        "annulled_objections": answer.annulled_objections,
        "restored_leads": answer.restored_leads,
    }
    if as_json:
        print_json(document)
    else:
        print_facts(list(document.items()))
    if answer.state == ObjectionState.OBJECTION_STATE_ANNULMENT_PROPOSED:
        target = f"--import {of_import}" if of_import else objection
        why = word(AnnulmentReason.DESCRIPTOR, reason)
        say(f"A second person must type the same: leadgate objections annul {target} --reason {why}")
    elif of_import:
        say("It is refused when it comes again. To import the same file after all, give it another --label.")


@connected
def lift(
    client: Client,
    *,
    email: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="First: the person's address; - reads it from stdin.")
    ] = None,
    challenge: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Then: what they sent back; - reads it from stdin.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """End the suppression of a person who says so themselves, in two steps.

    The first prints a challenge: deliver it to that very address, and nowhere
    else. What the person sends back is the second. Nothing erased comes back.

    leadgate objections lift --email -
    leadgate objections lift --challenge -
    """
    if email is not None and challenge is None:
        sent = client.request_lift(one_value(email))
        document: dict[str, object] = {"challenge": sent.challenge, "expire_time": sent.expire_time}
        remark = "Deliver the challenge to that very address, and nowhere else. Whether they objected, it does not say."
    elif challenge is not None and email is None:
        document = {"lifted_objections": client.lift_suppression(one_value(challenge))}
        remark = "The person may be known again. Nothing that was erased is restored."
    else:
        raise Misused("Give exactly one of --email and --challenge.")
    if as_json:
        print_json(document)
    else:
        print_facts(list(document.items()))
    say(remark)
