"""leadgate.v1.GovernanceService."""

from leadgate.v1 import governance_service_pb2 as wire

from leadgate_service.burn_ring import BurnRing
from leadgate_service.domain.register import SourceName
from leadgate_service.errors import invalid
from leadgate_service.rpc.convert import request_id, time_to_pb
from leadgate_service.rpc.pipeline import Call
from leadgate_service.store import Store
from leadgate_service.usecases import policy as policy_usecases
from leadgate_service.usecases.clock import Now
from leadgate_service.usecases.policy import PolicyInForce
from leadgate_service.usecases.readiness import open_points


class GovernanceService:
    """Reads requests, shows and changes the rules, writes answers."""

    def __init__(  # noqa: PLR0913, PLR0917 - what readiness looks at
        self,
        store: Store,
        burn: BurnRing,
        token_version: int,
        policies: PolicyInForce,
        sources: frozenset[SourceName],
        now: Now,
    ) -> None:
        self._store = store
        self._burn = burn
        self._token_version = token_version
        self._policies = policies
        self._sources = sources
        self._now = now

    async def GetReadiness(  # noqa: N802 - the contract's
        self,
        request: wire.GetReadinessRequest,
        call: Call,
    ) -> wire.GetReadinessResponse:
        """Report each open point."""
        del request, call
        points = await open_points(
            self._store, self._burn, self._token_version, self._policies, self._sources, self._now
        )
        policy = await self._policies.current()  # without one nobody has a role, and could ask
        return wire.GetReadinessResponse(
            ready=not any(point.blocking for point in points),
            open_points=[
                wire.OpenPoint(code=point.code, message=point.message, remedy=point.remedy, blocking=point.blocking)
                for point in points
            ],
            own_domains=sorted(policy.objections.own_domains),
        )

    async def GetPolicy(self, request: wire.GetPolicyRequest, call: Call) -> wire.GetPolicyResponse:  # noqa: N802
        """Return the policy in force."""
        del request, call
        applied = await policy_usecases.show(self._store)
        return wire.GetPolicyResponse(
            version=applied.version,
            yaml=applied.yaml,
            apply_time=time_to_pb(applied.applied_time),
            applied_by=applied.applied_by,
        )

    async def ApplyPolicy(self, request: wire.ApplyPolicyRequest, call: Call) -> bytes:  # noqa: N802
        """Put a policy in force."""
        caller = call.caller(request_id(request.request_id))
        if request.expected_version < 0:
            raise invalid("expected_version", "must not be negative")
        return await policy_usecases.apply(
            self._store,
            self._policies,
            self._now,
            caller=caller,
            yaml=request.yaml,
            expected_version=request.expected_version,
            encode=lambda version: wire.ApplyPolicyResponse(version=version).SerializeToString(),
        )
