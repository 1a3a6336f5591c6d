"""`leadgate objections show`, `list`, `annul` and `lift`: what becomes of an objection after its acknowledgement."""

import json
from pathlib import Path

import pytest

from tests.cli.installations import connected, take_in
from tests.cli.terminal import Terminal
from tests.client.fake_service import TOKEN, Fakes, serving
from tests.running_service import RunningService

LOCAL = "--insecure-local"
NINA = "nina.hofman@northpier.example.com"


@pytest.fixture(scope="module")
def desk(service: RunningService) -> Terminal:
    """A terminal of the support desk."""
    with service.client("crm_sync") as client:
        take_in(client, NINA, "Nina Hofman", "00Q9")
    return connected(service, "demo-support")


@pytest.fixture
def officer(service: RunningService) -> Terminal:
    """A terminal of the privacy officer."""
    return connected(service, "demo-officer")


def register(desk: Terminal, email: str, reference: str) -> str:
    """Register an objection, and return its id."""
    who = ("--email", "-", "--channel", "support", "--reference", reference)
    done = desk.type("objections", "register", *who, LOCAL, "--json", stdin=f"{email}\n")
    objection_id: str = json.loads(done.stdout)["objection_id"]
    return objection_id


def is_stopped(desk: Terminal, email: str) -> bool:
    """Whether somebody may not be processed."""
    return desk.type("objections", "check", "--email", email, LOCAL).code == 1


def test_progress_is_shown_and_the_text_handed_over_again(desk: Terminal) -> None:
    """Of an objection its state, its way and its leads are shown, and nothing of whom it is; its text on demand."""
    objection_id = register(desk, NINA, "A/1")
    said = desk.type("objections", "show", objection_id, LOCAL, "--receipt", "nl")
    facts, _, receipt = said.stdout.partition("\n\n")
    shown = dict(line.split(maxsplit=1) for line in facts.splitlines())
    assert {name: shown[name] for name in ("state", "scope", "channel", "reference", "registered_by")} == {
        "state": "unreadable",
        "scope": "person",
        "channel": "support",
        "reference": "A/1",
        "registered_by": "demo-support",
    }
    assert (shown["matched_leads"], shown["remaining_leads"]) == ("1", "1")
    assert "annulment_reason" not in shown
    assert receipt.startswith("Bevestiging van uw bezwaar")
    assert "hofman" not in said.stdout.lower()
    document = json.loads(desk.type("objections", "show", objection_id, LOCAL, "--json").stdout)
    assert (document["purpose"], sorted(document["receipts"])) == (None, ["en", "nl"])
    assert document["receipts"]["nl"].strip() == receipt.strip()


def test_a_text_that_is_not_there_is_explained(desk: Terminal) -> None:
    """Another language is refused with those that there are, and an unknown objection as such."""
    objection_id = register(desk, "a1@example.com", "A/2")
    said = desk.type("objections", "show", objection_id, LOCAL, "--receipt", "fy")
    assert (said.code, "--receipt must be one of nl, en." in said.stderr) == (2, True)
    unknown = desk.type("objections", "show", "019764c2-98a3-7d2e-8a2b-5c4e6f708192", LOCAL)
    assert (unknown.code, unknown.refusal.partition(":")[0]) == (1, "OBJECTION_NOT_FOUND")


def test_objections_are_found_by_case_number(desk: Terminal) -> None:
    """The list has a line for each, the newest first, and says when it stopped at its limit."""
    ids = [register(desk, f"b{number}@example.com", "B/1") for number in range(3)]
    said = desk.type("objections", "list", "--reference", "B/1", LOCAL)
    heads, *lines = said.stdout.splitlines()
    assert heads.split() == ["OBJECTION", "STATE", "CHANNEL", "REFERENCE", "IMPORT", "RECEIVED", "STILL", "HELD"]
    assert [line.split()[0] for line in lines] == ids[::-1]
    assert said.stderr == ""
    some = desk.type("objections", "list", "--reference", "B/1", "--limit", "2", LOCAL, "--json")
    assert [one["objection_id"] for one in json.loads(some.stdout)] == ids[:0:-1]
    assert "--limit" in some.stderr
    assert json.loads(desk.type("objections", "list", "--reference", "B/2", LOCAL, "--json").stdout) == []


