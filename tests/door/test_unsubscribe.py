"""One-click unsubscribe (RFC 8058): the link that every mail carries is enough, and only its POST does anything."""

import json
from html import escape

import grpc
import pytest
import sqlalchemy as sa
from leadgate.v1 import intake_service_pb2, lead_service_pb2, objection_service_pb2, types_pb2
from leadgate_service.errors import Unavailable
from leadgate_service.policy_file import BundledPolicy, bundled_text, parse
from leadgate_service.storage import tables

from tests.builders import IDA, company, person
from tests.door.conftest import Start
from tests.door.visitor import ONE_CLICK, fixture, link_of, path_of, take_in, visit
from tests.rpc.faulty_store import Faults
from tests.rpc.messages import check, get, ingest, item, object_, query
from tests.running_service import RunningService

OUTREACH = types_pb2.PURPOSE_OUTREACH


def suppressed(service: RunningService, email: str = IDA) -> bool:
    """Ask whether somebody may not be processed."""
    answer = service.as_("support").send(check(email))
    return answer.read(objection_service_pb2.CheckSuppressionResponse).suppressed


def objections(service: RunningService) -> list[tuple[str, str, int]]:
    """Read channel, principal and reach of every objection."""
    of = tables.objections.c
    rows = service.rows(sa.select(of.channel, of.registered_by, of.matched_leads).order_by(of.effective_time))
    return [(row[0], row[1], row[2]) for row in rows]


@pytest.mark.proves("R-017", "R-018", "R-023")
def test_one_click_stops_the_processing_of_a_person(service: RunningService) -> None:
    """The bytes that a receiver of mail posts are an objection, in effect when the answer comes, and on record."""
    wire, path = fixture("rfc8058_one_click_post"), take_in(service)
    answer = visit(service, wire["method"], path, data=wire["raw_body"], headers=wire["headers"])
    assert answer.status_code == 200
    withheld = service.as_("crm_sync").send(get()).read(lead_service_pb2.GetLeadResponse).withheld
    assert withheld.reason == lead_service_pb2.WITHHELD_REASON_SUPPRESSED
    assert objections(service) == [("one_click", "door:one_click", 1)]
    (entry,) = [one for one in service.audit() if one.principal == "door:one_click"]
    assert (entry.action, entry.outcome, entry.count) == ("POST /u/{token}", "OK", 1)
    assert not service.findings()


@pytest.mark.proves("R-027", "R-030")
def test_a_link_outlives_its_lead(service: RunningService) -> None:
    """Six weeks later nothing is held any more; the click is an objection all the same, and nothing comes back."""
    path = take_in(service)
    service.clock.pass_time(days=60)
    assert not suppressed(service)
    assert visit(service, "POST", path, data=ONE_CLICK).status_code == 200
    assert suppressed(service)
    (again,) = service.as_("intake").send(ingest()).read(intake_service_pb2.BatchIngestLeadsResponse).results
    assert again.not_stored_reason == intake_service_pb2.NOT_STORED_REASON_SUPPRESSED


def test_a_form_of_either_encoding_is_taken(shared: RunningService) -> None:
    """Receivers should send multipart/form-data, and most send the other: both are one click."""
    path = take_in(shared, "multi@northpier.example.com")
    answer = visit(shared, "POST", path, files={"List-Unsubscribe": (None, "One-Click")})
    assert answer.status_code == 200
    assert suppressed(shared, "multi@northpier.example.com")


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b" "])
def test_a_body_that_ends_in_a_line_break_is_taken(shared: RunningService, end: bytes) -> None:
    """Some receivers send the words of RFC 8058 as a line."""
    email = f"line{end.hex()}@northpier.example.com"
    path = take_in(shared, email)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert visit(shared, "POST", path, data=b"List-Unsubscribe=One-Click" + end, headers=headers).status_code == 200
    assert suppressed(shared, email)


