"""`leadgate doctor`: every point with its remedy, and nothing changed (R-094)."""

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest
from leadgate_service.burn_ring import BurnRing
from leadgate_service.policy_file import BundledPolicy
from leadgate_service.storage.migrations import downgrade
from leadgate_service.usecases.readiness import unproved

from tests.cli.installations import found, installed
from tests.cli.terminal import Terminal
from tests.databases import SETTINGS, Postgres

pytestmark = pytest.mark.proves("R-094")


@dataclass(frozen=True, slots=True)
class Findings:
    """What the doctor found: exit code, and standing, message and remedy by code."""

    exit_code: int
    ready: bool
    points: dict[str, tuple[str, str, str]]

    @property
    def blocking(self) -> set[str]:
        """The codes of the points that block."""
        return {code for code, (standing, _, _) in self.points.items() if standing == "blocks"}


def examined(terminal: Terminal, *, dev: bool = True) -> Findings:
    """Ask the doctor, of a development server if nothing else is said."""
    said = terminal.type("doctor", *(["--dev"] if dev else []), "--json")
    document = json.loads(said.stdout)
    points = {point["code"]: (point["standing"], point["message"], point["remedy"]) for point in document["points"]}
    return Findings(said.code, document["ready"], points)


def test_a_sound_installation_has_nothing_that_blocks(founded: Terminal) -> None:
    """With everything in place nothing blocks; what is open is named, and everything looked at is listed."""
    findings = examined(founded)
    assert (findings.exit_code, findings.ready, findings.blocking) == (0, True, set())
    well = {code for code, (standing, _, _) in findings.points.items() if standing == "ok"}
    assert well == {"CONFIG", "TLS", "CHECKPOINTS", "KEY_RINGS", "SCHEMA", "KEY_RING_MATCHES", "TOKEN_KEYS", "CANARY"}
    assert findings.points.keys() >= {"POLICY_FOR_DEMO", "SUPPRESSION_REVIEW_DUE"}


def test_a_release_for_trial_says_so(terminal: Terminal) -> None:
    """Until every starred requirement is proved, the doctor says that this release is for invented people."""
    trial = examined(terminal).points.get("TRIAL_ONLY")
    assert (trial is not None) == bool(unproved())
    assert trial is None or "invented people" in trial[2]


def test_every_open_point_has_a_remedy(founded: Terminal) -> None:
    """What is not well says what to do about it, in both forms."""
    points = examined(founded).points.values()
    remedies = [remedy for standing, _, remedy in points if standing != "ok"]
    assert remedies
    assert all(remedies)
    shown = founded.type("doctor", "--dev").stdout
    assert all(remedy in shown for remedy in remedies)


def test_a_missing_setting_blocks(founded: Terminal) -> None:
    """A missing variable is named, with exit code 1: the doctor reports, it is not refused."""
    findings = examined(founded.exporting(LEADGATE_BURN_RING=None))
    assert (findings.exit_code, findings.blocking) == (1, {"CONFIG_INVALID"})
    assert "LEADGATE_BURN_RING" in findings.points["CONFIG_INVALID"][1]


def test_a_production_server_without_tls_blocks(installation: Terminal, tmp_path: Path) -> None:
    """Only a development server may go without TLS; everything else is looked at all the same."""
    found(tmp_path, installation.variables["LEADGATE_DATABASE_URL"], BundledPolicy.EXAMPLE)
    without, development = examined(installation, dev=False), examined(installation)
    assert (without.exit_code, without.blocking) == (1, development.blocking | {"CONFIG_INVALID"})
    assert "LEADGATE_TLS_CERTIFICATE" in without.points["CONFIG_INVALID"][1]
    assert without.points.keys() - {"CONFIG_INVALID"} == development.points.keys() - {"CONFIG", "TLS"}


@pytest.mark.parametrize(
    ("variable", "value", "dev"), [("LEADGATE_LISTEN", "0.0.0.0:8443", True), ("LEADGATE_DOOR_URL", "http://a", False)]
)
def test_settings_that_do_not_go_together_block(
    founded: Terminal, tmp_path: Path, variable: str, value: str, *, dev: bool
) -> None:
    """A server that would speak in the clear to others than itself is named, beside what else was looked at."""
    certificate = {"LEADGATE_TLS_CERTIFICATE": tmp_path / "tls.pem", "LEADGATE_TLS_KEY": tmp_path / "tls.key"}
    for path in certificate.values():
        path.write_text("a certificate", encoding="ascii")
    settings = {**certificate, "LEADGATE_DOOR_LISTEN": "127.0.0.1:0", "LEADGATE_DOOR_URL": "https://a", variable: value}
    findings = examined(founded.exporting(**settings), dev=dev)
    assert variable in findings.points["CONFIG_INVALID"][1]
    assert "nothing else" not in findings.points["CONFIG_INVALID"][2]
    assert findings.points.keys() >= {"CHECKPOINTS", "KEY_RINGS", "SCHEMA", "CANARY"}


