"""The clock of the demo: the one place of the project where time is moved by hand."""

from datetime import UTC, datetime, timedelta

BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""The first morning. Fixed, so that every run falls on the same days."""


class HeldClock:
    """A clock that stands still until it is moved. The service is given it as it is given the system's."""

    def __init__(self) -> None:
        self._now = BEGIN

    def __call__(self) -> datetime:
        """Tell the time."""
        return self._now

    def move_to(self, day: int) -> None:
        """Let days pass. Call it only while no call is under way, for a call keeps the moment it began with.

        Args:
            day: Days since the first morning.
        """
        self._now = BEGIN + timedelta(days=day)

    def wait_a_minute(self) -> None:
        """Let a minute pass. As with `move_to`, only while no call is under way."""
        self._now += timedelta(minutes=1)
