"""Calls of the ObjectionService: the door for people."""

from datetime import datetime

import grpc
from leadgate.v1.objection_service_pb2 import (
    CheckSuppressionRequest,
    ObjectionChannel,
    RegisterObjectionRequest,
    RegisterObjectionResponse,
)
from leadgate.v1.objection_service_pb2_grpc import ObjectionServiceStub

from leadgate_client._calls import OBJECTION_SECONDS, READ_SECONDS, Calls, request_id_or_new
from leadgate_client._convert import time_to_pb


class ObjectionCalls(Calls):
    """Calls that register objections and ask for them."""

    def __init__(self, channel: grpc.Channel, token: str) -> None:
        super().__init__(channel, token)
        self._objections = ObjectionServiceStub(channel)

    def register_objection(  # noqa: PLR0913 - one keyword for each field of the request
        self,
        *,
        email: str,
        channel: ObjectionChannel.ValueType,
        received_time: datetime | None = None,
        reference: str = "",
        request_id: str | None = None,
        timeout: float = OBJECTION_SECONDS,
    ) -> RegisterObjectionResponse:
        """Stop the processing of a person (GDPR Art. 21). When this returns, it has stopped everywhere in the service.

        Args:
            email: An address of the person. All its ways of writing are covered.
            channel: How the objection came.
            received_time: When it reached anybody in the organisation, with its time zone; None means now.
            reference: Your own case number, at most 64 characters. No name.
            request_id: Pass your own to repeat the call after an error of unknown effect; else a random one is used.
            timeout: Seconds for the call with all its retries.

        Returns:
            The acknowledgement, with an id to quote to the person.

        Raises:
            ValueError: *received_time* has no time zone.
            InvalidField: An argument breaks a rule of the contract.
            RequestIdReused: *request_id* was used with other arguments.
        """
        request = RegisterObjectionRequest(
            request_id=request_id_or_new(request_id),
            email=email,
            channel=channel,
            received_time=time_to_pb(received_time),
            reference=reference,
        )
        return self._call(self._objections.RegisterObjection, request, timeout)

    def check_suppression(self, *, email: str, timeout: float = READ_SECONDS) -> bool:
        """Ask whether a person may not be enriched, profiled or contacted.

        Args:
            email: An address of the person.
            timeout: Seconds for the call with all its retries.

        Returns:
            True if the person is suppressed. A plain bool, because any message would be true in an `if`.

        Raises:
            InvalidField: The address breaks a rule of the contract.
        """
        return self._call(self._objections.CheckSuppression, CheckSuppressionRequest(email=email), timeout).suppressed
