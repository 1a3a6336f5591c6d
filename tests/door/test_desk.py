"""The objection desk: from signing in to a receipt, and back by two people."""

import re

import pytest
from leadgate.v1 import lead_service_pb2
from leadgate.v1 import objection_service_pb2 as wire

from tests.builders import IDA
from tests.door.clerk import Clerk
from tests.door.conftest import Start
from tests.door.pages import Sending
from tests.door.visitor import door, take_in
from tests.rpc.messages import NOBODY, check, get, get_objection, ingest, item, object_
from tests.running_service import RunningService

SEE = "See whom this reaches"


@pytest.fixture
def desk(database_url: str, start: Start) -> RunningService:
    """A service with a desk on each kind of database."""
    return start(database_url, door=door(desk=True))


@pytest.fixture
def small(sqlite_url: str, start: Start) -> RunningService:
    """A service with a desk on SQLite."""
    return start(sqlite_url, door=door(desk=True))


def suppressed(service: RunningService, email: str = IDA) -> bool:
    """Ask whether somebody may not be processed."""
    answer = service.as_("crm_sync").send(check(email))
    return answer.read(wire.CheckSuppressionResponse).suppressed


def id_of(clerk: Clerk) -> str:
    """Read the id of the objection whose page is open."""
    found = re.search(r"/desk/objections/([0-9a-f-]{36})", clerk.last.url)
    assert found is not None
    return found[1]


@pytest.mark.proves("R-017", "R-022", "R-024", "R-091")
def test_from_signing_in_to_an_annulment_by_two_people(desk: RunningService) -> None:
    """Preview, register, receipt, list, annul: each page leads to the next, and each step is that of the RPC."""
    take_in(desk)
    support, officer = Clerk.of(desk, "support"), Clerk.of(desk, "privacy_officer")
    form = support.open("/desk/register")
    preview = support.send(form.press(SEE, email_1=f" {IDA} ", reference="CASE-7", channel="LETTER"))
    assert preview.heading == "Whom this reaches"
    assert "1 lead becomes unreadable" in preview.text
    assert "I. S." in preview.text
    assert not suppressed(desk)
    receipt = support.send(preview.press("Register"))
    assert (receipt.heading, suppressed(desk)) == ("Registered", True)
    objection_id = id_of(support)
    said = desk.as_("support").send(get_objection(objection_id)).read(wire.GetObjectionResponse)
    assert (said.objection.reference, said.objection.channel) == ("CASE-7", wire.OBJECTION_CHANNEL_LETTER)
    assert [receipt.value(f"receipt-{one.language}") for one in said.receipts] == [one.text for one in said.receipts]
    assert all("readonly" in one.attributes for one in receipt.root.all("textarea"))
    listed = support.open("/desk/objections")
    assert f"/desk/objections/{objection_id}" in listed.links()
    assert "Unreadable, to be erased" in listed.text
    proposed = support.send(support.open(f"/desk/objections/{objection_id}").press("Annul", reason="chosen"))
    assert "It stays in effect until a second person confirms" in proposed.text
    assert proposed.buttons == ["Sign out"]
    second = officer.open(f"/desk/objections/{objection_id}")
    assert "Proposed by demo-support: Wrong person" in second.text
    ended = officer.send(second.press("Confirm annulment"))
    assert "Annulled" in ended.text
    assert not ended.root.all("textarea")
    assert not suppressed(desk)
    assert "Annulled" in support.open("/desk/objections").text
    assert support.open(f"/desk/objections/{objection_id}/receipt").heading == "No receipt"
    entries = [(one.action.rpartition("/")[2], one.principal, one.outcome) for one in desk.audit()]
    assert ("RegisterObjection", "demo-support", "PREVIEW") in entries
    assert ("RegisterObjection", "demo-support", "OK") in entries
    assert ("AnnulObjection", "demo-officer", "ANNULLED") in entries
    assert not desk.findings()


def test_what_is_sent_twice_is_registered_once(small: RunningService) -> None:
    """A second press, a reload of the receipt and a step back register nothing; what is changed is another one."""
    clerk = Clerk.of(small, "support")
    form = clerk.open("/desk/register")
    preview = clerk.send(form.press(SEE, email_1=IDA))
    for _ in range(2):
        clerk.send(preview.press("Register"))
        clerk.open(clerk.last.url.removeprefix(small.door))
    first = id_of(clerk)
    assert clerk.send(clerk.send(form.press(SEE, email_1=IDA)).press("Register")).heading == "Registered"
    assert id_of(clerk) == first
    assert small.kept()["objections"] == 1
    other = clerk.send(form.press(SEE, email_1="eva@third.example.net"))
    assert clerk.send(other.press("Register")).heading == "Registered"
    assert id_of(clerk) != first
    assert small.kept()["objections"] == 2


