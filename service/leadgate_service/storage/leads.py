"""Units of work of lists: pages of the leads that may be processed."""

from dataclasses import dataclass, field, fields
from datetime import date

import sqlalchemy as sa

from leadgate_service.burn_ring import BurnRing
from leadgate_service.records import LeadFilter, LeadPage
from leadgate_service.storage import tables
from leadgate_service.storage.lead_reads import BY_ID, open_records
from leadgate_service.storage.lead_rows import LEAD_COLUMNS
from leadgate_service.storage.work import Statement, Work, together

MOST_EXAMINED = 2_000
"""How many entries of an index one page looks at: a filter that few leads match costs no more than that."""

_HIGHEST_ID = bytes([0xFF]) * 16

_leads = tables.leads.c
_LEAD = [_leads[name] for name in LEAD_COLUMNS]

_INDEXED = ("company_domain", "job_function", "company_industry", "seniority", "revenue_band", "employee_band")
"""Columns with an index (column, lead_id); the first that is filtered on, the likely most selective, is walked."""


@dataclass(frozen=True, slots=True)
class Leads:
    """The units of work of lists, with the keys that open content and the statements made so far."""

    burn: BurnRing
    _pages: dict[frozenset[str], tuple[Statement, Statement]] = field(default_factory=dict)

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
        beside = together(BY_ID.sources(wanted=lead_ids), BY_ID.crm_references(wanted=lead_ids))
        records = open_records(self.burn, shown, *(yield beside))
        return LeadPage(records, bytes(shown[-1][0]) if len(rows) > most else end)


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
