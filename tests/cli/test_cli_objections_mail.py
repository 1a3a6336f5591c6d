"""`leadgate objections mail`: any mail to the address for objections is one, in any wording, once (R-017)."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from leadgate_service.domain import identity
from leadgate_service.storage import tables

from tests.cli.installations import connected, take_in
from tests.cli.terminal import Terminal
from tests.client.fake_service import TOKEN, Fakes, serving
from tests.running_service import RunningService

LOCAL = "--insecure-local"
OWN = ("--own-domain", "leadgov.example.com")
FIXTURE = Path(__file__).parent / "fixtures" / "inbound_objection_email.eml"
TOBIAS = "tobias.lindqvarn@werkform.example.org"

PHRASINGS = [
    "Bel mij niet meer.",
    "Hoi, haal me maar van jullie lijst af. Groet",
    "Ik maak bezwaar tegen de verwerking van mijn gegevens (art. 21 AVG).",
    "Stop hiermee!!!",
    "Geen interesse, dank u.",
    "Hoe komen jullie aan mijn nummer?",
    "Verwijder al mijn persoonsgegevens onmiddellijk.",
    "Afmelden",
    "uitschrijven aub",
    "Ik wil geen mails meer ontvangen van uw bedrijf, en ook geen telefoontjes.",
    "remove me",
    "Unsubscribe",
    "STOP",
    "Please take me off your list.",
    "I object to the processing of my personal data for direct marketing.",
    "Don't contact me again, ever.",
    "Not interested, thanks",
    "Where did you get my data from?",
    "You have no right to profile me.",
    "I never signed up for this; delete everything you have.",
    "Ich widerspreche der Verarbeitung meiner Daten (Art. 21 DSGVO). Bitte löschen.",
    "Bitte keine Werbung mehr!",
    "Nehmen Sie mich aus dem Verteiler.",
    "Kein Interesse.",
    "Löschen Sie meine Daten unverzüglich, sonst melde ich das der Aufsichtsbehörde.",
    "Rufen Sie mich nicht mehr an",
    "Je m'oppose au traitement de mes données.",
    "Ne m'appelez plus.",
    "Désabonnez-moi, s'il vous plaît.",
    "Supprimez mes données, merci d'avance.",
    "Plus jamais de pub !",
    "Je ne souhaite plus être contacté.",
    "",
    "👎",
]


@pytest.fixture
def desk(service: RunningService) -> Terminal:
    """A terminal of the support desk."""
    return connected(service, "demo-support")


def written(folder: Path, sender: str, text: str = "stop", *headers: str) -> Path:
    """Write a mail to a file."""
    path = folder / "mail.eml"
    lines = [f"From: {sender}", "Subject: =?utf-8?q?Bezwaar?=", *headers, "Content-Type: text/plain; charset=utf-8"]
    path.write_bytes("\r\n".join([*lines, "", text]).encode())
    return path


def suppressed(desk: Terminal, email: str) -> bool:
    """Ask whether somebody may not be processed."""
    said = desk.type("objections", "check", "--email", email, LOCAL, "--json")
    return bool(json.loads(said.stdout)["suppressed"])


def objections(service: RunningService) -> list[tuple[object, ...]]:
    """Read channel, reference and time of every objection, oldest first."""
    of = tables.objections.c
    clause = sa.select(of.channel, of.reference, of.received_time).order_by(of.objection_id)
    return [tuple(row) for row in service.rows(clause)]


@pytest.mark.proves("R-017")
@pytest.mark.parametrize("text", PHRASINGS)
def test_any_wording_is_an_objection(desk: Terminal, tmp_path: Path, text: str) -> None:
    """Dutch, English, German, French, a question, a threat or nothing at all: each is effective at once."""
    email = f"objector-{PHRASINGS.index(text)}@werkform.example.org"
    assert not suppressed(desk, email)
    assert desk.type("objections", "mail", written(tmp_path, email, text), *OWN, LOCAL).code == 0
    assert suppressed(desk, email)


@pytest.mark.proves("R-017", "R-022", "P9")
def test_a_mail_is_one_objection_however_often_it_comes(desk: Terminal, service: RunningService) -> None:
    """From stdin and from a file, by the channel that is said; what comes back is what `register` prints."""
    before = len(objections(service))
    raw = FIXTURE.read_text(encoding="utf-8")
    first = desk.type("objections", "mail", *OWN, LOCAL, "--json", "--reference", "4712", stdin=raw)
    again = desk.type("objections", "mail", FIXTURE, *OWN, LOCAL, "--json", "--reference", "4712")
    assert (first.code, json.loads(first.stdout)) == (0, json.loads(again.stdout))
    assert set(json.loads(first.stdout)["receipts"]) == {"nl", "en"}
    assert [row[:2] for row in objections(service)[before:]] == [("privacy_mailbox", "4712")]
    assert suppressed(desk, TOBIAS)


def test_people_read_a_table_and_a_receipt(desk: Terminal, tmp_path: Path) -> None:
    """As after `register`."""
    path = written(tmp_path, "cor@werkform.example.org")
    said = desk.type("objections", "mail", path, *OWN, LOCAL, "--channel", "letter", "--receipt", "en")
    assert said.stdout.split()[0] == "objection_id"
    assert "objection" in said.stdout.partition("\n\n")[2]
    assert "cor@" not in said.stdout + said.stderr


@pytest.mark.proves("R-083")
def test_the_mail_s_own_time_counts(desk: Terminal, service: RunningService, tmp_path: Path) -> None:
    """An account manager was away for two weeks: the objection is of the day when it came; the future is now."""
    stamp = "Received: from a by mx.leadgov.example.com; {} 12:00:00 +0100"
    for sender, day in (("eva", "Mon, 9 Nov 2015"), ("finn", "Mon, 9 Nov 2099")):
        path = written(tmp_path, f"{sender}@werkform.example.org", "stop", stamp.format(day))
        assert desk.type("objections", "mail", path, *OWN, LOCAL).code == 0
    early, late = (row[2] for row in objections(service)[-2:])
    assert str(early) == "2015-11-09 11:00:00+00:00"
    assert late == service.clock.now


def test_who_is_not_named_needs_a_person(desk: Terminal, service: RunningService, tmp_path: Path) -> None:
    """A colleague's own words name nobody: exit code 3, nothing is registered, and nothing of the mail is repeated."""
    before = len(objections(service))
    said = desk.type("objections", "mail", written(tmp_path, "agnes@leadgov.example.com", "lgcanary"), *OWN, LOCAL)
    assert (said.code, said.refusal.partition(":")[0]) == (3, "NEEDS_IDENTIFIER")
    assert "lgcanary" not in said.stderr
    assert len(objections(service)) == before
    empty = desk.exporting(LEADGATE_OWN_DOMAINS="example.org leadgov.example.com").type("objections", "mail", LOCAL)
    assert empty.code == 3


