"""What a call can fail with, as types that a caller can act on.

LeadgateClientError
├── InvalidField       the request breaks a rule: `field`, `rule`
├── PolicyInvalid      the policy has `mistakes`, each with line, path, reason and remedy
├── Unauthenticated    no valid token
├── NotAllowed         the principal may not call, read for this purpose, or filter by this field
├── NotFound           unknown, or not to be told apart from unknown
├── AnnulmentDiffers   somebody proposed to annul it for another reason
├── ImportAnnulled     two people annulled the import that a batch is a part of
├── ChallengeInvalid   the challenge of a lift is not ours, is over, or the person objected again since
├── IntakeClosed       assessment, source, attestation or transfer mechanism keeps intake closed
├── RequestIdReused    the request id was used with another body
├── RequestInProgress  a call with this request id is under way
├── PolicyChanged      another policy version is in force: `version`
├── Overloaded         over a limit of the service
├── RateLimited        over the caller's own limit of look-ups
├── Unsupported        the server does not know the method
├── Unavailable        not reachable, or a part that the answer needs cannot answer
├── DeadlineExceeded   no answer in time; whether it took effect is not known
└── Internal           a fault of the service: `incident`

The base itself stands for a status that none of these covers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import grpc

from leadgate_client._status import Failure, failure_from


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyMistake:
    """One mistake in a policy.

    Attributes:
        line: Line of the YAML text, starts at 1; None when the mistake has no place.
        path: The setting, such as `retention.lead`.
        reason: What is wrong.
        remedy: What to do; empty if the service names none.
    """

    line: int | None
    path: str
    reason: str
    remedy: str


class LeadgateClientError(Exception):
    """Base of every error of a call. Its text holds no personal value, nor does anything it carries.

    Attributes:
        code: The gRPC status.
        reason: A name of `leadgate.v1.ErrorReason` without its prefix, whose comment in the contract states the
            remedy; None when the answer is not the service's own.
        metadata: Machine-readable facts, such as `field` and `rule`.
    """

    def __init__(self, failure: Failure) -> None:
        # The one argument is all that there is to know, so that the error survives pickling between processes.
        super().__init__(failure)
        self.code = failure.code
        self.reason = failure.reason
        self.metadata = failure.metadata
        self._message = failure.message

    def __str__(self) -> str:
        return f"{self.reason or self.code.name}: {self._message}"


class InvalidField(LeadgateClientError):
    """The request breaks a rule of the contract. Correct it; sending it again as it is cannot succeed."""

    @property
    def field(self) -> str:
        """Path of the field, such as `lookup.email`; empty if the answer names none."""
        return self.metadata.get("field", "")

    @property
    def rule(self) -> str:
        """What the field must be; empty if the answer names no rule."""
        return self.metadata.get("rule", "")


class PolicyInvalid(LeadgateClientError):
    """The policy has mistakes; the policy in force stays in force.

    Attributes:
        mistakes: All that were found.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.mistakes = tuple(_mistake(place, text) for place, text in failure.violations)


class Unauthenticated(LeadgateClientError):
    """The token is missing, unknown, expired or revoked."""


class NotAllowed(LeadgateClientError):
    """No role of the principal may do this: call the method, read for the purpose, or filter by the field."""


class NotFound(LeadgateClientError):
    """There is nothing that the caller may see. To marketing, withheld and unknown look alike."""


class AnnulmentDiffers(LeadgateClientError):
    """Somebody proposed to annul this for another reason. Agree with them on one; nothing was annulled."""


class ImportAnnulled(LeadgateClientError):
    """Two people annulled the import that the batch is a part of. Nothing of it was registered, nor will it be."""


class ChallengeInvalid(LeadgateClientError):
    """The challenge is not the service's, is over, or the person objected again since. Nothing was lifted."""


class IntakeClosed(LeadgateClientError):
    """Assessment, source, attestation or transfer mechanism keeps intake closed; `metadata` may name the source."""


class RequestIdReused(LeadgateClientError):
    """The request id was used before, with another body."""


class RequestInProgress(LeadgateClientError):
    """A call with this request id is under way. Send the same request again in some seconds."""


class PolicyChanged(LeadgateClientError):
    """Another policy version is in force than the caller expected. Nothing was changed."""

    @property
    def version(self) -> int | None:
        """The version in force; None if the answer names none."""
        version = self.metadata.get("version", "")
        return int(version) if version.isdecimal() else None


class Overloaded(LeadgateClientError):
    """A limit of the service is reached.

    With the reason TOO_MANY_CALLS it is that of calls in flight: send the same request again in a moment. Without a
    reason the request is longer than 8 MiB, and has to be split.
    """


