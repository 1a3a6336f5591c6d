"""Every failure becomes the type that a caller can act on."""

import pickle
from dataclasses import replace

import grpc
import pytest
from google.rpc import status_pb2
from leadgate.v1.error_reason_pb2 import ErrorReason
from leadgate_client import (
    Client,
    DeadlineExceeded,
    Internal,
    InvalidField,
    LeadgateClientError,
    NotAllowed,
    NotFound,
    Overloaded,
    PolicyInvalid,
    PolicyMistake,
    RateLimited,
    Unauthenticated,
    Unavailable,
    Unsupported,
)
from leadgate_client._errors import BY_REASON, error_from

from tests.client.fake_service import TOKEN, Fakes
from tests.client.refusals import Refusal

REASONS = [name.removeprefix("ERROR_REASON_") for name in ErrorReason.keys()[1:]]


def fail(client: Client, fakes: Fakes, refusal: Refusal) -> LeadgateClientError:
    """Makes a call that fails as given, and returns what it raises."""
    fakes.before = [replace(refusal, final=True)]
    with pytest.raises(LeadgateClientError) as caught:
        client.get_policy()
    return caught.value


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_of_the_contract_has_a_type(client: Client, fakes: Fakes, reason: str) -> None:
    """A reason decides on the type, whatever the status; none falls back to the base."""
    error = fail(client, fakes, Refusal(code=grpc.StatusCode.CANCELLED, reason=reason, text="Do this."))
    assert type(error) is BY_REASON[reason]
    assert type(error) is not LeadgateClientError
    assert (error.reason, error.code) == (reason, grpc.StatusCode.CANCELLED)
    assert str(error) == f"{reason}: Do this."


@pytest.mark.parametrize("domain", ["leadgate.v1", "proxy.example.com"])
@pytest.mark.parametrize(
    ("code", "error_type"),
    [
        (grpc.StatusCode.INVALID_ARGUMENT, InvalidField),
        (grpc.StatusCode.UNAUTHENTICATED, Unauthenticated),
        (grpc.StatusCode.PERMISSION_DENIED, NotAllowed),
        (grpc.StatusCode.NOT_FOUND, NotFound),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, Overloaded),
        (grpc.StatusCode.DEADLINE_EXCEEDED, DeadlineExceeded),
        (grpc.StatusCode.UNKNOWN, Internal),
        (grpc.StatusCode.UNIMPLEMENTED, Unsupported),
        (grpc.StatusCode.OUT_OF_RANGE, LeadgateClientError),
    ],
)
def test_a_reason_from_the_future_falls_back_to_its_status(
    client: Client, fakes: Fakes, code: grpc.StatusCode, error_type: type[LeadgateClientError], domain: str
) -> None:
    """A client that is older than the service, or meets a stranger's details, still raises what fits the status."""
    error = fail(client, fakes, Refusal(code=code, reason="SOMETHING_NEW", domain=domain))
    assert type(error) is error_type


@pytest.mark.parametrize("code", list(grpc.StatusCode)[1:])
def test_a_status_without_details_is_an_error_with_a_text_of_ours(
    client: Client, fakes: Fakes, code: grpc.StatusCode
) -> None:
    """What a proxy or gRPC itself answers has no reason, a useful text, and none of the foreign one."""
    error = fail(client, fakes, Refusal(code=code, text="a foreign text"))
    assert (error.reason, error.code) == (None, code)
    assert str(error).startswith(f"{code.name}: ")
    assert "foreign" not in str(error)


class FailedCall(grpc.RpcError):
    """A call that failed with UNAVAILABLE and the given bytes as its details."""

    def __init__(self, details: bytes) -> None:
        super().__init__()
        self._details = details

    def code(self) -> grpc.StatusCode:
        """The status."""
        return grpc.StatusCode.UNAVAILABLE

    def details(self) -> str:
        """The text of the status."""
        return "a foreign text"

    def trailing_metadata(self) -> tuple[tuple[str, bytes], ...]:  # type: ignore[override]  # the stub's type is private
        """The details, under the name that gRPC gives them."""
        return (("grpc-status-details-bin", self._details),)


