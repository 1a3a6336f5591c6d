"""`leadgate objections`: from a support laptop, a person is stopped by whatever is known of them."""

import json

import pytest
from leadgate.v1.objection_service_pb2 import (
    CONTACT_SCOPE_PHONE,
    OBJECTION_PURPOSE_OTHER,
    OBJECTION_SCOPE_COMPANY,
    CheckSuppressionRequest,
    RegisterObjectionRequest,
)
from leadgate.v1.types_pb2 import CrmReference

from tests.cli.installations import connected, take_in
from tests.cli.terminal import Terminal
from tests.client.fake_service import TOKEN, Fakes, serving
from tests.running_service import RunningService

ANNA = "anna.smit@northpier.example.com"
LOCAL = "--insecure-local"
SUPPORT = ("--channel", "support", LOCAL)


@pytest.fixture(scope="module")
def desk(service: RunningService) -> Terminal:
    """A terminal of the support desk, of a service that also holds two people who are about to object."""
    with service.client("crm_sync") as client:
        take_in(client, ANNA, "Anna Smit", "00Q7")
        take_in(client, "bas.kuiper@northpier.example.com", "Bas Kuiper", "00Q8")
    return connected(service, "demo-support")


@pytest.mark.proves("R-017", "R-018")
def test_a_person_is_stopped_from_a_laptop(desk: Terminal) -> None:
    """A preview shows whom it would reach; the same words without it do it, and the check answers by exit code."""
    who = ("--email", "-", *SUPPORT, "--json")
    preview = json.loads(desk.type("objections", "register", *who, "--preview", stdin=f"{ANNA}\n").stdout)
    assert preview["matches"] == [{"effect": "suppressed", "company": "Northpier Analytics", "initials": "A. S."}]
    before = desk.type("objections", "check", "--email", ANNA, LOCAL)
    assert (before.code, before.stdout) == (0, "")
    done = json.loads(desk.type("objections", "register", *who, "--reference", "4711", stdin=f"{ANNA}\n").stdout)
    assert done["matched_leads"] == 1
    assert done["erase_time"] > done["effective_time"]
    after = desk.type("objections", "check", "--email", ANNA, LOCAL, "--json")
    assert (after.code, json.loads(after.stdout)) == (1, {"suppressed": True})
    assert "stop" in desk.type("objections", "check", "--crm", "salesforce/Lead/00Q7", LOCAL).stderr


def test_people_read_a_table(desk: Terminal) -> None:
    """Without --json the preview is a table, and the acknowledgement a line for each fact."""
    name = ("--name", "Kuiper, drs. Bas@northpier.example.com")
    preview = desk.type("objections", "register", *name, "--preview", *SUPPORT)
    heads, line = preview.stdout.splitlines()
    assert heads.split() == ["EFFECT", "COMPANY", "INITIALS"]
    assert line.split() == ["withheld", "Northpier", "Analytics", "B.", "K."]
    assert "Nothing was done" in preview.stderr
    done = desk.type("objections", "register", *name, *SUPPORT, "--receipt", "nl")
    facts, _, receipt = done.stdout.partition("\n\n")
    assert [line.split()[0] for line in facts.splitlines()] == [
        "objection_id",
        "effective_time",
        "matched_leads",
    ]
    assert "Nothing is erased" in done.stderr  # by a name alone
    assert receipt.startswith("Bevestiging van uw bezwaar")
    assert facts.split()[1] in receipt


def test_a_receipt_in_a_language_that_is_not_there_registers_nothing(desk: Terminal) -> None:
    """The slip is told before the service is: nobody is left with half a command done."""
    said = desk.type("objections", "register", "--email", "cor@example.com", *SUPPORT, "--receipt", "fy")
    assert said.code == 2
    assert "it must be one of nl, en." in said.stderr
    assert desk.type("objections", "check", "--email", "cor@example.com", LOCAL).code == 0


def test_why_nothing_is_erased_is_told_of_who_objects(desk: Terminal) -> None:
    """By a number alone nobody is told apart; companies, and how many leads they have, are no part of that."""
    said = desk.type("objections", "register", "--phone", "+31 20 555 0177", *SUPPORT)
    assert "does not tell for certain whose data are held" in said.stderr
    assert "privacy officer" not in said.stderr


