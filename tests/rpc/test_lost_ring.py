"""A key ring that goes missing under a running service, as when its disk is unmounted."""

from pathlib import Path

import grpc
import pytest

from tests.rpc.messages import enrich, ingest
from tests.running_service import RunningService


@pytest.mark.proves("R-034")
def test_a_ring_that_went_missing_closes_intake_and_shows_no_path(
    sqlite_service: RunningService, tmp_path: Path
) -> None:
    """Nothing is stored that could not be sealed; callers learn that the ring is at fault, not where it should lie."""
    (tmp_path / "burn").rename(tmp_path / "elsewhere")
    for request in (ingest(), enrich()):
        answer = sqlite_service.as_("intake").send(request)
        assert (answer.code, answer.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "KEY_RING_INVALID")
        assert "leadgate doctor" in answer.text
        assert str(tmp_path).encode() not in answer.everything
    assert str(tmp_path) not in sqlite_service.log.getvalue()
    assert sqlite_service.counts()["leads"] == 0
    (tmp_path / "elsewhere").rename(tmp_path / "burn")
    assert sqlite_service.as_("intake").send(ingest()).code is grpc.StatusCode.OK
