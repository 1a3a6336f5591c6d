"""The file that says what became of each row. It holds nothing personal, and is there in full or not at all."""

import csv
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, fields
from pathlib import Path

from leadgate_cli.objections_csv.rows import Result


@contextmanager
def results_file(path: Path) -> Iterator[Callable[[Result], None]]:
    """Write results, which take the place of an earlier file when the block ends; if it fails there is no new file.

    Yields:
        What writes a result.

    Raises:
        OSError: The directory is missing, full or read-only.
    """
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(field.name for field in fields(Result))
            yield lambda result: writer.writerow(astuple(result))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    """Make the new name durable, where a directory can be flushed."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
