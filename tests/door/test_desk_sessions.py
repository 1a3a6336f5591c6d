"""Who may sit at the objection desk, for how long, and that nobody else can act for them."""

from datetime import timedelta
from pathlib import Path

import pytest
from leadgate_service.http.desk.sessions import COOKIE, Session, Sessions
from leadgate_service.keep_ring import KeepRing
from leadgate_service.usecases.access import TOKEN_LIFE
from starlette.responses import Response

from tests.builders import IDA, NOON
from tests.door.clerk import Clerk
from tests.door.conftest import Start
from tests.door.visitor import door, visit
from tests.running_service import PRINCIPALS, RunningService

PAGES = (
    "/desk/register",
    "/desk/register/company",
    "/desk/objections",
    "/desk/objections/x",
    "/desk/objections/x/receipt",
)
FORM = "application/x-www-form-urlencoded"
POSTS = ("/desk/preview", "/desk/register", "/desk/register/again", "/desk/objections", "/desk/objections/x/annul")
SEE = "See whom this reaches"


@pytest.fixture
def desk(sqlite_url: str, start: Start) -> RunningService:
    """A service with a desk."""
    return start(sqlite_url, door=door(desk=True))


def refusals(service: RunningService) -> list[tuple[str, str, str]]:
    """Read who was refused what, and why, from the audit trail."""
    return [(one.principal, one.action, one.outcome) for one in service.audit() if one.detail == "refused"]


def test_the_desk_is_shut_unless_it_is_told(shared: RunningService) -> None:
    """A door without the setting has no desk at all."""
    assert {visit(shared, "GET", path).status_code for path in ("/desk", *PAGES, "/desk/style.css")} == {404}


