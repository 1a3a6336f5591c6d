"""A token key that is rotated under running services, and services that start with a ring that finds nobody."""

from pathlib import Path

import grpc
import pytest
import sqlalchemy as sa
from grpc_health.v1 import health_pb2_grpc
from grpc_health.v1.health_pb2 import HealthCheckRequest
from leadgate.v1 import governance_service_pb2, lead_service_pb2
from leadgate_service.app import rotate_token_key
from leadgate_service.errors import FailedPrecondition, Unavailable
from leadgate_service.keep_ring import KeepRing
from leadgate_service.keyfiles import KeyRingError
from leadgate_service.storage import tables
from leadgate_service.storage.work import Latch, Statement, Work

from tests.rpc.conftest import Start
from tests.rpc.faulty_store import Faults
from tests.rpc.messages import enrich, get, ingest, object_
from tests.rpc.test_lifecycle import NOT_SERVING, SERVING, health
from tests.rpc.wire import SERVICES
from tests.running_service import Clock, Loop, RunningService, settings

pytestmark = pytest.mark.proves("R-032", "R-034")


PARTS = ("", *(one.full_name for one in SERVICES))


def told(service: RunningService) -> dict[str, int]:
    """What probes are told of the whole and of each part."""
    return {name: health(service, name) for name in PARTS}


def rotate(folder: Path, database_url: str, loop: Loop, clock: Clock) -> None:
    """Rotate as the operator's command does."""
    config = settings(folder, database_url, None)
    KeepRing.add_token_key(config.keep_ring, KeepRing.newest_token_version(config.keep_ring) + 1)
    loop.run(rotate_token_key(config, clock, lambda _done, _total: None))


def test_services_that_were_not_started_again_fail_closed(
    postgres_url: str, start: Start, tmp_path: Path, loop: Loop, clock: Clock
) -> None:
    """Two services on one database: after a rotation neither stores, asks or shows anybody until started again."""
    services = [start(postgres_url), start(postgres_url)]
    assert services[0].as_("intake").send(enrich()).code is grpc.StatusCode.OK
    assert services[1].as_("support").send(object_()).code is grpc.StatusCode.OK
    rotate(tmp_path, postgres_url, loop, clock)
    before = services[0].counts()
    for service in services:
        for role, request in (("intake", enrich()), ("intake", ingest()), ("support", object_()), ("crm_sync", get())):
            answer = service.as_(role).send(request)
            assert (answer.code, answer.reason) == (grpc.StatusCode.UNAVAILABLE, "TOKEN_KEY_ROTATED")
        ready = service.as_("operator").send(governance_service_pb2.GetReadinessRequest())
        report = ready.read(governance_service_pb2.GetReadinessResponse)
        blocking = {point.code: point.remedy for point in report.open_points if point.blocking}
        assert not report.ready
        assert blocking.keys() == {"TOKEN_KEY_ROTATED"}
        assert "again" in blocking["TOKEN_KEY_ROTATED"]
    after = services[0].counts()
    assert {name for name in after if after[name] != before[name]} <= {"audit_entries", "audit_chains", "access_tokens"}
    again = start(postgres_url)
    told = again.as_("crm_sync").send(get()).read(lead_service_pb2.GetLeadResponse)
    assert told.withheld.reason == lead_service_pb2.WITHHELD_REASON_SUPPRESSED
    for service in services:
        service.stop()


def test_readiness_says_when_there_are_many_keys(
    sqlite_url: str, start: Start, tmp_path: Path, loop: Loop, clock: Clock
) -> None:
    """From the fifth token key on a review is due, which closes nothing."""
    start(sqlite_url).stop()
    for keys in range(2, 6):
        rotate(tmp_path, sqlite_url, loop, clock)
        service = start(sqlite_url)
        ready = service.as_("support").send(governance_service_pb2.GetReadinessRequest())
        found = {one.code: one for one in ready.read(governance_service_pb2.GetReadinessResponse).open_points}
        assert ("TOKEN_KEYS_REVIEW_DUE" in found) == (keys == 5)
        service.stop()
    assert not found["TOKEN_KEYS_REVIEW_DUE"].blocking
    assert "officer" in found["TOKEN_KEYS_REVIEW_DUE"].remedy


