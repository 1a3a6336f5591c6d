"""What somebody types at the desk is in no address, no log, no cookie and no file, whatever goes wrong."""

import sys
from pathlib import Path

import pytest

from tests.door.clerk import Clerk
from tests.door.conftest import Start
from tests.door.visitor import door, take_in
from tests.rpc.faulty_store import Faults
from tests.rpc.test_nothing_leaks import MAIL, SECRET, Unforeseen, assert_clean
from tests.running_service import PRINCIPALS

SEE = "See whom this reaches"


@pytest.mark.proves("P17", "R-003", "R-078")
def test_nothing_that_is_typed_at_the_desk_stays(
    database_url: str, start: Start, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """After objections, mistakes in every field, searches and accidents: only the page that was asked for had it."""
    faults = Faults()
    service = start(database_url, wrap=faults.over, door=door(desk=True))
    take_in(service, MAIL)
    clerk = Clerk(service)
    clerk.sign_in(f"lg_{SECRET}")
    clerk.sign_in(service.token(PRINCIPALS["support"]))
    form = clerk.open("/desk/register")
    for control in ("email_2", "phone_1", "crm_id_1", "full_name_1", "reference", "received"):
        page = clerk.send(form.press(SEE, **{"email_1": MAIL, control: f"{SECRET} {MAIL}"}))
        assert page.value(control.replace("_", "-")) == f"{SECRET} {MAIL}"
    clerk.send(clerk.open("/desk/objections").press("Find", reference=f"{SECRET} {MAIL}"))
    assert_clean(clerk.register(MAIL, full_name_1=SECRET, company_domain_1="northpier.example.com").text)
    preview = clerk.send(form.press(SEE, email_1=f"b{MAIL}"))
    for method, sending in (
        ("objection_matches", form.press(SEE, email_1=MAIL)),
        ("record", form.press(SEE, email_1=MAIL)),
        ("register_objections", preview.press("Register")),
    ):
        faults.failing[method] = Unforeseen()
        assert_clean(clerk.send(sending).text)
        assert clerk.last.status_code == 500
        faults.failing.clear()
    service.stop()
    sys.stderr.flush()
    out, err = capfd.readouterr()
    told = [service.log.getvalue(), out, err, *(f"{one.url}{one.headers}" for one in clerk.seen)]
    assert '"method": "POST /desk/preview"' in told[0]
    assert '"event": "incident"' in told[0]
    assert_clean(*told, *(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()))
