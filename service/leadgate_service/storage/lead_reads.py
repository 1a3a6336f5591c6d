"""Reading many leads by key at once: what is asked for in one flush is asked in one message."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.sql.expression import ColumnElement

from leadgate_service.burn_ring import BurnRing
from leadgate_service.domain import identity
from leadgate_service.domain.candidate import CrmRecord
from leadgate_service.keep_ring import KeepRing
from leadgate_service.records import LeadKey, LeadRecord
from leadgate_service.storage import tables
from leadgate_service.storage.lead_rows import LEAD_COLUMNS, source_record, to_record
from leadgate_service.storage.token_version import SELECT_TOKEN_VERSION, require_version
from leadgate_service.storage.work import Row, Statement, Step, one_of, together

_leads = tables.leads.c
_LEAD = [_leads[name] for name in LEAD_COLUMNS]
_KEY_TOKEN = LEAD_COLUMNS.index("key_token")

_SOURCE = ("lead_id", "source", "first_obtained_date", "obtained_time", "fields")
_CRM = ("lead_id", "recipient", "object", "record_id", "record_token")


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One way to find leads: the three statements that read them whole, which bind the same sequence of `wanted`."""

    leads: Statement
    sources: Statement
    crm_references: Statement

    def steps(self, wanted: Iterable[bytes]) -> tuple[Step, Step, Step]:
        """Read the leads that are wanted."""
        values = list(wanted)
        return self.leads(wanted=values), self.sources(wanted=values), self.crm_references(wanted=values)


def _way(found: ColumnElement[bool]) -> Way:
    """Make the statements that read the leads for which a condition on `leads` holds."""

    def beside(table: sa.Table, columns: Sequence[str]) -> Statement:
        joined = table.join(tables.leads, table.c.lead_id == _leads.lead_id)
        return Statement(sa.select(*(table.c[name] for name in columns)).select_from(joined).where(found))

    return Way(
        Statement(sa.select(*_LEAD).where(found)),
        beside(tables.lead_sources, _SOURCE),
        beside(tables.crm_references, _CRM),
    )


BY_ID = _way(one_of(_leads.lead_id, "wanted"))
BY_KEY = _way(one_of(_leads.key_token, "wanted"))
BY_CRM_RECORD = _way(
    _leads.lead_id.in_(
        sa.select(tables.crm_references.c.lead_id).where(one_of(tables.crm_references.c.record_token, "wanted")),
    ),
)


class _Wanted(NamedTuple):
    """One lead that is wanted: how it is found, and by which value."""

    way: Way
    value: bytes


class MultiGet:
    """Leads that are read at once, each whatever its state.

    Args:
        keep: Makes the tokens that leads are found by.
        burn: Opens content.
        keys: Of the leads.

    Attributes:
        steps: What to read.
    """

    def __init__(self, keep: KeepRing, burn: BurnRing, keys: Sequence[LeadKey]) -> None:
        self._token_version = keep.token_version
        self._burn = burn
        self._wanted = [_wanted(keep, key) for key in keys]
        self._ways = tuple(dict.fromkeys(one.way for one in self._wanted))
        reads = [step for way in self._ways for step in self._steps(way)]
        self.steps = together(*reads, SELECT_TOKEN_VERSION()) if reads else together()

    def answers(self, rows: Sequence[Row]) -> list[LeadRecord | None]:
        """Return what was found, in the order of the keys; `rows` are those of the steps.

        Raises:
            Unavailable: TOKEN_KEY_ROTATED: by these tokens nobody is found any more.
        """
        if not rows:
            return []
        *read, versions = rows
        require_version(versions, self._token_version)
        found: dict[_Wanted, LeadRecord] = {}
        for way, (leads, sources, crm_references) in zip(self._ways, zip(*[iter(read)] * 3, strict=True), strict=True):
            found |= _found(way, leads, crm_references, open_records(self._burn, leads, sources, crm_references))
        return [found.get(one) for one in self._wanted]

    def _steps(self, way: Way) -> tuple[Step, Step, Step]:
        return way.steps({one.value for one in self._wanted if one.way is way})


def open_records(
    burn: BurnRing,
    leads: Sequence[Row],
    sources: Sequence[Row],
    crm_references: Sequence[Row],
) -> list[LeadRecord]:
    """Open leads, with where their values come from and which CRM records they are."""
    by_source = _grouped(sources, source_record)
    by_crm_record = _grouped([row[:-1] for row in crm_references], CrmRecord)
    return [
        to_record(burn, dict(zip(LEAD_COLUMNS, row, strict=True)), by_source[lead_id], by_crm_record[lead_id])
        for row, lead_id in ((row, bytes(row[0])) for row in leads)
    ]


def _wanted(keep: KeepRing, key: LeadKey) -> _Wanted:
    if key.identifier is not None:
        return _Wanted(BY_KEY, keep.token(key.identifier))
    if key.crm_record is not None:
        known_as = identity.crm_record(key.crm_record.recipient, key.crm_record.object, key.crm_record.record_id)
        return _Wanted(BY_CRM_RECORD, keep.token(known_as))
    return _Wanted(BY_ID, key.lead_id or b"")


def _found(
    way: Way,
    leads: Sequence[Row],
    crm_references: Sequence[Row],
    records: Sequence[LeadRecord],
) -> dict[_Wanted, LeadRecord]:
    """Say which lead each value found.

    Several leads of one CRM record are one person's: a suppressed one speaks for all, then a restricted one; else a
    person's before a company's, and the one that is held longest.
    """
    if way is BY_ID:
        return {_Wanted(way, record.lead_id): record for record in records}
    if way is BY_KEY:
        return {_Wanted(way, bytes(row[_KEY_TOKEN])): record for row, record in zip(leads, records, strict=True)}
    by_id = {record.lead_id: record for record in records}
    found: dict[_Wanted, LeadRecord] = {}
    for lead_id, *_, token in crm_references:
        wanted, record = _Wanted(way, bytes(token)), by_id[bytes(lead_id)]
        found[wanted] = max(record, found.get(wanted, record), key=_strictness)
    return found


def _strictness(record: LeadRecord) -> tuple[bool, bool, bool, date, bytes]:
    return record.suppressed, record.restricted, record.personal, record.expire_date, record.lead_id


def _grouped(rows: Iterable[Row], make: Any) -> defaultdict[bytes, list[Any]]:
    """Group rows by their first value, the lead's id."""
    groups: defaultdict[bytes, list[Any]] = defaultdict(list)
    for lead_id, *values in rows:
        groups[bytes(lead_id)].append(make(*values))
    return groups
