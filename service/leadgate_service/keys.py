"""The two key rings, kept apart because their backup rules are opposite.

The *keep* ring holds what makes tokens and evidence, and signs checkpoints: escrowed, backed up. Without its token
key nobody can tell who has objected, so a missing one stops the service; it is never read as an empty list (R-034).

The *burn* ring holds the content keys, one file per expiry date. It stays out of backups: once a date's file is
destroyed, what was sealed under it is unreadable in every copy of the database (R-054, GDPR 17 and 32(1)(a)).

No key is used as it lies in its file: each use derives its own, by a label.
"""

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from leadgate_service.domain.identity import Identifier, TokenKind
from leadgate_service.durable import publish, shred, sync_directory
from leadgate_service.errors import FailedPrecondition, InvalidArgument
from leadgate_service.keyfiles import KEY_BYTES, KeyRingError, check_private, create_ring, read_key, reported
from leadgate_service.macs import Mac, derive

TOKEN_BYTES = 16
NONCE_BYTES = 12

_TOKEN_FILE = re.compile(r"token-([1-9][0-9]*)\.key")
_DATED_FILE = re.compile(r"(\d{4}-\d{2}-\d{2})\.key")
_BURN_MARKER = "CACHEDIR.TAG"
_BURN_MARKER_TEXT = b"Signature: 8a477f597d28d172789f06886806bc55\n# Content keys: must not be backed up.\n"


class ContentKeyGone(FailedPrecondition):
    """The content key of this expiry date was destroyed, or was never here: the sealed fields are erased (R-054)."""

    def __init__(self, expire_date: date) -> None:
        super().__init__(
            "CONTENT_KEY_GONE",
            f"The content key of {expire_date} does not exist; what was sealed under it is erased.",
        )


class ContentDamaged(Exception):
    """Sealed fields were altered, or belong to another lead or date. No caller can mend that: INTERNAL to them."""


