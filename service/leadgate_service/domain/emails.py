"""E-mail addresses: one spelling per address, and one per mailbox for blocking (R-029)."""

import re
import unicodedata
from typing import NamedTuple

from leadgate_service.domain.characters import caseless, clean
from leadgate_service.domain.data import load
from leadgate_service.domain.hosts import LABELS, TOP_LABEL, library_parts

MAX_LENGTH = 254  # RFC 5321's path limit

_FAST_LENGTH = 64  # no label of the host can be too long for DNS
_ATOM = r"[a-z0-9_!#$%&'*+\-/=?^`{|}~]+"
_CANONICAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{LABELS}{TOP_LABEL}")


class _Mailbox(NamedTuple):
    domain: str
    ignored: dict[int, None]


def _mailboxes() -> dict[str, _Mailbox]:
    return {
        domain: _Mailbox(provider["domains"][0], dict.fromkeys(map(ord, provider["ignored"])))
        for provider in load("mail_providers")["providers"]
        for domain in provider["domains"]
    }


_MAILBOXES = _mailboxes()


def canonical_address(value: str) -> str | None:
    """Reads an e-mail address.

    White space around it and around the `@`, invisible characters (zero-width and bidirectional ones, soft hyphens),
    compatibility forms and the root dot of the host are forgiven; so are control characters, which a caller may not
    send all the same (`identity.canonical_email`). The local part is case-folded, the host is lower-case ASCII (IDNA).
    Display names, quoted local parts and address literals are not read.

    Returns:
        The canonical address, at most 254 characters; None if `value` is no address.
    """
    if len(value) <= _FAST_LENGTH and _CANONICAL.fullmatch(value):
        return value
    return _read(value)


def _read(value: str) -> str | None:
    if len(value) > 2 * MAX_LENGTH:  # what is longer cannot become short enough, and IDNA's cost is not linear
        return None
    local, _, host = unicodedata.normalize("NFKC", clean(value)).rpartition("@")
    # Case folding stays out of the host: IDNA 2008 tells "ß" from "ss" there, and they are different hosts.
    parts = library_parts(f"{caseless(local.strip())}@{host.strip().removesuffix('.')}")
    return "@".join(parts) if parts else None


def mailbox(canonical: str) -> str:
    """Reduces a canonical address to the mailbox it most likely reaches: no `+tag`, no ignored characters.

    Only for blocking: a mailbox never identifies a person for disclosure, because local parts are opaque by standard.
    """
    local, _, domain = canonical.rpartition("@")
    base = local.partition("+")[0] or local
    if provider := _MAILBOXES.get(domain):
        base = base.translate(provider.ignored) or base
        domain = provider.domain
    return f"{base}@{domain}"
