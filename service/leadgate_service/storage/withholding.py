"""What the suppression list makes unreadable: what an objection reaches, and what a refused answer shows (R-018).

An identifier that stands for one person suppresses whoever has it: unreadable at once, and erased in time. What people
share does less (R-031): at the domain of an address only a business that is a person is withheld, and not erased; of
whoever shares a direct line, the number alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from leadgate_service.domain.fields import PhoneKind
from leadgate_service.domain.identity import NAME_KINDS, STRONG_KINDS, TRADER_KINDS, TokenKind
from leadgate_service.storage import tables
from leadgate_service.storage.aliases import SELECT_BY_KEY, SELECT_BY_TOKEN, Alias, by_token, read
from leadgate_service.storage.changes import INSERT_CHANGES
from leadgate_service.storage.parties import Party
from leadgate_service.storage.work import Row, Statement, Work, one_of

_leads = tables.leads.c
_references = tables.crm_references.c

SELECT_MATCHED = Statement(
    sa.select(_leads.lead_id, _leads.key_token, _leads.personal, _leads.suppressed_time, _leads.erase_time)
    .where(one_of(_leads.key_token, "keys"))
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
    )
    .with_for_update(),
)
SUPPRESS_LEADS = Statement(
    sa.update(tables.leads)
    .where(one_of(_leads.lead_id, "lead_ids"))
    .values(
        suppressed_time=sa.func.coalesce(_leads.suppressed_time, sa.bindparam("now", type_=tables.Instant())),
        erase_time=sa.bindparam("erase_time"),
        until_named=sa.bindparam("until_named"),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whom a party's identifiers reach, as keys of leads.

    Attributes:
        suppressed: Whoever has what stands for one person: unreadable, and due for erasure.
        named: Who has a name that nobody else is known by here: unreadable, and not erased.
        businesses: Businesses that may be meant: unreadable until somebody is named, and not erased.
        lines: Who shares a direct line and is not suppressed, though perhaps withheld: the number is withheld.
        records: The tokens of CRM records that are listed.
        of_company: A company is meant, and not only who works there.
    """

    suppressed: frozenset[bytes]
    named: frozenset[bytes]
    businesses: frozenset[bytes]
    lines: frozenset[bytes]
    records: tuple[bytes, ...]
    of_company: bool

    @property
    def withheld(self) -> frozenset[bytes]:
        """Who may be meant, either way."""
        return self.named | self.businesses


def reach(parties: Sequence[Party]) -> Work[list[Reach]]:
    """Find whom parties reach by their identifiers.

    Nothing of whom is found here is put on the list: that would be a link upon a link. A name at a company that comes
    with nothing else reaches whoever has it, whatever was told of a namesake before: another person may have written.
    """
    owners = by_token((yield SELECT_BY_TOKEN(tokens=[one.token for party in parties for one in party.suppressions])))
    at_domains = {key for known in owners.values() for key in _keys(known, TRADER_KINDS)}
    businesses = yield from _businesses(at_domains)
    return [_reach(party, owners, businesses) for party in parties]


def withhold(whom: Sequence[Reach], now: datetime, erase_time: datetime | None) -> Work[Mapping[bytes, bytes]]:
    """Make unreadable what is reached, and tell the recipients.

    Args:
        whom: Who is reached.
        now: Since when.
        erase_time: When content of their own becomes due for erasure; None if that must be confirmed first.

    Returns:
        The ids of the leads that became unreadable, by their keys.
    """
    theirs = {key for one in whom for key in one.suppressed}
    anybodys = {key for one in whom if one.of_company for key in one.suppressed}
    named = {key for one in whom for key in one.named} - theirs
    businesses = {key for one in whom for key in one.businesses} - theirs - named
    suppressed = yield from _suppress(theirs, now, erase_time, of_companies=anybodys)
    suppressed |= yield from _suppress(named, now, None)
    suppressed |= yield from _suppress(businesses, now, None, until_named=True)
    # Also of who is unreadable: should that end, the line is still another's.
    yield from _withhold_lines({key for one in whom for key in one.lines}, now)
    records = [token for one in whom for token in one.records]
    if records:
        # A company is no person's record: it stays, and is no longer found, or written, under the objector's.
        yield DETACH_RECORDS(tokens=records)
    return suppressed


