"""The policy in force, and how another one comes into force."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from leadgate_service.domain.policy import Policy
from leadgate_service.errors import FailedPrecondition, Unavailable
from leadgate_service.policy_file import parse
from leadgate_service.records import AppliedPolicy, Caller, PolicyChange
from leadgate_service.store import PolicyMoved, Store
from leadgate_service.usecases.clock import Now

Result = TypeVar("Result")

FRESH_SECONDS = 1.0
"""How long a process may go on reading under a policy that another process has replaced. Storing never does: its
transaction compares the version."""

MOST_MOVES = 3
"""How often something is tried again because another policy came into force under it."""


class PolicyInForce:
    """The policy in force, parsed once a version.

    Args:
        store: Holds it.
        now: The clock.
        dev: A policy for invented people is accepted.
    """

    def __init__(self, store: Store, now: Now, *, dev: bool) -> None:
        self._store = store
        self._now = now
        self._dev = dev
        self._policy: Policy | None = None
        self._read_at = 0.0

    async def current(self) -> Policy:
        """Return the policy in force.

        Raises:
            FailedPrecondition: POLICY_MISSING: no policy was ever applied, or only one for invented people.
            Unavailable: STORE_UNAVAILABLE.
        """
        if self._policy is None or not 0 <= self._now().timestamp() - self._read_at < FRESH_SECONDS:
            await self.refresh()
        if self._policy is None:
            raise _missing()
        return self._policy

    async def under(self, attempt: Callable[[Policy], Awaitable[Result]]) -> Result:
        """Do something under the policy in force, again if another one came into force meanwhile.

        Raises:
            Unavailable: STORE_UNAVAILABLE: the policy keeps changing.
        """
        for _ in range(MOST_MOVES):
            try:
                return await attempt(await self.current())
            except PolicyMoved:
                await self.refresh()
        raise Unavailable("STORE_UNAVAILABLE", "The policy keeps changing: send the same request again.")

    async def refresh(self) -> None:
        """Read the policy in force anew."""
        read_at = self._now().timestamp()
        applied = await self._store.policy()
        if applied is None:
            self._policy = None
        elif self._policy is None or self._policy.version != applied.version:
            self._policy = self.accepted(parse(applied.yaml).numbered(applied.version))
        self._read_at = read_at

    def accepted(self, policy: Policy) -> Policy:
        """Return a policy that may be in force here.

        Raises:
            FailedPrecondition: POLICY_FOR_DEMO: it is for invented people, and this is no development server.
        """
        if policy.demo and not self._dev:
            raise FailedPrecondition(
                "POLICY_FOR_DEMO",
                "The policy is for invented people, which only `leadgate serve --dev` accepts: use one of your own, "
                "in a database of its own.",
            )
        return policy


def _missing() -> FailedPrecondition:
    # Without a policy nobody has a role, so nobody could apply one.
    return FailedPrecondition(
        "POLICY_MISSING",
        "No policy is in force: found the database with `leadgate serve --founding-policy FILE`.",
    )


async def show(store: Store) -> AppliedPolicy:
    """Return the policy in force as it was applied.

    Raises:
        FailedPrecondition: POLICY_MISSING: no policy was ever applied.
    """
    applied = await store.policy()
    if applied is None:
        raise _missing()
    return applied


async def apply(  # noqa: PLR0913 - a command with its surroundings
    store: Store,
    in_force: PolicyInForce,
    now: Now,
    *,
    caller: Caller,
    yaml: str,
    expected_version: int,
    encode: Callable[[int], bytes],
) -> bytes:
    """Check a policy and put it in force.

    Raises:
        PolicyError: POLICY_INVALID: it has mistakes, all of which are named.
        Aborted: POLICY_CHANGED: `expected_version` is not in force.
        FailedPrecondition: REQUEST_ID_REUSED, or POLICY_FOR_DEMO.
    """
    in_force.accepted(await asyncio.to_thread(parse, yaml))
    change = PolicyChange(caller=caller, yaml=yaml, expected_version=expected_version, now=now(), encode=encode)
    response = await store.apply_policy(change)
    await in_force.refresh()
    return response
