"""How long a lead may be held: computed from the first acquisition and nothing else."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadgate_service.domain import retention
from leadgate_service.domain.dates import day_end_instant, today_in
from leadgate_service.domain.policy import Policy

from tests.domain.policies import policy

SIX_WEEKS = policy({})
WITH_COUNTRIES = policy({("retention", "countries"): {"DE": 28, "NO": 14}})
LONGEST = policy(
    {
        ("statement", "lead_period_days"): 366,
        ("retention", "lead_days"): 366,
    },
)
ONE_MONTH_CAP = policy({("statement", "marketing_cap_months"): 1})


@pytest.mark.proves("R-040")
@pytest.mark.parametrize(
    ("rules", "country", "first", "last_day"),
    [
        pytest.param(SIX_WEEKS, "NL", "2026-11-23", "2027-01-04", id="six weeks over year end"),
        pytest.param(SIX_WEEKS, "NL", "2024-02-29", "2024-04-11", id="from a leap day"),
        pytest.param(SIX_WEEKS, "NL", "2024-01-18", "2024-02-29", id="to a leap day"),
        pytest.param(SIX_WEEKS, "NL", "2025-01-18", "2025-03-01", id="the same in a common year"),
        pytest.param(SIX_WEEKS, None, "2026-11-23", "2027-01-04", id="unknown country, no shorter one"),
        pytest.param(WITH_COUNTRIES, "DE", "2026-11-23", "2026-12-21", id="shorter by country"),
        pytest.param(WITH_COUNTRIES, "NO", "2026-11-23", "2026-12-07", id="Norway is a country, not a no"),
        pytest.param(WITH_COUNTRIES, "NL", "2026-11-23", "2027-01-04", id="country without its own period"),
        pytest.param(WITH_COUNTRIES, None, "2026-11-23", "2026-12-07", id="unknown country: the shortest of all"),
        pytest.param(LONGEST, "NL", "2024-02-29", "2025-02-28", id="cap: twelve months from a leap day"),
        pytest.param(LONGEST, "NL", "2025-06-30", "2026-06-30", id="cap: twelve months"),
        pytest.param(ONE_MONTH_CAP, "NL", "2026-01-31", "2026-02-28", id="a lower cap of the statement"),
    ],
)
def test_a_lead_is_held_to_the_earlier_of_period_and_cap(
    rules: Policy,
    country: str | None,
    first: str,
    last_day: str,
) -> None:
    """The last day is the first day plus the country's period, the first day not counted, and never past the cap."""
    assert retention.expire_date(date.fromisoformat(first), country, rules) == date.fromisoformat(last_day)


@pytest.mark.proves("R-044")
def test_a_lead_is_readable_on_its_last_day_and_not_after() -> None:
    """The last day belongs to the period; the day after does not."""
    last_day = date(2027, 1, 4)
    assert not retention.is_expired(last_day, last_day)
    assert retention.is_expired(last_day, date(2027, 1, 5))


@pytest.mark.proves("R-044", "R-084")
def test_a_lead_expires_at_local_midnight() -> None:
    """A lead is readable one microsecond before local midnight after its last day, and unreadable at midnight."""
    zone = SIX_WEEKS.retention.zone_info
    last_day = date(2026, 3, 29)
    midnight = day_end_instant(last_day, zone)
    assert midnight == datetime.fromisoformat("2026-03-30T00:00:00+02:00")
    assert retention.is_expired(last_day, today_in(zone, midnight))
    assert not retention.is_expired(last_day, today_in(zone, midnight - timedelta(microseconds=1)))


@pytest.mark.proves("R-041")
@given(
    first=st.dates(date(2018, 5, 25), date(2090, 12, 31)),
    country=st.sampled_from([None, "NL", "DE", "NO"]),
    rules=st.sampled_from([SIX_WEEKS, WITH_COUNTRIES, LONGEST, ONE_MONTH_CAP]),
)
def test_the_look_up_record_outlives_every_lead(first: date, country: str | None, rules: Policy) -> None:
    """No lead lives past twelve months from its first acquisition, so its look-up record is there when it ends."""
    assert first < retention.expire_date(first, country, rules) <= retention.acquisition_ends(first)


@pytest.mark.proves("R-041")
@pytest.mark.parametrize(("first", "last_day"), [("2024-02-29", "2025-02-28"), ("2025-06-30", "2026-06-30")])
def test_an_acquisition_is_remembered_for_twelve_months(first: str, last_day: str) -> None:
    """A look-up record lives twelve months from the first acquisition, rounded down."""
    assert retention.acquisition_ends(date.fromisoformat(first)) == date.fromisoformat(last_day)


def test_notice_is_due_within_a_month_even_on_a_saturday() -> None:
    """The notice of what was obtained on 31 January is due on 28 February, although that is a Saturday."""
    assert retention.notice_due_date(date(2026, 1, 31)) == date(2026, 2, 28)
