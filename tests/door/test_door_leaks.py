"""Nothing personal, no link and no secret is in a log, an output, an error or a file, whatever comes to the door."""

import sys
from pathlib import Path

import pytest
import requests
from leadgate_service.config import ZENDESK_TEST_SECRET

from tests.door.conftest import Start
from tests.door.visitor import ONE_CLICK, SECRET, hook, signed, take_in, visit
from tests.rpc.faulty_store import Faults
from tests.rpc.test_nothing_leaks import MAIL, Unforeseen, assert_clean


@pytest.mark.proves("P17", "R-003", "R-078")
def test_no_visit_leaves_a_trace_of_anybody(
    database_url: str, start: Start, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """After clicks, webhooks, refusals, nonsense and accidents no address, no link and no signature is anywhere."""
    faults = Faults()
    service = start(database_url, wrap=faults.over)
    path, ticket = take_in(service, MAIL), {"ticket_id": "1", "requester_email": f"z{MAIL}"}
    answers = [visit(service, method, path, data=ONE_CLICK) for method in ("GET", "POST", "PUT", "DELETE")]
    answers += [visit(service, "GET", f"{path}?email={MAIL}"), visit(service, "GET", f"/{MAIL}")]
    answers += [visit(service, "POST", f"/u/{MAIL}", data=ONE_CLICK), visit(service, "POST", path, data=MAIL)]
    answers += [
        hook(service, one) for one in (ticket, {**ticket, "ticket_id": MAIL}, {"requester_email": SECRET}, MAIL)
    ]
    answers.append(hook(service, ticket, secret=ZENDESK_TEST_SECRET))
    answers.append(visit(service, "POST", "/hooks/zendesk", data=MAIL.encode() * 2_000, headers=signed(service, b"")))
    for method in ("register_objections", "record"):
        faults.failing[method] = Unforeseen()
        service.clock.pass_time(days=1)
        answers += [visit(service, "POST", path, data=ONE_CLICK), hook(service, {**ticket, "ticket_id": ""})]
        faults.failing.clear()
    assert {one.status_code for one in answers} >= {200, 400, 401, 404, 405, 413, 500}
    service.stop()
    sys.stderr.flush()
    out, err = capfd.readouterr()
    told = [service.log.getvalue(), out, err, *map(everything, answers)]
    files = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    assert '"method": "POST /u/{token}"' in told[0]
    assert_clean(*told, *files)
    link = path.rpartition("/")[2]
    for text in told:
        assert link not in text
        assert SECRET not in text
    assert not [file for file in files if link.encode() in file]


def everything(answer: requests.Response) -> str:
    """All that came back."""
    return f"{answer.headers}{answer.text}"
