"""A file of objections from a support laptop to the database: killed on the way, resumed, and sent a third time."""

import csv
import os
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa
from leadgate_client import Objector, Purpose, Withheld
from leadgate_service.storage import tables

from tests.cli.installations import connected, take_in
from tests.cli.terminal import Terminal
from tests.running_service import PATIENCE, RunningService

SOAK = bool(os.environ.get("LEADGATE_SOAK"))
ROWS = 100_000 if SOAK else 2_000
KILLED_AT = 40_000 if SOAK else 500

BAD = {
    "=HYPERLINK(A{0});Ida Dam;Z/{0}": ("invalid", "objector.emails[0]"),
    "person-{0}.northpier.example.com;Ida Dam;Z/{0}": ("invalid", "objector.emails[0]"),
    ";Ida Dam;Z/{0}": ("needs_identifier", ""),
}
"""Rows that nobody can be told by, with what must become of them."""

HELD = {7: "00Q70", 999: "00Q71", 1_999: "00Q72"}
"""Rows of people whose leads are held, with the ids of their CRM records."""


def address(number: int) -> str:
    """The address in a row that is not bad."""
    return f"person-{number}@northpier.example.com"


def expected(number: int) -> tuple[str, str]:
    """What must become of a row: of a hundred three are bad."""
    return BAD[list(BAD)[number % 3]] if number % 100 < 3 else ("registered", "")


def write(file: Path) -> None:
    """Write the file as a Dutch spreadsheet saves it; its first row of data is number 2."""
    bad = list(BAD)
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        stream.write("E-mail;Naam;Kenmerk\r\n")
        for number in range(2, ROWS + 2):
            row = bad[number % 3].format(number) if number % 100 < 3 else f"{address(number)};;Z/{number}"
            stream.write(f"{row}\r\n")


def typed(file: Path) -> tuple[object, ...]:
    """The command that imports it."""
    return ("objections", "import", file, "--channel", "support", "--insecure-local")


def registered(service: RunningService) -> int:
    """How many objections there are."""
    ((count,),) = service.rows(sa.select(sa.func.count()).select_from(tables.objections))
    return int(count)


def kill_on_the_way(desk: Terminal, service: RunningService, file: Path) -> None:
    """Import a file, and kill the command, as `kill -9` does, when some batches have taken effect."""
    process = desk.start(*typed(file))
    deadline = time.monotonic() + PATIENCE * (20 if SOAK else 1)
    while registered(service) < KILLED_AT * 0.97:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.communicate(timeout=PATIENCE)
    assert not file.with_name("list.csv.results.csv").exists()


def results(file: Path) -> Mapping[int, tuple[str, str]]:
    """Outcome and field of each row in the results."""
    with file.with_name("list.csv.results.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    told = {int(row["row"]): (row["outcome"], row["field"]) for row in rows}
    assert len(told) == len(rows)
    return told


@pytest.mark.proves("R-026")
def test_a_killed_import_is_resumed_and_takes_effect_once(service: RunningService, tmp_path: Path) -> None:
    """Every good row is suppressed once, every bad one told with its reason; a third run changes no byte and no row.

    Killed at row 500, or 40,000 in full counts, with formulas among the rows (edge case 19; how a file is read is tried
    in `test_cli_import_reading`).
    """
    with service.client("crm_sync") as client:
        for number, record_id in HELD.items():
            take_in(client, address(number), f"Ida Van{'abc'[int(record_id[-1])] * 4}", record_id)
    desk, file = connected(service, "demo-support"), tmp_path / "list.csv"
    write(file)
    kill_on_the_way(desk, service, file)
    on_the_way = registered(service)

    assert desk.type(*typed(file)).code == 4
    told = results(file)
    assert told == {number: expected(number) for number in range(2, ROWS + 2)}
    good = Counter(outcome for outcome, _ in told.values())["registered"]
    assert on_the_way < good
    assert registered(service) == good
    assert_in_force(service)

    before, bytes_before = service.kept(), file.with_name("list.csv.results.csv").read_bytes()
    assert desk.type(*typed(file)).code == 4
    assert file.with_name("list.csv.results.csv").read_bytes() == bytes_before
    assert service.kept() == before


def assert_in_force(service: RunningService) -> None:
    """Of the good rows everybody who is asked for is stopped, and whose lead was held is unreadable."""
    with service.client("support") as support, service.client("crm_sync") as sync:
        for number in (3, 4, 7, 499, 500, 501, 502, 503, 999, 1_003, ROWS, ROWS + 1):
            is_good = expected(number)[0] == "registered"
            assert support.check_suppression(Objector(emails=[address(number)])) is is_good, number
        for number in HELD:
            lead = sync.get_lead(purpose=Purpose.PURPOSE_OUTREACH, email=address(number))
            assert isinstance(lead, Withheld)
