"""Rows to objections: what each says, whether it can be sent at all, and whether it was there before."""

import hmac
import re
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import chain
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
"""The most characters of what is sent. What is longer is refused here, because a message of them all would be."""

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

_HOST = re.compile(r"(?=.{4,253}$)([\w-]{1,63}\.)+[^\W\d]{2,63}")

_DAY_FIRST = ("%d-%m-%Y", "%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S")


class Outcome(StrEnum):
    """What becomes of a row. The service's own outcomes, and those that are seen without asking it."""

    REGISTERED = "registered"
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
    """

    row: int
    outcome: str
    objection_id: str = ""
    duplicate_of: int | None = None
    field: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class ToSend:
    """A row that can be sent. Its item shows nothing when it is printed."""

    row: int
    item: ObjectionItem


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


class _Unusable(Exception):
    """A row breaks a rule."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(field)
        self.field = field
        self.rule = rule


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
        try:
            given = _given(cells, reading.columns)
            item = _item(given, reading)
        except _Unusable as error:
            yield Result(number, Outcome.INVALID, field=error.field, rule=error.rule)
            continue
        earlier = seen.earlier(number, given)
        if not _names_somebody(item.objector):
            yield Result(number, Outcome.NEEDS_IDENTIFIER)
        elif earlier is not None:
            yield Result(number, Outcome.DUPLICATE, duplicate_of=earlier)
        else:
            yield ToSend(number, item)


def _given(cells: Cells, columns: Columns) -> _Given:
    if cells is None:
        raise _Unusable("", f"must be a row of at most {MOST_CHARACTERS:,} characters")
    if any(cell.strip() for cell in cells[columns.count :]):
        raise _Unusable("", "must not have more cells than the row of heads")
    given = defaultdict[Column, list[str]](list)
    for position, column in columns.read.items():
        value = cells[position].strip() if position < len(cells) else ""
        if value:
            given[column].append(value)
    return given


def _item(given: _Given, reading: Reading) -> ObjectionItem:
    emails = _values(given, Column.EMAIL)
    for position, email in enumerate(emails):
        if email.startswith(_NO_ADDRESS):
            raise _Unusable(f"objector.emails[{position}]", "must be an address, not what a spreadsheet made of it")
    received, name, domain = _one(given, Column.RECEIVED), _name(given), _domain(given)
    return ObjectionItem(
        objector=Objector(
            emails=emails,
            phones=[PhoneNumber(number=one, country_code=reading.country) for one in _values(given, Column.PHONE)],
            crm_references=[
                CrmReference(recipient=recipient, object=kind, record_id=one)
                for recipient, kind in ([reading.crm] if reading.crm else [])
                for one in _values(given, Column.CRM_RECORD_ID)
            ],
            lead_ids=[one.lower() for one in _values(given, Column.LEAD_ID)],
            names=[NameAtCompany(full_name=name, company_domain=domain)] if name and domain else (),
        ),
        received_time=_time(received) if received else None,
        reference=_one(given, Column.REFERENCE),
        contact_scope=reading.contact_scope,
    )


def _names_somebody(objector: Objector) -> bool:
    """Whether there is more than a name, which others may have, too (R-031)."""
    return any((objector.emails, objector.phones, objector.crm_references, objector.lead_ids))


def _values(given: _Given, column: Column) -> Sequence[str]:
    """Return the values of a column.

    Raises:
        _Unusable: One is a formula, which is never evaluated, or too long.
    """
    values = given.get(column, ())
    for position, value in enumerate(values):
        place = f"{_FIELDS[column]}[{position}]" if _FIELDS[column].startswith("objector") else _FIELDS[column]
        if value.startswith("="):
            raise _Unusable(place, "must be a value, not a formula")
        if len(value) > _LONGEST[column]:
            raise _Unusable(place, f"must have at most {_LONGEST[column]} characters")
    return values


def _one(given: _Given, column: Column) -> str:
    return next(iter(_values(given, column)), "")


def _name(given: _Given) -> str:
    """Put a name together; beside a first name, a column that is just called `name` is the last."""
    first, prefix, last, whole = (
        given.get(column, ()) for column in (Column.FIRST_NAME, Column.NAME_PREFIX, Column.LAST_NAME, Column.NAME)
    )
    return _one({Column.NAME: [" ".join(chain(first, prefix, last or whole))]}, Column.NAME)


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


def _time(text: str) -> datetime:
    """Read a day or an instant: ISO 8601, or day before month. Without a zone it is UTC; a day is its beginning.

    Raises:
        _Unusable: It is neither.
    """
    forms: Iterable[Callable[[str], datetime]] = (datetime.fromisoformat, *map(_reader, _DAY_FIRST))
    for read in forms:
        with suppress(ValueError, OverflowError):
            moment = read(text)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    raise _Unusable("received_time", "must be a day such as 2026-11-24 or 24-11-2026, with or without a time")


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
