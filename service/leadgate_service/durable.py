"""Files that survive a power cut: complete and flushed before they have a name, and flushed again when it is gone."""

import os
import secrets
from pathlib import Path

DRAFT_SUFFIX = ".new"
"""Ends the name of a file that is still being written, or that a crash left behind. Readers pass it over."""


def publish(path: Path, content: bytes, *, mode: int = 0o600) -> bool:
    """Give a new file its content, all at once and durably; an existing file stays as it is.

    Any number of processes may publish the same path: one wins, nobody ever reads half a file, and for winner and
    loser alike the file is durable on return.

    Args:
        path: The file; its directory must exist.
        content: Everything that the file will hold.
        mode: Its permissions, before the umask.

    Returns:
        True if this call created the file, False if it was already there.

    Raises:
        OSError: The directory is missing, full, read-only or without hard links.
    """
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}{DRAFT_SUFFIX}")
    try:
        _write(draft, content, os.O_CREAT | os.O_EXCL, mode)
        created = _link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    sync_directory(path.parent)
    return created


def shred(path: Path) -> None:
    """Overwrite a file and remove it. The caller flushes the directory once it has shredded all it wants to.

    The overwriting reaches every hard link of the file, and live disk blocks; not snapshots, and not what a flash
    disk keeps aside.

    Raises:
        OSError: The file cannot be written or removed. A file that is already gone is no error.
    """
    try:
        _write(path, secrets.token_bytes(path.stat().st_size), 0, 0)
    except FileNotFoundError:
        return
    path.unlink(missing_ok=True)


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable.

    Raises:
        OSError: The directory is missing or cannot be flushed.
    """
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(path: Path, content: bytes, flags: int, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | flags, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _link(draft: Path, path: Path) -> bool:
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    return True
