"""What the suppression list still asks for, once something has left it or more is known: the rest is readable again."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from leadgate_service.domain.identity import NAME_KINDS, STRONG_KINDS, TRADER_KINDS, TokenKind
from leadgate_service.storage import tables
from leadgate_service.storage.aliases import SELECT_BY_KEY, Alias, by_key
from leadgate_service.storage.changes import INSERT_CHANGES
from leadgate_service.storage.suppressions import (
    SELECT_SUPPRESSIONS,
    ListScope,
    Suppression,
    SuppressionList,
    gives_name,
    read,
)
from leadgate_service.storage.work import Row, Statement, Work, one_of

_leads = tables.leads.c

SELECT_UNREADABLE = Statement(
    sa.select(
        _leads.lead_id,
        _leads.key_token,
        _leads.personal,
        _leads.suppressed_time,
        _leads.phone_withheld,
        _leads.erase_time,
    )
    .where(one_of(_leads.key_token, "keys"), _leads.suppressed_time.is_not(None) | _leads.phone_withheld)
    .with_for_update(),
)
RELEASE_LEADS = Statement(
    sa.update(tables.leads)
    .where(one_of(_leads.lead_id, "lead_ids"))
    .values(suppressed_time=sa.null(), erase_time=sa.null(), until_named=sa.false()),
)
KEEP_WITHHELD = Statement(
    sa.update(tables.leads)
    .where(one_of(_leads.lead_id, "lead_ids"))
    .values(erase_time=sa.null(), until_named=sa.bindparam("until_named")),
)
RELEASE_LINES = Statement(
    sa.update(tables.leads).where(one_of(_leads.lead_id, "lead_ids")).values(phone_withheld=sa.false()),
)

_ERASE_TIME = -1  # the last of the columns
_ERASING = STRONG_KINDS | {TokenKind.DOMAIN, TokenKind.COMPANY_KEY}
"""What makes its owner's content due for erasure: what stands for one person, and a company's own word."""


@dataclass(frozen=True, slots=True)
class _Demand:
    """What the list asks for of one lead: the first that is true.

    Attributes:
        erased: Unreadable, and due for erasure.
        kept: Unreadable, whatever comes.
        business: Unreadable until somebody is named.
        line: Without its direct line, besides.
    """

    erased: bool
    kept: bool
    business: bool
    line: bool


def review(keys: AbstractSet[bytes], now: datetime, reason: str, *, due: bool) -> Work[int]:
    """Make readable what nothing on the list keeps unreadable any more, and tell the recipients.

    Args:
        keys: Of leads.
        now: When.
        reason: Why, for the recipients.
        due: Look at what is due for erasure, too: else that stays so, whatever the list says.

    Returns:
        How many leads are readable again.
    """
    rows: Sequence[Row] = (yield SELECT_UNREADABLE(keys=list(keys))) if keys else []
    rows = [row for row in rows if due or row[_ERASE_TIME] is None]
    if not rows:
        return 0
    aliases = by_key((yield SELECT_BY_KEY(keys=[bytes(row[1]) for row in rows])))
    tokens = {alias.token for known in aliases.values() for alias in known} | {bytes(row[1]) for row in rows}
    listed = SuppressionList((yield SELECT_SUPPRESSIONS(tokens=list(tokens))))
    of_nobody = _of_nobody(one for token in tokens for one in listed.of(token))
    released, named, businesses, lines = list[bytes](), list[bytes](), list[bytes](), list[bytes]()
    unreadable = {bytes(lead_id) for lead_id, _, _, since, _, _ in rows if since is not None}
    for lead_id, key, personal, since, line_withheld, _ in rows:
        demand = _demand(bytes(key), aliases[bytes(key)], listed, of_nobody, personal=personal)
        if since is not None and not demand.erased:
            (named if demand.kept else businesses if demand.business else released).append(bytes(lead_id))
        if line_withheld and not demand.line:
            lines.append(bytes(lead_id))
    if released:
        yield RELEASE_LEADS(lead_ids=released)
    for kept, until_named in ((named, False), (businesses, True)):
        if kept:
            yield KEEP_WITHHELD(lead_ids=kept, until_named=until_named)
    if lines:
        yield RELEASE_LINES(lead_ids=lines)
    if told := {*released, *lines} - (unreadable - set(released)):
        yield INSERT_CHANGES([(lead_id, "upsert", reason, now) for lead_id in sorted(told)])
    return len(released)


def names_of_nobody(names: Iterable[bytes]) -> Work[frozenset[bytes]]:
    """Return those names at companies that somebody objected by, and of which no objection tells whose they are."""
    tokens = list(names)
    return _of_nobody(read((yield SELECT_SUPPRESSIONS(tokens=tokens)) if tokens else []))


def _demand(
    key: bytes,
    aliases: Sequence[Alias],
    listed: SuppressionList,
    of_nobody: AbstractSet[bytes],
    *,
    personal: bool,
) -> _Demand:
    hits = [one for token in (key, *(alias.token for alias in aliases)) for one in listed.of(token)]
    kinds = {one.kind for one in hits}
    due = {one.kind for one in hits if one.scope is not ListScope.UNCONFIRMED}
    nameless = not any(alias.kind in NAME_KINDS for alias in aliases)
    return _Demand(
        erased=not due.isdisjoint(_ERASING if personal else {TokenKind.DOMAIN}),
        kept=not kinds.isdisjoint(_ERASING) or any(one.token in of_nobody for one in hits),
        business=nameless and not kinds.isdisjoint(TRADER_KINDS),
        line=TokenKind.PHONE_E164 in kinds,
    )


def _of_nobody(listed: Iterable[Suppression]) -> frozenset[bytes]:
    """Tell the names at companies of nobody from those of which an objection tells whose they are (R-031).

    That does the objection of somebody who gave the name, and beside it what stands for one person who was known here:
    else whoever is held under the name may well be meant.
    """
    given = [one for one in listed if gives_name(one)]
    told = frozenset(one.token for one in given if one.scope is not ListScope.NAMESAKES)
    return frozenset(one.token for one in given) - told
