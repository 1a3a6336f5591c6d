"""Between the wire's values and the domain's: each value is checked here, once, and past this point holds.

A value that breaks a rule of the contract is `InvalidArgument` with FIELD_INVALID, naming field and rule, never the
value. Readers are named `from_pb` and the like, writers `to_pb`; each enum has one table for both ways.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp
from leadgate.v1 import types_pb2

from leadgate_service.domain import identity
from leadgate_service.domain.access import Purpose
from leadgate_service.domain.candidate import CrmRecord
from leadgate_service.domain.characters import CONTROLS
from leadgate_service.domain.countries import COUNTRIES
from leadgate_service.domain.fields import EmployeeBand, Field, PhoneKind, RevenueBand, Seniority, Span
from leadgate_service.errors import invalid

Word = TypeVar("Word", bound=StrEnum)

MOST_NUMBER = 10**15
"""Larger than any head count or revenue, and exact in every JSON reader."""

CLOCK_SKEW = timedelta(minutes=5)
"""How far a caller's clock may be ahead of ours before its present is our future."""

REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_OBJECT = re.compile(r"[A-Za-z0-9_]{1,40}")
_RECORD_ID = re.compile(r"[A-Za-z0-9]{1,40}")
_CONTRACT = re.compile(r"[A-Za-z0-9./-]{1,64}")
_LEAD_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_LEAST_SECONDS, _MOST_SECONDS = 946_684_800, 253_402_300_799  # the years 2000 to 9999
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NANOS = 10**9


def request_id(value: str) -> str:
    """Check an idempotency key."""
    rule = "must be 1 to 64 letters, digits, dots, colons, underscores and hyphens"
    return matching(value, REQUEST_ID, "request_id", rule)


def text(value: str, field: str, most: int) -> str:
    """Check a text of the caller: not empty, not too long, no control characters."""
    if not value or value.isspace():
        raise invalid(field, "must not be empty")
    if len(value) > most:
        raise invalid(field, f"must be at most {most} characters")
    if CONTROLS.search(value):
        raise invalid(field, "must not have control characters")
    return value


def country_from_pb(value: str, field: str = "country_code") -> str | None:
    """Read a country code; empty means unknown."""
    if value and value not in COUNTRIES:
        raise invalid(field, "must be two upper-case letters of ISO 3166-1")
    return value or None


def lead_id_from_pb(value: str, field: str = "lead_id") -> bytes:
    """Read a lead's id."""
    checked = matching(value, _LEAD_ID, field, "must be a UUID in lower-case hexadecimal with hyphens")
    return bytes.fromhex(checked.replace("-", ""))


def id_to_pb(value: bytes) -> str:
    """Write an id of 16 bytes."""
    digits = value.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def email_from_pb(value: str, field: str) -> str:
    """Read an address into its canonical form."""
    return identity.canonical_email(value, field=field)


def domain_from_pb(value: str, field: str) -> str:
    """Read a domain into its canonical form."""
    return identity.canonical_domain(value, field=field)


def contract_reference_from_pb(value: str, field: str) -> str:
    """Read the controller's own id of a contract."""
    return matching(value, _CONTRACT, field, "must be 1 to 64 letters, digits, dots, slashes and hyphens")


def crm_record_from_pb(message: types_pb2.CrmReference, field: str = "crm_reference") -> CrmRecord:
    """Read a CRM reference. Whether the policy lists its recipient is for the use case to say."""
    return CrmRecord(
        message.recipient,
        matching(message.object, _OBJECT, f"{field}.object", "must be 1 to 40 letters, digits and underscores"),
        matching(message.record_id, _RECORD_ID, f"{field}.record_id", "must be 1 to 40 letters and digits"),
    )


def crm_record_to_pb(record: CrmRecord) -> types_pb2.CrmReference:
    """Write a CRM reference."""
    return types_pb2.CrmReference(recipient=record.recipient, object=record.object, record_id=record.record_id)


