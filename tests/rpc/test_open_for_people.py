"""Whatever closes the way in, an objection is accepted, effective at once and carried to its end (R-018, R-034)."""

import shutil
from collections.abc import Callable
from pathlib import Path

import grpc
import pytest
from leadgate.v1 import governance_service_pb2, lead_service_pb2, objection_service_pb2
from leadgate_service.jobs.erasures import Erasures

from tests.builders import IDA, TODAY
from tests.rpc.conftest import Start
from tests.rpc.messages import check, get, ingest, item, object_
from tests.rpc.policies import change_policy
from tests.running_service import RunningService

BEN = "ben.okafor@northpier.example.com"


def assessment_lapses(service: RunningService, _folder: Path) -> None:
    """Let the day of the assessment's review pass."""
    change_policy(service, {("assessment", "review_date"): TODAY})
    service.clock.pass_time(days=1)


def sources_are_suspended(service: RunningService, _folder: Path) -> None:
    """Close every source."""
    change_policy(service, {("sources", number, "state"): "suspended" for number in range(2)})


def content_keys_are_gone(_service: RunningService, folder: Path) -> None:
    """Destroy the keys under which the stored content was sealed."""
    for key in (folder / "burn").glob("*.key"):
        key.unlink()


def burn_ring_is_gone(_service: RunningService, folder: Path) -> None:
    """Take away the whole ring, as when its disk is unmounted."""
    shutil.rmtree(folder / "burn")


UNOPENED = (grpc.StatusCode.FAILED_PRECONDITION, "KEY_RING_INVALID")
"""What a call is refused with that would show content while there is no ring to open it."""


@pytest.mark.proves("R-034")
def test_a_service_starts_without_its_content_keys(sqlite_url: str, start: Start, tmp_path: Path) -> None:
    """Its disk is not mounted when the service starts: objections are taken, and readiness says what is missing."""
    before = start(sqlite_url)
    before.as_("intake").send(ingest(item(IDA)))
    before.stop()
    for file in (tmp_path / "burn").iterdir():
        file.unlink()  # as where a disk would be mounted
    service = start(sqlite_url)
    done = service.as_("support").send(object_(IDA)).read(objection_service_pb2.RegisterObjectionResponse)
    assert done.matched_leads == 1
    answer = service.as_("intake").send(ingest(item(BEN, name="Ben Okafor")))
    assert (answer.code, answer.reason) == UNOPENED
    request = governance_service_pb2.GetReadinessRequest()
    readiness = service.as_("support").send(request).read(governance_service_pb2.GetReadinessResponse)
    assert not readiness.ready
    assert "KEY_RING_INVALID" in {point.code for point in readiness.open_points if point.blocking}


CLOSED = (assessment_lapses, sources_are_suspended, content_keys_are_gone, burn_ring_is_gone)


@pytest.mark.proves("R-018", "R-034", "R-053")
@pytest.mark.parametrize("close", CLOSED)
def test_an_objection_is_accepted_and_carried_out(
    sqlite_url: str, start: Start, tmp_path: Path, close: Callable[[RunningService, Path], None]
) -> None:
    """Registered, told to who asks, and erased in time, with nothing of what intake and disclosure need."""
    before = start(sqlite_url)
    held = ingest(item(IDA), item(BEN, name="Ben Okafor"))
    assert before.as_("intake").send(held).code is grpc.StatusCode.OK
    before.stop()
    service = start(sqlite_url)  # which has no content key in memory
    close(service, tmp_path)
    support = service.as_("support")
    preview = support.send(object_(IDA, validate_only=True))
    assert (preview.code, preview.reason) in {(grpc.StatusCode.OK, ""), UNOPENED}
    answer = support.send(object_(IDA)).read(objection_service_pb2.RegisterObjectionResponse)
    assert answer.matched_leads == 1
    assert support.send(check(IDA)).read(objection_service_pb2.CheckSuppressionResponse).suppressed
    read = service.as_("crm_sync").send(get(IDA))
    assert (read.code, read.reason) == UNOPENED or read.read(lead_service_pb2.GetLeadResponse).HasField("withheld")
    service.clock.pass_time(hours=4)
    assert service.loop.run(Erasures(service.store, service.clock).erase()) == 1
    assert service.as_("crm_sync").send(get(IDA)).code is grpc.StatusCode.NOT_FOUND
    assert support.send(check(IDA)).read(objection_service_pb2.CheckSuppressionResponse).suppressed
    assert service.counts()["leads"] == 1
    assert service.findings() == ()
