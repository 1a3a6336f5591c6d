"""How a call to the fake service fails: as the contract says, or as a stranger would."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """How a call fails.

    Attributes:
        code: The gRPC status.
        text: The message of the status.
        reason: A reason of the contract; None leaves all details out, as a proxy would.
        metadata: Metadata of the ErrorInfo.
        violations: Field and description of BadRequest violations.
        domain: Domain of the ErrorInfo.
        final: Whether the client is told not to try again.
    """

    code: grpc.StatusCode
    text: str = "a text of the service"
    reason: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    violations: tuple[tuple[str, str], ...] = ()
    domain: str = "leadgate.v1"
    final: bool = False

    def abort(self, context: grpc.ServicerContext) -> NoReturn:
        """Ends the call with this status."""
        pushback = (("grpc-retry-pushback-ms", "-1"),) if self.final else ()
        if self.reason is None:
            context.set_trailing_metadata(pushback)
            context.abort(self.code, self.text)
        details = status_pb2.Status(code=self.code.value[0], message=self.text, details=self._details())
        status = rpc_status.to_status(details)
        context.abort_with_status(status._replace(trailing_metadata=(*status.trailing_metadata, *pushback)))

    def _details(self) -> Iterator[AnyMessage]:
        yield _packed(error_details_pb2.ErrorInfo(reason=self.reason, domain=self.domain, metadata=self.metadata))
        if self.violations:
            bad_request = error_details_pb2.BadRequest()
            for place, text in self.violations:
                bad_request.field_violations.add(field=place, description=text)
            yield _packed(bad_request)


def _packed(message: Message) -> AnyMessage:
    packed = AnyMessage()
    packed.Pack(message)
    return packed


UNAVAILABLE = Refusal(code=grpc.StatusCode.UNAVAILABLE, reason="STORE_UNAVAILABLE")
GONE = Refusal(code=grpc.StatusCode.UNAVAILABLE, reason="STORE_UNAVAILABLE", final=True)
REUSED = Refusal(code=grpc.StatusCode.FAILED_PRECONDITION, reason="REQUEST_ID_REUSED")
NOT_FOUND = Refusal(code=grpc.StatusCode.NOT_FOUND, reason="LEAD_NOT_FOUND")
OBJECTION_NOT_FOUND = Refusal(code=grpc.StatusCode.NOT_FOUND, reason="OBJECTION_NOT_FOUND")
ANNULMENT_DIFFERS = Refusal(code=grpc.StatusCode.FAILED_PRECONDITION, reason="ANNULMENT_DIFFERS")
IMPORT_ANNULLED = Refusal(code=grpc.StatusCode.FAILED_PRECONDITION, reason="IMPORT_ANNULLED")
CHALLENGE_INVALID = Refusal(code=grpc.StatusCode.FAILED_PRECONDITION, reason="CHALLENGE_INVALID")
TOKEN_INVALID = Refusal(code=grpc.StatusCode.UNAUTHENTICATED, reason="TOKEN_INVALID")
POLICY_INVALID = Refusal(code=grpc.StatusCode.INVALID_ARGUMENT, reason="POLICY_INVALID")
POLICY_CHANGED = Refusal(code=grpc.StatusCode.ABORTED, reason="POLICY_CHANGED", metadata={"version": "1"})
