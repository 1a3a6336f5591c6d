"""Time as an argument: the one clock of a running service. No variable, file or call moves it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from leadgate_service.domain.dates import today_in
from leadgate_service.domain.policy import Policy

Now = Callable[[], datetime]
"""The clock: the present instant, in UTC."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One instant with its civil day in the policy's zone; a call takes one and keeps it."""

    now: datetime
    today: date


def moment(now: Now, policy: Policy) -> Moment:
    """Read the clock."""
    instant = now()
    return Moment(instant, today_in(policy.retention.zone_info, instant))
