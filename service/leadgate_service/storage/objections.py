"""Units of work of an objection: from its commit on, the person is unprocessable (R-018)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from leadgate_service.audit import Entry
from leadgate_service.domain.fields import PhoneKind
from leadgate_service.domain.identity import Identifier
from leadgate_service.domain.objector import Objector
from leadgate_service.errors import LeadgateError, NotFound
from leadgate_service.ids import NewId
from leadgate_service.keys import BurnRing, KeepRing
from leadgate_service.records import Effect, LeadRecord, Match, Objection, Registered
from leadgate_service.storage import tables
from leadgate_service.storage.journal import Record
from leadgate_service.storage.lead_reads import open_records
from leadgate_service.storage.persons import identify
from leadgate_service.storage.requests import open_book
from leadgate_service.storage.suppressions import (
    INSERT_SUPPRESSIONS,
    SELECT_SUPPRESSIONS,
    Suppression,
    SuppressionList,
    Taught,
)
from leadgate_service.storage.withholding import SELECT_UNREADABLE, reach, release, withhold
from leadgate_service.storage.work import Insert, Row, Statement, Step, Work, one_of, together

MOST_MATCHES = 100
"""How many leads of each effect a preview shows."""

SELECT_REACHED = Statement(
    sa.select(*tables.leads.columns)
    .where(
        one_of(tables.leads.c.key_token, "keys"),
        tables.leads.c.personal,
        tables.leads.c.suppressed_time.is_(None),
        tables.leads.c.expire_date >= sa.bindparam("today"),
    )
    .order_by(tables.leads.c.lead_id)
    .limit(MOST_MATCHES),
)
INSERT_OBJECTIONS = Insert(tables.objections, tuple(column.name for column in tables.objections.columns))

LINKED = "objection_linked"
"""The act of the audit entry when a blocked answer brought identifiers that were not on the list."""


@dataclass(frozen=True, slots=True)
class Objections:
    """The units of work of objections, with the keys and ids that they use."""

    keep: KeepRing
    burn: BurnRing
    new_id: NewId

    def register(self, objection: Objection, record: Record) -> Work[bytes | LeadgateError]:
        """Suppress a person. See `Store.register_objection`; runs with the latch closed."""
        book = yield from open_book([objection.caller], self.keep, objection.now)
        earlier = book.earlier(objection.caller)
        if earlier is not None:
            return earlier
        group = self.keep.group_id(objection_id := self.new_id().bytes)
        person = yield from identify(self.keep, objection.objector, group)
        if person is None:
            return _nobody()
        whom = yield from person.reach()
        yield self._insert(person.suppressions, objection.today)
        withheld = yield from withhold(person.suppressions, whom, objection.now, objection.erase_time)
        registered = Registered(
            objection_id=objection_id,
            effective_time=objection.now,
            erase_time=objection.erase_time,
            matched_leads=len(withheld),
            received_time=objection.received_time,
            identifiers=len(person.suppressions),
            linked_identifiers=len(person.suppressions) - person.named,
        )
        if person.keys:
            yield from release(person.names, objection.now)
        yield INSERT_OBJECTIONS([_objection_row(objection, registered)])
        response = objection.encode(registered)
        book.remember(objection.caller, response)
        yield together(*book.writes())
        record(self._entry(objection, registered, withheld))
        return response

    def matches(self, objector: Objector, today: date) -> Work[list[Match] | LeadgateError]:
        """Say which readable leads an objection would reach. See `Store.objection_matches`."""
        person = yield from identify(self.keep, objector, b"")
        if person is None:
            return _nobody()
        whom = yield from person.reach()
        found: list[Match] = []
        for effect, keys in (
            (Effect.SUPPRESSED, whom.suppressed),
            (Effect.WITHHELD, whom.withheld),
            (Effect.NUMBER_WITHHELD, whom.lines - whom.withheld),
        ):
            rows = yield SELECT_REACHED(keys=list(keys), today=today)
            found += [Match(effect, record) for record in open_records(self.burn, rows, [], [])]
        return [match for match in found if match.effect is not Effect.NUMBER_WITHHELD or _shows_line(match.lead)]

    def is_suppressed(self, identifiers: Iterable[Identifier], lead_ids: Sequence[bytes]) -> Work[bool]:
        """Say whether any identifier is on the list, or belongs to a lead that is unreadable for an objection."""
        tokens = [self.keep.token(identifier) for identifier in identifiers]
        unreadable = SELECT_UNREADABLE(keys=tokens, lead_ids=list(lead_ids))
        return any((yield together(SELECT_SUPPRESSIONS(tokens=tokens), unreadable)))

    def learn(self, taught: Taught, record: Record) -> Work[None]:
        """Remember what an answer or a question told of people who objected, and make unreadable what it reaches.

        Runs with the latch closed: afterwards no answer is stored under what was added, in either order.
        """
        unit = taught.unit
        rows = yield SELECT_SUPPRESSIONS(
            tokens=list(
                {token for one in taught.suppressions for token in (one.token, one.parent) if token is not None}
            ),
        )
        listed = SuppressionList(rows)
        new = {
            (one.token, one.group_id): one
            for one in taught.suppressions
            if one.parent is not None
            and listed.has(one.parent, one.group_id)  # not lifted meanwhile
            and not listed.has(one.token, one.group_id)
        }
        if not new:
            return
        yield self._insert(new.values(), unit.today)
        added = list(new.values())
        whom = yield from reach(added)
        withheld = yield from withhold(added, whom, unit.now, unit.now + unit.policy.objections.erase_after)
        record(
            Entry(
                time=unit.now,
                principal=unit.caller.principal,
                action=LINKED,
                purpose=None,
                outcome="OK",
                count=len(withheld),
                detail=f"identifiers={len(new)}",
                policy_version=unit.policy.version,
                tokens=self._tokens(withheld),
            ),
        )

    def _insert(self, suppressions: Iterable[Suppression], today: date) -> Step:
        return INSERT_SUPPRESSIONS([one.row(self.keep.token_version, today) for one in suppressions])

    def _tokens(self, lead_ids: Iterable[bytes]) -> bytes:
        return b"".join(self.keep.evidence_token("lead", lead_id) for lead_id in lead_ids)

    def _entry(self, objection: Objection, registered: Registered, withheld: Iterable[bytes]) -> Entry:
        return Entry(
            time=objection.now,
            principal=objection.caller.principal,
            action=objection.caller.action,
            purpose=None,
            outcome="OK",
            count=registered.matched_leads,
            detail=f"channel={objection.channel}",
            policy_version=objection.policy_version,
            tokens=self.keep.evidence_token("objection", registered.objection_id) + self._tokens(withheld),
        )


def _shows_line(lead: LeadRecord) -> bool:
    """Whether there is a direct line that can still be withheld; a number that was known before may have gone."""
    return lead.fields is not None and lead.fields.phone_kind is PhoneKind.DIRECT


def _nobody() -> NotFound:
    return NotFound(
        "LEAD_NOT_FOUND",
        "No such lead is held of a person: name them by something else, such as an e-mail address.",
    )


def _objection_row(objection: Objection, registered: Registered) -> Row:
    return (
        registered.objection_id,
        objection.received_time,
        registered.effective_time,
        registered.erase_time,
        objection.channel,
        objection.contact_scope,
        objection.purpose,
        objection.reference,
        objection.caller.principal,
        registered.matched_leads,
    )