@pytest.mark.proves("R-077")
def test_nobody_comes_in_without_signing_in(desk: RunningService) -> None:
    """Pages lead to the page to sign in; what is posted is 401, and nothing is done."""
    before = desk.kept()
    for path in PAGES:
        answer = visit(desk, "GET", path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    for path in POSTS:
        answer = visit(desk, "POST", path, data={"email": IDA}, cookies={COOKIE: "x" * 60})
        assert (answer.status_code, IDA in answer.text) == (401, False)
    assert visit(desk, "GET", "/desk").status_code == 200
    assert visit(desk, "GET", "/desk/style.css").headers["content-type"] == "text/css; charset=utf-8"
    assert desk.kept() == before


def test_a_session_is_a_sealed_cookie_of_the_desk_alone(desk: RunningService) -> None:
    """No script reads it, no other site sends it, no other path gets it; it holds neither token nor principal."""
    token = desk.token(PRINCIPALS["support"])
    answer = visit(desk, "POST", "/desk/sign-in", data={"token": f" {token} "})
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/register")
    value, *rest = answer.headers["set-cookie"].split("; ")
    assert sorted(one.lower() for one in rest) == ["httponly", "max-age=1800", "path=/desk", "samesite=strict"]
    assert token not in value
    assert "demo-support" not in answer.headers["set-cookie"]
    clerk = Clerk(desk)
    clerk.cookie = value.partition("=")[2].strip('"')
    assert clerk.open("/desk").heading == "A person objects"
    forged = clerk.cookie
    assert forged is not None
    clerk.cookie = forged[:-4] + ("AAAA" if forged[-4:] != "AAAA" else "BBBB")
    assert clerk.open("/desk/register").heading == "Sign in"


def test_outside_development_the_cookie_is_for_tls_alone(tmp_path: Path) -> None:
    """`Secure` stands in it, when it is set and when it is taken away."""
    sessions, response = Sessions(KeepRing.create(tmp_path / "keep"), secure=True), Response()
    sessions.keep_on(response, Session.new(b"h" * 32, NOON), NOON)
    sessions.forget(response)
    set_, taken = response.headers.getlist("set-cookie")
    assert "; secure" in set_.lower()
    assert "; secure" in taken.lower()


def test_a_session_ends(desk: RunningService) -> None:
    """After half an hour without a request, after eight hours in any case, and by signing out."""
    clerk = Clerk.of(desk, "support")
    for _ in range(16):
        desk.clock.pass_time(minutes=29)
        assert clerk.open("/desk/register").heading == "A person objects"
    desk.clock.pass_time(minutes=29)
    assert clerk.open("/desk/register").heading == "Sign in"
    clerk = Clerk.of(desk, "support")
    form = clerk.open("/desk/register")
    desk.clock.pass_time(minutes=31)
    page = clerk.send(form.press(SEE, email_1=IDA))
    assert (clerk.last.status_code, page.heading) == (401, "Sign in")
    assert "Nothing was done" in page.alert
    clerk = Clerk.of(desk, "support")
    assert clerk.send(clerk.open("/desk/register").press("Sign out")).heading == "Sign in"
    assert clerk.cookie is None


@pytest.mark.proves("R-077")
def test_a_copied_cookie_is_worth_nothing_after_signing_out(desk: RunningService) -> None:
    """Whoever leaves ends that session, whatever was copied of it, and no other of theirs."""
    clerk, elsewhere = Clerk.of(desk, "support"), Clerk.of(desk, "support")
    first = clerk.cookie
    form = clerk.open("/desk/register")
    later = clerk.cookie
    clerk.send(form.press("Sign out"))
    Clerk.of(desk, "support").open("/desk/register")
    for copy in (first, later):
        assert copy is not None
        thief = Clerk(desk)
        thief.cookie = copy
        assert thief.open("/desk/objections").heading == "Sign in"
        assert thief.send(form.press(SEE, email_1=IDA)).heading == "Sign in"
    assert elsewhere.open("/desk/objections").heading == "Objections"


def test_who_signed_out_is_remembered_no_longer_than_needed(tmp_path: Path) -> None:
    """Ended sessions are refused as long as they would have lasted, and then forgotten."""
    sessions = Sessions(KeepRing.create(tmp_path / "keep"), secure=True)
    ended = [Session.new(b"h" * 32, NOON + timedelta(hours=hours)) for hours in (0, 1, 9)]
    for one in ended:
        sessions.end(one, one.begun)
    assert set(sessions._ended) == {one.session_id for one in ended[1:]}


@pytest.mark.proves("R-077")
def test_a_session_is_worth_no_more_than_its_token(desk: RunningService) -> None:
    """Once the token is revoked or has expired, the session is over."""
    token = desk.new_token(PRINCIPALS["support"])
    clerk, other = Clerk(desk), Clerk.of(desk, "privacy_officer")
    clerk.sign_in(token)
    (kept,) = [one for one in desk.loop.run(desk.store.tokens()) if one.principal == "demo-support"]
    desk.loop.run(desk.store.revoke_token(kept.token_id, now=desk.clock()))
    desk.clock.pass_time(seconds=3)
    assert clerk.open("/desk/objections").heading == "Sign in"
    assert clerk.last.status_code == 401
    assert clerk.cookie is None
    desk.clock.pass_time(seconds=(TOKEN_LIFE - timedelta(minutes=20)).total_seconds())
    other = Clerk.of(desk, "privacy_officer")
    desk.clock.pass_time(minutes=20)
    assert other.open("/desk/objections").heading == "Sign in"


@pytest.mark.proves("R-077")
def test_only_support_and_privacy_officers_sit_here(desk: RunningService) -> None:
    """Everybody else is refused with an audit entry, an unknown token without one, as by RPC."""
    for role in ("intake", "crm_sync", "marketing", "operator"):
        clerk = Clerk(desk)
        page = clerk.sign_in(desk.token(PRINCIPALS[role]))
        assert (clerk.last.status_code, clerk.cookie) == (403, None)
        assert "This token is not for the desk" in page.by_id("token-error").text
        assert refusals(desk)[-1] == (PRINCIPALS[role], "POST /desk/sign-in", "METHOD_NOT_ALLOWED")
    before = len(desk.audit())
    for token in ("", "lg_unknown"):
        clerk = Clerk(desk)
        assert "unknown, expired or revoked" in clerk.sign_in(token).alert
        assert (clerk.last.status_code, clerk.cookie) == (401, None)
    assert len(desk.audit()) == before


@pytest.mark.proves("R-077")
def test_no_other_site_acts_for_somebody(desk: RunningService) -> None:
    """A form without the session's token, or with another session's, is refused with an entry, and does nothing."""
    clerk, other = Clerk.of(desk, "support"), Clerk.of(desk, "privacy_officer")
    before, preview = desk.kept(), clerk.open("/desk/register").press(SEE, email_1=IDA)
    register = clerk.send(preview).press("Register")
    foreign = other.open("/desk/register").press(SEE, email_1=IDA)
    for sending in (preview.without("form_token"), register.without("form_token"), foreign):
        assert clerk.send(sending).heading == "This did not work"
        assert clerk.last.status_code == 400
    assert refusals(desk)[-2:] == [
        ("demo-support", "POST /desk/register", "FIELD_INVALID"),
        ("demo-support", "POST /desk/preview", "FIELD_INVALID"),
    ]
    token = {"token": desk.token(PRINCIPALS["support"])}
    lured = visit(desk, "POST", "/desk/sign-in", data=token, headers={"Sec-Fetch-Site": "cross-site"})
    assert (lured.status_code, "set-cookie" in lured.headers) == (400, False)
    assert desk.kept() == before


def test_what_is_no_form_is_refused(desk: RunningService) -> None:
    """Bytes that are no text and forms without end are told so, and are no accident."""
    clerk = Clerk.of(desk, "support")
    assert clerk.cookie is not None
    for body in (b"\xff\xfe=1", b"a=1&" * 300):
        for path in POSTS:
            answer = visit(
                desk, "POST", path, data=body, headers={"Content-Type": FORM}, cookies={COOKIE: clerk.cookie}
            )
            assert (answer.status_code, answer.json()["reason"]) == (400, "FIELD_INVALID")
    assert '"incident"' not in desk.log.getvalue()


def test_every_page_of_the_desk_is_kept_nowhere_and_loads_nothing_else(desk: RunningService) -> None:
    """The policy of every answer allows the one style sheet and the desk's own forms, and no copy is kept."""
    clerk = Clerk.of(desk, "support")
    clerk.register(IDA)
    clerk.open("/desk/objections")
    allowed = "default-src 'none'; form-action 'self'; style-src 'self'; img-src 'self'"
    for answer in clerk.seen:
        assert answer.headers["content-security-policy"] == f"{allowed}; base-uri 'none'; frame-ancestors 'none'"
        assert answer.headers["cache-control"] == "no-store"
    loaded = {one.attributes["href"] for one in clerk.open("/desk/register").root.all("link")}
    assert loaded == {"/desk/style.css"}