@pytest.mark.proves("R-022")
def test_anything_that_is_known_can_be_entered(small: RunningService) -> None:
    """Addresses, numbers, records and names come back to be checked, and into the form to be changed."""
    clerk = Clerk.of(small, "support")
    typed = {
        "email_1": "ida@northpier.example.com",
        "email_2": "ida@home.example.net",
        "phone_1": "020 555 0123",
        "phone_country_1": "nl",
        "crm_id_2": "00Q1",
        "crm_object_2": "Contact",
        "full_name_1": "Ida Vermolen",
        "company_domain_1": "northpier.example.com",
        "contact_scope": "PHONE",
        "received": "2026-01-02",
    }
    form = clerk.open("/desk/register")
    preview = clerk.send(form.press(SEE, **typed))
    for told in ("ida@home.example.net", "020 555 0123 · NL", "00Q1 · Contact · salesforce", "2026-01-02", "Telephone"):
        assert told in preview.text
    again = clerk.send(preview.press("Change"))
    assert again.value("crm-id-1") == "00Q1"
    assert (again.value("crm-object-1"), again.value("email-2")) == ("Contact", "ida@home.example.net")
    assert (again.value("contact-scope"), again.value("received")) == ("PHONE", "2026-01-02")
    more = clerk.send(again.press("Add rows", email_3="third@example.org"))
    assert (more.value("email-3"), more.value("email-6")) == ("third@example.org", "")
    clerk.send(clerk.send(more.press(SEE)).press("Register"))
    said = small.as_("support").send(get_objection(id_of(clerk))).read(wire.GetObjectionResponse).objection
    assert said.contact_scope == wire.CONTACT_SCOPE_PHONE
    assert said.received_time.ToJsonString() == "2026-01-01T23:00:00Z"
    assert all(suppressed(small, email) for email in ("ida@home.example.net", "third@example.org"))


@pytest.mark.proves("R-022")
def test_a_lead_id_names_a_person(small: RunningService) -> None:
    """Copied from the CRM, in capitals or not, it is enough, and comes back to be checked and changed."""
    take_in(small)
    lead_id = small.as_("crm_sync").send(get()).read(lead_service_pb2.GetLeadResponse).lead.lead_id
    clerk = Clerk.of(small, "support")
    preview = clerk.send(clerk.open("/desk/register").press(SEE, lead_id_2=f" {lead_id.upper()} "))
    assert lead_id in preview.text
    assert "1 lead becomes unreadable" in preview.text
    assert clerk.send(preview.press("Change")).value("lead-id-1") == lead_id
    assert clerk.send(preview.press("Register")).heading == "Registered"
    assert suppressed(small)


@pytest.mark.proves("R-024", "R-031")
def test_who_is_not_told_apart_is_promised_nothing(small: RunningService) -> None:
    """By a name and an address of nobody: preview, receipt and list say that it is withheld, and nothing is erased.

    Entered once more it reaches nobody who can still be read, though somebody is held.
    """
    small.as_("intake").send(ingest(item(IDA)))
    clerk = Clerk.of(small, "support")
    typed = {"full_name_1": "Ida Vermolen", "company_domain_1": "northpier.example.com", "contact_scope": "PHONE"}
    preview = clerk.send(clerk.open("/desk/register").press(SEE, email_1="ida.private@gmail.com", **typed))
    assert "1 lead becomes unreadable" in preview.text
    assert "Unreadable: may be the person. Not erased" in preview.text
    receipt = clerk.send(preview.press("Register"))
    assert "what you entered does not tell for certain whose data are held" in receipt.text
    assert "by telephone any more (you said nothing of other channels" in receipt.value("receipt-en")
    page = clerk.open(f"/desk/objections/{id_of(clerk)}")
    assert "Not erased: what was entered does not tell for certain whose it is" in page.text
    assert page.value("receipt-en") == receipt.value("receipt-en")
    again = clerk.send(clerk.open("/desk/register").press(SEE, email_1="ida.private@gmail.com", **typed))
    assert "what it reaches is unreadable already, or not held" in again.text


