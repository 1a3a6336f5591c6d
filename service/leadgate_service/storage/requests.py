"""Idempotency: the same request, sent again, is answered with the same bytes and has no second effect (P9)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import sqlalchemy as sa

from leadgate_service.errors import Aborted, FailedPrecondition, LeadgateError
from leadgate_service.keep_ring import KeepRing
from leadgate_service.records import Caller
from leadgate_service.storage import tables
from leadgate_service.storage.work import Insert, Row, Statement, Step, Work, one_of

LIFE = timedelta(hours=72)
"""How long an answer is remembered."""

LEASE = timedelta(minutes=2)
"""How long a call that never ended, because its process died, keeps its request id."""

_requests = tables.requests.c

SELECT_REQUESTS = Statement(
    sa.select(
        _requests.principal,
        _requests.request_id,
        _requests.body_mac,
        _requests.response,
        _requests.claimed_time,
        _requests.delete_time,
    )
    .where(one_of(_requests.principal, "principals"), one_of(_requests.request_id, "request_ids"))
    .with_for_update(),
)
DELETE_REQUEST = Statement(
    sa.delete(tables.requests).where(
        _requests.principal == sa.bindparam("principal"),
        _requests.request_id == sa.bindparam("request_id"),
    ),
)
_COLUMNS = ("principal", "request_id", "body_mac", "response", "claimed_time", "delete_time")
INSERT_REQUESTS = Insert(tables.requests, _COLUMNS)
REPLACE_REQUESTS = Insert(tables.requests, _COLUMNS, conflict="replace")

Key: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of a request.

    Attributes:
        body_mac: Of the body that it came with.
        response: What was answered; None while the call is under way.
        claimed_time: When it began.
        delete_time: When it is forgotten.
    """

    body_mac: bytes
    response: bytes | None
    claimed_time: datetime
    delete_time: datetime


class RequestBook:
    """The requests of one transaction: what was known when it began, and what it adds.

    Args:
        keep: Makes the MACs of their bodies.
        now: The instant.
        rows: What `select_requests` found, which may be more than was asked for.
    """

    def __init__(self, keep: KeepRing, now: datetime, rows: Iterable[Row]) -> None:
        self._keep = keep
        self._now = now
        self._known = {(row[0], row[1]): Known(row[2], row[3], row[4], row[5]) for row in rows}
        self._stored = frozenset(self._known)
        self._touched: dict[Key, None] = {}

    def earlier(self, caller: Caller, *, claimed: bool = False) -> bytes | LeadgateError | None:
        """Return what this request was answered, or the error it must get, or None if it is new.

        Args:
            caller: Who sends which request.
            claimed: The claim that may be found is this call's own.
        """
        known = self._known.get(_key(caller))
        if known is None or known.delete_time <= self._now:
            return None
        if known.body_mac != self._mac(caller):
            return FailedPrecondition(
                "REQUEST_ID_REUSED",
                "This request id was used before with another body: use a new id for a new request.",
                field="request_id",
            )
        if known.response is not None or claimed:
            return known.response
        if known.claimed_time + LEASE <= self._now:
            return None
        return Aborted("REQUEST_IN_PROGRESS", "A call with this request id is under way: send it again in a moment.")

    def remember(self, caller: Caller, response: bytes | None) -> None:
        """Note an answer, or with None a claim."""
        key = _key(caller)
        self._known[key] = Known(self._mac(caller), response, self._now, self._now + LIFE)
        self._touched[key] = None

    def writes(self) -> list[Step]:
        """Return what stores what was noted; a new id that another process stored makes the transaction start over."""
        new = [self._row(key) for key in self._touched if key not in self._stored]
        old = [self._row(key) for key in self._touched if key in self._stored]
        return [insert(rows) for insert, rows in ((INSERT_REQUESTS, new), (REPLACE_REQUESTS, old)) if rows]

    def _mac(self, caller: Caller) -> bytes:
        """Tell requests apart by method and body: the same bytes may be a request of another method, too."""
        return self._keep.body_mac(caller.action.encode() + b"\0" + caller.body)

    def _row(self, key: Key) -> Row:
        known = self._known[key]
        return (*key, known.body_mac, known.response, known.claimed_time, known.delete_time)


def select_requests(callers: Iterable[Caller]) -> Step:
    """Read what is known of the callers' requests, and hold those rows."""
    keys = {_key(caller) for caller in callers}
    return SELECT_REQUESTS(
        principals=list({principal for principal, _ in keys}),
        request_ids=[request_id for _, request_id in keys],
    )


def open_book(callers: Iterable[Caller], keep: KeepRing, now: datetime) -> Work[RequestBook]:
    """Open the book of a transaction that needs nothing else to begin with."""
    return RequestBook(keep, now, (yield select_requests(callers)))


def release(caller: Caller) -> Work[None]:
    """Forget a claim, so that the same request may be sent again."""
    yield DELETE_REQUEST(principal=caller.principal, request_id=caller.request_id)


def _key(caller: Caller) -> Key:
    return caller.principal, caller.request_id