@pytest.mark.proves("R-017")
def test_the_policy_says_whose_mail_is_a_colleagues(desk: Terminal, tmp_path: Path) -> None:
    """Nothing needs to be said here: who quotes a customer from a domain of the policy is not the one who objects."""
    colleague, customer = "agnes@mail.demo-controller.example.net", "kim@werkform.example.org"
    quoted = written(tmp_path, colleague, f"Zie onder.\n\nVan: Kim <{customer}>\n\n> Stop.")
    for own in ((), OWN):
        assert desk.type("objections", "mail", quoted, *own, LOCAL).code == 0
        assert (suppressed(desk, customer), suppressed(desk, colleague)) == (True, False)
    alone = desk.type("objections", "mail", written(tmp_path, colleague), *OWN, LOCAL)
    assert (alone.code, alone.refusal.partition(":")[0]) == (3, "NEEDS_IDENTIFIER")


def test_without_own_domains_nobody_is_taken_for_a_stranger(desk: Terminal) -> None:
    """Else a colleague who forwards a mail would be the one who objects: neither the policy nor anybody names any."""
    fakes = Fakes()
    with serving(fakes) as port:
        there = desk.exporting(LEADGATE_TARGET=f"127.0.0.1:{port}", LEADGATE_TOKEN=TOKEN)
        said = there.type("objections", "mail", FIXTURE, LOCAL)
        assert (said.code, "objections.own_domains of the policy, or by --own-domain" in said.refusal) == (2, True)
        assert there.type("objections", "mail", FIXTURE, *OWN, LOCAL).code == 0
    assert len(fakes.book.objections) == 1


@pytest.mark.proves("R-017", "R-025")
def test_two_who_write_together_are_two_who_object(desk: Terminal, service: RunningService, tmp_path: Path) -> None:
    """Each has an objection, and a receipt, of their own, once, however often the mail comes."""
    people, before = ["lea@werkform.example.org", "max@werkform.example.org"], len(objections(service))
    path = written(tmp_path, ", ".join(people))
    once, again = (desk.type("objections", "mail", path, *OWN, LOCAL, "--json") for _ in range(2))
    assert (once.code, once.stdout) == (0, again.stdout)
    document = json.loads(once.stdout)
    (other,) = document["others"]
    assert document["objection_id"] != other["objection_id"]
    assert (set(other["receipts"]), len(objections(service)) - before) == ({"nl", "en"}, 2)
    assert all(suppressed(desk, email) for email in people)
    said = desk.type("objections", "mail", path, *OWN, LOCAL, "--receipt", "nl").stdout
    assert (said.count("objection_id"), said.count("Bevestiging van uw bezwaar")) == (2, 2)


