"""From errors to gRPC statuses: code, a message without personal values, and machine-readable details (AIP-193)."""

from collections.abc import Iterator

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from leadgate_service.errors import InvalidArgument, LeadgateError
from leadgate_service.keyfiles import RING_UNUSABLE, KeyRingError
from leadgate_service.policy_mistakes import PolicyError

DOMAIN = "leadgate.v1"
"""The `domain` of every ErrorInfo."""

MOST_BYTES = 6_500
"""How long an answer about a policy's mistakes may be: gRPC clients refuse trailing metadata beyond 8 KiB. What does
not fit is left out; the metadata says how many mistakes there are, and `leadgate policy check` shows them all."""


def to_grpc_status(error: LeadgateError) -> grpc.Status:
    """Make the status that a caller gets: always with ErrorInfo, and with BadRequest where a field is named.

    What is wrong with a key ring is told without the file, whose path is the operator's alone to know.
    """
    message = RING_UNUSABLE if isinstance(error, KeyRingError) else error.message
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=dict(error.metadata))
    details = [_packed(info)]
    violations = _violations(error)
    if violations:
        details.append(_packed(error_details_pb2.BadRequest(field_violations=violations)))
    code: int = grpc.StatusCode[error.status].value[0]
    status: grpc.Status = rpc_status.to_status(status_pb2.Status(code=code, message=message, details=details))
    return status


def _violations(error: LeadgateError) -> list[error_details_pb2.BadRequest.FieldViolation]:
    if isinstance(error, PolicyError):
        return list(_as_many_as_fit(error))
    if isinstance(error, InvalidArgument):
        return [
            error_details_pb2.BadRequest.FieldViolation(
                field=error.metadata.get("field", ""),
                description=error.metadata.get("rule", ""),
            ),
        ]
    return []


def _as_many_as_fit(error: PolicyError) -> Iterator[error_details_pb2.BadRequest.FieldViolation]:
    left = MOST_BYTES - 2 * len(error.message)  # it travels in the status and in the details
    for mistake in error.mistakes:
        violation = error_details_pb2.BadRequest.FieldViolation(
            field=f"line {mistake.line}: {mistake.path}",
            description=f"{mistake.reason}; {mistake.remedy}",
        )
        left -= violation.ByteSize()
        if left < 0:
            return
        yield violation


def _packed(message: error_details_pb2.ErrorInfo | error_details_pb2.BadRequest) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
