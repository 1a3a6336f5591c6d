"""UUIDv7: ids that sort by the time they were made, so that new rows go to the end of every index (RFC 9562)."""

import secrets
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

NewId = Callable[[], UUID]

_VERSION = 0x7 << 76
_VARIANT = 0x2 << 62
_RANDOM_A = (1 << 12) - 1
_RANDOM_B = (1 << 62) - 1


class Uuid7:
    """Makes ids that grow within a process: in one millisecond by counting up, after it by the clock.

    Args:
        now: The clock.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._last = 0

    def __call__(self) -> UUID:
        """Make the next id."""
        milliseconds = int(self._now().timestamp() * 1000)
        value = (milliseconds << 74) | secrets.randbits(73)  # the top random bit stays clear, as room to count up
        self._last = value if value > self._last else self._last + 1
        time, random = self._last >> 74, self._last & ((1 << 74) - 1)
        return UUID(int=time << 80 | _VERSION | (random >> 62 & _RANDOM_A) << 64 | _VARIANT | random & _RANDOM_B)
