"""Objections: registered at once, whatever is held (GDPR Art. 21(2)-(3))."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from leadgate_service.audit import Entry
from leadgate_service.domain.dates import today_in
from leadgate_service.domain.objector import ContactScope, ObjectionPurpose, Objector
from leadgate_service.domain.policy import Policy
from leadgate_service.records import Caller, Match, Objection, Registered
from leadgate_service.store import Store
from leadgate_service.usecases.recipients import require_recipient


async def register(  # noqa: PLR0913 - a command with its surroundings
    store: Store,
    policy: Policy,
    *,
    caller: Caller,
    objector: Objector,
    channel: str,
    contact_scope: ContactScope = ContactScope.ALL,
    purpose: ObjectionPurpose | None = None,
    received_time: datetime,
    reference: str | None,
    now: datetime,
    encode: Callable[[Registered], bytes],
) -> bytes:
    """Suppress a person. Nothing here refuses, weighs or delays.

    Args:
        store: Where.
        policy: Says when unreadable content is erased, and in which zone days are counted.
        caller: Who registers it.
        objector: The person, by anything.
        channel: How it came.
        contact_scope: By which channels the person wants to hear nothing more.
        purpose: What they object to; None if they did not say.
        received_time: When it reached the organisation.
        reference: The desk's case number, or None.
        now: From when on it is effective.
        encode: Makes the answer.

    Raises:
        InvalidArgument: FIELD_INVALID: the policy does not list a CRM record's recipient.
        NotFound: LEAD_NOT_FOUND: only ids of leads were given, and none is held.
        FailedPrecondition: REQUEST_ID_REUSED.
        Unavailable: STORE_UNAVAILABLE.
    """
    _require_recipients(policy, objector)
    objection = Objection(
        caller=caller,
        objector=objector,
        channel=channel,
        contact_scope=contact_scope,
        purpose=purpose,
        received_time=received_time,
        reference=reference,
        now=now,
        today=today_in(policy.retention.zone_info, now),
        erase_time=now + policy.objections.erase_after,
        policy_version=policy.version,
        encode=encode,
    )
    return await store.register_objection(objection)


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


async def preview(store: Store, asker: Asker, objector: Objector) -> Sequence[Match]:
    """Say which leads an objection would reach, and do nothing; an audit entry is durable before.

    Raises:
        InvalidArgument: FIELD_INVALID: the policy does not list a CRM record's recipient.
        NotFound: LEAD_NOT_FOUND: only ids of leads were given, and none is held.
        Unavailable: STORE_UNAVAILABLE, AUDIT_UNAVAILABLE.
    """
    _require_recipients(asker.policy, objector)
    today = today_in(asker.policy.retention.zone_info, asker.now)
    found = await store.objection_matches(objector, today=today)
    await store.record(asker.entry("PREVIEW", len(found)))
    return found


async def check(store: Store, asker: Asker, objector: Objector) -> bool:
    """Say whether a person may not be processed; an audit entry is durable before.

    Raises:
        InvalidArgument: FIELD_INVALID: the policy does not list a CRM record's recipient.
        Unavailable: STORE_UNAVAILABLE, AUDIT_UNAVAILABLE.
    """
    _require_recipients(asker.policy, objector)
    suppressed = await store.is_suppressed(objector.asked, objector.lead_ids)
    await store.record(asker.entry("SUPPRESSED" if suppressed else "OK", int(suppressed)))
    return suppressed


def _require_recipients(policy: Policy, objector: Objector) -> None:
    for record in objector.crm_records:
        require_recipient(policy, record)
