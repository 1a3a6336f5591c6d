"""Units of work of the policy: the highest version is in force."""

from dataclasses import dataclass

import sqlalchemy as sa

from leadgate_service.audit import Entry
from leadgate_service.errors import Aborted, LeadgateError
from leadgate_service.keep_ring import KeepRing
from leadgate_service.records import AppliedPolicy, PolicyChange
from leadgate_service.storage import tables
from leadgate_service.storage.journal import Record
from leadgate_service.storage.requests import open_book
from leadgate_service.storage.work import Insert, Statement, Work, together

_policies = tables.policies.c

SELECT_POLICY = Statement(
    sa.select(_policies.version, _policies.yaml, _policies.applied_time, _policies.applied_by)
    .order_by(_policies.version.desc())
    .limit(1),
)
SELECT_POLICY_VERSION = Statement(sa.select(sa.func.max(_policies.version)))
INSERT_POLICIES = Insert(tables.policies, ("version", "yaml", "applied_time", "applied_by"))


@dataclass(frozen=True, slots=True)
class Policies:
    """The units of work of the policy."""

    keep: KeepRing

    def current(self) -> Work[AppliedPolicy | None]:
        """Read the policy in force."""
        rows = yield SELECT_POLICY()
        return AppliedPolicy(*rows[0]) if rows else None

    def apply(self, change: PolicyChange, record: Record) -> Work[bytes | LeadgateError]:
        """Put a policy in force. See `Store.apply_policy`; runs with the latch closed, so that no intake is halfway."""
        book = yield from open_book([change.caller], self.keep, change.now)
        earlier = book.earlier(change.caller)
        if earlier is not None:
            return earlier
        current = yield from self.current()
        version = current.version if current is not None else 0
        if version != change.expected_version:
            return Aborted(
                "POLICY_CHANGED",
                f"Version {version} is in force: read it, bring the draft up to it, and apply again.",
                version=str(version),
            )
        yield INSERT_POLICIES([(version + 1, change.yaml, change.now, change.caller.principal)])
        response = change.encode(version + 1)
        book.remember(change.caller, response)
        yield together(*book.writes())
        record(_entry(change, version + 1))
        return response


def _entry(change: PolicyChange, version: int) -> Entry:
    return Entry(
        time=change.now,
        principal=change.caller.principal,
        action=change.caller.action,
        purpose=None,
        outcome="OK",
        count=1,
        detail=f"version={version}",
        policy_version=version,
        tokens=b"",
    )