def test_probes_are_told_what_cannot_be_served_after_a_rotation(
    postgres_url: str, start: Start, tmp_path: Path, loop: Loop, clock: Clock
) -> None:
    """Two processes say so by themselves, without a call; only what explains it serves, until they start again."""
    services = [start(postgres_url), start(postgres_url)]
    watches = [health_pb2_grpc.HealthStub(one.channel).Watch(HealthCheckRequest(), timeout=20) for one in services]
    assert [next(watch).status for watch in watches] == [SERVING, SERVING]
    rotate(tmp_path, postgres_url, loop, clock)
    assert [next(watch).status for watch in watches] == [NOT_SERVING, NOT_SERVING]
    for service, watch in zip(services, watches, strict=True):
        watch.cancel()
        assert told(service) == {**dict.fromkeys(PARTS, NOT_SERVING), "leadgate.v1.GovernanceService": SERVING}
        assert service.as_("operator").send(governance_service_pb2.GetReadinessRequest()).code is grpc.StatusCode.OK
    assert told(start(postgres_url)) == dict.fromkeys(PARTS, SERVING)


def test_probes_are_told_of_objectors_who_are_lost_and_found(sqlite_url: str, start: Start) -> None:
    """The log has it once, however often it is looked. A database that is away tells nothing, and changes nothing."""
    faults = Faults()
    service = start(sqlite_url, wrap=faults.over)
    away, lost = Unavailable("STORE_UNAVAILABLE", "It is away."), KeyRingError("The canary objector is not found.")
    for failing, status in (
        (away, SERVING),
        (lost, NOT_SERVING),
        (lost, NOT_SERVING),
        (away, NOT_SERVING),
        (None, SERVING),
        (lost, NOT_SERVING),
    ):
        faults.failing.clear()
        if failing is not None:
            faults.failing["check_ring"] = failing
        service.loop.run(service.app._sight.look())
        assert told(service)["leadgate.v1.IntakeService"] == told(service)[""] == status
    assert service.log.getvalue().count('"incident": "sight"') == 2
    service.stop()


def test_a_key_is_not_rotated_under_a_service_on_sqlite(
    sqlite_url: str, start: Start, tmp_path: Path, loop: Loop, clock: Clock
) -> None:
    """SQLite is one process's: the rotation waits until the service is stopped, and then it starts with the new key."""
    service = start(sqlite_url)
    assert service.as_("intake").send(enrich()).code is grpc.StatusCode.OK
    with pytest.raises(FailedPrecondition) as refused:
        rotate(tmp_path, sqlite_url, loop, clock)
    assert refused.value.reason == "DATABASE_IN_USE"
    service.stop()
    loop.run(rotate_token_key(settings(tmp_path, sqlite_url, None), clock, lambda _done, _total: None))
    answer = start(sqlite_url).as_("crm_sync").send(get())
    assert answer.code is grpc.StatusCode.OK


def test_a_ring_without_the_database_s_last_key_starts_nothing(
    sqlite_url: str, start: Start, tmp_path: Path, loop: Loop, clock: Clock
) -> None:
    """A ring from before the rotation, restored from an old backup, is refused by the name of what it lacks."""
    start(sqlite_url).stop()
    rotate(tmp_path, sqlite_url, loop, clock)
    (tmp_path / "keep" / "token-2.key").unlink()
    with pytest.raises(KeyRingError, match=r"token-2\.key"):
        start(sqlite_url)


def test_a_database_from_before_the_rotation_is_served_under_its_own_version(
    sqlite_url: str, start: Start, tmp_path: Path
) -> None:
    """The ring has a newer key, of a rotation that was not ended or of a restored database: nothing is missed."""
    service = start(sqlite_url)
    assert service.as_("intake").send(enrich()).code is grpc.StatusCode.OK
    assert service.as_("support").send(object_()).code is grpc.StatusCode.OK
    service.stop()
    KeepRing.add_token_key(tmp_path / "keep", 2)
    told = start(sqlite_url).as_("crm_sync").send(get()).read(lead_service_pb2.GetLeadResponse)
    assert told.withheld.reason == lead_service_pb2.WITHHELD_REASON_SUPPRESSED


def test_without_the_canary_nothing_starts(database_url: str, start: Start) -> None:
    """The suppression list was emptied behind the service's back: it does not start, and so takes nobody in."""
    service = start(database_url)
    empty(service)
    service.stop()
    for _ in range(2):
        with pytest.raises(KeyRingError, match="canary"):
            start(database_url)


def empty(service: RunningService) -> None:
    """Empty the suppression list, past the service."""

    def work() -> Work[None]:
        yield Statement(sa.delete(tables.suppressions))()

    service.loop.run(service.store._driver.transact(work, Latch.NONE))
