"""Readiness: each open point between the present state and lawful operation, with its remedy (R-094)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib import resources

from leadgate_service.burn_ring import BurnRing
from leadgate_service.domain.policy import AssessmentState, Policy
from leadgate_service.domain.register import SourceName
from leadgate_service.errors import LeadgateError
from leadgate_service.keep_ring import MOST_TOKEN_KEYS, TOKEN_KEYS_WITHOUT_REVIEW
from leadgate_service.keyfiles import KeyRingError
from leadgate_service.store import Store
from leadgate_service.usecases.clock import Now, moment
from leadgate_service.usecases.policy import PolicyInForce


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """One thing between the present state and lawful operation.

    Attributes:
        code: UPPER_SNAKE.
        message: What was found.
        remedy: What to do.
        blocking: Intake stays closed because of it.
    """

    code: str
    message: str
    remedy: str
    blocking: bool


def unproved() -> tuple[str, ...]:
    """List the starred requirements that this release does not prove in full."""
    text = resources.files("leadgate_service").joinpath("unproved.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line)


def trial_only() -> OpenPoint | None:
    """Say that this release is for trial with invented people, until every starred requirement is proved."""
    rows = unproved()
    if not rows:
        return None
    return OpenPoint(
        "TRIAL_ONLY",
        f"{len(rows)} requirements for real data are not yet proved: {', '.join(rows)}.",
        "Use this release for trial with invented people only.",
        blocking=False,
    )


def token_keys_to_review(token_version: int) -> OpenPoint | None:
    """Say that so many token keys call for a review; how many there are is the version of the tokens."""
    if token_version <= TOKEN_KEYS_WITHOUT_REVIEW:
        return None
    return OpenPoint(
        "TOKEN_KEYS_REVIEW_DUE",
        f"Every token goes through {token_version} token keys, and none of them can be taken out.",
        "Review with the privacy officer whom the suppression list still needs, and rotate again only if a key leaked "
        f"or must be replaced: {MOST_TOKEN_KEYS} keys are the most. Keep every key.",
        blocking=False,
    )


async def open_points(  # noqa: PLR0913, PLR0917 - what readiness looks at
    store: Store,
    burn: BurnRing,
    token_version: int,
    policies: PolicyInForce,
    sources: frozenset[SourceName],
    now: Now,
) -> list[OpenPoint]:
    """Look at the live state.

    Args:
        store: Says whether objectors are found.
        burn: The content keys, without which nothing is taken in or shown.
        token_version: How many token keys the tokens have gone through.
        policies: The policy in force.
        sources: Providers that are configured.
        now: The clock.

    Returns:
        Every open point, the blocking ones first.
    """
    found = [point for point in (trial_only(), token_keys_to_review(token_version)) if point is not None]
    try:
        await store.check_ring()
    except LeadgateError as error:
        remedy = _RING_REMEDIES.get(error.reason, "Start the database.")
        found.append(OpenPoint(error.reason, error.message, remedy, blocking=True))
    try:
        burn.dates()
    except KeyRingError as error:
        message = "The burn ring cannot be read: nothing is taken in or shown. Objections are accepted."
        found.append(OpenPoint(error.reason, message, _RING_REMEDIES[error.reason], blocking=True))
    try:
        policy = await policies.current()
    except LeadgateError as error:
        found.append(OpenPoint(error.reason, error.message, "Apply a policy.", blocking=True))
    else:
        found += _of_policy(policy, sources, now)
    return sorted(found, key=lambda point: not point.blocking)


def _of_policy(policy: Policy, sources: frozenset[SourceName], now: Now) -> Iterator[OpenPoint]:
    today = moment(now, policy).today
    if policy.demo:
        yield OpenPoint("POLICY_FOR_DEMO", "The policy is for invented people.", "Apply your own.", blocking=False)
    if not policy.assessment.in_force(today):
        draft = policy.assessment.state is AssessmentState.DRAFT
        message = "The legitimate-interest assessment is a draft." if draft else "The assessment is not in force today."
        yield OpenPoint("ASSESSMENT_NOT_IN_FORCE", message, "Have it approved, or reviewed.", blocking=True)
    if policy.objections.review_due(today):
        message = "Nobody has asked in the last twelve months whether the suppression list is still needed as it is."
        remedy = "Review it, and record the day as objections.list_reviewed_date of the policy."
        yield OpenPoint("SUPPRESSION_REVIEW_DUE", message, remedy, blocking=False)
    yield from _of_sources(policy, sources, today)
    for recipient in policy.recipients:
        if recipient.usable(today) is not None:
            message = f"No valid mechanism covers the transfer to {recipient.name}."
            yield OpenPoint("TRANSFER_MECHANISM_INVALID", message, "Renew the mechanism.", blocking=False)
    if not policy.recipients:
        yield OpenPoint("NO_RECIPIENT", "No recipient is registered.", "Register the CRM.", blocking=False)


def _of_sources(policy: Policy, sources: frozenset[SourceName], today: date) -> Iterator[OpenPoint]:
    usable = False
    for source in policy.sources:
        reason = source.usable(today)
        if reason is not None:
            yield OpenPoint(reason, f"Source {source.name} may not be used today.", _REMEDIES[reason], blocking=False)
        elif source.name not in sources:
            message = f"No key is configured for source {source.name}."
            yield OpenPoint("SOURCE_NOT_CONFIGURED", message, "Set its key and restart.", blocking=False)
        else:
            usable = True
    if not usable:
        message = "No source can be asked; answers fetched elsewhere may still be handed in."
        yield OpenPoint("NO_USABLE_SOURCE", message, "Activate and configure a source.", blocking=False)


_RING_REMEDIES = {
    "KEY_RING_INVALID": "Run `leadgate keys check`, and restore what it names.",
    "TOKEN_KEY_ROTATED": "Start this service process again.",
}
_REMEDIES = {
    "SOURCE_NOT_ACTIVE": "Activate the source in the policy.",
    "ATTESTATION_LAPSED": "Obtain a new attestation and record it in the policy.",
    "TRANSFER_MECHANISM_INVALID": "Renew the mechanism and record it in the policy.",
}
