"""Stores and databases that fail where they are told to, and what must be true of a database whatever failed."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

import sqlalchemy as sa
from leadgate_service.domain import identity
from leadgate_service.domain.identity import STRONG_KINDS
from leadgate_service.storage import tables
from leadgate_service.storage.driver import CommitUnknown, Driver, store_unavailable
from leadgate_service.storage.installation import CANARY_OBJECTION
from leadgate_service.storage.work import Latch, Row, Together, Work, one_of
from leadgate_service.store import Store

from tests.worlds import World

Result = TypeVar("Result")

_ALIAS = (tables.aliases.c.key_token, tables.aliases.c.token)

METHODS = sorted(name for name, value in vars(Store).items() if inspect.iscoroutinefunction(value) and name != "close")
"""Every method of the Protocol that reads or writes: a new one is here by itself."""


class When(Enum):
    """On which side of its effect a method fails."""

    BEFORE = "before"
    AFTER = "after"


class FaultyStore:
    """Any store, of which the next call of one method fails before or after its effect.

    Args:
        inner: The store.
        method: Which method.
        when: On which side of its effect.
    """

    def __init__(self, inner: Store, method: str, when: When) -> None:
        self._inner = inner
        self._method = method
        self._when = when

    def __getattr__(self, name: str) -> Any:
        """Give a method of the store, or one that fails in its place."""
        method = getattr(self._inner, name)
        return self._failing(method) if name == self._method else method

    def _failing(self, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def call(*args: Any, **kwargs: Any) -> Any:
            if self._when is When.AFTER:
                await method(*args, **kwargs)
            raise store_unavailable()

        return call


class Place(Enum):
    """Where in a transaction the database is lost."""

    BEFORE_STEP = "before a step"
    AFTER_STEP = "after a step"
    BEFORE_COMMIT = "at the commit, which did not happen"
    AFTER_COMMIT = "at the commit, which happened"


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure.

    Attributes:
        place: Where.
        step: At which step of the unit of work, from 0; not for a commit.
    """

    place: Place
    step: int = 0


class FaultyDriver:
    """Any database, of which the next unit of work fails at one place.

    Attributes:
        fault: What the next unit of work meets; None again when it has met it.
    """

    def __init__(self, inner: Driver) -> None:
        self._inner = inner
        self.fault: Fault | None = None

    async def transact(self, work: Callable[[], Work[Result]], latch: Latch) -> Result:
        """See `Driver.transact`."""
        result = await self._inner.transact(lambda: self._broken(work()), latch)
        if self.fault is not None and self.fault.place is Place.AFTER_COMMIT:
            self.fault = None
            raise CommitUnknown
        return result

    async def at_once(self, steps: Together) -> list[Row]:
        """See `Driver.at_once`, which is one step and a commit."""
        self._meet(Fault(Place.BEFORE_STEP), CommitUnknown())
        self._meet(Fault(Place.BEFORE_COMMIT), CommitUnknown())
        rows = await self._inner.at_once(steps)
        self._meet(Fault(Place.AFTER_COMMIT), CommitUnknown())
        return rows

    async def read(self, work: Callable[[], Work[Result]]) -> Result:
        """See `Driver.read`."""
        return await self._inner.read(lambda: self._broken(work()))

    async def close(self) -> None:
        """See `Driver.close`."""
        await self._inner.close()

    def _broken(self, work: Work[Result]) -> Work[Result]:
        rows: list[Row] | None = None
        number = 0
        while True:
            try:
                step = work.send(rows) if rows is not None else next(work)
            except StopIteration as finished:
                self._meet(Fault(Place.BEFORE_COMMIT), CommitUnknown())
                result: Result = finished.value
                return result
            self._meet(Fault(Place.BEFORE_STEP, number), store_unavailable())
            rows = yield step
            self._meet(Fault(Place.AFTER_STEP, number), store_unavailable())
            number += 1

    def _meet(self, here: Fault, error: Exception) -> None:
        if self.fault == here:
            self.fault = None
            raise error


def check_invariants(world: World) -> None:
    """Check what must be true of a database after anything at all."""
    assert world.findings() == ()
    _leads_are_whole(world)
    _objections_are_whole(world)


def _leads_are_whole(world: World) -> None:
    """Every lead opens, has its source and its change, and is named in the audit trail; a person's is remembered."""
    lead_ids = _values(world, sa.select(tables.leads.c.lead_id))
    upserts = tables.changes.c.kind == "upsert"
    assert lead_ids == _values(world, sa.select(tables.lead_sources.c.lead_id))
    assert lead_ids <= _values(world, sa.select(tables.changes.c.lead_id).where(upserts))
    of_persons = sa.select(tables.leads.c.key_token).where(tables.leads.c.personal)
    assert _values(world, of_persons) <= _values(world, sa.select(tables.lookups.c.key_token))
    leads = tables.leads.c
    of_companies = _values(world, sa.select(leads.key_token).where(~leads.personal, leads.erase_time.is_not(None)))
    domains = _values(world, sa.select(tables.suppressions.c.token).where(tables.suppressions.c.kind == "domain"))
    at_domains = sa.select(tables.aliases.c.key_token).where(one_of(tables.aliases.c.token, "tokens"))
    assert of_companies <= {bytes(key) for (key,) in world.rows(at_domains, tokens=list(domains))}
    evidence = b"".join(_values(world, sa.select(tables.audit_entries.c.tokens)))
    for lead_id in lead_ids:
        assert world.rings.keep.evidence_token("lead", lead_id) in evidence
        assert world.held(lead_id).fields is not None


def _objections_are_whole(world: World) -> None:
    """Every objection has its tokens until it ends, and only the canary has others; whom they name is not listed."""
    keep = world.rings.keep
    standing = sa.select(tables.objections.c.objection_id).where(tables.objections.c.annulled_by.is_(None))
    objections = {keep.group_id(one) for one in (*_values(world, standing), CANARY_OBJECTION)}
    listed = _values(world, sa.select(tables.suppressions.c.group_id))
    entries = tables.audit_entries.c
    lifted = sum(count for (count,) in world.rows(sa.select(entries.count).where(entries.outcome == "LIFTED")))
    assert listed <= objections
    assert len(objections - listed) == lifted
    suppressed = _values(world, sa.select(tables.suppressions.c.token))
    strong = [kind.value for kind in STRONG_KINDS]
    chosen = sa.select(*_ALIAS).where(one_of(tables.aliases.c.kind, "kinds"))
    aliases = [tuple(map(bytes, row)) for row in world.rows(chosen, kinds=strong)]
    leads = tables.leads.c
    for lead_id, key, since, erased in world.rows(
        sa.select(leads.lead_id, leads.key_token, leads.suppressed_time, leads.erase_time).where(leads.personal),
    ):
        own = {bytes(key), *(token for owner, token in aliases if owner == bytes(key))}
        assert own.isdisjoint(suppressed) or erased is not None
        assert erased is None or since is not None
        assert since is None or bytes(lead_id) not in [lead.lead_id for lead in world.listed()]
        number = world.content(bytes(lead_id)).phone_number if since is None else None
        assert number is None or keep.token(identity.phone(number)) not in suppressed


def _values(world: World, clause: sa.Select[Any]) -> set[bytes]:
    return {bytes(value) for (value,) in world.rows(clause)}


def is_suppressed(world: World, email: str) -> bool:
    """Say whether an address is on the list."""
    return world.run(world.store.is_suppressed(identity.email_identifiers(email)))
