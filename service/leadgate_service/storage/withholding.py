"""What the suppression list makes unreadable: what an objection reaches, and what a refused answer shows (R-018).

An identifier that stands for one person suppresses whoever has it: unreadable at once, and erased in time. What people
share does less (R-031): at the domain of an address only a business that is a person is withheld, and not erased; of
whoever shares a direct line, the number alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from leadgate_service.domain.fields import PhoneKind
from leadgate_service.domain.identity import NAME_KINDS, STRONG_KINDS, TRADER_KINDS, TokenKind
from leadgate_service.storage import tables
from leadgate_service.storage.aliases import SELECT_BY_KEY, SELECT_BY_TOKEN
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
    sa.select(_leads.lead_id).where(
        one_of(_leads.key_token, "keys") | one_of(_leads.lead_id, "lead_ids"), _leads.suppressed_time.is_not(None)
    ),
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
RELEASE_LEADS = Statement(
    sa.update(tables.leads).where(one_of(_leads.lead_id, "lead_ids")).values(suppressed_time=sa.null()),
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


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom identifiers on the list reach, as keys of leads.

    Attributes:
        suppressed: Whoever has what stands for one person: unreadable, and due for erasure.
        withheld: Who may be meant: unreadable, and not erased.
        lines: Who shares a direct line and is not suppressed, though perhaps withheld: the number is withheld.
    """

    suppressed: frozenset[bytes]
    withheld: frozenset[bytes]
    lines: frozenset[bytes]


def reach(listed: Sequence[Suppression], keys: Iterable[bytes] = (), *, homonyms: bool = False) -> Work[Reach]:
    """Find whom identifiers reach. Nothing of whom is found here is put on the list: that would be a link upon a link.

    Args:
        listed: What is put on the list.
        keys: Of the person who objects, as far as they are known already.
        homonyms: A name at a company reaches whoever has it, since nothing tells whose it is (R-031).
    """
    tokens = defaultdict[TokenKind, list[bytes]](list)
    for one in listed:
        tokens[one.kind].append(one.token)
    owners = defaultdict[TokenKind, set[bytes]](set)
    for alias in aliases_of((yield SELECT_BY_TOKEN(tokens=[one.token for one in listed]))):
        owners[alias.kind].add(alias.key_token)
    suppressed = {*keys, *(key for kind in STRONG_KINDS for key in (*tokens[kind], *owners[kind]))}
    businesses = yield from _businesses({key for kind in TRADER_KINDS for key in owners[kind]})
    withheld = businesses | owners[TokenKind.NAME_AT_DOMAIN] if homonyms else businesses
    lines = owners[TokenKind.PHONE_E164] - suppressed
    return Reach(frozenset(suppressed), frozenset(withheld - suppressed), frozenset(lines))


def withhold(listed: Sequence[Suppression], whom: Reach, now: datetime, erase_time: datetime) -> Work[list[bytes]]:
    """Make unreadable what is reached, and tell the recipients.

    Args:
        listed: What was put on the list.
        whom: Whom it reaches.
        now: Since when.
        erase_time: When the person's own content becomes due for erasure.

    Returns:
        The ids of the leads that became unreadable.
    """
    suppressed = yield from _suppress(whom.suppressed, now, erase_time)
    withheld = yield from _suppress(whom.withheld, now, None)
    yield from _withhold_lines(whom.lines, now)
    records = [one.token for one in listed if one.kind is TokenKind.CRM_RECORD]
    if records:
        # A company is no person's record: it stays, and is no longer found, or written, under the objector's.
        yield DETACH_RECORDS(tokens=records)
    return [*suppressed, *withheld]


def release(names: Sequence[bytes], now: datetime) -> Work[None]:
    """Make readable again who was withheld for a name alone, now that it is known for certain whose it is (R-031)."""
    named = {alias.key_token for alias in aliases_of((yield SELECT_BY_TOKEN(tokens=names)))}
    matched = yield SELECT_MATCHED(keys=list(named))
    lead_ids = [bytes(lead_id) for lead_id, since, erased in matched if since is not None and erased is None]
    if lead_ids:
        yield RELEASE_LEADS(lead_ids=lead_ids)
        yield INSERT_CHANGES([(lead_id, "upsert", "objection", now) for lead_id in lead_ids])


def _businesses(at_domain: set[bytes]) -> Work[set[bytes]]:
    """Return, of the keys that are known at the objector's domain, the businesses.

    Whoever is known by name there is somebody else, and speaks for himself (R-031).
    """
    if not at_domain:
        return at_domain
    theirs = aliases_of((yield SELECT_BY_KEY(keys=list(at_domain))))
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


def _withhold_lines(keys: Iterable[bytes], now: datetime) -> Work[None]:
    """Withhold the direct line of those who share it with somebody who objected."""
    if not keys:
        return
    matched: Sequence[Row] = yield SELECT_LINES(keys=list(keys))
    if matched:
        yield WITHHOLD_LINES(lead_ids=[bytes(lead_id) for lead_id, _ in matched])
    readable = [bytes(lead_id) for lead_id, since in matched if since is None]
    if readable:
        yield INSERT_CHANGES([(lead_id, "upsert", "objection", now) for lead_id in readable])