@pytest.mark.parametrize(
    "details",
    [b"\xff not a message", status_pb2.Status(code=3).SerializeToString()],
    ids=["unreadable", "contradicting"],
)
def test_details_that_make_no_sense_are_left_out(details: bytes) -> None:
    """Bytes that are no status, or another one than the call's, leave the error of the plain status."""
    error = error_from(FailedCall(details))
    assert isinstance(error, Unavailable)
    assert error.reason is None
    assert "foreign" not in str(error)


def test_an_invalid_field_names_field_and_rule(client: Client, fakes: Fakes) -> None:
    """A caller can mark the field in a form without parsing a text."""
    metadata = {"field": "lookup.email", "rule": "must be an e-mail address"}
    error = fail(
        client, fakes, Refusal(code=grpc.StatusCode.INVALID_ARGUMENT, reason="FIELD_INVALID", metadata=metadata)
    )
    assert isinstance(error, InvalidField)
    assert (error.field, error.rule) == ("lookup.email", "must be an e-mail address")


def test_an_internal_error_names_its_incident(client: Client, fakes: Fakes) -> None:
    """The id is what an operator needs to find the cause."""
    refusal = Refusal(code=grpc.StatusCode.INTERNAL, reason="INTERNAL", metadata={"incident": "3f0c9a1e"})
    error = fail(client, fakes, refusal)
    assert isinstance(error, Internal)
    assert error.incident == "3f0c9a1e"


@pytest.mark.parametrize(("metadata", "seconds"), [({"retry_after_seconds": "12"}, 12), ({}, None)])
def test_who_asks_too_often_is_told_how_long_to_wait(
    client: Client, fakes: Fakes, metadata: dict[str, str], seconds: int | None
) -> None:
    """A job can pause for as long as the service asks, without parsing a text."""
    refusal = Refusal(code=grpc.StatusCode.RESOURCE_EXHAUSTED, reason="RATE_LIMITED", metadata=metadata)
    error = fail(client, fakes, refusal)
    assert isinstance(error, RateLimited)
    assert error.retry_after_seconds == seconds


@pytest.mark.parametrize(
    ("violation", "mistake"),
    [
        (
            ("line 7: retention.lead", "is longer than the statement; say 90 days or less"),
            PolicyMistake(
                line=7, path="retention.lead", reason="is longer than the statement", remedy="say 90 days or less"
            ),
        ),
        (("line 3", "is not YAML"), PolicyMistake(line=3, path="", reason="is not YAML", remedy="")),
        (
            ("assessment", "is missing; add it"),
            PolicyMistake(line=None, path="assessment", reason="is missing", remedy="add it"),
        ),
    ],
)
def test_a_mistake_in_a_policy_is_read_part_by_part(
    client: Client, fakes: Fakes, violation: tuple[str, str], mistake: PolicyMistake
) -> None:
    """Line, setting, reason and remedy are told apart; what is missing is left empty."""
    refusal = Refusal(code=grpc.StatusCode.INVALID_ARGUMENT, reason="POLICY_INVALID", violations=(violation,))
    error = fail(client, fakes, refusal)
    assert isinstance(error, PolicyInvalid)
    assert error.mistakes == (mistake,)


def test_a_wrong_token_is_unauthenticated(target: str) -> None:
    """The token goes with each call, and one that is not known is told as such."""
    with (
        Client.connect(target, token="another-token", insecure_local=True) as stranger,
        pytest.raises(Unauthenticated),
    ):
        stranger.get_policy()


def test_nobody_listening_is_unavailable() -> None:
    """An address that nobody serves is told as such, with what to check, once all tries have failed."""
    with (
        Client.connect("127.0.0.1:9", token=TOKEN, insecure_local=True) as client,
        pytest.raises(Unavailable, match="check address") as caught,
    ):
        client.get_policy()
    assert caught.value.reason is None


def test_an_error_survives_the_way_between_processes(client: Client, fakes: Fakes) -> None:
    """A worker's error reaches its parent whole."""
    refusal = Refusal(
        code=grpc.StatusCode.INVALID_ARGUMENT, reason="POLICY_INVALID", violations=(("line 1: a", "is b; say c"),)
    )
    error = fail(client, fakes, refusal)
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(copy), str(copy), copy.mistakes) == (PolicyInvalid, str(error), error.mistakes)  # type: ignore[attr-defined]