def date_from_pb(message: types_pb2.Date, field: str) -> date:
    """Read a civil day."""
    try:
        return date(message.year, message.month, message.day)
    except ValueError:
        raise invalid(field, "must be a day that exists") from None


def date_to_pb(day: date) -> types_pb2.Date:
    """Write a civil day."""
    return types_pb2.Date(year=day.year, month=day.month, day=day.day)


def time_from_pb(message: Timestamp, field: str, now: datetime) -> datetime:
    """Read an instant that may not lie in the future; a clock a little ahead of ours counts as now."""
    if not (_LEAST_SECONDS <= message.seconds <= _MOST_SECONDS and 0 <= message.nanos < _NANOS):
        raise invalid(field, "must be an instant of the years 2000 to 9999")
    try:
        instant = datetime.fromtimestamp(message.seconds, UTC) + timedelta(microseconds=message.nanos // 1000)
    except (OverflowError, ValueError, OSError):
        raise invalid(field, "must be an instant of the years 2000 to 9999") from None
    if instant > now + CLOCK_SKEW:
        raise invalid(field, "must not lie in the future")
    return min(instant, now)


def time_to_pb(instant: datetime) -> Timestamp:
    """Write an instant."""
    # Whole seconds from days and seconds: a float would round the microseconds.
    since = instant - _EPOCH
    return Timestamp(seconds=since.days * 86_400 + since.seconds, nanos=since.microseconds * 1_000)


def span_from_pb(message: types_pb2.Range, field: str) -> Span:
    """Read a range."""
    upper = message.upper if message.HasField("upper") else None
    if not 0 <= message.lower <= MOST_NUMBER or (upper is not None and not message.lower <= upper <= MOST_NUMBER):
        raise invalid(field, "must have 0 <= lower <= upper <= 10^15")
    return Span(message.lower, upper)


def span_to_pb(span: Span) -> types_pb2.Range:
    """Write a range."""
    return types_pb2.Range(lower=span.lower, upper=span.upper)


class EnumTable(Generic[Word]):
    """One enum of the wire beside one of the domain, matched by name.

    Args:
        wire: The generated enum.
        prefix: What its names begin with.
        words: The domain's enum, whose member names follow the prefix.
    """

    def __init__(self, wire: Any, prefix: str, words: Iterable[Word]) -> None:
        self._words: dict[int, Word] = {wire.Value(f"{prefix}_{word.name}"): word for word in words}
        self._numbers: dict[Word, int] = {word: number for number, word in self._words.items()}

    def read(self, number: int, field: str) -> Word:
        """Read a value that must be given."""
        word = self._words.get(number)
        if word is None:
            raise invalid(field, "must be one of the values of the contract, and not unspecified")
        return word

    def read_optional(self, number: int, field: str) -> Word | None:
        """Read a value that may be unspecified."""
        if number and number not in self._words:
            raise invalid(field, "must be one of the values of the contract")
        return self._words.get(number)

    def write(self, word: Word | None) -> Any:
        """Write a value; None is unspecified."""
        return 0 if word is None else self._numbers[word]


PURPOSES = EnumTable(types_pb2.Purpose, "PURPOSE", Purpose)
FIELDS = EnumTable(types_pb2.Field, "FIELD", Field)
SENIORITIES = EnumTable(types_pb2.Seniority, "SENIORITY", Seniority)
EMPLOYEE_BANDS = EnumTable(types_pb2.EmployeeBand, "EMPLOYEE_BAND", EmployeeBand)
REVENUE_BANDS = EnumTable(types_pb2.RevenueBand, "REVENUE_BAND", RevenueBand)
PHONE_KINDS = EnumTable(types_pb2.PhoneKind, "PHONE_KIND", PhoneKind)


def matching(value: str, form: re.Pattern[str], field: str, rule: str) -> str:
    """Check that a text has a form."""
    if not form.fullmatch(value):
        raise invalid(field, rule)
    return value
