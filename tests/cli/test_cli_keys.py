"""`leadgate keys`: two rings with opposite backup rules, made once, checked, and the token key rotated in two steps."""

import json
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from leadgate_service.burn_ring import BurnRing
from leadgate_service.keep_ring import KeepRing

from tests.cli.terminal import Terminal
from tests.running_service import Clock, Loop, RunningService, settings


def rings(folder: Path) -> Terminal:
    """A terminal where places for rings are exported that do not exist yet."""
    return Terminal().exporting(LEADGATE_KEEP_RING=folder / "a" / "keep", LEADGATE_BURN_RING=folder / "b" / "burn")


def test_both_rings_are_made_with_their_backup_rules(tmp_path: Path) -> None:
    """Both rings are made, complete and private, and it is said which to back up and which never."""
    said = rings(tmp_path).type("keys", "init", "--json")
    places = json.loads(said.stdout)
    KeepRing.open(Path(places["keep_ring"]))
    BurnRing.open(Path(places["burn_ring"]))
    assert "Back up the keep ring" in said.stderr
    assert "Never back up the burn ring" in said.stderr


@pytest.mark.parametrize(("taken", "free"), [("a/keep", "b"), ("b/burn", "a")])
def test_what_exists_is_never_touched(tmp_path: Path, taken: str, free: str) -> None:
    """If either place holds anything, neither ring is made and nothing there changes."""
    (tmp_path / taken).mkdir(parents=True)
    (tmp_path / taken / "precious").write_text("as it was", encoding="utf-8")
    said = rings(tmp_path).type("keys", "init")
    assert said.code == 1
    assert str(tmp_path / taken) in said.refusal
    assert [path.name for path in (tmp_path / taken).iterdir()] == ["precious"]
    assert not (tmp_path / free).exists()


def test_a_second_time_is_refused(tmp_path: Path) -> None:
    """Run again, the command refuses, and the keys stay what they were."""
    terminal = rings(tmp_path)
    assert terminal.type("keys", "init").code == 0
    before = KeepRing.open(tmp_path / "a" / "keep").fingerprint()
    assert terminal.type("keys", "init").code == 1
    assert KeepRing.open(tmp_path / "a" / "keep").fingerprint() == before


def test_rings_that_share_a_directory_are_not_made(tmp_path: Path) -> None:
    """A burn ring within the keep ring would be in every backup of it."""
    said = rings(tmp_path).type("keys", "init", "--burn-ring", tmp_path / "a" / "keep" / "burn")
    assert said.code == 1
    assert "share a directory" in said.refusal
    assert list(tmp_path.iterdir()) == []


def test_the_public_key_is_pem_and_all_that_is_shown(tmp_path: Path) -> None:
    """The public key that is printed verifies what the keep ring signs; no file of the ring is in it."""
    terminal = rings(tmp_path)
    terminal.type("keys", "init")
    ring = KeepRing.open(tmp_path / "a" / "keep")
    pem = terminal.type("keys", "public").stdout
    key = load_pem_public_key(pem.encode())
    assert isinstance(key, Ed25519PublicKey)
    key.verify(ring.sign_checkpoint(b"head"), b"head")
    assert json.loads(terminal.type("keys", "public", "--json").stdout) == {"public_key": pem}


def second_key(terminal: Terminal) -> Path:
    """Where the second token key lies."""
    return Path(terminal.variables["LEADGATE_KEEP_RING"]) / "token-2.key"


@pytest.mark.proves("R-032")
def test_a_rotation_is_two_steps_with_the_escrow_between_them(founded: Terminal) -> None:
    """First the key is made, and the database does not depend on it; once it is in escrow every token is wrapped."""
    made = founded.type("keys", "rotate", "--json")
    assert (made.code, json.loads(made.stdout)) == (
        0,
        {"token_version": 1, "new_key": str(second_key(founded).resolve()), "rotated": False},
    )
    assert "escrow" in made.stderr
    assert "leadgate keys rotate --escrowed" in made.stderr
    secret = second_key(founded).read_bytes()
    assert founded.type("keys", "rotate").code == 0
    assert second_key(founded).read_bytes() == secret
    waiting = founded.type("keys", "check")
    assert waiting.code == 0
    assert "ROTATION_UNFINISHED" in waiting.stdout
    rotated = founded.type("keys", "rotate", "--escrowed", "--yes", "--json")
    assert (rotated.code, json.loads(rotated.stdout)) == (0, {"token_version": 2, "rows": 1, "rotated": True})
    assert "Start every `leadgate serve`" in rotated.stderr
    assert "old ones too" in rotated.stderr
    assert "destroy them" in rotated.stderr
    assert founded.type("keys", "check").code == 0
    assert founded.type("token", "list").code == 0


