"""Units of work of an objection: from its commit on, the person is unprocessable (R-018)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from leadgate_service.audit import Entry
from leadgate_service.domain import identity
from leadgate_service.domain.identity import Identifier, TokenKind
from leadgate_service.errors import LeadgateError
from leadgate_service.ids import NewId
from leadgate_service.keys import KeepRing
from leadgate_service.records import Objection, Registered
from leadgate_service.storage import tables
from leadgate_service.storage.journal import Record
from leadgate_service.storage.ledger import INSERT_CHANGES
from leadgate_service.storage.requests import open_book
from leadgate_service.storage.suppressions import (
    INSERT_SUPPRESSIONS,
    SELECT_SUPPRESSIONS,
    NewLinks,
    Suppression,
    SuppressionList,
)
from leadgate_service.storage.work import Insert, Row, Statement, Step, Work, one_of, together

_leads = tables.leads.c
_TOKENS = (
    _leads.lead_id,
    _leads.key_token,
    _leads.email_base_token,
    _leads.name_at_domain_token,
    _leads.phone_token,
    _leads.name_at_phone_token,
    _leads.suppressed_time,
)

SELECT_MATCHED = Statement(
    sa.select(*_TOKENS)
    .where(
        _leads.personal,
        sa.or_(one_of(_leads.key_token, "keys"), one_of(_leads.email_base_token, "bases")),
    )
    .with_for_update(),
)
SELECT_RECORDS = Statement(
    sa.select(tables.lead_sources.c.record_token)
    .join(tables.leads, _leads.lead_id == tables.lead_sources.c.lead_id)
    # The record of an approximate match may be somebody else's, who has not objected.
    .where(one_of(tables.lead_sources.c.lead_id, "lead_ids"), _leads.approximate.is_(False)),
)
SELECT_LINKED = Statement(
    sa.select(*_TOKENS)
    .join(tables.lead_sources, tables.lead_sources.c.lead_id == _leads.lead_id)
    .where(_leads.personal, _leads.approximate.is_(False), one_of(tables.lead_sources.c.record_token, "records"))
    .with_for_update(),
)
SELECT_CRM_RECORDS = Statement(
    sa.select(tables.crm_references.c.record_token).where(one_of(tables.crm_references.c.lead_id, "lead_ids")),
)
SELECT_SHARING = Statement(
    sa.select(*_TOKENS)
    .join(tables.crm_references, tables.crm_references.c.lead_id == _leads.lead_id)
    .where(_leads.personal, one_of(tables.crm_references.c.record_token, "crm_records"))
    .with_for_update(),
)
SUPPRESS_LEADS = Statement(
    sa.update(tables.leads)
    .where(one_of(_leads.lead_id, "lead_ids"))
    .values(suppressed_time=sa.bindparam("now"), erase_time=sa.bindparam("erase_time")),
)
INSERT_OBJECTIONS = Insert(tables.objections, tuple(column.name for column in tables.objections.columns))


LINKED = "objection_linked"
"""The act of the audit entry when a blocked answer brought identifiers that were not on the list."""


@dataclass(frozen=True, slots=True)
class Objections:
    """The units of work of objections, with the keys and ids that they use."""

    keep: KeepRing
    new_id: NewId

    def register(self, objection: Objection, record: Record) -> Work[bytes | LeadgateError]:
        """Suppress a person. See `Store.register_objection`; runs with the latch closed."""
        book = yield from open_book([objection.caller], self.keep, objection.now)
        earlier = book.earlier(objection.caller)
        if earlier is not None:
            return earlier
        exact, base = identity.email_identifiers(objection.email)
        exact_token = self.keep.token(exact)
        given = {exact_token: exact.kind, self.keep.token(base): base.kind}
        domain = identity.email_domain(objection.email)
        if not identity.is_free_mail(domain):
            # Of a sole trader who is not held yet, the domain may be all that comes in.
            trader = identity.objector_domain(domain)
            given[self.keep.token(trader)] = trader.kind
        direct, linked = yield from self._matched(objection.email, given)
        matched = [*direct, *linked]
        registered = Registered(
            objection_id=self.new_id().bytes,
            effective_time=objection.now,
            erase_time=objection.erase_time,
            matched_leads=sum(row[-1] is None for row in matched),
        )
        group = self.keep.group_id(registered.objection_id)
        named = {**(yield from _tokens_of(direct)), **given}
        added = yield from _tokens_of(linked)
        yield self._insert(
            [
                *(Suppression(token, kind, group, None) for token, kind in named.items()),
                *(Suppression(token, kind, group, exact_token) for token, kind in added.items() if token not in named),
            ],
            objection.today,
        )
        yield from _make_unreadable(matched, objection.now, objection.erase_time)
        yield INSERT_OBJECTIONS([_objection_row(objection, registered)])
        response = objection.encode(registered)
        book.remember(objection.caller, response)
        yield from book.write()
        record(self._entry(objection, registered))
        return response

    def is_suppressed(self, identifiers: Iterable[Identifier]) -> Work[bool]:
        """Say whether any identifier is on the list."""
        rows = yield SELECT_SUPPRESSIONS(tokens=[self.keep.token(identifier) for identifier in identifiers])
        return bool(rows)

    def link(self, links: NewLinks, record: Record) -> Work[None]:
        """Remember what an answer told of people who objected, and make what is held under it unreadable.

        Runs with the latch closed: afterwards no answer is stored under what was added, in either order.
        """
        unit = links.admission
        rows = yield SELECT_SUPPRESSIONS(
            tokens=list(
                {token for one in links.suppressions for token in (one.token, one.parent) if token is not None}
            ),
        )
        listed = SuppressionList(rows)
        new = [
            one
            for one in links.suppressions
            if one.parent is not None
            and listed.has(one.parent, one.group_id)  # not lifted meanwhile
            and not listed.has(one.token, one.group_id)
        ]
        if not new:
            return
        keys = [one.token for one in new if one.kind is TokenKind.EMAIL_EXACT]
        bases = [one.token for one in new if one.kind is TokenKind.EMAIL_BASE]
        matched = yield SELECT_MATCHED(keys=keys, bases=bases)
        yield self._insert(new, unit.today)
        yield from _make_unreadable(matched, unit.now, unit.now + unit.policy.objections.erase_after)
        record(
            Entry(
                time=unit.now,
                principal=unit.caller.principal,
                action=LINKED,
                purpose=None,
                outcome="OK",
                count=len(new),
                detail="",
                policy_version=unit.policy.version,
                tokens=b"",
            ),
        )

    def _matched(self, email: str, given: dict[bytes, TokenKind]) -> Work[tuple[list[Row], list[Row]]]:
        """Find the leads of the address, or a sole trader's of its domain; and those that are linked to these."""
        keys = [token for token, kind in given.items() if kind is TokenKind.EMAIL_EXACT]
        bases = [token for token, kind in given.items() if kind is TokenKind.EMAIL_BASE]
        domain = identity.email_domain(email)
        if not identity.is_free_mail(domain):
            keys.append(self.keep.token(identity.company_key(domain)))
        direct = yield SELECT_MATCHED(keys=keys, bases=bases)
        if not direct:
            return [], []
        lead_ids = [row[0] for row in direct]
        records, crm_records = yield together(SELECT_RECORDS(lead_ids=lead_ids), SELECT_CRM_RECORDS(lead_ids=lead_ids))
        linked = yield SELECT_LINKED(records=[row[0] for row in records])
        sharing = yield SELECT_SHARING(crm_records=[row[0] for row in crm_records])
        known = {bytes(row[0]) for row in direct}
        others = {bytes(row[0]): row for row in (*linked, *sharing) if bytes(row[0]) not in known}
        return direct, list(others.values())

    def _insert(self, suppressions: Iterable[Suppression], today: date) -> Step:
        return INSERT_SUPPRESSIONS([one.row(self.keep.token_version, today) for one in suppressions])

    def _entry(self, objection: Objection, registered: Registered) -> Entry:
        return Entry(
            time=objection.now,
            principal=objection.caller.principal,
            action=objection.caller.action,
            purpose=None,
            outcome="OK",
            count=registered.matched_leads,
            detail=f"channel={objection.channel}",
            policy_version=objection.policy_version,
            tokens=self.keep.evidence_token("objection", registered.objection_id),
        )


