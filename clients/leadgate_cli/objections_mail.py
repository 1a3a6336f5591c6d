"""`leadgate objections mail`: one mail on stdin is one objection."""

import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeAlias

import typer
from leadgate.v1.objection_service_pb2 import (
    OBJECTION_CHANNEL_ONE_CLICK,
    OBJECTION_CHANNEL_PRIVACY_MAILBOX,
    RegisterObjectionResponse,
)
from leadgate_client import Client, InvalidField, ObjectionChannel, Objector

from leadgate_cli import mails
from leadgate_cli.connection import connected
from leadgate_cli.failures import Misused, NeedsIdentifier, Refused
from leadgate_cli.objections import Receipt, show_registered
from leadgate_cli.output import AsJson, say
from leadgate_cli.words import word_option

_TOKEN = re.compile(r"objector\.unsubscribe_tokens\[(\d+)\]")
_Register: TypeAlias = Callable[[Objector, ObjectionChannel.ValueType, str], RegisterObjectionResponse]
"""Registers an objector, who came by a channel unless another one was said, with a request id."""

MailFile = Annotated[
    Path | None,
    typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE", help="The mail; without it, stdin."),
]
OwnDomains = Annotated[
    list[str] | None,
    typer.Option(
        "--own-domain",
        envvar="LEADGATE_OWN_DOMAINS",
        metavar="DOMAIN",
        help="Whose mail is a colleague's, too, beside the policy's own; in the variable parted by spaces.",
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
    own_domain: OwnDomains = None,
    channel: Channel = None,
    reference: Annotated[str, typer.Option(help="Your own case number; no name.")] = "",
    receipt: Receipt = None,
    as_json: AsJson = False,
) -> None:
    """Register the objection that a mail is, whatever it says.

    Who objects is whoever wrote it, or, where a colleague forwards it, whoever
    wrote what is attached or quoted; a mail to unsubscribe+TOKEN@ is the
    token's, if it is one of ours. Of several tokens those that are ours count.
    Colleagues are those of the policy's objections.own_domains. If several
    people wrote it, each has an objection of their own. The same mail, sent
    twice, is one objection. Exit code 3 says that nobody is named: a person
    must look, and use `objections register`.

    leadgate objections mail < mail.eml
    leadgate objections mail mail.eml --own-domain also-ours.example --receipt nl
    """
    mail = mails.read(_raw(file), _own_domains(client, own_domain))
    if not mail.tokens and not mail.addresses:
        raise NeedsIdentifier(
            "NEEDS_IDENTIFIER: the mail names nobody outside of your own domains: read it, and use `objections "
            "register`."
        )
    late = mail.received is not None and mail.received > datetime.now(UTC)

    def register(objector: Objector, came: ObjectionChannel.ValueType, request_id: str) -> RegisterObjectionResponse:
        return client.register_objection(
            objector,
            channel=channel or came,
            received_time=None if late else mail.received,
            reference=reference,
            request_id=request_id,
        )

    by_links = _by_links(mail, register)
    first, *others = [by_links] if by_links is not None else _by_writers(mail, register)
    show_registered(first, receipt, others=others, as_json=as_json)


def _own_domains(client: Client, added: Sequence[str] | None) -> Sequence[str]:
    """Return whose mail is a colleague's: what the policy in force says, and what is added here.

    Raises:
        Misused: Neither names any: then a colleague who forwards a mail would be the one who objects.
    """
    own = [*client.get_readiness().own_domains, *(added or ())]
    if not own:
        raise Misused("Name your own mail domains: in objections.own_domains of the policy, or by --own-domain.")
    return own


def _by_links(mail: mails.Mail, register: _Register) -> RegisterObjectionResponse | None:
    """Register by the links to which a mail was sent, but for those that are not ours, or were cut.

    Returns:
        None if there is none: then it is whoever wrote.
    """
    tokens = list(mail.tokens)
    while tokens:
        try:
            return register(Objector(unsubscribe_tokens=tokens), OBJECTION_CHANNEL_ONE_CLICK, mail.request_id)
        except InvalidField as error:
            refused = _TOKEN.fullmatch(error.field)
            nobody_is_left = len(tokens) == 1 and not mail.addresses
            if refused is None or nobody_is_left:
                raise
            del tokens[int(refused[1])]
    return None


def _by_writers(mail: mails.Mail, register: _Register) -> list[RegisterObjectionResponse]:
    """Register whoever wrote a mail, each by an objection of their own, so that each can lift it alone.

    What is no address after all stops nobody else.

    Raises:
        InvalidField: Nobody could be registered.
    """
    answers, refusals = [], list[InvalidField]()
    for number, address in enumerate(mail.addresses):
        request_id = f"{mail.request_id}.{number}" if number else mail.request_id
        try:
            answers.append(register(Objector(emails=[address]), OBJECTION_CHANNEL_PRIVACY_MAILBOX, request_id))
        except InvalidField as error:
            refusals.append(error)
    if not answers:
        raise refusals[0]
    if refusals:
        say(f"Of {len(mail.addresses)} senders only {len(answers)} can be registered: read the mail for the others.")
    return answers


def _raw(file: Path | None) -> bytes:
    if file is None:
        raw = sys.stdin.buffer.read(mails.MOST_BYTES + 1)
    else:
        with file.open("rb") as stream:
            raw = stream.read(mails.MOST_BYTES + 1)
    if len(raw) > mails.MOST_BYTES:
        raise Refused("The mail is longer than 32 MiB: read it, and use `objections register`.")
    return raw
