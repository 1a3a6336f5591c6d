"""The *keep* ring: what makes tokens and evidence, seals links and codes, and signs checkpoints.

Unlike the burn ring it is escrowed and backed up. Without its token keys nobody can tell who has objected, so a
missing one stops the service; it is never read as an empty list (R-034). The token keys are a chain: a rotation adds
one, and wraps what the ones before it have made (R-032).

No key is used as it lies in its file: each use derives its own, by a label.
"""

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leadgate_service.domain.identity import Identifier, TokenKind
from leadgate_service.durable import publish
from leadgate_service.errors import InvalidArgument
from leadgate_service.keyfiles import KEY_BYTES, KeyRingError, check_private, create_ring, read_key, reported
from leadgate_service.macs import Mac, derive
from leadgate_service.seals import CodeSeal, LinkSeal

TOKEN_BYTES = 16

TOKEN_KEYS_WITHOUT_REVIEW = 4
"""So many token keys are well. From the fifth on the list should shrink instead: somebody reviews whom it still needs
(requirements, section 7). It is no hard limit, because a key that leaked must be rotated however long the chain is."""

MOST_TOKEN_KEYS = 12
"""How many token keys a ring may have: one a year for eleven years. Each makes every token half as dear again (0.6 µs),
for as long as somebody's objection is remembered, since no key can be taken out of the chain."""

_TOKEN_FILE = re.compile(r"token-([1-9][0-9]*)\.key")