@pytest.mark.proves("R-017")
def test_a_sender_who_cannot_be_read_stops_no_other(desk: Terminal, tmp_path: Path) -> None:
    """Whoever can be registered is; that somebody cannot is told, and of nobody at all it is an error."""
    bad, good = "no..body@werkform.example.org", "noa@werkform.example.org"
    said = desk.type("objections", "mail", written(tmp_path, f"{bad}, {good}"), *OWN, LOCAL)
    assert (said.code, suppressed(desk, good)) == (0, True)
    assert "Of 2 senders only 1 can be registered" in said.stderr
    alone = desk.type("objections", "mail", written(tmp_path, bad), *OWN, LOCAL)
    assert (alone.code, alone.refusal.partition(":")[0]) == (1, "FIELD_INVALID")


def test_a_link_that_was_cut_loses_nobody(desk: Terminal, tmp_path: Path) -> None:
    """Where the token is not ours, it is whoever wrote the mail; a mail of nobody's is refused."""
    path = written(tmp_path, "gus@werkform.example.org", "", "To: <unsubscribe+abc@leadgov.example.com>")
    assert desk.type("objections", "mail", path, *OWN, LOCAL).code == 0
    assert suppressed(desk, "gus@werkform.example.org")
    nobody = written(tmp_path, "", "", "To: <unsubscribe+abc@leadgov.example.com>")
    said = desk.type("objections", "mail", nobody, *OWN, LOCAL)
    assert (said.code, said.refusal.partition(":")[0]) == (1, "FIELD_INVALID")


def token_of(service: RunningService, email: str) -> str:
    """Make what the link to unsubscribe of an address ends with."""
    keep = service.store._keep
    return keep.unsubscribe_token(keep.token(identity.email_identifiers(email)[0]))


@pytest.mark.proves("R-017", "R-022")
def test_of_several_links_those_that_are_ours_count(desk: Terminal, service: RunningService, tmp_path: Path) -> None:
    """Cut ones before, between and behind lose nobody: it is one objection, by every token that is ours."""
    known = ["iris@northpier.example.com", "iris@werkform.example.org"]
    first, other = (token_of(service, email) for email in known)
    to = ", ".join(f"<unsubscribe+{token}@leadgov.example.com>" for token in ("cut", first, first[:-1], other, "x"))
    path, before = written(tmp_path, "iris@elsewhere.example.org", "", f"To: {to}"), len(objections(service))
    once, again = (desk.type("objections", "mail", path, *OWN, LOCAL, "--json") for _ in range(2))
    assert (once.code, once.stdout) == (0, again.stdout)
    assert [row[0] for row in objections(service)[before:]] == ["one_click"]
    assert all(suppressed(desk, email) for email in known)
    assert not suppressed(desk, "iris@elsewhere.example.org")


@pytest.mark.proves("R-017", "R-022")
def test_a_link_s_token_names_the_person(desk: Terminal, service: RunningService, tmp_path: Path) -> None:
    """From whichever mailbox it comes, small letters or not, it is the objection of whom the link was made for."""
    hal = "hal@northpier.example.com"
    with service.client("crm_sync") as client:
        take_in(client, hal, "Hal Ravensberg", "00QH")
    token = token_of(service, hal).upper()
    to = f"Delivered-To: Unsubscribe+{token}@leadgov.example.com"
    path = written(tmp_path, "someone@elsewhere.example.org", "", to)
    said = desk.type("objections", "mail", path, *OWN, LOCAL, "--json")
    assert json.loads(said.stdout)["matched_leads"] == 1
    assert objections(service)[-1][0] == "one_click"
    assert suppressed(desk, hal)
    assert not suppressed(desk, "someone@elsewhere.example.org")


def test_a_mail_without_end_is_refused(desk: Terminal, tmp_path: Path) -> None:
    """More than 32 MiB is nobody's mail."""
    path = tmp_path / "long.eml"
    with path.open("wb") as stream:
        stream.truncate(32 * 1024 * 1024 + 1)
    said = desk.type("objections", "mail", path, *OWN, LOCAL)
    assert said.code == 1
    assert "longer than 32 MiB" in said.refusal
