"""Units of work of an objection: from its commit on, the person is unprocessable (R-018)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from leadgate_service.audit import Entry
from leadgate_service.domain import identity
from leadgate_service.domain.identity import STRONG_KINDS, Identifier, TokenKind
from leadgate_service.errors import LeadgateError
from leadgate_service.ids import NewId
from leadgate_service.keys import KeepRing
from leadgate_service.records import Objection, Registered
from leadgate_service.storage import tables
from leadgate_service.storage.aliases import LINKING_KINDS, SELECT_BY_KEY, SELECT_BY_TOKEN, Alias
from leadgate_service.storage.aliases import read as aliases_of
from leadgate_service.storage.journal import Record
from leadgate_service.storage.requests import open_book
from leadgate_service.storage.suppressions import (
    INSERT_SUPPRESSIONS,
    SELECT_SUPPRESSIONS,
    Suppression,
    SuppressionList,
    Taught,
)
from leadgate_service.storage.withholding import SELECT_UNREADABLE, withhold
from leadgate_service.storage.work import Insert, Row, Step, Work, together

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
        given = {self.keep.token(identifier): identifier.kind for identifier in _given(objection.email)}
        group = self.keep.group_id(objection_id := self.new_id().bytes)
        keys, suppressions = yield from self._reached(given, group)
        yield self._insert(suppressions, objection.today)
        withheld = yield from withhold(suppressions, keys, objection.now, objection.erase_time)
        registered = Registered(
            objection_id=objection_id,
            effective_time=objection.now,
            erase_time=objection.erase_time,
            matched_leads=len(withheld),
        )
        yield INSERT_OBJECTIONS([_objection_row(objection, registered)])
        response = objection.encode(registered)
        book.remember(objection.caller, response)
        yield together(*book.writes())
        record(self._entry(objection, registered, withheld))
        return response

    def is_suppressed(self, identifiers: Iterable[Identifier]) -> Work[bool]:
        """Say whether any identifier is on the list, or is the key of a lead that is unreadable for an objection."""
        tokens = [self.keep.token(identifier) for identifier in identifiers]
        return any((yield together(SELECT_SUPPRESSIONS(tokens=tokens), SELECT_UNREADABLE(keys=tokens))))

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
        erase_time = unit.now + unit.policy.objections.erase_after
        withheld = yield from withhold([*new.values()], (), unit.now, erase_time)
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

    def _reached(self, given: dict[bytes, TokenKind], group: bytes) -> Work[tuple[list[bytes], list[Suppression]]]:
        """Find whom an objection reaches, held or only looked up: the keys, and every token of theirs (R-030).

        The person's own keys are those that were given, or have what was given as an alias. Another key belongs to the
        person if it shares a provider's id or a CRM record with one of these: one step, no further.
        """
        strong = [token for token, kind in given.items() if kind in STRONG_KINDS]
        own_keys = {*strong, *(alias.key_token for alias in aliases_of((yield SELECT_BY_TOKEN(tokens=strong))))}
        own = aliases_of((yield SELECT_BY_KEY(keys=list(own_keys))))
        linking = [alias.token for alias in own if alias.kind in LINKING_KINDS]
        parents = {alias.key_token: alias.token for alias in aliases_of((yield SELECT_BY_TOKEN(tokens=linking)))}
        others = aliases_of((yield SELECT_BY_KEY(keys=list(parents.keys() - own_keys))))
        named = {**_kinds(own), **given}
        added = {token: kind for token, kind in _kinds(others).items() if token not in named}
        parent_of = {alias.token: parents[alias.key_token] for alias in others} | parents
        suppressions = [
            *(Suppression(token, kind, group, None) for token, kind in named.items()),
            *(Suppression(token, kind, group, parent_of[token]) for token, kind in added.items()),
        ]
        return [*own_keys, *parents], suppressions

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


def _given(email: str) -> tuple[Identifier, ...]:
    """Return what an address tells of who objects."""
    # Of a sole trader who is not held yet, the domain may be all that comes in.
    return *identity.email_identifiers(email), *identity.objector_domains(identity.email_domain(email))


def _kinds(aliases: Iterable[Alias]) -> dict[bytes, TokenKind]:
    """Return the tokens of aliases and of their keys; a key with a mailbox among its aliases is an address.

    What is above the domain of a business is not its own.
    """
    found: dict[bytes, TokenKind] = {one.token: one.kind for one in aliases if one.kind is not TokenKind.EMAIL_ABOVE}
    by_address = {alias.key_token for alias in aliases if alias.kind is TokenKind.EMAIL_BASE}
    keys = {alias.key_token for alias in aliases}
    return found | {key: TokenKind.EMAIL_EXACT if key in by_address else TokenKind.COMPANY_KEY for key in keys}


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
