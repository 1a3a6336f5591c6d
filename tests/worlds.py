"""A store to talk to: on a migrated database, under the demo policy, at a time that the test sets.

Everything goes through the methods of `leadgate_service.store.Store`; rows are read beside it only to be counted.
"""

import asyncio
import functools
import itertools
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from leadgate_service.audit_checkpoints import Checkpoints
from leadgate_service.audit_verify import Finding, verify
from leadgate_service.domain import identity
from leadgate_service.domain.candidate import Candidate, CrmRecord, Intake, question
from leadgate_service.domain.dates import today_in
from leadgate_service.domain.decision import Decision
from leadgate_service.domain.fields import LeadFields
from leadgate_service.domain.objector import ContactScope, Objector
from leadgate_service.domain.register import SourceName
from leadgate_service.ids import Uuid7
from leadgate_service.policy_file import parse
from leadgate_service.records import (
    Admission,
    Asking,
    Caller,
    LeadFilter,
    LeadKey,
    LeadRecord,
    Objection,
    PolicyChange,
    Registered,
    Settlement,
)
from leadgate_service.storage import tables
from leadgate_service.storage.driver import Driver
from leadgate_service.storage.sql_store import SqlStore
from leadgate_service.storage.work import Latch, Row, Statement, Step, Work

from tests.builders import NOON
from tests.domain.policies import Path as PolicyPath
from tests.domain.policies import changed, written
from tests.stores import COUNT_ROWS, DELETE_ROWS, Rings, connected
from tests.told import Told, encoded, told

Result = TypeVar("Result")
Wrap = Callable[[Driver], Driver]

DEMO = written(changed({}))

parsed = functools.cache(parse)
"""Reads a policy's text, each once."""


def _registered(registered: Registered) -> bytes:
    numbers = (registered.matched_leads, registered.identifiers, registered.linked_identifiers)
    return registered.objection_id + b"".join(number.to_bytes(2, "big") for number in numbers)


