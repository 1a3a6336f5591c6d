"""What the audit trail says of a call that was refused, by whichever door it came."""

from leadgate_service.audit import Entry
from leadgate_service.usecases.clock import Now
from leadgate_service.usecases.policy import PolicyInForce


async def refused(policies: PolicyInForce, now: Now, principal: str, action: str, reason: str) -> Entry:
    """Make the entry of a refusal.

    Args:
        policies: The policy in force.
        now: The clock.
        principal: Who was refused.
        action: What was asked for.
        reason: Why it was refused.

    Raises:
        FailedPrecondition: POLICY_MISSING.
        Unavailable: STORE_UNAVAILABLE.
    """
    policy = await policies.current()
    return Entry(
        time=now(),
        principal=principal,
        action=action,
        purpose=None,
        outcome=reason,
        count=0,
        detail="refused",
        policy_version=policy.version,
        tokens=b"",
    )
