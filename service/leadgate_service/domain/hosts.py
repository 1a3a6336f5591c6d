"""Host names: one spelling per host, as IDNA and the mail library read it."""

import re

from email_validator import EmailNotValidError, validate_email

from leadgate_service.domain.characters import clean

LABELS = r"(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+"
TOP_LABEL = r"(?!(?:arpa|invalid|local|localhost|onion)\Z)[a-z]{2,}"
"""The labels of a host name that needs no library: no punycode, no top-level name that the library refuses."""

_FAST_LENGTH = 63  # no label can be too long for DNS
_MAX_LENGTH = 252  # with the shortest local part the longest e-mail address
_CANONICAL = re.compile(rf"(?!www\.){LABELS}{TOP_LABEL}")


def host_name(value: str) -> str | None:
    """Reads a bare host name with at least one dot.

    Upper case, white space around it, invisible characters, a final root dot and leading `www.` labels are forgiven; a
    scheme, port, path or user is not.

    Returns:
        The host in lower-case ASCII (IDNA 2008 by UTS 46), at most 252 characters; None if `value` is no host name or
        its top-level name can never belong to a company (`local`, `onion`, ...).
    """
    if len(value) <= _FAST_LENGTH and _CANONICAL.fullmatch(value):
        return value
    return _read(value)


def _read(value: str) -> str | None:
    if len(value) > 2 * _MAX_LENGTH:  # what is longer cannot become short enough, and IDNA's cost is not linear
        return None
    parts = library_parts(f"x@{clean(value).removesuffix('.')}")
    host = parts[1] if parts else None
    while host and host.startswith("www.") and host.count(".") > 1:
        host = host.removeprefix("www.")
    return host


def library_parts(address: str) -> tuple[str, str] | None:
    """Splits an address by the mail library's syntax; names reserved for examples and tests are allowed.

    Returns:
        The local part in NFC and the host in ASCII; None if the library refuses the address.
    """
    try:
        parsed = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    # A test environment lets the bare name `test` through, which no lead can have.
    return (parsed.local_part, parsed.ascii_domain) if "." in parsed.ascii_domain else None
