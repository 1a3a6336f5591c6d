"""That a checkpoint is believed only as it was signed, and that the public key is enough to tell (R-074, P30)."""

import base64
import hashlib
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from leadgate_service.audit import Head
from leadgate_service.audit_checkpoints import Checkpoint, Checkpoints, read_checkpoints, write_checkpoint
from leadgate_service.audit_verify import verify
from leadgate_service.errors import Unavailable
from leadgate_service.keep_ring import KeepRing

NOW = datetime(2027, 3, 14, 9, 26, 53, 589793, tzinfo=UTC)
HEADS = (
    Head(UUID(int=1), 200, hashlib.sha256(b"one").digest()),
    Head(UUID(int=2), 0, hashlib.sha256(b"two").digest()),
)
CHECKPOINT = Checkpoint(time=NOW, heads=HEADS)


@pytest.fixture
def ring(tmp_path: Path) -> KeepRing:
    """A new keep ring."""
    return KeepRing.create(tmp_path / "keep")


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """An empty directory for checkpoints."""
    directory = tmp_path / "checkpoints"
    directory.mkdir()
    return directory


@pytest.mark.proves("R-074")
def test_what_was_signed_reads_back(ring: KeepRing, shelf: Path) -> None:
    """Checkpoints come back in order of time, each from a file of its own, with nothing but the public key."""
    later = Checkpoint(time=NOW.replace(year=2028), heads=HEADS[:1])
    none = Checkpoint(time=NOW.replace(year=2029), heads=())
    for checkpoint in (none, later, CHECKPOINT, CHECKPOINT):
        write_checkpoint(shelf, checkpoint, ring)
    assert read_checkpoints(shelf, ring.checkpoint_public_key) == Checkpoints(
        signed=(CHECKPOINT, later, none), rejected=()
    )
    assert len(list(shelf.iterdir())) == 3


def test_two_replicas_at_the_same_moment_keep_both_checkpoints(ring: KeepRing, shelf: Path) -> None:
    """A checkpoint never takes the place of another with the same time."""
    for head in HEADS:
        write_checkpoint(shelf, Checkpoint(time=NOW, heads=(head,)), ring)
    assert len(read_checkpoints(shelf, ring.checkpoint_public_key).signed) == 2


@pytest.mark.proves("P30", "R-074")
def test_a_changed_byte_of_a_checkpoint_is_noticed(ring: KeepRing, shelf: Path) -> None:
    """Change any byte, cut anywhere, or append: the file is rejected by name, and the verifier reports it."""
    path = write_checkpoint(shelf, CHECKPOINT, ring)
    note = path.read_bytes()
    for position in range(len(note)):
        for altered in (note[:position] + bytes([note[position] ^ 1]) + note[position + 1 :], note[: position - 1]):
            path.write_bytes(altered)
            found = read_checkpoints(shelf, ring.checkpoint_public_key)
            assert found == Checkpoints(signed=(), rejected=(path.name,))
    assert path.name in verify([], found).findings[0].what
    path.write_bytes(note)
    assert read_checkpoints(shelf, ring.checkpoint_public_key).signed == (CHECKPOINT,)


@pytest.mark.proves("P30", "R-074")
def test_a_forged_checkpoint_is_rejected(ring: KeepRing, shelf: Path, tmp_path: Path) -> None:
    """A checkpoint by another key is rejected, also if it claims to be by ours, or carries no signature at all."""
    forger = KeepRing.create(tmp_path / "forger")
    path = write_checkpoint(shelf, CHECKPOINT, forger)
    text, _, signature = path.read_text().rpartition(" ")
    claimed = hashlib.sha256(b"leadgate.audit\n\x01" + ring.checkpoint_public_key).digest()[:4]
    forged = base64.b64encode(claimed + base64.b64decode(signature)[4:]).decode()
    (shelf / "claims.checkpoint").write_text(f"{text} {forged}\n")
    (shelf / "bare.checkpoint").write_text(text)
    (shelf / "empty.checkpoint").touch()
    found = read_checkpoints(shelf, ring.checkpoint_public_key)
    assert found.signed == ()
    assert set(found.rejected) == {path.name, "claims.checkpoint", "bare.checkpoint", "empty.checkpoint"}
    assert len(verify([], found).findings) == 4


@pytest.mark.proves("R-074")
def test_the_note_is_readable_and_complete(ring: KeepRing, shelf: Path) -> None:
    """A person can read what was signed: format, time, one line per chain, an empty line, the signature."""
    lines = write_checkpoint(shelf, CHECKPOINT, ring).read_text().splitlines()
    assert lines[:2] == ["leadgate.audit/1", "2027-03-14T09:26:53.589793+00:00"]
    assert lines[2:4] == [f"{head.chain_id} {head.sequence} {base64.b64encode(head.hash).decode()}" for head in HEADS]
    assert lines[4] == ""
    assert lines[5].startswith("— leadgate.audit ")
    assert len(lines) == 6


def test_the_signature_can_be_checked_without_us(ring: KeepRing, shelf: Path) -> None:
    """The signature is plain Ed25519 over the text up to the empty line."""
    text, _, line = write_checkpoint(shelf, CHECKPOINT, ring).read_bytes().rpartition(b"\n\xe2\x80\x94 ")
    signature = base64.b64decode(line.split(b" ")[1])[4:]
    Ed25519PublicKey.from_public_bytes(ring.checkpoint_public_key).verify(signature, text)


def test_a_crash_leaves_no_half_checkpoint(ring: KeepRing, shelf: Path) -> None:
    """A draft that was never finished is passed over."""
    (shelf / "20270314T092653.589793Z-00000000.checkpoint.0123.new").write_bytes(b"leadgate.aud")
    assert read_checkpoints(shelf, ring.checkpoint_public_key) == Checkpoints(signed=(), rejected=())


@pytest.mark.proves("P29")
def test_checkpoints_that_cannot_be_kept_or_read_are_an_error(ring: KeepRing, shelf: Path) -> None:
    """A missing directory is reported, not passed over: no checkpoint is no proof."""
    shelf.rmdir()
    with pytest.raises(Unavailable, match="cannot be reached"):
        write_checkpoint(shelf, CHECKPOINT, ring)
    with pytest.raises(Unavailable, match="cannot be reached"):
        read_checkpoints(shelf, ring.checkpoint_public_key)


def test_a_checkpoint_needs_a_moment_and_a_reader_a_key(shelf: Path) -> None:
    """A time without a zone and a public key of a wrong length are refused."""
    with pytest.raises(ValueError, match="zone"):
        Checkpoint(time=NOW.replace(tzinfo=None), heads=())
    with pytest.raises(ValueError, match="32"):
        read_checkpoints(shelf, b"short")
