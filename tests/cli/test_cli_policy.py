"""`leadgate policy`: a file that is checked and applied, and comes back as it was."""

import json
from pathlib import Path

import pytest
from leadgate_service.policy_file import BundledPolicy, bundled_text

from tests.cli.installations import connected
from tests.cli.terminal import Terminal
from tests.domain.policies import changed, written
from tests.running_service import RunningService

BROKEN: dict[tuple[str | int, ...], object] = {
    ("retention", "lead_days"): "soon",
    ("assessment", "state"): "perhaps",
    ("notice", "grace_days"): -1,
}


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A policy file without mistakes."""
    path = tmp_path / "sound.yaml"
    path.write_text(bundled_text(BundledPolicy.DEMO), encoding="utf-8")
    return path


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A policy file with three mistakes."""
    path = tmp_path / "broken.yaml"
    path.write_text(written(changed(BROKEN)), encoding="utf-8")
    return path


@pytest.fixture
def officer(service: RunningService) -> Terminal:
    """A terminal of the privacy officer."""
    return connected(service, "demo-officer")


def test_a_sound_file_is_said_to_be_one(terminal: Terminal, sound: Path) -> None:
    """Of a file without mistakes the check prints no data, and says so."""
    said = terminal.type("policy", "check", sound)
    assert (said.code, said.stdout) == (0, "")
    assert said.stderr.endswith("has no mistakes.\n")
    assert json.loads(terminal.type("policy", "check", sound, "--json").stdout) == {"mistakes": []}


@pytest.mark.proves("P9")
def test_every_mistake_is_listed(terminal: Terminal, broken: Path) -> None:
    """The check lists every mistake with line, place, reason and remedy; no value that was written is repeated."""
    said = terminal.type("policy", "check", broken, "--json")
    mistakes = json.loads(said.stdout)["mistakes"]
    assert said.code == 1
    assert {mistake["path"] for mistake in mistakes} == {".".join(map(str, path)) for path in BROKEN}
    assert all(mistake["line"] > 1 and mistake["reason"] and mistake["remedy"] for mistake in mistakes)
    table = terminal.type("policy", "check", broken)
    assert len(table.stdout.splitlines()) == 1 + len(BROKEN)
    assert "perhaps" not in table.stdout


def test_the_example_passes_its_own_check(terminal: Terminal, tmp_path: Path) -> None:
    """What `policy example` prints is a policy without mistakes."""
    path = tmp_path / "policy.yaml"
    path.write_text(terminal.type("policy", "example").stdout, encoding="utf-8")
    assert terminal.type("policy", "check", path).code == 0
    assert json.loads(terminal.type("policy", "example", "--json").stdout) == {"yaml": path.read_text(encoding="utf-8")}


def test_a_file_is_applied_and_shown_again(officer: Terminal, sound: Path) -> None:
    """Applying tells the version before and now; showing prints the very text that was applied."""
    said = officer.type("policy", "apply", sound, "--insecure-local", "--json")
    versions = json.loads(said.stdout)
    assert versions["version"] == versions["version_before"] + 1
    shown = officer.type("policy", "show", "--insecure-local")
    assert shown.stdout == sound.read_text(encoding="utf-8")
    assert f"Version {versions['version']}, applied by demo-officer" in shown.stderr
    document = json.loads(officer.type("policy", "show", "--insecure-local", "--json").stdout)
    assert (document["version"], document["yaml"]) == (versions["version"], shown.stdout)


def test_a_file_with_mistakes_is_not_applied(officer: Terminal, terminal: Terminal, broken: Path) -> None:
    """The service lists the same mistakes as the check does, and the policy in force stays in force."""
    before = officer.type("policy", "show", "--insecure-local", "--json").stdout
    said = officer.type("policy", "apply", broken, "--insecure-local", "--json")
    assert (said.code, said.stdout) == (1, terminal.type("policy", "check", broken, "--json").stdout)
    assert officer.type("policy", "show", "--insecure-local", "--json").stdout == before


def test_a_file_that_is_no_text_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    """A file in another encoding is refused in one line that shows nothing of it."""
    path = tmp_path / "policy.yaml"
    path.write_bytes("né: à".encode("latin-1"))
    said = terminal.type("policy", "check", path)
    assert (said.code, said.refusal) == (1, f"{path} is not text in UTF-8: save it as such.")


def test_a_role_that_may_not_apply_is_refused(service: RunningService, sound: Path) -> None:
    """Only the privacy officer applies a policy: others are told in one line."""
    said = connected(service, "demo-operator").type("policy", "apply", sound, "--insecure-local")
    assert (said.code, said.refusal.partition(":")[0]) == (1, "METHOD_NOT_ALLOWED")
