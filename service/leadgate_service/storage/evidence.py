"""Units of work that read the evidence of objections, and how far they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from leadgate_service.domain.objector import Basis, ContactScope, ObjectionPurpose
from leadgate_service.keep_ring import KeepRing
from leadgate_service.records import AnnulmentReason, ObjectionFilter, ObjectionRecord, ObjectionState, Registered
from leadgate_service.storage import tables
from leadgate_service.storage.confirmations import confirmed_times
from leadgate_service.storage.parties import of_groups
from leadgate_service.storage.withholding import reach
from leadgate_service.storage.work import Row, Statement, Work, one_of

_leads = tables.leads.c
_objections = tables.objections.c
SELECT_OBJECTION = Statement(
    sa.select(*tables.objections.columns).where(one_of(_objections.objection_id, "objection_ids")),
)
_FILTERS = ((), ("reference",), ("import_id",), ("reference", "import_id"))
SELECT_OBJECTIONS = {
    frozenset(filters): Statement(
        sa.select(*tables.objections.columns)
        .where(
            _objections.objection_id < sa.bindparam("before", type_=_objections.objection_id.type),
            *(_objections[name] == sa.bindparam(name) for name in filters),
        )
        .order_by(_objections.objection_id.desc())
        .limit(sa.bindparam("most", type_=sa.Integer)),
    )
    for filters in _FILTERS
}
SELECT_REMAINING = Statement(
    sa.select(_leads.key_token, _leads.erase_time).where(
        one_of(_leads.key_token, "keys"), _leads.suppressed_time.is_not(None)
    ),
)

_LATEST = b"\xff" * 16
_NAMES = tuple(column.name for column in tables.objections.columns)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The units of work of evidence.

    Attributes:
        keep: Makes the groups by which an objection's identifiers are found on the list.
    """

    keep: KeepRing

    def one(self, objection_id: bytes) -> Work[ObjectionRecord | None]:
        """Read one objection. See `Store.objection`."""
        found = yield from self._records((yield SELECT_OBJECTION(objection_ids=[objection_id])))
        return found[0] if found else None

    def page(self, wanted: ObjectionFilter, before: bytes | None, most: int) -> Work[list[ObjectionRecord]]:
        """List objections. See `Store.objections`."""
        values = {"reference": wanted.reference, "import_id": wanted.import_id}
        values = {name: value for name, value in values.items() if value is not None}
        rows = yield SELECT_OBJECTIONS[frozenset(values)](**values, before=before or _LATEST, most=most)
        return (yield from self._records(rows))

    def _records(self, rows: Sequence[Row]) -> Work[list[ObjectionRecord]]:
        found = [dict(zip(_NAMES, row, strict=True)) for row in rows]
        groups = [self.keep.group_id(bytes(one["objection_id"])) for one in found]
        listed = yield from of_groups(groups)
        whom = dict(zip(listed, (yield from reach(list(listed.values()))), strict=True))
        keys = {group: one.suppressed | one.withheld for group, one in whom.items()}
        wanted = list(frozenset[bytes]().union(*keys.values()))
        waiting = [
            group for one, group in zip(found, groups, strict=True) if group in listed and _awaits_confirmation(one)
        ]
        times = yield from confirmed_times(self.keep, [listed[group] for group in waiting])
        confirmed = dict(zip(waiting, times, strict=True))
        remaining = {bytes(key): erase_time for key, erase_time in (yield SELECT_REMAINING(keys=wanted))}
        return [
            _record(
                {**one, "erase_time": confirmed.get(group, one["erase_time"])},
                [remaining[key] for key in keys.get(group, ()) if key in remaining],
                is_listed=group in listed,
            )
            for one, group in zip(found, groups, strict=True)
        ]


def _record(row: Mapping[str, Any], remaining: Sequence[datetime | None], *, is_listed: bool) -> ObjectionRecord:
    """Put an objection together from its row and from what it reaches still."""
    reason, purpose = row["annulment_reason"], row["purpose"]
    return ObjectionRecord(
        registered=Registered(
            objection_id=bytes(row["objection_id"]),
            effective_time=row["effective_time"],
            erase_time=row["erase_time"],
            matched_leads=row["matched_leads"],
            received_time=row["received_time"],
            identifiers=row["identifiers"],
            linked_identifiers=row["linked_identifiers"],
        ),
        state=_state(row, remaining, is_listed=is_listed),
        basis=Basis(row["scope"]),
        channel=row["channel"],
        contact_scope=ContactScope(row["contact_scope"]),
        purpose=ObjectionPurpose(purpose) if purpose else None,
        reference=row["reference"],
        import_id=row["import_id"],
        registered_by=row["registered_by"],
        remaining_leads=len(remaining),
        annulment_reason=AnnulmentReason(reason) if reason else None,
        annulment_proposed_by=row["annulment_proposed_by"],
    )


def _awaits_confirmation(row: Mapping[str, Any]) -> bool:
    """Whether an objection did not say itself when content is erased, and another one may have said so since."""
    return row["scope"] == Basis.COMPANY and row["erase_time"] is None


def _state(row: Mapping[str, Any], remaining: Sequence[datetime | None], *, is_listed: bool) -> ObjectionState:
    if row["annulled_by"] is not None:
        return ObjectionState.ANNULLED
    if not is_listed:
        return ObjectionState.LIFTED
    if row["annulment_proposed_by"] is not None:
        return ObjectionState.ANNULMENT_PROPOSED
    if not remaining:
        return ObjectionState.ERASED
    # One of a company's people may have objected, too: that confirms nothing for the others.
    if _awaits_confirmation(row) and None in remaining:
        return ObjectionState.AWAITING_CONFIRMATION
    return ObjectionState.WITHHELD if set(remaining) == {None} else ObjectionState.UNREADABLE
