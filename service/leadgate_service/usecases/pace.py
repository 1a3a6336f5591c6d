"""How often one caller may ask about people: enough for a desk, too little to try a list of addresses (R-027)."""

from datetime import datetime, timedelta

from leadgate_service.errors import ResourceExhausted

_MINUTE = timedelta(minutes=1)


class Pace:
    """Counts the questions of each caller in this process: a bucket that holds a minute's worth and fills evenly."""

    def __init__(self) -> None:
        self._free_at: dict[str, datetime] = {}

    def take(self, principal: str, now: datetime, a_minute: int) -> None:
        """Count one question.

        Args:
            principal: Who asks.
            now: When.
            a_minute: How many may be asked in a minute.

        Raises:
            ResourceExhausted: RATE_LIMITED, with the seconds to wait.
        """
        each = _MINUTE / a_minute
        # When the bucket would be full again, had nobody asked since: a question moves that on by its share.
        full = max(self._free_at.get(principal, now), now) + each
        wait = full - now - _MINUTE
        if wait > timedelta():
            seconds = -(-wait // timedelta(seconds=1))
            raise ResourceExhausted(
                "RATE_LIMITED",
                f"You may ask about people {a_minute} times a minute: wait {seconds} s, then send the same again.",
                retry_after_seconds=str(seconds),
            )
        self._free_at[principal] = full
