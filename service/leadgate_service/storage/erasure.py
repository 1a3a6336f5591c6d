"""Erasure of what an objection made unreadable, once its time has come (GDPR Art. 17(1)(c); R-018, R-053)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from leadgate_service.audit import Entry
from leadgate_service.keep_ring import KeepRing
from leadgate_service.storage import tables
from leadgate_service.storage.changes import INSERT_CHANGES
from leadgate_service.storage.journal import Record
from leadgate_service.storage.lead_book import DELETE_LEADS
from leadgate_service.storage.policy import SELECT_POLICY_VERSION
from leadgate_service.storage.work import Statement, Work, together

ERASED = "erased_after_objection"
"""The act of the audit entry when unreadable content was erased."""

MOST_ERASED = 500
"""How many leads one transaction erases, so that none holds the latch for long."""

SELECT_DUE = Statement(
    sa.select(tables.leads.c.lead_id)
    .where(tables.leads.c.erase_time <= sa.bindparam("now"))
    .order_by(tables.leads.c.erase_time)
    .limit(MOST_ERASED)
    .with_for_update(skip_locked=True),
)


@dataclass(frozen=True, slots=True)
class Erasure:
    """The unit of work of erasure.

    Attributes:
        keep: Makes the tokens by which evidence names a lead.
    """

    keep: KeepRing

    def erase_due(self, now: datetime, record: Record) -> Work[int]:
        """Erase leads that are due, and tell the recipients. See `Store.erase_due`; runs with the latch closed."""
        found, versions = yield together(SELECT_DUE(now=now), SELECT_POLICY_VERSION())
        due = [bytes(lead_id) for (lead_id,) in found]
        if due:
            yield DELETE_LEADS(lead_ids=due)
            yield INSERT_CHANGES([(lead_id, "remove", "objection", now) for lead_id in due])
            record(
                Entry(
                    time=now,
                    principal="leadgate",
                    action=ERASED,
                    purpose=None,
                    outcome="OK",
                    count=len(due),
                    detail="",
                    policy_version=versions[0][0] or 0,
                    tokens=b"".join(self.keep.evidence_token("lead", lead_id) for lead_id in due),
                ),
            )
        return len(due)