class KeepRing:
    """Makes tokens and evidence, seals links and codes, signs: `token-<version>.key`, `evidence.key`, `checkpoint.key`.

    Args:
        token_keys: Oldest first: the first makes tokens, each later one wraps what those before it have made.
        evidence_key: Makes evidence tokens, groups and MACs, and seals links and codes.
        checkpoint_key: Signs checkpoints.

    Attributes:
        codes: Seals and opens codes: the challenges that a person is sent, and the sessions of the desk.
        token_version: Of its tokens: how many token keys take part in them. A database has all its tokens under one.
    """

    __slots__ = (
        "_body",
        "_checkpoint",
        "_evidence",
        "_fingerprint",
        "_group",
        "_links",
        "_page",
        "_tokens",
        "_wraps",
        "codes",
        "token_version",
    )

    def __init__(self, *, token_keys: Sequence[bytes], evidence_key: bytes, checkpoint_key: bytes) -> None:
        first, *later = token_keys
        self.token_version = len(token_keys)
        self._tokens = {kind: Mac(first, "token", kind.encode() + b"\0") for kind in TokenKind}
        self._wraps = [Mac(key, "wrap") for key in later]
        self._evidence = Mac(evidence_key, "evidence")
        self._group = Mac(evidence_key, "group")
        self._body = Mac(evidence_key, "body")
        self._page = Mac(evidence_key, "page")
        self._links = LinkSeal(evidence_key)
        self.codes = CodeSeal(evidence_key)
        self._checkpoint = Ed25519PrivateKey.from_private_bytes(derive(checkpoint_key, "checkpoint"))
        self._fingerprint = derive(first, "fingerprint")

    @classmethod
    def create(cls, directory: Path) -> Self:
        """Create a new ring in a directory that is empty or does not exist yet.

        Raises:
            KeyRingError: Something is already there, or the directory is open to others or cannot be written.
        """
        names = (_token_file(1), "evidence.key", "checkpoint.key")
        create_ring(directory, {name: secrets.token_bytes(KEY_BYTES) for name in names})
        return cls.open(directory)

    @classmethod
    def open(cls, directory: Path, *, token_version: int | None = None) -> Self:
        """Read an existing ring; nothing is ever created here.

        Args:
            directory: Of the ring.
            token_version: The version that the database's tokens have: a key beyond it waits for a rotation, and is
                left alone. None takes all token keys.

        Raises:
            KeyRingError: A file is missing, of the wrong size or open to others: without any one of the token keys,
                nobody who objected is found.
        """
        needed = token_version or cls.newest_token_version(directory)
        return cls(
            token_keys=[read_key(directory / _token_file(version)) for version in range(1, needed + 1)],
            evidence_key=read_key(directory / "evidence.key"),
            checkpoint_key=read_key(directory / "checkpoint.key"),
        )

    @staticmethod
    def newest_token_version(directory: Path) -> int:
        """Return the version of the newest token key of a ring, which its database may not use yet.

        Raises:
            KeyRingError: One that comes before it is missing, or the directory is, or is open to others.
        """
        check_private(directory)
        with reported(directory):
            names = [path.name for path in directory.iterdir()]
        found = {int(match[1]) for name in names if (match := _TOKEN_FILE.fullmatch(name))}
        missing = set(range(1, max(found, default=1) + 1)) - found
        if missing:
            raise KeyRingError(f"{directory} has no {_token_file(min(missing))}. Restore the ring from escrow.")
        return max(found)

    @staticmethod
    def add_token_key(directory: Path, token_version: int) -> Path:
        """Make the next token key, durably; one that is there already, of a rotation that was not ended, is kept.

        Args:
            directory: Of the ring.
            token_version: That of the new key, 2 to `MOST_TOKEN_KEYS`.

        Returns:
            Its file, which belongs in escrow before any database depends on it.

        Raises:
            KeyRingError: There would be too many, or it cannot be made.
        """
        if token_version > MOST_TOKEN_KEYS:
            raise KeyRingError(
                f"{directory} has {MOST_TOKEN_KEYS} token keys, and more would make every look-up too dear. "
                "Keep the ring as it is."
            )
        path = directory / _token_file(token_version)
        with reported(directory):
            publish(path, secrets.token_bytes(KEY_BYTES))
        return path

    def token(self, identifier: Identifier) -> bytes:
        """Give the 16-byte token of an identifier: HMAC-SHA-256 of kind, 0x00 and canonical form (R-028), wrapped.

        It is personal data still: whoever holds all token keys can test a guess (R-027). Whoever holds some cannot.
        """
        return self._wrapped(self._tokens[identifier.kind](identifier.canonical.encode())[:TOKEN_BYTES], self._wraps)

    def wrap(self, token: bytes, *, since: int) -> bytes:
        """Bring a token of an earlier version up to this ring's, without knowing what it is of (R-032).

        Args:
            token: 16 bytes.
            since: The version of the ring that made it, 1 to this one's.
        """
        return self._wrapped(token, self._wraps[since - 1 :])

    @staticmethod
    def _wrapped(token: bytes, wraps: Iterable[Mac]) -> bytes:
        for wrap in wraps:
            token = wrap(token)[:TOKEN_BYTES]
        return token

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
        if base64.urlsafe_b64encode(sealed).decode() != token:  # several texts stand for the same bytes
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

    def unsubscribe_token(self, address_token: bytes) -> str:
        """Make the token of the link by which a person objects with one click; it stays the same until a rotation.

        Args:
            address_token: The token of the person's exact address, at this ring's version.
        """
        return self._links.close(address_token, self.token_version)

    def open_unsubscribe_token(self, text: str) -> bytes | None:
        """Return the token of an address that a link was made of; None if no ring of this database made the link.

        A link outlives rotations: what it was made of is brought up to this ring's version.
        """
        for version in range(self.token_version, 0, -1):
            token = self._links.open(text, version)
            if token is not None:
                return self.wrap(token, since=version)
        return None

    def sign_checkpoint(self, data: bytes) -> bytes:
        """Sign a checkpoint of audit heads: 64 bytes, Ed25519 (R-074)."""
        return self._checkpoint.sign(data)

    @property
    def checkpoint_public_key(self) -> bytes:
        """The 32 bytes of the Ed25519 public key: all that a verifier needs."""
        return self._checkpoint.public_key().public_bytes_raw()

    def fingerprint(self) -> bytes:
        """Give 32 bytes that tell the ring's first token key from any other and reveal nothing of it.

        The database keeps those of the ring it was founded with, so that a start with another ring fails instead of
        finding nobody suppressed (R-034). The other keys have no part in it: a rotation leaves it as it is, and that
        the later token keys are the right ones shows in the canary (`storage.installation`).
        """
        return self._fingerprint


def _token_file(version: int) -> str:
    return f"token-{version}.key"
