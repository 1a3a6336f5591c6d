"""leadgate.v1.ObjectionService."""

import re
from collections.abc import Mapping

from leadgate.v1 import objection_service_pb2 as wire

from leadgate_service.errors import invalid
from leadgate_service.records import Registered
from leadgate_service.rpc.convert import email_from_pb, id_to_pb, request_id, time_from_pb, time_to_pb
from leadgate_service.rpc.pipeline import Call
from leadgate_service.store import Store
from leadgate_service.usecases import objections
from leadgate_service.usecases.clock import Now
from leadgate_service.usecases.policy import PolicyInForce

_REFERENCE = re.compile(r"[A-Za-z0-9./#-]{0,64}")
_CHANNELS: Mapping[int, str] = {
    number: name.removeprefix("OBJECTION_CHANNEL_").lower()
    for name, number in wire.ObjectionChannel.items()
    if number != wire.OBJECTION_CHANNEL_UNSPECIFIED
}


class ObjectionService:
    """Reads requests, registers objections, writes acknowledgements."""

    def __init__(self, store: Store, policies: PolicyInForce, now: Now) -> None:
        self._store = store
        self._policies = policies
        self._now = now

    async def RegisterObjection(self, request: wire.RegisterObjectionRequest, call: Call) -> bytes:  # noqa: N802
        """Suppress a person."""
        caller, now = call.caller(request_id(request.request_id)), self._now()
        told = request.HasField("received_time")
        received = time_from_pb(request.received_time, "received_time", now) if told else now
        return await objections.register(
            self._store,
            await self._policies.current(),
            caller=caller,
            email=email_from_pb(request.email, "email"),
            channel=_channel(request.channel),
            received_time=received,
            reference=_reference(request.reference),
            now=now,
            encode=_acknowledgement,
        )

    async def CheckSuppression(  # noqa: N802
        self,
        request: wire.CheckSuppressionRequest,
        call: Call,
    ) -> wire.CheckSuppressionResponse:
        """Say whether a person may not be processed."""
        email = email_from_pb(request.email, "email")
        policy = await self._policies.current()
        suppressed = await objections.check(
            self._store,
            policy,
            principal=call.principal.name,
            method=call.method,
            email=email,
            now=self._now(),
        )
        return wire.CheckSuppressionResponse(suppressed=suppressed)


def _acknowledgement(registered: Registered) -> bytes:
    return wire.RegisterObjectionResponse(
        objection_id=id_to_pb(registered.objection_id),
        effective_time=time_to_pb(registered.effective_time),
        erase_time=time_to_pb(registered.erase_time),
        matched_leads=registered.matched_leads,
    ).SerializeToString()


def _channel(number: int) -> str:
    channel = _CHANNELS.get(number)
    if channel is None:
        raise invalid("channel", "must be one of the values of the contract, and not unspecified")
    return channel


def _reference(value: str) -> str | None:
    if not _REFERENCE.fullmatch(value):
        raise invalid("reference", "must be at most 64 letters, digits, dots, slashes, hashes and hyphens")
    return value or None
