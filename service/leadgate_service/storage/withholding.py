"""What the suppression list makes unreadable: what an objection reaches, and what a refused answer shows (R-018).

An identifier that stands for one person suppresses whoever has it: unreadable at once, and erased in time. What people
share does less (R-031): at the domain of an address only a business that is a person is withheld, and not erased; of
whoever shares a direct line, the number alone.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from leadgate_service.domain.fields import PhoneKind
from leadgate_service.domain.identity import NAME_KINDS, STRONG_KINDS, TRADER_KINDS, TokenKind
from leadgate_service.storage import tables
from leadgate_service.storage.aliases import SELECT_BY_KEY, SELECT_BY_TOKEN, Alias
from leadgate_service.storage.aliases import read as aliases_of
from leadgate_service.storage.changes import INSERT_CHANGES
from leadgate_service.storage.suppressions import Suppression
from leadgate_service.storage.work import Row, Statement, Work, one_of

_leads = tables.leads.c
_references = tables.crm_references.c

SELECT_MATCHED = Statement(
    sa.select(_leads.lead_id, _leads.suppressed_time, _leads.erase_time)
    .where(_leads.personal, one_of(_leads.key_token, "keys"))
    .with_for_update(),
)
SELECT_UNREADABLE = Statement(
    sa.select(_leads.lead_id).where(one_of(_leads.key_token, "keys"), _leads.suppressed_time.is_not(None)),
)
SELECT_LINES = Statement(
    sa.select(_leads.lead_id, _leads.suppressed_time)
    .where(
        one_of(_leads.key_token, "keys"),
        _leads.phone_kind == PhoneKind.DIRECT.value,
        ~_leads.phone_withheld,
        _leads.erase_time.is_(None),
    )
    .with_for_update(),
)
SUPPRESS_LEADS = Statement(
    sa.update(tables.leads)
    .where(one_of(_leads.lead_id, "lead_ids"))
    .values(
        suppressed_time=sa.func.coalesce(_leads.suppressed_time, sa.bindparam("now", type_=tables.Instant())),
        erase_time=sa.bindparam("erase_time"),
    ),
)
WITHHOLD_LINES = Statement(
    sa.update(tables.leads).where(one_of(_leads.lead_id, "lead_ids")).values(phone_withheld=sa.true()),
)
DETACH_RECORDS = Statement(
    sa.delete(tables.crm_references).where(
        one_of(_references.record_token, "tokens"),
        sa.exists().where(_leads.lead_id == _references.lead_id, ~_leads.personal),
    ),
)


def withhold(
    listed: Sequence[Suppression],
    keys: Iterable[bytes],
    now: datetime,
    erase_time: datetime,
) -> Work[list[bytes]]:
    """Make unreadable whatever has an identifier that is on the list now; what is only withheld is not erased.

    Nothing of what is found here is put on the list: that would be a link upon a link.

    Args:
        listed: What was put on the list.
        keys: Of the person who objected, as far as they are known already.
        now: Since when.
        erase_time: When the person's own content becomes due for erasure.

    Returns:
        The ids of the leads that became unreadable.
    """
    owned = aliases_of((yield SELECT_BY_TOKEN(tokens=[one.token for one in listed])))
    strong = [one.token for one in listed if one.kind in STRONG_KINDS]
    owners = {*keys, *strong, *(alias.key_token for alias in owned if alias.kind in STRONG_KINDS)}
    businesses = yield from _businesses({alias.key_token for alias in owned if alias.kind in TRADER_KINDS})
    sharers = {alias.key_token for alias in owned if alias.kind is TokenKind.PHONE_E164}
    suppressed = yield from _suppress(owners, now, erase_time)
    withheld = yield from _suppress(businesses - owners, now, None)
    yield from _withhold_lines(sharers - owners, now)
    records = [one.token for one in listed if one.kind is TokenKind.CRM_RECORD]
    if records:
        # A company is no person's record: it stays, and is no longer found, or written, under the objector's.
        yield DETACH_RECORDS(tokens=records)
    return [*suppressed, *withheld]


def _businesses(at_domain: set[bytes]) -> Work[set[bytes]]:
    """Return, of the keys that are known at the objector's domain, the businesses.

    Whoever is known by name there is somebody else, and speaks for himself (R-031).
    """
    if not at_domain:
        return at_domain
    theirs: Sequence[Alias] = aliases_of((yield SELECT_BY_KEY(keys=list(at_domain))))
    return at_domain - {alias.key_token for alias in theirs if alias.kind in NAME_KINDS}


def _suppress(keys: Iterable[bytes], now: datetime, erase_time: datetime | None) -> Work[list[bytes]]:
    """Make the leads of some keys unreadable, and tell the recipients to stop; what was only withheld is now erased."""
    matched: Sequence[Row] = yield SELECT_MATCHED(keys=list(keys))
    readable = [bytes(lead_id) for lead_id, since, _ in matched if since is None]
    withheld = [bytes(lead_id) for lead_id, since, erased in matched if since is not None and erased is None]
    concerned = readable if erase_time is None else [*readable, *withheld]
    if concerned:
        yield SUPPRESS_LEADS(lead_ids=concerned, now=now, erase_time=erase_time)
    if readable:
        yield INSERT_CHANGES([(lead_id, "stop", "objection", now) for lead_id in readable])
    return readable


def _withhold_lines(keys: set[bytes], now: datetime) -> Work[None]:
    """Withhold the direct line of those who share it with somebody who objected."""
    if not keys:
        return
    matched: Sequence[Row] = yield SELECT_LINES(keys=list(keys))
    if matched:
        yield WITHHOLD_LINES(lead_ids=[bytes(lead_id) for lead_id, _ in matched])
    readable = [bytes(lead_id) for lead_id, since in matched if since is None]
    if readable:
        yield INSERT_CHANGES([(lead_id, "upsert", "objection", now) for lead_id in readable])