class World:
    """A store, spoken to one call at a time.

    Args:
        url: A migrated database.
        rings: The keys.
        wrap: Puts something between store and driver.

    Attributes:
        url: The database.
        rings: The keys.
        driver: Under the store.
        store: What is tested.
        policy: In force.
        now: The time, which the test sets.
    """

    def __init__(self, url: str, rings: Rings, *, wrap: Wrap = lambda driver: driver) -> None:
        self.url = url
        self.rings = rings
        self.now = NOON
        self.policy = parsed(DEMO)
        self._runner = asyncio.Runner()
        self._numbers = itertools.count(1)
        self.driver = wrap(self.run(connected(url)))
        self.store = self.another_store(self.driver)

    @classmethod
    @contextmanager
    def founded(cls, url: str, rings: Rings, *, wrap: Wrap = lambda driver: driver) -> Iterator["World"]:
        """Open a world on a database, which is emptied first, and put the demo policy in force."""
        world = cls(url, rings, wrap=wrap)
        try:
            world.empty()
            world.run(world.store.check_ring())
            world.apply({})
            yield world
        finally:
            world.close()

    def close(self) -> None:
        """Close the store and end the loop."""
        self.run(self.store.close())
        self._runner.close()

    def another_store(self, driver: Driver) -> SqlStore:
        """Make a store with the same keys and clock, such as another process would have."""
        clock = self.clock
        return SqlStore(driver, keep=self.rings.keep, burn=self.rings.burn, now=clock, new_id=Uuid7(clock))

    def clock(self) -> datetime:
        """Tell the time."""
        return self.now

    def run(self, call: Coroutine[Any, Any, Result]) -> Result:
        """Wait for a call."""
        return self._runner.run(call)

    @property
    def today(self) -> date:
        """The day in the policy's zone."""
        return today_in(self.policy.retention.zone_info, self.now)

    def pass_days(self, days: int) -> None:
        """Let time pass."""
        self.now += timedelta(days=days)

    def caller(self, request_id: str | None = None, body: bytes = b"body") -> Caller:
        """Name a caller; each has a request id of its own unless one is given."""
        return Caller("demo-enrichment", "leadgate.v1.IntakeService/EnrichLead", request_id or self.new_request(), body)

    def new_request(self) -> str:
        """Make a request id."""
        return f"request-{next(self._numbers)}"

    def admission(self, *items: Candidate | Decision, caller: Caller | None = None, claimed: bool = False) -> Admission:
        """Build the unit that hands in answers."""
        return Admission(
            caller=caller or self.caller(),
            policy=self.policy,
            items=items,
            now=self.now,
            today=self.today,
            claimed=claimed,
            encode=encoded,
        )

    def asking(
        self,
        said: Intake,
        source: SourceName = SourceName.CLEARBIT,
        *,
        caller: Caller | None = None,
        claimed: bool = False,
    ) -> Asking:
        """Build the question whether a source may be asked."""
        return Asking(
            caller=caller or self.caller(),
            policy=self.policy,
            question=question(self.policy, said, source, self.now),
            now=self.now,
            today=self.today,
            claimed=claimed,
            encode=encoded,
        )

    def objection(self, who: str | Objector, *, caller: Caller | None = None) -> Objection:
        """Build an objection by an address, or by anything."""
        return Objection(
            caller=caller or self.caller(),
            objector=Objector(emails=(identity.canonical_email(who),)) if isinstance(who, str) else who,
            channel="support",
            contact_scope=ContactScope.ALL,
            purpose=None,
            received_time=self.now,
            reference=None,
            now=self.now,
            today=self.today,
            erase_time=self.now + timedelta(hours=4),
            policy_version=self.policy.version,
            encode=_registered,
        )

    def admit(self, *items: Candidate | Decision, caller: Caller | None = None, claimed: bool = False) -> list[Told]:
        """Hand in answers."""
        return told(self.run(self.store.admit(self.admission(*items, caller=caller, claimed=claimed))))

    def claim(self, said: Intake, source: SourceName = SourceName.CLEARBIT, **facts: Any) -> Told | None:
        """Ask whether a source may be asked; None says that it may."""
        response = self.run(self.store.claim(self.asking(said, source, **facts)))
        return told(response)[0] if response is not None else None

    def settle(self, asking: Asking, outcome: str, decision: Decision, *, last: bool = True) -> Told:
        """Say what a source said that had no answer to store; a miss is kept for the request id, a failure is not."""
        final = outcome == "miss"
        settlement = Settlement(
            asking=asking,
            outcome=outcome,
            decision=decision,
            final=final,
            releases=last and not final,
        )
        return told(self.run(self.store.settle(settlement)))[0]

    def register(self, who: str | Objector, *, caller: Caller | None = None) -> Registered:
        """Register an objection by an address, or by anything."""
        objection = self.objection(who, caller=caller)
        response = self.run(self.store.register_objection(objection))
        matched, *identifiers = (int.from_bytes(response[place : place + 2], "big") for place in (16, 18, 20))
        return Registered(
            response[:16],
            self.now,
            objection.erase_time,
            matched,
            objection.received_time,
            *identifiers,
        )

    def apply(self, changes: Mapping[PolicyPath, object], *, caller: Caller | None = None) -> None:
        """Put the demo policy in force, with other values at the given paths."""
        change = self.policy_change(changes, caller=caller)
        version = int(self.run(self.store.apply_policy(change)))
        self.policy = parsed(change.yaml).numbered(version)

    def policy_change(self, changes: Mapping[PolicyPath, object], *, caller: Caller | None = None) -> PolicyChange:
        """Build a change of the policy."""
        return PolicyChange(
            caller=caller or self.caller(),
            yaml=written(changed(changes)) if changes else DEMO,
            expected_version=self.policy.version,
            now=self.now,
            encode=lambda version: str(version).encode(),
        )

    def lead(self, key: str | bytes | CrmRecord) -> LeadRecord | None:
        """Read a lead by address, id or CRM record."""
        if isinstance(key, bytes):
            wanted = LeadKey(lead_id=key)
        elif isinstance(key, CrmRecord):
            wanted = LeadKey(crm_record=key)
        else:
            wanted = LeadKey(identifier=identity.email_identifiers(key)[0])
        return self.run(self.store.lead(wanted))

    def held(self, key: str | bytes | CrmRecord) -> LeadRecord:
        """Read a lead that must be there."""
        lead = self.lead(key)
        assert lead is not None
        return lead

    def content(self, key: str | bytes | CrmRecord) -> LeadFields:
        """Read the content of a lead that must be there and open."""
        fields = self.held(key).fields
        assert fields is not None
        return fields

    def listed(self, wanted: LeadFilter | None = None, *, most: int = 500) -> list[LeadRecord]:
        """List leads, page by page to the end."""
        found: list[LeadRecord] = []
        after = None
        while True:
            page = self.run(
                self.store.leads(wanted or LeadFilter(), today=self.today, after=after, most=most),
            )
            found.extend(page.leads)
            after = page.last_examined
            if after is None:
                return found

    def rows(self, clause: sa.Select[Any], **values: Any) -> list[Row]:
        """Read rows as they lie in the database."""

        def work() -> Work[list[Row]]:
            rows = yield Statement(clause)(**values)
            return rows

        return self.run(self.driver.read(work))

    def execute(self, step: Step) -> None:
        """Write rows past the store."""

        def work() -> Work[None]:
            yield step

        self.run(self.driver.transact(work, Latch.NONE))

    def empty(self) -> None:
        """Delete all rows but the latch's, which a migration put there."""

        def work() -> Work[None]:
            for delete in DELETE_ROWS:
                yield delete()

        self.run(self.driver.transact(work, Latch.NONE))

    def counts(self) -> dict[str, int]:
        """Count the rows of every table."""

        def work() -> Work[list[Row]]:
            return (yield COUNT_ROWS())

        return dict(zip(tables.metadata.tables, self.run(self.driver.read(work))[0], strict=True))

    def findings(self) -> tuple[Finding, ...]:
        """Verify the audit trail."""
        return verify(self.run(self.store.audit_chains()), Checkpoints(signed=(), rejected=())).findings


@pytest.fixture(params=["sqlite", "postgres"])
def world(request: pytest.FixtureRequest, rings: Rings) -> Iterator[World]:
    """A store of each kind, on an empty database, under the demo policy."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "shared_postgres_url")
    with World.founded(url, rings) as world:
        yield world
