"""Civil dates: legal days are days of a calendar in a zone, never a number of seconds (R-084).

A legal date is stored as a date; instants are derived from it when they are needed, so that a change of a zone's
rules moves the instant and not the promise. Months are counted as Regulation 1182/71 counts them: to the same day
number, and to the month's last day where that number does not exist. Nothing here rolls over a weekend: storage
maxima end on their day, Sunday or not.
"""

import calendar
import functools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MONTHS_PER_YEAR = 12


@functools.lru_cache(maxsize=4096)
def add_months(start: date, months: int) -> date:
    """Return the same day number `months` months after `start`, or that month's last day if there is none.

    Count from the original date, never month by month: 31 January plus two months is 31 March, although 31 January
    plus one month is 28 February.

    Args:
        start: The day that is counted from; it is not itself counted.
        months: How many months, 0 or more.

    Raises:
        ValueError: The result lies after the year 9999.
    """
    years, month_index = divmod(start.month - 1 + months, _MONTHS_PER_YEAR)
    year, month = start.year + years, month_index + 1
    last_day = calendar.monthrange(year, month)[1]
    return date(year, month, min(start.day, last_day))


def add_days(start: date, days: int) -> date:
    """Return the day `days` civil days after `start`, which is not itself counted.

    Raises:
        OverflowError: The result lies after the year 9999.
    """
    return start + timedelta(days=days)


def today_in(zone: ZoneInfo, instant: datetime) -> date:
    """Return the civil date that `zone` shows at `instant`.

    Raises:
        ValueError: The instant has no time zone, so nobody can say which day it is.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(zone).date()


def tells_a_day(instant: datetime, zone: ZoneInfo) -> bool:
    """Say whether an instant stands for a whole day of `zone`: it is that day's first, there or in UTC.

    Whoever knows no more than a day sends its beginning. A clock seldom shows just that instant, and then it is
    true as well that it was on that day.

    Raises:
        ValueError: The instant has no time zone.
    """
    day = today_in(zone, instant)
    return instant.astimezone(UTC) in {
        datetime.combine(day, time.min, tzinfo=one).astimezone(UTC) for one in (zone, UTC)
    }


def day_end_instant(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which `day` is over in `zone`: its next local midnight.

    Where clocks skip midnight it is the instant of the skip; where they show midnight twice it is the first, because
    a storage maximum rounds down.

    Raises:
        OverflowError: The next day lies after the year 9999.
    """
    return datetime.combine(add_days(day, 1), time.min, tzinfo=zone).astimezone(UTC)
