"""The schema: founded, brought up to date, taken back, and told from another release's."""

import subprocess
import sys
import uuid
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from leadgate_service.errors import FailedPrecondition, InvalidArgument, LeadgateError, Unavailable
from leadgate_service.storage import tables
from leadgate_service.storage.connection import on_connection
from leadgate_service.storage.migrations import (
    Standing,
    check,
    downgrade,
    migrations_folder,
    require_current,
    upgrade,
)

from tests.databases import Postgres
from tests.storage.schemas import REVISIONS, SCRIPTS, fill, rows, run, shape


def test_revisions_are_numbered_without_a_gap() -> None:
    """A migration's file is named by its number and by what it does, so that the folder reads as a history."""
    assert [f"{number:04}" for number, _ in enumerate(SCRIPTS, 1)] == REVISIONS
    assert all(path.stem[4] == "_" and path.stem[5:] for path in SCRIPTS)


@pytest.mark.proves("P33")
def test_an_empty_database_is_founded(empty_database_url: str) -> None:
    """A database that is empty, or not there, becomes the one that this release needs."""
    assert check(empty_database_url).standing is Standing.OUTDATED
    upgrade(empty_database_url)
    state = check(empty_database_url)
    assert (state.standing, state.current, state.head) == (Standing.CURRENT, REVISIONS[-1], REVISIONS[-1])
    require_current(empty_database_url)


@pytest.mark.proves("P33")
def test_migrations_lead_to_the_tables_of_the_code(database_url: str) -> None:
    """What the migrations make is, to the last check and comment, what `tables.py` describes."""

    def make(connection: sa.Connection) -> dict[str, Any]:
        tables.metadata.create_all(connection)
        return shape(connection)

    assert check(database_url).differences == ()
    migrated = on_connection(database_url, shape)
    downgrade(database_url, "base")
    assert migrated == on_connection(database_url, make)


@pytest.mark.proves("P33")
@pytest.mark.parametrize("revision", REVISIONS)
def test_data_survives_the_way_up_and_back(empty_database_url: str, revision: str) -> None:
    """Rows written at any revision are there after the upgrade, and after the way back to that revision."""
    upgrade(empty_database_url, revision)
    fill(empty_database_url)
    before = rows(empty_database_url)
    assert before
    assert all(before.values())
    upgrade(empty_database_url)
    after = rows(empty_database_url)
    assert {name: after[name] for name in before} == before
    downgrade(empty_database_url, revision)
    assert rows(empty_database_url) == before


@pytest.mark.proves("P33")
def test_a_full_database_goes_down_and_up_again(database_url: str) -> None:
    """The way back to nothing leaves no table, whatever refers to what; the way up founds the database anew."""
    fill(database_url)
    downgrade(database_url, "base")
    assert rows(database_url) == {}
    upgrade(database_url)
    assert check(database_url).standing is Standing.CURRENT
    assert {name: found for name, found in rows(database_url).items() if found} == {"objection_latch": [(1,)]}


def test_upgrading_twice_is_upgrading_once(database_url: str) -> None:
    """An upgrade of a database that is up to date changes nothing in it."""
    fill(database_url)
    before = rows(database_url)
    upgrade(database_url)
    assert rows(database_url) == before


@pytest.mark.proves("P33")
@pytest.mark.parametrize("revision", ["base", REVISIONS[-2]])
def test_an_earlier_schema_is_refused_with_the_command_to_run(database_url: str, revision: str) -> None:
    """A service does not start on a database of an earlier release, and says which command helps."""
    downgrade(database_url, revision)
    with pytest.raises(FailedPrecondition, match="run `leadgate db upgrade`") as refused:
        require_current(database_url)
    assert refused.value.reason == "SCHEMA_OUTDATED"
    assert refused.value.metadata["head"] == REVISIONS[-1]


@pytest.mark.proves("P33")
def test_a_later_schema_is_left_alone(database_url: str) -> None:
    """What a later release has upgraded, this one neither serves nor changes."""
    run(database_url, "UPDATE alembic_version SET version_num = '9999'")
    assert check(database_url).standing is Standing.AHEAD
    for act in (require_current, upgrade, partial(downgrade, revision="base")):
        with pytest.raises(FailedPrecondition, match="9999") as refused:
            act(database_url)
        assert refused.value.reason == "SCHEMA_AHEAD"
    assert "leads" in rows(database_url)


def test_what_was_altered_is_told(database_url: str) -> None:
    """What somebody has changed by hand is named, a line for each change."""
    run(
        database_url,
        "ALTER TABLE leads ADD COLUMN birth_year INTEGER",
        "DROP INDEX ix_leads_expire_date",
        "CREATE TABLE notes (note_id INTEGER PRIMARY KEY)",
    )
    state = check(database_url)
    assert state.standing is Standing.ALTERED
    assert set(state.differences) == {
        "remove_column leads birth_year",
        "add_index ix_leads_expire_date",
        "remove_table notes",
    }