class KeepRing:
    """Tokens, evidence tokens, MACs and checkpoint signatures: `token-<version>.key`, `evidence.key`, `checkpoint.key`.

    Attributes:
        token_version: Version of the token key; stored beside every token (R-032).
    """

    __slots__ = ("_body", "_checkpoint", "_evidence", "_fingerprint", "_group", "_page", "_tokens", "token_version")

    def __init__(self, *, token_version: int, token_key: bytes, evidence_key: bytes, checkpoint_key: bytes) -> None:
        self.token_version = token_version
        self._tokens = {kind: Mac(token_key, "token", kind.encode() + b"\0") for kind in TokenKind}
        self._evidence = Mac(evidence_key, "evidence")
        self._group = Mac(evidence_key, "group")
        self._body = Mac(evidence_key, "body")
        self._page = Mac(evidence_key, "page")
        self._checkpoint = Ed25519PrivateKey.from_private_bytes(derive(checkpoint_key, "checkpoint"))
        self._fingerprint = derive(token_key, "fingerprint")

    @classmethod
    def create(cls, directory: Path) -> Self:
        """Create a new ring in a directory that is empty or does not exist yet.

        Raises:
            KeyRingError: Something is already there, or the directory is open to others or cannot be written.
        """
        names = ("token-1.key", "evidence.key", "checkpoint.key")
        create_ring(directory, {name: secrets.token_bytes(KEY_BYTES) for name in names})
        return cls.open(directory)

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Read an existing ring; nothing is ever created here.

        Raises:
            KeyRingError: A file is missing, of the wrong size or open to others, or there is not exactly one token key:
                tokens of a version that is not looked up would un-suppress people.
        """
        check_private(directory)
        with reported(directory):
            names = [path.name for path in directory.iterdir()]
        versions = [int(match[1]) for name in names if (match := _TOKEN_FILE.fullmatch(name))]
        if len(versions) != 1:
            raise KeyRingError(
                f"{directory} holds {len(versions)} files named token-<version>.key and must hold exactly one. "
                "Restore the ring from escrow."
            )
        return cls(
            token_version=versions[0],
            token_key=read_key(directory / f"token-{versions[0]}.key"),
            evidence_key=read_key(directory / "evidence.key"),
            checkpoint_key=read_key(directory / "checkpoint.key"),
        )

    def token(self, identifier: Identifier) -> bytes:
        """Give the 16-byte token of an identifier: HMAC-SHA-256 of kind, 0x00 and canonical form (R-028).

        It is personal data still: whoever holds the key can test a guess (R-027).
        """
        return self._tokens[identifier.kind](identifier.canonical.encode())[:TOKEN_BYTES]

    def evidence_token(self, kind: str, value: bytes) -> bytes:
        """Give 16 bytes that stand for an id in evidence, which never carries one in clear (design 4.6).

        Args:
            kind: What the value is, such as `lead`; without NUL.
            value: The id.
        """
        return self._evidence(kind.encode() + b"\0" + value)[:TOKEN_BYTES]

    def group_id(self, objection_id: bytes) -> bytes:
        """Give the 16-byte group of one objecting person's tokens.

        Derived, so that no table needs to tie an objection to its tokens, and random to all who lack the key (R-027).
        """
        return self._group(objection_id)[:TOKEN_BYTES]

    def body_mac(self, body: bytes) -> bytes:
        """Give the 32 bytes by which an idempotency row knows a request body again without keeping it."""
        return self._body(body)

    def sign_page(self, payload: bytes) -> str:
        """Wrap where a list goes on into an opaque, MACed page token, safe in a URL."""
        return base64.urlsafe_b64encode(self._page(payload)[:TOKEN_BYTES] + payload).decode()

    def open_page(self, token: str) -> bytes:
        """Unwrap a page token made by `sign_page`.

        Raises:
            InvalidArgument: The token was not made by this service. Field `page_token`.
        """
        try:
            sealed = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error):
            sealed = b""
        mac, payload = sealed[:TOKEN_BYTES], sealed[TOKEN_BYTES:]
        if not hmac.compare_digest(mac, self._page(payload)[:TOKEN_BYTES]):
            raise InvalidArgument(
                "PAGE_TOKEN_INVALID",
                "page_token was not issued by this service. Send the next_page_token of the page before, or none.",
                field="page_token",
                rule="must be a next_page_token of this service",
            )
        return payload

    def sign_checkpoint(self, data: bytes) -> bytes:
        """Sign a checkpoint of audit heads: 64 bytes, Ed25519 (R-074)."""
        return self._checkpoint.sign(data)

    @property
    def checkpoint_public_key(self) -> bytes:
        """The 32 bytes of the Ed25519 public key: all that a verifier needs."""
        return self._checkpoint.public_key().public_bytes_raw()

    def fingerprint(self) -> bytes:
        """Give 32 bytes that tell the ring's token key from any other and reveal nothing of it.

        The database keeps those of the ring it was founded with, so that a start with another ring fails instead of
        finding nobody suppressed (R-034). The other keys have no part in it: who exchanges them loses no objection.
        """
        return self._fingerprint


class BurnRing:
    """Seals and opens content under one key per expiry date: `<date>.key`, destroyed after that date (R-054).

    Processes may share a ring. None uses a key before its file is durable, whoever created it.
    """

    __slots__ = ("_directory", "_keys")

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._keys: dict[date, tuple[AESGCM, bytes]] = {}

    @classmethod
    def create(cls, directory: Path) -> Self:
        """Create a new, empty ring in a directory that is empty or does not exist yet, marked to stay out of backups.

        Raises:
            KeyRingError: Something is already there, or the directory is open to others or cannot be written.
        """
        create_ring(directory, {_BURN_MARKER: _BURN_MARKER_TEXT})
        return cls.open(directory)

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open an existing ring; the marker tells an empty ring from a disk that is not mounted.

        Raises:
            KeyRingError: The directory or its marker is missing, or it is open to others.
        """
        check_private(directory)
        check_private(directory / _BURN_MARKER)
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
        aead, day = self._keys.get(expire_date) or self._load(expire_date)
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + aead.encrypt(nonce, plaintext, lead_id + day)

    def unseal(self, expire_date: date, lead_id: bytes, blob: bytes) -> bytes:
        """Decrypt what `seal` made for this lead and date.

        Raises:
            ContentKeyGone: The date's key is destroyed: the content is erased.
            ContentDamaged: The blob is not what was sealed for this lead and date.
            KeyRingError: The date's key cannot be read.
        """
        aead, day = self._keys.get(expire_date) or self._load(expire_date)
        try:
            return aead.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], lead_id + day)
        except (InvalidTag, ValueError) as error:
            raise ContentDamaged(f"Sealed fields do not open under the key of {expire_date}.") from error

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
        check_private(self._directory / _BURN_MARKER)
        with reported(self._directory):
            names = [path.name for path in self._directory.iterdir()]
        found = {date.fromisoformat(match[1]) for name in names if (match := _DATED_FILE.match(name))}
        for gone in self._keys.keys() - found:
            self._keys.pop(gone, None)
        return sorted(found)

    def _file(self, expire_date: date) -> Path:
        # An unmounted ring leaves an empty directory behind, which must not be taken for keys destroyed.
        check_private(self._directory / _BURN_MARKER)
        return self._directory / f"{expire_date.isoformat()}.key"

    def _load(self, expire_date: date) -> tuple[AESGCM, bytes]:
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
        key = AESGCM(derive(secret, f"content {day}")), day.encode()
        self._keys[expire_date] = key
        return key
