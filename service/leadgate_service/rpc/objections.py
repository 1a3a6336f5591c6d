"""leadgate.v1.ObjectionService."""

from leadgate.v1 import objection_service_pb2 as wire

from leadgate_service.domain.objector import ContactScope
from leadgate_service.rpc.convert import request_id, time_from_pb
from leadgate_service.rpc.convert_objections import (
    CONTACT_SCOPES,
    PURPOSES,
    channel_from_pb,
    objector_from_pb,
    preview_to_pb,
    reference_from_pb,
    registered_to_pb,
    with_receipts,
)
from leadgate_service.rpc.pipeline import Call
from leadgate_service.store import Store
from leadgate_service.usecases import objections
from leadgate_service.usecases.clock import Now
from leadgate_service.usecases.policy import PolicyInForce


class ObjectionService:
    """Reads requests, registers objections, writes acknowledgements."""

    def __init__(self, store: Store, policies: PolicyInForce, now: Now) -> None:
        self._store = store
        self._policies = policies
        self._now = now

    async def RegisterObjection(  # noqa: N802
        self,
        request: wire.RegisterObjectionRequest,
        call: Call,
    ) -> wire.RegisterObjectionResponse:
        """Suppress a person, or say whom that would reach."""
        caller, now = call.caller(request_id(request.request_id)), self._now()
        policy, objector = await self._policies.current(), objector_from_pb(request.objector)
        told = request.HasField("received_time")
        received = time_from_pb(request.received_time, "received_time", now) if told else now
        channel, reference = channel_from_pb(request.channel), reference_from_pb(request.reference)
        contact_scope = CONTACT_SCOPES.read_optional(request.contact_scope, "contact_scope") or ContactScope.ALL
        purpose = PURPOSES.read_optional(request.purpose, "purpose")
        if request.validate_only:
            asker = objections.Asker(call.principal.name, call.method, policy, now)
            return preview_to_pb(await objections.preview(self._store, asker, objector))
        acknowledgement = await objections.register(
            self._store,
            policy,
            caller=caller,
            objector=objector,
            channel=channel,
            contact_scope=contact_scope,
            purpose=purpose,
            received_time=received,
            reference=reference,
            now=now,
            encode=registered_to_pb,
        )
        return with_receipts(acknowledgement, policy)

    async def CheckSuppression(  # noqa: N802
        self,
        request: wire.CheckSuppressionRequest,
        call: Call,
    ) -> wire.CheckSuppressionResponse:
        """Say whether a person may not be processed."""
        objector = objector_from_pb(request.objector)
        asker = objections.Asker(call.principal.name, call.method, await self._policies.current(), self._now())
        return wire.CheckSuppressionResponse(suppressed=await objections.check(self._store, asker, objector))