def withhold_named(names: Iterable[bytes], now: datetime) -> Work[None]:
    """Make unreadable whoever has one of some names at companies, of which nothing tells whose they are."""
    having = read((yield SELECT_BY_TOKEN(tokens=list(names))))
    yield from _suppress({alias.key_token for alias in having}, now, None)


def _reach(party: Party, owners: Mapping[bytes, Sequence[Alias]], businesses: AbstractSet[bytes]) -> Reach:
    theirs = [alias for one in party.suppressions for alias in owners.get(one.token, ())]
    strong = {one.token for one in party.suppressions if one.kind in STRONG_KINDS}
    suppressed = party.keys | strong | _keys(theirs, STRONG_KINDS | {TokenKind.DOMAIN})
    named = frozenset(alias.key_token for name in party.homonyms for alias in owners.get(name, ()))
    return Reach(
        suppressed=suppressed,
        named=named - suppressed,
        businesses=(_keys(theirs, TRADER_KINDS) & businesses) - suppressed - named,
        lines=_keys(theirs, {TokenKind.PHONE_E164}) - suppressed,
        records=tuple(one.token for one in party.suppressions if one.kind is TokenKind.CRM_RECORD),
        of_company=party.of_company,
    )


def _keys(aliases: Iterable[Alias], kinds: AbstractSet[TokenKind]) -> frozenset[bytes]:
    """Return who is known by an identifier of some kinds."""
    return frozenset(alias.key_token for alias in aliases if alias.kind in kinds)


def _businesses(at_domains: AbstractSet[bytes]) -> Work[frozenset[bytes]]:
    """Return, of the keys that are known at objectors' domains, the businesses.

    Whoever is known by name there is somebody else, and speaks for himself (R-031).
    """
    theirs = read((yield SELECT_BY_KEY(keys=list(at_domains)))) if at_domains else []
    return frozenset(at_domains) - _keys(theirs, NAME_KINDS)


def _suppress(
    keys: AbstractSet[bytes],
    now: datetime,
    erase_time: datetime | None,
    *,
    of_companies: AbstractSet[bytes] = frozenset(),
    until_named: bool = False,
) -> Work[dict[bytes, bytes]]:
    """Make the leads of some keys unreadable, and tell the recipients to stop; what was withheld for less is, too."""
    if not keys:
        return {}
    rows: Sequence[Row] = yield SELECT_MATCHED(keys=list(keys))
    matched = [row for row in rows if row[2] or bytes(row[1]) in of_companies]
    readable = {bytes(key): bytes(lead_id) for lead_id, key, _, since, _ in matched if since is None}
    withheld = [bytes(lead_id) for lead_id, _, _, since, erased in matched if since is not None and erased is None]
    concerned = [*readable.values(), *(() if until_named else withheld)]
    if concerned:
        yield SUPPRESS_LEADS(lead_ids=concerned, now=now, erase_time=erase_time, until_named=until_named)
    if readable:
        yield INSERT_CHANGES([(lead_id, "stop", "objection", now) for lead_id in readable.values()])
    return readable


def _withhold_lines(keys: AbstractSet[bytes], now: datetime) -> Work[None]:
    """Withhold the direct line of those who share it with somebody who objected."""
    if not keys:
        return
    matched: Sequence[Row] = yield SELECT_LINES(keys=list(keys))
    if matched:
        yield WITHHOLD_LINES(lead_ids=[bytes(lead_id) for lead_id, _ in matched])
    readable = [bytes(lead_id) for lead_id, since in matched if since is None]
    if readable:
        yield INSERT_CHANGES([(lead_id, "upsert", "objection", now) for lead_id in readable])
