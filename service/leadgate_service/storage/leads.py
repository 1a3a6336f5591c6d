"""Units of work of the way out: one read of many leads by key, and pages of a list."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.sql.expression import ColumnElement

from leadgate_service.domain import identity
from leadgate_service.domain.candidate import CrmRecord
from leadgate_service.keys import BurnRing, KeepRing
from leadgate_service.records import LeadFilter, LeadKey, LeadPage, LeadRecord
from leadgate_service.storage import tables
from leadgate_service.storage.lead_rows import LEAD_COLUMNS, source_record, to_record
from leadgate_service.storage.work import Row, Statement, Together, Work, one_of, together

MOST_EXAMINED = 2_000
"""How many entries of an index one page looks at: a filter that few leads match costs no more than that."""

_HIGHEST_ID = bytes([0xFF]) * 16

_leads = tables.leads.c
_LEAD = [_leads[name] for name in LEAD_COLUMNS]

_SOURCE = ("lead_id", "source", "first_obtained_date", "obtained_time", "fields")
_CRM = ("lead_id", "recipient", "object", "record_id", "record_token")


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    """The three statements that read leads whole, found in one way: each binds the same sequence of `wanted`."""

    leads: Statement
    sources: Statement
    crm_references: Statement

    def __call__(self, wanted: Iterable[bytes]) -> Together:
        """Read the leads that are wanted."""
        values = list(wanted)
        return together(self.leads(wanted=values), self.sources(wanted=values), self.crm_references(wanted=values))


def _reading(found: ColumnElement[bool]) -> _Reading:
    """Make the statements that read the leads for which a condition on `leads` holds."""

    def beside(table: sa.Table, columns: Sequence[str]) -> Statement:
        joined = table.join(tables.leads, table.c.lead_id == _leads.lead_id)
        return Statement(sa.select(*(table.c[name] for name in columns)).select_from(joined).where(found))

    return _Reading(
        Statement(sa.select(*_LEAD).where(found)),
        beside(tables.lead_sources, _SOURCE),
        beside(tables.crm_references, _CRM),
    )


READ_BY_ID = _reading(one_of(_leads.lead_id, "wanted"))
READ_BY_KEY = _reading(one_of(_leads.key_token, "wanted"))
READ_BY_CRM_RECORD = _reading(
    _leads.lead_id.in_(
        sa.select(tables.crm_references.c.lead_id).where(one_of(tables.crm_references.c.record_token, "wanted")),
    ),
)

_INDEXED = ("company_domain", "job_function", "company_industry", "seniority", "revenue_band", "employee_band")
"""Columns with an index (column, lead_id); the first that is filtered on, the likely most selective, is walked."""


@dataclass(frozen=True, slots=True)
class Leads:
    """The units of work of reading, with the keys that they need and the statements made so far."""

    keep: KeepRing
    burn: BurnRing
    _pages: dict[frozenset[str], tuple[Statement, Statement]] = field(default_factory=dict)

    def read(self, keys: Sequence[LeadKey]) -> Work[list[LeadRecord | None]]:
        """Read leads by key, each whatever its state."""
        wanted = [self._wanted(key) for key in keys]
        found: dict[_Wanted, LeadRecord] = {}
        for reading in dict.fromkeys(one.reading for one in wanted):
            rows = yield reading({one.value for one in wanted if one.reading is reading})
            found |= self._found(reading, rows)
        return [found.get(one) for one in wanted]

    def page(self, wanted: LeadFilter, today: date, after: bytes | None, most: int) -> Work[LeadPage]:
        """Read one page of the leads that may be processed. See `Store.leads`."""
        values = {one.name: getattr(wanted, one.name) for one in fields(wanted)}
        values = {name: value for name, value in values.items() if value is not None}
        if frozenset(values) not in self._pages:
            self._pages[frozenset(values)] = _page_statements(frozenset(values))
        last_examined, matching = self._pages[frozenset(values)]
        start = after or bytes(16)
        # First where the page ends, then what is in it: leads that go meanwhile then move no other past the end.
        walked = {name: value for name, value in values.items() if name == _walked(frozenset(values))}
        edge = yield last_examined(**walked, after=start)
        end = bytes(edge[0][0]) if edge else None
        rows = yield matching(**values, today=today, after=start, end=end or _HIGHEST_ID, most=most + 1)
        shown = rows[:most]
        if not shown:
            return LeadPage([], end)
        lead_ids = [bytes(row[0]) for row in shown]
        beside = together(READ_BY_ID.sources(wanted=lead_ids), READ_BY_ID.crm_references(wanted=lead_ids))
        records = self._records(shown, *(yield beside))
        return LeadPage(records, bytes(shown[-1][0]) if len(rows) > most else end)

    def _wanted(self, key: LeadKey) -> "_Wanted":
        if key.identifier is not None:
            return _Wanted(READ_BY_KEY, self.keep.token(key.identifier))
        record = key.crm_record
        if record is not None:
            known_as = identity.crm_record(record.recipient, record.object, record.record_id)
            return _Wanted(READ_BY_CRM_RECORD, self.keep.token(known_as))
        return _Wanted(READ_BY_ID, key.lead_id or b"")

    def _found(self, reading: _Reading, rows: Sequence[Row]) -> "dict[_Wanted, LeadRecord]":
        """Say which lead each wanted value found; of several with one CRM record, the one that must stop most."""
        leads, sources, crm_references = rows
        records = {record.lead_id: record for record in self._records(leads, sources, crm_references)}
        if reading is READ_BY_ID:
            return {_Wanted(reading, lead_id): record for lead_id, record in records.items()}
        if reading is READ_BY_KEY:
            position = LEAD_COLUMNS.index("key_token")
            return {_Wanted(reading, bytes(row[position])): records[bytes(row[0])] for row in leads}
        found: dict[_Wanted, LeadRecord] = {}
        for lead_id, *_, token in crm_references:
            wanted, record = _Wanted(reading, bytes(token)), records[bytes(lead_id)]
            found[wanted] = max(record, found.get(wanted, record), key=_strictness)
        return found

    def _records(self, leads: Sequence[Row], sources: Sequence[Row], crm_references: Sequence[Row]) -> list[LeadRecord]:
        """Open rows, with where their values come from and which CRM records they are."""
        by_source = _grouped(sources, source_record)
        by_crm_record = _grouped([row[:-1] for row in crm_references], CrmRecord)
        rows = [dict(zip(LEAD_COLUMNS, row, strict=True)) for row in leads]
        return [
            to_record(self.burn, row, by_source[lead_id], by_crm_record[lead_id])
            for row, lead_id in zip(rows, (bytes(row[0]) for row in leads), strict=True)
        ]


class _Wanted(NamedTuple):
    """One lead that is wanted: how it is found, and by which value."""

    reading: _Reading
    value: bytes


def _strictness(record: LeadRecord) -> tuple[bool, bool, date, bytes]:
    return record.suppressed, record.restricted, record.expire_date, record.lead_id


def _grouped(rows: Iterable[Row], make: Any) -> defaultdict[bytes, list[Any]]:
    """Group rows by their first value, the lead's id."""
    groups: defaultdict[bytes, list[Any]] = defaultdict(list)
    for lead_id, *values in rows:
        groups[bytes(lead_id)].append(make(*values))
    return groups


