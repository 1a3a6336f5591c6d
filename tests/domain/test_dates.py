"""Civil dates: months that are clamped and never rolled, days that end at local midnight."""

import struct
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadgate_service.domain.dates import add_days, add_months, day_end_instant, tells_a_day, today_in

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.proves("R-084")
@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 60, "2029-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2025-06-30", 12, "2026-06-30"),
        ("2025-06-30", 60, "2030-06-30"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2025-01-31", 3, "2025-04-30"),
        ("2025-11-30", 3, "2026-02-28"),
        ("2026-12-01", 1, "2027-01-01"),
        ("2026-12-31", 12, "2027-12-31"),
        ("2028-01-31", 3, "2028-04-30"),
        ("2026-05-17", 0, "2026-05-17"),
    ],
)
def test_months_count_to_the_same_day_number_or_the_months_last(start: str, months: int, end: str) -> None:
    """A period in months ends on the same day number, or on the month's last day where there is no such day."""
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(end)


@pytest.mark.proves("R-084")
def test_a_storage_maximum_ends_on_a_sunday() -> None:
    """A maximum on storage never moves forward for a weekend: what ends on Sunday ends on Sunday."""
    sunday = date(2026, 2, 1)
    assert add_days(date(2026, 1, 4), 28) == sunday
    assert add_months(date(2026, 1, 1), 1) == sunday
    assert sunday.strftime("%A") == "Sunday"


@given(start=st.dates(date(1900, 1, 1), date(2150, 12, 31)), months=st.integers(0, 400))
def test_months_never_overshoot(start: date, months: int) -> None:
    """Counting months lands in exactly that month, on no later day number than it began with."""
    end = add_months(start, months)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day <= start.day
    assert end.day == start.day or add_days(end, 1).month != end.month


@pytest.mark.proves("R-084")
@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-03-28T23:30:00+00:00", "2026-03-29"),
        ("2026-10-24T22:30:00+00:00", "2026-10-25"),
        ("2026-10-25T00:30:00+00:00", "2026-10-25"),
        ("2026-10-25T01:30:00+00:00", "2026-10-25"),
        ("2026-12-31T23:15:00+00:00", "2027-01-01"),
        ("2026-12-31T22:59:59+00:00", "2026-12-31"),
    ],
)
def test_today_is_the_date_on_the_wall(instant: str, day: str) -> None:
    """The civil date of an instant is what the zone's clocks show, across summer time and year end."""
    assert today_in(AMSTERDAM, datetime.fromisoformat(instant)) == date.fromisoformat(day)


def test_an_instant_without_zone_has_no_date() -> None:
    """Nobody can say which day an instant without a zone is."""
    with pytest.raises(ValueError, match="time zone"):
        today_in(AMSTERDAM, datetime(2026, 1, 1, 12))  # noqa: DTZ001 - the missing zone is what is tried


@pytest.mark.parametrize(
    ("zone", "instant", "whole"),
    [
        pytest.param("Europe/Amsterdam", "2026-01-01T23:00:00+00:00", True, id="midnight in winter"),
        pytest.param("Europe/Amsterdam", "2026-07-01T22:00:00+00:00", True, id="midnight in summer"),
        pytest.param("Europe/Amsterdam", "2026-07-01T23:00:00+00:00", False, id="one o'clock in summer"),
        pytest.param("Europe/Amsterdam", "2026-01-01T23:00:00.000001+00:00", False, id="a moment after"),
        pytest.param("Europe/Amsterdam", "2026-07-01T00:00:00+02:00", True, id="in the zone's own time"),
        pytest.param("Europe/Amsterdam", "2026-07-01T00:00:00+00:00", True, id="midnight of UTC"),
        pytest.param("America/New_York", "2026-07-01T00:00:00+00:00", False, id="midnight of UTC is another day here"),
        pytest.param("America/Sao_Paulo", "2018-11-04T03:00:00+00:00", True, id="midnight does not exist"),
        pytest.param("America/Havana", "2026-11-01T04:00:00+00:00", True, id="midnight occurs twice: the first"),
        pytest.param("America/Havana", "2026-11-01T05:00:00+00:00", False, id="midnight occurs twice: the second"),
    ],
)
def test_the_beginning_of_a_day_stands_for_the_day(zone: str, instant: str, *, whole: bool) -> None:
    """A day that somebody wrote down is told from a time that a clock showed, in the zone's or in UTC's writing."""
    assert tells_a_day(datetime.fromisoformat(instant), ZoneInfo(zone)) == whole


