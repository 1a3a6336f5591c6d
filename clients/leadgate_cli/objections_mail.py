"""`leadgate objections mail`: one mail on stdin is one objection."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from leadgate.v1.objection_service_pb2 import (
    OBJECTION_CHANNEL_ONE_CLICK,
    OBJECTION_CHANNEL_PRIVACY_MAILBOX,
    RegisterObjectionResponse,
)
from leadgate_client import Client, InvalidField, ObjectionChannel, Objector

from leadgate_cli import mails
from leadgate_cli.connection import connected
from leadgate_cli.failures import NeedsIdentifier, Refused
from leadgate_cli.objections import show_registered
from leadgate_cli.output import AsJson
from leadgate_cli.words import word_option

MailFile = Annotated[
    Path | None,
    typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE", help="The mail; without it, stdin."),
]
OwnDomains = Annotated[
    list[str],
    typer.Option(
        "--own-domain",
        envvar="LEADGATE_OWN_DOMAINS",
        metavar="DOMAIN",
        help="Whose mail is a colleague's, who forwards somebody else's; in the variable parted by spaces.",
    ),
]
Channel = Annotated[
    ObjectionChannel.ValueType | None,
    word_option(ObjectionChannel.DESCRIPTOR, "How it came; else one_click by a link's address, or privacy_mailbox."),
]


@connected
def command(  # noqa: PLR0913 - one keyword for each option
    client: Client,
    file: MailFile = None,
    *,
    own_domain: OwnDomains,
    channel: Channel = None,
    reference: Annotated[str, typer.Option(help="Your own case number; no name.")] = "",
    receipt: Annotated[
        str | None, typer.Option(metavar="nl|en", help="Print the text to hand over, in this language.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Register the objection that a mail is, whatever it says.

    Who objects is whoever wrote it, or, where a colleague forwards it, whoever
    wrote what is attached or quoted; a mail to unsubscribe+TOKEN@ is the
    token's, if it is one of ours. The same mail, sent twice, is one objection. Exit code 3 says that
    nobody is named: a person must look, and use `objections register`.

    leadgate objections mail --own-domain example.com < mail.eml
    leadgate objections mail mail.eml --own-domain example.com --receipt nl
    """
    mail = mails.read(_raw(file), own_domain)
    if not mail.token and not mail.address:
        raise NeedsIdentifier(
            "NEEDS_IDENTIFIER: the mail names nobody outside of --own-domain: read it, and use `objections register`."
        )
    late = mail.received is not None and mail.received > datetime.now(UTC)

    def register(objector: Objector, came: ObjectionChannel.ValueType) -> RegisterObjectionResponse:
        return client.register_objection(
            objector,
            channel=channel or came,
            received_time=None if late else mail.received,
            reference=reference,
            request_id=mail.request_id,
        )

    by_writer = Objector(emails=[mail.address])
    try:
        by_link = Objector(unsubscribe_tokens=[mail.token])
        answer = register(by_link, OBJECTION_CHANNEL_ONE_CLICK) if mail.token else None
    except InvalidField:  # the link is not ours, or was cut: then it is whoever wrote
        if not mail.address:
            raise
        answer = None
    show_registered(answer or register(by_writer, OBJECTION_CHANNEL_PRIVACY_MAILBOX), receipt, as_json=as_json)


def _raw(file: Path | None) -> bytes:
    if file is None:
        raw = sys.stdin.buffer.read(mails.MOST_BYTES + 1)
    else:
        with file.open("rb") as stream:
            raw = stream.read(mails.MOST_BYTES + 1)
    if len(raw) > mails.MOST_BYTES:
        raise Refused("The mail is longer than 32 MiB: read it, and use `objections register`.")
    return raw