def test_a_link_that_is_only_followed_does_nothing(shared: RunningService) -> None:
    """Scanners of mail open every link: they get a page with a button, and nobody is unsubscribed."""
    path, before = take_in(shared, "scan@northpier.example.com"), shared.kept()
    for method in ("GET", "HEAD"):
        answer = visit(shared, method, path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert not {"location", "set-cookie"} & {name.lower() for name in answer.headers}
    page = visit(shared, "GET", path).text
    assert '<form method="post">' in page
    assert '<input type="hidden" name="List-Unsubscribe" value="One-Click">' in page
    assert shared.kept() == before
    assert not suppressed(shared, "scan@northpier.example.com")


def test_the_answer_can_be_quoted(shared: RunningService) -> None:
    """Whoever presses the button reads, in both languages, that it took effect, and the number to quote."""
    page = visit(shared, "POST", take_in(shared, "quote@northpier.example.com"), data=ONE_CLICK).text
    rows = shared.rows(sa.select(tables.objections.c.objection_id).order_by(tables.objections.c.objection_id.desc()))
    digits = bytes(rows[0][0]).hex()
    assert f"{digits[:8]}-{digits[8:12]}" in page
    assert 'lang="nl"' in page
    assert "northpier.example.com" not in page


@pytest.mark.proves("R-024")
def test_the_page_is_the_confirmation(shared: RunningService) -> None:
    """Nothing else is sent to who clicks: in both languages it tells the effect, what remains and where to complain."""
    page = visit(shared, "POST", take_in(shared, "told@northpier.example.com"), data=ONE_CLICK).text
    english, dutch = (" ".join(part.split()) for part in page.split('<div lang="nl">'))
    policy = parse(bundled_text(BundledPolicy.DEMO))
    receipt = policy.objections.receipt
    for part in (english, dutch):
        for element in (receipt.contact, receipt.authority, receipt.controller):
            assert escape(element) in part
    years, days = policy.statement.evidence_years, receipt.backup_days
    for told in ("ask others for data about you", "for as long as we ask others", f": {years} years", f": {days} days"):
        assert told in english
    for told in ("gegevens meer over u op", "zolang wij gegevens", f": {years} jaar", f"ten hoogste {days} dagen"):
        assert told in dutch


@pytest.mark.proves("P9")
def test_clicking_twice_is_one_objection(service: RunningService) -> None:
    """The same day gives the same answer and one objection; what is clicked a day later changes nothing."""
    path = take_in(service)
    first, second = (visit(service, "POST", path, data=ONE_CLICK) for _ in range(2))
    assert first.content == second.content
    assert len(objections(service)) == 1
    tokens = service.counts()["suppressions"]
    service.clock.pass_time(days=1)
    assert visit(service, "POST", path.upper().replace("/U/", "/u/"), data=ONE_CLICK).status_code == 200
    assert [row[2] for row in objections(service)] == [1, 0]
    assert service.rows(sa.select(sa.func.count(sa.distinct(tables.suppressions.c.token))))[0][0] == tokens


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_token_that_is_not_ours_is_a_page_that_is_not_there(shared: RunningService, method: str) -> None:
    """Forged, shortened or foreign: each is 404 and empty, as any other address is, and leaves nothing."""
    path, before = take_in(shared, "forged@northpier.example.com"), shared.kept()
    last = "a" if path[-10] != "a" else "b"
    forged = [path[:-10] + last + path[-9:], path[:-1], path + "a", "/u/" + "a" * 52, "/u/%C3%A9" + "a" * 51, "/u/"]
    for wrong in (*forged, "/", "/u", "/robots.txt", "/hooks"):
        answer = visit(shared, method, wrong, data=ONE_CLICK if method == "POST" else None)
        assert (answer.status_code, answer.content) == (404, b""), wrong
    assert shared.kept() == before


def test_another_body_is_no_click(shared: RunningService) -> None:
    """A POST without the words of RFC 8058 does nothing, and is told apart from a click."""
    path = take_in(shared, "other@northpier.example.com")
    for body in (b"", b"List-Unsubscribe=no", b"\xff\x00", b"x" * 1000):
        assert visit(shared, "POST", path, data=body).status_code == 400
    assert visit(shared, "PUT", path).status_code == 405
    assert not suppressed(shared, "other@northpier.example.com")


@pytest.mark.proves("P24", "R-066")
def test_who_writes_to_people_gets_the_link(shared: RunningService) -> None:
    """CRM sync and marketing get one link, always the same, from GetLead and QueryLeads; support and officer none."""
    email = "roles@northpier.example.com"
    path = take_in(shared, email)
    assert path_of(link_of(shared, email)) == path == path_of(link_of(shared, email, "marketing"))
    for role in ("support", "privacy_officer"):
        assert not link_of(shared, email, role, types_pb2.PURPOSE_RIGHTS_HANDLING)
    for role, purpose, given in (("marketing", OUTREACH, True), ("crm_sync", OUTREACH, True)):
        leads = shared.as_(role).send(query(purpose)).read(lead_service_pb2.QueryLeadsResponse).leads
        assert leads
        assert {bool(lead.unsubscribe_url) for lead in leads} == {given}
    officer = shared.as_("privacy_officer").send(query(types_pb2.PURPOSE_RIGHTS_HANDLING))
    listed = officer.read(lead_service_pb2.QueryLeadsResponse).leads
    assert {lead.unsubscribe_url for lead in listed} == {""}
    assert email.encode() not in path.encode()


def test_company_data_has_no_link(sqlite_url: str, start: Start) -> None:
    """Nobody is written to there, and a company objects otherwise."""
    service = start(sqlite_url)
    body = json.dumps({"person": None, "company": company("northpier.example.com")}).encode()
    lookup = types_pb2.LookupKey(domain="northpier.example.com")
    service.as_("intake").send(ingest(item(lookup=lookup, provider_json=body)))
    (lead,) = service.as_("crm_sync").send(query()).read(lead_service_pb2.QueryLeadsResponse).leads
    assert (lead.fields.company_name, lead.unsubscribe_url) == ("Northpier Analytics", "")


def test_a_sole_trader_s_link_stops_the_business(service: RunningService) -> None:
    """A business that is a person is written to as well: its link makes it unreadable, and it stays away."""
    body = json.dumps({"person": None, "company": company("northpier.example.com")}).encode()
    trader = item(
        lookup=types_pb2.LookupKey(domain="northpier.example.com"), provider_json=body, legal_form="eenmanszaak"
    )
    service.as_("intake").send(ingest(trader))
    (lead,) = service.as_("crm_sync").send(query()).read(lead_service_pb2.QueryLeadsResponse).leads
    assert visit(service, "POST", path_of(lead.unsubscribe_url), data=ONE_CLICK).status_code == 200
    assert objections(service) == [("one_click", "door:one_click", 1)]
    service.clock.pass_time(days=2)
    service.as_("intake").send(ingest(trader, request_id="later"))
    assert not service.as_("crm_sync").send(query()).read(lead_service_pb2.QueryLeadsResponse).leads


def test_without_a_door_there_is_no_link(sqlite_url: str, start: Start) -> None:
    """A link that nobody answers is worse than none."""
    service = start(sqlite_url, door=None)
    service.as_("intake").send(ingest(item(IDA, provider_json=json.dumps({"person": person()}).encode())))
    assert service.app.door is None
    assert link_of(service) == ""


@pytest.mark.proves("R-022")
def test_a_link_s_token_names_an_objector_over_grpc_too(shared: RunningService) -> None:
    """Mail to the address in the link comes in by RegisterObjection; a token that is not ours is refused by name."""
    email = "mailto@northpier.example.com"
    token = take_in(shared, email).rpartition("/")[2]
    objector = {"unsubscribe_tokens": [token.upper()]}
    assert shared.as_("support").send(object_(objector=objector)).code is grpc.StatusCode.OK
    assert suppressed(shared, email)
    refused = shared.as_("support").send(object_(objector={"unsubscribe_tokens": [token[:-9] + "a" * 9]}))
    assert (refused.code, refused.metadata["field"]) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "objector.unsubscribe_tokens[0]",
    )
    asked = shared.as_("support").send(objection_service_pb2.CheckSuppressionRequest(objector=objector))  # type: ignore[arg-type]
    assert asked.metadata["field"] == "objector.unsubscribe_tokens[0]"


@pytest.mark.parametrize(("accept", "told"), [("text/html", "reload this page"), ("application/json", "send it again")])
def test_with_the_database_down_a_click_may_come_again(sqlite_url: str, start: Start, accept: str, told: str) -> None:
    """What could not be stored is not acknowledged: 503, with the time after which to come back."""
    faults = Faults()
    service = start(sqlite_url, wrap=faults.over)
    path = take_in(service)
    faults.failing["register_objections"] = Unavailable("STORE_UNAVAILABLE", "The database is away: send it again.")
    answer = visit(service, "POST", path, data=ONE_CLICK, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert answer.headers["content-type"].startswith(accept)
    assert told in answer.text
    faults.failing.clear()
    assert visit(service, "POST", path, data=ONE_CLICK).status_code == 200
    assert suppressed(service)