def test_a_certificate_that_cannot_be_read_blocks(founded: Terminal, tmp_path: Path) -> None:
    """A certificate that is named but not there is found before a start would fail on it."""
    named = founded.exporting(LEADGATE_TLS_CERTIFICATE=tmp_path / "no.pem", LEADGATE_TLS_KEY=tmp_path / "no.key")
    assert examined(named).blocking == {"TLS"}


@pytest.mark.proves("R-054")
def test_rings_that_share_a_directory_block(founded: Terminal) -> None:
    """A burn ring within the keep ring would be backed up with it."""
    within = Path(founded.variables["LEADGATE_KEEP_RING"]) / "burn"
    BurnRing.create(within)
    assert examined(founded.exporting(LEADGATE_BURN_RING=within)).blocking == {"KEY_RING_INVALID"}


@pytest.mark.proves("R-034")
def test_another_databases_ring_blocks(founded: Terminal, tmp_path: Path) -> None:
    """A keep ring that is sound but not this database's is found."""
    (tmp_path / "other").mkdir()
    other = installed(tmp_path / "other", "").variables["LEADGATE_KEEP_RING"]
    findings = examined(founded.exporting(LEADGATE_KEEP_RING=other))
    assert findings.blocking == {"KEY_RING_INVALID"}
    assert "not this database's" in findings.points["KEY_RING_INVALID"][1]


def test_an_empty_database_is_not_founded_by_looking(installation: Terminal) -> None:
    """The doctor says how to found an empty database, and does not tie it to the ring that happens to be mounted."""
    assert examined(installation).blocking == {"NOT_FOUNDED"}
    with sqlite3.connect(installation.variables["LEADGATE_DATABASE_URL"].removeprefix("sqlite:///")) as database:
        assert database.execute("SELECT count(*) FROM installation").fetchone() == (0,)
    database.close()


def test_an_old_schema_blocks(founded: Terminal) -> None:
    """A database of an earlier release blocks, and the remedy is the command that upgrades it."""
    downgrade(founded.variables["LEADGATE_DATABASE_URL"], "base")
    findings = examined(founded)
    assert findings.blocking == {"SCHEMA"}
    assert "leadgate db upgrade" in findings.points["SCHEMA"][2]


@pytest.mark.proves("P17")
def test_a_silent_postgresql_log_is_well(tmp_path: Path, postgres_url: str) -> None:
    """A PostgreSQL that logs neither rows nor parameters has no open point about its log."""
    findings = examined(installed(tmp_path, postgres_url))
    assert findings.points["DATABASE_LOG"][0] == "ok"
    assert not [code for code in findings.points if code.startswith("LOG_")]


@pytest.mark.proves("P17")
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("log_error_verbosity", "default"),
        ("log_error_verbosity", "verbose"),
        ("log_parameter_max_length", "-1"),
        ("log_parameter_max_length_on_error", "64B"),
    ],
)
def test_a_talkative_postgresql_log_is_open(
    tmp_path: Path, postgres: Postgres, postgres_url: str, setting: str, value: str
) -> None:
    """Each setting by which PostgreSQL would copy tokens or rows into its log is named, with what sets it right."""
    database = postgres_url.removeprefix("postgresql://postgres@/").partition("?")[0]
    postgres.execute(f"ALTER DATABASE {database} SET {setting} = '{value}'")
    points = examined(installed(tmp_path, postgres_url)).points
    remedy = f"ALTER SYSTEM SET {setting} = '{SETTINGS[setting]}'; SELECT pg_reload_conf();"
    message = f"{setting} is {value}: PostgreSQL's own log receives tokens and content of rows."
    found = {code: point for code, point in points.items() if code.startswith(("LOG_", "DATABASE_LOG"))}
    assert found == {setting.upper(): ("open", message, remedy)}


@pytest.mark.parametrize("place", ["nowhere", "data/checkpoints", "keep"])
def test_checkpoints_that_prove_nothing_block(founded: Terminal, tmp_path: Path, place: str) -> None:
    """Checkpoints have a directory of their own, away from the database and the rings that they vouch for."""
    (tmp_path / "data" / "checkpoints").mkdir()
    assert examined(founded.exporting(LEADGATE_CHECKPOINTS=tmp_path / place)).blocking == {"CHECKPOINTS"}


def test_a_draft_assessment_blocks(installation: Terminal, tmp_path: Path) -> None:
    """Under a policy whose assessment is a draft nothing is taken in: the doctor says that it blocks."""
    found(tmp_path, installation.variables["LEADGATE_DATABASE_URL"], BundledPolicy.EXAMPLE)
    assert examined(installation).blocking == {"ASSESSMENT_NOT_IN_FORCE"}


def test_a_demo_policy_blocks_outside_development(founded: Terminal, tmp_path: Path) -> None:
    """A production server under the policy for invented people is found."""
    for name in ("tls.pem", "tls.key"):
        (tmp_path / name).write_text("a certificate", encoding="ascii")
    production = founded.exporting(LEADGATE_TLS_CERTIFICATE=tmp_path / "tls.pem", LEADGATE_TLS_KEY=tmp_path / "tls.key")
    said = production.type("doctor", "--json")
    codes = {point["code"] for point in json.loads(said.stdout)["points"] if point["standing"] == "blocks"}
    assert (said.code, codes) == (1, {"POLICY_FOR_DEMO"})
