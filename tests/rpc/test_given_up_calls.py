"""A caller that gives up leaves a settled state: what a provider was told is finished, what commits commits (P4)."""

import asyncio
import time
from collections.abc import Callable

import grpc
import pytest
from leadgate.v1 import intake_service_pb2, lead_service_pb2

from tests.rpc.conftest import Start
from tests.rpc.messages import enrich, get, ingest, item, object_
from tests.running_service import RunningService
from tests.simulated_providers import Providers

Response = intake_service_pb2.EnrichLeadResponse


def eventually(happens: Callable[[], bool]) -> None:
    """Wait for what must happen within five seconds."""
    deadline = time.monotonic() + 5
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_held(service: RunningService) -> bool:
    """Whether the lead may be read."""
    answer = service.as_("crm_sync").send(get())
    return answer.code is grpc.StatusCode.OK and answer.read(lead_service_pb2.GetLeadResponse).HasField("lead")


@pytest.mark.proves("P4")
def test_a_look_up_goes_on_when_its_caller_gives_up(service: RunningService, providers: Providers) -> None:
    """The answer that was paid for is stored, and the same request, sent again, is told so without another look-up."""
    request = enrich()
    with providers.clearbit.held():
        pending = service.as_("intake").start(request)
        assert providers.clearbit.asked.wait(5)
        pending.give_up()
        assert pending.answer().code is grpc.StatusCode.CANCELLED
        told = service.as_("intake").send(request)
    assert (told.code, told.reason) == (grpc.StatusCode.ABORTED, "REQUEST_IN_PROGRESS")
    eventually(lambda: is_held(service))
    assert service.as_("intake").send(request).read(Response).outcome == intake_service_pb2.OUTCOME_STORED
    assert providers.requests == 1
    assert service.findings() == ()


def test_a_look_up_ends_within_its_deadline(service: RunningService, providers: Providers) -> None:
    """A provider that does not answer costs the caller less than its deadline, and the reason is told."""
    with providers.clearbit.held():
        began = time.monotonic()
        response = service.as_("intake").send(enrich(), seconds=2).read(Response)
        assert time.monotonic() - began < 2
    assert response.not_stored_reason == intake_service_pb2.NOT_STORED_REASON_PROVIDER_FAILED


@pytest.mark.proves("P4")
def test_giving_up_never_undoes_what_commits(service: RunningService) -> None:
    """Batches whose callers give up at any moment are stored whole or not at all; sent again they are stored once."""
    requests = [
        ingest(*(item(f"p{batch}-{number}@northpier.example.com", name=_name(batch, number)) for number in range(10)))
        for batch in range(20)
    ]
    for number, request in enumerate(requests):
        pending = service.as_("intake").start(request)
        time.sleep(0.001 * (number % 8))
        pending.give_up()
    eventually(lambda: service.kept()["leads"] % 10 == 0)
    for request in requests:
        answer = service.as_("intake").send(request).read(intake_service_pb2.BatchIngestLeadsResponse)
        assert {one.outcome for one in answer.results} == {intake_service_pb2.OUTCOME_STORED}
    assert service.kept()["leads"] == 200
    assert service.findings() == ()


def _name(batch: int, number: int) -> str:
    return f"Ida {'abcdefghijklmnopqrst'[batch].upper()}{'abcdefghij'[number]}vermolen"


@pytest.mark.proves("P4", "P28")
def test_a_stop_waits_for_look_ups_whose_callers_gave_up(database_url: str, start: Start, providers: Providers) -> None:
    """The service does not close its store under a look-up: what the provider answered is stored before it ends."""
    service = start(database_url)
    with providers.clearbit.held():
        pending = service.as_("intake").start(enrich())
        assert providers.clearbit.asked.wait(5)
        pending.give_up()
        assert pending.answer().code is grpc.StatusCode.CANCELLED
        stopping = service.stopping()
        time.sleep(0.1)
        service.loop.begin(asyncio.sleep(0)).result(1)  # whatever it waits for, it goes on serving the others
        assert not stopping.done()
    stopping.result(5)
    again = start(database_url)
    assert is_held(again)
    again.as_("support").send(object_())
    assert not is_held(again)
