"""Signed checkpoints of the audit chains, written outside the database while the service runs (R-074)."""

from pathlib import Path

from leadgate_service.audit import Head
from leadgate_service.audit_checkpoints import Checkpoint, write_checkpoint
from leadgate_service.keep_ring import KeepRing
from leadgate_service.store import Store
from leadgate_service.usecases.clock import Now

EVERY_SECONDS = 60.0
"""How much of the trail's tail a cut could hide at most."""


class Checkpoints:
    """Writes checkpoints of the chains that have grown.

    Args:
        store: Knows the heads.
        keep: Signs.
        directory: Where to.
        now: The clock.
    """

    def __init__(self, store: Store, keep: KeepRing, directory: Path, now: Now) -> None:
        self._store = store
        self._keep = keep
        self._directory = directory
        self._now = now
        self._written: frozenset[Head] = frozenset()

    async def write(self) -> None:
        """Write one now, if any chain has grown.

        Raises:
            Unavailable: STORE_UNAVAILABLE, AUDIT_UNAVAILABLE.
        """
        heads = frozenset(await self._store.audit_heads())
        grown = heads - self._written
        if grown:
            ordered = tuple(sorted(grown, key=lambda head: head.chain_id))
            write_checkpoint(self._directory, Checkpoint(time=self._now(), heads=ordered), self._keep)
            self._written = heads
