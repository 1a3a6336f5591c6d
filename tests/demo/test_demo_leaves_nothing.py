"""After a run of the demo no byte outside the simulators' own log is part of a canary or of an address."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.demo.conftest import LEADS, Runs
from tests.demo.search import addresses_asked_for, files_with_personal_values, is_personal

CANARY = "lgcanary-mail-0123456789"


@pytest.fixture
def folder(runs: Runs) -> Path:
    """What the first run left, once it had come to its end."""
    assert runs.kept.code == 0
    assert runs.kept.folder is not None
    return runs.kept.folder


@pytest.mark.proves("R-001", "R-003", "R-078")
def test_no_byte_that_is_left_is_part_of_a_personal_value(folder: Path) -> None:
    """Neither database nor keys, logs, policy or checkpoints hold an address, or what may not be kept of a person."""
    assert files_with_personal_values(folder, addresses_asked_for(folder)) == []


@pytest.mark.proves("R-078")
def test_neither_output_nor_errors_tell_anything_personal(runs: Runs) -> None:
    """The figures are counts, and nothing is said beside them."""
    assert not is_personal(runs.kept.stdout)
    assert runs.kept.stderr == b""


def test_the_simulators_saw_the_addresses_that_are_searched_for(folder: Path) -> None:
    """The search has something to find: addresses did leave for the providers, and only their own log tells of them."""
    assert len(addresses_asked_for(folder)) > LEADS / 2
    for log in (folder / "simulators").iterdir():
        assert is_personal(log.read_bytes())


@pytest.mark.parametrize("value", [CANARY, "ida.vermolen@northpier.example.com", "birthYear"])
def test_the_search_finds_what_is_planted_in_a_database(folder: Path, tmp_path: Path, value: str) -> None:
    """A value that slipped into a column would be found, so that finding nothing means something."""
    copy = shutil.copytree(folder, tmp_path / "copy")
    with closing(sqlite3.connect(copy / "leadgate.db")) as database, database:
        database.execute("UPDATE leads SET company_name = ? WHERE lead_id = (SELECT min(lead_id) FROM leads)", [value])
    assert files_with_personal_values(copy, addresses_asked_for(copy)) == ["leadgate.db"]


def test_the_search_finds_an_address_that_is_planted_in_a_log(folder: Path, tmp_path: Path) -> None:
    """An address that a provider was asked for is found in whatever file it lands, and however it is written."""
    copy = shutil.copytree(folder, tmp_path / "copy")
    asked = addresses_asked_for(copy)
    with (copy / "logs" / "service.jsonl").open("a", encoding="utf-8") as log:
        log.write(min(asked).upper())
    assert files_with_personal_values(copy, asked) == ["logs/service.jsonl"]
