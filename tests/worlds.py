"""A store to talk to: on a migrated database, under the demo policy, at a time that the test sets.

Everything goes through the methods of `leadgate_service.store.Store`; rows are read beside it only to be counted.
"""

import asyncio
import functools
import itertools
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
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
from leadgate_service.domain.objector import Company, Objector
from leadgate_service.domain.register import SourceName
from leadgate_service.errors import LeadgateError, NotFound
from leadgate_service.ids import Uuid7
from leadgate_service.keep_ring import KeepRing
from leadgate_service.policy_file import parse
from leadgate_service.records import (
    Admission,
    Annulled,
    Annulment,
    AnnulmentReason,
    Asking,
    Caller,
    LeadFilter,
    LeadKey,
    LeadRecord,
    Lift,
    Objection,
    PolicyChange,
    Registered,
    Registration,
    Settlement,
)
from leadgate_service.storage import tables
from leadgate_service.storage.driver import Driver
from leadgate_service.storage.installation import CANARY
from leadgate_service.storage.rotation import Progress
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


_BETWEEN = b"\n"


def _registered(answers: Sequence[Registered | None]) -> bytes | LeadgateError:
    """Write what is acknowledged; a single objection that names nobody is an error, as it is to callers."""
    if list(answers) == [None]:
        return NotFound("LEAD_NOT_FOUND", "Nobody.")
    return _BETWEEN.join(_acknowledged(one) if one is not None else b"" for one in answers)


def _acknowledged(one: Registered) -> bytes:
    numbers = (one.erase_time is not None, one.matched_leads, one.identifiers, one.linked_identifiers)
    return " ".join((one.objection_id.hex(), *(str(int(number)) for number in numbers))).encode()


def erased_at(registered: Registered) -> datetime:
    """Return when what an objection made unreadable is due for erasure."""
    assert registered.erase_time is not None
    return registered.erase_time


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
            world.begin()
            yield world
        finally:
            world.close()

    def begin(self) -> None:
        """Empty the database, found it, and put the demo policy in force."""
        self.empty()
        self.run(self.store.check_ring())
        self.policy = parsed(DEMO)
        self.apply({})

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

    def rotate(self, newer: KeepRing, progressed: Progress = lambda _done, _total: None) -> int:
        """Rotate the token key, and go on with a store that has the new one, as a service does that starts again."""
        rows = self.run(self.store.rotate_token_key(newer, progressed))
        self.rings = Rings(newer, self.rings.burn)
        self.store = self.another_store(self.driver)
        self.run(self.store.check_ring())
        return rows

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

    def objection(
        self,
        *who: str | Objector | Company,
        caller: Caller | None = None,
        confirmed: bool = False,
        import_id: str | None = None,
    ) -> Registration:
        """Build objections by addresses, or by anything."""
        return Registration(
            caller=caller or self.caller(),
            objections=[
                Objection(
                    objector=Objector(emails=(identity.canonical_email(one),)) if isinstance(one, str) else one,
                    channel="support",
                    received_time=self.now,
                    import_id=import_id,
                )
                for one in who
            ],
            now=self.now,
            today=self.today,
            erase_time=self.now + timedelta(hours=4),
            confirmed=confirmed,
            policy_version=self.policy.version,
            encode=_registered,
            registered=lambda response: [one.objection_id for one in self.told(response) if one is not None],
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

    def register(self, who: str | Objector | Company, **facts: Any) -> Registered:
        """Register an objection by an address, or by anything."""
        (registered,) = self.register_all(who, **facts)
        assert registered is not None
        return registered

    def register_all(self, *who: str | Objector | Company, **facts: Any) -> list[Registered | None]:
        """Register objections in one unit; None is one that names nobody."""
        objection = self.objection(*who, **facts)
        return self.told(self.run(self.store.register_objections(objection)))

    def told(self, response: bytes) -> list[Registered | None]:
        """Read what is acknowledged."""
        return [self._told(answer) for answer in response.split(_BETWEEN)]

    def annul(
        self, target: Registered | str, principal: str, reason: AnnulmentReason = AnnulmentReason.TEST
    ) -> Annulled:
        """Propose to annul an objection or an import, or agree to it."""
        done, objections, leads = map(
            int, self.run(self.store.annul(self.annulment(target, principal, reason))).split()
        )
        return Annulled(done=bool(done), objections=objections, leads=leads)

    def annulment(
        self,
        target: Registered | str,
        principal: str,
        reason: AnnulmentReason = AnnulmentReason.TEST,
    ) -> Annulment:
        """Build the wish to annul an objection or an import."""
        return Annulment(
            caller=replace(self.caller(), principal=principal),
            target=target if isinstance(target, str) else target.objection_id,
            reason=reason,
            now=self.now,
            policy_version=self.policy.version,
            encode=lambda annulled: f"{annulled.done:d} {annulled.objections} {annulled.leads}".encode(),
        )

    def lifting(self, email: str) -> Lift:
        """Build the verified wish of a person to be known again, on the list as it is now."""
        token = self.rings.keep.token(identity.email_identifiers(email)[0])
        return Lift(
            caller=self.caller(),
            address_token=token,
            groups=self.run(self.store.objections_of(token)),
            now=self.now,
            policy_version=self.policy.version,
            encode=lambda lifted: str(lifted).encode(),
        )

    def lift(self, email: str) -> int:
        """Lift the suppression of a person; return how many objections ended."""
        return int(self.run(self.store.lift(self.lifting(email))))

    def _told(self, answer: bytes) -> Registered | None:
        if not answer:
            return None
        objection_id, *numbers = answer.decode().split()
        erased, matched, identifiers, linked = map(int, numbers)
        return Registered(
            objection_id=bytes.fromhex(objection_id),
            effective_time=self.now,
            erase_time=self.now + timedelta(hours=4) if erased else None,
            matched_leads=matched,
            received_time=self.now,
            identifiers=identifiers,
            linked_identifiers=linked,
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

    def suppressions(self) -> list[Row]:
        """Read the suppression list as it lies in the database, without the canary."""
        canary = self.rings.keep.token(CANARY)
        return [row for row in self.rows(sa.select(tables.suppressions)) if bytes(row[0]) != canary]

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
