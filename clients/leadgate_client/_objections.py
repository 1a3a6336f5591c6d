"""Calls of the ObjectionService: the door for people."""

from datetime import datetime

import grpc
from leadgate.v1.objection_service_pb2 import (
    CONTACT_SCOPE_UNSPECIFIED,
    OBJECTION_PURPOSE_UNSPECIFIED,
    CheckSuppressionRequest,
    ContactScope,
    ObjectionChannel,
    ObjectionPurpose,
    RegisterObjectionRequest,
    RegisterObjectionResponse,
)
from leadgate.v1.objection_service_pb2_grpc import ObjectionServiceStub

from leadgate_client._calls import OBJECTION_SECONDS, READ_SECONDS, Calls, request_id_or_new
from leadgate_client._convert import objector_to_pb, time_to_pb
from leadgate_client._records import Objector


class ObjectionCalls(Calls):
    """Calls that register objections and ask for them."""

    def __init__(self, channel: grpc.Channel, token: str) -> None:
        super().__init__(channel, token)
        self._objections = ObjectionServiceStub(channel)

    def register_objection(  # noqa: PLR0913 - one keyword for each field of the request
        self,
        objector: Objector,
        *,
        channel: ObjectionChannel.ValueType,
        received_time: datetime | None = None,
        reference: str = "",
        contact_scope: ContactScope.ValueType = CONTACT_SCOPE_UNSPECIFIED,
        purpose: ObjectionPurpose.ValueType = OBJECTION_PURPOSE_UNSPECIFIED,
        validate_only: bool = False,
        request_id: str | None = None,
        timeout: float = OBJECTION_SECONDS,
    ) -> RegisterObjectionResponse:
        """Stop the processing of a person (GDPR Art. 21). When this returns, it has stopped everywhere in the service.

        Args:
            objector: The person, by whatever is known.
            channel: How the objection came.
            received_time: When it reached anybody in the organisation, with its time zone; None means now.
            reference: Your own case number, at most 64 characters. No name.
            contact_scope: By which channels the person wants to hear nothing more; all if unspecified.
            purpose: What the person objects to, as far as they said; it is recorded and changes nothing.
            validate_only: Check everything and do nothing: the answer says whom the objection would reach.
            request_id: Pass your own to repeat the call after an error of unknown effect; else a random one is used.
            timeout: Seconds for the call with all its retries.

        Returns:
            The acknowledgement, with an id to quote to the person.

        Raises:
            ValueError: *received_time* has no time zone.
            InvalidField: An argument breaks a rule of the contract.
            NotFound: *objector* has ids of leads alone, and none of them is held.
            RequestIdReused: *request_id* was used with other arguments.
        """
        request = RegisterObjectionRequest(
            request_id=request_id_or_new(request_id),
            objector=objector_to_pb(objector),
            channel=channel,
            received_time=time_to_pb(received_time),
            reference=reference,
            contact_scope=contact_scope,
            purpose=purpose,
            validate_only=validate_only,
        )
        return self._call(self._objections.RegisterObjection, request, timeout)

    def check_suppression(self, objector: Objector, *, timeout: float = READ_SECONDS) -> bool:
        """Ask whether a person may not be enriched, profiled or contacted.

        Args:
            objector: The person, by whatever is known.
            timeout: Seconds for the call with all its retries.

        Returns:
            True if the person is suppressed. A plain bool, because any message would be true in an `if`.

        Raises:
            InvalidField: An identifier breaks a rule of the contract.
        """
        request = CheckSuppressionRequest(objector=objector_to_pb(objector))
        return self._call(self._objections.CheckSuppression, request, timeout).suppressed
