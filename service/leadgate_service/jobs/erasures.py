"""Erasure of what objections made unreadable, while the service runs (R-018, R-053)."""

from leadgate_service.store import Store
from leadgate_service.usecases.clock import Now

EVERY_SECONDS = 60.0
"""How much later than due something is erased at most, while the service runs."""


class Erasures:
    """Erases what is due.

    Args:
        store: Holds it.
        now: The clock.
    """

    def __init__(self, store: Store, now: Now) -> None:
        self._store = store
        self._now = now

    async def erase(self) -> int:
        """Erase everything that is due by now, and return how many leads that were.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        erased = 0
        while found := await self._store.erase_due(now=self._now()):
            erased += found
        return erased
