"""What the use cases ask of a store. Two implementations keep it: SQLite and PostgreSQL (`leadgate_service.storage`).

The transaction rule: every method is one unit of work. When it returns, its effects and its audit entry are durable;
when it raises, there are none, except after `STORE_UNAVAILABLE`, when sending the same request again takes effect
once. What stores content runs behind the objection latch, so that it excludes an objection in either order.

Answers to writes are bytes that the caller's `encode` made inside the unit: the same bytes are kept for the request
id, so that a repeated request gets the same answer.

Every method that compares tokens raises `Unavailable` TOKEN_KEY_ROTATED once the token key was rotated under a running
process: it would find nobody any more, and so nobody suppressed.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from leadgate_service.audit import Entry, Head
from leadgate_service.audit_verify import StoredChain
from leadgate_service.domain.identity import Identifier
from leadgate_service.domain.objector import Company, Objector
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


class Store(Protocol):
    """The store, as the use cases see it."""

    async def claim(self, asking: Asking) -> bytes | None:
        """Judge a question under what is stored, and claim it before the source is asked.

        The claim and the audit entry of the disclosure to the source are durable when this returns (R-019, check 1).

        Returns:
            None if the source may be asked; else the answer for the caller. That it is too late to ask is said
            with PROVIDER_FAILED and not kept: the request id is free, and nothing says that the source was told.

        Raises:
            FailedPrecondition: REQUEST_ID_REUSED, or ASSESSMENT_NOT_IN_FORCE.
            Aborted: REQUEST_IN_PROGRESS: a call with this request id is under way.
            PolicyMoved: Another policy is in force.
        """
        ...

    async def settle(self, settlement: Settlement) -> bytes:
        """Record what a source said that had no answer to store, and return the answer for the caller."""
        ...

    async def admit(self, admission: Admission) -> bytes:
        """Judge answers under what is stored, and store what passes, in one unit (R-019, check 2).

        Raises:
            FailedPrecondition: REQUEST_ID_REUSED, or ASSESSMENT_NOT_IN_FORCE.
            Aborted: REQUEST_IN_PROGRESS.
            PolicyMoved: Another policy is in force than the candidates were prepared under.
        """
        ...

    async def lead(self, key: LeadKey) -> LeadRecord | None:
        """Read one lead, whatever its state; None if there is none."""
        ...

    async def leads(self, wanted: LeadFilter, *, today: date, after: bytes | None, most: int) -> LeadPage:
        """List leads that may be processed today, in the order of their ids.

        Args:
            wanted: Which.
            today: The civil day in the policy's zone.
            after: Last id of the page before, or None.
            most: How many at most, 1 to 500.
        """
        ...

    async def record(self, entry: Entry) -> None:
        """Append an audit entry; durable when this returns.

        Raises:
            Unavailable: AUDIT_UNAVAILABLE: it is not durable, so nothing may be disclosed.
        """
        ...

    async def register_objections(self, registration: Registration) -> bytes:
        """Suppress who objects, and make what is held of them unreadable, in one unit behind the closed latch.

        Raises:
            FailedPrecondition: REQUEST_ID_REUSED, or IMPORT_ANNULLED: two people annulled the whole import.
            LeadgateError: What `registration.encode` says of objections none of which names anybody.
        """
        ...

    async def objection(self, objection_id: bytes) -> ObjectionRecord | None:
        """Read one objection; None if there is none."""
        ...

    async def objections(
        self,
        wanted: ObjectionFilter,
        *,
        before: bytes | None,
        most: int,
    ) -> Sequence[ObjectionRecord]:
        """List objections, newest first.

        Args:
            wanted: Which.
            before: Last id of the page before, or None.
            most: How many at most.
        """
        ...

    async def annul(self, wish: Annulment) -> bytes:
        """Propose to annul an objection or an import, or, by a second person, do it, in several units if they are many.

        Raises:
            NotFound: OBJECTION_NOT_FOUND.
            FailedPrecondition: REQUEST_ID_REUSED, or ANNULMENT_DIFFERS: it was proposed for another reason.
        """
        ...

    async def objections_of(self, address_token: bytes) -> bytes:
        """Say which objections name an exact address, as a digest that tells one set of them from another."""
        ...

    async def lift(self, lift: Lift) -> bytes:
        """End the objections that named an address; what is due for erasure stays so.

        Raises:
            FailedPrecondition: REQUEST_ID_REUSED, or CHALLENGE_INVALID: they are others than when it was made.
        """
        ...

    async def erase_due(self, *, now: datetime) -> int:
        """Erase leads that are due for it after an objection, some hundreds at most; return how many."""
        ...

    async def objection_matches(self, objector: Objector | Company, *, today: date) -> Sequence[Match] | None:
        """Say which leads that may be read today an objection would reach, and change nothing.

        Returns:
            None if only ids of leads were given, and none is held.
        """
        ...

    async def is_suppressed(self, identifiers: Sequence[Identifier], lead_ids: Sequence[bytes] = ()) -> bool:
        """Say whether an identifier is on the suppression list, or what is held is unreadable for an objection."""
        ...

    async def policy(self) -> AppliedPolicy | None:
        """Return the policy in force; None in an empty database."""
        ...

    async def apply_policy(self, change: PolicyChange) -> bytes:
        """Put a policy in force.

        Raises:
            Aborted: POLICY_CHANGED: `expected_version` is not in force.
            FailedPrecondition: REQUEST_ID_REUSED.
        """
        ...

    async def principal_of(self, token_hash: bytes, *, now: datetime, today: date) -> str | None:
        """Return whom a token names, and note its use; None if it is unknown, expired or revoked."""
        ...

    async def issue_token(self, token: AccessToken, token_hash: bytes) -> None:
        """Keep a new token."""
        ...

    async def tokens(self) -> Sequence[AccessToken]:
        """List all tokens, oldest first."""
        ...

    async def revoke_token(self, token_id: str, *, now: datetime) -> bool:
        """Revoke a token; False if there is none of that id."""
        ...

    async def check_ring(self) -> None:
        """Make sure that the keep ring finds who objected; an empty database is founded with it now.

        Raises:
            KeyRingError: It is not the ring that the database was founded with, or it does not find the canary, an
                objector whom nobody is: starting would forget every objection (R-034).
            Unavailable: TOKEN_KEY_ROTATED: the token key was rotated since this process started (R-032).
        """
        ...

    async def audit_heads(self) -> Sequence[Head]:
        """Return the last entry of every audit chain, for a checkpoint."""
        ...

    async def audit_chains(self) -> Sequence[StoredChain]:
        """Read every audit chain, for verification."""
        ...

    async def close(self) -> None:
        """Answer what is queued, then give everything back."""
        ...


class PolicyMoved(Exception):
    """Another policy is in force than the one a decision was prepared under; prepare again."""
