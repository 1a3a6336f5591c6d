"""How long a lead may be held, as civil dates (GDPR Art. 5(1)(e); R-040, R-041, R-084).

Every date is computed from the day of first acquisition and from nothing else, so no later event can move it. The day
of acquisition is not counted, maxima round down, and none moves for a weekend.
"""

from datetime import date

from leadgate_service.domain.dates import add_days, add_months
from leadgate_service.domain.policy import Policy

ACQUISITION_MONTHS = 12
"""How long a look-up is remembered, so that letting a lead lapse cannot restart its clock (R-092)."""

NOTICE_MONTHS = 1
"""Within which the person must be told (GDPR Art. 14(3)(a))."""


def expire_date(first_obtained_date: date, country_code: str | None, policy: Policy) -> date:
    """Return the last day on which a lead may be held (R-040).

    It is the earlier of the period for the country and the statement's marketing cap.

    Args:
        first_obtained_date: When the person's data was first acquired, in the policy's zone.
        country_code: ISO 3166-1 alpha-2, or None if unknown: the shortest period then applies.
        policy: The policy in force.
    """
    period_end = add_days(first_obtained_date, policy.retention.days_for(country_code))
    return min(period_end, add_months(first_obtained_date, policy.statement.marketing_cap_months))


def shortened(last_day: date, first_obtained_date: date, country_code: str | None, policy: Policy, today: date) -> date:
    """Return the last day of a lead whose clock turns out to have begun earlier (R-041).

    It is never later than `last_day`, and not before today: what should be over by then leaves tonight.
    """
    return min(last_day, max(expire_date(first_obtained_date, country_code, policy), today))


def is_expired(last_day: date, today: date) -> bool:
    """Whether a lead whose `expire_date` is `last_day` may no longer be read today (R-044)."""
    return today > last_day


def acquisition_ends(first_obtained_date: date) -> date:
    """Return the last day of the look-up record: twelve months after the first acquisition (R-041, R-092)."""
    return add_months(first_obtained_date, ACQUISITION_MONTHS)


def notice_due_date(first_obtained_date: date) -> date:
    """Return the last day on which the notice is in time: one month, with no extension over a weekend (R-061)."""
    return add_months(first_obtained_date, NOTICE_MONTHS)
