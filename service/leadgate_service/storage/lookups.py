"""The look-up records of one transaction: who was acquired when, so that no lapse restarts a clock (R-041, R-092)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from leadgate_service.domain.candidate import Candidate
from leadgate_service.domain.decision import Decision
from leadgate_service.domain.identity import Identifier
from leadgate_service.domain.retention import acquisition_ends
from leadgate_service.domain.standing import Acquisition
from leadgate_service.storage import tables
from leadgate_service.storage.aliases import AliasBook
from leadgate_service.storage.requests import LEASE
from leadgate_service.storage.work import Insert, Row, Statement, Step, one_of

_COLUMNS = tuple(column.name for column in tables.lookups.columns)

SELECT_LOOKUPS = Statement(
    sa.select(*tables.lookups.columns).where(one_of(tables.lookups.c.key_token, "keys")).with_for_update(),
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


class LookupBook:
    """The look-up records that concern the candidates of one transaction.

    Args:
        tokens: The token of every identifier.
        aliases: Which keys belong to one person.
        rows: What the database holds, whether or not its day has passed.
        now: The instant.
        today: Its civil day in the policy's zone.
    """

    def __init__(
        self,
        tokens: Mapping[Identifier, bytes],
        aliases: AliasBook,
        rows: Iterable[Row],
        now: datetime,
        today: date,
    ) -> None:
        self._tokens = tokens
        self._aliases = aliases
        self._now = now
        self._today = today
        self._rows: dict[tuple[bytes, str], LookupRow] = {}
        self._by_key: defaultdict[bytes, list[LookupRow]] = defaultdict(list)
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
        row = self._row(candidate)
        row.outcome = "found"
        row.personal = row.personal or candidate.personal
        if asked:
            row.answered_time = self._now
        self._touch(row)
        if row.personal and not candidate.personal:
            return  # what a company's answer is dated says nothing of the person's clock
        dated = _acquisition(related) or Acquisition(obtained_date, None)
        if decision.first_obtained_date is not None:
            dated = Acquisition(decision.first_obtained_date, decision.expire_date)
        own = self._own(candidate)
        for concerned in (row, *related):
            if decision.opens_acquisition or concerned in own:
                _date(concerned, dated)
                self._touch(concerned)

    def make_personal(self, key_token: bytes, sources: Iterable[str], dated: Acquisition) -> None:
        """Remember whose lead is held under a key as a person, since the company turns out to be one (R-013, R-092).

        Args:
            key_token: The lead's.
            sources: Which supplied it.
            dated: Its dates.
        """
        for source in sources:
            row = self._rows.get((key_token, source))
            if row is None:
                row = LookupRow(
                    key_token=key_token,
                    source=source,
                    personal=True,
                    outcome="found",
                    asked_time=self._now,
                    answered_time=None,
                    first_obtained_date=dated.first_obtained_date,
                    expire_date=dated.expire_date,
                    delete_date=acquisition_ends(dated.first_obtained_date),
                )
                self._add(row)
            row.personal = True
            _date(row, dated)
            self._touch(row)

    def begin_earlier(self, candidate: Candidate, start: date, shortened: Callable[[date], date]) -> None:
        """Let all records of one person take over the earliest start.

        Args:
            candidate: The person.
            start: The day.
            shortened: What becomes of the last day of what was acquired.
        """
        for row in self._related(candidate):
            if row.personal and start < row.first_obtained_date:
                _date(row, Acquisition(start, shortened(row.expire_date) if row.expire_date is not None else None))
                self._touch(row)

    def writes(self) -> list[Step]:
        """Return what stores what was noted; a new key that another process stored makes the transaction start over."""
        new = [row.values() for key, row in self._touched.items() if key not in self._stored]
        old = [row.values() for key, row in self._touched.items() if key in self._stored]
        return [insert(rows) for insert, rows in ((INSERT_LOOKUPS, new), (REPLACE_LOOKUPS, old)) if rows]

    def _own(self, candidate: Candidate) -> list[LookupRow]:
        rows = self._by_key.get(self._tokens[candidate.intake.lookup_key], [])
        return [row for row in rows if row.delete_date >= self._today]

    def _related(self, candidate: Candidate) -> list[LookupRow]:
        """Return the records of the same key, and those of the person's other keys."""
        own = self._own(candidate)
        others = [row for key in self._aliases.linked_keys(candidate) for row in self._by_key.get(key, ())]
        return own + [row for row in others if row.delete_date >= self._today and row not in own]

    def _row(self, candidate: Candidate) -> LookupRow:
        key = self._tokens[candidate.intake.lookup_key], candidate.source.value
        row = self._rows.get(key)
        if row is None or row.delete_date < self._today:
            row = LookupRow(
                key_token=key[0],
                source=key[1],
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
    # Never sooner than before: an old answer that is handed in must not make us forget.
    ends = acquisition_ends(acquisition.first_obtained_date)
    row.delete_date = max(row.delete_date, ends, acquisition.expire_date or ends)
