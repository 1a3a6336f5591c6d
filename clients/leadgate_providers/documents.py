"""Parsing a provider's answer: what is not JSON of the documented shape is refused here, once, for every provider."""

import json
import math
from collections.abc import Iterable
from typing import Any

from leadgate_providers.reply import Document

MAX_DEPTH = 64
"""Levels of nesting. The deepest documented answer has five; a deeper one would exhaust whoever walks it."""


class Unreadable(Exception):
    """The answer is nothing that the provider documents."""


def parse(body: bytes | None) -> Document:
    """Read a JSON object, strictly by RFC 8259.

    Args:
        body: The answer's bytes; None where the transport refused them.

    Returns:
        The object, at most `MAX_DEPTH` levels deep. Its strings may still hold anything, lone surrogates included.

    Raises:
        Unreadable: Not UTF-8, not JSON, not an object, nested too deep, or with a number that JSON cannot hold.
    """
    if body is None:
        raise Unreadable
    try:
        document = json.loads(body.decode(), parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError):
        # `from None`: the decoder's exception carries the whole document.
        raise Unreadable from None
    if not isinstance(document, dict) or _is_too_deep(document):
        raise Unreadable
    return document


def unwrapped(document: Document) -> Document:
    """Take the envelope `{"data": …, "meta": …}` off, where there is one.

    Raises:
        Unreadable: The envelope holds no object.
    """
    return _object(document["data"]) if "data" in document else document


def combined(document: Document) -> Document:
    """Read an answer to an address: a person and a company, of which either may be null or left out.

    Raises:
        Unreadable: There is neither key, or one holds something else than an object or null.
    """
    if document.keys().isdisjoint({"person", "company"}):
        raise Unreadable
    return {half: _object(document[half]) if document.get(half) is not None else None for half in ("person", "company")}


def company_only(document: Document) -> Document:
    """Read an answer to a domain, which is the company itself, into the combined shape."""
    return {"person": None, "company": document}


def _object(value: Any) -> Document:
    if not isinstance(value, dict):
        raise Unreadable
    return value


def _finite(text: str) -> float:
    """Refuse NaN, Infinity and numbers that overflow to it: no later comparison or query survives them."""
    number = float(text)
    if not math.isfinite(number):
        raise Unreadable
    return number


def _is_too_deep(document: Document) -> bool:
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in _children(node)]
        if not level:
            return False
    return True


def _children(node: Any) -> Iterable[Any]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()


def handed_in(body: bytes, *, of_domain: bool) -> Document:
    """Read an answer that somebody fetched elsewhere, with or without its envelope, into the combined shape.

    Args:
        body: The provider's bytes.
        of_domain: The provider was asked about a domain, so that the answer may be the company itself.

    Raises:
        Unreadable: It is nothing that the provider documents.
    """
    document = unwrapped(parse(body))
    if of_domain and document.keys().isdisjoint({"person", "company"}):
        return company_only(document)
    return combined(document)
