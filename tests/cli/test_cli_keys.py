"""`leadgate keys`: two rings with opposite backup rules, made once."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from leadgate_service.keys import BurnRing, KeepRing

from tests.cli.terminal import Terminal


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
