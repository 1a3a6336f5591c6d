"""Rows to objections: what each says, whether it can be sent at all, and whether it was there before."""

import hmac
import re
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from leadgate_client import ContactScope, CrmReference, NameAtCompany, ObjectionItem, Objector, PhoneNumber

from leadgate_cli.objections_csv.columns import Column, Columns
from leadgate_cli.objections_csv.reading import MOST_CHARACTERS, Cells, is_empty

MOST_REMEMBERED = 100_000
"""So many rows back a duplicate is recognised; behind that it is sent again, which changes nothing for the person."""

_LONGEST: Mapping[Column, int] = {
    Column.EMAIL: 254,
    Column.PHONE: 64,
    Column.NAME: 200,
    Column.LEAD_ID: 36,
    Column.CRM_RECORD_ID: 40,
    Column.RECEIVED: 40,
    Column.REFERENCE: 64,
}
"""The most characters of what is sent. What is longer is left out, because a message of them all would be refused."""

_FIELDS: Mapping[Column, str] = {
    Column.EMAIL: "objector.emails",
    Column.PHONE: "objector.phones",
    Column.NAME: "objector.names",
    Column.LEAD_ID: "objector.lead_ids",
    Column.CRM_RECORD_ID: "objector.crm_references",
    Column.RECEIVED: "received_time",
    Column.REFERENCE: "reference",
}
"""The contract's own names, so that a rule that breaks here reads like one that breaks there."""

_NO_ADDRESS = ("+", "-", "@", "'")
"""What an address does not begin with in practice, and cells do that a spreadsheet has treated as formulas."""

_PLACE = re.compile(r"(?P<field>objector\.\w+)\[(?P<sent>\d+)\](?P<part>.*)")

_HOST = re.compile(r"(?=.{4,253}$)([\w-]{1,63}\.)+[^\W\d]{2,63}")

_DAY_FIRST = ("%d-%m-%Y", "%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S")
_NUMBER_OF_DAY = re.compile(r"[345][0-9]{4}")
_DAY_ZERO = datetime(1899, 12, 30, tzinfo=UTC)
"""From which spreadsheets count days. The numbers of 1982 to 2064 are read: five digits in a column of days."""


class Outcome(StrEnum):
    """What becomes of a row. The service's own outcomes, and those that are seen without asking it."""

    REGISTERED = "registered"
    VALID = "valid"
    DUPLICATE = "duplicate"
    INVALID = "invalid"
    NEEDS_IDENTIFIER = "needs_identifier"
    LEAD_NOT_FOUND = "lead_not_found"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a row. Nothing in it is personal.

    Attributes:
        row: Its number, as a spreadsheet shows it.
        outcome: One of `Outcome`, or the number of one that only a newer service knows.
        objection_id: To be quoted; empty unless registered.
        duplicate_of: The row that says the same; None if there is none.
        field: The contract's name of what breaks a rule; empty unless invalid.
        rule: The rule; empty unless invalid.
        left_out: Every part without which the row counts all the same, by field and rule, parted by semicolons.
    """

    row: int
    outcome: str
    objection_id: str = ""
    duplicate_of: int | None = None
    field: str = ""
    rule: str = ""
    left_out: str = ""


class Broken(NamedTuple):
    """A rule that a part of a row breaks.

    Attributes:
        field: The contract's name of the part; the number in it is that of the cell among those of its kind.
        rule: The rule.
    """

    field: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSend:
    """A row that can be sent. Its item shows nothing when it is printed.

    Attributes:
        row: Its number.
        item: What is sent.
        left_out: What is not, because it cannot be read.
        cells: Of each field that can be sent more than once, which of the row's cells are.
    """

    row: int
    item: ObjectionItem
    left_out: Sequence[Broken]
    cells: Mapping[str, Sequence[int]]

    def told(self, field: str) -> str:
        """Name a field of what was sent as the row has it, in which others may come before it."""
        place = _PLACE.fullmatch(field)
        if place is None:
            return field
        return f"{place['field']}[{self.cells[place['field']][int(place['sent'])]}]{place['part']}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How rows are understood.

    Attributes:
        columns: Which cell is what.
        country: Of national phone numbers; empty if unknown.
        crm: The CRM and the kind of record that record ids are of; None if there are none.
        contact_scope: By which channels these people want to hear nothing more.
    """

    columns: Columns
    country: str
    crm: tuple[str, str] | None
    contact_scope: ContactScope.ValueType


