"""The look-up records of one transaction: who was acquired when, so that no lapse restarts a clock (R-041, R-092)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa

from leadgate_service.domain.candidate import Candidate
from leadgate_service.domain.decision import Decision
from leadgate_service.domain.identity import Identifier
from leadgate_service.domain.retention import acquisition_ends
from leadgate_service.domain.standing import Acquisition
from leadgate_service.storage import tables
from leadgate_service.storage.requests import LEASE
from leadgate_service.storage.work import Insert, Row, Statement, Step, Work, one_of

_COLUMNS = tuple(column.name for column in tables.lookups.columns)

SELECT_LOOKUPS = Statement(
    sa.select(*tables.lookups.columns)
    .where(
        sa.or_(
            one_of(tables.lookups.c.key_token, "keys"),
            one_of(tables.lookups.c.record_token, "records"),
            one_of(tables.lookups.c.crm_token, "crm_records"),
        ),
    )
    .with_for_update(),
)
INSERT_LOOKUPS = Insert(tables.lookups, _COLUMNS)
REPLACE_LOOKUPS = Insert(tables.lookups, _COLUMNS, conflict="replace")


@dataclass(frozen=True, slots=True)
class LookupStanding:
    """What the look-up records say of one candidate.

    Attributes:
        being_asked: A call that may still be alive is asking about the same key.
        answered_time: When a look-up of the same key was last answered.
        acquisition: The first acquisition of the person, by this key or by a linked record.
    """

    being_asked: bool
    answered_time: datetime | None
    acquisition: Acquisition | None


@dataclass(slots=True)
class LookupRow:
    """A row of `lookups`."""

    key_token: bytes
    source: str
    record_token: bytes | None
    crm_token: bytes | None
    personal: bool
    outcome: str
    asked_time: datetime
    answered_time: datetime | None
    first_obtained_date: date
    expire_date: date | None
    delete_date: date

    def values(self) -> Row:
        """Return the values in the order of the table's columns."""
        return tuple(getattr(self, name) for name in _COLUMNS)


class _Links(NamedTuple):
    """By what a person is known under more than one key."""

    record: Identifier | None
    crm_record: Identifier | None


def _links(candidate: Candidate) -> _Links:
    """Return what links a candidate; an approximate match may be somebody else's record, a company has no clock."""
    if not candidate.personal:
        return _Links(None, None)
    return _Links(None if candidate.approximate else candidate.record, candidate.intake.crm_identifier)


def select_lookups(candidates: Sequence[Candidate], tokens: Mapping[Identifier, bytes]) -> Step:
    """Read the look-up records that concern candidates, and hold those rows."""
    links = [_links(candidate) for candidate in candidates]
    return SELECT_LOOKUPS(
        keys=list({tokens[candidate.intake.lookup_key] for candidate in candidates}),
        records=list({tokens[link.record] for link in links if link.record is not None}),
        crm_records=list({tokens[link.crm_record] for link in links if link.crm_record is not None}),
    )