def test_an_altered_column_is_told(postgres_url: str) -> None:
    """A column's type, default and comment count as well."""
    run(
        postgres_url,
        "ALTER TABLE changes ALTER transaction_id DROP DEFAULT",
        "ALTER TABLE leads ALTER origin TYPE text, ALTER country_code SET NOT NULL",
        "COMMENT ON COLUMN leads.sealed IS NULL",
        "COMMENT ON TABLE lookups IS NULL",
    )
    assert {" ".join(line.split()[:3]) for line in check(postgres_url).differences} == {
        "modify_default changes transaction_id",
        "modify_type leads origin",
        "modify_nullable leads country_code",
        "modify_comment leads sealed",
        "add_table_comment lookups",
    }


def test_looking_at_a_database_does_not_make_one(tmp_path: Path) -> None:
    """Asking about a SQLite file that is not there leaves no file behind."""
    check(f"sqlite:///{tmp_path / 'absent.db'}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.proves("R-019")
def test_the_latch_is_one_row(database_url: str) -> None:
    """The objection latch is founded with its row, and takes no other."""
    assert rows(database_url)["objection_latch"] == [(1,)]
    for latch_id in (1, 2):
        with pytest.raises(Unavailable):
            run(database_url, f"INSERT INTO objection_latch VALUES ({latch_id})")  # noqa: S608 - a number of ours


@pytest.mark.proves("P11")
def test_a_change_id_is_never_used_again(database_url: str) -> None:
    """Deleting the latest change does not free its id: who has seen it would miss the next one."""
    lead = "x'00'" if database_url.startswith("sqlite") else f"'{uuid.UUID(int=1)}'"
    insert = f"INSERT INTO changes (lead_id, kind, reason, recorded_time) VALUES ({lead}, 'stop', 'r', '2026-01-31')"  # noqa: S608 - ours
    run(database_url, insert, insert, "DELETE FROM changes WHERE change_id = 2", insert)
    assert [change_id for change_id, *_ in rows(database_url)["changes"]] == [1, 3]


def test_every_change_of_a_transaction_names_it(postgres_url: str) -> None:
    """PostgreSQL notes by itself which transaction wrote a change: the same for two of one, others for others."""
    insert = (
        f"INSERT INTO changes (lead_id, kind, reason, recorded_time) VALUES ('{uuid.UUID(int=1)}', 'stop', 'r', now())"  # noqa: S608 - ours
    )
    run(postgres_url, insert, insert)
    run(postgres_url, insert)
    first, second, third = (transaction_id for _, transaction_id, *_ in rows(postgres_url)["changes"])
    assert first == second < third


def test_what_a_migration_deletes_is_not_left_in_the_file(sqlite_url: str) -> None:
    """Content of a table that is dropped cannot be read from the freed pages of the SQLite file."""
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    insert = "INSERT INTO policies VALUES (1, 'readable', '2026-01-31', 'x')"
    run(sqlite_url, insert)
    assert b"readable" in path.read_bytes()
    downgrade(sqlite_url, "base")
    assert b"readable" not in path.read_bytes()


@pytest.mark.proves("P33")
def test_a_failed_upgrade_leaves_nothing(empty_database_url: str) -> None:
    """When the last step of an upgrade fails, the steps before it are taken back as well."""
    run(empty_database_url, "CREATE TABLE installation (n INTEGER)")
    with pytest.raises(Unavailable, match="nothing was changed"):
        upgrade(empty_database_url)
    assert rows(empty_database_url).keys() == {"installation"}
    assert check(empty_database_url).current is None


@pytest.mark.parametrize(
    "database_url",
    ["", "leadgate.db", "sqlite://", "mysql://root:hunter2@host/leads", "postgresql://u:hunter2@host:port/leads"],
)
def test_an_address_that_names_no_database_is_refused(database_url: str) -> None:
    """An address of another kind is refused by saying what is right, never by repeating a password."""
    with pytest.raises(InvalidArgument) as refused:
        check(database_url)
    assert refused.value.reason == "DATABASE_URL_INVALID"
    assert "hunter2" not in str(refused.value)


def test_a_database_that_cannot_be_reached_is_unavailable(postgres: Postgres, tmp_path: Path) -> None:
    """No server, no such database: the store cannot answer, in our words and not the driver's."""
    for url in (f"postgresql://p@/leads?host={tmp_path}", postgres.url("absent")):
        with pytest.raises(LeadgateError) as refused:
            upgrade(url)
        assert refused.value.reason == "STORE_UNAVAILABLE"
        assert "absent" not in str(refused.value)


def test_a_developer_compares_with_alembic_itself(sqlite_url: str) -> None:
    """Alembic's own command reads its settings from pyproject.toml and finds nothing left to migrate."""
    command = [sys.executable, "-m", "alembic", "-x", f"database={sqlite_url}", "check"]
    done = subprocess.run(command, cwd=migrations_folder().parent, capture_output=True, text=True, check=True)
    assert "No new upgrade operations detected" in done.stdout
