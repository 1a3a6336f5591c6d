"""Whether who objected is found, asked while the service runs: a process that finds nobody must not serve (R-034)."""

from typing import Protocol

from leadgate_service.errors import LeadgateError
from leadgate_service.logs import Log
from leadgate_service.store import Store

EVERY_SECONDS = 2.0
"""How much later than it is so balancers know at most that a process finds nobody."""

_BLIND = frozenset({"TOKEN_KEY_ROTATED", "KEY_RING_INVALID"})


class Told(Protocol):
    """Who is told."""

    async def see(self, *, found: bool) -> None:
        """Take note of whether who objected is found."""
        ...


class Sight:
    """Looks for the canary objector, and tells whether it was found.

    Args:
        store: Looks.
        told: Who is told.
        log: Where it is written down that the canary is not found any more, once.
    """

    def __init__(self, store: Store, told: Told, log: Log) -> None:
        self._store = store
        self._told = told
        self._log = log
        self._found = True

    async def look(self) -> None:
        """Look once. While the database cannot answer nobody can tell, and what was told stands."""
        try:
            await self._store.check_ring()
        except LeadgateError as error:
            if error.reason in _BLIND:
                if self._found:
                    self._log.incident("sight", error)
                self._found = False
        else:
            self._found = True
        await self._told.see(found=self._found)
