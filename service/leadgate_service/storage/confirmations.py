"""When what waiting companies' objections reach is erased: as soon as others' objections have confirmed all of it."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from leadgate_service.keep_ring import KeepRing
from leadgate_service.storage import tables
from leadgate_service.storage.parties import Party
from leadgate_service.storage.suppressions import SELECT_SUPPRESSIONS, ListScope, read
from leadgate_service.storage.work import Statement, Work

_objections = tables.objections.c

SELECT_CONFIRMED = Statement(
    sa.select(_objections.objection_id, _objections.erase_time).where(
        tables.OF_COMPANY, _objections.erase_time.is_not(None)
    ),
)


def confirmed_times(keep: KeepRing, waiting: Sequence[Party]) -> Work[list[datetime | None]]:
    """Say when the content is due for erasure that waits for the word of a privacy officer.

    An objection that confirms another is not noted with it: so an annulment takes that back, too.

    Args:
        keep: Makes the groups by which objections are found on the list.
        waiting: Companies whose objections confirm nothing themselves.

    Returns:
        Of each the time by which all its domains are due; None while any of them waits.
    """
    tokens = list({one.token for party in waiting for one in party.suppressions})
    rows = (yield SELECT_SUPPRESSIONS(tokens=tokens)) if tokens else []
    confirming = [one for one in read(rows) if one.scope is ListScope.COMPANY]
    if not confirming:
        return [None] * len(waiting)
    times = {keep.group_id(bytes(objection_id)): time for objection_id, time in (yield SELECT_CONFIRMED())}
    due: dict[bytes, datetime] = {}
    for one in confirming:
        if one.group_id in times:  # the earliest counts: what is due already stays so
            due[one.token] = min(times[one.group_id], due.get(one.token, times[one.group_id]))
    return [_last([due.get(one.token) for one in party.suppressions]) for party in waiting]


def _last(times: Sequence[datetime | None]) -> datetime | None:
    known = [time for time in times if time is not None]
    return max(known) if len(known) == len(times) else None