def test_everything_that_is_typed_reaches_the_service() -> None:
    """Each option, as often as it is given, is sent as the identifier that it stands for."""
    fakes = Fakes()
    with serving(fakes) as port:
        there = Terminal().exporting(LEADGATE_TARGET=f"127.0.0.1:{port}", LEADGATE_TOKEN=TOKEN)
        said = there.type(
            "objections",
            "register",
            *("--email", "-", "--email", "c@example.com", "--phone", "020 555 0123", "--country", "NL"),
            *("--crm", "salesforce/Contact/0031", "--lead", "0197", "--name", "Ida Vermolen@northpier.example.com"),
            *("--contact", "phone", "--purpose", "other"),
            *("--channel", "letter", "--received", "2026-03-01T12:00+00:00", "--reference", "7", LOCAL),
            stdin="a@example.com\n\nb@example.com\n",
        )
    assert said.code == 0
    request = fakes.arrivals[0].request
    assert isinstance(request, RegisterObjectionRequest)
    told = request.objector
    assert list(told.emails) == ["a@example.com", "b@example.com", "c@example.com"]
    assert [(phone.number, phone.country_code) for phone in told.phones] == [("020 555 0123", "NL")]
    assert list(told.crm_references) == [CrmReference(recipient="salesforce", object="Contact", record_id="0031")]
    assert list(told.lead_ids) == ["0197"]
    assert [(name.full_name, name.company_domain) for name in told.names] == [("Ida Vermolen", "northpier.example.com")]
    assert (request.reference, request.received_time.seconds) == ("7", 1_772_366_400)
    assert (request.contact_scope, request.purpose) == (CONTACT_SCOPE_PHONE, OBJECTION_PURPOSE_OTHER)


def test_a_company_is_stopped_for_all_who_work_there(desk: Terminal) -> None:
    """A company is named by its domains instead of a person; its receipt is handed over like a person's."""
    company = ("--company", "southmole.example.org", "--company", "southmole.example.net")
    done = desk.type("objections", "register", *company, *SUPPORT, "--receipt", "en")
    assert (done.code, "objection_id" in done.stdout) == (0, True), done.stderr
    assert desk.type("objections", "check", "--email", "anybody@mail.southmole.example.net", LOCAL).code == 1
    fakes = Fakes()
    with serving(fakes) as port:
        there = Terminal().exporting(LEADGATE_TARGET=f"127.0.0.1:{port}", LEADGATE_TOKEN=TOKEN)
        both = there.type("objections", "register", *company, "--email", ANNA, *SUPPORT)
        awaiting = there.type("objections", "register", *company, *SUPPORT, "--json")
        remark = there.type("objections", "register", *company, *SUPPORT).stderr
    assert (both.code, both.refusal) == (2, "Register a company or a person, each with a command of its own.")
    for arrival in fakes.arrivals:
        assert isinstance(arrival.request, RegisterObjectionRequest)
        assert arrival.request.scope == OBJECTION_SCOPE_COMPANY
    assert len(fakes.arrivals) == 2
    assert json.loads(awaiting.stdout)["erase_time"] is None
    assert "a privacy officer must register its objection, too" in remark


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        (("--crm", "00Q1"), "--crm names CRM, object and record id"),
        (("--name", "Ida Vermolen"), "--name names a person and the company's domain"),
    ],
)
def test_what_names_nobody_is_explained(options: tuple[str, ...], hint: str) -> None:
    """A record or name that is not written as it must be is told before anything is sent."""
    fakes = Fakes()
    with serving(fakes) as port:
        there = Terminal().exporting(LEADGATE_TARGET=f"127.0.0.1:{port}", LEADGATE_TOKEN=TOKEN)
        said = there.type("objections", "check", *options, LOCAL)
    assert (said.code, said.stdout) == (2, "")
    assert hint in said.stderr
    assert [arrival for arrival in fakes.arrivals if isinstance(arrival.request, CheckSuppressionRequest)] == []


def test_nobody_at_all_is_refused(desk: Terminal) -> None:
    """Without any identifier the service says what is missing."""
    said = desk.type("objections", "check", LOCAL)
    assert (said.code, said.refusal.partition(":")[0]) == (1, "FIELD_INVALID")
    assert "1 to 20 identifiers" in said.refusal
