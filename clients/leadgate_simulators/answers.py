"""What a simulator sends, and how it comes over the wire."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

JSON = "application/json; charset=utf-8"


class Delivery(StrEnum):
    """How an answer's bytes travel."""

    PLAIN = "plain"
    SLOW = "slow"
    """Nothing for a while, then all of it."""
    DRIP = "drip"
    """Head and body in crumbs, each soon enough for a socket's timeout."""
    TRUNCATED = "truncated"
    """Half the body, then the end of the connection."""
    RESET = "reset"
    """The connection is reset before a status."""
    RAW = "raw"
    """The body is all that is sent, as if it were the whole answer, and the connection ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer.

    Attributes:
        status: Any number of three digits.
        headers: Sent as they are; Content-Length is added.
        body: Sent as it is.
        delivery: How it travels.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": JSON})
    body: bytes = b""
    delivery: Delivery = Delivery.PLAIN


def serialised(document: Any) -> bytes:
    """Write a document as JSON; what is no character of its own, such as a lone surrogate, goes as an escape."""
    return json.dumps(document).encode()