@pytest.mark.proves("R-084")
@pytest.mark.parametrize(
    ("zone", "day", "instant"),
    [
        pytest.param("Europe/Amsterdam", "2026-04-07", "2026-04-07T22:00:00+00:00", id="summer"),
        pytest.param("Europe/Amsterdam", "2026-03-02", "2026-03-02T23:00:00+00:00", id="winter"),
        pytest.param("Europe/Amsterdam", "2026-03-28", "2026-03-28T23:00:00+00:00", id="before the 23-hour day"),
        pytest.param("Europe/Amsterdam", "2026-03-29", "2026-03-29T22:00:00+00:00", id="the 23-hour day"),
        pytest.param("Europe/Amsterdam", "2026-10-25", "2026-10-25T23:00:00+00:00", id="the 25-hour day"),
        pytest.param("Europe/Amsterdam", "2026-12-31", "2026-12-31T23:00:00+00:00", id="year end"),
        pytest.param("Europe/Amsterdam", "2028-02-29", "2028-02-29T23:00:00+00:00", id="leap day"),
        pytest.param("America/Sao_Paulo", "2018-11-03", "2018-11-04T03:00:00+00:00", id="midnight does not exist"),
        pytest.param("America/Havana", "2026-10-31", "2026-11-01T04:00:00+00:00", id="midnight occurs twice"),
        pytest.param("Pacific/Apia", "2011-12-29", "2011-12-30T10:00:00+00:00", id="the next day does not exist"),
    ],
)
def test_a_day_ends_at_its_next_local_midnight(zone: str, day: str, instant: str) -> None:
    """A last day is over at the next local midnight, whatever the clocks do that night."""
    assert day_end_instant(date.fromisoformat(day), ZoneInfo(zone)) == datetime.fromisoformat(instant)


@pytest.mark.proves("R-084")
@given(
    day=st.dates(date(2015, 1, 1), date(2060, 12, 31)),
    zone=st.sampled_from(["Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]),
)
def test_the_instant_and_the_date_agree(day: date, zone: str) -> None:
    """The moment before a day's end still shows that day, and the end itself shows the next."""
    end = day_end_instant(day, ZoneInfo(zone))
    assert end.tzinfo is UTC
    assert today_in(ZoneInfo(zone), end - timedelta(microseconds=1)) == day
    assert today_in(ZoneInfo(zone), end) == add_days(day, 1)


@pytest.mark.proves("R-084")
def test_new_rules_of_a_zone_move_the_instant_and_not_the_date() -> None:
    """When a zone's rules change, the same civil date ends at the new local midnight."""
    last_day = date(2027, 7, 1)
    today_rules, new_rules = _fixed_zone(hours=2), _fixed_zone(hours=1)
    assert day_end_instant(last_day, today_rules) == datetime(2027, 7, 1, 22, tzinfo=UTC)
    assert day_end_instant(last_day, new_rules) == datetime(2027, 7, 1, 23, tzinfo=UTC)


def _fixed_zone(*, hours: int) -> ZoneInfo:
    """Build a zone as a time zone database would hold it: one type of local time, `hours` east of UTC."""
    header = struct.pack(">4sc15x6l", b"TZif", b"\0", 0, 0, 0, 0, 1, 4)
    return ZoneInfo.from_file(BytesIO(header + struct.pack(">lbb4s", hours * 3600, 0, 0, b"TST\0")))
