"""`leadgate db`: the schema, founded, upgraded and compared."""

import json
from pathlib import Path

import pytest
from leadgate_service.storage.migrations import check, downgrade

from tests.cli.terminal import Terminal


def at(database_url: str) -> Terminal:
    """A terminal where a database is exported."""
    return Terminal().exporting(LEADGATE_DATABASE_URL=database_url)


def test_an_empty_database_is_founded_once(empty_database_url: str) -> None:
    """The first upgrade founds the schema; the second leaves it as it is, and both say the revision."""
    terminal = at(empty_database_url)
    first, second = (json.loads(terminal.type("db", "upgrade", "--json").stdout) for _ in range(2))
    assert first == {"revision": check(empty_database_url).head, "revision_before": None}
    assert second["revision_before"] == second["revision"] == first["revision"]
    assert terminal.type("db", "check").code == 0


def test_a_schema_of_another_release_is_found(sqlite_url: str) -> None:
    """The check tells what there is from what is needed, what to do about it, and changes nothing."""
    downgrade(sqlite_url, "base")
    said = at(sqlite_url).type("db", "check", "--json")
    document = json.loads(said.stdout)
    assert said.code == 1
    assert (document["standing"], document["revision"]) == ("outdated", None)
    assert said.stderr == "Run `leadgate db upgrade`.\n"
    assert check(sqlite_url).current is None


def test_an_address_that_is_none_is_refused_without_repeating_it() -> None:
    """An address with a password in it is never repeated."""
    said = at("mysql://root:hunter2@db.example.com/leads").type("db", "upgrade")
    assert (said.code, said.refusal.partition(":")[0]) == (2, "DATABASE_URL_INVALID")
    assert "hunter2" not in said.refusal


@pytest.mark.parametrize("place", ["missing/leadgate.db", "."])
@pytest.mark.parametrize("command", [("db", "upgrade"), ("db", "check")], ids=" ".join)
def test_a_file_that_cannot_be_is_refused(tmp_path: Path, command: tuple[str, ...], place: str) -> None:
    """A directory that is missing, or in the file's place, is a wrong address: nothing is made, and it is said why."""
    said = at(f"sqlite:///{tmp_path / place}").type(*command)
    assert (said.code, said.refusal.partition(":")[0]) == (2, "DATABASE_URL_INVALID")
    assert list(tmp_path.iterdir()) == []