_Given = Mapping[Column, Sequence[str]]


def read_rows(rows: Iterator[tuple[int, Cells]], reading: Reading) -> Iterator[ToSend | Result]:
    """Understand rows one by one; empty ones are passed over.

    Args:
        rows: Their numbers and cells.
        reading: How.

    Yields:
        Of each row either what to send, or what became of it already.
    """
    seen = _Seen()
    for number, cells in rows:
        if is_empty(cells):
            continue
        given = _given(cells, reading.columns)
        if isinstance(given, str):
            yield Result(number, Outcome.INVALID, rule=given)
            continue
        row = _to_send(number, given, reading)
        earlier = seen.earlier(number, given)
        if not _names_somebody(row.item.objector):
            yield _nobody(row)
        elif earlier is not None:
            yield Result(number, Outcome.DUPLICATE, duplicate_of=earlier)
        else:
            yield row


def listed(left_out: Iterable[Broken]) -> str:
    """Write what was left out of a row as the results have it."""
    return "; ".join(f"{one.field} {one.rule}" for one in left_out)


def _given(cells: Cells, columns: Columns) -> _Given | str:
    """Return what a row has in the columns that are read, or the rule that it breaks as a whole."""
    if cells is None:
        return f"must be a row of at most {MOST_CHARACTERS:,} characters"
    if any(cell.strip() for cell in cells[columns.count :]):
        return "must not have more cells than the row of heads"
    given = defaultdict[Column, list[str]](list)
    for position, column in columns.read.items():
        value = cells[position].strip() if position < len(cells) else ""
        if value:
            given[column].append(value)
    return given


def _to_send(number: int, given: _Given, reading: Reading) -> ToSend:
    """Read a row as far as that can be done."""
    readable = _Readable({**given, Column.NAME: _names(given)})
    recipient, kind = reading.crm or ("", "")
    domain = _domain(given)
    item = ObjectionItem(
        objector=Objector(
            emails=readable.all(Column.EMAIL),
            phones=[PhoneNumber(number=one, country_code=reading.country) for one in readable.all(Column.PHONE)],
            crm_references=[
                CrmReference(recipient=recipient, object=kind, record_id=one)
                for one in readable.all(Column.CRM_RECORD_ID)
            ],
            lead_ids=[one.lower() for one in readable.all(Column.LEAD_ID)],
            names=[NameAtCompany(full_name=one, company_domain=domain) for one in readable.all(Column.NAME) if domain],
        ),
        received_time=_time(readable.first(Column.RECEIVED)),
        reference=readable.first(Column.REFERENCE),
        contact_scope=reading.contact_scope,
    )
    return ToSend(row=number, item=item, left_out=readable.left_out, cells=readable.cells)


class _Readable:
    """What can be sent of a row; what cannot is left out, and costs nobody their objection (R-017).

    Args:
        given: The values of each column.
    """

    def __init__(self, given: _Given) -> None:
        self._given = given
        self.left_out: list[Broken] = []
        self.cells: dict[str, Sequence[int]] = {}

    def all(self, column: Column) -> Sequence[str]:
        """Return the values of a column of which an objection can have many."""
        field, values = _FIELDS[column], self._given.get(column, ())
        rules = [_broken_rule(column, value) for value in values]
        self.left_out += [Broken(f"{field}[{cell}]", rule) for cell, rule in enumerate(rules) if rule]
        self.cells[field] = [cell for cell, rule in enumerate(rules) if not rule]
        return [values[cell] for cell in self.cells[field]]

    def first(self, column: Column) -> str:
        """Return the first value of a column of which an objection can have one; empty if there is none."""
        value = next(iter(self._given.get(column, ())), "")
        rule = _broken_rule(column, value)
        self.left_out += [Broken(_FIELDS[column], rule)] if rule else []
        return "" if rule else value


