"""The *burn* ring: the content keys, one file per expiry date.

It stays out of backups: once a date's file is destroyed, what was sealed under it is unreadable in every copy of the
database (R-054, GDPR 17 and 32(1)(a)). That is the opposite of what the keep ring needs, so they are kept apart.
"""

import re
import secrets
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Self

from leadgate_service.durable import publish, shred, sync_directory
from leadgate_service.errors import FailedPrecondition
from leadgate_service.keyfiles import KEY_BYTES, KeyRingError, check_private, create_ring, read_key, reported
from leadgate_service.seals import Seal

_DATED_FILE = re.compile(r"(\d{4}-\d{2}-\d{2})\.key")
_MARKER = "CACHEDIR.TAG"
_MARKER_TEXT = b"Signature: 8a477f597d28d172789f06886806bc55\n# Content keys: must not be backed up.\n"


class ContentKeyGone(FailedPrecondition):
    """The content key of this expiry date was destroyed, or was never here: the sealed fields are erased (R-054)."""

    def __init__(self, expire_date: date) -> None:
        super().__init__(
            "CONTENT_KEY_GONE",
            f"The content key of {expire_date} does not exist; what was sealed under it is erased.",
        )


class ContentDamaged(Exception):
    """Sealed fields were altered, or belong to another lead or date. No caller can mend that: INTERNAL to them."""


class BurnRing:
    """Seals and opens content under one key per expiry date: `<date>.key`, destroyed after that date (R-054).

    Processes may share a ring. None uses a key before its file is durable, whoever created it.
    """

    __slots__ = ("_directory", "_keys")

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._keys: dict[date, tuple[Seal, bytes]] = {}

    @classmethod
    def create(cls, directory: Path) -> Self:
        """Create a new, empty ring in a directory that is empty or does not exist yet, marked to stay out of backups.

        Raises:
            KeyRingError: Something is already there, or the directory is open to others or cannot be written.
        """
        create_ring(directory, {_MARKER: _MARKER_TEXT})
        return cls.open(directory)

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open an existing ring; the marker tells an empty ring from a disk that is not mounted.

        Raises:
            KeyRingError: The directory or its marker is missing, or it is open to others.
        """
        check_private(directory)
        check_private(directory / _MARKER)
        return cls(directory)

    def prepare(self, dates: Iterable[date]) -> None:
        """Create the content keys that are missing, durably; call it before sealing. A new date takes milliseconds.

        Processes may race: one creates a date's key, all use it. Past dates are not to be asked for: their keys may
        be destroyed, and must not come back as other keys.

        Raises:
            KeyRingError: A key cannot be created or read; nothing may be sealed under that date.
        """
        for expire_date in set(dates) - self._keys.keys():
            with reported(self._directory):
                publish(self._file(expire_date), secrets.token_bytes(KEY_BYTES))
            self._load(expire_date)

    def seal(self, expire_date: date, lead_id: bytes, plaintext: bytes) -> bytes:
        """Encrypt a lead's sealed fields: AES-256-GCM, bound to lead and date; 28 bytes longer than the plaintext.

        Raises:
            ContentKeyGone: The date was not prepared.
            KeyRingError: Its key cannot be read.
        """
        seal, day = self._keys.get(expire_date) or self._load(expire_date)
        return seal.close(plaintext, lead_id + day)

    def unseal(self, expire_date: date, lead_id: bytes, blob: bytes) -> bytes:
        """Decrypt what `seal` made for this lead and date.

        Raises:
            ContentKeyGone: The date's key is destroyed: the content is erased.
            ContentDamaged: The blob is not what was sealed for this lead and date.
            KeyRingError: The date's key cannot be read.
        """
        seal, day = self._keys.get(expire_date) or self._load(expire_date)
        plaintext = seal.open(blob, lead_id + day)
        if plaintext is None:
            raise ContentDamaged(f"Sealed fields do not open under the key of {expire_date}.")
        return plaintext

    def destroy(self, expire_date: date) -> None:
        """Destroy a date's key, on disk and in this process; a key already gone is no error.

        Raises:
            KeyRingError: It cannot be removed, and may still exist.
        """
        name = self._file(expire_date).name
        with reported(self._directory):
            for path in self._directory.glob(f"{name}*"):
                shred(path)
            sync_directory(self._directory)
        self._keys.pop(expire_date, None)

    def dates(self) -> list[date]:
        """List the dates of which key material is on disk, a crash's leftovers included, in order.

        Forgets the keys in memory whose files another process has destroyed; every process's sweep calls it.

        Raises:
            KeyRingError: The directory cannot be read.
        """
        check_private(self._directory / _MARKER)
        with reported(self._directory):
            names = [path.name for path in self._directory.iterdir()]
        found = {date.fromisoformat(match[1]) for name in names if (match := _DATED_FILE.match(name))}
        for gone in self._keys.keys() - found:
            self._keys.pop(gone, None)
        return sorted(found)

    def _file(self, expire_date: date) -> Path:
        # An unmounted ring leaves an empty directory behind, which must not be taken for keys destroyed.
        check_private(self._directory / _MARKER)
        return self._directory / f"{expire_date.isoformat()}.key"

    def _load(self, expire_date: date) -> tuple[Seal, bytes]:
        path = self._file(expire_date)
        try:
            secret = read_key(path)
        except KeyRingError as error:
            if path.exists():
                raise
            raise ContentKeyGone(expire_date) from error
        with reported(self._directory):
            sync_directory(self._directory)
        day = expire_date.isoformat()
        key = Seal(secret, f"content {day}"), day.encode()
        self._keys[expire_date] = key
        return key
