"""The files of a key ring: 32 secret bytes each, private to the service's user, created once and never repaired."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leadgate_service.durable import publish, sync_directory
from leadgate_service.errors import FailedPrecondition

KEY_BYTES = 32

RING_UNUSABLE = "A key ring of the service cannot be used: have the operator run `leadgate doctor`."
"""What a caller is told instead of a `KeyRingError`'s message, which names files."""

_OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyRingError(FailedPrecondition):
    """A key ring is missing, incomplete, open to others or damaged; the message names the file and the remedy."""

    def __init__(self, message: str) -> None:
        super().__init__("KEY_RING_INVALID", message)


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Turn what the operating system says about a ring's file or directory into a `KeyRingError` that names it."""
    try:
        yield
    except FileNotFoundError as error:
        raise KeyRingError(
            f"{path} does not exist. Mount it or restore it; only for a new installation, run `leadgate keys init`."
        ) from error
    except OSError as error:
        raise KeyRingError(f"{path} cannot be used: {error.strerror}. Check owner, mount and free space.") from error


def create_ring(directory: Path, files: dict[str, bytes]) -> None:
    """Create a ring's directory with its files, durably and with mode 0700 and 0600.

    Raises:
        KeyRingError: Something is already there, or the directory is open to others or cannot be written.
    """
    with reported(directory):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise KeyRingError(f"{directory} is not empty. Choose another directory; keys are never overwritten.")
        check_private(directory)
        for name, content in files.items():
            publish(directory / name, content)
        sync_directory(directory.parent)


def check_private(path: Path) -> None:
    """Check that a ring's file or directory exists and that nobody but its owner has any right to it.

    Raises:
        KeyRingError: It is missing or open to others.
    """
    with reported(path):
        mode = path.stat().st_mode
    if mode & _OPEN_TO_OTHERS:
        raise KeyRingError(f"{path} is open to other users. Run `chmod go= {path}`, and ask who could have read it.")


def read_key(path: Path) -> bytes:
    """Read the 32 bytes of a key file.

    Raises:
        KeyRingError: It is missing, open to others, or not 32 bytes long.
    """
    check_private(path)
    with reported(path):
        secret = path.read_bytes()
    if len(secret) != KEY_BYTES:
        raise KeyRingError(f"{path} holds {len(secret)} bytes and must hold {KEY_BYTES}. Restore it from escrow.")
    return secret


def check_rings_apart(keep: Path, burn: Path) -> None:
    """Check that the rings do not share a directory, so that a backup can take one and leave the other (R-054).

    Raises:
        KeyRingError: They are the same directory, or one lies within the other.
    """
    first, second = keep.resolve(), burn.resolve()
    if first.is_relative_to(second) or second.is_relative_to(first):
        raise KeyRingError(f"The rings {keep} and {burn} share a directory. Move the burn ring out of every backup.")
