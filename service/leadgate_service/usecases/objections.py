"""Objections: registered at once, whatever is held (GDPR Art. 21(2)-(3))."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from leadgate_service.audit import Entry
from leadgate_service.domain.dates import today_in
from leadgate_service.domain.objector import Company, Objector
from leadgate_service.domain.policy import Policy
from leadgate_service.errors import LeadgateError, NotFound, invalid
from leadgate_service.records import (
    Caller,
    Match,
    Objection,
    ObjectionFilter,
    ObjectionRecord,
    Registered,
    Registration,
)
from leadgate_service.store import Store
from leadgate_service.usecases.recipients import require_recipient


async def register(  # noqa: PLR0913 - a command with its surroundings
    store: Store,
    policy: Policy,
    *,
    caller: Caller,
    objections: Sequence[Objection],
    confirmed: bool = False,
    now: datetime,
    encode: Callable[[Sequence[Registered | None]], bytes | LeadgateError],
    registered: Callable[[bytes], Sequence[bytes]],
) -> bytes:
    """Suppress who objects. Nothing here refuses, weighs or delays.

    Args:
        store: Where.
        policy: Says when unreadable content is erased, and in which zone days are counted.
        caller: Who registers it.
        objections: One or many.
        confirmed: Who registers it may have a company's leads erased, however many there are.
        now: From when on they are effective.
        encode: Makes the answer, or the error that is raised; None is an objection that names nobody.
        registered: Reads the ids of objections in an answer that `encode` made.

    Raises:
        InvalidArgument: FIELD_INVALID: the policy does not list a CRM record's recipient, or a company is the
            controller's own.
        FailedPrecondition: REQUEST_ID_REUSED, IMPORT_ANNULLED.
        Unavailable: STORE_UNAVAILABLE.
    """
    for one in objections:
        require_objector(policy, one.objector)
    registration = Registration(
        caller=caller,
        objections=objections,
        now=now,
        today=today_in(policy.retention.zone_info, now),
        erase_time=now + policy.objections.erase_after,
        confirmed=confirmed,
        policy_version=policy.version,
        encode=encode,
        registered=registered,
    )
    return await store.register_objections(registration)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, with which method, under which policy, when."""

    principal: str
    method: str
    policy: Policy
    now: datetime

    def entry(self, outcome: str, count: int) -> Entry:
        """Make the audit entry of what was answered."""
        return Entry(
            time=self.now,
            principal=self.principal,
            action=self.method,
            purpose=None,
            outcome=outcome,
            count=count,
            detail="",
            policy_version=self.policy.version,
            tokens=b"",
        )


async def preview(store: Store, asker: Asker, objector: Objector | Company) -> Sequence[Match]:
    """Say which leads an objection would reach, and do nothing; an audit entry is durable before.

    Raises:
        InvalidArgument: FIELD_INVALID: the policy does not list a CRM record's recipient.
        NotFound: LEAD_NOT_FOUND: only ids of leads were given, and none is held.
        Unavailable: STORE_UNAVAILABLE, AUDIT_UNAVAILABLE.
    """
    require_objector(asker.policy, objector)
    today = today_in(asker.policy.retention.zone_info, asker.now)
    found = await store.objection_matches(objector, today=today)
    if found is None:
        raise nobody()
    await store.record(asker.entry("PREVIEW", len(found)))
    return found


async def judge(store: Store, asker: Asker, objectors: Sequence[Objector]) -> Sequence[bool]:
    """Say of each person whether an objection would be registered, and do nothing; an audit entry is durable before.

    It would be, unless only ids of leads were given, and none is held. Whom it would reach is not said.

    Raises:
        Unavailable: STORE_UNAVAILABLE, AUDIT_UNAVAILABLE.
    """
    today = today_in(asker.policy.retention.zone_info, asker.now)
    judged = [
        bool(one.identifiers or one.address_tokens) or await store.objection_matches(one, today=today) is not None
        for one in objectors
    ]
    await store.record(asker.entry("PREVIEW", len(judged)))
    return judged


async def check(store: Store, asker: Asker, objector: Objector) -> bool:
    """Say whether a person may not be processed; an audit entry is durable before.

    Raises:
        InvalidArgument: FIELD_INVALID: the policy does not list a CRM record's recipient.
        Unavailable: STORE_UNAVAILABLE, AUDIT_UNAVAILABLE.
    """
    require_objector(asker.policy, objector)
    suppressed = await store.is_suppressed(objector.asked, objector.lead_ids)
    await store.record(asker.entry("SUPPRESSED" if suppressed else "OK", int(suppressed)))
    return suppressed


async def get(store: Store, asker: Asker, objection_id: bytes) -> ObjectionRecord:
    """Say what became of an objection; an audit entry is durable before.

    Raises:
        NotFound: OBJECTION_NOT_FOUND.
        Unavailable: STORE_UNAVAILABLE, AUDIT_UNAVAILABLE.
    """
    record = await store.objection(objection_id)
    await store.record(asker.entry("OK" if record is not None else "OBJECTION_NOT_FOUND", int(record is not None)))
    if record is None:
        raise NotFound("OBJECTION_NOT_FOUND", "There is no such objection: check its id.")
    return record


async def query(
    store: Store,
    asker: Asker,
    wanted: ObjectionFilter,
    *,
    before: bytes | None,
    most: int,
) -> Sequence[ObjectionRecord]:
    """List objections, newest first; one more than asked for says that there are more.

    Raises:
        Unavailable: STORE_UNAVAILABLE, AUDIT_UNAVAILABLE.
    """
    found = await store.objections(wanted, before=before, most=most + 1)
    await store.record(asker.entry("OK", min(len(found), most)))
    return found


def require_objector(policy: Policy, objector: Objector | Company) -> None:
    """Refuse records of a CRM that the policy does not list, and the controller's own domains as a company.

    Raises:
        InvalidArgument: FIELD_INVALID.
    """
    if isinstance(objector, Objector):
        for position, record in enumerate(objector.crm_records):
            require_recipient(policy, record, f"objector.crm_references[{position}]")
    elif any(
        _covers(one, own) or _covers(own, one) for one in objector.domains for own in policy.objections.own_domains
    ):
        raise invalid("company_domains", "must not be the controller's own (`objections.own_domains` of the policy)")


def _covers(domain: str, other: str) -> bool:
    return other == domain or other.endswith(f".{domain}")


def nobody() -> NotFound:
    """Say that only ids of leads were given, and none is held."""
    return NotFound(
        "LEAD_NOT_FOUND",
        "No such lead is held of a person: name them by something else, such as an e-mail address.",
    )
