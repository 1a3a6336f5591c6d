"""The store: every method of `leadgate_service.store.Store` as a unit of work on a driver.

Writers and their chains: `intake` and `objections` write content, `access` writes what was read. Each commits one
transaction at a time; intake and reads are batched, so that under load many calls share one.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import TypeVar

from leadgate_service.audit import Entry, Head
from leadgate_service.audit_verify import StoredChain
from leadgate_service.burn_ring import BurnRing
from leadgate_service.domain.identity import Identifier
from leadgate_service.domain.objector import Company, Objector
from leadgate_service.errors import Unavailable
from leadgate_service.ids import NewId
from leadgate_service.keep_ring import KeepRing
from leadgate_service.records import (
    AccessToken,
    Admission,
    Annulment,
    AppliedPolicy,
    Asking,
    LeadFilter,
    LeadKey,
    LeadPage,
    LeadRecord,
    Lift,
    Match,
    ObjectionFilter,
    ObjectionRecord,
    PolicyChange,
    Registration,
    Settlement,
)
from leadgate_service.storage import access, installation, rotation, trail
from leadgate_service.storage.annulments import Annulments, Begun
from leadgate_service.storage.batcher import Lane
from leadgate_service.storage.driver import Driver
from leadgate_service.storage.erasure import Erasure
from leadgate_service.storage.evidence import Evidence
from leadgate_service.storage.intake import Intake
from leadgate_service.storage.journal import Journal, Record
from leadgate_service.storage.lead_reads import MultiGet
from leadgate_service.storage.leads import Leads
from leadgate_service.storage.objections import Objections
from leadgate_service.storage.policy import Policies
from leadgate_service.storage.suppressions import Taught
from leadgate_service.storage.token_version import AtTokenVersion
from leadgate_service.storage.work import Latch, Work, alone

Answer = TypeVar("Answer")

MOST_ITEMS = 500
"""How many leads one transaction takes in at most, unless a single call has more."""

MOST_READS = 200
"""How many single reads, or audit entries of reads, share a statement."""


class SqlStore:
    """A store over a driver.

    Args:
        driver: The database.
        keep: Makes tokens.
        burn: Seals content.
        now: The clock, for the audit chains alone; every method gets its time from the caller.
        new_id: Makes ids.
    """

    def __init__(
        self,
        driver: Driver,
        *,
        keep: KeepRing,
        burn: BurnRing,
        now: Callable[[], datetime],
        new_id: NewId,
    ) -> None:
        self._driver = driver = AtTokenVersion(driver, keep.token_version)
        self._keep = keep
        self._now = now
        self._intake = Intake(keep, burn, new_id)
        self._burn = burn
        self._leads = Leads(burn)
        self._objections = Objections(keep, burn, new_id)
        self._erasure = Erasure(keep)
        self._evidence = Evidence(keep)
        self._annulments = Annulments(keep)
        self._policies = Policies(keep)
        self._intake_journal = Journal(driver, "intake", now, new_id)
        self._objection_journal = Journal(driver, "objections", now, new_id)
        self._access_journal = Journal(driver, "access", now, new_id)
        self._admissions: Lane[Admission, bytes | Taught | Exception] = Lane(self._admit, most=MOST_ITEMS)
        self._reads: Lane[LeadKey | Entry, LeadRecord | None] = Lane(self._read_and_record, most=MOST_READS)

    async def claim(self, asking: Asking) -> bytes | None:
        """See `Store.claim`."""

        def work(record: Record) -> Work[bytes | Taught | Exception | None]:
            return self._intake.claim(asking, record)

        while isinstance(answer := await self._intake_journal.commit(work, Latch.SHARED), Taught):
            await self._learn(answer)  # then judge anew, on a list that knows
        return _raised(answer)

    async def settle(self, settlement: Settlement) -> bytes:
        """See `Store.settle`."""
        return await self._intake_journal.commit(lambda record: self._intake.settle(settlement, record), Latch.SHARED)

    async def admit(self, admission: Admission) -> bytes:
        """See `Store.admit`."""
        while isinstance(answer := await self._admissions.submit(admission, weight=len(admission.items)), Taught):
            await self._learn(answer)  # then decide anew, on a list that knows
        return _raised(answer)

    async def lead(self, key: LeadKey) -> LeadRecord | None:
        """See `Store.lead`."""
        return await self._reads.submit(key)

    async def leads(self, wanted: LeadFilter, *, today: date, after: bytes | None, most: int) -> LeadPage:
        """See `Store.leads`."""
        return await self._driver.read(lambda: self._leads.page(wanted, today, after, most))

    async def record(self, entry: Entry) -> None:
        """See `Store.record`."""
        try:
            await self._reads.submit(entry)
        except Unavailable:
            raise Unavailable(
                "AUDIT_UNAVAILABLE",
                "The audit entry could not be made durable, so nothing is disclosed: send the same request again.",
            ) from None

    async def register_objections(self, registration: Registration) -> bytes:
        """See `Store.register_objections`."""

        def work(record: Record) -> Work[bytes | Exception]:
            return self._objections.register(registration, record)

        return _raised(await self._objection_journal.commit(work, Latch.EXCLUSIVE))

    async def objection(self, objection_id: bytes) -> ObjectionRecord | None:
        """See `Store.objection`."""
        return await self._driver.read_by_tokens(lambda: self._evidence.one(objection_id))

    async def objections(
        self,
        wanted: ObjectionFilter,
        *,
        before: bytes | None,
        most: int,
    ) -> Sequence[ObjectionRecord]:
        """See `Store.objections`."""
        return await self._driver.read_by_tokens(lambda: self._evidence.page(wanted, before, most))

    async def annul(self, wish: Annulment) -> bytes:
        """See `Store.annul`."""
        so_far = Begun(restored=0)
        while True:
            answer = await self._objection_journal.commit(
                partial(self._annulments.annul, wish, so_far), Latch.EXCLUSIVE
            )
            if not isinstance(answer, Begun):
                return _raised(answer)
            so_far = answer

    async def objections_of(self, address_token: bytes) -> bytes:
        """See `Store.objections_of`."""
        return await self._driver.read_by_tokens(lambda: self._annulments.objections_of(address_token))

    async def lift(self, lift: Lift) -> bytes:
        """See `Store.lift`."""
        return _raised(await self._objection_journal.commit(partial(self._annulments.lift, lift), Latch.EXCLUSIVE))

    async def erase_due(self, *, now: datetime) -> int:
        """See `Store.erase_due`."""

        def work(record: Record) -> Work[int]:
            return self._erasure.erase_due(now, record)

        return await self._objection_journal.commit(work, Latch.EXCLUSIVE)

    async def objection_matches(self, objector: Objector | Company, *, today: date) -> Sequence[Match] | None:
        """See `Store.objection_matches`."""
        return await self._driver.read_by_tokens(lambda: self._objections.matches(objector, today))

    async def is_suppressed(self, identifiers: Sequence[Identifier], lead_ids: Sequence[bytes] = ()) -> bool:
        """See `Store.is_suppressed`."""
        return await self._driver.read_by_tokens(lambda: self._objections.is_suppressed(identifiers, lead_ids))

    async def policy(self) -> AppliedPolicy | None:
        """See `Store.policy`."""
        return await self._driver.read(self._policies.current)

    async def apply_policy(self, change: PolicyChange) -> bytes:
        """See `Store.apply_policy`."""

        def work(record: Record) -> Work[bytes | Exception]:
            return self._policies.apply(change, record)

        return _raised(await self._objection_journal.commit(work, Latch.EXCLUSIVE))

    async def principal_of(self, token_hash: bytes, *, now: datetime, today: date) -> str | None:
        """See `Store.principal_of`."""
        return await self._driver.transact(lambda: access.principal_of(token_hash, now, today), Latch.NONE)

    async def issue_token(self, token: AccessToken, token_hash: bytes) -> None:
        """See `Store.issue_token`."""
        await self._access_journal.commit(lambda record: access.issue(token, token_hash, record))

    async def tokens(self) -> Sequence[AccessToken]:
        """See `Store.tokens`."""
        return await self._driver.read(access.listed)

    async def revoke_token(self, token_id: str, *, now: datetime) -> bool:
        """See `Store.revoke_token`."""
        return await self._access_journal.commit(lambda record: access.revoke(token_id, now, record))

    async def check_ring(self) -> None:
        """See `Store.check_ring`."""
        await self._driver.transact(lambda: installation.check_ring(self._keep, self._now()), Latch.NONE)
        if not await self.is_suppressed([installation.CANARY]):
            raise installation.canary_lost()

    async def rotate_token_key(self, newer: KeepRing, progressed: rotation.Progress) -> int:
        """Bring every token of the database under the next token key; this store refuses to go on afterwards.

        Args:
            newer: The ring with that key, at the version after this store's.
            progressed: Told how far it is.

        Returns:
            How many rows hold tokens.

        Raises:
            Unavailable: TOKEN_KEY_ROTATED: somebody else has done it. STORE_UNAVAILABLE: nothing was changed.
            CommitUnknown: The connection was lost while committing: all of it is done, or nothing.
            KeyRingError: The canary was not found again; nothing was changed.
        """

        def work(record: Record) -> Work[int]:
            return rotation.rotate(newer, self._now(), record, progressed)

        return await self._objection_journal.commit(work, Latch.EXCLUSIVE)

    async def audit_heads(self) -> Sequence[Head]:
        """See `Store.audit_heads`."""
        return await self._driver.read(trail.heads)

    async def audit_chains(self) -> Sequence[StoredChain]:
        """See `Store.audit_chains`."""
        return await self._driver.read(trail.chains)

    async def close(self) -> None:
        """See `Store.close`."""
        for lane in (self._admissions, self._reads):
            await lane.drain()
        await self._driver.close()

    async def _admit(self, admissions: Sequence[Admission]) -> Sequence[bytes | Taught | Exception]:
        return await self._intake_journal.commit(lambda record: self._intake.admit(admissions, record), Latch.SHARED)

    async def _learn(self, taught: Taught) -> None:
        await self._objection_journal.commit(lambda record: self._objections.learn(taught, record), Latch.EXCLUSIVE)

    async def _read_and_record(self, units: Sequence[LeadKey | Entry]) -> Sequence[LeadRecord | None]:
        """Read leads, and append the entries of earlier reads: under load one message does both."""
        entries = [unit for unit in units if isinstance(unit, Entry)]
        reads = MultiGet(self._keep, self._burn, [unit for unit in units if isinstance(unit, LeadKey)])
        if entries:
            rows = await self._access_journal.append(entries, reads.steps)
        else:
            rows = await self._driver.read(lambda: alone(reads.steps))
        found = iter(reads.answers(rows))
        return [next(found) if isinstance(unit, LeadKey) else None for unit in units]


def _raised(answer: Answer | Exception) -> Answer:
    """Raise what a unit of work answered as an error: its transaction committed, for others or for a replay."""
    if isinstance(answer, Exception):
        raise answer
    return answer
