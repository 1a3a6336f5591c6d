"""Units of work of the way out: one read of many leads by key, and pages of a list."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, TypeAlias

import sqlalchemy as sa

from leadgate_service.domain import identity
from leadgate_service.domain.candidate import CrmRecord
from leadgate_service.keys import BurnRing, KeepRing
from leadgate_service.records import LeadFilter, LeadKey, LeadPage, LeadRecord
from leadgate_service.storage import tables
from leadgate_service.storage.lead_rows import LEAD_COLUMNS, source_record, to_record
from leadgate_service.storage.work import Row, Statement, Work, one_of

MOST_EXAMINED = 2_000
"""How many entries of an index one page looks at: a filter that few leads match costs no more than that."""

_HIGHEST_ID = bytes([0xFF]) * 16

_leads = tables.leads.c
_LEAD = [_leads[name] for name in LEAD_COLUMNS]

SELECT_BY_ID = Statement(sa.select(*_LEAD).where(one_of(_leads.lead_id, "lead_ids")))
SELECT_BY_KEY = Statement(sa.select(*_LEAD).where(one_of(_leads.key_token, "keys")))
SELECT_BY_CRM_RECORD = Statement(
    sa.select(tables.crm_references.c.record_token, tables.crm_references.c.lead_id).where(
        one_of(tables.crm_references.c.record_token, "records"),
    ),
)
SELECT_SOURCES = Statement(
    sa.select(
        tables.lead_sources.c.lead_id,
        tables.lead_sources.c.source,
        tables.lead_sources.c.first_obtained_date,
        tables.lead_sources.c.obtained_time,
        tables.lead_sources.c.fields,
    ).where(one_of(tables.lead_sources.c.lead_id, "lead_ids")),
)
SELECT_CRM_REFERENCES = Statement(
    sa.select(
        tables.crm_references.c.lead_id,
        tables.crm_references.c.recipient,
        tables.crm_references.c.object,
        tables.crm_references.c.record_id,
    ).where(one_of(tables.crm_references.c.lead_id, "lead_ids")),
)

LeadRow: TypeAlias = Mapping[str, Any]

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
        by_record = yield from self._by_crm_record(keys)
        lead_ids = {key.lead_id for key in keys if key.lead_id is not None} | set(by_record.values())
        tokens = {self.keep.token(key.identifier) for key in keys if key.identifier is not None}
        rows: list[Row] = []
        if lead_ids:
            rows += yield SELECT_BY_ID(lead_ids=list(lead_ids))
        if tokens:
            rows += yield SELECT_BY_KEY(keys=list(tokens))
        found = [dict(zip(LEAD_COLUMNS, row, strict=True)) for row in rows]
        records = yield from self._records(found)
        by_id = {record.lead_id: record for record in records}
        by_key = {bytes(row["key_token"]): by_id[bytes(row["lead_id"])] for row in found}
        return [self._pick(key, by_id, by_key, by_record) for key in keys]

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
        shown = [dict(zip(LEAD_COLUMNS, row, strict=True)) for row in rows[:most]]
        records = yield from self._records(shown)
        return LeadPage(records, bytes(shown[-1]["lead_id"]) if len(rows) > most else end)

    def _by_crm_record(self, keys: Sequence[LeadKey]) -> Work[dict[bytes, bytes]]:
        tokens = {self._record_token(key.crm_record) for key in keys if key.crm_record is not None}
        if not tokens:
            return {}
        rows = yield SELECT_BY_CRM_RECORD(records=list(tokens))
        return {bytes(token): bytes(lead_id) for token, lead_id in rows}

    def _record_token(self, record: CrmRecord) -> bytes:
        return self.keep.token(identity.crm_record(record.recipient, record.object, record.record_id))

    def _pick(
        self,
        key: LeadKey,
        by_id: Mapping[bytes, LeadRecord],
        by_key: Mapping[bytes, LeadRecord],
        by_record: Mapping[bytes, bytes],
    ) -> LeadRecord | None:
        if key.identifier is not None:
            return by_key.get(self.keep.token(key.identifier))
        if key.crm_record is not None:
            return by_id.get(by_record.get(self._record_token(key.crm_record), b""))
        return by_id.get(key.lead_id or b"")

    def _records(self, rows: Sequence[LeadRow]) -> Work[list[LeadRecord]]:
        """Open rows, with where their values come from and which CRM records they are."""
        if not rows:
            return []
        lead_ids = [row["lead_id"] for row in rows]
        sources = _grouped((yield SELECT_SOURCES(lead_ids=lead_ids)), source_record)
        crm_records = _grouped((yield SELECT_CRM_REFERENCES(lead_ids=lead_ids)), CrmRecord)
        return [
            to_record(self.burn, row, sources[bytes(row["lead_id"])], crm_records[bytes(row["lead_id"])])
            for row in rows
        ]


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