class LookupBook:
    """The look-up records that concern the candidates of one transaction.

    Args:
        tokens: The token of every identifier.
        rows: What the database holds, whether or not its day has passed.
        now: The instant.
        today: Its civil day in the policy's zone.
    """

    def __init__(self, tokens: Mapping[Identifier, bytes], rows: Iterable[Row], now: datetime, today: date) -> None:
        self._tokens = tokens
        self._now = now
        self._today = today
        self._rows: dict[tuple[bytes, str], LookupRow] = {}
        self._by_key: defaultdict[bytes, list[LookupRow]] = defaultdict(list)
        self._by_link: defaultdict[bytes, list[LookupRow]] = defaultdict(list)
        self._touched: dict[tuple[bytes, str], LookupRow] = {}
        for values in rows:
            row = LookupRow(*values)
            row.key_token = bytes(row.key_token)
            self._add(row)
        self._stored = frozenset(self._rows)

    def of(self, candidate: Candidate) -> LookupStanding:
        """Say what is known of a candidate."""
        own = self._own(candidate)
        answered = [row.answered_time for row in own if row.answered_time is not None]
        return LookupStanding(
            being_asked=any(row.outcome == "asking" and row.asked_time + LEASE > self._now for row in own),
            answered_time=max(answered, default=None),
            acquisition=_acquisition(self._related(candidate)),
        )

    def note(self, candidate: Candidate, outcome: str) -> None:
        """Note that a source is asked (`asking`), or what became of it without an answer to keep."""
        row = self._row(candidate)
        row.outcome = outcome
        if outcome == "asking":
            row.asked_time = self._now
        if outcome == "miss":
            row.answered_time = self._now
        self._touch(row)

    def acquire(self, candidate: Candidate, decision: Decision, obtained_date: date, *, asked: bool) -> None:
        """Note an acquisition: an answer was obtained, whether or not anything of it is kept."""
        related = self._related(candidate)
        known = _acquisition(related)
        row = self._row(candidate)
        row.outcome = "found"
        row.personal = row.personal or candidate.personal
        if asked:
            row.answered_time = self._now
        links = _links(candidate)
        if links.record is not None:
            row.record_token = self._tokens[links.record]
            self._by_link[row.record_token].append(row)
        if links.crm_record is not None:
            row.crm_token = self._tokens[links.crm_record]
            self._by_link[row.crm_token].append(row)
        if decision.first_obtained_date is not None:
            known = Acquisition(decision.first_obtained_date, decision.expire_date)
        self._touch(row)
        if row.personal and not candidate.personal:
            return  # what a company's answer is dated says nothing of the person's clock
        # A new acquisition dates linked keys' records, too; an update, maybe obtained earlier, those of its own key.
        for concerned in (row, *(related if decision.opens_acquisition else self._own(candidate))):
            _date(concerned, known or Acquisition(obtained_date, None))
            self._touch(concerned)

    def write(self) -> Work[None]:
        """Store what was noted. A new key that another process stored meanwhile makes the transaction start over."""
        new = [row.values() for key, row in self._touched.items() if key not in self._stored]
        old = [row.values() for key, row in self._touched.items() if key in self._stored]
        if new:
            yield INSERT_LOOKUPS(new)
        if old:
            yield REPLACE_LOOKUPS(old)

    def _own(self, candidate: Candidate) -> list[LookupRow]:
        rows = self._by_key.get(self._tokens[candidate.intake.lookup_key], [])
        return [row for row in rows if row.delete_date >= self._today]

    def _related(self, candidate: Candidate) -> list[LookupRow]:
        """Return the records of the same key, and those that are linked to it."""
        related = self._own(candidate)
        for link in _links(candidate):
            linked = self._by_link.get(self._tokens[link], []) if link is not None else []
            related += [row for row in linked if row.delete_date >= self._today and row not in related]
        return related

    def _row(self, candidate: Candidate) -> LookupRow:
        key = self._tokens[candidate.intake.lookup_key], candidate.source.value
        row = self._rows.get(key)
        if row is None or row.delete_date < self._today:
            row = LookupRow(
                key_token=key[0],
                source=key[1],
                record_token=None,
                crm_token=None,
                personal=False,
                outcome="asking",
                asked_time=self._now,
                answered_time=None,
                first_obtained_date=self._today,
                expire_date=None,
                delete_date=acquisition_ends(self._today),
            )
            self._add(row)
        return row

    def _add(self, row: LookupRow) -> None:
        self._rows[row.key_token, row.source] = row
        self._by_key[row.key_token].append(row)
        for link in (row.record_token, row.crm_token):
            if link is not None:
                self._by_link[bytes(link)].append(row)

    def _touch(self, row: LookupRow) -> None:
        self._touched[row.key_token, row.source] = row


def _acquisition(rows: Iterable[LookupRow]) -> Acquisition | None:
    """Merge the records of one person: the earliest start, the latest day of what was stored."""
    personal = [row for row in rows if row.personal]
    if not personal:
        return None
    expiries = [row.expire_date for row in personal if row.expire_date is not None]
    return Acquisition(min(row.first_obtained_date for row in personal), max(expiries, default=None))


def _date(row: LookupRow, acquisition: Acquisition) -> None:
    row.first_obtained_date = acquisition.first_obtained_date
    row.expire_date = acquisition.expire_date
    ends = acquisition_ends(acquisition.first_obtained_date)
    row.delete_date = max(ends, acquisition.expire_date) if acquisition.expire_date is not None else ends