def test_what_was_never_made_is_not_in_escrow(founded: Terminal) -> None:
    """Nobody can have put a key aside that does not exist: the first step is asked for, and nothing is changed."""
    said = founded.type("keys", "rotate", "--escrowed", "--yes")
    assert said.code == 1
    assert "without --escrowed" in said.refusal
    assert not second_key(founded).exists()


def test_a_rotation_that_nobody_confirms_is_none(founded: Terminal) -> None:
    """Where nobody is there to ask, the second step is not done without --yes."""
    founded.type("keys", "rotate")
    said = founded.type("keys", "rotate", "--escrowed")
    assert said.code == 2
    assert "--yes" in said.stderr
    assert "ROTATION_UNFINISHED" in founded.type("keys", "check").stdout


def test_no_rotation_under_a_running_service(tmp_path: Path, sqlite_url: str) -> None:
    """While a service serves the SQLite file the rotation is refused, and says what to stop."""
    loop = Loop()
    service = RunningService.started(settings(tmp_path, sqlite_url, None), Clock(), loop)
    terminal = Terminal().exporting(
        LEADGATE_DATABASE_URL=sqlite_url, LEADGATE_KEEP_RING=tmp_path / "keep", LEADGATE_BURN_RING=tmp_path / "burn"
    )
    try:
        assert terminal.type("keys", "rotate").code == 0
        said = terminal.type("keys", "rotate", "--escrowed", "--yes")
    finally:
        service.stop()
        loop.close()
    assert said.code == 1
    assert "DATABASE_IN_USE" in said.stderr
    assert terminal.type("keys", "rotate", "--escrowed", "--yes").code == 0


def points(terminal: Terminal) -> dict[str, str]:
    """What the check finds: the standing of each point, by its code."""
    said = terminal.type("keys", "check", "--json")
    document = json.loads(said.stdout)
    assert said.code == (0 if document["sound"] else 1)
    assert all(point["remedy"] for point in document["points"] if point["standing"] != "ok")
    return {point["code"]: point["standing"] for point in document["points"]}


@pytest.mark.proves("R-034")
def test_sound_rings_are_found_sound(founded: Terminal) -> None:
    """Rings, versions, canary and the dates of the content keys are listed, and nothing is changed."""
    assert points(founded) == dict.fromkeys(
        ["KEY_RINGS", "CONTENT_KEYS", "KEY_RING_MATCHES", "TOKEN_KEYS", "CANARY"], "ok"
    )
    burn = BurnRing.open(Path(founded.variables["LEADGATE_BURN_RING"]))
    burn.prepare([date(2026, 12, 31), date(2027, 1, 31)])
    assert "2 expiry dates, 2026-12-31 to 2027-01-31" in founded.type("keys", "check").stdout


@pytest.mark.proves("R-032", "R-094")
def test_from_the_fifth_token_key_on_a_review_is_due(founded: Terminal) -> None:
    """Four are well; of more, the check and the doctor say what to do, once each, and find everything sound still."""
    for _ in range(3):
        rotate(founded)
    assert "TOKEN_KEYS_REVIEW_DUE" not in points(founded)
    rotate(founded)
    assert points(founded)["TOKEN_KEYS_REVIEW_DUE"] == "open"
    for command in (("keys", "check"), ("doctor", "--dev")):
        said = founded.type(*command)
        assert said.code == 0
        assert said.stdout.count("TOKEN_KEYS_REVIEW_DUE") == 1
        assert "5 token keys" in said.stdout


def rotate(terminal: Terminal) -> None:
    """Rotate the token key, in both steps."""
    for step in ((), ("--escrowed", "--yes")):
        assert terminal.type("keys", "rotate", *step).code == 0


@pytest.mark.proves("R-034")
@pytest.mark.parametrize("lost", ["token-1.key", "token-2.key", "evidence.key"])
def test_a_lost_key_is_found_before_a_start_would_fail(founded: Terminal, lost: str) -> None:
    """After a rotation each key of the keep ring is needed: whichever is gone is named, with where to get it."""
    founded.type("keys", "rotate")
    founded.type("keys", "rotate", "--escrowed", "--yes")
    second_key(founded).with_name(lost).unlink()
    assert "blocks" in points(founded).values()
    said = founded.type("keys", "check").stdout
    assert lost in said
    assert "estore" in said


@pytest.mark.proves("R-034")
def test_a_list_without_its_canary_is_found(founded: Terminal) -> None:
    """The suppression list was emptied: the check says so, and doctor too."""
    empty_the_list(founded)
    assert points(founded)["KEY_RING_INVALID"] == "blocks"
    for command in (("keys", "check"), ("doctor", "--dev")):
        said = founded.type(*command)
        assert said.code == 1
        assert "canary" in said.stdout


def empty_the_list(terminal: Terminal) -> None:
    """Empty the suppression list with another tool."""
    database = sqlite3.connect(terminal.variables["LEADGATE_DATABASE_URL"].removeprefix("sqlite:///"))
    with database:
        database.execute("DELETE FROM suppressions")
    database.close()
