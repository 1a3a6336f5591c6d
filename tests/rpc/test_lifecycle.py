"""How a service comes and goes: what probes see, what explorers see, and what becomes of calls in flight (P28)."""

import socket
import time

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from leadgate.v1 import intake_service_pb2, lead_service_pb2
from leadgate_client import Origin, Outcome
from leadgate_service.errors import FailedPrecondition

from tests.builders import IDA
from tests.rpc.conftest import Start
from tests.rpc.messages import enrich, get, object_, query
from tests.rpc.wire import SERVICES
from tests.running_service import PRINCIPALS, RunningService
from tests.simulated_providers import Providers

SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


def health(service: RunningService, name: str = "") -> int:
    """Probe a service, without a token."""
    stub = health_pb2_grpc.HealthStub(service.channel)
    answer: health_pb2.HealthCheckResponse = stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=5)
    return int(answer.status)


def listed_services(service: RunningService) -> set[str]:
    """Ask a service, without a token, which services it has."""
    stub = reflection_pb2_grpc.ServerReflectionStub(service.channel)
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    (answer,) = stub.ServerReflectionInfo(iter([request]), timeout=5)
    return {one.name for one in answer.list_services_response.service}


def test_probes_see_each_service(shared_service: RunningService) -> None:
    """The service as a whole and each of its parts answer SERVING; a part that it does not have is NOT_FOUND."""
    names = ["", *(one.full_name for one in SERVICES)]
    assert {name: health(shared_service, name) for name in names} == dict.fromkeys(names, SERVING)
    with pytest.raises(grpc.RpcError) as refused:
        health(shared_service, "leadgate.v1.NoService")
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


def test_explorers_see_the_contract(shared_service: RunningService) -> None:
    """Reflection lists every service of the contract, so that a tool needs no .proto at hand."""
    assert listed_services(shared_service) >= {one.full_name for one in SERVICES}


def test_explorers_see_nothing_where_reflection_is_off(sqlite_url: str, start: Start) -> None:
    """A service that is told to keep the contract to itself does."""
    service = start(sqlite_url, reflection=False)
    with pytest.raises(grpc.RpcError) as refused:
        listed_services(service)
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.proves("P28")
def test_a_stop_lets_calls_in_flight_end(service: RunningService, providers: Providers) -> None:
    """Probes are told first, new calls are UNAVAILABLE, and the call that was under way gets its answer."""
    with providers.clearbit.held():
        pending = service.as_("intake").start(enrich())
        assert providers.clearbit.asked.wait(5)
        watch = health_pb2_grpc.HealthStub(service.channel).Watch(health_pb2.HealthCheckRequest(), timeout=5)
        seen = [next(watch).status]
        stopping = service.stopping(seconds=5)
        seen.append(next(watch).status)
        watch.cancel()
        time.sleep(0.05)
        late = service.as_principal(PRINCIPALS["crm_sync"])
        assert late.send(query(), seconds=2).code is grpc.StatusCode.UNAVAILABLE
        assert not stopping.done()
    assert seen == [SERVING, NOT_SERVING]
    response = pending.answer().read(intake_service_pb2.EnrichLeadResponse)
    assert response.outcome == intake_service_pb2.OUTCOME_STORED
    stopping.result(5)


@pytest.mark.proves("P28")
def test_a_client_survives_a_restart(sqlite_url: str, start: Start, free_port: int) -> None:
    """A client that tries again, as the SDK does by itself, sees no failure while the service restarts."""
    service = start(sqlite_url, listen=f"127.0.0.1:{free_port}")
    with service.client("intake") as client:
        assert client.enrich_lead(email=IDA, origin=Origin.ORIGIN_CRM_LEAD).outcome is Outcome.OUTCOME_STORED
        service.stop()
        start(sqlite_url, listen=f"127.0.0.1:{free_port}")
        other = "b@northpier.example.com"
        assert client.enrich_lead(email=other, origin=Origin.ORIGIN_CRM_LEAD).outcome is Outcome.OUTCOME_STORED


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_one_service_serves_a_sqlite_file(sqlite_url: str, start: Start) -> None:
    """A second service on the same SQLite file does not start; two on one PostgreSQL do."""
    start(sqlite_url)
    with pytest.raises(FailedPrecondition) as refused:
        start(sqlite_url)
    assert refused.value.reason == "DATABASE_IN_USE"


def test_several_services_share_a_postgresql(postgres_url: str, start: Start) -> None:
    """What one service stored the other reads, and an objection at one counts at the other."""
    one, other = start(postgres_url), start(postgres_url)
    assert one.as_("intake").send(enrich()).code is grpc.StatusCode.OK
    assert other.as_("crm_sync").send(get()).read(lead_service_pb2.GetLeadResponse).HasField("lead")
    assert other.as_("support").send(object_()).code is grpc.StatusCode.OK
    told = one.as_("crm_sync").send(get()).read(lead_service_pb2.GetLeadResponse)
    assert told.withheld.reason == lead_service_pb2.WITHHELD_REASON_SUPPRESSED