@pytest.mark.proves("R-024")
def test_a_day_that_was_entered_stays_a_day(small: RunningService) -> None:
    """No page and no receipt makes a midnight of it; where none was entered, the moment is told with its time."""
    clerk = Clerk.of(small, "support")
    page = clerk.register(IDA, received="2026-01-02")
    assert "reached us on 02 January 2026. It has" in page.value("receipt-en")
    assert "bereikt op 02-01-2026. Het geldt" in page.value("receipt-nl")
    for path in (f"/desk/objections/{id_of(clerk)}", "/desk/objections"):
        received, *others = clerk.open(path).root.all("time")
        assert (received.text, received.attributes["datetime"]) == ("2026-01-02", "2026-01-02")
        assert all(":" in other.text for other in others)
    clerk.register("eva@third.example.net")
    assert ":" in clerk.open(f"/desk/objections/{id_of(clerk)}").root.all("time")[0].text


@pytest.mark.parametrize(
    ("typed", "control", "told"),
    [
        ({}, "email-1", "Who objects must be named by at least one of these"),
        ({"email_1": "a@example.org", "email_2": "none"}, "email-2", "E-mail address must be an e-mail address"),
        ({"phone_1": "020 555 0123"}, "phone-1", "must be a telephone number: international, or with its country"),
        ({"phone_1": "0205550123", "phone_country_1": "HOLLAND"}, "phone-country-1", "must be two letters, such as NL"),
        ({"crm_id_1": "a b"}, "crm-id-1", "Record id must be 1 to 40 letters and digits"),
        ({"crm_id_1": "1", "crm_object_1": "Account"}, "crm-object-1", "must be a person's: Lead or Contact"),
        ({"crm_id_1": "1", "crm_recipient_1": "other"}, "crm-recipient-1", "must be a recipient's name in the policy"),
        (
            {"crm_id_1": "1", "crm_id_2": "2", "crm_recipient_2": "other"},
            "crm-recipient-2",
            "CRM must be a recipient's name in the policy",
        ),
        ({"lead_id_1": "0197"}, "lead-id-1", "Lead id must be a UUID"),
        ({"email_1": "a@example.org", "lead_id_2": "x"}, "lead-id-1", "Lead id must be a UUID"),
        ({"full_name_1": "Ida Vermolen"}, "company-domain-1", "Domain of the company must be a host name"),
        ({"company_domain_1": "example.org"}, "full-name-1", "Name must not be empty"),
        ({"email_1": "a@example.org", "channel": "DREAM"}, "channel", "How it came must be chosen"),
        ({"email_1": "a@example.org", "reference": "Ida V."}, "reference", "Case number must be at most 64 letters"),
        ({"email_1": "a@example.org", "received": "2099-01-01"}, "received", "Received on must not lie in the future"),
        ({"email_1": "a@example.org", "received": "0001-01-01"}, "received", "must be an instant of the years 2000"),
        ({"email_1": "a@example.org", "received": "soon"}, "received", "Received on must be a day, such as 2026-07-14"),
    ],
)
def test_a_mistake_is_told_beside_its_field(shared_desk: Clerk, typed: dict[str, str], control: str, told: str) -> None:
    """In plain words, linked from the summary, which has the focus; what was entered stands, and nothing is done."""
    before = shared_desk.service.kept()
    page = shared_desk.send(shared_desk.open("/desk/register").press(SEE, **typed))
    assert (shared_desk.last.status_code, page.heading) == (400, "A person objects")
    assert told in page.alert
    assert f"#{control}" in page.links()
    assert page.by_id(control).attributes["aria-invalid"] == "true"
    assert told in page.by_id(f"{control}-error").text
    (alert,) = [one for one in page.root.walk() if one.attributes.get("role") == "alert"]
    assert {"autofocus", "tabindex"} <= alert.attributes.keys()
    (title,) = page.root.all("title")
    assert title.text.startswith("Error: ")
    for name, value in typed.items():
        kept = {one.attributes.get("value") for one in page.root.all("input")}
        assert value in kept or name in {"channel", "crm_object_1", "crm_recipient_1", "crm_recipient_2"}
    assert shared_desk.service.kept() == before


def test_a_lead_that_is_gone_is_told_beside_its_field(shared_desk: Clerk) -> None:
    """Of an id alone that nothing has nobody can be told: the form asks for something else."""
    sending = shared_desk.open("/desk/register").press(SEE, lead_id_1=NOBODY)
    for action in (sending.action, "/desk/register"):
        page = shared_desk.send(Sending(action, sending.fields))
        assert (shared_desk.last.status_code, page.value("lead-id-1")) == (404, NOBODY)
        assert "#lead-id-1" in page.links()
        assert "name them by something else" in page.by_id("lead-id-1-error").text


