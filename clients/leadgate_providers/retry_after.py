"""The header `Retry-After`, in both of its forms (RFC 9110, section 10.2.3)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MAX_DIGITS = 9


def seconds_until(header: str | None) -> float | None:
    """Return how long a provider asks us to wait.

    Args:
        header: Whole seconds, or an HTTP date.

    Returns:
        Seconds, at least 0; None where the header is absent or neither of the two.
    """
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS:
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # HTTP dates are in GMT; the parser leaves out the zone where the date says "-0000".
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
