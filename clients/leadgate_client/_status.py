"""Reads what the wire says about a failed call, and keeps back what might hold a personal value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import grpc
from google.protobuf.message import DecodeError, Message
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

DOMAIN = "leadgate.v1"
"""`ErrorInfo.domain` of the service's own errors. Only their texts are known to hold no personal value."""

FOREIGN_TEXTS: Mapping[grpc.StatusCode, str] = {
    grpc.StatusCode.INVALID_ARGUMENT: "the request was refused as malformed",
    grpc.StatusCode.UNAUTHENTICATED: "the token was not accepted",
    grpc.StatusCode.PERMISSION_DENIED: "the call was not permitted",
    grpc.StatusCode.NOT_FOUND: "there is no such thing",
    grpc.StatusCode.RESOURCE_EXHAUSTED: "the request is over 8 MiB (send fewer items at once), or over a proxy's limit",
    grpc.StatusCode.UNAVAILABLE: "no connection to the service: check address, network and TLS certificates",
    grpc.StatusCode.DEADLINE_EXCEEDED: "no answer came in time: the service is slow, or there is no connection to it",
    grpc.StatusCode.UNIMPLEMENTED: "the server does not know this method: is it an older leadgate?",
}
"""What we say instead of the text of an answer that is not the service's own."""

_Detail = TypeVar("_Detail", bound=Message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What is known of a failed call. It holds no personal value.

    Attributes:
        code: The gRPC status.
        message: What happened and what the caller can do.
        reason: A name of `ErrorReason` without its prefix; None when the answer is not the service's own.
        metadata: Machine-readable facts, such as `field` and `rule`.
        violations: Field and description of each google.rpc.BadRequest violation.
    """

    code: grpc.StatusCode
    message: str
    reason: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    violations: tuple[tuple[str, str], ...] = ()


def failure_from(call: grpc.RpcError) -> Failure:
    """Reads the status of a failed call and the details that came with it.

    gRPC itself, a proxy or another server may quote anything in its text, even the request. Such a text is replaced.
    """
    status = _rich_status(call)
    info = _detail(status, error_details_pb2.ErrorInfo())
    if info.domain != DOMAIN:
        return Failure(code=call.code(), message=FOREIGN_TEXTS.get(call.code(), "the call failed"))
    violations = _detail(status, error_details_pb2.BadRequest()).field_violations
    return Failure(
        code=call.code(),
        message=status.message,
        reason=info.reason,
        metadata=dict(info.metadata),
        violations=tuple((violation.field, violation.description) for violation in violations),
    )


def _rich_status(call: grpc.RpcError) -> status_pb2.Status:
    try:
        return rpc_status.from_call(call) or status_pb2.Status()
    except (DecodeError, ValueError):
        # Details that cannot be read, or that contradict the status, are not the service's.
        return status_pb2.Status()


def _detail(status: status_pb2.Status, wanted: _Detail) -> _Detail:
    """The first detail of the wanted type, or the wanted message empty as it came."""
    for detail in status.details:
        if detail.Is(wanted.DESCRIPTOR):
            detail.Unpack(wanted)
            break
    return wanted
