"""The leads of one transaction: as they are held, as they become, and the rows that are written at its end."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import itemgetter

import sqlalchemy as sa

from leadgate_service.burn_ring import BurnRing, ContentDamaged, ContentKeyGone
from leadgate_service.domain import retention, updates
from leadgate_service.domain.candidate import Candidate, Intake
from leadgate_service.domain.dates import today_in
from leadgate_service.domain.decision import Decision, Outcome
from leadgate_service.domain.fields import Field, LeadFields
from leadgate_service.domain.policy import Policy
from leadgate_service.domain.register import SourceName
from leadgate_service.domain.standing import HeldLead
from leadgate_service.ids import NewId
from leadgate_service.storage import tables
from leadgate_service.storage.bits import from_bits, to_bits
from leadgate_service.storage.changes import INSERT_CHANGES
from leadgate_service.storage.lead_rows import LEAD_COLUMNS, LeadRow, content_columns, open_fields, seal
from leadgate_service.storage.tokens import Tokens
from leadgate_service.storage.withholding import SUPPRESS_LEADS
from leadgate_service.storage.work import Insert, Row, Statement, Step, Update, Work, one_of

_SOURCE_COLUMNS = ("lead_id", "source", "record_token", "first_obtained_date", "obtained_time", "fields")
_CRM_COLUMNS = ("lead_id", "record_token", "recipient", "object", "record_id")

SELECT_LEADS = Statement(
    sa.select(*tables.leads.columns).where(one_of(tables.leads.c.key_token, "keys")).with_for_update(),
)
SELECT_SOURCES = Statement(
    sa.select(*(tables.lead_sources.c[name] for name in _SOURCE_COLUMNS)).where(
        one_of(tables.lead_sources.c.lead_id, "lead_ids"),
    ),
)
SELECT_REFERENCES = Statement(
    sa.select(tables.crm_references.c.lead_id, tables.crm_references.c.record_token).where(
        one_of(tables.crm_references.c.lead_id, "lead_ids"),
    ),
)
DELETE_LEADS = Statement(sa.delete(tables.leads).where(one_of(tables.leads.c.lead_id, "lead_ids")))
INSERT_LEADS = Insert(tables.leads, LEAD_COLUMNS)
UPDATE_LEADS = Update(tables.leads, LEAD_COLUMNS)
MAKE_PERSONAL = Update(tables.leads, ("lead_id", "personal", "notice_due_date"))
INSERT_SOURCES = Insert(tables.lead_sources, _SOURCE_COLUMNS)
REPLACE_SOURCES = Insert(tables.lead_sources, _SOURCE_COLUMNS, conflict="replace")
REPLACE_CRM_REFERENCES = Insert(tables.crm_references, _CRM_COLUMNS, conflict="replace")

_lead_values = itemgetter(*LEAD_COLUMNS)

LAWFUL_BASIS = "legitimate_interest"
"""The one basis that a lead can have (GDPR Art. 6(1)(f); R-010)."""


@dataclass(slots=True)
class _SourceRow:
    """A row of `lead_sources` besides its key."""

    record_token: bytes
    first_obtained_date: date
    obtained_time: datetime
    fields: frozenset[Field]


class LeadBook:
    """The leads that concern one transaction.

    Args:
        policy: The policy in force.
        burn: Seals content.
        new_id: Makes lead ids.
        now: The instant.
        today: Its civil day in the policy's zone.
        tokens: Of identifiers.
        leads: What `SELECT_LEADS` found, whether or not its day has passed.
        sources: What `SELECT_SOURCES` found of them.
        references: What `SELECT_REFERENCES` found of them.
    """

    def __init__(  # noqa: PLR0913 - a working set is what it holds
        self,
        *,
        policy: Policy,
        burn: BurnRing,
        new_id: NewId,
        now: datetime,
        today: date,
        tokens: Tokens,
        leads: Iterable[Row],
        sources: Iterable[Row],
        references: Iterable[Row],
    ) -> None:
        self._policy = policy
        self._burn = burn
        self._new_id = new_id
        self._now = now
        self._today = today
        self._tokens = tokens
        self._leads: dict[bytes, LeadRow] = {}
        self._sources: dict[bytes, dict[SourceName, _SourceRow]] = {}
        self._new: dict[bytes, LeadRow] = {}
        self._updated: dict[bytes, LeadRow] = {}
        self._replaced: list[bytes] = []
        self._personal: dict[bytes, LeadRow] = {}
        self._unreadable: dict[bytes, tuple[datetime | None, bool]] = {}
        self._referred = {(bytes(lead_id), bytes(token)) for lead_id, token in references}
        self._crm_references: dict[tuple[bytes, bytes], Row] = {}
        self._changes: list[Row] = []
        for values in leads:
            row = dict(zip(LEAD_COLUMNS, values, strict=True))
            self._leads[bytes(row["key_token"])] = row
            if row["expire_date"] >= self._today:
                self._open(row)
        for lead_id, source, record_token, first, obtained, bits in sources:
            rows = self._sources.setdefault(bytes(lead_id), {})
            rows[SourceName(source)] = _SourceRow(record_token, first, obtained, from_bits(bits))

    def by_key(self, key: bytes) -> LeadRow | None:
        """Return the lead of a key, whether or not its day has passed."""
        return self._leads.get(key)

    def of(self, candidate: Candidate) -> LeadRow | None:
        """Return the lead that a candidate is about."""
        return self._leads.get(self._tokens[candidate.key]) if candidate.key is not None else None

    def held(self, row: LeadRow) -> HeldLead | None:
        """Say what the gate must know of a lead; None if its day has passed."""
        if row["expire_date"] < self._today:
            return None
        sources = self._sources.get(bytes(row["lead_id"]), {})
        return HeldLead(
            first_obtained_date=row["first_obtained_date"],
            expire_date=row["expire_date"],
            country_code=row["country_code"],
            suppliers={field: source for source, supplied in sources.items() for field in supplied.fields},
            obtained_times={source: supplied.obtained_time for source, supplied in sources.items()},
            pinned=from_bits(row["pinned_fields"]),
            readable=row["fields"] is not None,
        )

    def keep(self, candidate: Candidate, decision: Decision) -> LeadRow:
        """Note what a decision makes of a lead, and return it."""
        updated = decision.outcome is Outcome.UPDATED
        row = self._update(candidate, decision) if updated else self._insert(candidate, decision)
        lead_id: bytes = row["lead_id"]
        self._supply(lead_id, candidate, decision)
        self._changes.append((lead_id, "upsert", decision.outcome.lower(), self._now))
        self.refer(row, candidate.intake)
        return row

    def refer(self, row: LeadRow, intake: Intake) -> bool:
        """Note the CRM record that a lead is, if the caller names one; say whether that is new."""
        record, identifier = intake.crm_record, intake.crm_identifier
        if record is None or identifier is None:
            return False
        key = bytes(row["lead_id"]), self._tokens[identifier]
        is_new = key not in self._referred
        self._referred.add(key)
        self._crm_references[key] = (*key, record.recipient, record.object, record.record_id)
        return is_new

    def suppress(self, row: LeadRow, erase_time: datetime | None, *, until_named: bool = False) -> bytes:
        """Make a lead unreadable, and tell the recipients to stop.

        Args:
            row: The lead.
            erase_time: When it becomes due for erasure; None if it is only withheld.
            until_named: An answer that names somebody makes it readable again.

        Returns:
            Its id.
        """
        lead_id = bytes(row["lead_id"])
        if row["suppressed_time"] is None:
            row["suppressed_time"] = self._now
            self._changes.append((lead_id, "stop", "objection", self._now))
        row["erase_time"], row["until_named"] = erase_time, until_named
        self._unreadable[lead_id] = erase_time, until_named
        return lead_id

    def make_personal(self, row: LeadRow) -> Iterable[SourceName]:
        """Give a company's lead what is owed to a person, since the company turns out to be one (R-013).

        Returns:
            Which sources supplied it; none if it was a person's already.
        """
        if row["personal"]:
            return ()
        row["personal"] = True
        row["notice_due_date"] = retention.notice_due_date(row["first_obtained_date"])
        self._personal[bytes(row["lead_id"])] = row
        return self._sources[bytes(row["lead_id"])]

    def begin_earlier(self, row: LeadRow, start: date) -> None:
        """Move a lead's clock back, unless it is over, or may not or cannot be changed."""
        last_day = row["expire_date"]
        if row["first_obtained_date"] <= start or last_day < self._today:
            return
        if not row["personal"] or row["fields"] is None or row["restricted_time"] is not None:
            return
        row["first_obtained_date"] = start
        row["expire_date"] = retention.shortened(last_day, start, row["country_code"], self._policy, self._today)
        row["notice_due_date"] = _earlier(row["notice_due_date"], retention.notice_due_date(start))
        self._touch(row)
        if row["suppressed_time"] is None:
            self.changed(row)

    def changed(self, row: LeadRow) -> None:
        """Tell the recipients that something about a lead is new."""
        self._changes.append((bytes(row["lead_id"]), "upsert", "updated", self._now))

    def make_room(self) -> Work[None]:
        """Delete the lapsed leads whose keys new ones take over, and note who is a person; then come `writes`."""
        if self._replaced:
            yield DELETE_LEADS(lead_ids=self._replaced)
        if self._personal:
            yield MAKE_PERSONAL([(lead_id, True, row["notice_due_date"]) for lead_id, row in self._personal.items()])

    def writes(self) -> Iterator[Step]:
        """Return what stores all of it, each table's rows at once."""
        self._burn.prepare({row["expire_date"] for row in (*self._new.values(), *self._updated.values())})
        if self._new:
            yield INSERT_LEADS([_lead_values(self._sealed(row)) for row in self._new.values()])
            yield INSERT_SOURCES([row for lead_id in self._new for row in self._source_rows(lead_id)])
        if self._updated:
            yield UPDATE_LEADS([_lead_values(self._sealed(row)) for row in self._updated.values()])
            yield REPLACE_SOURCES([row for lead_id in self._updated for row in self._source_rows(lead_id)])
        if self._crm_references:
            yield REPLACE_CRM_REFERENCES(list(self._crm_references.values()))
        # Those of them that are not written whole anyway; some cannot be, since their content cannot be opened.
        written = self._new.keys() | self._updated.keys()
        left = {lead_id: how for lead_id, how in self._unreadable.items() if lead_id not in written}
        for erase_time, until_named in set(left.values()):
            lead_ids = [lead_id for lead_id, how in left.items() if how == (erase_time, until_named)]
            yield SUPPRESS_LEADS(lead_ids=lead_ids, now=self._now, erase_time=erase_time, until_named=until_named)
        if self._changes:
            yield INSERT_CHANGES(self._changes)

    def _open(self, row: LeadRow) -> None:
        """Open a row's content; where that fails, the gate refuses what would change this lead, and nothing else."""
        try:
            row["fields"] = open_fields(self._burn, row)
            if row["phone_withheld"]:
                row["withheld"] = open_fields(self._burn, {**row, "phone_withheld": False})
        except (ContentKeyGone, ContentDamaged):
            row["fields"] = None

    def _insert(self, candidate: Candidate, decision: Decision) -> LeadRow:
        key = self._key_token(candidate)
        lapsed = self._leads.get(key)
        if lapsed is not None:
            self._replaced.append(bytes(lapsed["lead_id"]))
            self._changes.append((bytes(lapsed["lead_id"]), "remove", "expired", self._now))
        row: LeadRow = {
            "lead_id": self._new_id().bytes,
            "key_token": key,
            "relationship": "lead",
            "pinned_fields": 0,
            "lawful_basis": LAWFUL_BASIS,
            "first_obtained_date": decision.first_obtained_date,
            "expire_date": decision.expire_date,
            "notice_due_date": decision.notice_due_date,
            "restricted_time": None,
            "suppressed_time": None,
            "erase_time": None,
            "until_named": False,
            "phone_withheld": False,
            "fields": decision.fields,
            **self._said(candidate),
        }
        self._leads[key] = self._new[row["lead_id"]] = row
        return row

    def _update(self, candidate: Candidate, decision: Decision) -> LeadRow:
        row = self._leads[self._key_token(candidate)]
        row["fields"] = updates.merged(row["fields"], decision)
        known = {
            # What one answer showed, a shorter one does not undo.
            "personal": row["personal"] or candidate.personal,
            "notice_due_date": _earlier(row["notice_due_date"], decision.notice_due_date),
            "first_obtained_date": decision.first_obtained_date,
            "expire_date": decision.expire_date,
            "approximate": updates.approximate(row["approximate"], row["fields"], candidate, decision),
            "suppressed_time": None,  # who was withheld as a business, and is named now, speaks for herself
            "until_named": False,
        }
        row.update({name: value for name, value in self._said(candidate).items() if value is not None})
        row.update(known)
        self._touch(row)
        return row

    def _said(self, candidate: Candidate) -> LeadRow:
        """Return the columns that every decision writes anew."""
        assessment = self._policy.assessment
        return {
            "personal": candidate.personal,
            "approximate": candidate.approximate,
            "origin": candidate.intake.origin,
            "country_code": candidate.intake.country_code,
            "legal_form": candidate.intake.legal_form,
            "purposes": " ".join(sorted(assessment.coverage.purposes)),
            "assessment_version": str(assessment.version),
            "policy_version": self._policy.version,
        }

    def _sealed(self, row: LeadRow) -> LeadRow:
        fields: LeadFields = row["fields"]
        row["phone_withheld"] = row["phone_withheld"] and fields.phone_number is None
        if row["phone_withheld"]:  # it rests sealed: should the objection have been a slip, it comes back
            held: LeadFields = row["withheld"]
            fields = replace(fields, phone_number=held.phone_number, phone_kind=held.phone_kind)
        row["sealed"] = seal(self._burn, bytes(row["lead_id"]), row["expire_date"], fields)
        row.update(content_columns(fields))
        return row

    def _supply(self, lead_id: bytes, candidate: Candidate, decision: Decision) -> None:
        """Note which fields this source supplies now; what it supplies, no other does."""
        rows = self._sources.setdefault(lead_id, {})
        kept = frozenset(decision.kept)
        for supplied in rows.values():
            supplied.fields -= kept
        known = rows.get(candidate.source)
        # The id of an approximate match may be somebody else's.
        record = None if candidate.approximate else candidate.record
        record_token = self._tokens[record or candidate.intake.lookup_key]
        if known is None:
            first = self._day(candidate.obtained_time)
            rows[candidate.source] = _SourceRow(record_token, first, candidate.obtained_time, kept)
        else:
            known.fields |= kept
            known.first_obtained_date = min(known.first_obtained_date, self._day(candidate.obtained_time))
            if candidate.obtained_time >= known.obtained_time:
                known.record_token, known.obtained_time = record_token, candidate.obtained_time

    def _touch(self, row: LeadRow) -> None:
        lead_id = bytes(row["lead_id"])
        if lead_id not in self._new:
            self._updated[lead_id] = row

    def _source_rows(self, lead_id: bytes) -> list[Row]:
        return [
            (lead_id, source, row.record_token, row.first_obtained_date, row.obtained_time, to_bits(row.fields))
            for source, row in self._sources[lead_id].items()
        ]

    def _key_token(self, candidate: Candidate) -> bytes:
        if candidate.key is None:
            raise ValueError("a candidate without a key is never stored")
        return self._tokens[candidate.key]

    def _day(self, instant: datetime) -> date:
        return today_in(self._policy.retention.zone_info, instant)


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)