@pytest.mark.proves("R-091")
def test_an_annulment_needs_a_reason_and_the_same_one(small: RunningService) -> None:
    """Without a reason, or with another than the first person's, nothing happens, and the page says so."""
    support, officer = Clerk.of(small, "support"), Clerk.of(small, "privacy_officer")
    support.register(IDA)
    path = f"/desk/objections/{id_of(support)}"
    page = support.send(support.open(path).press("Annul"))
    assert (support.last.status_code, page.alert) == (400, "This did not work yet Reason must be chosen.")
    assert "reason" in page.by_id("reason-error").text.lower()
    early = officer.open(path)
    support.send(support.open(path).press("Annul", reason="chosen"))
    page = officer.send(early.press("Annul", reason_3="chosen"))
    assert officer.last.status_code == 422
    assert "reason" in page.alert
    assert "Confirm annulment" in page.buttons
    assert suppressed(small)


@pytest.mark.proves("R-019")
def test_a_company_of_many_leads_waits_for_a_privacy_officer(small: RunningService) -> None:
    """The preview says so to support, the receipt and the list as well; the officer's registration confirms."""
    people = [item(f"p{number}@northpier.example.com", name=f"P{number} Smit") for number in range(21)]
    small.as_("intake").send(ingest(*people))
    support, officer = Clerk.of(small, "support"), Clerk.of(small, "privacy_officer")
    form = support.open("/desk/register/company")
    preview = support.send(form.press(SEE, domain_1="northpier.example.com"))
    assert "21 leads become unreadable" in preview.text
    assert "erased only after a privacy officer has registered the same company" in preview.text
    receipt = support.send(preview.press("Register"))
    assert "erased after a privacy officer has registered the same company" in receipt.text
    assert "Waits for a privacy officer" in support.open("/desk/objections").text
    form = officer.open("/desk/register/company")
    preview = officer.send(form.press(SEE, domain_1="northpier.example.com"))
    receipt = officer.send(preview.press("Register"))
    assert "What is held is erased on" in receipt.text
    own = support.send(form.press(SEE, domain_1="demo-controller.example.net"))
    assert support.last.status_code == 400
    assert own.alert


def test_the_list_is_paged_and_searched_without_an_address_that_tells(small: RunningService) -> None:
    """Older ones by a button, a case number or an import by a form: all posted."""
    clerk = Clerk.of(small, "support")
    for number in range(27):
        small.as_("support").send(object_(f"p{number}@example.org", reference=f"CASE-{number}"))
        small.clock.pass_time(seconds=1)
    first = clerk.open("/desk/objections")
    assert len(first.root.all("tr")) == 26
    older = clerk.send(first.press("Older ones"))
    assert [one.text for one in older.root.all("td") if one.text.startswith("CASE-")] == ["CASE-1", "CASE-0"]
    found = clerk.send(older.press("Find", reference="CASE-3"))
    assert [one.text for one in found.root.all("td") if one.text.startswith("CASE-")] == ["CASE-3"]
    none = clerk.send(found.press("Find", reference="", import_id="nothing"))
    assert "There is none of that number or import." in none.text
    wrong = clerk.send(none.press("Find", import_id="a b"))
    assert (clerk.last.status_code, wrong.by_id("import-id").attributes["aria-invalid"]) == (400, "true")
    assert {answer.url for answer in clerk.seen if "objections" in answer.url} == {f"{small.door}/desk/objections"}


def test_what_there_is_not_is_told(small: RunningService) -> None:
    """An id that nothing has, and one that is none."""
    clerk = Clerk.of(small, "support")
    assert "There is no such objection" in clerk.open("/desk/objections/01900000-0000-7000-8000-000000000000").alert
    assert clerk.last.status_code == 404
    clerk.open("/desk/objections/x")
    assert clerk.last.status_code == 400


@pytest.mark.proves("R-027")
def test_nobody_tries_out_a_list_of_addresses_at_the_desk(small: RunningService) -> None:
    """Previews are counted together with the questions by RPC; what was entered stands, and registering goes on."""
    clerk = Clerk.of(small, "support")
    form = clerk.open("/desk/register")
    preview = clerk.send(form.press(SEE, email_1=IDA))
    for number in range(119):
        small.as_("support").send(check(f"p{number}@example.com"))
    page = clerk.send(form.press(SEE, email_1=IDA))
    assert (clerk.last.status_code, page.value("email-1")) == (429, IDA)
    assert "wait" in page.alert
    assert int(clerk.last.headers["retry-after"]) > 0
    clerk.send(preview.press("Register"))
    assert suppressed(small)


@pytest.fixture(scope="module")
def shared_desk(desk_of_module: RunningService) -> Clerk:
    """Somebody from support, at a desk that all tests of the file use."""
    return Clerk.of(desk_of_module, "support")
