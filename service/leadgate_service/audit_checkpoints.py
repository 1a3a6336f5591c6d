"""Signed checkpoints of the audit chains' heads, kept outside the database (R-074).

A checkpoint is a small text that anybody can read, sign again or print. Its envelope is that of a signed note, as
transparency logs use it: text, an empty line, a signature line.

    leadgate.audit/1
    2026-11-23T19:25:09.123456+00:00
    0190a6b4-2f3c-7d5e-8f10-1a2b3c4d5e6f 200 C9nUJ1o0m8p9Pq4kP1Qy5uQ4o1f3S9u2m6T1p7yqf0Y=

    — leadgate.audit 2yQm7w…

The first line is the format; then the time; then per chain its id, the place of its last entry and that entry's hash.
"""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from leadgate_service.audit import Head
from leadgate_service.durable import publish
from leadgate_service.errors import Unavailable
from leadgate_service.keep_ring import KeepRing

_FORMAT = "leadgate.audit/1"
_SIGNER = "leadgate.audit"
_SIGNATURE_LINE = f"\n\u2014 {_SIGNER} "
_SUFFIX = ".checkpoint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What the heads were at a moment.

    Attributes:
        time: When, in UTC.
        heads: The head of every chain that has grown since the checkpoint before, at least.

    Raises:
        ValueError: The time has no zone.
    """

    time: datetime
    heads: tuple[Head, ...]

    def __post_init__(self) -> None:
        if self.time.tzinfo is None:
            raise ValueError("the time of a checkpoint needs a zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoints:
    """What a directory of checkpoints holds.

    Attributes:
        signed: Those whose signature holds, in order of time.
        rejected: File names of those that are unreadable, altered or signed by another key.
    """

    signed: tuple[Checkpoint, ...]
    rejected: tuple[str, ...]


def write_checkpoint(directory: Path, checkpoint: Checkpoint, ring: KeepRing) -> Path:
    """Sign a checkpoint and keep it, durably, as a file of its own.

    Returns:
        The file.

    Raises:
        Unavailable: The directory is missing, full or read-only.
    """
    text = _text(checkpoint)
    signature = _key_id(ring.checkpoint_public_key) + ring.sign_checkpoint(text.encode())
    note = _note(text, signature)
    moment = checkpoint.time.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    # Two replicas may write at the same microsecond: what differs in content differs in name.
    path = directory / f"{moment}-{hashlib.sha256(note).hexdigest()[:8]}{_SUFFIX}"
    with _available():
        publish(path, note, mode=0o644)
    return path


def read_checkpoints(directory: Path, public_key: bytes) -> Checkpoints:
    """Read all checkpoints of a directory and check their signatures.

    Args:
        directory: Where `write_checkpoint` put them.
        public_key: The 32 bytes of `KeepRing.checkpoint_public_key`, from a place that the database's owner cannot
            write to.

    Raises:
        ValueError: The public key is not one.
        Unavailable: The directory is missing or cannot be read.
    """
    signed: list[Checkpoint] = []
    rejected: list[str] = []
    key = Ed25519PublicKey.from_public_bytes(public_key)
    with _available():
        notes = {path.name: path.read_bytes() for path in directory.iterdir() if path.suffix == _SUFFIX}
    for name, note in sorted(notes.items()):
        try:
            signed.append(_open(note, key))
        except (ValueError, InvalidSignature):
            rejected.append(name)
    return Checkpoints(signed=tuple(sorted(signed, key=lambda one: one.time)), rejected=tuple(rejected))


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable("AUDIT_UNAVAILABLE", f"The checkpoints cannot be reached: {error.strerror}.") from error


def _text(checkpoint: Checkpoint) -> str:
    lines = [f"{head.chain_id} {head.sequence} {base64.b64encode(head.hash).decode()}" for head in checkpoint.heads]
    return "\n".join([_FORMAT, checkpoint.time.astimezone(UTC).isoformat(), *lines]) + "\n"


def _note(text: str, signature: bytes) -> bytes:
    return f"{text}{_SIGNATURE_LINE}{base64.b64encode(signature).decode()}\n".encode()


def _open(note: bytes, key: Ed25519PublicKey) -> Checkpoint:
    text, _, encoded = note.decode().rpartition(_SIGNATURE_LINE)
    signature = base64.b64decode(encoded)
    if signature[:4] != _key_id(key.public_bytes_raw()) or note != _note(text, signature):
        raise ValueError("not signed by this key, or not in the form that was signed")
    key.verify(signature[4:], text.encode())
    form, time, *heads = text.splitlines()
    if form != _FORMAT:
        raise ValueError("not a checkpoint of this format")
    return Checkpoint(time=datetime.fromisoformat(time), heads=tuple(_head(line) for line in heads))


def _head(line: str) -> Head:
    chain_id, sequence, head_hash = line.split(" ")
    return Head(UUID(chain_id), int(sequence), base64.b64decode(head_hash, validate=True))


def _key_id(public_key: bytes) -> bytes:
    return hashlib.sha256(_SIGNER.encode() + b"\n\x01" + public_key).digest()[:4]