class RateLimited(LeadgateClientError):
    """The caller looks up people, or objections, too often. Registering is never limited."""

    @property
    def retry_after_seconds(self) -> int | None:
        """After how many seconds to send the same request again; None if the answer names none."""
        seconds = self.metadata.get("retry_after_seconds", "")
        return int(seconds) if seconds.isdecimal() else None


class Unsupported(LeadgateClientError):
    """The server does not know the method: it is an older leadgate, or something else listens at the address."""


class Unavailable(LeadgateClientError):
    """The service cannot be reached, or a part that the answer needs cannot answer.

    A write may have taken effect. Sent again with the same request id it takes effect once.
    """


class DeadlineExceeded(LeadgateClientError):
    """No answer came in time. A write may have taken effect; sent again with the same request id it does so once."""


class Internal(LeadgateClientError):
    """A fault of the service."""

    @property
    def incident(self) -> str:
        """Id under which an operator finds the cause in the service's log; empty if the answer names none."""
        return self.metadata.get("incident", "")


BY_REASON: Mapping[str, type[LeadgateClientError]] = {
    "FIELD_INVALID": InvalidField,
    "MESSAGE_UNREADABLE": InvalidField,
    "ORIGIN_REFUSED": InvalidField,
    "PAGE_TOKEN_INVALID": InvalidField,
    "POLICY_INVALID": PolicyInvalid,
    "TOKEN_INVALID": Unauthenticated,
    "SIGNATURE_INVALID": Unauthenticated,
    "METHOD_NOT_ALLOWED": NotAllowed,
    "PERSON_NEEDED": NotAllowed,
    "PURPOSE_NOT_ALLOWED": NotAllowed,
    "FIELD_NOT_ALLOWED": NotAllowed,
    "ASSESSMENT_NOT_IN_FORCE": IntakeClosed,
    "SOURCE_NOT_ACTIVE": IntakeClosed,
    "ATTESTATION_LAPSED": IntakeClosed,
    "TRANSFER_MECHANISM_INVALID": IntakeClosed,
    "REQUEST_ID_REUSED": RequestIdReused,
    "REQUEST_IN_PROGRESS": RequestInProgress,
    "POLICY_CHANGED": PolicyChanged,
    "LEAD_NOT_FOUND": NotFound,
    "OBJECTION_NOT_FOUND": NotFound,
    "ANNULMENT_DIFFERS": AnnulmentDiffers,
    "IMPORT_ANNULLED": ImportAnnulled,
    "CHALLENGE_INVALID": ChallengeInvalid,
    "RATE_LIMITED": RateLimited,
    "TOO_MANY_CALLS": Overloaded,
    "STORE_UNAVAILABLE": Unavailable,
    "AUDIT_UNAVAILABLE": Unavailable,
    "CONTENT_KEY_GONE": Unavailable,
    "KEY_RING_INVALID": Unavailable,
    "TOKEN_KEY_ROTATED": Unavailable,
    "POLICY_MISSING": Unavailable,
    "POLICY_FOR_DEMO": Unavailable,
    "INTERNAL": Internal,
}
"""Every reason of the contract. A reason that only a newer service knows falls back to its status (BY_CODE)."""

BY_CODE: Mapping[grpc.StatusCode, type[LeadgateClientError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidField,
    grpc.StatusCode.UNAUTHENTICATED: Unauthenticated,
    grpc.StatusCode.PERMISSION_DENIED: NotAllowed,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.RESOURCE_EXHAUSTED: Overloaded,
    grpc.StatusCode.UNIMPLEMENTED: Unsupported,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceeded,
    grpc.StatusCode.INTERNAL: Internal,
    grpc.StatusCode.UNKNOWN: Internal,
    grpc.StatusCode.DATA_LOSS: Internal,
}
"""For answers whose reason is missing or newer than this client. Any other status is the base error."""


def error_from(call: grpc.RpcError) -> LeadgateClientError:
    """Rebuilds the typed error of a failed call."""
    failure = failure_from(call)
    error_type = BY_REASON.get(failure.reason or "") or BY_CODE.get(failure.code, LeadgateClientError)
    return error_type(failure)


def _mistake(place: str, text: str) -> PolicyMistake:
    """Reads a violation, whose field is `line N: path` and whose description is `reason; remedy`."""
    found = re.fullmatch(r"line (\d+)(?:: (.*))?", place)
    reason, _, remedy = text.partition("; ")
    return PolicyMistake(
        line=int(found[1]) if found else None,
        path=(found[2] or "") if found else place,
        reason=reason,
        remedy=remedy,
    )
