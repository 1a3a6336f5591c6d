"""The same request, sent again, gets the same bytes and has one effect; its id with another body is refused (P9)."""

from collections.abc import Callable, Mapping
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from tests.domain.policies import changed, written
from tests.rpc.conftest import Start
from tests.rpc.messages import apply, enrich, ingest, item, object_, object_all
from tests.rpc.wire import Answer, method_of
from tests.running_service import RunningService
from tests.simulated_providers import Providers

LEAD_DAYS = ("retention", "lead_days")
WRITES: Mapping[str, tuple[Callable[[], Message], Callable[[str], Message]]] = {
    "EnrichLead": (enrich, lambda known: enrich("b@northpier.example.com", request_id=known)),
    "BatchIngestLeads": (ingest, lambda known: ingest(item("b@northpier.example.com"), request_id=known)),
    "RegisterObjection": (object_, lambda known: object_("b@northpier.example.com", request_id=known)),
    "BatchRegisterObjections": (object_all, lambda known: object_all("b@northpier.example.com", request_id=known)),
    "ApplyPolicy": (lambda: _policy(40), lambda known: _policy(41, request_id=known)),
}
"""Of each write, a request and another body under its id."""


def _policy(days: int, **facts: Any) -> Message:
    return apply(written(changed({LEAD_DAYS: days})), **facts)


def send(service: RunningService, request: Message) -> Answer:
    """Send a request as somebody who may."""
    return service.as_allowed(method_of(request)).send(request)


@pytest.mark.proves("P9")
@pytest.mark.parametrize("write", WRITES)
def test_a_repeated_request_is_answered_alike_and_has_one_effect(
    database_url: str, start: Start, providers: Providers, write: str
) -> None:
    """Same id and body give the same bytes, at once, after a restart and for three days, and not one row more."""
    make, other = WRITES[write]
    service, request = start(database_url), make()
    first = send(service, request)
    assert first.body
    kept, asked = service.kept(), providers.requests
    assert [send(service, request).body for _ in range(3)] == [first.body] * 3
    service.stop()
    service = start(database_url)
    assert send(service, request).body == first.body
    refused = send(service, other(request.request_id))  # type: ignore[attr-defined]  # every write has one
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "REQUEST_ID_REUSED")
    service.clock.pass_time(hours=71)
    assert send(service, request).body == first.body
    assert (service.kept(), providers.requests) == (kept, asked)


@pytest.mark.proves("P9")
@pytest.mark.parametrize("write", WRITES)
def test_of_many_at_once_one_takes_effect(service: RunningService, providers: Providers, write: str) -> None:
    """Thirty-two calls at once with one id: each gets the one answer, or is told that a call is under way."""
    request = WRITES[write][0]()
    caller, before = service.as_allowed(method_of(request)), service.kept()
    ended = [one.answer() for one in [caller.start(request) for _ in range(32)]]
    bodies = {one.body for one in ended if one.code is grpc.StatusCode.OK}
    assert len(bodies) == 1
    assert {one.reason for one in ended if one.code is not grpc.StatusCode.OK} <= {"REQUEST_IN_PROGRESS"}
    assert service.kept()["requests"] == before["requests"] + 1
    assert providers.requests <= 1


@pytest.mark.proves("P9")
def test_a_request_id_is_its_principals_own(service: RunningService) -> None:
    """Two principals may use one id; neither learns anything of the other's request."""
    first = service.as_("support").send(object_(request_id="one"))
    second = service.as_("privacy_officer").send(object_("b@northpier.example.com", request_id="one"))
    assert first.code is second.code is grpc.StatusCode.OK
    assert first.body != second.body


@pytest.mark.proves("P9")
def test_a_refusal_is_not_remembered(service: RunningService) -> None:
    """A request that was refused may be corrected and sent under the same id."""
    refused = service.as_("support").send(object_("nobody", request_id="one"))
    assert refused.reason == "FIELD_INVALID"
    assert service.as_("support").send(object_(request_id="one")).code is grpc.StatusCode.OK


def test_an_author_who_saw_another_version_changes_nothing(service: RunningService) -> None:
    """Of two changes on top of one version the second is ABORTED, and told which version is in force."""
    assert service.as_("privacy_officer").send(_policy(40)).code is grpc.StatusCode.OK
    late = service.as_("privacy_officer").send(_policy(41))
    assert (late.code, late.reason, late.metadata) == (grpc.StatusCode.ABORTED, "POLICY_CHANGED", {"version": "2"})
    assert service.kept()["policies"] == 2
