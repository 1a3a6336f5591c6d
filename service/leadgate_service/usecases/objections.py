"""Objections: registered at once, whatever is held (GDPR Art. 21(2)-(3))."""

from collections.abc import Callable
from datetime import datetime

from leadgate_service.audit import Entry
from leadgate_service.domain import identity
from leadgate_service.domain.dates import today_in
from leadgate_service.domain.policy import Policy
from leadgate_service.records import Caller, Objection, Registered
from leadgate_service.store import Store


async def register(  # noqa: PLR0913 - a command with its surroundings
    store: Store,
    policy: Policy,
    *,
    caller: Caller,
    email: str,
    channel: str,
    received_time: datetime,
    reference: str | None,
    now: datetime,
    encode: Callable[[Registered], bytes],
) -> bytes:
    """Suppress a person by an address. Nothing here refuses, weighs or delays.

    Args:
        store: Where.
        policy: Says when unreadable content is erased, and in which zone days are counted.
        caller: Who registers it.
        email: Canonical address.
        channel: How it came.
        received_time: When it reached the organisation.
        reference: The desk's case number, or None.
        now: From when on it is effective.
        encode: Makes the answer.

    Raises:
        FailedPrecondition: REQUEST_ID_REUSED.
        Unavailable: STORE_UNAVAILABLE.
    """
    objection = Objection(
        caller=caller,
        email=email,
        channel=channel,
        received_time=received_time,
        reference=reference,
        now=now,
        today=today_in(policy.retention.zone_info, now),
        erase_time=now + policy.objections.erase_after,
        policy_version=policy.version,
        encode=encode,
    )
    return await store.register_objection(objection)


async def check(  # noqa: PLR0913 - a query with its surroundings
    store: Store,
    policy: Policy,
    *,
    principal: str,
    method: str,
    email: str,
    now: datetime,
) -> bool:
    """Say whether a person, by a canonical address, may not be processed; an audit entry is durable before.

    Raises:
        Unavailable: STORE_UNAVAILABLE, AUDIT_UNAVAILABLE.
    """
    domains = identity.domain_and_parents(identity.email_domain(email))
    suppressed = await store.is_suppressed((*identity.email_identifiers(email), *domains))
    entry = Entry(
        time=now,
        principal=principal,
        action=method,
        purpose=None,
        outcome="SUPPRESSED" if suppressed else "OK",
        count=int(suppressed),
        detail="",
        policy_version=policy.version,
        tokens=b"",
    )
    await store.record(entry)
    return suppressed
