"""Units of work that end an objection: it was never theirs (R-091), or the person took it back (R-025)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from leadgate_service.audit import Entry
from leadgate_service.domain.identity import NAME_KINDS, TokenKind
from leadgate_service.errors import FailedPrecondition, LeadgateError, NotFound
from leadgate_service.keep_ring import KeepRing
from leadgate_service.records import Annulled, Annulment, Caller, Lift
from leadgate_service.storage import tables
from leadgate_service.storage.journal import Record
from leadgate_service.storage.parties import of_groups
from leadgate_service.storage.requests import open_book
from leadgate_service.storage.review import names_of_nobody, review
from leadgate_service.storage.suppressions import SELECT_SUPPRESSIONS, read
from leadgate_service.storage.withholding import reach, withhold_named
from leadgate_service.storage.work import Row, Statement, Work, one_of, together

MOST_ANNULLED = 500
"""How many objections of an import one transaction annuls, so that none holds the latch for long."""

_objections = tables.objections.c
_target = one_of(_objections.objection_id, "objection_ids") | one_of(_objections.import_id, "import_ids")

SELECT_SECONDED = Statement(
    sa.select(_objections.objection_id, _objections.annulment_reason)
    .where(_target, _objections.annulled_by.is_(None), _objections.annulment_proposed_by != sa.bindparam("principal"))
    .order_by(_objections.objection_id)
    .limit(sa.bindparam("most", type_=sa.Integer))
    .with_for_update(),
)
COUNT_TARGET = Statement(sa.select(sa.func.count(), sa.func.count(_objections.annulled_by)).where(_target))
PROPOSE = Statement(
    sa.update(tables.objections)
    .where(_target, _objections.annulment_proposed_by.is_(None))
    .values(annulment_reason=sa.bindparam("reason"), annulment_proposed_by=sa.bindparam("principal")),
)
ANNUL = Statement(
    sa.update(tables.objections)
    .where(one_of(_objections.objection_id, "objection_ids"))
    .values(annulled_by=sa.bindparam("principal")),
)
DELETE_GROUPS = Statement(
    sa.delete(tables.suppressions).where(one_of(tables.suppressions.c.group_id, "groups")),
)


@dataclass(frozen=True, slots=True)
class Begun:
    """An annulment of which a part is done, and committed; the rest goes on in the next transaction.

    Attributes:
        restored: How many leads are readable again so far.
    """

    restored: int


@dataclass(frozen=True, slots=True)
class Annulments:
    """The units of work of annulment and lift.

    Attributes:
        keep: Makes the groups by which an objection's identifiers are found on the list.
    """

    keep: KeepRing

    def annul(self, wish: Annulment, so_far: Begun, record: Record) -> Work[bytes | Begun | LeadgateError]:
        """Propose to annul objections, or do it. See `Store.annul`; runs with the latch closed."""
        book = yield from open_book([wish.caller], self.keep, wish.now)
        earlier = book.earlier(wish.caller)
        if earlier is not None:
            return earlier
        target, principal = _ids(wish.target), wish.caller.principal
        (counted,), rows = yield together(
            COUNT_TARGET(**target), SELECT_SECONDED(**target, principal=principal, most=MOST_ANNULLED)
        )
        known, annulled = counted[0], counted[1] + len(rows)
        refusal = _refusal(known, rows, wish)
        if refusal is not None:
            return refusal
        restored = so_far.restored + (yield from self._annul(rows, wish, record))
        if len(rows) == MOST_ANNULLED:
            return Begun(restored)
        yield PROPOSE(**target, reason=wish.reason.value, principal=principal)
        response = wish.encode(Annulled(done=annulled == known, objections=annulled, leads=restored))
        book.remember(wish.caller, response)
        yield together(*book.writes())
        if annulled < known:
            record(_entry(wish.caller, wish.now, wish.policy_version, "PROPOSED", f"reason={wish.reason}"))
        return response

    def lift(self, lift: Lift, record: Record) -> Work[bytes | LeadgateError]:
        """End the objections that named an address. See `Store.lift`; runs with the latch closed."""
        book = yield from open_book([lift.caller], self.keep, lift.now)
        earlier = book.earlier(lift.caller)
        if earlier is not None:
            return earlier
        groups = yield from self._groups(lift.address_token)
        if self.digest(groups) != lift.groups:
            return FailedPrecondition(
                "CHALLENGE_INVALID",
                "The person has objected, or a lift was made, since this challenge: make a new one if they still wish.",
            )
        yield from self._end(groups, lift.now, "lift", due=False)
        evidence = [self.keep.evidence_token("group", group) for group in groups]
        record(_entry(lift.caller, lift.now, lift.policy_version, "LIFTED", "", evidence=evidence))
        response = lift.encode(len(groups))
        book.remember(lift.caller, response)
        yield together(*book.writes())
        return response

    def objections_of(self, address_token: bytes) -> Work[bytes]:
        """Return which objections name an address, as a digest. See `Store.objections_of`."""
        return self.digest((yield from self._groups(address_token)))

    def digest(self, groups: Iterable[bytes]) -> bytes:
        """Return 16 bytes that tell one set of objections from another."""
        return self.keep.evidence_token("groups", b"".join(sorted(groups)))

    def _groups(self, address_token: bytes) -> Work[list[bytes]]:
        rows = yield SELECT_SUPPRESSIONS(tokens=[address_token])
        return sorted(one.group_id for one in read(rows) if one.kind is TokenKind.EMAIL_EXACT and one.parent is None)

    def _annul(self, rows: Sequence[Row], wish: Annulment, record: Record) -> Work[int]:
        """Annul what another person proposed; return how many leads are readable again."""
        if not rows:
            return 0
        ids = [bytes(objection_id) for objection_id, _ in rows]
        yield ANNUL(objection_ids=ids, principal=wish.caller.principal)
        groups = [self.keep.group_id(objection_id) for objection_id in ids]
        restored = yield from self._end(groups, wish.now, "annulment", due=True)
        evidence = [self.keep.evidence_token("objection", objection_id) for objection_id in ids]
        detail = f"reason={wish.reason} restored={restored}"
        record(_entry(wish.caller, wish.now, wish.policy_version, "ANNULLED", detail, evidence=evidence))
        return restored

    def _end(self, groups: Sequence[bytes], now: datetime, reason: str, *, due: bool) -> Work[int]:
        """Take groups off the list; return how many leads are readable again. What other groups hold, stays."""
        listed = yield from of_groups(groups)
        whom = yield from reach(list(listed.values()))
        yield DELETE_GROUPS(groups=list(groups))
        keys = {key for one in whom for key in one.suppressed | one.withheld | one.lines}
        restored = yield from review(keys, now, reason, due=due)
        names = {one.token for party in listed.values() for one in party.suppressions if one.kind in NAME_KINDS}
        yield from self._withhold_again(names, now)
        return restored

    def _withhold_again(self, names: Iterable[bytes], now: datetime) -> Work[None]:
        """Withhold who has a name that others objected by, now that what told whose it is has gone."""
        of_nobody = yield from names_of_nobody(names)
        if of_nobody:
            yield from withhold_named(of_nobody, now)


def _refusal(known: int, rows: Iterable[Row], wish: Annulment) -> LeadgateError | None:
    if not known:
        return NotFound("OBJECTION_NOT_FOUND", "There is no such objection or import: check its id.")
    if any(reason != wish.reason for _, reason in rows):
        return FailedPrecondition(
            "ANNULMENT_DIFFERS",
            "It was proposed for another reason: agree with whoever proposed it, and send that reason.",
            field="reason",
        )
    return None


def _ids(target: bytes | str) -> dict[str, list[bytes] | list[str]]:
    if isinstance(target, bytes):
        return {"objection_ids": [target], "import_ids": []}
    return {"objection_ids": [], "import_ids": [target]}


def _entry(  # noqa: PLR0913 - what the units have in common
    caller: Caller,
    now: datetime,
    policy_version: int,
    outcome: str,
    detail: str,
    *,
    evidence: Sequence[bytes] = (),
) -> Entry:
    return Entry(
        time=now,
        principal=caller.principal,
        action=caller.action,
        purpose=None,
        outcome=outcome,
        count=len(evidence),
        detail=detail,
        policy_version=policy_version,
        tokens=b"".join(evidence),
    )
