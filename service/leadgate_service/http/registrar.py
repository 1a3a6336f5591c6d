"""How the door's routes register an objection: by the use case that every other door leads to as well."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from leadgate_service.domain.objector import ContactScope, Objector
from leadgate_service.domain.policy import Policy
from leadgate_service.errors import LeadgateError
from leadgate_service.records import Caller, Objection, Registered
from leadgate_service.store import Store
from leadgate_service.usecases import objections
from leadgate_service.usecases.clock import Now
from leadgate_service.usecases.policy import PolicyInForce
from leadgate_service.usecases.refusals import refused


@dataclass(frozen=True, slots=True)
class Registrar:
    """Registers objections that nobody's personal token stands for.

    Attributes:
        store: Where.
        policies: The policy in force.
        now: The clock.
    """

    store: Store
    policies: PolicyInForce
    now: Now

    async def policy(self) -> Policy:
        """Return the policy in force.

        Raises:
            FailedPrecondition: POLICY_MISSING.
            Unavailable: STORE_UNAVAILABLE.
        """
        return await self.policies.current()

    async def register(
        self,
        caller: Caller,
        objector: Objector,
        *,
        channel: str,
        received_time: datetime | None = None,
        reference: str | None = None,
    ) -> str:
        """Stop the processing of a person.

        Args:
            caller: The route, as a principal that no policy can name, and the request.
            objector: The person.
            channel: How it came.
            received_time: When it reached the organisation; None means now.
            reference: The sender's own case number, or None.

        Returns:
            The objection's id, to quote.

        Raises:
            LeadgateError: See `objections.register`.
        """
        now = self.now()
        objection = Objection(
            objector=objector,
            channel=channel,
            contact_scope=ContactScope.ALL,
            purpose=None,
            received_time=now if received_time is None else min(received_time, now),
            reference=reference,
        )
        policy = await self.policy()
        acknowledgement = await objections.register(
            self.store,
            policy,
            caller=caller,
            objections=[objection],
            now=now,
            encode=_encoded,
            registered=lambda answer: [answer],
        )
        return str(UUID(bytes=acknowledgement))

    async def leave_entry(self, principal: str, action: str, error: LeadgateError) -> None:
        """Put on record that a request was refused, before its sender learns it.

        Raises:
            Unavailable: AUDIT_UNAVAILABLE, STORE_UNAVAILABLE.
        """
        await self.store.record(await refused(self.policies, self.now, principal, action, error.reason))


def _encoded(answers: Sequence[Registered | None]) -> bytes | LeadgateError:
    (registered,) = answers
    return registered.objection_id if registered is not None else objections.nobody()