def _broken_rule(column: Column, value: str) -> str:
    """Return the rule that a value breaks so that it is not even sent; empty if it is."""
    if value.startswith("="):  # which is never evaluated
        return "must be a value, not a formula"
    if len(value) > _LONGEST[column]:
        return f"must have at most {_LONGEST[column]} characters"
    if column is Column.EMAIL and value.startswith(_NO_ADDRESS):
        return "must be an address, not what a spreadsheet made of it"
    if column is Column.RECEIVED and value and _time(value) is None:
        return "must be a day such as 2026-11-24 or 24-11-2026, with or without a time"
    return ""


def _nobody(row: ToSend) -> Result:
    """Say of a row that names nobody what cannot be read of it, or that there is nothing."""
    broken = next((one for one in row.left_out if one.field.startswith("objector")), None)
    if broken is None:
        return Result(row.row, Outcome.NEEDS_IDENTIFIER)
    return Result(row.row, Outcome.INVALID, field=broken.field, rule=broken.rule)


def _names_somebody(objector: Objector) -> bool:
    """Whether there is more than a name, which others may have, too (R-031)."""
    return any((objector.emails, objector.phones, objector.crm_references, objector.lead_ids))


def _names(given: _Given) -> Sequence[str]:
    """Put the name together; beside a first name, a column that is just called `name` is the last.

    A formula in any part makes one of the whole.
    """
    first, prefix, last, whole = (
        given.get(column, ()) for column in (Column.FIRST_NAME, Column.NAME_PREFIX, Column.LAST_NAME, Column.NAME)
    )
    parts = [*first, *prefix, *(last or whole)]
    name = next((part for part in parts if part.startswith("=")), " ".join(parts))
    return [name] if name else ()


def _domain(given: _Given) -> str:
    """Take the domain out of the address of a web page; empty if there is none, as in `n/a`.

    What stands there instead is passed over: it only adds to a name, and is no reason to refuse an objection.
    """
    text = next(iter(given.get(Column.COMPANY_DOMAIN, ())), "")
    with suppress(ValueError):
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
        if _HOST.fullmatch(host):
            return host.removeprefix("www.")
    return ""


def _time(text: str) -> datetime | None:
    """Read a day or an instant: ISO 8601, or day before month, or the number by which a spreadsheet counts days.

    A time of day without a zone tells no instant, and nobody is told a wrong one: only its day counts. A day is sent
    as its beginning in UTC.
    """
    if _NUMBER_OF_DAY.fullmatch(text):
        return _DAY_ZERO + timedelta(days=int(text))
    forms: Iterable[Callable[[str], datetime]] = (datetime.fromisoformat, *map(_reader, _DAY_FIRST))
    for read in forms:
        with suppress(ValueError, OverflowError):
            moment = read(text)
            return moment.astimezone(UTC) if moment.tzinfo else datetime.combine(moment, time(), UTC)
    return None


def _reader(form: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text.replace("/", "-").replace(".", "-"), form)  # noqa: DTZ007 - see _time


class _Seen:
    """The rows so far, by keyed digest: no value is kept, and not more than MOST_REMEMBERED of them."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._rows: dict[bytes, int] = {}

    def earlier(self, number: int, given: _Given) -> int | None:
        """Return the first row that says the same, if there is one, and else remember this one."""
        same = {**given, Column.EMAIL: [email.casefold() for email in given.get(Column.EMAIL, ())]}
        digest = hmac.digest(self._key, repr(sorted(same.items())).encode(), "sha256")[:16]
        first = self._rows.setdefault(digest, number)
        if len(self._rows) > MOST_REMEMBERED:
            del self._rows[next(iter(self._rows))]
        return None if first == number else first
