"""Links by which a person objects with one click: the token of an address, sealed so that it names nobody (RFC 8058).

Whoever has a link cannot tell whose it is nor test a guess, and nobody can make one without the key. The seal is
deterministic: a person's link stays the same, so that a copy of it in a CRM never changes without need. It is bound
to the version of the token key that its token was made under.
"""

import base64
import binascii

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from leadgate_service.macs import derive

LINK_CHARACTERS = 52
"""How long a link's token is. With `unsubscribe+` before it, it is the longest local part that an address may have."""

_PADDING = "===="


class LinkSeal:
    """Seals tokens of addresses into links, and opens those links (AES-256-SIV).

    Args:
        secret: The bytes of a key file that outlives every lead.
    """

    __slots__ = ("_siv",)

    def __init__(self, secret: bytes) -> None:
        self._siv = AESSIV(derive(secret, "link mac") + derive(secret, "link cipher"))

    def seal(self, token: bytes, version: int) -> str:
        """Make the token of a link: small letters and digits, because mail servers may change the case of an address.

        Args:
            token: The 16-byte token of an address.
            version: Of the token key that it was made with.
        """
        sealed = self._siv.encrypt(token, [_bound(version)])
        return base64.b32encode(sealed).decode().removesuffix(_PADDING).lower()

    def open(self, text: str, version: int) -> bytes | None:
        """Return the token that `seal` sealed under this version, whatever the case of the letters; else None."""
        if len(text) != LINK_CHARACTERS:
            return None
        try:
            return self._siv.decrypt(base64.b32decode(text + _PADDING, casefold=True), [_bound(version)])
        except (binascii.Error, ValueError, InvalidTag):
            return None


def _bound(version: int) -> bytes:
    return version.to_bytes(4)
