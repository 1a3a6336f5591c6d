"""How each fault turns a plain answer into a bad one."""

import gzip
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from leadgate_simulators.answers import JSON, Answer, Delivery, serialised
from leadgate_simulators.canaries import Canaries
from leadgate_simulators.faults import Fault

_OVERSIZE = 3 * 2**20
_INFLATED = 100 * 2**20
_LEVELS = 50_000

_OTHER_TYPES: tuple[Any, ...] = (17, -1.5, True, "twelve", [], {}, ["a", 1], {"value": None})

_HOSTILE_NAMES = (
    "__proto__",
    "constructor",
    "person.email",
    "name') ; DROP TABLE leads; --",
    "\u202egnirts",
    "\x00\x1b[2J",
    "",
    "a" * 5_000,
)

_HOSTILE_TEXTS = (
    "line\r\nbreak\x00\x07\x1b[31mred",
    "\u202eevitceriD\u202c \u2066isolate\u2069\ufeff\u200b",
    "Z" + "\u0351\u0489\u0336" * 60 + "algo",
    "lone \ud800 surrogate",
    "Robert'); DROP TABLE leads; --",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "%s %n {0.__class__} ${jndi:ldap://127.0.0.1/a} {{7*7}}",
    "=HYPERLINK(1)",
    "x" * 10_000,
)


def spoiled(fault: Fault, plain: Answer, dice: random.Random, location: str) -> Answer:
    """Turn a plain answer into a bad one.

    Args:
        fault: How.
        plain: What would have been sent; only a success can have its content spoiled.
        dice: Decides the details.
        location: Where a redirect points.
    """
    if fault in _DELIVERIES:
        return replace(plain, delivery=_DELIVERIES[fault])
    if fault in _ANSWERS:
        return _ANSWERS[fault](plain)
    if fault is Fault.REDIRECT:
        return Answer(status=302, headers={"Location": location})
    document = json.loads(plain.body)
    for record in _records(document):
        _CONTENTS[fault](record, dice)
    return replace(plain, body=serialised(document))


def _html(_plain: Answer) -> Answer:
    return Answer(headers={"Content-Type": "text/html"}, body=b"<!doctype html><title>Gateway</title><p>Sign in")


def _oversize(plain: Answer) -> Answer:
    return replace(plain, body=plain.body + b" " * _OVERSIZE)


def _zipped(plain: Answer) -> Answer:
    return replace(plain, headers={**plain.headers, "Content-Encoding": "gzip"}, body=_bomb_in_gzip())


@cache
def _bomb_in_gzip() -> bytes:
    return gzip.compress(b'{"person":null,"company":{"name":"' + b"a" * _INFLATED + b'"}}', compresslevel=1)


def _wrong_type(plain: Answer) -> Answer:
    return replace(plain, headers={**plain.headers, "Content-Type": "text/plain"})


def _broken_json(plain: Answer) -> Answer:
    return replace(plain, body=plain.body[: len(plain.body) // 2])


def _bomb(_plain: Answer) -> Answer:
    return Answer(headers={"Content-Type": JSON}, body=b'{"person":' * _LEVELS + b"null" + b"}" * _LEVELS)


def _drift(record: dict[str, Any], dice: random.Random) -> None:
    for key in sorted(record):
        if isinstance(record[key], dict) and dice.random() < 1 / 2:
            _drift(record[key], dice)
        else:
            record[key] = dice.choice(_OTHER_TYPES)


def _unknown_attributes(record: dict[str, Any], dice: random.Random) -> None:
    canary = Canaries(dice)
    record.update({name: canary.text("unknown") for name in _HOSTILE_NAMES})
    record.update({canary.text("name"): {"nested": [canary.text("unknown")]} for _ in range(20)})


def _hostile(record: dict[str, Any], dice: random.Random) -> None:
    for key in sorted(record):
        if isinstance(record[key], dict):
            _hostile(record[key], dice)
        elif isinstance(record[key], str):
            record[key] = dice.choice(_HOSTILE_TEXTS)


def _nan(record: dict[str, Any], _dice: random.Random) -> None:
    record["utcOffset"] = float("nan")


_DELIVERIES: Mapping[Fault, Delivery] = {
    Fault.SLOW: Delivery.SLOW,
    Fault.DRIP: Delivery.DRIP,
    Fault.TRUNCATED: Delivery.TRUNCATED,
    Fault.RESET: Delivery.RESET,
}

_ANSWERS: Mapping[Fault, Callable[[Answer], Answer]] = {
    Fault.HTML: _html,
    Fault.OVERSIZE: _oversize,
    Fault.ZIPPED: _zipped,
    Fault.WRONG_TYPE: _wrong_type,
    Fault.BROKEN_JSON: _broken_json,
    Fault.BOMB: _bomb,
}

_CONTENTS: Mapping[Fault, Callable[[dict[str, Any], random.Random], None]] = {
    Fault.DRIFT: _drift,
    Fault.UNKNOWN_ATTRIBUTES: _unknown_attributes,
    Fault.HOSTILE: _hostile,
    Fault.NAN: _nan,
}


def _records(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Find the person and the company in a body, whether it is combined or not, wrapped or not."""
    inner = document.get("data", document)
    halves = [inner[half] for half in ("person", "company") if half in inner]
    return [record for record in halves or [inner] if record is not None]