def _tokens_of(leads: Sequence[Row]) -> Work[dict[bytes, TokenKind]]:
    """Collect every token under which leads may come again (R-030)."""
    found: dict[bytes, TokenKind] = {}
    kinds = (TokenKind.EMAIL_BASE, TokenKind.NAME_AT_DOMAIN, TokenKind.PHONE_E164, TokenKind.NAME_AT_PHONE)
    for _, key, base, at_domain, phone, at_phone, _ in leads:
        found[bytes(key)] = TokenKind.EMAIL_EXACT if base is not None else TokenKind.COMPANY_KEY
        others = zip((base, at_domain, phone, at_phone), kinds, strict=True)
        found.update({bytes(token): kind for token, kind in others if token is not None})
    if leads:
        lead_ids = [row[0] for row in leads]
        records, crm = yield together(SELECT_RECORDS(lead_ids=lead_ids), SELECT_CRM_RECORDS(lead_ids=lead_ids))
        # Where a provider gave no id, the record is the address itself, which is there already.
        found = {bytes(row[0]): TokenKind.PROVIDER_PERSON_ID for row in records} | found
        found.update({bytes(row[0]): TokenKind.CRM_RECORD for row in crm})
    return found


def _make_unreadable(leads: Sequence[Row], now: datetime, erase_time: datetime) -> Work[None]:
    """Suppress those leads that are not suppressed yet, and tell the recipients to stop."""
    lead_ids = [bytes(row[0]) for row in leads if row[-1] is None]
    if lead_ids:
        yield SUPPRESS_LEADS(lead_ids=lead_ids, now=now, erase_time=erase_time)
        yield INSERT_CHANGES([(lead_id, "stop", "objection", now) for lead_id in lead_ids])


def _objection_row(objection: Objection, registered: Registered) -> Row:
    return (
        registered.objection_id,
        objection.received_time,
        registered.effective_time,
        registered.erase_time,
        objection.channel,
        objection.reference,
        objection.caller.principal,
        registered.matched_leads,
    )
