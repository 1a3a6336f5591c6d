"""Units of work of access: who may call."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa

from leadgate_service.audit import Entry
from leadgate_service.records import AccessToken
from leadgate_service.storage import tables
from leadgate_service.storage.journal import Record
from leadgate_service.storage.work import Insert, Statement, Work

OPERATOR = "(operator)"
"""Whom the audit trail names for a command on the database: whoever has the machine. No principal can have the name."""

_tokens = tables.access_tokens.c

SELECT_PRINCIPAL = Statement(
    sa.select(_tokens.principal, _tokens.last_used_date).where(
        _tokens.token_hash == sa.bindparam("token_hash"),
        _tokens.expire_time > sa.bindparam("now"),
        _tokens.revoked_time.is_(None),
    ),
)
NOTE_USE = Statement(
    sa.update(tables.access_tokens)
    .where(_tokens.token_hash == sa.bindparam("hash_used"))
    .values(last_used_date=sa.bindparam("today")),
)
INSERT_TOKENS = Insert(
    tables.access_tokens,
    ("token_hash", "token_id", "principal", "issued_time", "expire_time", "last_used_date", "revoked_time"),
)
SELECT_TOKENS = Statement(
    sa.select(
        _tokens.token_id,
        _tokens.principal,
        _tokens.issued_time,
        _tokens.expire_time,
        _tokens.last_used_date,
        _tokens.revoked_time,
    ).order_by(_tokens.issued_time),
)
SELECT_TOKEN = Statement(sa.select(_tokens.revoked_time).where(_tokens.token_id == sa.bindparam("token_id")))
REVOKE_TOKEN = Statement(
    sa.update(tables.access_tokens)
    .where(_tokens.token_id == sa.bindparam("revoked_id"), _tokens.revoked_time.is_(None))
    .values(revoked_time=sa.bindparam("now")),
)


def principal_of(token_hash: bytes, now: datetime, today: date) -> Work[str | None]:
    """Read whom a token names, and note its use once a day."""
    rows = yield SELECT_PRINCIPAL(token_hash=token_hash, now=now)
    if not rows:
        return None
    principal, last_used_date = rows[0]
    if last_used_date != today:
        yield NOTE_USE(hash_used=token_hash, today=today)
    return str(principal)


def issue(token: AccessToken, token_hash: bytes, record: Record) -> Work[None]:
    """Keep a new token."""
    yield INSERT_TOKENS(
        [(token_hash, token.token_id, token.principal, token.issued_time, token.expire_time, None, None)],
    )
    record(_entry("token_issued", f"token={token.token_id} principal={token.principal}", token.issued_time))


def listed() -> Work[Sequence[AccessToken]]:
    """Read all tokens."""
    names = ("token_id", "principal", "issued_time", "expire_time", "last_used_date", "revoked_time")
    rows = yield SELECT_TOKENS()
    return [AccessToken(**dict(zip(names, row, strict=True))) for row in rows]


def revoke(token_id: str, now: datetime, record: Record) -> Work[bool]:
    """Revoke a token; one that is revoked already stays as it is."""
    rows = yield SELECT_TOKEN(token_id=token_id)
    if rows and rows[0][0] is None:
        yield REVOKE_TOKEN(revoked_id=token_id, now=now)
        record(_entry("token_revoked", f"token={token_id}", now))
    return bool(rows)


def _entry(action: str, detail: str, now: datetime) -> Entry:
    """Make the entry of a change that an operator makes on the database itself, under whichever policy."""
    return Entry(
        time=now,
        principal=OPERATOR,
        action=action,
        purpose=None,
        outcome="OK",
        count=1,
        detail=detail,
        policy_version=0,
        tokens=b"",
    )
