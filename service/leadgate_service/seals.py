"""How bytes are sealed: nobody without the key can read them, alter them or make others that open.

There are two ways. What is sealed at random looks new every time: the content of leads, and the codes that stand for a
challenge or a session. The links by which a person objects with one click (RFC 8058) are sealed without chance, so that
a person's link stays the same, and a copy of it in a CRM never changes without need.
"""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

from leadgate_service.macs import derive

LINK_CHARACTERS = 52
"""How long a link's token is. With `unsubscribe+` before it, it is the longest local part that an address may have."""

_NONCE_BYTES = 12
_PADDING = "===="


class Seal:
    """Seals bytes at random, for one use (AES-256-GCM).

    Args:
        secret: The bytes of a key file.
        label: The use.
    """

    __slots__ = ("_gcm",)

    def __init__(self, secret: bytes, label: str) -> None:
        self._gcm = AESGCM(derive(secret, label))

    def close(self, payload: bytes, bound: bytes) -> bytes:
        """Seal a payload; the result is 28 bytes longer.

        Args:
            payload: What nobody else shall read.
            bound: What the payload belongs to, which is not sealed with it: it opens only for the same.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._gcm.encrypt(nonce, payload, bound)

    def open(self, sealed: bytes, bound: bytes) -> bytes | None:
        """Return the payload that `close` sealed for the same `bound`; None if these bytes are none of its."""
        try:
            return self._gcm.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)
        except (InvalidTag, ValueError):
            return None


class CodeSeal:
    """Seals what a code stands for, such as a challenge or a session, into text that is safe in a URL and a cookie.

    Args:
        secret: The bytes of a key file that outlives every code.
    """

    __slots__ = ("_seal",)

    def __init__(self, secret: bytes) -> None:
        self._seal = Seal(secret, "link")  # what codes were called when the first of them were made

    def close(self, use: str, payload: bytes) -> str:
        """Make a code, which shows nothing.

        Args:
            use: What the code is for: it opens for nothing else.
            payload: What it stands for, such as a token, which never leaves the service as it is (R-027).
        """
        return base64.urlsafe_b64encode(self._seal.close(payload, use.encode())).rstrip(b"=").decode()

    def open(self, use: str, code: str) -> bytes | None:
        """Return what a code that was made for this use stands for; None if it is not ours."""
        try:
            sealed = base64.b64decode(f"{code}{'=' * (-len(code) % 4)}".encode("ascii"), altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error):
            return None
        return self._seal.open(sealed, use.encode())


class LinkSeal:
    """Seals tokens of addresses into links, always into the same one, and opens those links (AES-256-SIV).

    Whoever has a link cannot tell whose it is nor test a guess.

    Args:
        secret: The bytes of a key file that outlives every lead.
    """

    __slots__ = ("_siv",)

    def __init__(self, secret: bytes) -> None:
        self._siv = AESSIV(derive(secret, "link mac") + derive(secret, "link cipher"))

    def close(self, token: bytes, version: int) -> str:
        """Make the token of a link: small letters and digits, because mail servers may change the case of an address.

        Args:
            token: The 16-byte token of an address.
            version: Of the token key that it was made with; the link is bound to it.
        """
        sealed = self._siv.encrypt(token, [_bound(version)])
        return base64.b32encode(sealed).decode().removesuffix(_PADDING).lower()

    def open(self, text: str, version: int) -> bytes | None:
        """Return the token that `close` sealed under this version, whatever the case of the letters; else None."""
        if len(text) != LINK_CHARACTERS:
            return None
        try:
            return self._siv.decrypt(base64.b32decode(text + _PADDING, casefold=True), [_bound(version)])
        except (binascii.Error, ValueError, InvalidTag):
            return None


def _bound(version: int) -> bytes:
    return version.to_bytes(4)
