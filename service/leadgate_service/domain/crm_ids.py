"""Ids of CRM records: Salesforce writes each of its own in two ways, which name the same record."""

import re

_SALESFORCE_LONG = re.compile(r"([A-Za-z0-9]{15})([A-Z0-5]{3})")
_SHORT_LENGTH = 15
_GROUP = 5
_CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def canonical_record_id(value: str) -> str:
    """Reduces a Salesforce id of 18 characters to the 15 that it begins with; every other id stays as it is.

    Args:
        value: The CRM's own id, without white space around it.

    Returns:
        The id, in which capitals matter. Only three last characters that tell where the capitals of the 15 before them
        are, as Salesforce's do, are cut: another CRM's id of that length is hardly ever taken for one. Idempotent.
    """
    long = _SALESFORCE_LONG.fullmatch(value)
    return long[1] if long and long[2] == _check(long[1]) else value


def _check(short: str) -> str:
    groups = (short[start : start + _GROUP] for start in range(0, _SHORT_LENGTH, _GROUP))
    return "".join(
        _CHECKS[sum(1 << place for place, letter in enumerate(group) if letter.isupper())] for group in groups
    )
