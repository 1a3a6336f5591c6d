"""`leadgate objections import`: each row with an outcome of its own, once, whatever happens on the way."""

import csv
import json
import signal
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE

import pytest
from hypothesis import given
from hypothesis import strategies as st
from leadgate.v1.objection_service_pb2 import CONTACT_SCOPE_PHONE, BatchRegisterObjectionsRequest

from tests.cli.terminal import Said, Terminal
from tests.client.fake_service import TOKEN, Fakes, serving
from tests.client.refusals import GONE, UNAVAILABLE

ANNA = "anna.smit@northpier.example.com"


@dataclass(frozen=True, slots=True)
class Desk:
    """A terminal at a fake service, and a folder with files."""

    fakes: Fakes
    terminal: Terminal
    folder: Path

    def file(self, content: str | bytes, name: str = "list.csv") -> Path:
        """Write a file."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def run(self, file: Path, *options: object) -> Said:
        """Import a file."""
        return self.terminal.type("objections", "import", file, "--channel", "support", "--insecure-local", *options)

    @property
    def batches(self) -> list[BatchRegisterObjectionsRequest]:
        """Every batch that arrived."""
        requests = [arrival.request for arrival in self.fakes.arrivals]
        return [one for one in requests if isinstance(one, BatchRegisterObjectionsRequest)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk of the test's own."""
    fakes = Fakes()
    with serving(fakes) as port:
        yield Desk(fakes, Terminal().exporting(LEADGATE_TARGET=f"127.0.0.1:{port}", LEADGATE_TOKEN=TOKEN), tmp_path)


@pytest.fixture(scope="module")
def shared_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk for many small files."""
    fakes = Fakes()
    with serving(fakes) as port:
        there = Terminal().exporting(LEADGATE_TARGET=f"127.0.0.1:{port}", LEADGATE_TOKEN=TOKEN)
        yield Desk(fakes, there, tmp_path_factory.mktemp("files"))


def people(count: int) -> str:
    """A file of so many people."""
    return "".join(["email\n", *(f"p{number}@example.com\n" for number in range(count))])


def results_of(file: Path) -> list[dict[str, str]]:
    """What the results say, row by row."""
    with file.with_name(f"{file.name}.results.csv").open(encoding="utf-8", newline="") as results:
        return list(csv.DictReader(results))


MIXED = """\
E-mail;Naam;Opmerking
anna.smit@northpier.example.com;Anna Smit;belt terug
=HYPERLINK("mailto:bo@example.com");Bo;

