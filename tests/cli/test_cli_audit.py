"""`leadgate audit verify`: whoever tampers with the trail is found, with nothing but the public key (R-074)."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.installations import serve_for_a_moment
from tests.cli.terminal import Terminal

pytestmark = pytest.mark.proves("R-074", "P30")


@pytest.fixture
def audited(founded: Terminal, tmp_path: Path) -> Terminal:
    """A terminal of an auditor: the database, a signed checkpoint of it, and the public key; no ring."""
    serve_for_a_moment(founded)
    (tmp_path / "audit.pem").write_text(founded.type("keys", "public").stdout, encoding="ascii")
    return founded.exporting(LEADGATE_KEEP_RING=None, LEADGATE_BURN_RING=None)


def tamper(terminal: Terminal, sql: str) -> None:
    """Change the database behind the service's back."""
    with sqlite3.connect(terminal.variables["LEADGATE_DATABASE_URL"].removeprefix("sqlite:///")) as database:
        assert database.execute(sql).rowcount > 0
    database.close()


def test_a_whole_trail_has_no_findings(audited: Terminal, tmp_path: Path) -> None:
    """Of a trail as it was written there is nothing to find, and the exit code says so."""
    said = audited.type("audit", "verify", "--public-key", tmp_path / "audit.pem", "--json")
    document = json.loads(said.stdout)
    assert said.code == 0
    assert document == {"chains": 1, "entries": 1, "checkpoints": 1, "findings": []}
    assert "the trail is whole" in said.stderr


@pytest.mark.parametrize(
    ("sql", "finding"),
    [
        ("UPDATE audit_entries SET outcome = 'LEAD_NOT_FOUND'", "changed after it was written"),
        ("DELETE FROM audit_entries", "missing"),
        ("DELETE FROM audit_chains", "no header"),
        ("UPDATE audit_entries SET recorded_time = 'x'", "changed after it was written"),
        ("UPDATE audit_entries SET sequence = 'x'", "The place of the entry is no number"),
        ("UPDATE audit_entries SET tokens = 1000000000000000", "changed after it was written"),
        ("UPDATE audit_entries SET hash = 'x'", "changed after it was written"),
        ("UPDATE audit_entries SET detail = CAST(x'ff' AS TEXT)", "changed after it was written"),
        ("UPDATE audit_entries SET chain_id = 'x'", "missing"),
        ("UPDATE audit_chains SET opened_time = 'x'", "The header was changed"),
    ],
)
def test_tampering_is_found(audited: Terminal, tmp_path: Path, sql: str, finding: str) -> None:
    """A changed, malformed, removed or headless entry is listed at its place, in both forms; the exit code is 1."""
    tamper(audited, sql)
    said = audited.type("audit", "verify", "--public-key", tmp_path / "audit.pem")
    machine = audited.type("audit", "verify", "--public-key", tmp_path / "audit.pem", "--json")
    assert said.code == machine.code == 1
    assert finding in said.stdout
    assert finding in json.loads(machine.stdout)["findings"][0]["finding"]


def test_a_forged_checkpoint_is_found(audited: Terminal, tmp_path: Path) -> None:
    """A checkpoint that was altered vouches for nothing, and is named."""
    (file,) = Path(audited.variables["LEADGATE_CHECKPOINTS"]).iterdir()
    file.write_bytes(file.read_bytes().replace(b" 1 ", b" 0 "))
    said = audited.type("audit", "verify", "--public-key", tmp_path / "audit.pem")
    assert said.code == 1
    assert file.name in said.stdout


def test_the_keep_ring_will_do_for_a_key(founded: Terminal) -> None:
    """On the service's own machine the keep ring has the public key; without a checkpoint that is said."""
    said = founded.type("audit", "verify")
    assert said.code == 0
    assert "without a checkpoint" in said.stderr


def test_without_a_key_nothing_is_claimed(audited: Terminal) -> None:
    """With no key at all nothing can be verified: exit code 2, and no verdict."""
    said = audited.type("audit", "verify")
    assert (said.code, said.stdout) == (2, "")
    assert "--public-key" in said.refusal


def test_a_file_that_is_no_key_is_refused(audited: Terminal, tmp_path: Path) -> None:
    """Anything but the public key is refused rather than taken for a finding."""
    (tmp_path / "other.pem").write_text(
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", encoding="ascii"
    )
    said = audited.type("audit", "verify", "--public-key", tmp_path / "other.pem")
    assert (said.code, "leadgate keys public" in said.refusal) == (2, True)