def _walked(filters: frozenset[str]) -> str | None:
    """Return the filter whose index is walked; None walks the primary key."""
    return next((name for name in _INDEXED if name in filters), None)


def _page_statements(filters: frozenset[str]) -> tuple[Statement, Statement]:
    """Make the statements of a page: where the entries to be examined end, and the leads among them that match."""
    walked = _walked(filters)
    place = [_leads.lead_id > sa.bindparam("after", type_=_leads.lead_id.type)]
    if walked is not None:
        place.append(_leads[walked] == sa.bindparam(walked))
    within = _leads.lead_id <= sa.bindparam("end", type_=_leads.lead_id.type)
    # An offset, though of none, keeps either planner from walking another index than the one that is meant.
    examined = sa.select(*_LEAD).where(*place, within).order_by(_leads.lead_id).offset(0).subquery("examined")
    residual = [examined.c[name] == sa.bindparam(name) for name in filters if name in _INDEXED and name != walked]
    if "first_obtained_from_date" in filters:
        residual.append(examined.c.first_obtained_date >= sa.bindparam("first_obtained_from_date"))
    if "first_obtained_until_date" in filters:
        residual.append(examined.c.first_obtained_date <= sa.bindparam("first_obtained_until_date"))
    readable = [
        examined.c.expire_date >= sa.bindparam("today"),
        examined.c.suppressed_time.is_(None),
        examined.c.restricted_time.is_(None),
    ]
    matching = sa.select(*(examined.c[name] for name in LEAD_COLUMNS)).where(*residual, *readable)
    matching = matching.order_by(examined.c.lead_id).limit(sa.bindparam("most", type_=sa.Integer))
    last = sa.select(_leads.lead_id).where(*place).order_by(_leads.lead_id).offset(MOST_EXAMINED - 1).limit(1)
    return Statement(last), Statement(matching)
