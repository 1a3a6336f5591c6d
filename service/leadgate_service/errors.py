"""What can go wrong, as types. A caller meets each as a gRPC status with `google.rpc.ErrorInfo`.

LeadgateError
├── InvalidArgument          INVALID_ARGUMENT      the request names a field and the rule it breaks
├── Unauthenticated          UNAUTHENTICATED       no valid token
├── PermissionDenied         PERMISSION_DENIED     the principal, purpose or source is not allowed
├── FailedPrecondition       FAILED_PRECONDITION   the law or the policy keeps this closed
├── NotFound                 NOT_FOUND             unknown, or not to be told apart from unknown
├── Aborted                  ABORTED               another call of the same request is under way
├── ResourceExhausted        RESOURCE_EXHAUSTED    over a limit
├── Unavailable              UNAVAILABLE           a store, a sink or a provider cannot answer
└── Internal                 INTERNAL              something failed that should not

Every error owns a `reason` of the contract's `ErrorReason` enum, a message that tells the caller what to do and ends
with a full stop, and metadata. None ever holds a personal value: texts are written here or by the rule that failed,
never by a driver.
"""

import secrets
from collections.abc import Mapping
from typing import ClassVar


class LeadgateError(Exception):
    """Base of every error that may leave the service.

    Args:
        reason: A name of `leadgate.v1.ErrorReason`, without its prefix.
        message: What happened and what the caller can do, without any personal value.
        metadata: Machine-readable facts that the message mentions, such as `field` and `rule`.
    """

    status: ClassVar[str]

    def __init__(self, reason: str, message: str, **metadata: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.metadata: Mapping[str, str] = metadata


class InvalidArgument(LeadgateError):
    """The request breaks a rule of the contract; the metadata names `field` and `rule`."""

    status = "INVALID_ARGUMENT"


class Unauthenticated(LeadgateError):
    """The call carries no token, or one that is unknown, expired or revoked."""

    status = "UNAUTHENTICATED"


class PermissionDenied(LeadgateError):
    """The principal, its purpose, or the source it uses is not allowed to do this."""

    status = "PERMISSION_DENIED"


class FailedPrecondition(LeadgateError):
    """The policy, the assessment or a mechanism keeps this closed until somebody acts."""

    status = "FAILED_PRECONDITION"


class NotFound(LeadgateError):
    """There is nothing to show. To marketing, suppressed, restricted, expired and unknown look alike."""

    status = "NOT_FOUND"


class Aborted(LeadgateError):
    """Another call with the same request id is under way, or the state moved; try again."""

    status = "ABORTED"


class ResourceExhausted(LeadgateError):
    """A limit is reached."""

    status = "RESOURCE_EXHAUSTED"


class Unavailable(LeadgateError):
    """A part that the answer needs cannot answer now; the same request may be sent again."""

    status = "UNAVAILABLE"


class Internal(LeadgateError):
    """Something failed that should not. The caller learns an incident id, the log what it was (P17)."""

    status = "INTERNAL"

    def __init__(self) -> None:
        incident = secrets.token_hex(8)
        super().__init__(
            "INTERNAL",
            f"Something failed here: give the incident id {incident} to the operator.",
            incident=incident,
        )


def invalid(field: str, rule: str) -> InvalidArgument:
    """Say which field breaks which rule (`FIELD_INVALID`).

    Args:
        field: Path in the request, such as `lookup.email`.
        rule: What the field must be, without a full stop; the value itself is never part of it.
    """
    return InvalidArgument("FIELD_INVALID", f"{field} {rule}.", field=field, rule=rule)