@pytest.mark.proves("R-091")
def test_an_annulment_takes_two_people(desk: Terminal, officer: Terminal) -> None:
    """The first is told what a second person must type; the very words annul it, and its text is withdrawn."""
    objection_id = register(desk, "c1@example.com", "C/1")
    first = desk.type("objections", "annul", objection_id, "--reason", "wrong_person", LOCAL)
    assert dict(line.split() for line in first.stdout.splitlines())["state"] == "annulment_proposed"
    assert is_stopped(desk, "c1@example.com")
    (remark,) = first.stderr.splitlines()
    words = remark.partition(": leadgate ")[2].split()
    assert words == ["objections", "annul", objection_id, "--reason", "wrong_person"]
    shown = json.loads(desk.type("objections", "show", objection_id, LOCAL, "--json").stdout)
    assert (shown["annulment_reason"], shown["annulment_proposed_by"]) == ("wrong_person", "demo-support")
    second = json.loads(officer.type(*words, LOCAL, "--json").stdout)
    assert (second["state"], second["annulled_objections"]) == ("annulled", 1)
    assert not is_stopped(desk, "c1@example.com")
    ended = officer.type("objections", "show", objection_id, LOCAL, "--receipt", "en")
    assert (ended.code, "has ended" in ended.stderr) == (2, True)


@pytest.mark.proves("R-091")
def test_a_whole_import_is_annulled(desk: Terminal, officer: Terminal, tmp_path: Path) -> None:
    """What a file registered is taken back by the import's name, and the file can be imported anew under a label."""
    file = tmp_path / "list.csv"
    file.write_text("email\nd1@example.com\nd2@example.com\n", encoding="utf-8")
    registered = ("objections", "import", file, "--channel", "provider", LOCAL, "--json")
    name = json.loads(desk.type(*registered).stdout)["import_id"]
    listed = json.loads(desk.type("objections", "list", "--import", name, LOCAL, "--json").stdout)
    assert [one["state"] for one in listed] == ["erased", "erased"]
    words = desk.type("objections", "annul", "--import", name, "--reason", "wrong_list", LOCAL).stderr.split()[-6:]
    said = officer.type(*words, LOCAL)
    assert "--label" in said.stderr
    assert not is_stopped(desk, "d1@example.com")
    assert not is_stopped(desk, "d2@example.com")
    again = desk.type(*registered)
    refusal = again.stderr.splitlines()[-1]
    assert (again.code, refusal.startswith("leadgate: IMPORT_ANNULLED: ")) == (1, True)
    assert "--label" in refusal
    assert "type the same command again" not in again.stderr
    assert not is_stopped(desk, "d1@example.com")
    assert desk.type(*registered, "--label", "after all").code == 0
    assert is_stopped(desk, "d1@example.com")


@pytest.mark.parametrize("target", [(), ("0197", "--import", "csv-1")])
def test_an_annulment_is_of_one_thing(desk: Terminal, target: tuple[str, ...]) -> None:
    """Neither, or both of an objection and an import, is refused before anything is sent."""
    said = desk.type("objections", "annul", *target, "--reason", "test", LOCAL)
    assert (said.code, said.refusal) == (2, "Name either one objection by its id, or a whole import by --import.")


@pytest.mark.proves("R-025")
def test_a_suppression_is_lifted_by_what_the_person_sends_back(desk: Terminal, officer: Terminal) -> None:
    """The address is read from stdin and answered by a challenge to deliver; the challenge, from stdin, lifts."""
    register(desk, "e1@example.com", "E/1")
    first = officer.type("objections", "lift", "--email", "-", LOCAL, "--json", stdin="e1@example.com\n")
    assert "to that very address" in first.stderr
    sent = json.loads(first.stdout)
    assert sent["expire_time"] > "2026"
    assert is_stopped(desk, "e1@example.com")
    back = officer.type("objections", "lift", "--challenge", "-", LOCAL, stdin=f"{sent['challenge']}\n")
    assert back.stdout.split() == ["lifted_objections", "1"]
    assert not is_stopped(desk, "e1@example.com")


@pytest.mark.parametrize("steps", [(), ("--email", "a@example.com", "--challenge", "x")])
def test_a_lift_takes_one_step_at_a_time(steps: tuple[str, ...]) -> None:
    """Neither step, or both at once, is refused before anything is sent."""
    fakes = Fakes()
    with serving(fakes) as port:
        there = Terminal().exporting(LEADGATE_TARGET=f"127.0.0.1:{port}", LEADGATE_TOKEN=TOKEN)
        said = there.type("objections", "lift", *steps, LOCAL)
    assert (said.code, said.refusal) == (2, "Give exactly one of --email and --challenge.")
    assert fakes.arrivals == []
