"""`leadgate demo`: what it prints is true, and the same again for the same seed."""

import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from leadgate_cli.demo import command
from leadgate_cli.demo.clock import BEGIN
from leadgate_cli.demo.scenario import LAST_DAY
from leadgate_cli.demo.ways import Way
from leadgate_cli.failures import Misused
from leadgate_client import ObjectionChannel
from leadgate_service.domain.formats import FORMATS
from leadgate_service.domain.projection import UNKNOWN

from tests.demo.conftest import LEADS, Runs
from tests.demo.search import start, traffic

TODAY = (BEGIN + timedelta(days=LAST_DAY)).date().isoformat()


def counted(folder: Path, query: str) -> int:
    """Ask the database that a run left for one number."""
    with closing(sqlite3.connect(f"file:{folder / 'leadgate.db'}?mode=ro", uri=True)) as database:
        number: int = database.execute(query, {"today": TODAY} if ":today" in query else {}).fetchone()[0]
    return number


def kept_folder(runs: Runs) -> Path:
    """Where the first run left its files."""
    assert runs.kept.folder is not None
    return runs.kept.folder


def test_everything_requested_is_stored_or_dropped_for_one_reason(runs: Runs) -> None:
    """Stored leads and all reasons of the others add up to the requests, and each of them occurs."""
    figures = runs.kept.figures
    assert runs.kept.code == 0
    assert figures["requested"] == figures["stored"] + sum(figures["dropped"].values())
    assert figures["requested"] > LEADS
    assert figures["blocked_by_suppression"] == figures["dropped"]["suppressed"]
    assert {"not_repeated", "suppressed", "retention_elapsed", "irrelevant"} <= figures["dropped"].keys()


def test_the_figures_agree_with_the_database_that_is_left(runs: Runs) -> None:
    """Leads past their last day, readable leads and objections, also those a provider told, are as many as the rows."""
    figures, folder = runs.kept.figures, kept_folder(runs)
    assert counted(folder, "SELECT count(*) FROM objections WHERE channel = 'provider'") > 0
    living = "SELECT count(*) FROM leads WHERE expire_date >= :today AND suppressed_time IS NULL"
    assert figures["expired"] == counted(folder, "SELECT count(*) FROM leads WHERE expire_date < :today") > 0
    assert figures["remaining"] == counted(folder, living) > 0
    assert figures["objections"] == counted(folder, "SELECT count(*) FROM objections") > 0


def test_every_request_that_reached_a_provider_is_counted(runs: Runs) -> None:
    """The number of provider calls is that of the lines in the simulators' own log."""
    assert runs.kept.figures["provider_calls"] == len(traffic(kept_folder(runs)))


@pytest.mark.proves("R-001")
def test_what_is_dropped_is_named_by_the_providers_documentation_alone(runs: Runs) -> None:
    """Dropped attributes are counted by documented path, and all others together: their names may be personal."""
    documented = {path for form in FORMATS.values() for path in form.documented}
    documented |= {taken.path for form in FORMATS.values() for taken in form.taken}
    dropped = runs.kept.figures["fields_dropped"]
    assert dropped.keys() <= documented | {UNKNOWN}
    assert dropped[UNKNOWN] > 0
    assert {"person.email", "person.bio", "person.linkedin.handle", "company.geo.lat"} <= dropped.keys()


@pytest.mark.proves("R-001")
def test_a_value_of_a_wrong_type_is_counted_by_its_path(runs: Runs) -> None:
    """Programs find by path what the table for people says of the field; no other path supplies somebody's name."""
    row = re.search(r"^full_name .*wrong type (\d+)", runs.told.stdout.decode(), re.MULTILINE)
    assert row is not None
    assert runs.kept.figures["fields_dropped"]["person.name.fullName"] == int(row[1]) > 0


def test_the_same_seed_gives_the_same_counts(runs: Runs) -> None:
    """Calls that run at once arrive in another order each time, and that changes no count."""

    def counts(figures: Any) -> dict[str, Any]:
        return {name: value for name, value in figures.items() if name != "seconds"}

    assert counts(runs.kept.figures) == counts(runs.again.figures)


@pytest.mark.proves("R-017")
def test_people_object_by_every_channel(runs: Runs) -> None:
    """No channel of the contract is left out, and webhook, click and provider are named as what registered it."""
    with closing(sqlite3.connect(f"file:{kept_folder(runs) / 'leadgate.db'}?mode=ro", uri=True)) as database:
        came = set(database.execute("SELECT channel, registered_by FROM objections"))
        of_imports = database.execute("SELECT count(*) FROM objections WHERE import_id IS NOT NULL").fetchone()[0]
    channels = {name.removeprefix("OBJECTION_CHANNEL_").lower() for name in ObjectionChannel.keys()[1:]}
    assert {channel for channel, _ in came} == channels
    assert {("support", "door:zendesk"), ("one_click", "door:one_click"), ("support", "demo-support")} <= came
    assert of_imports > 0


@pytest.mark.proves("R-017", "R-019")
def test_whoever_objected_is_not_asked_for_again_whatever_the_way_in(runs: Runs) -> None:
    """Of each way in people see how many objected, and that every look-up since was stopped before a provider knew."""
    told, objected_all, since_all = runs.told.stdout.decode(), 0, 0
    for way in Way:
        row = re.search(rf"^{re.escape(way)} +(\d+) +(\d+) +(\d+) +(\d+)$", told, re.MULTILINE)
        assert row is not None, way
        objected, since, stopped, told_since = map(int, row.groups())
        assert objected > 0, way
        assert (stopped, told_since) == (since, 0), way
        objected_all += objected
        since_all += since
    assert since_all > 0
    assert re.search(rf"^objections registered +{objected_all}$", told, re.MULTILINE)
    assert objected_all == runs.kept.figures["objections"]


def test_database_keys_logs_and_traffic_are_kept(runs: Runs) -> None:
    """What a run is asked to keep can be looked at afterwards, and served: its keys are beside it, its lock is gone."""
    folder = kept_folder(runs)
    names = {path.name for path in folder.iterdir()}
    assert {"leadgate.db", "keys", "checkpoints", "logs", "simulators", "policy.yaml"} <= names
    assert "leadgate.db.serving" not in names
    assert (folder / "keys" / "keep" / "token-1.key").is_file()
    assert list((folder / "keys" / "burn").glob("*.key"))
    assert b'"stopped"' in (folder / "logs" / "service.jsonl").read_bytes()


def test_people_are_told_what_happened(runs: Runs) -> None:
    """The summary names what came in and was dropped, what time did, what each role sees, and that this is a trial."""
    told = runs.told.stdout.decode()
    assert runs.told.code == 0
    for word in ("requested", "irrelevant", "person.email", "objections registered", "past their last day", "crm sync"):
        assert word in told
    assert "trial with invented people" in told


@pytest.mark.parametrize("is_file", [True, False])
def test_files_that_are_there_are_never_mixed_with_those_of_a_run(tmp_path: Path, *, is_file: bool) -> None:
    """A folder that holds something, or something that is no folder, is refused before anything is written."""
    taken = tmp_path / "taken"
    taken.write_text("mine", encoding="utf-8")
    with pytest.raises(Misused, match="--keep"):
        command(keep=taken if is_file else tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_misuse_ends_with_exit_code_2(tmp_path: Path) -> None:
    """A script can tell a run that was refused for its arguments from one in which something did not hold."""
    (tmp_path / "taken").touch()
    process = start("--keep", str(tmp_path), "--json")
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (2, b"")
    assert b"is not empty" in stderr