ANNA.smit@northpier.example.com;Anna Smit;dubbel
cor@@example.com;Cor;
;Dirk de Boer;
"""


@pytest.mark.proves("R-026")
def test_each_row_has_an_outcome_of_its_own(desk: Desk) -> None:
    """What is wrong with a row stops no other; the results name every row that is not empty, once, and its reason."""
    file = desk.file(MIXED)
    said = desk.run(file)
    assert said.code == 4
    assert [tuple(line.split()) for line in said.stdout.splitlines()] == [
        ("OUTCOME", "ROWS"),
        ("duplicate", "1"),
        ("invalid", "2"),
        ("needs_identifier", "1"),
        ("registered", "1"),
    ]
    assert "Not read: Opmerking." in said.stderr
    (objection_id,) = desk.fakes.book.objections
    assert [tuple(row.values()) for row in results_of(file)] == [
        ("2", "registered", objection_id, "", "", "", ""),
        ("3", "invalid", "", "", "objector.emails[0]", "must be a value, not a formula", ""),
        ("5", "duplicate", "", "2", "", "", ""),
        ("6", "invalid", "", "", "objector.emails[0]", "must be an e-mail address", ""),
        ("7", "needs_identifier", "", "", "", "", ""),
    ]
    assert desk.fakes.book.suppresses([ANNA])


HALF = """\
e-mail 1,e-mail 2,e-mail 3,received,reference
=A1,no address,cor@example.com,yesterday,4711
dirk@example.com,,,2026-03-01,=B2
no address,,,,
"""


@pytest.mark.proves("R-017", "R-026")
def test_what_cannot_be_read_of_a_row_costs_nobody_their_objection(desk: Desk) -> None:
    """A row counts by what can be read; the results name the rest, in the places that it has in the row."""
    file = desk.file(HALF)
    said = desk.run(file, "--json")
    assert (said.code, json.loads(said.stdout)["rows_in_part"]) == (4, 2)
    told = [(row["row"], row["outcome"], row["field"], row["left_out"].split("; ")) for row in results_of(file)]
    in_first = [
        "objector.emails[0] must be a value, not a formula",
        "received_time must be a day such as 2026-11-24 or 24-11-2026, with or without a time",
        "objector.emails[1] must be an e-mail address",
    ]
    assert told == [
        ("2", "registered", "", in_first),
        ("3", "registered", "", ["reference must be a value, not a formula"]),
        ("4", "invalid", "objector.emails[0]", [""]),
    ]
    assert desk.fakes.book.suppresses(["cor@example.com"])
    assert desk.fakes.book.suppresses(["dirk@example.com"])
    assert "Of 2 rows something cannot be read and is left out" in desk.run(file).stderr


def test_json_says_the_same(desk: Desk) -> None:
    """With --json there is one document: import, columns, outcomes, and where the results are."""
    file = desk.file(MIXED)
    document = json.loads(desk.run(file, "--json", "--results", desk.folder / "r.csv").stdout)
    assert document["outcomes"] == {"registered": 1, "invalid": 2, "duplicate": 1, "needs_identifier": 1}
    assert document["columns"] == [
        {"column": "E-mail", "read_as": "e-mail address"},
        {"column": "Naam", "read_as": "name"},
    ]
    assert (document["ignored_columns"], document["results"]) == (["Opmerking"], str(desk.folder / "r.csv"))
    (objection,) = desk.fakes.book.objections.values()
    assert objection.import_id == document["import_id"]


@pytest.mark.proves("P17")
def test_the_results_are_nobodys_data_and_nobody_elses_to_read(desk: Desk) -> None:
    """No value of the file gets into the results or onto the terminal, and only their owner can open them."""
    file = desk.file(MIXED)
    said = desk.run(file)
    results = file.with_name("list.csv.results.csv")
    told = (said.stdout + said.stderr + results.read_text()).lower()
    assert not [value for value in ("anna", "smit", "bo@", "cor", "dirk", "belt") if value in told]
    assert stat.S_IMODE(results.stat().st_mode) == 0o600
    assert sorted(path.name for path in desk.folder.iterdir()) == ["list.csv", "list.csv.results.csv"]


def test_all_registered_is_exit_code_0(desk: Desk) -> None:
    """Also where rows are duplicates."""
    assert desk.run(desk.file("email\na@example.com\nA@example.com\n")).code == 0
    assert len(desk.batches) == 1


@pytest.mark.parametrize("option", ["--json", "--check"])
def test_a_file_of_heads_alone_is_told(desk: Desk, option: str) -> None:
    """Somebody expected rows in it: exit code 2, and the results of an earlier import stay."""
    file = desk.file("email,name\n\n , \n")
    place = file.with_name("list.csv.results.csv")
    place.write_text("of an earlier import")
    said = desk.run(file, option)
    assert (said.code, said.stdout) == (2, "")
    assert said.refusal == "The file has no rows below its heads: nobody was registered."
    assert (place.read_text(), desk.batches) == ("of an earlier import", [])


def test_everything_that_a_row_says_reaches_the_service(desk: Desk) -> None:
    """Identifiers, day and case number of a row go out as the contract words them, with channel, country and scope."""
    heads = "email,phone,first name,last name,website,leadgate id,crm record id,received,reference"
    file = desk.file(f"{heads}\na@example.com,020 555 0123,Ida,Dam,x.example.com,0197,00Q1,2026-03-01,4711\n")
    crm = ("--crm-recipient", "salesforce", "--crm-object", "Lead")
    assert desk.run(file, *crm, "--country", "NL", "--contact", "phone").code == 0
    (item,) = desk.batches[0].items
    objector = item.objector
    assert list(objector.emails) == ["a@example.com"]
    assert [(one.number, one.country_code) for one in objector.phones] == [("020 555 0123", "NL")]
    assert [(one.full_name, one.company_domain) for one in objector.names] == [("Ida Dam", "x.example.com")]
    assert list(objector.lead_ids) == ["0197"]
    (record,) = objector.crm_references
    assert (record.recipient, record.object, record.record_id) == ("salesforce", "Lead", "00Q1")
    assert (item.received_time.seconds, item.reference) == (1_772_323_200, "4711")
    assert item.contact_scope == CONTACT_SCOPE_PHONE


@pytest.mark.proves("R-026")
def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    """The ids of the requests come from the file: it is sent again in the same batches, and answered as before."""
    file = desk.file(people(1_001))
    first = desk.run(file)
    results = results_of(file)
    again = desk.run(file)
    assert (again, results_of(file)) == (first, results)
    assert [len(batch.items) for batch in desk.batches] == [500, 500, 1] * 2
    assert desk.batches[:3] == desk.batches[3:]
    assert len({batch.request_id for batch in desk.batches}) == 3
    assert len(desk.fakes.book.objections) == 1_001


def test_a_file_that_is_meant_in_another_way_is_another_import(desk: Desk) -> None:
    """Other options, another label or another byte make another import; the name and place of the file do not."""
    file = desk.file("email\na@example.com\n")
    other = desk.file("email\na@example.com\n\n", "other.csv")
    same = desk.file("email\na@example.com\n", "same.csv")
    for options in ((), ("--label", "again"), ("--contact", "phone")):
        assert desk.run(file, *options).code == 0
    for another in (same, other):
        assert desk.run(another).code == 0
    ids = [batch.import_id for batch in desk.batches]
    assert ids[0] == ids[3]
    assert len(set(ids)) == 4


def test_a_lost_answer_is_asked_for_again(desk: Desk) -> None:
    """A batch that took effect and whose answer was lost is sent again, with its id, and takes effect once."""
    desk.fakes.after = [UNAVAILABLE]
    assert desk.run(desk.file(people(3))).code == 0
    assert (len(desk.batches), len(desk.fakes.book.objections)) == (2, 3)


def test_an_outage_is_told_with_how_to_go_on(desk: Desk) -> None:
    """What ends an import leaves the results of an earlier one as they were; typed again, it goes on."""
    file = desk.file(people(1_200))
    place = file.with_name("list.csv.results.csv")
    place.write_text("of an earlier import")
    desk.fakes.after = [GONE]
    broken = desk.run(file)
    assert (broken.code, broken.stdout) == (1, "")
    assert "0 rows are done. To go on, type the same command again" in broken.stderr
    assert "STORE_UNAVAILABLE" in broken.stderr
    assert place.read_text() == "of an earlier import"
    assert sorted(path.name for path in desk.folder.iterdir()) == ["list.csv", place.name]
    assert desk.run(file).code == 0
    assert len(desk.fakes.book.objections) == len(results_of(file)) == 1_200


def test_ctrl_c_ends_it_gracefully(desk: Desk) -> None:
    """Interrupted, it says in its last line how to go on, leaves no half a file, and exits as shells expect."""
    file = desk.file(people(5_000))
    desk.fakes.delay = 0.1
    process = desk.terminal.start("objections", "import", file, "--channel", "crm", "--insecure-local")
    while len(desk.batches) < 2:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stdout) == (130, "")
    assert "To go on, type the same command again: nobody is registered twice." in stderr.splitlines()[-1]
    assert "Traceback" not in stderr
    assert [path.name for path in desk.folder.iterdir()] == ["list.csv"]


def test_a_check_registers_nobody(desk: Desk) -> None:
    """--check shows how each column is read and what would become of the rows, and leaves no file."""
    said = desk.run(desk.file(MIXED), "--check")
    assert said.code == 4
    assert [tuple(line.split()) for line in said.stdout.splitlines()] == [
        ("COLUMN", "READ", "AS"),
        ("E-mail", "e-mail", "address"),
        ("Naam", "name"),
        ("OUTCOME", "ROWS"),
        ("duplicate", "1"),
        ("invalid", "2"),
        ("needs_identifier", "1"),
        ("valid", "1"),
    ]
    assert "Nobody was registered." in said.stderr
    assert desk.fakes.book.objections == {}
    assert [path.name for path in desk.folder.iterdir()] == ["list.csv"]


@pytest.mark.proves("R-026")
def test_a_check_has_every_row_judged(desk: Desk) -> None:
    """What only the service can judge is told as well, row by row where one asks for that, 500 at once."""
    file = desk.file(people(501) + "no address\n")
    place = desk.folder / "check.csv"
    assert desk.run(file, "--check", "--results", place).code == 4
    with place.open(encoding="utf-8", newline="") as results:
        told = [(row["row"], row["outcome"], row["field"]) for row in csv.DictReader(results)]
    assert told == [
        *((str(number), "valid", "") for number in range(2, 503)),
        ("503", "invalid", "objector.emails[0]"),
    ]
    assert [(len(batch.items), batch.validate_only) for batch in desk.batches] == [(500, True), (2, True)]
    assert desk.fakes.book.objections == {}
    assert desk.run(desk.file("email\na@example.com\n", "good.csv"), "--check").code == 0


@pytest.mark.parametrize(
    ("content", "options", "hint"),
    [
        ("", (), "the first row must name the columns"),
        ("anna.smit@northpier.example.com\nbo@example.com\n", (), "the first row must name the columns"),
        ("kleur,website\nrood,example.com\n", (), "the first row must name the columns"),
        ("crm record id\n00Q1\n", (), "the first row must name the columns"),
        ("x" * 1_300_000, (), "the first row must name the columns"),
        ("email\na@example.com\n", ("--crm-recipient", "salesforce"), "--crm-recipient and --crm-object go together"),
        (
            "email\na@example.com\n",
            ("--crm-recipient", "salesforce", "--crm-object", "Lead"),
            "There is no column of CRM record ids",
        ),
    ],
)
def test_a_file_that_names_nobody_is_refused_before_anything_is_sent(
    desk: Desk, content: str, options: tuple[str, ...], hint: str
) -> None:
    """One line says what to mend; it repeats nothing of the file."""
    said = desk.run(desk.file(content), *options)
    assert (said.code, said.stdout) == (2, "")
    assert hint in said.refusal
    assert "anna" not in said.stderr
    assert desk.fakes.arrivals == []


def test_the_results_never_take_the_place_of_the_file(desk: Desk) -> None:
    """Whatever way the file is named, it is not written over."""
    file = desk.file("email\na@example.com\n")
    (desk.folder / "link.csv").symlink_to(file)
    for results in (file, desk.folder / "link.csv"):
        assert "another file" in desk.run(file, "--results", results).refusal
    assert file.read_text() == "email\na@example.com\n"


def test_what_can_be_read_only_once_is_refused(desk: Desk) -> None:
    """A pipe cannot be read again after its digest is taken."""
    process = desk.terminal.start(
        "objections", "import", "/dev/stdin", "--channel", "crm", "--insecure-local", stdin=PIPE
    )
    with suppress(BrokenPipeError):
        process.communicate("email\na@example.com\n", timeout=30)
    assert process.returncode == 2
    assert desk.fakes.arrivals == []


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"), max_size=8) | st.sampled_from(
    ["a@example.com", "b@example.com", "=A1", "@", "x@y@z", "0205550123"]
)


@pytest.mark.proves("R-026")
@given(
    rows=st.lists(st.lists(CELL, max_size=4), max_size=12),
    delimiter=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_every_row_of_a_file_is_in_the_results_once(
    shared_desk: Desk, rows: list[list[str]], delimiter: str, encoding: str
) -> None:
    """Whatever the cells hold, the results name each row that is not empty, in order; empty ones they pass over."""
    rows = [*rows, ["last@example.com"]]
    file = shared_desk.folder / "any.csv"
    with file.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows([["email", "phone", "note"], *rows])
    assert shared_desk.run(file).code in {0, 4}
    filled = [number for number, cells in enumerate(rows, start=2) if any(cell.strip() for cell in cells)]
    assert [int(row["row"]) for row in results_of(file)] == filled


@given(st.binary(max_size=200) | st.binary(max_size=100).map(lambda tail: b"email,phone\n" + tail))
def test_any_bytes_end_in_an_exit_code_that_is_documented(shared_desk: Desk, raw: bytes) -> None:
    """No file, however broken, ends the command in another way than the manual says."""
    said = shared_desk.run(shared_desk.file(raw, "bytes.csv"))
    assert said.code in {0, 2, 4}
    assert "should not happen" not in said.stderr
