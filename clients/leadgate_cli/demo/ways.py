"""How people object in the demo: each by a real way in, over loopback, with nothing of it written to a file."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from enum import StrEnum
from io import BytesIO, StringIO
from itertools import cycle, islice

from leadgate.v1.objection_service_pb2 import CONTACT_SCOPE_UNSPECIFIED
from leadgate_client import Client, ObjectionChannel, ObjectionItem, Objector
from leadgate_service.usecases.clock import Now

from leadgate_cli import mails
from leadgate_cli.demo.door import Door
from leadgate_cli.demo.patience import CALL_SECONDS
from leadgate_cli.objections_csv.columns import familiarity, find_columns
from leadgate_cli.objections_csv.reading import opened_table
from leadgate_cli.objections_csv.rows import Reading, ToSend, read_rows
from leadgate_cli.objections_import import ROWS_AT_ONCE

_MAILBOX = "privacy@demo-controller.example.net"
_OWN_DOMAINS = ("demo-controller.example.net",)  # as the demo's policy has them


class Way(StrEnum):
    """A way in, as it is shown to people."""

    SUPPORT = "support desk"
    ACCOUNT_MANAGER = "account manager"
    LETTER = "letter, typed in"
    FILE = "CSV file, imported"
    MAIL = "mail to the privacy mailbox"
    ZENDESK = "Zendesk's webhook"
    ONE_CLICK = "one click in a mail"
    PROVIDER = "a provider's 451"


_TYPED_IN: Mapping[Way, ObjectionChannel.ValueType] = {
    Way.SUPPORT: ObjectionChannel.OBJECTION_CHANNEL_SUPPORT,
    Way.ACCOUNT_MANAGER: ObjectionChannel.OBJECTION_CHANNEL_ACCOUNT_MANAGER,
    Way.LETTER: ObjectionChannel.OBJECTION_CHANNEL_LETTER,
}
_WITHOUT_LINK = (*_TYPED_IN, Way.FILE, Way.MAIL, Way.ZENDESK)


@dataclass(frozen=True, slots=True, repr=False)
class Errand:
    """Something that brings objections. Shows nothing when printed.

    Attributes:
        way: How they come.
        people: Addresses of those who object: one, or with a file several.
        link: What is clicked on; empty unless the way is `ONE_CLICK`.
    """

    way: Way
    people: Sequence[str]
    link: str = ""


class Ways:
    """Brings objections in.

    Args:
        desk: The client of somebody at the support desk.
        door: The HTTP door.
        now: The clock.
    """

    def __init__(self, desk: Client, door: Door, now: Now) -> None:
        self._desk = desk
        self._door = door
        self._now = now
        self._clicks = cycle((True, False))
        self._others = cycle(_WITHOUT_LINK)

    def errands(self, people: Sequence[str], links: Mapping[str, str]) -> Sequence[Errand]:
        """Share people out among the ways. Every other one who has a link clicks on it; the rest take turns.

        Args:
            people: Addresses of those who object on the same day.
            links: Links to unsubscribe, by address, of those who were ever sent one.
        """
        errands, in_files = [], []
        for person in people:
            if person in links and next(self._clicks):
                errands.append(Errand(Way.ONE_CLICK, (person,), links[person]))
                continue
            way = next(self._others)
            if way is Way.FILE:
                in_files.append(person)
            else:
                errands.append(Errand(way, (person,)))
        return [*errands, *(Errand(Way.FILE, part) for part in _parts(in_files))]

    def run(self, errand: Errand) -> Errand:
        """Run an errand; the people are suppressed when it is over.

        Returns:
            The errand.

        Raises:
            LeadgateClientError: A call fails.
            Refused: The door did not take it.
        """
        match errand.way:
            case Way.FILE:
                self._import(errand.people)
            case Way.MAIL:
                self._deliver(errand.people[0])
            case Way.ZENDESK:
                self._door.send_ticket(errand.people[0])
            case Way.ONE_CLICK:
                self._door.click(errand.link)
            case way:
                self._register(errand.people[0], _TYPED_IN[way])
        return errand

    def _register(self, email: str, channel: ObjectionChannel.ValueType) -> None:
        self._desk.register_objection(Objector(emails=[email]), channel=channel, timeout=CALL_SECONDS)

    def _import(self, people: Sequence[str]) -> None:
        """Do what `leadgate objections import` does, with a file that is in memory alone."""
        file = self._exported(people)
        self._desk.batch_register_objections(
            _read(file),
            channel=ObjectionChannel.OBJECTION_CHANNEL_CRM,
            import_id=f"csv-{self._desk.derive_id([file])[:16]}",
            timeout=CALL_SECONDS,
        )

    def _exported(self, people: Iterable[str]) -> bytes:
        """Write a list as a Dutch spreadsheet saves it: with a byte-order mark, and semicolons."""
        text = StringIO()
        rows = csv.writer(text, delimiter=";")
        rows.writerow(("E-mailadres", "Ontvangen op"))
        rows.writerows((email, f"{self._now():%d-%m-%Y}") for email in people)
        return text.getvalue().encode("utf-8-sig")

    def _deliver(self, email: str) -> None:
        """Do what `leadgate objections mail` does with what comes to the privacy mailbox."""
        mail = mails.read(self._written(email), _OWN_DOMAINS)
        self._desk.register_objection(
            Objector(emails=mail.addresses),
            channel=ObjectionChannel.OBJECTION_CHANNEL_PRIVACY_MAILBOX,
            received_time=mail.received,
            request_id=mail.request_id,
            timeout=CALL_SECONDS,
        )

    def _written(self, email: str) -> bytes:
        mail = EmailMessage()
        mail["Received"] = f"from mx.example.com by mx.example.net; {format_datetime(self._now())}"
        mail["From"] = email
        mail["To"] = _MAILBOX
        mail["Subject"] = "Stop"
        mail.set_content("I want to hear nothing more from you.")
        return mail.as_bytes()


def _read(file: bytes) -> Iterator[ObjectionItem]:
    with opened_table(BytesIO(file), familiarity) as table:
        columns = find_columns(table.heads, crm_known=False)
        reading = Reading(columns=columns, country="", crm=None, contact_scope=CONTACT_SCOPE_UNSPECIFIED)
        yield from (row.item for row in read_rows(table.rows, reading) if isinstance(row, ToSend))


def _parts(people: Iterable[str]) -> Iterator[Sequence[str]]:
    left = iter(people)
    while part := list(islice(left, ROWS_AT_ONCE)):
        yield part
